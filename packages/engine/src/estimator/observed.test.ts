import { createHash } from 'node:crypto'
import { FaultlineError } from '@faultline/market/errors'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { PLAIN_TIERS, run, START, sameBytes } from '../../test/markets.ts'
import { syntheticMarket } from '../../test/synthetic-market.ts'
import { leverageClasses } from './classes.ts'
import { type BucketInput, Estimator } from './estimator.ts'
import { sampleCount, seenStock } from './observed-evidence.ts'
import { nothingObserved, type ObservedStock, observedStock, type SeenPosition } from './observed-stock.ts'

const config = { bucketMs: MINUTE_MS, tiers: PLAIN_TIERS }
const market = syntheticMarket({ seed: 7, buckets: 720, bucketMs: MINUTE_MS, start: START })
const INTEREST = 50_000

/** `count` positions of one size whose liquidation lies `distance` (log) from their entry, half of them long. */
const positions = (distance: number | null, count: number, size: number): SeenPosition[] =>
  Array.from({ length: count }, (_, i) => {
    const side = i % 2 === 0 ? 'long' : 'short'
    const liquidation = distance === null ? null : 2000 * Math.exp(side === 'long' ? -distance : distance)
    return { side, entry: 2000, liquidation, size }
  })
const withObserved = (at: (bucket: BucketInput, i: number) => ObservedStock | undefined): BucketInput[] =>
  market.map((bucket, i) => {
    const observed = at(bucket, i)
    return observed ? { ...bucket, observed } : bucket
  })
const near: SeenPosition[] = positions(0.02, 400, 40)
const far: SeenPosition[] = positions(0.5, 400, 40)
const lookAt = (seen: SeenPosition[]) => (bucket: BucketInput, i: number) =>
  i % 60 === 30 ? observedStock(bucket.bucketStart + MINUTE_MS, seen, INTEREST) : undefined

/** USD of the map by stretch of leverage, both sides, as shares. */
function mixOf(estimator: Estimator): number[] {
  const planes = estimator.leveragePlanes()
  if (!planes) throw new Error('no map')
  const usd = planes.long.planes.map((plane, g) => sum(plane.usd) + sum((planes.short.planes[g] as typeof plane).usd))
  return usd.map((u) => u / sum(usd))
}
const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0)

describe('the estimator without observed positions', () => {
  it('gives the bytes that it gave before there were any', () => {
    const estimator = run(new Estimator(config), market)
    const column = estimator.column()
    const hash = createHash('sha256')
    for (const side of ['long', 'short'] as const) hash.update(new Uint8Array(column?.planes[side].usd.buffer ?? new ArrayBuffer(0)))
    expect(hash.update(estimator.checkpoint()).digest('hex')).toBe('bfc8465e5cfc3fbd63bb78a5b01228cc7cfd82cff39fc2558ca92d76583d1da4')
  })

  it('does not mind being told that nothing is observed', () => {
    const told = run(
      new Estimator(config),
      withObserved((bucket) => nothingObserved(bucket.bucketStart + MINUTE_MS)),
    )
    expect(sameBytes(told.checkpoint(), run(new Estimator(config), market).checkpoint())).toBe(true)
  })
})

