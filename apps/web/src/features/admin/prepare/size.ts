/** Bytes for people: pure. */
const UNITS = ['kB', 'MB', 'GB', 'TB'] as const

/** `512 B`, `1.4 GB`, `230 MB`: powers of 1,000, three digits at most. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)}\u202fB`
  let [value, unit] = [bytes / 1_000, 0]
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1_000, unit + 1]
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')}\u202f${UNITS[unit]}`
}
