import { beforeEach, describe, expect, it } from 'vitest'
import { Books, type Position } from '../books.ts'
import { LARGE_COIN } from '../character.ts'
import type { ForcedOrder, Tape } from '../exchange.ts'
import { equity, maintenanceMargin } from '../margin.ts'
import { Random } from '../random.ts'
import { FullExchange } from './full-exchange.ts'

const STEP = 5_000
let forced: ForcedOrder[]
let trades: { takerBuys: boolean; lots: number; price: number }[]
let exchange: FullExchange
let time: number

/** A market at 100, one lot is one coin, a hundred million USD move it by about 0.6 % in log at rest. */
beforeEach(() => {
  forced = []
  trades = []
  time = 0
  const tape: Tape = {
    trade: (takerBuys, lots, price) => trades.push({ takerBuys, lots, price }),
    churn: () => undefined,
    touch: () => undefined,
    forced: (order) => forced.push(order),
  }
  exchange = new FullExchange(new Books(1), tape, new Random(1, 'test'), {
    price: 100,
    depthUsd: 1e10,
    stepMs: STEP,
    workedLots: 1e9,
    thickening: 0.01,
    usdPerPrint: 4_000,
    character: LARGE_COIN,
    random: new Random(1, 'wallets'),
  })
})

const open = (direction: 1 | -1, lots: number, leverage: number, extra: { stop?: number; takeProfit?: number } = {}): Position =>
  exchange.open({ population: 0, direction, lots, cross: false, stop: 0, takeProfit: 0, ...extra }, leverage, 0, false)
const step = (news = 0): void => {
  exchange.drift(time, news)
  time += STEP
}
const newsTo = (price: number): void => step(Math.log(price) - exchange.logPrice)

