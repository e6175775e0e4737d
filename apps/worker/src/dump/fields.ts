import { FaultlineError } from '@faultline/market/errors'
import { binOf, MAX_BIN, MIN_BIN } from '@faultline/market/price-grid'
import { printable } from './formats.ts'

/** Reads the fields of one file; every refusal names file, line and field. */
export interface FieldReader {
  fail(line: number, field: string, message: string): never
  /** a finite number */
  number(text: string, line: number, field: string): number
  /** a finite number > 0 that the price grid holds */
  price(text: string, line: number, field: string): number
  /** a finite number ≥ 0 */
  notNegative(text: string, line: number, field: string): number
  /** a finite number ≥ 0, NaN where the field is empty or absent */
  optional(text: string | undefined, line: number, field: string): number
  /** UTC milliseconds, not later than a minute from now; `2024-01-05 00:05:00` only where `dates` allows it */
  time(text: string, line: number, field: string, dates?: 'dates'): number
}

/** Clocks differ: so much later than ours is still the present. */
const FUTURE_TOLERANCE_MS = 60_000
/** A bound for sizes and values: far above every market, small enough for single precision. */
const LARGEST = 1e24
const EARLIEST_MS = Date.UTC(2009, 0, 3)

export function fieldReader(file: string, now: number): FieldReader {
  const fail = (line: number, field: string, message: string): never => {
    throw new FaultlineError('bad_input', message, { place: { file, line, field } })
  }

  const number = (text: string, line: number, field: string): number => {
    const value = Number(text)
    // Number() takes more than a table may hold: '', ' ', '0x10', 'Infinity'.
    if (!Number.isFinite(value) || !PLAIN_START.has(text.charCodeAt(0)) || HEX.test(text)) {
      return fail(line, field, text === '' ? 'is empty' : `${printable(text)} is not a finite number`)
    }
    return value
  }
  const notNegative = (text: string, line: number, field: string): number => {
    const value = number(text, line, field)
    if (value < 0) return fail(line, field, `${text} is negative`)
    return value <= LARGEST ? value : fail(line, field, `${text} is more than any market holds`)
  }

  return {
    fail,
    number,
    notNegative,
    price(text, line, field) {
      const value = notNegative(text, line, field)
      if (value === 0) return fail(line, field, 'is zero; it must be more')
      const bin = binOf(value)
      return bin >= MIN_BIN && bin <= MAX_BIN ? value : fail(line, field, `${text} lies outside the price grid, 1e-12 to 1e12`)
    },
    optional: (text, line, field) => (text === undefined || text === '' ? Number.NaN : notNegative(text, line, field)),
    time(text, line, field, dates) {
      const value = integerTime(text) ?? (dates ? dateTime(text) : undefined)
      if (value === undefined) {
        const wanted = dates ? 'YYYY-MM-DD HH:MM:SS (UTC) or UTC milliseconds' : 'UTC milliseconds'
        return fail(line, field, text === '' ? 'is empty' : `${printable(text)} is not a time in ${wanted}`)
      }
      if (value < EARLIEST_MS) return fail(line, field, `${text} is no time in milliseconds since 1970 (seconds are not accepted)`)
      if (value > now + FUTURE_TOLERANCE_MS) return fail(line, field, `${text} lies in the future (${safeIso(value)})`)
      return value
    },
  }
}

const PLAIN_START = new Set([...'0123456789-+.'].map((c) => c.charCodeAt(0)))
const HEX = /[xXoObB]/

/** Milliseconds; microseconds, as the newer spot dumps have them, are told by their size. */
function integerTime(text: string): number | undefined {
  const length = text.length
  if (length === 0 || length > 16) return undefined
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i)
    if (c < 48 || c > 57) return undefined
  }
  const value = Number(text)
  return value >= 1e14 ? Math.floor(value / 1000) : value
}

function dateTime(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|\+00:00)?$/.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  const value = Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(Number(`0.${match[7] ?? 0}`) * 1000))
  // Date.UTC rolls 30 February over into March.
  const back = new Date(value)
  const same = back.getUTCMonth() === month - 1 && back.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return same ? value : undefined
}

const safeIso = (value: number): string => (value < 8.64e15 ? new Date(value).toISOString() : 'far away')
