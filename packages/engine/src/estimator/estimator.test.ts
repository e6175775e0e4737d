import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import { flat, MINUTE, PLAIN_TIERS, START } from '../../test/markets.ts'
import { type BucketInput, Estimator } from './estimator.ts'

const fresh = (bucketMs = MINUTE) => new Estimator({ bucketMs, tiers: PLAIN_TIERS })
const withInterest = (bucket: BucketInput, base: number): BucketInput => ({
  ...bucket,
  openInterest: { time: bucket.bucketStart + MINUTE, base },
})
const BIN_100 = 4605
const at = (bin: number) => Math.exp((bin + 0.5) / 1000)

/** Nothing was open, then 1000 coins opened at 100: no start-up spread in the way. */
function opened(): Estimator {
  const estimator = fresh()
  estimator.step(withInterest(flat(START, at(BIN_100), 500), 0))
  estimator.step(withInterest(flat(START + MINUTE, at(BIN_100), 5000), 1000))
  return estimator
}
const usdAt = (estimator: Estimator, side: 'long' | 'short', bin: number) => {
  const plane = estimator.column()?.planes[side]
  return plane?.usd[bin - plane.firstBin] ?? 0
}
const usdOf = (estimator: Estimator, side: 'long' | 'short') =>
  (estimator.column()?.planes[side].usd ?? new Float32Array(0)).reduce((a, b) => a + b, 0)

describe('a first figure', () => {
  it('gives no column before it, and one after', () => {
    const estimator = fresh()
    expect(estimator.lastBucket).toBeNull()
    expect(estimator.column()).toBeNull()
    estimator.step(flat(START, 100, 10))
    expect(estimator.lastBucket).toBe(START)
    expect(estimator.column()).toBeNull()
    estimator.step(withInterest(flat(START + MINUTE, 100, 10), 1000))
    expect(estimator.column()).toMatchObject({ bucketStart: START + MINUTE, bucketMs: MINUTE })
  })

  it('spreads what was open already: both sides hold it, most of it within the map, low leverage first', () => {
    const estimator = fresh()
    estimator.step(withInterest(flat(START, 100, 10), 1000))
    expect(estimator.totals.long).toBeCloseTo(1000, 9)
    expect(estimator.totals.short).toBeCloseTo(1000, 9)
    // 2 % are residual; a long level at half the price counts half in USD
    expect(usdOf(estimator, 'long')).toBeGreaterThan(50_000)
    expect(usdOf(estimator, 'long')).toBeLessThan(98_000)
    expect(usdOf(estimator, 'short')).toBeGreaterThan(98_000)
    const plane = estimator.column()?.planes.long
    const within = (share: number) =>
      plane?.usd.reduce((sum, usd, i) => sum + (binCentrePrice(plane.firstBin + i) > 100 * (1 - share) ? usd : 0), 0) ?? 0
    expect(within(0.02) / usdOf(estimator, 'long')).toBeLessThan(0.06)
    expect(within(0.15) / usdOf(estimator, 'long')).toBeGreaterThan(0.2)
  })
})

