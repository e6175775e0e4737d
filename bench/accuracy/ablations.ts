import type { BucketInput, EstimatorConfig } from '@faultline/engine/estimator/estimator'
import { INGREDIENTS } from '@faultline/engine/estimator/settings'

export interface Ablation {
  /** what is taken away */
  name: string
  /** ingredients that the estimator does without */
  without?: EstimatorConfig['without']
  /** fields of the input that it does not get */
  withhold?: readonly (keyof BucketInput)[]
}

/** What each ingredient gives: everything else as it is, this one gone. Prints are among the ingredients. */
export const ABLATIONS: readonly Ablation[] = [
  ...INGREDIENTS.map((ingredient): Ablation => ({ name: `without ${ingredient}`, without: [ingredient] })),
  { name: 'without funding and ratios', withhold: ['fundingRate', 'longShortRatio'] },
]

/** Ablations are run on these populations and on the first two seeds: they compare, and need no interval of their own level. */
export const ABLATION_POPULATIONS = ['usual', 'cross', 'high'] as const
export const ABLATION_SEEDS = 2
