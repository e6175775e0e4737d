/** What makes one instrument differ from another. Everything else of a market is relative to these figures. */
import { BRACKETS, type Bracket } from './margin.ts'

export interface Character {
  /** in a few words: "large and calm" */
  readonly description: string
  /** where the first candle opens, USD */
  readonly price: number
  /** the open interest that the market hovers around, USD */
  readonly openInterestUsd: number
  /** daily volatility that news alone would give; what the crowd's own flow adds comes on top */
  readonly newsVolatility: number
  /** daily volatility that traders reckon with: the yardstick of trends, targets, alarm and the book's thickening */
  readonly dayVolatility: number
  readonly jumpsPerDay: number
  /** log size of a jump: Pareto between min and max */
  readonly jump: { readonly min: number; readonly max: number; readonly alpha: number }
  /** multiplies the median leverage of every population */
  readonly leverageAppetite: number
  /** USD in the book within one per cent of the price on one side, as a share of the open interest */
  readonly depthPerPercent: number
  /** multiplies how often traders come, look at their positions and trade around them */
  readonly activity: number
  /** hours, a divisor of 24 */
  readonly fundingIntervalHours: number
  /** USD per print on the tape, for the count of trades */
  readonly usdPerPrint: number
  readonly brackets: readonly Bracket[]
}

/** The market of a dump that asks for nothing else: a large coin. */
export const LARGE_COIN: Character = {
  description: 'a large coin',
  price: 3_000,
  openInterestUsd: 3e9,
  newsVolatility: 0.027,
  dayVolatility: 0.032,
  jumpsPerDay: 4,
  jump: { min: 0.002, max: 0.035, alpha: 2.5 },
  leverageAppetite: 1,
  depthPerPercent: 0.03,
  activity: 1,
  fundingIntervalHours: 8,
  usdPerPrint: 4_000,
  brackets: BRACKETS,
}

/** How wild a market is beside the one that the model's moves were shaped on; exactly 1 for that one. */
export const wildness = (character: Character): number => character.dayVolatility / LARGE_COIN.dayVolatility
