import { BUCKETS_MS, resolutionName } from '@faultline/market/resolution'
import { describe, expect, it } from 'vitest'
import { chooseWindow } from './choose-resolution.ts'
import { RANGES } from './schema.ts'

const lastBucket = Date.UTC(2024, 0, 15, 11)

describe('chooseWindow', () => {
  it.each([
    ['1m', '1m 1m 5m 5m 30m'],
    ['3m', '3m 3m 3m 30m 30m'],
    ['5m', '5m 5m 5m 5m 30m'],
    ['15m', '15m 15m 15m 15m 30m'],
    ['1h', '1h 1h 1h 1h 1h'],
    ['1d', '1d 1d 1d 1d 1d'],
  ])('of a build with %s buckets picks %s', (bucket, expected) => {
    const build = { bucketMs: BUCKETS_MS[bucket] as number, lastBucket }
    expect(RANGES.map((range) => resolutionName(chooseWindow(range, build).resolutionMs)).join(' ')).toBe(expected)
  })

  it('ends with the last bucket and begins aligned, never later than the range asks', () => {
    for (const bucketMs of Object.values(BUCKETS_MS))
      for (const [range, ms] of [
        ['12h', 43_200_000],
        ['30d', 2_592_000_000],
      ] as const) {
        const at = Math.floor((lastBucket + 7 * 60_000) / bucketMs) * bucketMs
        const { from, to, resolutionMs } = chooseWindow(range, { bucketMs, lastBucket: at })
        expect(to).toBe(at + bucketMs)
        expect(from % resolutionMs).toBe(0)
        expect(to - ms - from).toBeGreaterThanOrEqual(0)
        expect(to - ms - from).toBeLessThan(resolutionMs)
      }
  })
})
