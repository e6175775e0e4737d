import type { Caller } from '../../../server/caller.ts'
import { heatmapPath } from '../../heatmap/prepare/heatmap-path.ts'
import { addressQuery, LAYOUT_KEYS, overLayout, type Query, queryOf } from '../prepare/view-query.ts'
import type { SavedItem } from './content.ts'

type Asked = Readonly<Record<string, string | string[] | undefined>>

interface Options {
  /** key of the market that the page shows */
  instrument: string
  asked: Asked
  /** shown where nothing names one */
  range: () => Promise<string>
  /** of the person's settings */
  defaultLayoutId: () => Promise<string | undefined>
}

/**
 * Where a heatmap's address leads that names a view or a layout and not what they show, or that leaves the look to the person's default
 * layout; null: it is whole. What an address says itself goes before what is saved. Whole ones can be told: those of a view name a layout
 * or that there is none, those of a layout a range. What is gone or not theirs to see leads nowhere: the page says so.
 */
export async function fullAddress(api: Pick<Caller, 'saved'>, options: Options): Promise<string | null> {
  const { instrument, asked } = options
  const own = queryOf(asked)
  const [view, layout] = [idOf(asked.view), idOf(asked.layout)]
  if (view !== null) return asked.layout === undefined ? ofView(api, view, options) : null
  const keep = async (id: string): Promise<string | null> => {
    const item = await find(api, id)
    if (item?.kind !== 'layout') return null
    const query: Query = { ...item.content.query, ...own, r: own.r ?? (await options.range()) }
    return `${heatmapPath(instrument)}?${addressQuery(query, { layout: id })}`
  }
  if (layout !== null) return own.r === undefined ? keep(layout) : null
  if (asked.layout !== undefined || LAYOUT_KEYS.some((key) => own[key] !== undefined)) return null
  const usual = await options.defaultLayoutId()
  return usual === undefined ? null : keep(usual)
}

/** Where a view is seen, or null where it is none. */
async function ofView(api: Pick<Caller, 'saved'>, id: string, { instrument, asked, range }: Options): Promise<string | null> {
  const item = await find(api, id)
  if (item?.kind !== 'view') return null
  const { content } = item
  const layout = content.layoutId === null ? null : await find(api, content.layoutId)
  const looks = layout?.kind === 'layout' ? layout.content.query : null
  const query: Query = { ...overLayout(looks, content.query), ...queryOf(asked) }
  const open = { view: id, layout: layout?.id ?? 'none' }
  // the range that suits another market is found there
  if (content.instrument !== instrument && query.r === undefined)
    return `${heatmapPath(content.instrument)}?${addressQuery(queryOf(asked), { view: id })}`
  return `${heatmapPath(content.instrument)}?${addressQuery({ ...query, r: query.r ?? (await range()) }, open)}`
}

/** Market of a view by its id; null: there is none, or not for the caller. */
export async function marketOfView(api: Pick<Caller, 'saved'>, id: string | string[] | undefined): Promise<string | null> {
  const known = idOf(id)
  const item = known === null ? null : await find(api, known)
  return item?.kind === 'view' ? item.content.instrument : null
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const idOf = (value: string | string[] | undefined): string | null => (typeof value === 'string' && UUID.test(value) ? value : null)

async function find(api: Pick<Caller, 'saved'>, id: string): Promise<SavedItem | null> {
  try {
    return await api.saved.get({ id })
  } catch (error) {
    // by its code: the class of the process's own copy of the module is not the one of this bundle
    if (error instanceof Error && 'code' in error && (error.code === 'NOT_FOUND' || error.code === 'BAD_REQUEST')) return null
    throw error
  }
}
