import { DAY_MS, HOUR_MS, SIDES } from '@faultline/market/units'
import type { HeatMap, WeightedMap } from '../map/heat-map.ts'
import { cascadeMonteCarlo } from '../readings/cascade-monte-carlo.ts'
import { type Depth, impactDepth } from '../readings/depth.ts'
import { riskIndex } from '../readings/risk-index.ts'
import type { MarketContext } from './market-context.ts'
import type { CascadeForecast, FrozenReadings } from './prequential.ts'

/** Thresholds of the forecasts: at least this share of open interest liquidated, both sides together, within the hour. */
export const CASCADE_SHARES = [0.0005, 0.001, 0.003, 0.01] as const
const HORIZON_MS = HOUR_MS
/** Ways that the hour may go, equally likely, and draws of what is not known for each. */
const SCENARIOS = 12
const DRAWS = 64

export interface ReadingsInput {
  map: HeatMap
  /** the ensemble, where there is one: the map alone without it */
  draws?: readonly WeightedMap[]
  context: MarketContext
  /** a book where it is known; the square-root law otherwise */
  depth?: Depth
}

/** What is scored beside a frozen map: risk index, cascade probabilities, open interest. Empty where the market is not known well enough. */
export function frozenReadings({ map, draws, context, depth }: ReadingsInput): FrozenReadings {
  const { openInterestUsd, sigmaDay, volumeDayUsd, fundingZ, openInterestZ } = context
  if (!(openInterestUsd > 0)) return {}
  if (!(volumeDayUsd > 0)) return { openInterestUsd }
  const known = depth ?? impactDepth({ sigmaDay, volumeDayUsd })
  return {
    openInterestUsd,
    riskIndex: riskIndex({ map, sigmaDay, depth: known, openInterestUsd, fundingZ, openInterestZ }).value,
    cascadeProbabilities: cascadeForecasts({ maps: draws?.length ? draws : [{ weight: 1, map }], depth: known, sigmaDay, openInterestUsd }),
  }
}

export interface ForecastInput {
  maps: readonly WeightedMap[]
  depth: Depth
  /** of log price, per square root of a day */
  sigmaDay: number
  openInterestUsd: number
}

/**
 * Probabilities that at least a share of open interest is liquidated within the hour. Price goes down by one quantile of its range and up by
 * the opposite one (who falls far has hardly risen before), and what each way sets off comes from the Monte Carlo over map, depth and
 * pass-through; the worse half of the one goes with the worse half of the other, since both met the same book.
 */
export function cascadeForecasts({ maps, depth, sigmaDay, openInterestUsd }: ForecastInput): CascadeForecast[] {
  const sigma = sigmaDay * Math.sqrt(HORIZON_MS / DAY_MS)
  const reached = new Array<number>(CASCADE_SHARES.length).fill(0)
  for (let i = 0; i < SCENARIOS; i++) {
    const share = (i + 0.5) / SCENARIOS
    const [down, up] = SIDES.map(
      (side) =>
        cascadeMonteCarlo({
          side,
          maps,
          depth,
          shock: { distance: sigma * farthest(side === 'long' ? share : 1 - share) },
          draws: DRAWS,
          seed: i + 1,
        }).liquidatedUsd,
    )
    CASCADE_SHARES.forEach((threshold, t) => {
      for (let d = 0; d < DRAWS; d++)
        if ((down?.[d] ?? 0) + (up?.[d] ?? 0) >= threshold * openInterestUsd) reached[t] = (reached[t] as number) + 1
    })
  }
  return CASCADE_SHARES.map((threshold, t) => ({
    id: `${Number((100 * threshold).toPrecision(2))} % of open interest within an hour`,
    horizonMs: HORIZON_MS,
    usd: threshold * openInterestUsd,
    probability: (reached[t] as number) / (SCENARIOS * DRAWS),
  }))
}

/**
 * Quantile of how far price comes on one side, in standard deviations of the horizon: by the reflection principle that of |return|, here
 * with the fat tail of Student's t of four degrees of freedom, scaled to variance 1 (its quantile function is closed; Shaw 2006).
 */
function farthest(share: number): number {
  const p = (1 + share) / 2
  const a = 4 * p * (1 - p)
  const q = Math.cos(Math.acos(Math.sqrt(a)) / 3) / Math.sqrt(a)
  return Math.SQRT2 * Math.sqrt(Math.max(0, q - 1))
}
