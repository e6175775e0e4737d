import { power } from '@faultline/market/portable-math'
import { BIN_LOG_STEP, binOf } from '@faultline/market/price-grid'
import type { Book } from './book.ts'
import { type LeverageClasses, RESIDUAL_LEVERAGE } from './classes.ts'
import { HELD_CAPACITY, type HeldBars } from './held-bars.ts'
import { Profile } from './profile.ts'
import type { BooksSettings } from './settings.ts'

/** Volatility of log price per day that the spread of positions from before the first bar is drawn from. */
const STOCK_SIGMA_PER_DAY = 0.04
const STOCK_SIGMA_MAX = 0.2

export class Opening {
  private readonly profile = new Profile()
  /** spread of entries per class, in bins */
  private readonly stockSigma: Float64Array
  private readonly shares = new Float64Array(HELD_CAPACITY)
  private readonly edges = new Int32Array(HELD_CAPACITY)

  /** per class, what the shares of openings are multiplied by; all 1: as they are */
  readonly tilt: Float64Array

  constructor(classes: LeverageClasses, settings: BooksSettings) {
    this.tilt = new Float64Array(classes.count).fill(1)
    const hazard = classes.leverage.map((l) => power(l, settings.hazardExponent))
    // Hazards that turn the prior stock over at the mean rate give each class its mean age, and price walked that long.
    const stockHazard = classes.long.stock.reduce(
      (sum, share, j) => sum + share * (hazard[j] as number),
      classes.long.residualStock * RESIDUAL_LEVERAGE,
    )
    this.stockSigma = hazard.map((h) => {
      const ageDays = stockHazard / (settings.turnoverPerDay * h)
      return Math.min(STOCK_SIGMA_MAX, STOCK_SIGMA_PER_DAY * Math.sqrt(ageDays)) / BIN_LOG_STEP
    })
  }

  /**
   * Opens `amount` base coin along the held bars, by volume, over the classes' inflow shares. What price has crossed since it was
   * opened no longer stands, so it is not part of the open interest that is being explained: the shares are those of what still stands.
   */
  open(book: Book, held: HeldBars, amount: number): void {
    if (!(amount > 0) || held.count === 0) return
    this.measure(book, held)
    const { inflow, residualInflow } = book.classes
    let standing = residualInflow
    for (let i = 0; i < held.count; i++) {
      const share = this.shares[i] as number
      if (share === 0) continue
      this.trace(held, i)
      for (let j = 0; j < book.count; j++)
        standing += share * (inflow[j] as number) * (this.tilt[j] as number) * book.aliveShare(j, this.profile, this.edges[i] as number)
    }
    const factor = amount / standing
    for (let i = 0; i < held.count; i++) {
      const share = this.shares[i] as number
      if (share === 0) continue
      if (held.count > 1) this.trace(held, i)
      for (let j = 0; j < book.count; j++)
        book.place(j, this.profile, factor * share * (inflow[j] as number) * (this.tilt[j] as number), this.edges[i] as number)
    }
    book.residual += factor * residualInflow
  }

  /** Everything into the residual: what open interest from before the first bar is without a prior. */
  spreadNothing(book: Book, amount: number): void {
    book.residual += amount
  }

  /**
   * Spreads open interest that was there before the first bar: entries normal in log price around `price`, wider for the classes that
   * are held longer, levels beyond the price left out, classes by the stock shares.
   */
  spreadStock(book: Book, price: number, amount: number): void {
    const { stock, residualStock } = book.classes
    const edge = binOf(price)
    for (let j = 0; j < book.count; j++) {
      const profile = this.profile.fillNormal(price, this.stockSigma[j] as number)
      const alive = book.aliveShare(j, profile, edge)
      if (alive > 0) book.place(j, profile, (amount * (stock[j] as number)) / alive, edge)
    }
    book.residual += amount * residualStock
  }

  /**
   * Per held bar: its share of the volume, and the bin that price has reached since something was opened in it. Inside its own bar the path
   * of Profile.fillPath decides: in a bar that closed higher the low came first and longs opened in it have only the close to fear, in
   * one that closed lower the low came last.
   */
  private measure(book: Book, held: HeldBars): void {
    const traded = held.totalVolume()
    let reached = book.long ? Number.POSITIVE_INFINITY : 0
    for (let i = held.count - 1; i >= 0; i--) {
      const rose = held.close(i) >= held.open(i)
      if (book.long) {
        this.edges[i] = binOf(Math.min(reached, rose ? held.close(i) : held.low(i)))
        reached = Math.min(reached, held.low(i))
      } else {
        this.edges[i] = binOf(Math.max(reached, rose ? held.high(i) : held.close(i)))
        reached = Math.max(reached, held.high(i))
      }
      this.shares[i] = traded > 0 ? held.volume(i) / traded : 1 / held.count
    }
  }

  private trace(held: HeldBars, i: number): void {
    this.profile.fillPath(held.open(i), held.high(i), held.low(i), held.close(i))
  }
}
