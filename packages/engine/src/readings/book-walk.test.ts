import { describe, expect, it } from 'vitest'
import { type BookWalkInput, walkBook } from './book-walk.ts'

// Price 100. Bids of 1000 USD each: 10 coins at 100 would be 1000, and so on; sizes are chosen so that every level is a round sum.
const BOOK: BookWalkInput['book'] = [
  [99, 10], // 990
  [98, 10], // 980
  [97, 10], // 970
  [96, 10], // 960
  [95, 10], // 950
  [101, 10], // 1010
  [102, 10], // 1020
  [103, 10], // 1030
]
const walk = (long: Record<number, number>, over: Partial<BookWalkInput> = {}) =>
  walkBook({
    price: 100,
    shockPercent: -2,
    passThrough: 1,
    book: BOOK,
    map: Object.entries(long).map(([price, usd]) => ({ price: Number(price), longUsd: usd, shortUsd: 0 })),
    ...over,
  })

describe('walkBook', () => {
  it('ends at the price of the shock where nothing is triggered', () => {
    expect(walk({ 97.9: 5000 })).toEqual({ endPrice: 98, liquidatedUsd: 0, steps: [], bookExhausted: false })
    // No rounding at the edge of a shock: 100 × (1 − 0.07) would be 92.99999999999999.
    expect(walk({}, { shockPercent: -7 }).endPrice).toBe(93)
  })

  it('sells what is triggered into what lies beyond the shock, until a round triggers nothing', () => {
    // Shock to 98 eats 99 and 98. Round 1 triggers 98.5 and 98 (at the shock counts): 700, which fit into the 970 at 97.
    // Round 2 triggers 97.2: 400; 1100 in all, 970 at 97 and 130 at 96. Round 3 triggers 96.5: 100, into what is left at 96
    // (960 − 130 = 830): price stays. Nothing more lies at or above 96.
    expect(walk({ 98.5: 300, 98: 400, 97.2: 400, 96.5: 100, 95.9: 9999 })).toEqual({
      endPrice: 96,
      liquidatedUsd: 1200,
      steps: [
        { price: 97, liquidatedUsd: 700 },
        { price: 96, liquidatedUsd: 400 },
        { price: 96, liquidatedUsd: 100 },
      ],
      bookExhausted: false,
    })
  })

  it('lets only the pass-through reach the book', () => {
    // 2000 liquidated, half of it sold: 970 at 97 and 30 at 96.
    expect(walk({ 99: 2000 }, { passThrough: 0.5 })).toMatchObject({ endPrice: 96, liquidatedUsd: 2000 })
    expect(walk({ 99: 2000, 97.5: 1 }, { passThrough: 0 })).toEqual({
      endPrice: 98,
      liquidatedUsd: 2000,
      steps: [{ price: 98, liquidatedUsd: 2000 }],
      bookExhausted: false,
    })
  })

  it('stays on a level that is eaten to its last cent', () => {
    expect(walk({ 99: 970 }).endPrice).toBe(97)
    expect(walk({ 99: 970.01 }).endPrice).toBe(96)
    // 97 × 0.3 + 96 × 0.3 + 95 × 0.3 is 86.4 on paper and 86.39999999999999 in the machine.
    const tenths = [97, 96, 95, 94].map((price) => [price, 0.3] as const)
    expect(walk({ 99: 86.4 }, { book: tenths }).endPrice).toBe(95)
  })

  it('mirrors for a rise, which hits the shorts', () => {
    const map = [
      { price: 100.5, longUsd: 0, shortUsd: 800 },
      { price: 102, longUsd: 0, shortUsd: 500 },
      { price: 99, longUsd: 7777, shortUsd: 0 },
    ]
    // Shock to 101 eats 101. 800 fit into the 1020 at 102; there 500 more are triggered: 1300, 1020 at 102 and 280 at 103.
    expect(walkBook({ price: 100, shockPercent: 1, passThrough: 1, book: BOOK, map })).toEqual({
      endPrice: 103,
      liquidatedUsd: 1300,
      steps: [
        { price: 102, liquidatedUsd: 800 },
        { price: 103, liquidatedUsd: 500 },
      ],
      bookExhausted: false,
    })
  })

  it('ends at the last level of a book that runs out, with what is triggered there', () => {
    // Beyond 98 there are 970 + 960 + 950 = 2880. 3000 take all of it; at 95 another 10 are triggered, and nothing is left to take them.
    expect(walk({ 99: 3000, 95.5: 10, 94: 10 })).toEqual({
      endPrice: 95,
      liquidatedUsd: 3010,
      steps: [
        { price: 95, liquidatedUsd: 3000 },
        { price: 95, liquidatedUsd: 10 },
      ],
      bookExhausted: true,
    })
    expect(walk({ 99: 2880 })).toMatchObject({ endPrice: 95, bookExhausted: false })
    // A shock beyond the book: there is nothing to sell into.
    expect(walk({ 99: 1 }, { shockPercent: -10 })).toMatchObject({ endPrice: 90, liquidatedUsd: 1, bookExhausted: true })
  })

  it('leaves aside what lies behind the price', () => {
    expect(walk({ 100.5: 5000 })).toMatchObject({ endPrice: 98, liquidatedUsd: 0 })
  })

  it.each([
    [{ shockPercent: 0 }, 'field shock: 0 is not a move'],
    [{ shockPercent: -100 }, 'would leave no price'],
    [{ shockPercent: Number.NaN }, 'not a move'],
    [{ passThrough: 1.01 }, 'field pass-through: 1.01 is not a share'],
    [{ passThrough: Number.NaN }, 'not a share'],
    [{ price: 0 }, 'field price: 0 is not a price'],
  ])('refuses %j', (over, message) => {
    expect(() => walk({}, over)).toThrow(message)
  })
})
