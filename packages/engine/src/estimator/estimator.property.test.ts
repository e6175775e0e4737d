import { COLUMN_FLOOR_USD, type PlaneData } from '@faultline/market/column'
import { encodeColumn } from '@faultline/market/column-codec'
import { FaultlineError } from '@faultline/market/errors'
import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flat, MINUTE, marketArbitrary, PLAIN_TIERS, run, START, sameBytes } from '../../test/markets.ts'
import { syntheticMarket } from '../../test/synthetic-market.ts'
import type { HeatMap } from '../map/heat-map.ts'
import { tiersFor } from '../margin/tiers.ts'
import type { EstimatorState } from './checkpoint.ts'
import { type BucketInput, Estimator } from './estimator.ts'

const FIVE = 5 * MINUTE
const tiers = fc.constantFrom(PLAIN_TIERS, tiersFor('ETHUSDT'), [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.025, maxLeverage: 20 }])
const columnBytes = (estimator: Estimator) => {
  const column = estimator.column()
  return column === null ? null : encodeColumn(column)
}
/** A build machine is slow and shared. */
const PATIENCE = 60_000
const filtersOf = (estimator: Estimator) => (estimator as unknown as { state: EstimatorState }).state.members.filters
const sound = (value: number) => value >= 0 && value < Number.POSITIVE_INFINITY

/** Counted by hand: an expect per bin would be most of the run. */
function wrongIn(plane: PlaneData, stands: (bin: number) => boolean): number {
  let wrong = 0
  plane.usd.forEach((usd, i) => {
    if (!(usd === 0 || (usd >= COLUMN_FLOOR_USD && usd < Number.POSITIVE_INFINITY))) wrong++
    if (usd > 0 && !stands(plane.firstBin + i)) wrong++
  })
  return wrong
}
const usdOf = ({ usd }: PlaneData) => usd.reduce((sum, value) => sum + value, 0)
const coinsOf = ({ firstBin, usd }: PlaneData) => usd.reduce((sum, value, i) => sum + value / binCentrePrice(firstBin + i), 0)