describe('the exchange in full', () => {
  it('cuts a large position to the tier below, whose margin what is left covers', () => {
    // a notional of 1.8 million: the third tier, 0.65 %; below it lies the second, up to 500,000
    const position = open(1, 18_000, 20)
    const { liquidation, entry } = position
    newsTo(liquidation * 0.9995)
    expect(forced).toHaveLength(1)
    const [order] = forced as [ForcedOrder]
    expect(order).toMatchObject({ direction: 1, liquidationPrice: liquidation, mark: liquidation, lotsLeft: position.lots })
    expect(order.lots + position.lots).toBe(18_000)
    expect(exchange.books.count).toBe(1)
    expect(position.lots * order.mark).toBeLessThanOrEqual(500_000)
    expect((position.lots + 1) * order.mark).toBeGreaterThan(500_000)
    expect(position.entry).toBe(entry)
    // the loss of what was sold is paid, the rest has more than it needs
    const size = position.lots
    expect(equity({ ...position, size }, order.mark)).toBeGreaterThan(maintenanceMargin(size * order.mark))
    expect(position.liquidation).toBeLessThan(liquidation)
    expect(trades.at(-1)).toMatchObject({ takerBuys: false, lots: order.lots, price: order.fillPrice })
    expect(exchange.books).toMatchObject({ longLots: size, makerLots: -size, openInterestLots: size })

    // on to the first tier, and then it dies
    newsTo(position.liquidation * 0.999)
    expect(position.lots * (forced[1] as ForcedOrder).mark).toBeLessThanOrEqual(50_000)
    newsTo(position.liquidation * 0.999)
    expect(forced).toHaveLength(3)
    expect(forced[2]).toMatchObject({ lotsLeft: 0 })
    expect(exchange.books.count).toBe(0)
    expect(forced.reduce((sum, o) => sum + o.lots, 0)).toBe(18_000)
  })

  it('closes all of it where the book is too thin to leave anything', () => {
    exchange.set({ depthUsd: 2e5, stress: 1, basis: 0 })
    for (let i = 0; i < 500; i++) step()
    const position = open(1, 18_000, 50)
    newsTo(position.liquidation * 0.999)
    expect(forced).toHaveLength(1)
    expect(forced[0]).toMatchObject({ lots: 18_000, lotsLeft: 0 })
    expect(exchange.books).toMatchObject({ count: 0, openInterestLots: 0 })
    expect(trades.at(-1)?.lots).toBe(18_000)
  })

  it('keeps its mark near the index while a squeeze drives the last price away, and liquidates by the mark', () => {
    const short = open(-1, 100, 50)
    expect(short.liquidation).toBeGreaterThan(101)
    expect(short.liquidation).toBeLessThan(102)
    // somebody buys until the last price is beyond the short's liquidation price
    exchange.open({ population: 0, direction: 1, lots: 4_000_000, cross: false, stop: 0, takeProfit: 0 }, 3, 0, true)
    const squeezed = exchange.price
    expect(squeezed).toBeGreaterThan(short.liquidation)
    expect(exchange.mark).toBe(100)
    step()
    // part of the push is the index's too; the mark stays behind the last price, and the short alive
    expect(exchange.mark).toBeGreaterThan(100)
    expect(exchange.mark).toBeLessThan(short.liquidation)
    expect(exchange.price / exchange.mark).toBeGreaterThan(1.004)
    expect(forced).toHaveLength(0)
    // news takes the index there
    newsTo(exchange.price * 1.02)
    expect(forced).toHaveLength(1)
    expect(forced[0]).toMatchObject({ direction: -1, mark: short.liquidation })
    expect((forced[0] as ForcedOrder).fillPrice).toBeGreaterThan(short.liquidation)
  })

  it('fires stops and targets by the last price', () => {
    open(-1, 100, 20, { stop: 100.5 })
    open(1, 100, 5, { takeProfit: 100.5 })
    exchange.open({ population: 0, direction: 1, lots: 2_000_000, cross: false, stop: 0, takeProfit: 0 }, 3, 0, true)
    expect(exchange.mark).toBe(100)
    expect(exchange.price).toBeGreaterThan(100.5)
    expect(exchange.books.count).toBe(1)
    expect(forced).toHaveLength(0)
  })

  it('lets liquidations of one step push the mark of the next', () => {
    const large = open(1, 500_000, 9)
    const { liquidation } = large
    // a small one that dies a little further down
    const small = open(1, 10, 1 / (1 - (liquidation * 0.9992 * (1 - 0.004)) / 100))
    expect(small.liquidation / liquidation).toBeCloseTo(0.9992, 9)
    newsTo(liquidation * 0.9999)
    expect(forced).toHaveLength(1)
    expect(exchange.price).toBeLessThan(small.liquidation)
    // no more news: the index goes after what was sold, and the mark with it
    step()
    expect(forced).toHaveLength(2)
    expect(forced[1]).toMatchObject({ lots: 10, mark: small.liquidation })
  })

  it('lets the premium of a crowd on one side stand, and everything else of a push fade', () => {
    exchange.set({ depthUsd: 1e10, stress: 1, basis: 0.002 })
    for (let i = 0; i < 720; i++) step()
    expect(exchange.premium()).toBeCloseTo(0.002, 6)
    expect(exchange.price / exchange.index).toBeCloseTo(Math.exp(0.002), 6)
    expect(exchange.mark / exchange.index).toBeCloseTo(Math.exp(0.002), 6)
  })

  it('asks more margin of whom it would have to liquidate at once', () => {
    const position = open(1, 100, 400)
    expect(position.liquidation).toBeLessThan(100 * 0.9986)
    step()
    expect(forced).toHaveLength(0)
  })

  it('knows since when a position has been open, and what its wallet holds in all', () => {
    for (let i = 0; i < 10; i++) step()
    const position = exchange.open({ population: 0, direction: 1, lots: 100, cross: true, stop: 0, takeProfit: 0 }, 5, 0, false)
    expect(exchange.openedAt(position)).toBe(9 * STEP)
    const own = (position.lots * position.entry) / position.margin
    expect(exchange.leverageOf(position)).toBeCloseTo(own + exchange.accounts.elsewhere(position) / position.margin, 9)
  })
})
