import { BUCKETS_MS, resolutionName } from '@faultline/market/resolution'
import { describe, expect, it } from 'vitest'
import { askedWindow, chooseWindow, MOST_COLUMNS } from './choose-resolution.ts'
import { RANGES } from './schema.ts'

const lastBucket = Date.UTC(2024, 0, 15, 11)

describe('chooseWindow', () => {
  it.each([
    ['1m', '1m 1m 5m 5m 30m 4h 4h'],
    ['3m', '3m 3m 3m 30m 30m 4h 4h'],
    ['5m', '5m 5m 5m 5m 30m 4h 4h'],
    ['15m', '15m 15m 15m 15m 30m 4h 4h'],
    ['1h', '1h 1h 1h 1h 1h 1h 4h'],
    ['1d', '1d 1d 1d 1d 1d 1d 1d'],
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

describe('askedWindow', () => {
  const bucketMs = 60_000
  const firstBucket = lastBucket - 40 * 86_400_000
  const build = { bucketMs, firstBucket, lastBucket }
  const end = lastBucket + bucketMs

  it('is the range where nothing else is asked', () => {
    expect(askedWindow({ range: '7d' }, build)).toEqual(chooseWindow('7d', build))
  })

  it('keeps the asked resolution up to 8,800 columns, and then the next coarser', () => {
    expect(askedWindow({ range: '30d', resolution: '5m' }, build)).toMatchObject({ resolutionMs: 300_000, to: end })
    expect(askedWindow({ range: '30d', resolution: '1m' }, build).resolutionMs).toBe(300_000)
    expect(askedWindow({ range: '1y', resolution: '1m' }, build).resolutionMs).toBe(4 * 3_600_000)
    expect(askedWindow({ range: '12h', resolution: '1d' }, build).resolutionMs).toBe(86_400_000)
  })

  it('never leaves the history nor grows over the limit, whatever is asked', () => {
    for (const window of [
      { from: 0, to: 1 },
      { from: 0, to: 8e15 },
      { from: end - 1, to: end + 1 },
      { from: firstBucket, to: firstBucket + 1 },
      { from: end + 5, to: end + 9 },
    ])
      for (const resolution of [undefined, '1m', '4h', '1d'] as const) {
        const { from, to, resolutionMs } = askedWindow({ range: '3d', resolution, window }, build)
        expect(from % resolutionMs).toBe(0)
        expect(from).toBeGreaterThan(firstBucket - resolutionMs)
        expect(to).toBeGreaterThan(from)
        expect(to).toBeLessThanOrEqual(end)
        expect((to - from) / resolutionMs).toBeLessThanOrEqual(MOST_COLUMNS + 1)
      }
  })

  it('is no finer than what retention has left', () => {
    const thinned = { ...build, thinnedTo: end - 10 * 86_400_000, thinned30mTo: end - 20 * 86_400_000 }
    const minutes = (days: number, resolution?: '1m' | '4h') => {
      const from = end - days * 86_400_000
      return askedWindow({ range: '12h', resolution, window: { from, to: from + 43_200_000 } }, thinned).resolutionMs / 60_000
    }
    expect([10, 10.1, 20, 20.1].map((days) => minutes(days, '1m'))).toEqual([1, 5, 5, 30])
    expect([10, 10.1, 20.1].map((days) => minutes(days))).toEqual([1, 5, 30])
    expect(minutes(30, '4h')).toBe(240)
    // A market that was left long ago has nothing finer in any range.
    const left = { ...build, thinnedTo: end }
    expect(RANGES.map((range) => chooseWindow(range, left).resolutionMs / 60_000)).toEqual([5, 5, 5, 5, 30, 240, 240])
  })
})
