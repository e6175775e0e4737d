import type { BucketInput } from '@faultline/engine/estimator/estimator'

export interface Ablation {
  /** what is taken away or put in its place */
  name: string
  /** fields of the input that the estimator does not get */
  withhold?: readonly (keyof BucketInput)[]
}

/** What each ingredient gives: everything else as it is, this one gone. */
export const ABLATIONS: readonly Ablation[] = [
  { name: 'no prints', withhold: ['liquidations'] },
  { name: 'no taker volume', withhold: ['takerBuyVolume'] },
  { name: 'no funding', withhold: ['fundingRate'] },
  { name: 'no long/short ratio', withhold: ['longShortRatio'] },
]

/** Ablations are run on these populations and on the first two seeds: they compare, and need no interval of their own level. */
export const ABLATION_POPULATIONS = ['usual', 'cross', 'high'] as const
export const ABLATION_SEEDS = 2
