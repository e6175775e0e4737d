import { binOf } from '@faultline/market/price-grid'
import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import type { HeatMap } from '../map/heat-map.ts'
import { frozenReadings } from './frozen-readings.ts'
import { MarketContext } from './market-context.ts'

const T0 = Date.UTC(2026, 0, 5)
const BUCKET = 300_000

/** A market that goes up and down by `move` per bucket. */
function context(move: number, buckets = 600): MarketContext {
  const out = new MarketContext(BUCKET)
  for (let i = 0; i < buckets; i++) {
    const close = 1000 * Math.exp(i % 2 === 0 ? 0 : move)
    out.step({
      bucketStart: T0 + i * BUCKET,
      open: close,
      high: close,
      low: close,
      close,
      volume: 1000,
      openInterest: { time: T0 + i * BUCKET, base: 1e5 },
    })
  }
  return out
}

const mapAt = (distance: number, usd: number): HeatMap => {
  const bin = binOf(1000)
  const plane = (at: number) => ({ firstBin: at, usd: Float32Array.of(usd) })
  return { time: T0, price: 1000, long: plane(bin - distance), short: plane(bin + distance) }
}

describe('MarketContext', () => {
  it('knows volatility and turnover per day, and open interest', () => {
    const market = context(0.001)
    expect(market.sigmaDay).toBeCloseTo(0.001 * Math.sqrt(288), 9)
    expect(market.volumeDayUsd / (288 * 1000 * 1000)).toBeCloseTo(1, 2)
    expect(market.openInterestUsd).toBeCloseTo(1e5 * 1000 * Math.exp(0.001), 3)
    expect([market.openInterestZ, market.fundingZ]).toEqual([0, 0])
  })

  it('measures what is unusual against its own past, and takes no rate twice', () => {
    const market = new MarketContext(HOUR_MS)
    for (let i = 0; i < 160; i++) {
      const fundingRate = 0.0001 * (Math.floor(i / 8) % 2)
      market.step({
        bucketStart: T0 + i * HOUR_MS,
        open: 1,
        high: 1,
        low: 1,
        close: 1,
        volume: 1,
        fundingRate,
        openInterest: { time: T0 + i * HOUR_MS, base: 10 },
      })
    }
    expect(market.fundingZ).toBeCloseTo(1, 9)
    market.step({
      bucketStart: T0 + 7 * DAY_MS,
      open: 1,
      high: 1,
      low: 1,
      close: 1,
      volume: 1,
      fundingRate: 0.001,
      openInterest: { time: T0 + 7 * DAY_MS, base: 20 },
    })
    expect(market.fundingZ).toBeGreaterThan(3)
    expect(market.openInterestZ).toBeGreaterThan(3)
  })
})

describe('frozenReadings', () => {
  const chances = (map: HeatMap, market: MarketContext) =>
    frozenReadings({ map, context: market }).cascadeProbabilities?.map((f) => f.probability) ?? []

  it('gives probabilities that fall with the threshold and the distance, and rise with volatility', () => {
    // One per cent of open interest, 1e8 USD, on either side.
    const near = chances(mapAt(5, 1e6), context(0.001))
    expect(near).toHaveLength(4)
    near.forEach((p, i) => {
      expect(p).toBeLessThanOrEqual(near[i - 1] ?? 1)
    })
    // σ of the hour is 0.35 %: |t₄|/√2 lies beyond 0.55 % in 9 of 100, on either side.
    expect(near[0]).toBeGreaterThan(0.12)
    expect(near[0]).toBeLessThan(0.24)
    expect(chances(mapAt(30, 1e6), context(0.001))[0]).toBeLessThan(near[0] as number)
    expect(chances(mapAt(5, 1e6), context(0.002))[0]).toBeGreaterThan(near[0] as number)
    expect(chances(mapAt(5, 1e4), context(0.001))).toEqual([0, 0, 0, 0])
  })

  it('is the same each time, and says nothing of a market that is not known', () => {
    const [map, market] = [mapAt(5, 1e6), context(0.001)]
    expect(frozenReadings({ map, context: market })).toEqual(frozenReadings({ map, context: market }))
    expect(frozenReadings({ map, context: new MarketContext(BUCKET) })).toEqual({})
  })
})
