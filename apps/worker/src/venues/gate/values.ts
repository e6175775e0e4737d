/** Gate's times: seconds as a rule, milliseconds in fields and channels that came later, with or without a fraction. */
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { decimal, isTime } from '../values.ts'

/** UTC ms of seconds or milliseconds, as number or text; undefined for what is neither. The two cannot be mistaken for one another. */
export function instantOf(value: unknown): number | undefined {
  const given = decimal(value)
  // Seconds of 2008 to 2099 are below any millisecond of those years.
  const time = Math.round(given < 10_000_000_000 ? given * SECOND_MS : given)
  return isTime(time) ? time : undefined
}

/** The same of the start of a minute. */
export function minuteOf(value: unknown): number | undefined {
  const time = instantOf(value)
  return time !== undefined && time % MINUTE_MS === 0 ? time : undefined
}

const UNITS = { s: SECOND_MS, m: MINUTE_MS, h: 60 * MINUTE_MS, d: 1_440 * MINUTE_MS } as const

/** Milliseconds of a candle's interval as Gate names it (`1m`, `8h`); undefined of what is none. */
export function intervalOf(name: string): number | undefined {
  const [, count, unit] = /^(\d{1,2})([smhd])$/.exec(name) ?? []
  return count === undefined || Number(count) === 0 ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS]
}
