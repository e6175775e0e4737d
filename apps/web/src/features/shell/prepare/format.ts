/** What the pages write beyond @faultline/ui/format: missing figures, lengths of buckets, dates, changes with an arrow. */
import { formatPercent, timeParts } from '@faultline/ui/format'

/** Stands where a venue gave no figure. */
export const MISSING = '–'
const THIN = '\u202f'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `format(value)`, or a dash where there is no value. */
export const figure = (value: number | null | undefined, format: (value: number) => string): string =>
  value == null || !Number.isFinite(value) ? MISSING : format(value)

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** A resolution, a bucket or a range with a thin unit: `5 m`, `12 h`, `3 d`. Whole days and hours from one on. */
export function formatLength(lengthMs: number): string {
  const [name, size] = UNITS.find(([, unit]) => lengthMs >= unit && lengthMs % unit === 0) ?? (['s', 1_000] as const)
  return `${lengthMs / size}${THIN}${name}`
}

/** `1,234` */
export const formatCount = (count: number): string => Math.round(count).toLocaleString('en-US')

/** `5 Mar 2026` */
export function formatDate(time: number): string {
  const p = timeParts(time, 'utc')
  return `${p.day} ${MONTHS[p.month]} ${p.year}`
}

/** `2 Mar – 5 Mar 2026`, the year of the first only where it differs. */
export function formatDates(from: number, to: number): string {
  const [a, b] = [timeParts(from, 'utc'), timeParts(to, 'utc')]
  if (a.year === b.year && a.month === b.month && a.day === b.day) return formatDate(from)
  return `${a.day} ${MONTHS[a.month]}${a.year === b.year ? '' : ` ${a.year}`} – ${formatDate(to)}`
}

/** A change with its direction as a shape too, so that colour is never the only sign. */
export function changeOf(ratio: number): { text: string; direction: 'up' | 'down' | 'flat' } {
  const text = formatPercent(Math.abs(ratio), { decimals: 2 })
  const direction = /[1-9]/.test(text) ? (ratio > 0 ? 'up' : 'down') : 'flat'
  return { text: direction === 'up' ? `▲ ${text}` : direction === 'down' ? `▼ ${text}` : text, direction }
}

/** Share of the expected, cut and not rounded: 99.97 % never reads as complete. */
export const formatShare = (have: number, expected: number): string =>
  expected <= 0 ? MISSING : `${(Math.floor((Math.min(have, expected) / expected) * 1000) / 10).toFixed(1)}%`
