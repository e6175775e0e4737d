/**
 * How numbers and times are written, everywhere: true minus sign, thin space before a unit, UTC unless asked otherwise.
 * Pure; no locale of the reader enters, so the server and the browser write the same text.
 */

/** UTC, the reader's own, or a fixed distance east of UTC (an exchange's) in minutes. */
export type TimeZone = 'utc' | 'local' | { readonly offsetMinutes: number }

export const sameZone = (a: TimeZone, b: TimeZone): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a.offsetMinutes === b.offsetMinutes)

const MINUS = '−'
const THIN = '\u202f'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Sign to write before an absolute value; `always` also marks what is positive. A value that is written as 0 has none. */
const signOf = (value: number, written: string, always: boolean): string =>
  !/[1-9]/.test(written) ? '' : value < 0 ? MINUS : always ? '+' : ''

/** `1234567.8` → `1,234,567.8` */
function grouped(value: number, decimals: number): string {
  const [whole = '0', fraction] = value.toFixed(decimals).split('.')
  const head = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return fraction === undefined ? head : `${head}.${fraction}`
}

/** `$1.58B`, `$182M`, `$60.5M`, `$518k`, `$42`: billions two decimals, millions none from 100 up and else one, thousands none. */
export function formatUsd(usd: number, options: { sign?: boolean } = {}): string {
  if (!Number.isFinite(usd)) return '–'
  const written = compact(Math.abs(usd))
  return `${signOf(usd, written, options.sign ?? false)}$${written}`
}

/** The same shortening without a currency, for amounts of a coin. */
export function formatAmount(value: number, options: { sign?: boolean } = {}): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  const written = size < 1000 ? trimZeros(size.toPrecision(4)) : compact(size)
  return `${signOf(value, written, options.sign ?? false)}${written}`
}

/** Limits stand half a written digit under the unit, so that nothing is ever written as `$1000M` or `$100.0M`. */
function compact(size: number): string {
  if (size >= 999.5e6) return `${grouped(size / 1e9, 2)}B`
  if (size >= 99.95e6) return `${grouped(size / 1e6, 0)}M`
  if (size >= 999.5e3) return `${grouped(size / 1e6, 1)}M`
  if (size >= 999.5) return `${grouped(size / 1e3, 0)}k`
  return grouped(size, 0)
}

const trimZeros = (text: string): string => (text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text)

/** Decimals that tell neighbouring 10 bp price bins apart: `120,000`, `73,349.8`, `645.30`, `1.4320`, `0.00001200`. */
export function priceDecimals(price: number): number {
  const size = Math.abs(price)
  if (!(size > 0)) return 2
  if (size >= 100_000) return 0
  if (size >= 1000) return 1
  if (size >= 10) return 2
  if (size >= 0.1) return 4
  return Math.min(18, 3 - Math.floor(Math.log10(size)))
}

export function formatPrice(price: number, decimals = priceDecimals(price)): string {
  if (!Number.isFinite(price)) return '–'
  const written = grouped(Math.abs(price), decimals)
  return signOf(price, written, false) + written
}

/** Both ends with the same decimals: `2,230.5 – 2,232.7`. */
export function formatPriceRange(low: number, high: number): string {
  const decimals = priceDecimals(low)
  return `${formatPrice(low, decimals)} – ${formatPrice(high, decimals)}`
}

/** `0.119` → `11.9%`; with `sign` `+11.9%`. */
export function formatPercent(ratio: number, options: { decimals?: number; sign?: boolean } = {}): string {
  if (!Number.isFinite(ratio)) return '–'
  const written = grouped(Math.abs(ratio * 100), options.decimals ?? 1)
  return `${signOf(ratio, written, options.sign ?? false)}${written}%`
}

/** A funding rate per interval, `−0.0008%`. */
export const formatFunding = (rate: number): string => formatPercent(rate, { decimals: 4, sign: true })

/** `2.1 s`, `45 s`, `3 m`, `19 h 40 m`, `4 d 3 h`. */
export function formatAge(ms: number): string {
  if (!Number.isFinite(ms)) return '–'
  const seconds = Math.max(0, ms) / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)}${THIN}s`
  if (seconds < 59.5) return `${Math.round(seconds)}${THIN}s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes}${THIN}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 ? `${hours}${THIN}h ${minutes % 60}${THIN}m` : `${hours}${THIN}h`
  const wholeHours = Math.round(minutes / 60)
  const days = Math.floor(wholeHours / 24)
  return wholeHours % 24 && days < 30 ? `${days}${THIN}d ${wholeHours % 24}${THIN}h` : `${days}${THIN}d`
}

