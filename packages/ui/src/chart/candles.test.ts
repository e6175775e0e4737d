import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregateCandles, BODY_PART, bodyWidth, chooseCandleInterval, lastAtOrBefore, MAX_BODY_PX, MIN_BODY_PX } from './candles.ts'
import type { CandleRow } from './heatmap-data.ts'

const MINUTE = 60_000

describe('aggregation', () => {
  it('keeps first open, highest high, lowest low and last close of each interval', () => {
    const rows: CandleRow[] = [
      [0, 10, 12, 9, 11, 1],
      [MINUTE, 11, 15, 10, 14, 1],
      [2 * MINUTE, 14, 14, 7, 8, 1],
      // minutes 3 to 5 are missing: the next interval begins late, and none is invented in between
      [6 * MINUTE, 8, 9, 8, 9, 1],
    ]
    const set = aggregateCandles(rows, 3 * MINUTE)
    expect([...set.time]).toEqual([0, 6 * MINUTE])
    expect([set.open[0], set.high[0], set.low[0], set.close[0]]).toEqual([10, 15, 7, 8])
    expect([set.open[1], set.high[1], set.low[1], set.close[1]]).toEqual([8, 9, 8, 9])
  })

  it('aligns to multiples of the interval, wherever the rows begin', () => {
    const rows = Array.from({ length: 10 }, (_, i): CandleRow => [(i + 7) * MINUTE, 1, 1, 1, 1, 1])
    expect([...aggregateCandles(rows, 5 * MINUTE).time]).toEqual([5, 10, 15].map((m) => m * MINUTE))
  })

  it('gives the same candles at once as in two steps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 1, max: 100, noNaN: true }), fc.boolean()), { minLength: 1, maxLength: 200 }),
        (steps) => {
          const rows = steps.flatMap(([p, present], i): CandleRow[] => (present ? [[i * MINUTE, p, p + 1, p - 0.5, p + 0.25, 1]] : []))
          const direct = aggregateCandles(rows, 30 * MINUTE)
          const fine = aggregateCandles(rows, 5 * MINUTE)
          const again = Array.from(
            fine.time,
            (t, i): CandleRow => [t, fine.open[i] ?? 0, fine.high[i] ?? 0, fine.low[i] ?? 0, fine.close[i] ?? 0, 0],
          )
          expect(aggregateCandles(again, 30 * MINUTE)).toEqual(direct)
        },
      ),
    )
  })
})

describe('interval', () => {
  it('gives bodies of 4 to 8 px at any zoom that is not closer than the candles given', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 5, 15, 30, 60), fc.double({ min: 1000, max: 3e6, noNaN: true }), (baseMinutes, msPerPixel) => {
        const base = baseMinutes * MINUTE
        const interval = chooseCandleInterval(msPerPixel, base)
        expect(interval % base).toBe(0)
        if (interval === base) return
        const width = bodyWidth(interval, msPerPixel)
        expect(width).toBeGreaterThanOrEqual(MIN_BODY_PX - 1e-9)
        expect((interval / msPerPixel) * BODY_PART).toBeLessThanOrEqual(MAX_BODY_PX + base / msPerPixel + 1e-9)
      }),
    )
  })
  it('takes lengths that people read', () => {
    expect(chooseCandleInterval((3 * 86_400_000) / 800, 5 * MINUTE)).toBe(30 * MINUTE)
    expect(chooseCandleInterval((30 * 86_400_000) / 800, MINUTE)).toBe(6 * 60 * MINUTE)
    expect(chooseCandleInterval((12 * 3_600_000) / 800, MINUTE)).toBe(5 * MINUTE)
  })
})

it('finds the last entry at or before a time', () => {
  const times = Float64Array.of(10, 20, 30)
  expect([5, 10, 19, 30, 99].map((t) => lastAtOrBefore(times, t))).toEqual([-1, 0, 0, 2, 2])
})
