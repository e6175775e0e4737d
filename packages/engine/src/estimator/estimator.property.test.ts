import { COLUMN_FLOOR_USD } from '@faultline/market/column'
import { encodeColumn } from '@faultline/market/column-codec'
import { FaultlineError } from '@faultline/market/errors'
import { binOf } from '@faultline/market/price-grid'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flat, MINUTE, marketArbitrary, PLAIN_TIERS, run, START } from '../../test/markets.ts'
import { tiersFor } from '../margin/tiers.ts'
import { type BucketInput, Estimator } from './estimator.ts'

const FIVE = 5 * MINUTE
const tiers = fc.constantFrom(PLAIN_TIERS, tiersFor('ETHUSDT'), [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.025, maxLeverage: 20 }])
const columnBytes = (estimator: Estimator) => {
  const column = estimator.column()
  return column === null ? null : encodeColumn(column)
}

describe('whatever the market does', () => {
  it('both sides hold the open interest, longs lie below the close and shorts above, and every number is one', () => {
    fc.assert(
      fc.property(tiers, marketArbitrary({ bucketMs: FIVE }), (table, market) => {
        const estimator = new Estimator({ bucketMs: FIVE, tiers: table })
        for (const bucket of market) {
          estimator.step(bucket)
          const column = estimator.column()
          const { long, short } = estimator.totals
          if (bucket.openInterest) {
            const base = bucket.openInterest.base < 1e-9 ? 0 : bucket.openInterest.base
            expect(Math.abs(long - base)).toBeLessThanOrEqual(1e-9 * base)
            expect(Math.abs(short - base)).toBeLessThanOrEqual(1e-9 * base)
          }
          if (column === null) {
            expect([long, short]).toEqual([0, 0])
            continue
          }
          const close = binOf(bucket.close)
          for (const plane of [column.planes.long, column.planes.short]) {
            // counted by hand: an expect per bin would be most of the run
            let wrong = 0
            plane.usd.forEach((usd, i) => {
              if (!(usd === 0 || (usd >= COLUMN_FLOOR_USD && usd < Number.POSITIVE_INFINITY))) wrong++
              if (usd > 0 && plane === column.planes.long && plane.firstBin + i >= close) wrong++
              if (usd > 0 && plane === column.planes.short && plane.firstBin + i <= close) wrong++
            })
            expect(wrong).toBe(0)
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('determinism', () => {
  it('resuming from a checkpoint at any point gives the bytes of an uninterrupted run, and taking one changes nothing', () => {
    fc.assert(
      fc.property(
        tiers,
        marketArbitrary({ bucketMs: MINUTE, minLength: 2 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        (table, market, picks) => {
          const config = { bucketMs: MINUTE, tiers: table }
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
              expect(parts.checkpoint()).toEqual(checkpoint)
            }
            expect(columnBytes(parts)).toEqual(columnBytes(whole))
          })
          expect(parts.checkpoint()).toEqual(whole.checkpoint())
        },
      ),
      { numRuns: 60 },
    )
  })

  it('the same buckets give the same bytes', () => {
    fc.assert(
      fc.property(marketArbitrary({ bucketMs: FIVE }), (market) => {
        const config = { bucketMs: FIVE, tiers: PLAIN_TIERS }
        expect(run(new Estimator(config), market).checkpoint()).toEqual(run(new Estimator(config), market).checkpoint())
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
        expect(said([...half, ...later]).slice(0, half.length)).toEqual(said(market).slice(0, half.length))
      }),
      { numRuns: 20 },
    )
  })
})

describe('bad input', () => {
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
    expect(estimator.checkpoint()).toEqual(before)
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
            expect(estimator.checkpoint()).toEqual(before)
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
  ])('refuses the configuration %o', (change) => {
    expect(() => new Estimator({ ...config, ...change })).toThrow(FaultlineError)
  })
})