describe('observed positions', () => {
  const plain = run(new Estimator(config), market)
  const withNear = run(new Estimator(config), withObserved(lookAt(near)))
  const withFar = run(new Estimator(config), withObserved(lookAt(far)))

  it('move the mix of leverage to where they are', () => {
    const highShare = (e: Estimator) => sum(mixOf(e).slice(8))
    expect(highShare(withNear)).toBeGreaterThan(1.15 * highShare(plain))
    expect(highShare(withFar)).toBeLessThan(0.85 * highShare(plain))
  })

  it('keep the books balanced on the open interest', () => {
    // The last of these buckets brings a figure.
    const inputs = withObserved(lookAt(near)).slice(0, 716)
    const figure = inputs.at(-1)?.openInterest?.base ?? 0
    const { long, short } = run(new Estimator(config), inputs).totals
    expect(long / figure).toBeCloseTo(1, 8)
    expect(short / figure).toBeCloseTo(1, 8)
  })

  it('make the level of the map surer, and move it: what nothing liquidates is not on it', () => {
    const safe = run(new Estimator(config), withObserved(lookAt([...positions(0.2, 100, 40), ...positions(null, 900, 40)])))
    const total = (e: Estimator) => sum(e.column()?.planes.long.usd ?? []) + sum(e.column()?.planes.short.usd ?? [])
    expect(total(safe)).toBeLessThan(0.7 * total(plain))
    expect(withNear.report().levelSd).toBeLessThan(plain.report().levelSd)
  })

  it('count for less with every day that nobody looks, and for nothing when they are taken back', () => {
    const once = (bucket: BucketInput, i: number) => (i === 30 ? observedStock(bucket.bucketStart + MINUTE_MS, near, INTEREST) : undefined)
    const seen = seenStock(leverageClasses(PLAIN_TIERS), observedStock(START, near, INTEREST))
    expect(sampleCount(seen?.long as never, 24 * HOUR_MS)).toBeCloseTo(sampleCount(seen?.long as never, 0) / 2, 9)
    const taken = run(
      new Estimator(config),
      withObserved((bucket, i) => (i === 60 ? nothingObserved(bucket.bucketStart + MINUTE_MS) : once(bucket, i))),
    )
    // What prints had been weighed by meanwhile stays, so these are close and not the same.
    const apart = (e: Estimator) => sum(mixOf(e).map((share, g) => Math.abs(share - (mixOf(plain)[g] as number))))
    expect(apart(taken)).toBeLessThan(0.15 * apart(withNear))
    expect(new DataView(taken.checkpoint().buffer).getUint8(4)).toBe(2)
  })

  it('are part of a checkpoint: resumed anywhere, the bytes are the same', () => {
    const inputs = withObserved(lookAt(near))
    for (const cut of [31, 100, 400]) {
      const first = run(new Estimator(config), inputs.slice(0, cut))
      const resumed = run(Estimator.resume(config, first.checkpoint()), inputs.slice(cut))
      expect(sameBytes(resumed.checkpoint(), withNear.checkpoint())).toBe(true)
    }
  })

  it('that no price can have are refused by their field', () => {
    const stock = observedStock(START + MINUTE_MS, near, INTEREST)
    const refusal = (observed: ObservedStock) => {
      try {
        new Estimator(config).step({ ...(market[0] as BucketInput), observed })
      } catch (error) {
        return error instanceof FaultlineError ? error.place?.field : error
      }
      return null
    }
    expect(refusal(stock)).toBeNull()
    expect(refusal({ ...stock, time: START + MINUTE_MS + 1 })).toBe('observed.time')
    expect(refusal({ ...stock, long: { ...stock.long, share: 1.01 } })).toBe('observed.long.share')
    expect(refusal({ ...stock, short: { ...stock.short, distances: [0], sizes: [1] } })).toBe('observed.short.distances[0]')
    expect(refusal({ ...stock, short: { ...stock.short, sizes: [] } })).toBe('observed.short.sizes')
  })
})

describe('a sample', () => {
  it('is summed up by distance from entry, with how much of open interest it is and how few it really are', () => {
    const stock = observedStock(
      START,
      [
        { side: 'long', entry: 100, liquidation: 90, size: 3 },
        { side: 'long', entry: 100, liquidation: 90.1, size: 1 },
        { side: 'long', entry: 100, liquidation: null, size: 1 },
        // farther than a factor of five, and on the wrong side of its entry
        { side: 'short', entry: 100, liquidation: 600, size: 2 },
        { side: 'short', entry: 100, liquidation: 99, size: 2 },
      ],
      50,
    )
    expect(stock.long).toMatchObject({ share: 0.1, safe: 1, sizes: [4] })
    expect(stock.long.effective).toBeCloseTo(25 / 11, 9)
    expect(stock.long.distances[0]).toBeCloseTo(Math.log(100 / 90), 2)
    expect(stock.short).toMatchObject({ share: 0.08, safe: 2, sizes: [2], effective: 2 })
    expect(stock.short.distances[0]).toBeCloseTo(0.001, 4)
  })

  it('counts for the more the more of open interest it is, and never for more than it is', () => {
    const count = (share: number, effective: number) => sampleCount({ share, effective, stretches: new Float64Array(14), safe: 0 }, 0)
    expect(count(0, 0)).toBe(0)
    // a thousand accounts that hold a fiftieth of it: not a tenth of one position's worth
    expect(count(0.02, 1000)).toBeLessThan(0.1)
    expect(count(0.2, 1000)).toBeGreaterThan(10)
    expect(count(0.2, 1000)).toBeLessThan(15)
    expect(count(0.2, 4)).toBeLessThan(5)
    expect(count(1, 30)).toBe(5000)
    let before = 0
    for (let share = 0.05; share < 1; share += 0.05) {
      expect(count(share, 200)).toBeGreaterThan(before)
      before = count(share, 200)
    }
  })
})
