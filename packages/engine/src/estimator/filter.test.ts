import { describe, expect, it } from 'vitest'
import { PLAIN_TIERS, START } from '../../test/markets.ts'
import { leverageClasses } from './classes.ts'
import { type Figure, Filter } from './filter.ts'
import { HeldBars } from './held-bars.ts'
import { PlaneSums } from './plane.ts'
import { BOOKS, type BooksSettings } from './settings.ts'
import { AT_LEVEL } from './survival.ts'
import { Turnover } from './turnover.ts'

const MINUTE = 60_000
const classes = leverageClasses(PLAIN_TIERS)
const every = new Float64Array(classes.count).fill(1)
const at = (bin: number) => Math.exp((bin + 0.5) / 1000)
const BIN = 4605

/** A filter with what the estimator keeps beside it. */
class Books {
  readonly filter: Filter
  private readonly held = new HeldBars()
  private readonly turnover = new Turnover()
  private figure: Figure | null = null
  private time = START
  private close = 0

  constructor(turnoverPerDay = 0.3, hazardExponent = 1) {
    this.filter = new Filter(classes, { ...(BOOKS[0] as BooksSettings), turnoverPerDay, hazardExponent }, [])
  }

  bar(open: number, high: number, low: number, close: number, volume: number, ms = MINUTE): this {
    this.time += ms
    this.filter.sweep(low, high)
    this.turnover.observe(volume, ms, ms)
    this.held.push(open, high, low, close, volume, ms)
    this.close = close
    return this
  }

  flat(bin: number, volume = 0, ms = MINUTE): this {
    return this.bar(at(bin), at(bin), at(bin), at(bin), volume, ms)
  }

  interest(base: number, stock = true): this {
    const now = { time: this.time, base }
    this.filter.explain(this.figure, now, this.close, this.held, this.turnover, null, stock)
    this.held.clear()
    this.figure = now
    return this
  }

  total(side: 0 | 1): number {
    return this.filter.books[side].total()
  }

  /** Base coin per liquidation bin, all classes. */
  coins(side: 0 | 1): (bin: number) => number {
    const book = this.filter.books[side]
    const sums = new PlaneSums().begin([book]).add(book, every, null)
    return (bin) => (bin >= sums.firstBin && bin < sums.firstBin + sums.length ? (sums.sums[bin - sums.firstBin] as number) : 0)
  }

  between(side: 0 | 1, from: number, to: number): number {
    const coins = this.coins(side)
    let sum = 0
    for (let bin = from; bin < to; bin++) sum += coins(bin)
    return sum
  }
}

/** Nothing was open, then 1000 coins opened in one bin: no start-up spread in the way. Volume is what opened: nothing turns over. */
const opened = (books = new Books()) => books.flat(BIN, 500).interest(0).flat(BIN, 1000).interest(1000)
/** What 1000 coins entered in one bin put on a bin `away` from there, by the definition of the classes. */
const share = (side: 0 | 1, away: number) => {
  const { inflow, from, to } = side === 0 ? classes.long : classes.short
  let sum = 0
  inflow.forEach((part, j) => {
    const [a, b] = [from[j] as number, to[j] as number]
    if (away >= a && away < b) sum += (1000 * part) / (b - a)
  })
  return sum
}

