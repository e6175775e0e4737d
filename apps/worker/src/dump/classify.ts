import { symbolSchema } from '@faultline/market/instrument'
import { DUMP_KINDS, type DumpKind } from './formats.ts'

/** What the place and the name of a file say about it, before it is opened. */
export interface Classified {
  kind: DumpKind | 'brackets' | 'market' | null
  symbol: string | null
  /** as named: `1m`, also lengths that are not read (`3d`) */
  interval: string | null
  /** start of the day of a daily file, UTC ms */
  day: number | null
  /** why it is not read, where its name says enough for that */
  unread: string | null
}

const INTERVAL = /^(1s|[135]m|15m|30m|[12468]h|12h|[13]d|1w|1mo|1M)$/
const KINDS = new Map<string, DumpKind>(DUMP_KINDS.map((kind) => [kind.toLowerCase(), kind]))
/** Other tables of the dumps. The first three have the columns of klines without being prices of trades. */
const OTHER_TABLES = [
  'markPriceKlines',
  'indexPriceKlines',
  'premiumIndexKlines',
  'aggTrades',
  'trades',
  'bookTicker',
  'bookDepth',
  'BVOLIndex',
  'EOHSummary',
]
const OTHERS = new Map(OTHER_TABLES.map((name) => [name.toLowerCase(), name]))
const QUOTED = /^[A-Z0-9]+(USDT|USDC|BUSD|FDUSD|USD)(_\d{6}|_PERP)?$/
const LOWER_QUOTED = /^[a-z0-9]+(usdt|usdc|busd|fdusd)$/
const COIN_MARGINED = /USD_(PERP|\d{6})$/

/**
 * Kind, symbol and interval by name. In order of trust: the file's own name, the name of the zip around it, the nearest
 * folder. `path` is relative to the dump folder; `above` are the last names of the path to that folder (somebody may give
 * `…/klines/BTCUSDT/1m` itself).
 */
export function classify(path: string, above: readonly string[] = []): Classified {
  const parts = path.split('/')
  const names = [parts.pop() as string]
  while (/\.zip$/i.test(parts.at(-1) ?? '')) names.push(parts.pop() as string)
  const folders = [...above, ...parts].reverse()
  const found: Classified = { kind: null, symbol: null, interval: null, day: null, unread: null }

  for (const name of names) readName(name, found)
  readFolders(folders, found)
  // `BTCUSDT-1m-2024-01`: klines, where no folder says that it is another table of the same shape.
  if (found.kind === null && names.some((name) => INTERVAL.test(name.split('-')[1]?.replace(/\..*$/, '') ?? ''))) found.kind = 'klines'
  if (found.kind === 'klines' && found.interval === '1M') found.interval = '1mo'
  if (found.symbol !== null && !found.unread) {
    if (COIN_MARGINED.test(found.symbol) || inMarket(folders, 'cm')) found.unread = 'coin-margined contracts are not read yet'
    else if (!symbolSchema.safeParse(found.symbol).success) found.unread = 'a symbol with letters other than A to Z is not read yet'
  }
  return found
}

function readName(name: string, found: Classified): void {
  const base = name.replace(/\.(zip|gz)$/i, '').replace(/\.(csv|json)$/i, '')
  const tokens = base.split('-')
  const said = tokens.find((t) => KINDS.has(t.toLowerCase()))
  const other = tokens.find((t) => OTHERS.has(t.toLowerCase()))
  const second = tokens[1] ?? ''
  if (other && !said) found.unread ??= `${OTHERS.get(other.toLowerCase())} are not used`
  if (said) found.kind ??= KINDS.get(said.toLowerCase()) as DumpKind
  if (/\.json(\.gz)?$/i.test(name)) {
    if (tokens.some((t) => /^(leverage)?brackets?$/i.test(t))) found.kind ??= 'brackets'
    else if (/^market$/i.test(base)) found.kind ??= 'market'
    else found.unread ??= 'not one of the tables'
  }
  found.interval ??= tokens.find((t) => INTERVAL.test(t)) ?? null

  const first = tokens[0] as string
  const followed = INTERVAL.test(second) || KINDS.has(second.toLowerCase()) || /^brackets$/i.test(second)
  if (LOWER_QUOTED.test(first)) found.symbol ??= first.toUpperCase()
  else if (QUOTED.test(first) || (followed && /^[A-Z0-9_]*[A-Z][A-Z0-9_]*$/.test(first))) found.symbol ??= first
  else if (followed && /(USDT|USDC|USD)$/.test(first)) found.symbol ??= first // letters outside A to Z: refused by the caller

  const date = /-(\d{4})-(\d\d)-(\d\d)$/.exec(base)
  if (date) found.day ??= Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]))
}

/** `folders` from the nearest outwards. */
function readFolders(folders: readonly string[], found: Classified): void {
  const table = folders.map((f) => f.toLowerCase()).find((f) => KINDS.has(f) || OTHERS.has(f))
  if (table !== undefined) {
    const other = OTHERS.get(table)
    if (other) found.unread ??= `${other} are not used`
    else found.kind ??= KINDS.get(table) as DumpKind
  }
  found.interval ??= folders.find((f) => INTERVAL.test(f)) ?? null
  found.symbol ??= folders.find((f) => QUOTED.test(f)) ?? null
}

const inMarket = (folders: readonly string[], market: string): boolean =>
  folders.some((folder, i) => folder.toLowerCase() === market && folders[i + 1]?.toLowerCase() === 'futures')

/**
 * What the way to the dump folder itself says: its last names as far as they are the dumps' own (`klines/BTCUSDT/1m`,
 * `metrics/BTCUSDT`, `BTCUSDT`). Any other folder may be called as it likes.
 */
export function namesAbove(folder: string): string[] {
  const names = folder.split(/[\\/]/).filter(Boolean)
  let from = names.length
  if (INTERVAL.test(names[from - 1] ?? '')) from--
  if (QUOTED.test(names[from - 1] ?? '')) from--
  const table = (names[from - 1] ?? '').toLowerCase()
  if (KINDS.has(table) || /klines$/.test(table)) from--
  return names.slice(from)
}
