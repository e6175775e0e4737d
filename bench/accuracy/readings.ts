/** What is read off the frozen maps, and what came of it in truth: every liquidation counts here, printed or not. */
import type { BucketInput, Estimator } from '@faultline/engine/estimator/estimator'
import type { WeightedMap } from '@faultline/engine/map/heat-map'
import { type ForecastOutcome, fitIsotonic, recalibrate } from '@faultline/engine/readings/isotonic'
import { frozenReadings } from '@faultline/engine/score/frozen-readings'
import { MarketContext } from '@faultline/engine/score/market-context'
import type { FrozenReadings } from '@faultline/engine/score/prequential'
import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import { liquidatedBetween, type Market } from './markets.ts'

export interface ScoredReading {
  time: number
  riskIndex: number | null
  openInterestUsd: number
  /** volatility per square root of a day: what most of a risk index is, and the harder comparison */
  sigmaDay: number
  /** really liquidated in the hour after, USD */
  liquidatedUsd: number
  forecasts: { id: string; probability: number; happened: boolean }[]
}

/** Readings of every full hour: none overlaps another, so that no liquidation is counted for two. */
const EVERY_MS = HOUR_MS
/** Draws of the ensemble that the Monte Carlo goes through. */
const MAPS = 8
/** Days of a market's own past before its probabilities are recalibrated by it. */
const CALIBRATED_AFTER_MS = 2 * DAY_MS

/** Ends the name of a probability that was recalibrated. */
export const RECALIBRATED = ', recalibrated'

/**
 * Three forecasts' worth of how often it came at all, in each tenth: a handful of forecasts that all came true is no certainty.
 */
function mean(past: readonly ForecastOutcome[]): ForecastOutcome[] {
  const outcome = past.reduce((sum, p) => sum + p.outcome, 0) / past.length
  return Array.from({ length: 10 }, (_, i) => ({ forecast: (i + 0.5) / 10, outcome, weight: 3 }))
}

export class MarketReadings {
  private readonly market: Market
  private readonly context: MarketContext
  private readonly kept: { time: number; sigmaDay: number; readings: FrozenReadings }[] = []

  constructor(market: Market) {
    this.market = market
    this.context = new MarketContext(market.bucketMs)
  }

  step(bucket: BucketInput): void {
    this.context.step(bucket)
  }

  /** What is known at the close of a bucket at which a map is frozen. */
  freeze(estimator: Estimator & { draws?(count: number): WeightedMap[] }, bucket: BucketInput): FrozenReadings {
    const time = bucket.bucketStart + this.market.bucketMs
    const column = time % EVERY_MS === 0 ? estimator.column() : null
    if (!column) return {}
    const map = { time, price: bucket.close, long: column.planes.long, short: column.planes.short }
    const readings = frozenReadings({ map, draws: estimator.draws?.(MAPS) ?? [], context: this.context })
    this.kept.push({ time, sigmaDay: this.context.sigmaDay, readings })
    return readings
  }

  /**
   * From a time on, with what came of each. Every probability is there twice: as said, and recalibrated (isotonic, drawn to the mean) by
   * what had come of those before it in the same market, never by what came later.
   */
  scored(from: number): ScoredReading[] {
    const past = new Map<string, ForecastOutcome[]>()
    const begin = this.kept[0]?.time ?? 0
    return this.kept
      .filter(({ time }) => time + HOUR_MS <= this.end)
      .map(({ time, sigmaDay, readings }) => {
        const liquidatedUsd = liquidatedBetween(this.market.liquidated, time, time + HOUR_MS)
        const forecasts: ScoredReading['forecasts'] = []
        for (const { id, usd, probability } of readings.cascadeProbabilities ?? []) {
          const happened = liquidatedUsd >= usd
          const before = past.get(id) ?? []
          past.set(id, before)
          forecasts.push({ id, probability, happened })
          // The hour of the one before is just over when this one is made: all that is in `before` was known.
          if (time >= begin + CALIBRATED_AFTER_MS)
            forecasts.push({
              id: `${id}${RECALIBRATED}`,
              probability: recalibrate(fitIsotonic([...before, ...mean(before)]), probability),
              happened,
            })
          before.push({ forecast: probability, outcome: Number(happened) })
        }
        return {
          time,
          riskIndex: readings.riskIndex ?? null,
          openInterestUsd: readings.openInterestUsd ?? 0,
          sigmaDay,
          liquidatedUsd,
          forecasts,
        }
      })
      .filter(({ time }) => time >= from)
  }

  private get end(): number {
    return (this.market.inputs.at(-1)?.bucketStart ?? 0) + this.market.bucketMs
  }
}