describe('opening', () => {
  it('puts the share of each class evenly on its bins', () => {
    const books = opened()
    for (const side of [0, 1] as const) {
      const coins = books.coins(side)
      for (let away = -1600; away <= 800; away++) expect(coins(BIN + away)).toBeCloseTo(share(side, away), 5)
    }
  })

  it('opens along all that was traded since the figure before, by volume', () => {
    const books = new Books().flat(BIN).interest(0).flat(BIN, 300)
    // far enough that no level of one entry falls on those of the other
    books.flat(BIN + 2000, 100).interest(1000)
    const coins = books.coins(0)
    expect(coins(BIN - 100) / coins(BIN + 1900)).toBeCloseTo(3, 4)
  })

  it('holds what was opened and crossed within the same bar for gone, by the order of the bar', () => {
    const stepped = (open: number, close: number) =>
      new Books()
        .flat(BIN + 30)
        .interest(0)
        .bar(at(BIN + open), at(BIN + 60), at(BIN), at(BIN + close), 5000)
        .interest(1000)
    // rising: the low came first, longs below the close stand; falling: the low came last, nothing stands from it upwards
    const rising = stepped(20, 40)
    expect(rising.coins(0)(BIN + 20)).toBeGreaterThan(0)
    expect(rising.coins(0)(BIN + 40)).toBe(0)
    expect(rising.coins(1)(BIN + 60)).toBe(0)
    const falling = stepped(40, 20)
    expect(falling.coins(0)(BIN)).toBe(0)
    expect(falling.coins(0)(BIN - 1)).toBeGreaterThan(0)
    expect(falling.coins(1)(BIN + 40)).toBeGreaterThan(0)
    for (const books of [rising, falling]) for (const side of [0, 1] as const) expect(books.total(side)).toBeCloseTo(1000, 9)
  })

  it('takes what opens from no older position, however much of it is gone within its own bar', () => {
    const books = opened()
    const before = books.between(0, BIN - 2000, BIN)
    // Far above, closing at its low; the volume is what opened, so nothing is left to turn over.
    const high = at(BIN + 2058)
    books.bar(high, high, at(BIN + 2000), at(BIN + 2000), 1000).interest(2000)
    expect(books.total(0)).toBeCloseTo(2000, 8)
    expect(books.between(0, BIN - 2000, BIN) / before).toBeCloseTo(1, 5)
  })

  it('knows that a later bar crossed what an earlier one opened', () => {
    const books = new Books().flat(BIN).interest(0).flat(BIN, 1000)
    books
      .bar(at(BIN), at(BIN), at(BIN - 90), at(BIN), 0)
      .flat(BIN)
      .interest(1000)
    expect(books.coins(0)(BIN - 90)).toBe(0)
    expect(books.coins(0)(BIN - 91)).toBeGreaterThan(0)
    expect(books.coins(1)(BIN + 5)).toBeGreaterThan(0)
    expect(books.total(0)).toBeCloseTo(1000, 9)
  })

  it('of a stock that was there already: by a prior, or all in the residual where that is left out', () => {
    const books = new Books().flat(BIN, 10).interest(1000)
    expect(books.filter.books[0].residual).toBeCloseTo(1000 * classes.long.residualStock, 3)
    const mass = books.between(0, BIN - 4000, BIN)
    expect(mass + books.filter.books[0].residual).toBeCloseTo(1000, 6)
    expect(books.between(0, BIN, BIN + 4000)).toBe(0)
    // far levels first: next to the price stands least
    expect(books.between(0, BIN - 20, BIN) / mass).toBeLessThan(0.1)
    // who is closed the sooner the higher the leverage has entered the nearer
    const near = (exponent: number) =>
      new Books(0.3, exponent)
        .flat(BIN, 10)
        .interest(1000)
        .between(0, BIN - 20, BIN)
    expect(near(1)).toBeGreaterThan(1.2 * near(0))
    const nothing = new Books().flat(BIN, 10).interest(1000, false)
    expect(nothing.filter.books[0].residual).toBe(1000)
    expect(nothing.total(1)).toBe(1000)
  })
})

describe('sweep', () => {
  it('empties exactly the bins that the low crossed, and no short', () => {
    const books = opened()
    const before = books.coins(0)
    const low = BIN - 100
    books.bar(at(BIN), at(BIN), at(low), at(BIN), 0)
    const after = books.coins(0)
    let gone = 0
    for (let bin = BIN - 1500; bin <= BIN; bin++) {
      expect(after(bin)).toBe(bin >= low ? 0 : before(bin))
      if (bin >= low) gone += share(0, bin - BIN)
    }
    expect(books.total(0)).toBeCloseTo(1000 - gone, 4)
    expect(books.total(1)).toBeCloseTo(1000, 9)
  })

  it('is recorded in USD per class, at the extreme and as thinned as what price has arrived at', () => {
    const books = opened()
    const held = Float64Array.from({ length: classes.count }, (_, j) => books.filter.books[0].standing(j))
    books.bar(at(BIN), at(BIN), at(BIN - 90), at(BIN), 0)
    const [long, short] = books.filter.swept
    for (let j = 0; j < classes.count; j++) {
      const lost = (held[j] as number) - books.filter.books[0].standing(j)
      expect(long[j]).toBeCloseTo(lost * at(BIN - 90) * AT_LEVEL, 2)
      expect(short[j]).toBe(0)
    }
    expect(long.reduce((a, b) => a + b, 0)).toBeGreaterThan(0)
    // the next bar crosses nothing, and says so
    books.flat(BIN)
    expect(long.every((usd) => usd === 0)).toBe(true)
  })

  it('is closed against someone by the next figure: both sides hold it again', () => {
    const books = opened()
    books
      .bar(at(BIN), at(BIN), at(BIN - 100), at(BIN), 0)
      .flat(BIN, 100)
      .interest(900)
    expect(books.total(0)).toBeCloseTo(900, 9)
    expect(books.total(1)).toBeCloseTo(900, 9)
    // Longs lost more than 100 to the sweep: what is missing was taken over by new longs, up to the nearest level of all.
    expect(books.coins(0)(BIN - 5)).toBeGreaterThan(0)
  })
})

