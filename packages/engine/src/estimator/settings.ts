/**
 * The figures that the estimator starts from, and what it is an ensemble over. They were chosen on simulated markets of the tuning seeds
 * (bench/accuracy/seeds.ts names them) and never on those that results are reported for.
 */

/** How positions are opened and closed: cannot be told from volume and open interest, so there are several. */
export interface BooksSettings {
  readonly name: string
  /** share of open interest closed and opened anew per day */
  readonly turnoverPerDay: number
  /** hazard of closing ∝ effective leverage to this power */
  readonly hazardExponent: number
  /** before any print was seen */
  readonly weight: number
}

export const BOOKS: readonly BooksSettings[] = [
  { name: 'usual', turnoverPerDay: 0.3, hazardExponent: 1, weight: 0.5 },
  { name: 'slow', turnoverPerDay: 0.12, hazardExponent: 1, weight: 0.3 },
  { name: 'patient', turnoverPerDay: 0.12, hazardExponent: 0.6, weight: 0.2 },
]

/** What leverage is thought of before prints say more. */
export interface MixSettings {
  readonly name: string
  /** thinned: the shares that simulated crowds leave standing; flat: the inflow as it is */
  readonly shape: 'thinned' | 'flat'
  /** with lines at the leverages that venues offer on their sliders */
  readonly menu: boolean
  readonly weight: number
}

export const MIXES: readonly MixSettings[] = [
  { name: 'menu', shape: 'thinned', menu: true, weight: 0.6 },
  { name: 'smooth', shape: 'thinned', menu: false, weight: 0.25 },
  { name: 'flat', shape: 'flat', menu: false, weight: 0.15 },
]

/** Parts that can be left out, to see what each of them gives (bench/accuracy). All are in by default. */
export const INGREDIENTS = ['prints', 'throttle', 'menu', 'thinning', 'survival', 'ensemble', 'tilt', 'blend', 'prior stock'] as const
export type Ingredient = (typeof INGREDIENTS)[number]
