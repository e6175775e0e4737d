import { DAY_MS, HOUR_MS, MINUTE_MS } from './units.ts'

/** The pyramid of tile resolutions. A build has those that are multiples of its own bucket, and its own bucket. */
export const PYRAMID_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 4 * HOUR_MS, DAY_MS] as const

/** Lengths that venues publish candles in: each divides a day, so that buckets are aligned to UTC midnight. */
export const BUCKETS_MS: Readonly<Record<string, number>> = {
  '1m': MINUTE_MS,
  '3m': 3 * MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '2h': 2 * HOUR_MS,
  '4h': 4 * HOUR_MS,
  '6h': 6 * HOUR_MS,
  '8h': 8 * HOUR_MS,
  '12h': 12 * HOUR_MS,
  '1d': DAY_MS,
}

/** Resolutions of a build, finest first: `bucketMs` itself, then each pyramid step that the one before divides. */
export function resolutionsOf(bucketMs: number): number[] {
  const out = [bucketMs]
  for (const r of PYRAMID_MS) {
    const last = out[out.length - 1] as number
    if (r > last && r % last === 0) out.push(r)
  }
  return out
}

/** `5m`, `4h`, `1d`. */
export function resolutionName(resolutionMs: number): string {
  if (resolutionMs % DAY_MS === 0) return `${resolutionMs / DAY_MS}d`
  if (resolutionMs % HOUR_MS === 0) return `${resolutionMs / HOUR_MS}h`
  return `${resolutionMs / MINUTE_MS}m`
}
