/** What of the heatmap's address layouts and views keep, and when it has been changed since: pure. */

/** Parameters of the heatmap's address (docs/links.md) that say how it looks: what a layout keeps. */
export const LAYOUT_KEYS = ['heat', 'obs', 'scale', 'pal', 'side', 'ps', 'log', 'p', 'prof', 'tz', 'lev'] as const
/** And those that say what is seen: a view keeps them as well. */
export const VIEW_KEYS = [...LAYOUT_KEYS, 'r', 'res', 'lo', 'hi', 'from', 'to', 'pl', 'ph', 'at'] as const

export type ViewKey = (typeof VIEW_KEYS)[number]
export type Query = Readonly<Partial<Record<ViewKey, string>>>

/** What a parameter that is left out means: written out where a layout says otherwise. */
const DEFAULTS: Readonly<Record<(typeof LAYOUT_KEYS)[number], string>> = {
  heat: '1',
  obs: '1',
  scale: 'absolute',
  pal: 'twin',
  side: 'both',
  ps: 'candles',
  log: '0',
  p: 'funding,interest,liquidations,ratios',
  prof: '1',
  tz: 'utc',
  lev: '0,1,2,3,4',
}

/** Of an address, or of anything else that has values by name; what is no text or stands there twice is passed over. */
export function queryOf(given: URLSearchParams | Readonly<Record<string, unknown>>): Query {
  const read = (key: string): unknown => (given instanceof URLSearchParams ? given.get(key) : given[key])
  return pick(VIEW_KEYS, (key) => {
    const value = read(key)
    return typeof value === 'string' && value !== '' && value.length <= 400 ? value : undefined
  })
}

/** How it looks, without what is seen. */
export const layoutQueryOf = (query: Query): Query => pick(LAYOUT_KEYS, (key) => query[key])

/** The view's own parameters over those of its layout. */
export const overLayout = (layout: Query | null, own: Query): Query => ({ ...(layout && layoutQueryOf(layout)), ...own })

/** What of `query` has to be kept so that it comes out again over `layout`: where that is changed later, the rest follows it. */
export function besideLayout(layout: Query | null, query: Query): Query {
  if (!layout) return query
  return pick(VIEW_KEYS, (key) => {
    if (!isLayoutKey(key)) return query[key]
    const wanted = query[key] ?? DEFAULTS[key]
    return wanted === (layout[key] ?? DEFAULTS[key]) ? undefined : wanted
  })
}

/** Whether two look the same. */
export const sameLayout = (a: Query, b: Query): boolean =>
  LAYOUT_KEYS.every((key) => (a[key] ?? DEFAULTS[key]) === (b[key] ?? DEFAULTS[key]))

/** Of the stretch or the prices on screen: charts of other sizes round otherwise. */
const SAME_SHARE = 0.01

/** Whether two show the same. Prices that the chart chose by itself are no choice of anybody's. */
export function sameView(saved: Query, now: Query): boolean {
  if (!sameLayout(saved, now)) return false
  if (!(['r', 'res', 'at'] as const).every((key) => saved[key] === now[key])) return false
  if (!(['lo', 'hi'] as const).every((key) => near(saved[key], now[key], Number(saved[key])))) return false
  if (!sameSpan([saved.from, saved.to], [now.from, now.to])) return false
  return saved.pl === undefined || saved.ph === undefined || sameSpan([saved.pl, saved.ph], [now.pl, now.ph])
}

type Ends = readonly [string | undefined, string | undefined]
function sameSpan(saved: Ends, now: Ends): boolean {
  const size = Number(saved[1]) - Number(saved[0])
  return near(saved[0], now[0], size) && near(saved[1], now[1], size)
}

function near(a: string | undefined, b: string | undefined, size: number): boolean {
  if (a === undefined || b === undefined) return a === b
  return a === b || Math.abs(Number(a) - Number(b)) <= SAME_SHARE * Math.abs(size)
}

const isLayoutKey = (key: ViewKey): key is (typeof LAYOUT_KEYS)[number] => (LAYOUT_KEYS as readonly string[]).includes(key)

const pick = <K extends ViewKey>(keys: readonly K[], read: (key: K) => string | undefined): Query =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value = read(key)
      return value === undefined ? [] : [[key, value]]
    }),
  )

/** As the part of an address after the question mark, without it; what is open goes first. */
export function addressQuery(query: Query, open: { view?: string | null; layout?: string | null } = {}): string {
  const address = new URLSearchParams()
  if (open.view) address.set('view', open.view)
  if (open.layout) address.set('layout', open.layout)
  for (const key of VIEW_KEYS) {
    const value = query[key]
    if (value !== undefined) address.set(key, value)
  }
  // these may stand in an address as they are, and are read more easily so
  return address.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')
}
