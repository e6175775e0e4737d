/** One way of keeping the books (both sides), what prints have said about it, and the leverage mixes that read it. */
import { binOf } from '@faultline/market/price-grid'
import { DAY_MS } from '@faultline/market/units'
import { Book } from './book.ts'
import type { LeverageClasses } from './classes.ts'
import { Closing } from './closing.ts'
import { Evidence } from './evidence.ts'
import type { HeldBars } from './held-bars.ts'
import { Mix } from './mix.ts'
import { Opening } from './opening.ts'
import type { BooksSettings, MixSettings } from './settings.ts'
import { AT_LEVEL } from './survival.ts'
import type { Tilt } from './tilt.ts'
import type { Turnover } from './turnover.ts'

/** What is known when a figure of open interest comes. */
export interface Figure {
  time: number
  base: number
}

export class Filter {
  readonly settings: BooksSettings
  readonly books: readonly [Book, Book]
  readonly evidence: Evidence
  readonly mixes: readonly Mix[]
  /** USD per class that the last sweep crossed and that was still there, per side */
  readonly swept: readonly [Float64Array, Float64Array]
  private readonly closing: Closing
  private readonly opening: Opening
  private readonly classes: LeverageClasses

  constructor(classes: LeverageClasses, settings: BooksSettings, mixes: readonly MixSettings[]) {
    this.settings = settings
    this.classes = classes
    this.closing = new Closing(classes.leverage, settings.hazardExponent)
    this.opening = new Opening(classes, settings)
    this.books = [new Book(classes, classes.long), new Book(classes, classes.short)]
    this.evidence = new Evidence(classes.count)
    this.mixes = mixes.map((mix) => new Mix(classes, mix))
    this.swept = [new Float64Array(classes.count), new Float64Array(classes.count)]
  }

  sweep(low: number, high: number): void {
    this.books[0].sweep(binOf(low))
    this.books[1].sweep(binOf(high))
    this.books.forEach((book, side) => {
      const usd = (side === 0 ? low : high) * AT_LEVEL
      const swept = this.swept[side] as Float64Array
      for (let j = 0; j < swept.length; j++) swept[j] = (book.swept[j] as number) * usd
    })
  }

  /** A new open-interest figure: close, open and balance, so that both sides explain it. `price` is the last close. */
  explain(before: Figure | null, now: Figure, price: number, held: HeldBars, turnover: Turnover, tilt: Tilt | null, stock: boolean): void {
    const { base } = now
    const elapsedMs = before === null ? 0 : now.time - before.time
    const churn =
      before === null ? 0 : turnover.gross(this.settings.turnoverPerDay, before.base, base, elapsedMs, held.totalVolume(), held.coveredMs)
    const gained = (before === null ? 0 : Math.max(0, base - before.base)) + churn
    const newDay = before !== null && Math.floor(now.time / DAY_MS) !== Math.floor(before.time / DAY_MS)
    const bin = binOf(price)
    this.books.forEach((book, side) => {
      if (base === 0) book.clear()
      book.setBoundary(bin)
      if (base === 0) return
      if (tilt) tilt.fill(this.opening.tilt, this.classes.leverage, side === 0 ? 1 : -1)
      if (before === null && !stock) this.opening.spreadNothing(book, base)
      else if (before === null) this.opening.spreadStock(book, price, base)
      else {
        // What was liquidated is gone already and counts as closed; where more went than was lost, others took it over.
        const standing = book.total()
        const opened = Math.max(gained, base - standing)
        this.closing.close(book, standing + opened - base)
        this.opening.open(book, held, opened)
        // Left when closing swept the book clean although a little had to stay: open interest fell by twelve digits.
        const left = book.total()
        if (left < base / 2) this.opening.open(book, held, base - left)
      }
      if (newDay) book.trim()
      book.scale(base / book.total())
    })
  }

  /** Base coin that a side's map holds at these weights, not thinned. */
  weighted(side: 0 | 1, weights: Float64Array): number {
    const book = this.books[side]
    let sum = 0
    for (let j = 0; j < book.count; j++) sum += (weights[j] as number) * book.standing(j)
    return sum
  }
}
