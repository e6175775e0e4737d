import { FaultlineError } from '@faultline/market/errors'
import { SAME_USD } from './depth.ts'
import type { BookLevel } from './order-book-depth.ts'

/** A level of a map: its price, quote per base coin, and the USD that are closed there. */
export interface PricedLevel {
  price: number
  longUsd: number
  shortUsd: number
}

export interface BookWalkInput {
  /** price before the shock */
  price: number
  /** per cent with sign: −2 is a fall by 2 %, which hits the longs below; +2 a rise, which hits the shorts above */
  shockPercent: number
  map: readonly PricedLevel[]
  /** bids below the price, asks above, in any order */
  book: readonly BookLevel[]
  /** share of a liquidation that reaches the book, 0 to 1 */
  passThrough: number
}

export interface BookWalkStep {
  /** price after what this round liquidated has been filled */
  price: number
  /** USD of the levels that were triggered in this round */
  liquidatedUsd: number
}

export interface BookWalk {
  /** price of the last level of the book that was touched; the shock's price where nothing was sold */
  endPrice: number
  liquidatedUsd: number
  /** one per round; none where nothing was triggered */
  steps: BookWalkStep[]
  /** more was sold than the book holds beyond the shock: the end is its last level */
  bookExhausted: boolean
}

/** Prices that are the same number on paper, whatever the last digits of the arithmetic say. */
const SAME_PRICE = 1e-12

/**
 * A cascade without resilience, round by round. The shock eats the book up to and with its price and triggers the levels at or within it.
 * What a round triggers is sold at market, times the pass-through, into what is left beyond the shock; the price is then that of the last
 * level touched, and the next round triggers what lies at or within it. It ends when a round triggers nothing.
 * Ends where `Cascade.priceShock` ends. FaultlineError `bad_input` on a price, shock or pass-through that is none.
 */
export function walkBook({ price, shockPercent, map, book, passThrough }: BookWalkInput): BookWalk {
  check(price, shockPercent, passThrough)
  const down = shockPercent < 0
  /** is `a` at `b` or nearer to the price */
  const within = (a: number, b: number): boolean => (down ? a >= b * (1 - SAME_PRICE) : a <= b * (1 + SAME_PRICE))
  const nearestFirst = <T extends { at: number }>(rows: T[]): T[] => rows.sort((a, b) => (down ? b.at - a.at : a.at - b.at))
  const ahead = (at: number): boolean => (down ? at <= price : at >= price)

  // Not price × (1 + shock/100): 100 × (1 − 0.07) is 92.99999999999999.
  const shockPrice = (price * (100 + shockPercent)) / 100
  const levels = nearestFirst(
    map.map((level) => ({ at: level.price, usd: down ? level.longUsd : level.shortUsd })).filter(({ at, usd }) => usd > 0 && ahead(at)),
  )
  const left = nearestFirst(
    book.map(([at, size]) => ({ at, usd: at * size })).filter(({ at, usd }) => usd > 0 && ahead(at) && !within(at, shockPrice)),
  )

  const steps: BookWalkStep[] = []
  let current = shockPrice
  let [nextLevel, nextBook] = [0, 0]
  let [liquidatedUsd, soldUsd, filledUsd] = [0, 0, 0]
  for (;;) {
    let triggered = 0
    for (; nextLevel < levels.length; nextLevel++) {
      const level = levels[nextLevel] as { at: number; usd: number }
      if (!within(level.at, current)) break
      triggered += level.usd
    }
    if (triggered === 0) break
    liquidatedUsd += triggered
    soldUsd = passThrough * liquidatedUsd
    while (nextBook < left.length && filledUsd * (1 + SAME_USD) < soldUsd) {
      const level = left[nextBook++] as { at: number; usd: number }
      filledUsd += level.usd
      current = level.at
    }
    steps.push({ price: current, liquidatedUsd: triggered })
  }
  return { endPrice: current, liquidatedUsd, steps, bookExhausted: filledUsd * (1 + SAME_USD) < soldUsd }
}

function check(price: number, shockPercent: number, passThrough: number): void {
  if (!(Number.isFinite(price) && price > 0)) throw bad('price', `${price} is not a price`)
  if (!Number.isFinite(shockPercent) || shockPercent === 0)
    throw bad('shock', `${shockPercent} is not a move; give per cent with sign, such as -2 for a fall by 2 %`)
  if (shockPercent <= -100) throw bad('shock', `${shockPercent} % would leave no price; a fall is less than 100 %`)
  if (!(passThrough >= 0 && passThrough <= 1))
    throw bad('pass-through', `${passThrough} is not a share; give 0 (nothing reaches the book) to 1 (all of it)`)
}

const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })
