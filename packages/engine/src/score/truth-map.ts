/** What truly stood where at one moment: parallel arrays, one element per price. */
export interface TruthMap {
  /** UTC ms */
  time: number
  price: readonly number[]
  /** USD that would be liquidated at the price */
  long: readonly number[]
  short: readonly number[]
}
