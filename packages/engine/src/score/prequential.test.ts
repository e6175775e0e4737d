import type { LiquidationEvent } from '@faultline/market/event'
import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { DAY_MS, HOUR_MS, MINUTE_MS, type Side } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HeatMap } from '../map/heat-map.ts'
import { type Outcome, PrequentialScorer, type ScoredBucket } from './prequential.ts'

const T0 = Date.UTC(2026, 0, 5)
const BUCKET = 5 * MINUTE_MS
const P = binCentrePrice(binOf(2000))
const B = binOf(P)

/** USD by bins of distance from the price, per side. */
function mapOf(time: number, long: Record<number, number>, short: Record<number, number> = {}, price = P): HeatMap {
  const bin = binOf(price)
  const plane = (levels: Record<number, number>, sign: number) => {
    const usd = new Float32Array(601)
    for (const [k, value] of Object.entries(levels)) usd[300 + sign * Number(k)] = value
    return { firstBin: bin - 300, usd }
  }
  return { time, price, long: plane(long, -1), short: plane(short, 1) }
}

const print = (side: Side, distance: number, usd = 10_000, price = P): LiquidationEvent => {
  const at = binCentrePrice(binOf(price) + (side === 'long' ? -distance : distance))
  return { type: 'liquidation', time: T0, side, price: at, priceKind: 'fill', quantity: usd / at, quantityUsd: usd }
}

const bucket = (i: number, more: Partial<ScoredBucket> = {}): ScoredBucket => ({
  bucketStart: T0 + i * BUCKET,
  open: P,
  high: P,
  low: P,
  close: P,
  volume: 1,
  ...more,
})
const below = (distance: number) => binCentrePrice(B - distance)

/** Freezes `map` at T0 + 15 min, then plays three buckets of which the first holds the prints. */
function quarter(map: HeatMap, low: number, prints: LiquidationEvent[]): Outcome {
  const scorer = new PrequentialScorer({ bucketMs: BUCKET })
  for (let i = 0; i < 3; i++) scorer.step(bucket(i), i === 2 ? map : null)
  scorer.step(bucket(3, { low, liquidations: prints }), null)
  scorer.step(bucket(4), null)
  return scorer.step(bucket(5), null)[0] as Outcome
}

