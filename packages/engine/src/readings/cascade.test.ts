import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levelsAt, mapArbitrary, mirrored } from '../../test/readings.ts'
import { walkBook } from './book-walk.ts'
import { Cascade, cascadeOnce, prepareCascade } from './cascade.ts'
import { extendedDepth, impactDepth } from './depth.ts'
import { countWithin, levelsOf } from './levels.ts'
import { type BookLevel, orderBookDepth } from './order-book-depth.ts'

/** Prices that do not fall on each other's: levels of the book at whole ticks, those of the map between them or on them, as drawn. */
const market = fc.record({
  book: fc.array(fc.tuple(fc.integer({ min: 500, max: 999 }), fc.integer({ min: 1, max: 50 })), { maxLength: 60 }),
  map: fc.array(fc.tuple(fc.integer({ min: 1000, max: 1999 }), fc.integer({ min: 1, max: 20_000 })), { maxLength: 60 }),
  shock: fc.integer({ min: 1, max: 49 }),
  passThrough: fc.constantFrom(0, 0.25, 0.5, 1),
})

/** Takes the book apart order by order: the least clever way there is, and nothing in it is shared with what it checks. */
function eat(book: BookLevel[], map: [number, number][], shockPrice: number, passThrough: number) {
  const bids = book.filter(([price]) => price < shockPrice).map(([price, size]) => ({ price, usd: price * size }))
  bids.sort((a, b) => b.price - a.price)
  const waiting = new Set(map.filter(([price]) => price <= 1000))
  let [price, liquidated, short] = [shockPrice, 0, false]
  for (;;) {
    const hit = [...waiting].filter(([at]) => at >= price)
    if (hit.length === 0) return { price, liquidated, short }
    for (const level of hit) {
      waiting.delete(level)
      liquidated += level[1]
      let toSell = level[1] * passThrough
      while (toSell > 0) {
        const best = bids[0]
        if (!best) {
          short = true
          break
        }
        price = best.price
        const filled = Math.min(toSell, best.usd)
        toSell -= filled
        best.usd -= filled
        if (best.usd === 0) bids.shift()
      }
    }
  }
}

describe('a price shock', () => {
  it('ends where taking the book apart order by order ends, in closed form and round by round', () => {
    fc.assert(
      fc.property(market, ({ book, map, shock, passThrough }) => {
        // Halves of ticks for the map: some levels stand on a level of the book, some between two.
        const levels = map.map(([price, usd]): [number, number] => [price / 2, usd])
        const shockPrice = (1000 * (100 - shock)) / 100
        const truth = eat(book, levels, shockPrice, passThrough)

        const walk = walkBook({
          price: 1000,
          shockPercent: -shock,
          passThrough,
          book,
          map: levels.map(([price, usd]) => ({ price, longUsd: usd, shortUsd: 0 })),
        })
        expect(walk.endPrice).toBe(truth.price)
        expect(walk.liquidatedUsd).toBe(truth.liquidated)
        expect(walk.bookExhausted).toBe(truth.short)
        expect(walk.steps.reduce((sum, step) => sum + step.liquidatedUsd, 0)).toBe(truth.liquidated)
        expect(walk.steps.at(-1)?.price ?? shockPrice).toBe(truth.price)

        const profile = levelsAt(levels.map(([price, usd]) => [Math.abs(Math.log(price / 1000)), usd]))
        const prepared = prepareCascade('long', profile, orderBookDepth(1000, book))
        const distance = Math.abs(Math.log(shockPrice / 1000))
        const closed = new Cascade(prepared, passThrough).priceShock(distance)
        expect(1000 * Math.exp(-closed.distance) - truth.price).toBeLessThan(1e-9 * truth.price)
        expect(truth.price - 1000 * Math.exp(-closed.distance)).toBeLessThan(1e-9 * truth.price)
        expect(closed.liquidatedUsd).toBe(truth.liquidated)
        expect(closed.bookExhausted).toBe(truth.short)

        const eaten = prepared.depth.within('long', distance)
        expect(cascadeOnce(prepared, eaten, distance, countWithin(profile, distance), passThrough)).toEqual(closed)
      }),
      { numRuns: 1500 },
    )
  })

  it('takes the first level that holds, though later ones would be passed again', () => {
    // Bids of 100 USD at 1, 2, 3, 4 and 5 % (as log distances), shock to 1 %, η = 1. 50 USD at 1 %: sold into 2 %, price at 2 %.
    // 40 USD stand at 2 %: 90 in all, 2 % still holds. The 1000 USD at 3 % are not reached, though they would break everything.
    const book = [1, 2, 3, 4, 5].map((k): BookLevel => [Math.exp(-k / 100), 100 / Math.exp(-k / 100)])
    const at = (k: number) => Math.abs(Math.log(Math.exp(-k / 100)))
    const levels = levelsAt([
      [at(1), 50],
      [at(2), 40],
      [at(3), 1000],
    ])
    const cascade = new Cascade(prepareCascade('long', levels, orderBookDepth(1, book)), 1)
    expect(cascade.priceShock(at(1))).toEqual({ distance: at(2), liquidatedUsd: 90, bookExhausted: false })
    // From 3 % the thousand are hit: 200 USD are left beyond, and the book ends.
    expect(cascade.priceShock(at(3))).toEqual({ distance: at(5), liquidatedUsd: 1090, bookExhausted: true })
    // 10 USD at market stop at the first bid, where 50 are triggered: 60 of its 100.
    expect(cascade.volumeShock(10)).toEqual({ distance: at(1), liquidatedUsd: 50, bookExhausted: false })
    // 60 USD: 110 with the 50, so price is at 2 %, where 40 more are triggered: 150 of 200.
    expect(cascade.volumeShock(60)).toEqual({ distance: at(2), liquidatedUsd: 90, bookExhausted: false })
    // 110 USD: at 2 % at once, 200 with the 90: 2 % holds to the last cent. A dollar more and the thousand go.
    expect(cascade.volumeShock(110).distance).toBe(at(2))
    expect(cascade.volumeShock(111)).toEqual({ distance: at(5), liquidatedUsd: 1090, bookExhausted: true })
    expect(cascade.volumeShock(0)).toEqual({ distance: 0, liquidatedUsd: 0, bookExhausted: false })
  })
})