describe('opening', () => {
  it('puts 7 % of 1000 coins on the 39 bins of the 10× class, in USD at the bin', () => {
    const estimator = opened()
    for (const bin of [BIN_100 - 123, BIN_100 - 100, BIN_100 - 85])
      expect(usdAt(estimator, 'long', bin)).toBeCloseTo((1000 * 0.07 * binCentrePrice(bin)) / 39, 2)
    for (const bin of [BIN_100 + 78, BIN_100 + 108])
      expect(usdAt(estimator, 'short', bin)).toBeCloseTo((1000 * 0.07 * binCentrePrice(bin)) / 31, 2)
  })

  it('leaves the bins next to the price empty: nobody opens beyond 125×', () => {
    const estimator = opened()
    for (let d = -4; d <= 3; d++) expect(usdAt(estimator, 'long', BIN_100 + d) + usdAt(estimator, 'short', BIN_100 + d)).toBe(0)
    expect(usdAt(estimator, 'long', BIN_100 - 5)).toBeGreaterThan(0)
    expect(usdAt(estimator, 'short', BIN_100 + 4)).toBeGreaterThan(0)
  })

  it('opens along all that was traded since the figure before, by volume', () => {
    const estimator = fresh()
    estimator.step(withInterest(flat(START, at(BIN_100)), 0))
    estimator.step(flat(START + MINUTE, at(BIN_100), 300))
    // far enough that no level of one entry falls on those of the other
    estimator.step(withInterest(flat(START + 2 * MINUTE, at(BIN_100 + 2000), 100), 1000))
    const coins = (bin: number) => usdAt(estimator, 'long', bin) / binCentrePrice(bin)
    expect(coins(BIN_100 - 100) / coins(BIN_100 + 1900)).toBeCloseTo(3, 4)
  })

  it('holds what was opened and crossed within the same bar for gone, by the order of the bar', () => {
    const bar = (open: number, close: number): BucketInput => ({
      ...flat(START + MINUTE, 1, 5000),
      open: at(BIN_100 + open),
      high: at(BIN_100 + 60),
      low: at(BIN_100),
      close: at(BIN_100 + close),
    })
    const steppedBy = (bucket: BucketInput) => {
      const estimator = fresh()
      estimator.step(withInterest(flat(START, at(BIN_100 + 30)), 0))
      estimator.step(withInterest(bucket, 1000))
      return estimator
    }
    // rising: the low came first, longs below the close stand; falling: the low came last, nothing stands from it upwards
    const rising = steppedBy(bar(20, 40))
    expect(usdAt(rising, 'long', BIN_100 + 20)).toBeGreaterThan(0)
    expect(usdAt(rising, 'long', BIN_100 + 40)).toBe(0)
    expect(usdAt(rising, 'short', BIN_100 + 60)).toBe(0)
    const falling = steppedBy(bar(40, 20))
    expect(usdAt(falling, 'long', BIN_100)).toBe(0)
    expect(usdAt(falling, 'long', BIN_100 - 1)).toBeGreaterThan(0)
    expect(usdAt(falling, 'short', BIN_100 + 40)).toBeGreaterThan(0)
    for (const estimator of [rising, falling]) {
      expect(estimator.totals.long).toBeCloseTo(1000, 9)
      expect(estimator.totals.short).toBeCloseTo(1000, 9)
    }
  })

  it('takes what opens from no older position, however much of it is gone within its own bar', () => {
    const estimator = opened()
    const old = () => {
      const plane = estimator.column()?.planes.long
      return plane?.usd.reduce((sum, usd, i) => sum + (plane.firstBin + i < BIN_100 ? usd : 0), 0) ?? 0
    }
    const before = old()
    // Far above, closing at its low; the volume is what opened, so nothing is left to turn over.
    const price = at(BIN_100 + 2000)
    const bar = { ...flat(START + 2 * MINUTE, price, 1000), open: price * 1.06, high: price * 1.06 }
    estimator.step(withInterest(bar, 2000))
    expect(estimator.totals.long).toBeCloseTo(2000, 8)
    expect(old() / before).toBeCloseTo(1, 5)
  })

  it('knows that a later bar crossed what an earlier one opened', () => {
    const estimator = fresh()
    estimator.step(withInterest(flat(START, at(BIN_100)), 0))
    estimator.step(flat(START + MINUTE, at(BIN_100), 1000))
    estimator.step({ ...flat(START + 2 * MINUTE, at(BIN_100), 0), low: at(BIN_100 - 90) })
    estimator.step(withInterest(flat(START + 3 * MINUTE, at(BIN_100), 0), 1000))
    expect(usdAt(estimator, 'long', BIN_100 - 90)).toBe(0)
    expect(usdAt(estimator, 'long', BIN_100 - 91)).toBeGreaterThan(0)
    expect(usdAt(estimator, 'short', BIN_100 + 4)).toBeGreaterThan(0)
    expect(estimator.totals.long).toBeCloseTo(1000, 9)
  })
})

describe('sweep', () => {
  it('empties exactly the bins that the low crossed, and no short', () => {
    const estimator = opened()
    const before = estimator.column()
    const shorts = estimator.totals.short
    const low = BIN_100 - 100
    estimator.step({ ...flat(START + 2 * MINUTE, at(BIN_100), 0), low: at(low) })
    for (let bin = BIN_100 - 1500; bin <= BIN_100; bin++) {
      const was = before?.planes.long.usd[bin - before.planes.long.firstBin] ?? 0
      expect(usdAt(estimator, 'long', bin)).toBe(bin >= low ? 0 : was)
    }
    expect(estimator.totals.short).toBe(shorts)
    // 14× and above (49 %) and 16 of the 39 bins of 10×
    expect(estimator.totals.long).toBeCloseTo(1000 * (1 - 0.49 - (0.07 * 16) / 39), 3)
  })

  it('is closed against someone by the next figure: both sides hold it again', () => {
    const estimator = opened()
    estimator.step({ ...flat(START + 2 * MINUTE, at(BIN_100), 0), low: at(BIN_100 - 100) })
    estimator.step(withInterest(flat(START + 3 * MINUTE, at(BIN_100), 100), 900))
    expect(estimator.totals.long).toBeCloseTo(900, 9)
    expect(estimator.totals.short).toBeCloseTo(900, 9)
    // Longs lost more than 100 to the sweep: what is missing was taken over by new longs, up to the nearest level of all.
    expect(usdAt(estimator, 'long', BIN_100 - 5)).toBeGreaterThan(0)
  })
})

