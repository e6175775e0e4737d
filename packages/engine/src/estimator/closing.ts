import { exp, power } from '@faultline/market/portable-math'
import type { Book } from './book.ts'
import { RESIDUAL_LEVERAGE } from './classes.ts'

/**
 * Who closes: hazard ∝ a power of effective leverage, which the ensemble is over (on a simulated market h ∝ L gave a Spearman of .70
 * against .68 for √L and .61 for none), and the disposition effect: a position in profit is closed sooner than one in loss.
 */
const IN_PROFIT = 1.25
const IN_LOSS = 0.8

/** Newton stops here: the rest, relative to the side's total, is taken off evenly by the balance. */
const TOLERANCE = 1e-10
const MAX_STEPS = 80

export class Closing {
  private readonly hazard: { long: Float64Array; short: Float64Array }
  /** per class and region: what stands before the closing, and the share of it that stays */
  private readonly mass: Float64Array
  private readonly kept: Float64Array

  constructor(leverage: Float64Array, exponent: number) {
    const hazard = (below: number, above: number) =>
      Float64Array.from(
        { length: 2 * leverage.length },
        (_, k) => power(leverage[k >> 1] as number, exponent) * (k % 2 === 0 ? below : above),
      )
    // Rows below the boundary were entered below the price: longs in profit, shorts in loss.
    this.hazard = { long: hazard(IN_PROFIT, IN_LOSS), short: hazard(IN_LOSS, IN_PROFIT) }
    this.mass = new Float64Array(2 * leverage.length)
    this.kept = new Float64Array(2 * leverage.length)
  }

  /**
   * Takes `amount` base coin off the book: what stands with hazard h keeps the share exp(−λh), and λ is the one that takes just
   * that much. The sum closed is concave in λ, so Newton from 0 climbs to it without overshooting.
   */
  close(book: Book, amount: number): void {
    if (!(amount > 0)) return
    const hazard = book.long ? this.hazard.long : this.hazard.short
    const total = book.total()
    if (amount >= total * (1 - 1e-12)) {
      book.clear()
      return
    }
    const { multiplier, sums } = book
    const { mass, kept } = this
    const n = sums.length
    for (let k = 0; k < n; k++) mass[k] = (multiplier[k] as number) * (sums[k] as number)
    let residualKept = 1
    let lambda = 0
    for (let step = 0; step < MAX_STEPS; step++) {
      residualKept = exp(-lambda * RESIDUAL_LEVERAGE)
      let closed = book.residual * (1 - residualKept)
      let slope = book.residual * residualKept * RESIDUAL_LEVERAGE
      for (let k = 0; k < n; k++) {
        const h = hazard[k] as number
        const share = exp(-lambda * h)
        kept[k] = share
        const stays = (mass[k] as number) * share
        closed += (mass[k] as number) - stays
        slope += stays * h
      }
      const missing = amount - closed
      if (missing <= TOLERANCE * total || !(slope > 0) || step === MAX_STEPS - 1) break
      lambda += missing / slope
    }
    book.residual *= residualKept
    for (let k = 0; k < n; k++) multiplier[k] = (multiplier[k] as number) * (kept[k] as number)
    book.fold()
  }
}
