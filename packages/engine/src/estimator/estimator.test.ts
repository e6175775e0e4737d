import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import { flat, MINUTE, PLAIN_TIERS, START, withInterest } from '../../test/markets.ts'
import { leverageClasses } from './classes.ts'
import { type BucketInput, Estimator } from './estimator.ts'
import { HeldBars } from './held-bars.ts'
import { Members } from './members.ts'
import { AT_LEVEL } from './survival.ts'
import { Turnover } from './turnover.ts'

const fresh = () => new Estimator({ bucketMs: MINUTE, tiers: PLAIN_TIERS })
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

describe('a first figure', () => {
  it('gives no column before it, and one after', () => {
    const estimator = fresh()
    expect(estimator.lastBucket).toBeNull()
    expect(estimator.column()).toBeNull()
    expect(estimator.predicted).toBeNull()
    estimator.step(flat(START, 100, 10))
    expect(estimator.lastBucket).toBe(START)
    expect(estimator.column()).toBeNull()
    expect([estimator.map(), estimator.bands(), estimator.cumulativeBands([0.1]), estimator.leveragePlanes()]).toEqual([
      null,
      null,
      null,
      null,
    ])
    expect(estimator.draws(4)).toEqual([])
    estimator.step(withInterest(flat(START + MINUTE, 100, 10), 1000))
    expect(estimator.column()).toMatchObject({ bucketStart: START + MINUTE, bucketMs: MINUTE })
    expect(estimator.map()).toMatchObject({ time: START + 2 * MINUTE, price: 100, ...estimator.column()?.planes })
  })

  it('spreads what was open already: both sides hold it, low leverage first', () => {
    const estimator = fresh()
    estimator.step(withInterest(flat(START, 100, 10), 1000))
    expect(estimator.totals.long).toBeCloseTo(1000, 9)
    expect(estimator.totals.short).toBeCloseTo(1000, 9)
    const plane = estimator.column()?.planes.long
    const within = (share: number) =>
      plane?.usd.reduce((sum, usd, i) => sum + (binCentrePrice(plane.firstBin + i) > 100 * (1 - share) ? usd : 0), 0) ?? 0
    expect(within(0.02) / within(1)).toBeLessThan(0.06)
    expect(within(0.15) / within(1)).toBeGreaterThan(0.1)
    expect(within(0.15) / within(1)).toBeLessThan(0.7)
  })
})

describe('a column', () => {
  it('leaves the bins next to the price empty: nobody opens beyond 125×', () => {
    const estimator = opened()
    const { long, short } = leverageClasses(PLAIN_TIERS)
    const [nearest, other] = [Math.max(...long.to) - 1, Math.min(...short.from)]
    for (let d = nearest + 1; d <= 0; d++) expect(usdAt(estimator, 'long', BIN_100 + d)).toBe(0)
    for (let d = 0; d < other; d++) expect(usdAt(estimator, 'short', BIN_100 + d)).toBe(0)
    expect(usdAt(estimator, 'long', BIN_100 + nearest)).toBeGreaterThan(0)
    expect(usdAt(estimator, 'short', BIN_100 + other)).toBeGreaterThan(0)
  })

  it('is the mean of the members, each class at its weight, thinned by the way under water, never above what the books hold', () => {
    const estimator = fresh()
    const classes = leverageClasses(PLAIN_TIERS)
    const members = new Members(classes, new Set())
    const turnover = new Turnover()
    const price = at(BIN_100 - 30)
    estimator.step(withInterest(flat(START, at(BIN_100), 500), 1000))
    estimator.step(withInterest(flat(START + MINUTE, price, 5000), 1100))
    for (const [i, [close, volume, base]] of [[at(BIN_100), 500, 1000] as const, [price, 5000, 1100] as const].entries()) {
      turnover.observe(volume, MINUTE, MINUTE)
      const held = new HeldBars()
      held.push(close, close, close, close, volume, MINUTE)
      for (const filter of members.filters) {
        filter.sweep(close, close)
        const before = i === 0 ? null : { time: START + MINUTE, base: 1000 }
        filter.explain(before, { time: START + (i + 1) * MINUTE, base }, close, held, turnover, null, true)
      }
    }
    for (const [side, name] of [
      [0, 'long'],
      [1, 'short'],
    ] as const) {
      // the slow way: every member, class and bin by itself
      const expected = new Map<number, number>()
      let held = 0
      members.all.forEach(({ filter, mix }, m) => {
        const book = filter.books[side]
        for (let j = 0; j < book.count; j++)
          for (let r = book.lo[j] as number; r <= (book.hi[j] as number); r++) {
            const raw = book.raw[j * book.size + r - book.base] as number
            const mass =
              (members.weights[m] as number) *
              (mix.weights[j] as number) *
              raw *
              (book.multiplier[2 * j + (r < book.boundary ? 0 : 1)] as number)
            held += mass
            const centre = book.classes.centre[j] as number
            const under = Math.max(0, (side === 0 ? 1 : -1) * (r - (BIN_100 - 30))) / Math.max(1, Math.abs(centre))
            const stays = mass * (1 - (1 - AT_LEVEL) * Math.min(1, under))
            expected.set(r + centre, (expected.get(r + centre) ?? 0) + stays)
          }
      })
      const factor = held > 1100 ? 1100 / held : 1
      let compared = 0
      for (const [bin, mass] of expected) {
        const usd = mass * factor * binCentrePrice(bin)
        if (usd < 1.01) continue
        expect(usdAt(estimator, name, bin) / usd).toBeCloseTo(1, 4)
        compared++
      }
      expect(compared).toBeGreaterThan(500)
    }
  })

  it('of no open interest is empty', () => {
    const estimator = opened()
    estimator.step(withInterest(flat(START + 2 * MINUTE, at(BIN_100), 1000), 0))
    expect(estimator.totals).toEqual({ long: 0, short: 0 })
    expect(estimator.column()?.planes).toEqual({
      long: { firstBin: 0, usd: new Float32Array(0) },
      short: { firstBin: 0, usd: new Float32Array(0) },
    })
    estimator.step(withInterest(flat(START + 3 * MINUTE, at(BIN_100 + 500), 1000), 10))
    expect(estimator.totals.long).toBeCloseTo(10, 9)
    expect(usdAt(estimator, 'long', BIN_100 + 400)).toBeGreaterThan(0)
  })

  it('after a sweep without a figure holds nothing where price was', () => {
    const estimator = opened()
    const low = BIN_100 - 100
    estimator.step({ ...flat(START + 2 * MINUTE, at(BIN_100), 0), low: at(low) })
    for (let bin = low; bin <= BIN_100; bin++) expect(usdAt(estimator, 'long', bin)).toBe(0)
    expect(usdAt(estimator, 'long', low - 1)).toBeGreaterThan(0)
    expect(estimator.totals.short).toBeCloseTo(1000, 9)
    expect(estimator.totals.long).toBeLessThan(900)
  })
})

