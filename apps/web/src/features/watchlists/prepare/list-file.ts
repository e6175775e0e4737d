/** Watchlists as files: CSV (instrument, note) and JSON, out and back in without loss. Pure. */
import { csvLine } from '../../export/prepare/csv.ts'
import { MOST_NOTE, MOST_NOTES, MOST_ROWS, type Watchlist, type WatchlistRow } from './operations.ts'

const FORMAT = 'faultline-watchlist'
const HEAD = ['instrument', 'note'] as const
/** As csv.ts guards against: what a spreadsheet takes for a formula. */
const GUARDED = /^'+(\s*[=+\-@]|[\t\r\n])/

export const listCsv = ({ content }: Watchlist): string =>
  [csvLine(HEAD), ...content.rows.map(({ instrument, note }) => csvLine([guarded(instrument), guarded(note)]))].join('')

/** One apostrophe is taken away when a file is read, so what begins like a guarded field gets one more. */
const guarded = (text: string): string => (GUARDED.test(text) ? `'${text}` : text)
const unguarded = (text: string): string => (GUARDED.test(text) ? text.slice(1) : text)

export const listJson = ({ name, content }: Watchlist): string =>
  `${JSON.stringify({ format: FORMAT, version: 1, name, notes: content.notes, rows: content.rows }, null, 2)}\n`

/** What of a market is needed to find it. */
export interface Known {
  key: string
  symbol: string
}

export type Trouble =
  | { why: 'unknown' | 'twice' | 'there' | 'note' | 'full' | 'shape' }
  /** the symbol alone stands for several */
  | { why: 'several'; keys: string[] }

export interface Problem {
  /** counted from 1; of JSON the entry */
  line: number
  text: string
  trouble: Trouble
}

export interface ReadFile {
  rows: WatchlistRow[]
  problems: Problem[]
  /** of a JSON file */
  name: string | null
  notes: string | null
}

/** Why a file cannot be read at all. */
export class UnreadableFile extends Error {
  readonly line: number
  constructor(why: 'json' | 'quote', line: number) {
    super(why)
    this.line = line
  }
}

interface Entry {
  line: number
  text: string
  /** null: it has no shape that says which market it is */
  instrument: string | null
  note: string
}

/**
 * Reads `text`: JSON where it begins like it, else lines of a key or a symbol and a note. Markets that are not among `known`, stand
 * in `there` already or more than once are problems, and so is what a watchlist has no room for.
 * @throws UnreadableFile where it is no JSON, or where a quote is not closed
 */
export function readListFile(text: string, known: readonly Known[], there: readonly string[] = []): ReadFile {
  const plain = text.replace(/^\uFEFF/, '')
  const { entries, name, notes } = /^\s*[[{]/.test(plain) ? jsonEntries(plain) : { entries: csvEntries(plain), name: null, notes: null }
  const find = finder(known)
  const had = new Set(there)
  const read = new Set<string>()
  const rows: WatchlistRow[] = []
  const problems: Problem[] = []
  for (const { line, text, instrument, note } of entries) {
    const found = instrument === null ? ({ why: 'shape' } as const) : find(instrument)
    const trouble =
      typeof found !== 'string'
        ? found
        : read.has(found)
          ? ({ why: 'twice' } as const)
          : had.has(found)
            ? ({ why: 'there' } as const)
            : note.length > MOST_NOTE
              ? ({ why: 'note' } as const)
              : had.size + rows.length >= MOST_ROWS
                ? ({ why: 'full' } as const)
                : null
    if (trouble !== null) problems.push({ line, text: text.slice(0, 200), trouble })
    else if (typeof found === 'string') {
      read.add(found)
      rows.push({ instrument: found, note })
    }
  }
  return { rows, problems, name, notes: notes?.slice(0, MOST_NOTES) ?? null }
}

/** By its key, whatever the case; or by its symbol, where one market has it. */
function finder(known: readonly Known[]): (name: string) => string | Trouble {
  const byKey = new Map(known.map(({ key }) => [key.toLowerCase(), key]))
  const bySymbol = new Map<string, string[]>()
  for (const { key, symbol } of known) {
    const name = symbol.toLowerCase()
    bySymbol.set(name, [...(bySymbol.get(name) ?? []), key])
  }
  return (name) => {
    const asked = name.trim().toLowerCase()
    const key = byKey.get(asked)
    if (key !== undefined) return key
    const keys = bySymbol.get(asked) ?? []
    return keys.length > 1 ? { why: 'several', keys } : (keys[0] ?? { why: 'unknown' })
  }
}

function jsonEntries(text: string): { entries: Entry[]; name: string | null; notes: string | null } {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new UnreadableFile('json', 1)
  }
  const file = isRecord(parsed) ? parsed : { rows: parsed }
  if (!Array.isArray(file.rows)) throw new UnreadableFile('json', 1)
  const string = (value: unknown) => (typeof value === 'string' ? value : null)
  const entries = file.rows.map((row: unknown, i): Entry => {
    const instrument = string(isRecord(row) ? row.instrument : row)
    const note = isRecord(row) ? (row.note ?? '') : ''
    const shaped = instrument !== null && typeof note === 'string'
    return { line: i + 1, text: JSON.stringify(row) ?? '', instrument: shaped ? instrument : null, note: shaped ? note : '' }
  })
  return { entries, name: string(file.name), notes: string(file.notes) }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function csvEntries(text: string): Entry[] {
  // what comes first parts the fields: notes may hold the others
  const delimiter = /[,;\t]/.exec(text.replace(/^(#.*|\s*)(\r\n|\r|\n)/gm, ''))?.[0] ?? ','
  const records = [...csvRecords(text, delimiter)]
  const isHead = (field: string | undefined) => ['instrument', 'key', 'symbol', 'market'].includes(field?.trim().toLowerCase() ?? '')
  return records.flatMap(({ line, text, fields }, i) => {
    const [first = '', ...rest] = fields
    if (text.trim() === '' || text.startsWith('#') || (i === 0 && isHead(first))) return []
    // one of them in a note that nobody has quoted
    return [{ line, text, instrument: unguarded(first), note: unguarded(rest.join(delimiter)) }]
  })
}

interface CsvRecord {
  line: number
  text: string
  fields: string[]
}

/** Fields that are quoted may hold the delimiter and line breaks. */
function* csvRecords(text: string, delimiter: string): Generator<CsvRecord> {
  let at = 0
  let line = 1
  while (at < text.length) {
    const begin = at
    const beganOn = line
    const fields: string[] = []
    for (;;) {
      let field = ''
      if (text[at] === '"') {
        const close = closingQuote(text, at, beganOn)
        field = text.slice(at + 1, close).replaceAll('""', '"')
        line += lineBreaks(text.slice(at, close))
        at = close + 1
      }
      const end = endOfField(text, at, delimiter)
      fields.push(field + text.slice(at, end))
      at = end
      if (at >= text.length || text[at] === '\n' || text[at] === '\r') break
      at++
    }
    yield { line: beganOn, text: text.slice(begin, at), fields }
    if (text[at] === '\r' && text[at + 1] === '\n') at++
    at++
    line++
  }
}

const lineBreaks = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0

function endOfField(text: string, from: number, delimiter: string): number {
  let at = from
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++
  return at
}

function closingQuote(text: string, open: number, line: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at
  throw new UnreadableFile('quote', line)
}