export interface TimeParts {
  year: number
  /** 0 to 11 */
  month: number
  day: number
  hour: number
  minute: number
}

export function timeParts(time: number, zone: TimeZone): TimeParts {
  if (zone === 'local') {
    const d = new Date(time)
    return { year: d.getFullYear(), month: d.getMonth(), day: d.getDate(), hour: d.getHours(), minute: d.getMinutes() }
  }
  const d = new Date(time + offsetMs(zone))
  return { year: d.getUTCFullYear(), month: d.getUTCMonth(), day: d.getUTCDate(), hour: d.getUTCHours(), minute: d.getUTCMinutes() }
}

/** The time at which clocks of `zone` show this; parts may lie outside their range (hour 30 is 6 o'clock of the next day). */
export const timeOfParts = (zone: TimeZone, year: number, month: number, day: number, minute = 0): number =>
  zone === 'local' ? new Date(year, month, day, 0, minute).getTime() : Date.UTC(year, month, day, 0, minute) - offsetMs(zone)

const offsetMs = (zone: Exclude<TimeZone, 'local'>): number => (zone === 'utc' ? 0 : zone.offsetMinutes * 60_000)

const two = (n: number): string => String(n).padStart(2, '0')
const clockOf = (p: TimeParts): string => `${two(p.hour)}:${two(p.minute)}`
const dayOf = (p: TimeParts): string => `${p.day} ${MONTHS[p.month]}`
/** `UTC`, `local`, `UTC+8`, `UTC−3:30` */
export function zoneName(zone: TimeZone): string {
  if (typeof zone === 'string') return zone === 'utc' ? 'UTC' : 'local'
  const size = Math.abs(zone.offsetMinutes)
  if (size === 0) return 'UTC'
  const rest = size % 60
  return `UTC${zone.offsetMinutes < 0 ? MINUS : '+'}${Math.floor(size / 60)}${rest ? `:${two(rest)}` : ''}`
}

/** `07:00` */
export const formatClock = (time: number, zone: TimeZone): string => clockOf(timeParts(time, zone))
/** `3 Mar` */
export const formatDay = (time: number, zone: TimeZone): string => dayOf(timeParts(time, zone))
/** `3 Mar 07:00`, the crosshair's tag */
export function formatDayClock(time: number, zone: TimeZone): string {
  const p = timeParts(time, zone)
  return `${dayOf(p)} ${clockOf(p)}`
}
/** `3 Mar 2026, 07:00 UTC` */
export function formatDateTime(time: number, zone: TimeZone): string {
  const p = timeParts(time, zone)
  return `${dayOf(p)} ${p.year}, ${clockOf(p)} ${zoneName(zone)}`
}

/** `3 Mar 2026, 07:00–07:05 UTC`; over midnight both days, and whole days without a clock. */
export function formatTimeSpan(from: number, to: number, zone: TimeZone): string {
  const a = timeParts(from, zone)
  const b = timeParts(to, zone)
  if (a.hour + a.minute + b.hour + b.minute === 0) {
    const last = timeParts(to - 1, zone)
    const first = `${dayOf(a)}${a.year === last.year ? '' : ` ${a.year}`}`
    return dayOf(a) === dayOf(last) && a.year === last.year
      ? `${dayOf(a)} ${a.year} ${zoneName(zone)}`
      : `${first} – ${dayOf(last)} ${last.year} ${zoneName(zone)}`
  }
  const sameDay = a.day === b.day && a.month === b.month && a.year === b.year
  // The end of a bucket that ends the day is written 24:00: `23:55–24:00` reads better than a second date.
  const endsDay = b.hour + b.minute === 0 && dayOf(timeParts(to - 1, zone)) === dayOf(a)
  if (sameDay || endsDay) return `${dayOf(a)} ${a.year}, ${clockOf(a)}–${endsDay ? '24:00' : clockOf(b)} ${zoneName(zone)}`
  return `${dayOf(a)} ${clockOf(a)} – ${dayOf(b)} ${b.year}, ${clockOf(b)} ${zoneName(zone)}`
}