describe('a prediction', () => {
  const print = (side: 'long' | 'short', quantity: number, time: number) =>
    ({ type: 'liquidation', time, side, price: 100, priceKind: 'order', quantity, quantityUsd: 100 * quantity }) as const
  /** Nearly an hour old, with prints; the next bucket sweeps longs and ends the hour, when everything learned is put to use. */
  const beforeTheHour = () => {
    const estimator = fresh()
    for (let i = 0; i < 59; i++) {
      const dip = i > 5 ? 1 - 0.0003 * i : 1
      const bucket = { ...flat(START + i * MINUTE, 100, 500), low: 100 * dip, high: 100 / dip }
      const seen = i > 10 ? { liquidations: [print('long', 2, START + i * MINUTE), print('short', 1, START + i * MINUTE)] } : {}
      estimator.step({ ...withInterest(bucket, 10_000 + 10 * i), ...seen })
    }
    return estimator.checkpoint()
  }
  const config = { bucketMs: MINUTE, tiers: PLAIN_TIERS }
  const last = { ...flat(START + 59 * MINUTE, 97, 500), open: 100, high: 100, low: 96 }
  const stepped = (checkpoint: Uint8Array, liquidations: BucketInput['liquidations'] = []) => {
    const estimator = Estimator.resume(config, checkpoint)
    estimator.step({ ...last, liquidations })
    return estimator
  }

  it('of a bucket is made before its prints teach anything', () => {
    const checkpoint = beforeTheHour()
    const silent = stepped(checkpoint)
    const loud = stepped(checkpoint, [print('long', 5000, last.bucketStart), print('short', 1, last.bucketStart)])
    expect(silent.predicted?.printed.long).toBeGreaterThan(0)
    expect(silent.predicted?.printed.short).toBe(0)
    expect(loud.predicted).toEqual(silent.predicted)
    // …and did teach: the next bucket is seen otherwise
    const next = { ...flat(START + 60 * MINUTE, 94, 500), open: 97, high: 97 }
    silent.step(next)
    loud.step(next)
    expect(loud.predicted?.printed.long).toBeGreaterThan(1.05 * (silent.predicted?.printed.long ?? 0))
  })

  it('is what the sweep crossed: the feed shows part of it', () => {
    const estimator = stepped(beforeTheHour())
    const predicted = estimator.predicted
    expect(predicted?.bucketStart).toBe(last.bucketStart)
    const [printed, liquidated] = [predicted?.printed.long ?? 0, predicted?.liquidated.long ?? 0]
    expect(liquidated).toBeGreaterThan(printed)
    // no more than the books lost
    const before = Estimator.resume(config, beforeTheHour()).totals.long
    expect(liquidated).toBeLessThan((before - estimator.totals.long) * 100)
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