describe('whatever the market does', () => {
  it(
    'every set of books holds the open interest on both sides, longs lie below the close and shorts above, and no map holds more',
    () => {
      fc.assert(
        fc.property(tiers, marketArbitrary({ bucketMs: FIVE }), (table, market) => {
          const config = { bucketMs: FIVE, tiers: table }
          const estimator = new Estimator(config)
          const unblended = new Estimator({ ...config, without: ['blend'] })
          let known = 0
          for (const bucket of market) {
            estimator.step(bucket)
            unblended.step(bucket)
            if (bucket.openInterest) {
              known = bucket.openInterest.base < 1e-9 ? 0 : bucket.openInterest.base
              for (const { books } of filtersOf(estimator))
                for (const book of books) expect(Math.abs(book.total() - known)).toBeLessThanOrEqual(1e-9 * known)
            }
            const predicted = estimator.predicted
            for (const usd of [predicted?.printed.long, predicted?.printed.short, predicted?.liquidated.long, predicted?.liquidated.short])
              expect(usd !== undefined && sound(usd)).toBe(true)
            const map = estimator.map()
            const plain = unblended.map()
            if (map === null || plain === null) {
              expect(estimator.totals).toEqual({ long: 0, short: 0 })
              continue
            }
            const close = binOf(bucket.close)
            expect(wrongIn(map.long, (bin) => bin < close)).toBe(0)
            expect(wrongIn(map.short, (bin) => bin > close)).toBe(0)
            for (const side of ['long', 'short'] as const) {
              expect(coinsOf(plain[side])).toBeLessThanOrEqual(known * (1 + 1e-4))
              // bins under the floor are left out of either
              expect(usdOf(map[side])).toBeLessThanOrEqual(usdOf(plain[side]) * (1 + 1e-4) + map[side].usd.length + 1000 * COLUMN_FLOOR_USD)
            }
          }
        }),
        { numRuns: 60 },
      )
    },
    PATIENCE,
  )

  it(
    'bands are in order, sums grow with distance, draws are maps and what was learned is a number',
    () => {
      const distances = [0.001, 0.01, 0.02, 0.05, 0.1, 0.3, 1]
      fc.assert(
        fc.property(tiers, marketArbitrary({ bucketMs: FIVE, minLength: 5 }), (table, market) => {
          const estimator = run(new Estimator({ bucketMs: FIVE, tiers: table }), market)
          const bands = estimator.bands()
          const sums = estimator.cumulativeBands(distances)
          const close = binOf((market.at(-1) as BucketInput).close)
          for (const side of ['long', 'short'] as const) {
            const band = bands?.[side]
            let wrong = 0
            band?.p50.forEach((p50, i) => {
              const [p10, p90] = [band.p10[i] as number, band.p90[i] as number]
              if (!(sound(p10) && p10 <= p50 && p50 <= p90 && sound(p90))) wrong++
            })
            expect(wrong).toBe(0)
            let before = { p10: 0, p50: 0, p90: 0 }
            for (const now of sums?.[side] ?? []) {
              expect(sound(now.p10) && now.p10 <= now.p50 && now.p50 <= now.p90 && sound(now.p90)).toBe(true)
              for (const point of ['p10', 'p50', 'p90'] as const) expect(now[point]).toBeGreaterThanOrEqual(before[point])
              before = now
            }
            for (const { map } of estimator.draws(4)) {
              let negative = 0
              for (const usd of map[side].usd) if (!sound(usd)) negative++
              expect(negative).toBe(0)
              if (map[side].usd.length > 0)
                expect(side === 'long' ? map.long.firstBin + map.long.usd.length - 1 < close : map.short.firstBin > close).toBe(true)
            }
          }
          const { beta, members, coverage, levelSd, tilt, prints } = estimator.report()
          expect(members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9)
          expect(members.every(({ weight }) => weight >= 0)).toBe(true)
          expect(beta >= 0 && beta <= 1 && levelSd > 0 && Number.isFinite(tilt)).toBe(true)
          const seen = market.reduce((sum, { liquidations }) => sum + (liquidations?.length ?? 0), 0)
          expect(prints.seen).toBe(seen)
          const outside = market.flatMap(({ liquidations, low, high }) =>
            (liquidations ?? []).filter(({ price }) => price < low || price > high),
          )
          expect(prints.outsideCandle).toBe(outside.length)
          expect(coverage === null ? seen === 0 : coverage > 0 && coverage <= 1).toBe(true)
        }),
        { numRuns: 60 },
      )
    },
    PATIENCE,
  )

  it.each([
    ['volume by takers', 'takerBuyVolume'],
    ['ratios', 'longShortRatio'],
    ['funding', 'fundingRate'],
    ['prints', 'liquidations'],
  ] as const)('works without %s', (_, field) => {
    const whole = syntheticMarket({ seed: 11, buckets: 301, bucketMs: FIVE, start: START })
    const poorer = whole.map((bucket) => ({ ...bucket, [field]: undefined }))
    const [rich, poor] = [whole, poorer].map((market) => run(new Estimator({ bucketMs: FIVE, tiers: PLAIN_TIERS }), market)) as [
      Estimator,
      Estimator,
    ]
    expect(poor.totals.long / rich.totals.long).toBeCloseTo(1, 9)
    const [a, b] = [rich.map() as HeatMap, poor.map() as HeatMap]
    // not the same map, but of the same order
    expect(usdOf(b.long) / usdOf(a.long)).toBeGreaterThan(0.2)
    expect(usdOf(b.long) / usdOf(a.long)).toBeLessThan(5)
    if (field === 'takerBuyVolume') expect(sameBytes(poor.checkpoint(), rich.checkpoint())).toBe(true)
  })
})

