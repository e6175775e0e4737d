/** One simulated market in a thread of its own: the estimator as it is, and where asked each ablation. */
import { parentPort, workerData } from 'node:worker_threads'
import { type BucketInput, Estimator } from '@faultline/engine/estimator/estimator'
import { type MarketScore, type ScoredEstimator, scoreMarket } from '@faultline/engine/score/score-market'
import { SIMULATED_OPTIONS } from '@faultline/engine/score/truth-measures'
import { DAY_MS } from '@faultline/market/units'
import type { SimulationOptions } from '@faultline/simulator/settings'
import type { Ablation } from './ablations.ts'
import { type Market, simulatedMarket } from './markets.ts'
import { MarketReadings, type ScoredReading } from './readings.ts'

export interface MarketTask {
  population: string
  seed: number
  options: SimulationOptions
  /** days at the start that are not scored: they rest on the prior of the start */
  fromDay: number
  ablations: readonly Ablation[]
}

export interface MarketResult {
  population: string
  seed: number
  score: MarketScore
  readings: ScoredReading[]
  ablations: { name: string; score: MarketScore }[]
}

async function run({ population, seed, options, fromDay, ablations }: MarketTask): Promise<MarketResult> {
  const market = await simulatedMarket(options)
  const readings = new MarketReadings(market)
  const estimator = new Estimator({ bucketMs: market.bucketMs, tiers: market.tiers })
  const score = scoreMarket({
    ...basics(market, fromDay),
    estimator: {
      step: (bucket) => {
        estimator.step(bucket)
        readings.step(bucket)
      },
      column: () => estimator.column(),
      ...bandsOf(estimator),
    },
    readings: (_, bucket) => readings.freeze(estimator, bucket),
  })
  const from = (market.inputs[0]?.bucketStart ?? 0) + fromDay * DAY_MS
  return {
    population,
    seed,
    score,
    readings: readings.scored(from),
    ablations: ablations.map((ablation) => ({
      name: ablation.name,
      score: scoreMarket({ ...basics(market, fromDay), estimator: ablated(market, ablation) }),
    })),
  }
}

const basics = (market: Market, fromDay: number) => ({
  bucketMs: market.bucketMs,
  inputs: market.inputs,
  truth: market.truth,
  truthOptions: SIMULATED_OPTIONS,
  fromDay,
})

/** The bands of an estimator that has them. */
function bandsOf(estimator: ScoredEstimator): Pick<ScoredEstimator, 'bands' | 'cumulativeBands'> {
  return {
    ...(estimator.bands && { bands: () => estimator.bands?.() ?? null }),
    ...(estimator.cumulativeBands && { cumulativeBands: (distances) => estimator.cumulativeBands?.(distances) ?? null }),
  }
}

/** The estimator without an ingredient. What is withheld is withheld from it alone: the score still sees the prints. */
function ablated(market: Market, { without = [], withhold = [] }: Ablation): ScoredEstimator {
  const estimator = new Estimator({ bucketMs: market.bucketMs, tiers: market.tiers, without })
  return {
    step: (input) => {
      const seen: BucketInput = { ...input }
      for (const field of withhold) delete seen[field]
      estimator.step(seen)
    },
    column: () => estimator.column(),
  }
}

parentPort?.postMessage(await run(workerData as MarketTask))