describe('open interest', () => {
  it('falls: high leverage leaves sooner', () => {
    const estimator = opened()
    const share = (side: 'long' | 'short') =>
      usdAt(estimator, side, BIN_100 + (side === 'long' ? -5 : 4)) / usdAt(estimator, side, BIN_100 + (side === 'long' ? -400 : 280))
    const before = [share('long'), share('short')]
    estimator.step(withInterest(flat(START + 2 * MINUTE, at(BIN_100), 1000), 500))
    expect(estimator.totals.long).toBeCloseTo(500, 9)
    expect(share('long')).toBeLessThan(0.2 * (before[0] as number))
    expect(share('short')).toBeLessThan(0.2 * (before[1] as number))
  })

  it('falls: who is in profit leaves sooner than who is in loss', () => {
    const estimator = opened()
    const above = BIN_100 + 2000
    // Volumes are what opened or closed, so nothing is turned over; the fall takes the nearer longs, and nobody takes them over.
    estimator.step(withInterest(flat(START + 2 * MINUTE, at(above), 1000), 2000))
    estimator.step(flat(START + 3 * MINUTE, at(BIN_100 + 1000), 0))
    const left = estimator.totals.long
    estimator.step(withInterest(flat(START + 4 * MINUTE, at(BIN_100 + 1000), 0), left))
    // 1.5× longs of both entries, 1400 bins below: one side of the price each
    const standing = () => [usdAt(estimator, 'long', BIN_100 - 1400), usdAt(estimator, 'long', above - 1400)] as const
    const before = standing()
    estimator.step(withInterest(flat(START + 5 * MINUTE, at(BIN_100 + 1000), left / 2), left / 2))
    const kept = standing().map((usd, i) => usd / (before[i] as number))
    expect(Math.log(kept[0] as number) / Math.log(kept[1] as number)).toBeCloseTo(1.25 / 0.8, 2)
  })

  it('of nothing empties the map, and what opens later opens at its own price', () => {
    const estimator = opened()
    estimator.step(withInterest(flat(START + 2 * MINUTE, at(BIN_100), 1000), 0))
    expect(estimator.totals).toEqual({ long: 0, short: 0 })
    expect(estimator.column()?.planes).toEqual({
      long: { firstBin: 0, usd: new Float32Array(0) },
      short: { firstBin: 0, usd: new Float32Array(0) },
    })
    estimator.step(withInterest(flat(START + 3 * MINUTE, at(BIN_100 + 500), 1000), 10))
    expect(usdAt(estimator, 'long', BIN_100 + 500 - 100)).toBeCloseTo((10 * 0.07 * at(BIN_100 + 400)) / 39, 3)
  })

  it('standing still turns over where there is trading, about 0.3 in an average day, and not without', () => {
    const leftAfterADay = (volume: number) => {
      const FIVE = 5 * MINUTE
      const estimator = new Estimator({ bucketMs: FIVE, tiers: PLAIN_TIERS })
      const step = (i: number, price: number, base: number) =>
        estimator.step({ ...flat(START + i * FIVE, price, volume), openInterest: { time: START + (i + 1) * FIVE, base } })
      const old = () => {
        const plane = estimator.column()?.planes.long
        return plane?.usd.reduce((sum, usd, i) => sum + (plane.firstBin + i < BIN_100 ? usd : 0), 0) ?? 0
      }
      step(0, at(BIN_100), 0)
      step(1, at(BIN_100), 1000)
      const before = old()
      for (let i = 2; i < 290; i++) step(i, at(BIN_100 + 2000), 1000)
      return old() / before
    }
    expect(leftAfterADay(0)).toBeCloseTo(1, 6)
    expect(leftAfterADay(10_000)).toBeGreaterThan(0.65)
    expect(leftAfterADay(10_000)).toBeLessThan(0.85)
  })
})

describe('prices far away', () => {
  it.each([100, 0.01])('a jump by a factor of %s keeps the books', (factor) => {
    const estimator = opened()
    const price = at(BIN_100) * factor
    estimator.step(withInterest({ ...flat(START + 2 * MINUTE, price, 10), high: Math.max(price, 100), low: Math.min(price, 100) }, 1200))
    expect(estimator.totals.long).toBeCloseTo(1200, 8)
    expect(estimator.totals.short).toBeCloseTo(1200, 8)
    const planes = estimator.column()?.planes
    const close = binOf(price)
    expect((planes?.long.firstBin ?? 0) + (planes?.long.usd.length ?? 0)).toBeLessThanOrEqual(close)
    expect(planes?.short.firstBin).toBeGreaterThan(close)
  })

  it('works at the ends of the grid, and leaves out what lies beyond them', () => {
    for (const price of [1.01e-12, 0.99e12]) {
      const estimator = fresh()
      estimator.step(withInterest(flat(START, price, 10), 1e15))
      estimator.step(withInterest(flat(START + MINUTE, price, 10), 2e15))
      expect(estimator.totals.long / 2e15).toBeCloseTo(1, 9)
      expect(estimator.column()).not.toBeNull()
    }
  })
})