describe('PrequentialScorer', () => {
  it('counts swept bins from the price on and what the map held in them', () => {
    const outcome = quarter(mapOf(T0, { 0: 5, 10: 100, 20: 40, 21: 7 }, { 3: 50 }), below(20), [print('long', 10)])
    expect(outcome).toMatchObject({ frozenAt: T0 + 3 * BUCKET, horizonMs: 15 * MINUTE_MS, events: 1, unplaced: 0 })
    expect(outcome.sweptBins).toEqual({ long: 21, short: 0 })
    expect(outcome.predictedUsd).toBe(145)
    expect([outcome.usd, outcome.longUsd, outcome.shortUsd]).toEqual([10_000, 10_000, 0])
  })

  it('places a print at a bankruptcy price where it was triggered, where the margin table is known', () => {
    const tiers = [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.02, maxLeverage: 25 }]
    const at = binCentrePrice(B - 10)
    const bankrupt = { ...print('long', 10), price: at * (1 - 0.02), priceKind: 'bankruptcy' as const }
    const unplacedWith = (config: ConstructorParameters<typeof PrequentialScorer>[0], prints: LiquidationEvent[]) => {
      const scorer = new PrequentialScorer(config)
      for (let i = 0; i < 3; i++) scorer.step(bucket(i), i === 2 ? mapOf(T0, { 10: 100 }) : null)
      scorer.step(bucket(3, { low: below(10), liquidations: prints }), null)
      scorer.step(bucket(4), null)
      return (scorer.step(bucket(5), null)[0] as Outcome).unplaced
    }
    expect(unplacedWith({ bucketMs: BUCKET, tiers }, [bankrupt])).toBe(0)
    // Two per cent farther than price went: without the table it is a print astray, like a fill there.
    expect(unplacedWith({ bucketMs: BUCKET }, [bankrupt])).toBe(1)
    expect(unplacedWith({ bucketMs: BUCKET, tiers }, [{ ...bankrupt, priceKind: 'fill' }])).toBe(1)
  })

  it('gives the logarithm of the density over the even one, blurred by the error of prints', () => {
    const outcome = quarter(mapOf(T0, { 20: 1000 }), below(40), [print('long', 20)])
    // A Gaussian of σ = 2 bins cut at 3σ holds .19995 of its mass in the middle bin; 5 % lie evenly on the 41 bins.
    const kernel = Array.from({ length: 13 }, (_, i) => Math.exp(-0.5 * ((i - 6) / 2) ** 2))
    const density = 0.95 / kernel.reduce((a, b) => a + b, 0) + 0.05 / 41
    expect(outcome.gain.uniform?.sum).toBeCloseTo(Math.log(density * 41), 6)
    expect(outcome.gain.uniform?.perEvent).toBe(outcome.gain.uniform?.sum)
    expect(outcome.gain.stale).toBeNull()
    expect(outcome.gain.ladder).toBeNull()
  })

  it('rewards the right place and punishes the wrong one', () => {
    expect(quarter(mapOf(T0, { 10: 100 }), below(40), [print('long', 10)]).gain.uniform?.sum).toBeGreaterThan(1)
    expect(quarter(mapOf(T0, { 30: 100 }), below(40), [print('long', 10)]).gain.uniform?.sum).toBeLessThan(-2)
    // Longs were where shorts are thought to stand.
    const wrong = quarter(mapOf(T0, { 30: 100 }, { 10: 100 }), below(40), [print('long', 10)])
    expect(wrong.gain.mirrored?.sum).toBeLessThan(-2)
  })

  it('lets no whale decide: an outcome counts by its prints, a print within it by the root of its size', () => {
    const map = mapOf(T0, { 10: 100, 30: 100 })
    const good = quarter(map, below(40), [print('long', 10)]).gain.uniform?.sum as number
    const bad = quarter(map, below(40), [print('long', 20)]).gain.uniform?.sum as number
    const alone = quarter(map, below(40), [print('long', 10, 1e9)])
    expect(alone.gain.uniform?.sum).toBeCloseTo(good, 9)
    const both = quarter(map, below(40), [print('long', 10, 1_000_000), print('long', 20, 10_000)])
    expect(both.events).toBe(2)
    expect(both.gain.uniform?.sum).toBeCloseTo((2 * (10 * good + bad)) / 11, 9)
  })

  it('leaves out prints on the other side of the price and beyond the sweep, and counts them', () => {
    const outcome = quarter(mapOf(T0, { 10: 100 }), below(20), [
      print('long', 10),
      print('long', -5),
      print('short', 4),
      print('long', 29),
      print('long', 31),
    ])
    expect(outcome.events).toBe(2)
    expect(outcome.unplaced).toBe(3)
    expect(outcome.usd).toBe(50_000)
  })

  it('gives up an outcome whose buckets are missing or in which nobody listened', () => {
    const play = (broken: { skip?: number; deaf?: number }, deaf: Partial<ScoredBucket> = { listened: 0.2 }) => {
      const scorer = new PrequentialScorer({ bucketMs: BUCKET })
      const outcomes: Outcome[] = []
      for (let i = 0; i < 16; i++) {
        if (i === broken.skip) continue
        const more = { low: below(10), liquidations: [print('long', 3)], ...(i === broken.deaf && deaf) }
        outcomes.push(...scorer.step(bucket(i, i < 3 ? {} : more), i === 2 ? mapOf(T0, { 3: 1 }) : null))
      }
      return [outcomes.map((o) => o.horizonMs / MINUTE_MS), scorer.dropped]
    }
    expect(play({})).toEqual([[15, 60], 0])
    // A bucket of twelve that nobody listened to leaves the hour, one that is missing does not.
    expect(play({ deaf: 4 })).toEqual([[60], 1])
    expect(play({ deaf: 4 }, { printsKnown: false })).toEqual([[60], 1])
    expect(play({ deaf: 4 }, { printsKnown: false, listened: 1 })).toEqual([[15, 60], 0])
    expect(play({ skip: 4 })).toEqual([[], 2])
    expect(play({ skip: 9 })).toEqual([[15], 1])
  })

  it('sees nothing but what was known at the freeze: later maps and readings change no outcome', () => {
    const frozen = mapOf(T0, { 10: 100 })
    const play = (later: HeatMap, readings: object) => {
      const scorer = new PrequentialScorer({ bucketMs: BUCKET })
      const out: Outcome[] = []
      for (let i = 0; i < 6; i++)
        out.push(
          ...scorer.step(bucket(i, i > 2 ? { low: below(20), liquidations: [print('long', 9)] } : {}), i < 3 ? frozen : later, readings),
        )
      return out.filter((o) => o.frozenAt === T0 + 3 * BUCKET)
    }
    const first = play(frozen, {})
    expect(first).toHaveLength(1)
    expect(play(mapOf(T0, { 9: 1e6 }, {}, P * 1.5), {})).toEqual(first)
  })

  it('scores probabilities and carries readings', () => {
    const scorer = new PrequentialScorer({ bucketMs: BUCKET })
    const readings = {
      riskIndex: 61,
      openInterestUsd: 5e9,
      cascadeProbabilities: [
        { id: 'some', horizonMs: 15 * MINUTE_MS, usd: 15_000, probability: 0.7 },
        { id: 'many', horizonMs: 15 * MINUTE_MS, usd: 25_000, probability: 0.2 },
        { id: 'hour', horizonMs: HOUR_MS, usd: 1, probability: 0.9 },
      ],
    }
    for (let i = 0; i < 3; i++) scorer.step(bucket(i), mapOf(T0, { 1: 1 }), i === 2 ? readings : {})
    for (let i = 3; i < 5; i++) scorer.step(bucket(i, { low: below(9), liquidations: [print('long', 3)] }), null)
    const [outcome] = scorer.step(bucket(5), null)
    expect(outcome).toMatchObject({ riskIndex: 61, openInterestUsd: 5e9 })
    expect(outcome?.brier).toEqual([
      { id: 'some', probability: 0.7, happened: true },
      { id: 'many', probability: 0.2, happened: false },
    ])
  })

  it('learns the null of distance from finished outcomes: what comes near the price again and again is no news', () => {
    const scorer = new PrequentialScorer({ bucketMs: BUCKET })
    const near = mapOf(T0, { 1: 100, 2: 100, 3: 100 })
    const gains: number[] = []
    for (let i = 0; i < 12 * 24 * 3; i++) {
      const more = { low: below(40), liquidations: [print('long', 2)] }
      for (const o of scorer.step(bucket(i, more), near)) if (o.gain.distanceOnly) gains.push(o.gain.distanceOnly.perEvent)
    }
    expect(gains[0]).toBeGreaterThan(1)
    expect(gains.at(-1)).toBeLessThan((gains[0] as number) - 0.5)
  })

  it('compares with the map of the day before at today’s price', () => {
    const scorer = new PrequentialScorer({ bucketMs: BUCKET })
    const outcomes: Outcome[] = []
    for (let i = 0; i < 12 * 28; i++) {
      const today = i >= 12 * 25
      // Yesterday's map stood at another price and held the same distances; today's knows better.
      const price = today ? P : 2 * P
      const map = mapOf(T0, today ? { 10: 100 } : { 25: 100 }, {}, price)
      const more = {
        open: price,
        high: price,
        low: price * Math.exp(-0.04),
        close: price,
        liquidations: [print('long', 10, 10_000, price)],
      }
      outcomes.push(...scorer.step(bucket(i, more), map))
    }
    const first = outcomes.filter((o) => o.events > 0 && o.frozenAt < T0 + DAY_MS)
    expect(first.length).toBeGreaterThan(0)
    expect(first.every((o) => o.gain.stale === null)).toBe(true)
    expect(outcomes.at(-1)?.gain.stale?.perEvent).toBeGreaterThan(2)
  })

  it('goes on from a checkpoint as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 340 }), fc.integer({ min: 1, max: 1000 }), (cut, seed) => {
        const wave = (i: number) => Math.sin(seed * 12.9898 + i * 78.233)
        const steps = Array.from({ length: 345 }, (_, i) => {
          const close = P * Math.exp(0.01 * wave(i))
          const input = bucket(i, {
            close,
            high: close * 1.01,
            low: close * 0.99,
            takerBuyVolume: 0.4,
            ...(i % 3 === 0 && { openInterest: { time: T0 + (i + 1) * BUCKET, base: 1000 + 50 * wave(i + 7) } }),
            liquidations: [print('long', 3, 1000, close), print('short', Math.round(4 + 3 * wave(i)), 5000, close)],
          })
          return { input, map: mapOf(T0, { 3: 100, 8: 70 * (1 + wave(i + 3)) }, { 4: 50 }, close), readings: { riskIndex: i } }
        })
        const whole = new PrequentialScorer({ bucketMs: BUCKET })
        let resumed = new PrequentialScorer({ bucketMs: BUCKET })
        steps.forEach(({ input, map, readings }, i) => {
          const expected = whole.step(input, map, readings)
          if (i === cut) resumed = PrequentialScorer.resume({ bucketMs: BUCKET }, resumed.checkpoint())
          expect(resumed.step(input, map, readings)).toEqual(expected)
        })
        expect(resumed.checkpoint()).toEqual(whole.checkpoint())
        expect(whole.checkpoint().length).toBeLessThan(150_000)
      }),
      { numRuns: 8 },
    )
  })

  it('refuses a bucket twice, a checkpoint of other buckets, and damaged bytes', () => {
    const scorer = new PrequentialScorer({ bucketMs: BUCKET })
    scorer.step(bucket(1), null)
    expect(() => scorer.step(bucket(1), null)).toThrow(/does not come after/)
    const bytes = scorer.checkpoint()
    expect(() => PrequentialScorer.resume({ bucketMs: MINUTE_MS }, bytes)).toThrow(/buckets of 300000 ms/)
    expect(() => PrequentialScorer.resume({ bucketMs: BUCKET }, bytes.slice(0, 90))).toThrow(/not a readable score checkpoint/)
  })
})
