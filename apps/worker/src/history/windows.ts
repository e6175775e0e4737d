import { DAY_MS, floorTo } from '@faultline/market/units'

/** UTC ms, [from, to) */
export interface Stretch {
  from: number
  to: number
}

/** A stretch of missing history that is fetched and stored as one, within one UTC day. */
export interface Window extends Stretch {
  /** older candles are stored: where the venue has none for this window it is a hole, and not before the venue's history */
  olderStored: boolean
}

/**
 * Cuts what is missing into windows of at most one UTC day, newest first, with ends on full buckets. `without` is left out:
 * stretches for which it is known that nobody has candles. `holes` do not overlap; a day is a multiple of `bucketMs`.
 */
export function windowsOf(holes: readonly Window[], options: { bucketMs: number; without?: readonly Stretch[] }): Window[] {
  const { bucketMs, without = [] } = options
  const windows: Window[] = []
  for (const { olderStored, ...hole } of holes) {
    for (const missing of subtract(hole, without)) {
      const from = Math.ceil(missing.from / bucketMs) * bucketMs
      const to = floorTo(missing.to, bucketMs)
      for (let start = from; start < to; ) {
        const end = Math.min(to, floorTo(start, DAY_MS) + DAY_MS)
        windows.push({ from: start, to: end, olderStored })
        start = end
      }
    }
  }
  return windows.sort((a, b) => b.from - a.from)
}

function subtract(whole: Stretch, parts: readonly Stretch[]): Stretch[] {
  let left = [whole]
  for (const part of parts) {
    left = left.flatMap(({ from, to }) => [
      { from, to: Math.min(to, part.from) },
      { from: Math.max(from, part.to), to },
    ])
    left = left.filter(({ from, to }) => from < to)
  }
  return left
}

/** The buckets of [from, to) of which no start is among `times`, which are in order. */
export function missingIn({ from, to }: Stretch, times: readonly number[], bucketMs: number): Stretch[] {
  const missing: Stretch[] = []
  let next = from
  for (const time of times) {
    if (time < next) continue
    if (time >= to) break
    if (time > next) missing.push({ from: next, to: time })
    next = time + bucketMs
  }
  if (next < to) missing.push({ from: next, to })
  return missing
}
