/**
 * The form of a source: text in fields, and what it means. The server has the last word by its own rules; these are the same
 * ones without its libraries, so that a slip is told beside the field at once.
 */
import type { SourceSettings } from '../server/schema.ts'

export const FIELDS = ['restUrl', 'wsUrl', 'symbols', 'backfillDays'] as const
export type Field = (typeof FIELDS)[number]
export type Fields = Record<Field, string>

/** What is wrong with a field; the words are in messages.ts. */
export type Problem =
  | { kind: 'scheme'; schemes: string }
  | { kind: 'address' | 'credentials' | 'query' | 'tooLong' | 'days' | 'tooMany' | 'priority' | 'nameTooLong' }
  | { kind: 'symbol'; symbol: string }

export interface Change {
  restUrl?: string | null
  wsUrl?: string | null
  symbols?: string[]
  backfillDays?: number | null
}

const SYMBOL = /^[A-Z0-9][A-Z0-9._-]{0,39}$/
const MOST_SYMBOLS = 1_000

export const fieldsOf = (settings: SourceSettings): Fields => ({
  restUrl: settings.restUrl ?? '',
  wsUrl: settings.wsUrl ?? '',
  symbols: settings.symbols.join(', '),
  backfillDays: settings.backfillDays === null ? '' : String(settings.backfillDays),
})

const SCHEMES = { restUrl: ['http', 'https'], wsUrl: ['ws', 'wss'] } as const

/** Null: the venue's own. */
export function readAddress(text: string, field: 'restUrl' | 'wsUrl'): string | null | Problem {
  const address = text.trim()
  if (address === '') return null
  if (address.length > 300) return { kind: 'tooLong' }
  const schemes = SCHEMES[field]
  if (!schemes.some((scheme) => address.startsWith(`${scheme}://`)))
    return { kind: 'scheme', schemes: schemes.map((scheme) => `${scheme}://`).join(' or ') }
  if (!URL.canParse(address) || /[\s\\]/.test(address)) return { kind: 'address' }
  const { username, password } = new URL(address)
  if (username !== '' || password !== '') return { kind: 'credentials' }
  if (/[?#]/.test(address)) return { kind: 'query' }
  return address.replace(/\/+$/, '')
}

/** Commas, blanks and lines separate; small letters are meant as capitals. */
export function readSymbols(text: string): string[] | Problem {
  const symbols = [...new Set(text.split(/[\s,;]+/).filter(Boolean))].map((symbol) => symbol.toUpperCase())
  const wrong = symbols.find((symbol) => !SYMBOL.test(symbol))
  if (wrong !== undefined) return { kind: 'symbol', symbol: wrong.slice(0, 40) }
  const unique = [...new Set(symbols)]
  return unique.length > MOST_SYMBOLS ? { kind: 'tooMany' } : unique
}

/** Null: the feed's own. */
export function readDays(text: string): number | null | Problem {
  const typed = text.trim().replace(',', '.')
  if (typed === '') return null
  const days = Number(typed)
  return /^[\d.]+$/.test(typed) && days > 0 && days <= 366 ? days : { kind: 'days' }
}

/** What is to be changed of `base`, or what is wrong. */
export function readFields(
  fields: Fields,
  base: SourceSettings,
): { change: Change; problems: null } | { change: null; problems: Partial<Record<Field, Problem>> } {
  const read = {
    restUrl: readAddress(fields.restUrl, 'restUrl'),
    wsUrl: readAddress(fields.wsUrl, 'wsUrl'),
    symbols: readSymbols(fields.symbols),
    backfillDays: readDays(fields.backfillDays),
  }
  const problems = Object.fromEntries(FIELDS.flatMap((field) => (isProblem(read[field]) ? [[field, read[field]]] : [])))
  if (Object.keys(problems).length > 0) return { change: null, problems }
  const change = Object.fromEntries(
    FIELDS.flatMap((field) => (JSON.stringify(read[field]) === JSON.stringify(base[field]) ? [] : [[field, read[field]]])),
  )
  return { change, problems: null }
}

const isProblem = (value: unknown): value is Problem => typeof value === 'object' && value !== null && 'kind' in value

/**
 * After somebody else changed the source: fields that were not touched take what is stored now, the others keep what was
 * typed, and `theirs` has what is stored beside it where it differs.
 */
export function mergeFields(
  fields: Fields,
  base: SourceSettings,
  stored: SourceSettings,
): { fields: Fields; theirs: Partial<Record<Field, string>> } {
  const [before, now] = [fieldsOf(base), fieldsOf(stored)]
  const merged = { ...fields }
  const theirs: Partial<Record<Field, string>> = {}
  for (const field of FIELDS) {
    if (fields[field] === before[field]) merged[field] = now[field]
    else if (now[field] !== before[field] && now[field] !== fields[field]) theirs[field] = now[field]
  }
  return { fields: merged, theirs }
}

/** A refusal of the server: the field that it names, and the rest of the sentence. */
export function placeOf(message: string): { field: Field | null; message: string } {
  const [, field, rest] = /^(?:field )?(restUrl|wsUrl|symbols|backfillDays|options\.backfillDays)(?:\.\d+)?: (.*)$/s.exec(message) ?? []
  if (!field || rest === undefined) return { field: null, message }
  return { field: field.replace('options.', '') as Field, message: rest }
}