describe('with the square-root law', () => {
  // σ = 2 % a day, V = 10,000 USD a day, Y = 0.5: D(x) = 10,000 · (x / 0.01)², 10,000 USD at 1 %, 40,000 at 2 %.
  const law = impactDepth({ sigmaDay: 0.02, volumeDayUsd: 10_000 })

  it('comes to rest where the law holds what was sold', () => {
    const levels = levelsAt([
      [0.005, 7500],
      [0.011, 22_500],
      [0.03, 1],
    ])
    const cascade = new Cascade(prepareCascade('long', levels, law), 1)
    // Shock to 0.5 % (2500 USD): 7500 are triggered, 10,000 in all: 1 %. The next level, at 1.1 %, is not reached.
    expect(cascade.priceShock(0.005).distance).toBeCloseTo(0.01, 12)
    expect(cascade.priceShock(0.005).liquidatedUsd).toBe(7500)
    // 10,000 USD sold: 1 % alone, but 0.5 % lies on the way, so 17,500: 1.32 %, and 22,500 more at 1.1 %: 40,000, 2 %.
    expect(cascade.volumeShock(10_000).distance).toBeCloseTo(0.02, 12)
    expect(cascade.volumeShock(10_000).liquidatedUsd).toBe(30_000)
  })

  it('goes on beyond a book that ends', () => {
    // 500 USD at 1 %, then the law: it holds 10,000 at 1 % and 40,000 at 2 %, so 30,000 lie between.
    const both = extendedDepth(orderBookDepth(1, [[Math.exp(-0.01), 500 / Math.exp(-0.01)]]), law)
    expect(both.within('long', 0.01 + 1e-12)).toBeCloseTo(500, 3)
    expect(both.within('long', 0.02)).toBeCloseTo(30_500, 6)
    expect(both.reach('long', 500)).toBeCloseTo(0.01, 12)
    expect(both.reach('long', 30_500)).toBeCloseTo(0.02, 12)
    expect(both.within('short', 0.02)).toBeCloseTo(40_000, 6)
    expect(both.end('long')).toBe(Number.POSITIVE_INFINITY)
  })

  it('mirrors, grows with the shock and with the pass-through, and does not change when all USD are doubled', () => {
    fc.assert(
      fc.property(
        mapArbitrary(),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (map, shock, eta) => {
          const run = (side: 'long' | 'short', m = map, depth = law, s = shock, e = eta) =>
            new Cascade(prepareCascade(side, levelsOf(m, side), depth), e).priceShock(s)
          const end = run('long')
          const other = run('short', mirrored(map))
          expect(other.liquidatedUsd).toBe(end.liquidatedUsd)
          expect(Math.abs(other.distance - end.distance)).toBeLessThan(1e-12)
          expect(end.distance).toBeGreaterThanOrEqual(shock)
          expect(run('long', map, law, shock + 0.01).distance).toBeGreaterThanOrEqual(end.distance)
          expect(run('long', map, law, shock, eta + 0.1).distance).toBeGreaterThanOrEqual(end.distance)
          const twice = { ...map, long: { ...map.long, usd: map.long.usd.map((usd) => 2 * usd) } }
          const deep = impactDepth({ sigmaDay: 0.02, volumeDayUsd: 20_000 })
          expect(run('long', twice, deep).liquidatedUsd).toBe(2 * end.liquidatedUsd)
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([
    [{ sigmaDay: 0, volumeDayUsd: 1 }, 'sigmaDay'],
    [{ sigmaDay: 1, volumeDayUsd: Number.NaN }, 'volumeDayUsd'],
    [{ sigmaDay: 1, volumeDayUsd: 1, y: -1 }, 'field y'],
  ])('refuses %j', (input, field) => {
    expect(() => impactDepth(input)).toThrow(field)
  })
})
