/** The screen as somebody left it, on one machine and on others: pure. */
import type { Drawing } from '@faultline/ui/chart/drawings'
import type { Query } from './view-query.ts'

/** What was drawn and written and is not saved, of one market, over one of its views or none. */
export interface Draft {
  instrument: string
  viewId: string | null
  /** of the view that it was made on */
  version: number | null
  /** null: it was saved or thrown away. Kept for a while, or it would come back from another machine. */
  content: { drawings: readonly Drawing[]; notes: string } | null
  /** when it was changed, UTC ms */
  at: number
}

export interface WorkingState {
  /** when it was changed, UTC ms */
  at: number
  instrument: string
  query: Query
  theme: 'dark' | 'light'
  layoutId: string | null
  viewId: string | null
  drafts: readonly Draft[]
}

/** More than anybody leaves lying about; those that were not looked at for longest go first. */
export const MOST_DRAFTS = 20

const keyOf = ({ instrument, viewId }: Pick<Draft, 'instrument' | 'viewId'>): string => `${instrument} ${viewId ?? ''}`

/** Of two that have moved on apart, the newer screen and of each draft the newer one: nothing that only one of them knows is lost. */
export function mergeWorking(a: WorkingState | null, b: WorkingState | null): WorkingState | null {
  if (!a || !b) return a ?? b
  const newer = b.at > a.at ? b : a
  return { ...newer, drafts: newestDrafts([...a.drafts, ...b.drafts]) }
}

export const withDraft = (drafts: readonly Draft[], draft: Draft): readonly Draft[] => newestDrafts([...drafts, draft])

export const draftOf = (state: WorkingState | null, instrument: string, viewId: string | null): Draft | null =>
  state?.drafts.find((draft) => keyOf(draft) === keyOf({ instrument, viewId })) ?? null

/** Of the same, the later in the list where their times are equal. */
function newestDrafts(drafts: readonly Draft[]): readonly Draft[] {
  const newest = new Map<string, Draft>()
  for (const draft of drafts) if (draft.at >= (newest.get(keyOf(draft))?.at ?? 0)) newest.set(keyOf(draft), draft)
  return [...newest.values()].sort((x, y) => y.at - x.at || keyOf(x).localeCompare(keyOf(y))).slice(0, MOST_DRAFTS)
}

export interface Left extends Pick<WorkingState, 'instrument' | 'query' | 'layoutId' | 'viewId'> {
  /** what was drawn or written there is not saved */
  unsaved: boolean
}

/** Where somebody who comes to `instrument`, to one of its views or none, might rather go on; null: nothing was left elsewhere. */
export function leftElsewhere(state: WorkingState | null, instrument: string, viewId: string | null = null): Left | null {
  if (!state) return null
  const { query, layoutId } = state
  if (state.instrument !== instrument) {
    const unsaved = draftOf(state, state.instrument, state.viewId)?.content != null
    return { instrument: state.instrument, query, layoutId, viewId: state.viewId, unsaved }
  }
  const waits = state.drafts.find(
    (draft) => draft.content !== null && (draft.instrument !== instrument || (draft.viewId !== null && draft.viewId !== viewId)),
  )
  return waits ? { instrument: waits.instrument, query: {}, layoutId: null, viewId: waits.viewId, unsaved: true } : null
}

/** What storage or the server holds; null for what is none. Drawings and parameters are checked where they are used. */
export function readWorking(kept: unknown): WorkingState | null {
  if (typeof kept !== 'object' || kept === null) return null
  const { at, instrument, query, theme, layoutId, viewId, drafts } = kept as Record<string, unknown>
  if (typeof at !== 'number' || typeof instrument !== 'string' || typeof query !== 'object' || query === null) return null
  const id = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  return {
    at,
    instrument,
    query: query as Query,
    theme: theme === 'light' ? 'light' : 'dark',
    layoutId: id(layoutId),
    viewId: id(viewId),
    drafts: Array.isArray(drafts) ? drafts.filter(isDraft) : [],
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false
  const { instrument, at, content } = value as Partial<Record<keyof Draft, unknown>>
  if (typeof instrument !== 'string' || typeof at !== 'number') return false
  if (content === null) return true
  const { drawings, notes } = (content ?? {}) as Record<string, unknown>
  return Array.isArray(drawings) && typeof notes === 'string'
}

/** Whether two lists draw the same. */
export const sameDrawings = (a: readonly Drawing[], b: readonly Drawing[]): boolean =>
  a === b || (a.length === b.length && a.every((one, i) => sameDrawing(one, b[i] as Drawing)))

const sameDrawing = (a: Drawing, b: Drawing): boolean =>
  a.id === b.id &&
  a.kind === b.kind &&
  a.colour === b.colour &&
  a.text === b.text &&
  a.points.length === b.points.length &&
  a.points.every((point, i) => point.time === b.points[i]?.time && point.price === b.points[i]?.price)
