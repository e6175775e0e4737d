/**
 * What the estimator is an ensemble over. These figures, like those of mix.ts, were chosen on simulated markets, none of them of the
 * seeds that results are reported for (bench/accuracy/seeds.ts); docs/method.md says where a look at those played a part.
 */

/** Weights of a choice in the ensemble before prints have told anything. */
interface Weights {
  /** where there is a feed of liquidations: chosen on simulated crowds */
  readonly weight: number
  /**
   * where there is none: nothing narrows the guess, so it leans to what fits published positions (Hyperliquid, December 2025: 36 % of
   * open interest at 0–3×, 48 % at 3–7×, 15 % above) and to positions that live long
   */
  readonly silentWeight: number
}

/** How positions are opened and closed: cannot be told from volume and open interest, so there are several. */
export interface BooksSettings extends Weights {
  readonly name: string
  /** share of open interest closed and opened anew per day */
  readonly turnoverPerDay: number
  /** hazard of closing ∝ effective leverage to this power */
  readonly hazardExponent: number
}

export const BOOKS: readonly BooksSettings[] = [
  { name: 'usual', turnoverPerDay: 0.3, hazardExponent: 1, weight: 0.5, silentWeight: 0.2 },
  { name: 'slow', turnoverPerDay: 0.12, hazardExponent: 1, weight: 0.3, silentWeight: 0.3 },
  { name: 'patient', turnoverPerDay: 0.12, hazardExponent: 0.6, weight: 0.2, silentWeight: 0.5 },
]

/** What leverage is thought of before prints say more. */
export interface MixSettings extends Weights {
  readonly name: string
  /** thinned: the shares that simulated crowds leave standing; low: fewer the higher the leverage; flat: the inflow as it is */
  readonly shape: 'thinned' | 'low' | 'flat'
  /** with lines at the leverages that venues offer on their sliders */
  readonly menu: boolean
}

export const MIXES: readonly MixSettings[] = [
  { name: 'menu', shape: 'thinned', menu: true, weight: 0.28, silentWeight: 0.15 },
  { name: 'low', shape: 'low', menu: true, weight: 0.38, silentWeight: 0.05 },
  { name: 'smooth', shape: 'thinned', menu: false, weight: 0.22, silentWeight: 0.25 },
  { name: 'flat', shape: 'flat', menu: false, weight: 0.12, silentWeight: 0.55 },
]

/** Parts that can be left out, to see what each of them gives (bench/accuracy). All are in by default. */
export const INGREDIENTS = ['prints', 'throttle', 'menu', 'thinning', 'survival', 'ensemble', 'tilt', 'blend', 'prior stock'] as const
export type Ingredient = (typeof INGREDIENTS)[number]
