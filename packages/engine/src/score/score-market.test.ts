import { BIN_LOG_STEP, binCentrePrice, binOf } from '@faultline/market/price-grid'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import type { BucketInput } from '../estimator/bucket-input.ts'
import { type ScoredEstimator, scoreMarket } from './score-market.ts'
import { summariseOutcomes, summariseTruth } from './summarise.ts'
import type { TruthMap } from './truth-map.ts'
import { SIMULATED_OPTIONS } from './truth-measures.ts'

const BUCKET = 15 * MINUTE_MS
const T0 = Date.UTC(2026, 0, 5)

/** One level of longs and one of shorts, which wander with time: in truth. */
const levelsAt = (time: number) => {
  const hour = Math.floor((time - T0) / HOUR_MS)
  return { long: 20 + ((hour * 7) % 60), short: 20 + ((hour * 11) % 60) }
}

class Knowing implements ScoredEstimator {
  private bucket: BucketInput | null = null
  private readonly shift: number
  private readonly lag: number

  constructor(shift = 0, lag = 0) {
    this.shift = shift
    this.lag = lag
  }

  step(input: BucketInput): void {
    this.bucket = input
  }

  column() {
    if (!this.bucket) return null
    const { bucketStart, close } = this.bucket
    const { long, short } = levelsAt(bucketStart + BUCKET - this.lag)
    const level = (bin: number) => ({ firstBin: bin, usd: Float32Array.of(1000) })
    const bin = binOf(close)
    return { bucketStart, bucketMs: BUCKET, planes: { long: level(bin - long - this.shift), short: level(bin + short + this.shift) } }
  }

  bands() {
    const column = this.column()
    if (!column) return null
    const band = ({ firstBin }: { firstBin: number }) => ({
      firstBin,
      p10: Float32Array.of(900),
      p50: Float32Array.of(1000),
      p90: Float32Array.of(1100),
    })
    return { long: band(column.planes.long), short: band(column.planes.short) }
  }

  cumulativeBands(distances: readonly number[]) {
    const { long, short } = levelsAt((this.bucket?.bucketStart ?? 0) + BUCKET)
    // A level that stands right at the distance may fall on either side of it.
    const sums = (k: number) =>
      distances.map((d) => {
        const away = k * BIN_LOG_STEP
        return { p10: away < d - 1e-9 ? 900 : 0, p50: away < d ? 1000 : 0, p90: away < d + 1e-9 ? 1100 : 0 }
      })
    return { long: sums(long), short: sums(short) }
  }
}

function market(days: number): { inputs: BucketInput[]; truth: TruthMap[] } {
  const inputs: BucketInput[] = []
  const truth: TruthMap[] = []
  for (let i = 0; i < days * 96; i++) {
    const close = binCentrePrice(7000 + Math.round(40 * Math.sin(i / 9)))
    const bucketStart = T0 + i * BUCKET
    const { long } = levelsAt(bucketStart)
    const low = binCentrePrice(binOf(close) - 90)
    const price = binCentrePrice(binOf(close) - long)
    inputs.push({
      bucketStart,
      open: close,
      high: close,
      low,
      close,
      volume: 1,
      liquidations: [{ type: 'liquidation', time: bucketStart, side: 'long', price, priceKind: 'fill', quantity: 1, quantityUsd: price }],
    })
    const end = bucketStart + BUCKET
    if (end % HOUR_MS === 0) {
      const at = levelsAt(end)
      truth.push({
        time: end,
        price: [binCentrePrice(binOf(close) - at.long), binCentrePrice(binOf(close) + at.short)],
        long: [1000, 0],
        short: [0, 1000],
      })
    }
  }
  return { inputs, truth }
}

const play = (estimator: ScoredEstimator, fromDay = 2) => {
  const { inputs, truth } = market(8)
  return scoreMarket({ estimator, bucketMs: BUCKET, inputs, truth, truthOptions: SIMULATED_OPTIONS, fromDay, daily: true })
}

describe('scoreMarket', () => {
  it('gives full marks to who knows, and their nulls fewer', () => {
    const score = play(new Knowing())
    const summary = summariseTruth(score.truth as NonNullable<typeof score.truth>)
    // 6 days of 24 hours, and the one that closes the second day.
    expect(summary.samples).toBe(2 * (6 * 24 + 1))
    expect(summary.map?.emd.value).toBeCloseTo(0, 6)
    expect(summary.map?.structure.value).toBeCloseTo(1, 6)
    expect(summary.nulls.stale?.emd?.value).toBeGreaterThan(0.5)
    expect(summary.nulls.uniform?.emd?.value).toBeGreaterThan(2)
    expect(summary.nulls.uniform?.logRatio).toBeUndefined()
    expect(summary.coverage?.bins?.value).toBe(1)
    expect(summary.coverage?.cumulative.map((c) => c.share?.value)).toEqual([1, 1, 1, 1, 1])
  })

  it('leaves out the days before', () => {
    const { outcomes } = play(new Knowing())
    expect(Math.min(...outcomes.map((o) => o.frozenAt))).toBe(T0 + 2 * DAY_MS)
    expect(play(new Knowing(), 0).outcomes.length).toBeGreaterThan(outcomes.length)
  })

  it('sees a shift of ten bins as 1 %, and bands that miss', () => {
    const score = play(new Knowing(10))
    const summary = summariseTruth(score.truth as NonNullable<typeof score.truth>)
    expect(summary.map?.emd.value).toBeGreaterThan(0.9)
    expect(summary.map?.emd.value).toBeLessThan(1.1)
    expect(summary.coverage?.bins?.value).toBe(0)
  })

  it('rewards on prints whoever knows where the next ones come, beside every null', () => {
    const quarters = summariseOutcomes(play(new Knowing(0, BUCKET)).outcomes)
    const known = quarters[0]
    const guess = summariseOutcomes(play(new Knowing(25)).outcomes)[0]
    expect(known?.events).toBeGreaterThan(300)
    for (const name of ['uniform', 'distanceOnly', 'stale'] as const) expect(known?.gain[name]?.value).toBeGreaterThan(0.3)
    expect(known?.gain.ladder).toBeNull()
    expect(known?.skill).toBe(true)
    expect(guess?.gain.uniform?.value).toBeLessThan(0)
    expect(guess?.skill).toBe(false)
  })

  it('sums what price swept per day from the map of the bucket before', () => {
    const { days } = play(new Knowing())
    expect(days).toHaveLength(8)
    // Each bucket goes 90 bins below its close: the level of the bucket before lies within, or within the wander of the close.
    expect(days[3]?.sweptLongUsd).toBeGreaterThan(90 * 1000)
    expect(days[3]?.sweptLongUsd).toBeLessThanOrEqual(96 * 1000)
    expect(days[3]?.day).toBe(T0 + 3 * DAY_MS)
    expect(days[3]?.printedShortUsd).toBe(0)
  })
})
