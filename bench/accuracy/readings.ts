/** What is read off the frozen maps, and what came of it in truth: every liquidation counts here, printed or not. */
import type { BucketInput, Estimator } from '@faultline/engine/estimator/estimator'
import type { FrozenReadings, Outcome } from '@faultline/engine/score/prequential'
import { HOUR_MS } from '@faultline/market/units'
import { liquidatedBetween, type Market } from './markets.ts'

export interface ScoredReading {
  time: number
  riskIndex: number | null
  openInterestUsd: number
  /** really liquidated in the hour after, USD */
  liquidatedUsd: number
  forecasts: { id: string; probability: number; happened: boolean }[]
}

export class MarketReadings {
  private readonly market: Market
  private openInterest = 0

  constructor(market: Market) {
    this.market = market
  }

  freeze(_estimator: Estimator, bucket: BucketInput): FrozenReadings {
    this.openInterest = bucket.openInterest?.base ?? this.openInterest
    return { riskIndex: null, openInterestUsd: this.openInterest * bucket.close }
  }

  /** One per full hour, so that no liquidation is counted for two. */
  scored(outcomes: readonly Outcome[]): ScoredReading[] {
    return outcomes
      .filter((o) => o.horizonMs === HOUR_MS && o.frozenAt % HOUR_MS === 0)
      .map((o) => ({
        time: o.frozenAt,
        riskIndex: o.riskIndex,
        openInterestUsd: o.openInterestUsd ?? 0,
        liquidatedUsd: liquidatedBetween(this.market.liquidated, o.frozenAt, o.frozenAt + HOUR_MS),
        forecasts: [],
      }))
  }
}