describe('determinism', () => {
  it(
    'resuming from a checkpoint at any point gives the bytes of an uninterrupted run, and taking one changes nothing',
    () => {
      fc.assert(
        fc.property(
          tiers,
          marketArbitrary({ bucketMs: FIVE, minLength: 2 }),
          fc.array(fc.nat(), { maxLength: 4 }),
          (table, market, picks) => {
            const config = { bucketMs: FIVE, tiers: table }
            const cuts = new Set(picks.map((pick) => pick % market.length))
            const whole = new Estimator(config)
            let parts = new Estimator(config)
            market.forEach((bucket, i) => {
              whole.step(bucket)
              parts.step(bucket)
              if (cuts.has(i)) {
                const checkpoint = parts.checkpoint()
                parts = Estimator.resume(config, checkpoint)
                expect(parts.lastBucket).toBe(whole.lastBucket)
                expect(sameBytes(parts.checkpoint(), checkpoint)).toBe(true)
                expect(parts.report()).toEqual(whole.report())
              }
              expect(sameBytes(columnBytes(parts), columnBytes(whole))).toBe(true)
            })
            expect(sameBytes(parts.checkpoint(), whole.checkpoint())).toBe(true)
            expect(parts.cumulativeBands([0.05])).toEqual(whole.cumulativeBands([0.05]))
          },
        ),
        { numRuns: 60 },
      )
    },
    PATIENCE,
  )

  it('the same over days with everything learned', () => {
    const config = { bucketMs: FIVE, tiers: PLAIN_TIERS }
    const market = syntheticMarket({ seed: 5, buckets: 600, bucketMs: FIVE, start: START })
    const whole = run(new Estimator(config), market)
    const first = run(new Estimator(config), market.slice(0, 317))
    const second = run(Estimator.resume(config, first.checkpoint()), market.slice(317))
    expect(sameBytes(second.checkpoint(), whole.checkpoint())).toBe(true)
    const { coverage, members, tilt } = whole.report()
    expect(coverage).not.toBeNull()
    expect(tilt).not.toBe(0)
    expect(members[0]?.weight).not.toBe(new Estimator(config).report().members[0]?.weight)
  })

  it('the same buckets give the same bytes', () => {
    fc.assert(
      fc.property(marketArbitrary({ bucketMs: FIVE }), (market) => {
        const config = { bucketMs: FIVE, tiers: PLAIN_TIERS }
        expect(sameBytes(run(new Estimator(config), market).checkpoint(), run(new Estimator(config), market).checkpoint())).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('the future changes nothing of what was said before', () => {
    fc.assert(
      fc.property(marketArbitrary({ bucketMs: FIVE, minLength: 4 }), marketArbitrary({ bucketMs: FIVE }), (market, other) => {
        const config = { bucketMs: FIVE, tiers: PLAIN_TIERS }
        const half = market.slice(0, market.length / 2)
        const last = half[half.length - 1] as BucketInput
        const later = other.map((bucket) => {
          const bucketStart = bucket.bucketStart + last.bucketStart
          return {
            ...bucket,
            bucketStart,
            ...(bucket.openInterest && { openInterest: { ...bucket.openInterest, time: bucketStart + FIVE } }),
          }
        })
        const said = (buckets: BucketInput[]) => {
          const estimator = new Estimator(config)
          return buckets.map((bucket) => {
            estimator.step(bucket)
            return columnBytes(estimator)
          })
        }
        const [one, two] = [said([...half, ...later]), said(market)]
        for (let i = 0; i < half.length; i++) expect(sameBytes(one[i] ?? null, two[i] ?? null)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })
})

describe('bad input', () => {
  const two = (low: object, high: object) => [
    { floorUsd: 0, capUsd: 1000, maintMarginRatio: 0.01, maxLeverage: 20, ...low },
    { floorUsd: 1000, capUsd: null, maintMarginRatio: 0.02, maxLeverage: 10, ...high },
  ]
  const config = { bucketMs: FIVE, tiers: PLAIN_TIERS }
  const NEXT = START + 2 * FIVE
  const good = (): BucketInput => ({
    ...flat(NEXT, 100, 10),
    takerBuyVolume: 5,
    fundingRate: 0.0001,
    longShortRatio: 1.2,
    openInterest: { time: NEXT + FIVE, base: 1000 },
    liquidations: [{ type: 'liquidation', time: NEXT, side: 'long', price: 150, priceKind: 'order', quantity: 1, quantityUsd: 150 }],
  })
  const started = () => {
    const estimator = new Estimator(config)
    estimator.step({ ...flat(START, 100, 10), openInterest: { time: START + FIVE, base: 900 } })
    estimator.step({ ...flat(START + FIVE, 100, 10) })
    return estimator
  }
  const refused = (change: object) => {
    const estimator = started()
    const before = estimator.checkpoint()
    let error: unknown
    try {
      estimator.step({ ...good(), ...change })
    } catch (e) {
      error = e
    }
    expect(error, JSON.stringify(change)).toBeInstanceOf(FaultlineError)
    expect((error as FaultlineError).code).toBe('bad_input')
    expect(sameBytes(estimator.checkpoint(), before)).toBe(true)
    return (error as FaultlineError).place?.field
  }

  it('takes a sound bucket, and a print outside its candle', () => {
    const estimator = started()
    estimator.step(good())
    expect(estimator.lastBucket).toBe(NEXT)
  })

  const interest = { time: NEXT + FIVE, base: 1000 }
  const print = { type: 'liquidation', time: NEXT, side: 'long', price: 100, priceKind: 'order', quantity: 1, quantityUsd: 100 }
  it.each<[string, object]>([
    ['bucketStart', { bucketStart: START + FIVE }],
    ['bucketStart', { bucketStart: START }],
    ['bucketStart', { bucketStart: NEXT + 1 }],
    ['bucketStart', { bucketStart: Number.NaN }],
    ['bucketStart', { bucketStart: 1e300 }],
    ['open', { open: 0 }],
    ['high', { high: 99 }],
    ['high', { open: 101, low: 99 }],
    ['high', { close: 101 }],
    ['low', { open: 99 }],
    ['low', { close: 99 }],
    ['low', { low: -1 }],
    ['close', { close: 1e13, high: 1e12 }],
    ['volume', { volume: -1 }],
    ['volume', { volume: Number.NaN }],
    ['volume', { volume: '10' }],
    ['takerBuyVolume', { takerBuyVolume: -1 }],
    ['fundingRate', { fundingRate: Number.NaN }],
    ['longShortRatio', { longShortRatio: -0.1 }],
    ['openInterest.base', { openInterest: { ...interest, base: -1 } }],
    ['openInterest.base', { openInterest: { ...interest, base: 1e30 } }],
    ['openInterest.time', { openInterest: { ...interest, time: NEXT + FIVE + 1 } }],
    ['openInterest.time', { openInterest: { ...interest, time: START + FIVE } }],
    ['openInterest.time', { openInterest: { ...interest, time: 1.5 } }],
    ['liquidations[1].price', { liquidations: [print, { ...print, price: 0 }] }],
    ['liquidations[0].price', { liquidations: [{ ...print, price: 1e300 }] }],
    ['liquidations[0].time', { liquidations: [{ ...print, time: Number.NaN }] }],
    ['liquidations[0].side', { liquidations: [{ ...print, side: 'buy' }] }],
    ['liquidations[0].quantity', { liquidations: [{ ...print, quantity: -1 }] }],
    ['liquidations[0].quantity', { liquidations: [{ ...print, quantity: Number.POSITIVE_INFINITY }] }],
  ])('names %s and leaves the state as it was: %o', (field, change) => {
    expect(refused(change)).toBe(field)
  })

  it('any single number that is none is refused', () => {
    const field = fc.constantFrom(
      'bucketStart',
      'open',
      'high',
      'low',
      'close',
      'volume',
      'takerBuyVolume',
      'fundingRate',
      'longShortRatio',
    )
    const wrong = fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1', null, {})
    fc.assert(
      fc.property(field, wrong, (name, value) => {
        refused({ [name]: value })
      }),
    )
  })

  it('any buckets at all leave sound books or are refused whole', () => {
    const anything = fc.double({ noDefaultInfinity: false })
    const price = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(90, 100, 101) }, { weight: 1, arbitrary: anything })
    const bucket = fc.record({
      bucketStart: fc.oneof(
        fc.integer({ min: 0, max: 40 }).map((i) => START + i * FIVE),
        anything,
      ),
      open: price,
      high: price,
      low: price,
      close: price,
      volume: fc.oneof(fc.constantFrom(0, 5), anything),
      openInterest: fc.record({
        time: fc.integer({ min: 0, max: 40 }).map((i) => START + i * FIVE),
        base: fc.oneof(fc.constantFrom(0, 700), anything),
      }),
    })
    fc.assert(
      fc.property(fc.array(bucket, { maxLength: 30 }), (buckets) => {
        const estimator = new Estimator(config)
        for (const input of buckets) {
          const before = estimator.checkpoint()
          try {
            estimator.step(input)
            const { long, short } = estimator.totals
            expect(long).toBeCloseTo(short, 6)
            expect(Number.isFinite(long) && long >= 0).toBe(true)
          } catch (error) {
            if (!(error instanceof FaultlineError)) throw error
            expect(sameBytes(estimator.checkpoint(), before)).toBe(true)
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    [{ bucketMs: 0 }],
    [{ bucketMs: 1.5 }],
    [{ bucketMs: Number.NaN }],
    [{ tiers: [] }],
    [{ tiers: [{ floorUsd: 5, capUsd: null, maintMarginRatio: 0.01, maxLeverage: 20 }] }],
    [{ tiers: [{ floorUsd: 0, capUsd: null, maintMarginRatio: Number.NaN, maxLeverage: 20 }] }],
    // a hole between 1000 and 2000, an overlap, leverage that rises with size
    [{ tiers: two({ capUsd: 1000 }, { floorUsd: 2000 }) }],
    [{ tiers: two({ capUsd: 2000 }, { floorUsd: 1000 }) }],
    [{ tiers: two({ capUsd: 1000, maxLeverage: 10 }, { floorUsd: 1000, maxLeverage: 20 }) }],
  ])('refuses the configuration %o', (change) => {
    expect(() => new Estimator({ ...config, ...change })).toThrow(FaultlineError)
  })
})
