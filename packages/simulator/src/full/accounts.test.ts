import { describe, expect, it } from 'vitest'
import { Books, type NewPosition, type Position } from '../books.ts'
import { Random } from '../random.ts'
import { Accounts } from './accounts.ts'

const HOUR = 3_600_000
const order: NewPosition = { population: 0, direction: 1, lots: 100, entry: 100, margin: 1_000, cross: true, stop: 0, takeProfit: 0 }

/** A hundred crossed longs of 10,000 USD each, and as many isolated ones. */
function wallets(): { books: Books; accounts: Accounts; crossed: Position[]; isolated: Position[] } {
  const books = new Books(1)
  const accounts = new Accounts(books, new Random(1, 'wallets'), 0.03)
  const open = (cross: boolean): Position[] =>
    Array.from({ length: 100 }, () => {
      const position = books.open({ ...order, cross })
      accounts.meet(position, 0)
      return position
    })
  return { books, accounts, crossed: open(true), isolated: open(false) }
}

describe('shared wallets', () => {
  it('move the liquidation price by what other positions win or lose, up to a look, without a trade here', () => {
    const { books, accounts, crossed, isolated } = wallets()
    const before = [...crossed, ...isolated].map((p) => p.liquidation)
    const margins = crossed.map((p) => p.margin)
    const elsewhere = crossed.map((p) => accounts.elsewhere(p))
    expect(elsewhere.filter((usd) => usd > 0).length).toBeGreaterThan(60)
    expect(elsewhere.filter((usd) => usd === 0).length).toBeGreaterThan(10)
    // news of −5 %, which the others follow
    accounts.step(5_000, -0.05)
    const moved = new Set<Position>()
    accounts.review(1, 5_000, (p) => moved.add(p), true)
    crossed.forEach((p, i) => {
      if (elsewhere[i] === 0) {
        expect(p.liquidation).toBe(before[i])
        return
      }
      expect(moved.has(p)).toBe(true)
      const lost = (margins[i] as number) - p.margin
      // between 0.7 and 1.3 times 5 % of what it holds, and a little of the others' own
      expect(Math.abs(lost) / (elsewhere[i] as number)).toBeGreaterThan(0.03)
      expect(Math.abs(lost) / (elsewhere[i] as number)).toBeLessThan(0.07)
      // a long with less behind it dies higher up
      expect(Math.sign(p.liquidation - (before[i] as number))).toBe(Math.sign(lost))
    })
    expect(isolated.map((p) => p.liquidation)).toEqual(before.slice(100))
    expect(books.longLots).toBe(20_000)
  })

  it('hold what the other positions were opened with', () => {
    const { accounts, crossed } = wallets()
    for (const p of crossed) {
      const rest = (p.margin - 1_000) / Math.max(1, accounts.elsewhere(p))
      expect(rest).toBeCloseTo(accounts.elsewhere(p) > 0 ? 0.1 - 0.01 : 0, 9)
    }
  })

  it('are looked at within an hour each, and exchange their other positions in the end', () => {
    const { accounts, crossed } = wallets()
    const held = crossed.map((p) => accounts.elsewhere(p))
    accounts.step(5_000, 0.05)
    const moved = new Set<Position>()
    for (let time = 0; time <= HOUR; time += 5_000) accounts.review(time, 5_000, (p) => moved.add(p), false)
    expect(moved.size).toBe(held.filter((usd) => usd > 0).length)
    for (let hour = 1; hour < 100; hour++) accounts.review(hour * HOUR, 5_000, () => undefined, true)
    const others = crossed.filter((p, i) => held[i] !== 0 && accounts.elsewhere(p) !== held[i])
    expect(others.length).toBeGreaterThan(0.9 * moved.size)
  })
})