describe('open interest', () => {
  it('falls: high leverage leaves sooner, the more the larger the exponent', () => {
    const near = [-5, 5] as const
    const far = [-400, 280] as const
    const lost = (exponent: number, side: 0 | 1) => {
      const books = opened(new Books(0.3, exponent))
      const ratio = () => books.coins(side)(BIN + near[side]) / books.coins(side)(BIN + far[side])
      const before = ratio()
      books.flat(BIN, 500).interest(500)
      expect(books.total(side)).toBeCloseTo(500, 9)
      return ratio() / before
    }
    for (const side of [0, 1] as const) {
      expect(lost(1, side)).toBeLessThan(0.2)
      expect(lost(0.5, side)).toBeGreaterThan(lost(1, side))
      expect(lost(0, side)).toBeGreaterThan(lost(0.5, side))
      // all that is left then is who is in profit
      expect(lost(0, side)).toBeGreaterThan(0.5)
    }
  })

  it('falls: who is in profit leaves sooner than who is in loss', () => {
    const books = opened()
    const above = BIN + 2000
    // Volumes are what opened or closed, so nothing is turned over; the fall takes the nearer longs, and nobody takes them over.
    books
      .flat(above, 1000)
      .interest(2000)
      .flat(BIN + 1000)
    const left = books.total(0)
    books.flat(BIN + 1000).interest(left)
    // 1.5× longs of both entries, 1400 bins below: one side of the price each
    const standing = () => [books.coins(0)(BIN - 1400), books.coins(0)(above - 1400)]
    const before = standing()
    books.flat(BIN + 1000, left / 2).interest(left / 2)
    const [low, high] = standing().map((coins, i) => coins / (before[i] as number)) as [number, number]
    expect(Math.log(low) / Math.log(high)).toBeCloseTo(1.25 / 0.8, 2)
  })

  it('of nothing empties the books, and what opens later opens at its own price', () => {
    const books = opened().flat(BIN, 1000).interest(0)
    expect([books.total(0), books.total(1)]).toEqual([0, 0])
    books.flat(BIN + 500, 10).interest(10)
    expect(books.coins(0)(BIN + 400)).toBeCloseTo(share(0, -100) / 100, 6)
    expect(books.coins(0)(BIN - 300)).toBeCloseTo(share(0, -800) / 100, 6)
  })

  it('standing still turns over where there is trading, what is asked for in an average day, and not without', () => {
    const leftAfterADay = (volume: number, perDay: number) => {
      const FIVE = 5 * MINUTE
      // No exponent: what leaves is an even share of all, so a hand can follow it.
      const books = new Books(perDay, 0).flat(BIN, volume, FIVE).interest(0).flat(BIN, volume, FIVE).interest(1000)
      const before = books.between(0, BIN - 2000, BIN)
      for (let i = 0; i < 288; i++) books.flat(BIN, volume, FIVE).interest(1000)
      expect(books.total(0)).toBeCloseTo(1000, 8)
      expect(books.between(0, BIN - 2000, BIN) / before).toBeCloseTo(1, 5)
      // …and what is new stands elsewhere: 2000 bins up
      for (let i = 0; i < 288; i++) books.flat(BIN + 2000, volume, FIVE).interest(1000)
      return books.between(0, BIN - 2000, BIN) / before
    }
    expect(leftAfterADay(0, 0.3)).toBeCloseTo(1, 6)
    // About exp(−perDay) of it is left. All of it is in profit there and closes sooner than what is new; that is some per cent.
    expect(leftAfterADay(10_000, 0.3) / Math.exp(-0.3)).toBeCloseTo(1, 1)
    expect(leftAfterADay(10_000, 0.1) / Math.exp(-0.1)).toBeCloseTo(1, 1)
  })
})
