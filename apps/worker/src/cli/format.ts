/** Numbers and times for people, the same in every command. */

export const count = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 0 })

/** `2026-01-31 09:55 UTC`; seconds only where there are any. */
export function minute(time: number): string {
  const iso = new Date(time).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, time % 60_000 === 0 ? 16 : 19)} UTC`
}

export const span = (from: number, to: number): string => `${minute(from)} – ${minute(to)}`

/** `3 min`, `5 h`, `12 d`. */
export function age(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000))
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 72 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}
