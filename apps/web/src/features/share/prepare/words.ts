const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** `6 d 4 h`, `3 h 12 min`, `4 min`, `under 1 min`: how long something still lasts. */
export function timeLeft(ms: number): string {
  const first = UNITS.findIndex(([, size]) => ms >= size)
  if (first < 0) return 'under 1 min'
  const [unit, size] = UNITS[first] as (typeof UNITS)[number]
  const next = UNITS[first + 1]
  const rest = next ? Math.floor((ms % size) / next[1]) : 0
  return `${Math.floor(ms / size)} ${unit}${next && rest > 0 ? ` ${rest} ${next[0]}` : ''}`
}

/** The code that shows a link's embed variant in another page. A link has no character that would need escaping. */
export const frameHtml = (url: string, title: string): string =>
  `<iframe src="${url}/embed" title="${title}" width="100%" height="480" style="border:0" loading="lazy"></iframe>`
