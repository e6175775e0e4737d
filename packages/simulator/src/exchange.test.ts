import { beforeEach, describe, expect, it } from 'vitest'
import { Books } from './books.ts'
import { Exchange, type ForcedOrder, type Tape } from './exchange.ts'
import { Random } from './random.ts'

const STEP = 5_000
let forced: ForcedOrder[]
let trades: { takerBuys: boolean; lots: number; price: number }[]
let touched: number[]
let exchange: Exchange

/** A market at 100, one lot is one coin, ten million USD move it by 1 in log at rest. */
beforeEach(() => {
  forced = []
  trades = []
  touched = []
  const tape: Tape = {
    trade: (takerBuys, lots, price) => trades.push({ takerBuys, lots, price }),
    churn: (takerBuys, lots, price) => trades.push({ takerBuys, lots, price }),
    touch: (price) => touched.push(price),
    forced: (order) => forced.push(order),
  }
  exchange = new Exchange(new Books(1), tape, new Random(1, 'test'), {
    price: 100,
    depthUsd: 1e7,
    stepMs: STEP,
    workedLots: 1e6,
    thickening: 0.01,
    usdPerPrint: 4_000,
  })
})

const open = (direction: 1 | -1, lots: number, leverage: number, extra: { stop?: number; takeProfit?: number } = {}) =>
  exchange.open({ population: 0, direction, lots, cross: false, stop: 0, takeProfit: 0, ...extra }, leverage, 0, false)

describe('exchange', () => {
  it('liquidates a position at its price when the mark gets there, not before', () => {
    const position = open(1, 100, 10)
    const { liquidation } = position
    exchange.drift(0, Math.log(liquidation * 1.0005) - exchange.logPrice)
    expect(forced).toHaveLength(0)
    exchange.drift(STEP, -0.01)
    expect(forced).toHaveLength(1)
    expect(forced[0]).toMatchObject({ direction: 1, lots: 100, liquidationPrice: liquidation, mark: liquidation })
    expect(forced[0]?.bankruptcyPrice).toBeCloseTo(90, 9)
    expect(forced[0]?.time).toBeGreaterThanOrEqual(STEP)
    expect(forced[0]?.time).toBeLessThan(2 * STEP)
    // the long was sold into the market, below the trigger and on the path
    expect(trades.at(-1)).toMatchObject({ takerBuys: false, lots: 100 })
    const fill = forced[0]?.fillPrice as number
    expect(fill).toBeLessThan(liquidation)
    expect(fill).toBeGreaterThan(Math.min(...touched))
    expect(exchange.books.count).toBe(0)
    expect(exchange.books.openInterestLots).toBe(0)
  })

  it('lets a liquidation push the price into the next', () => {
    open(1, 20_000, 20)
    const second = open(1, 10, 19.9)
    const first = exchange.books.at(0)
    expect(first.liquidation).toBeGreaterThan(second.liquidation)
    // news stops between the two: only the first one's selling can reach the second
    exchange.drift(0, Math.log((first.liquidation + second.liquidation) / 2) - exchange.logPrice)
    expect(forced.map((o) => o.lots)).toEqual([20_000, 10])
    expect(forced[0]?.time).toBeLessThanOrEqual(forced[1]?.time as number)
  })

  it('takes a stop before the liquidation, and a target on the other side', () => {
    open(1, 100, 10, { stop: 95, takeProfit: 105 })
    open(-1, 100, 10, { stop: 105 })
    exchange.drift(0, Math.log(94 / 100))
    expect(exchange.books.count).toBe(1)
    exchange.drift(STEP, Math.log(106 / 94))
    expect(exchange.books.count).toBe(0)
    expect(forced).toHaveLength(0)
  })

  it('gives the maker the other side of everything', () => {
    open(1, 70, 5)
    expect(exchange.books).toMatchObject({ longLots: 70, shortLots: 0, makerLots: -70, openInterestLots: 70 })
    const short = open(-1, 100, 5)
    expect(exchange.books).toMatchObject({ longLots: 70, shortLots: 100, makerLots: 30, openInterestLots: 100 })
    exchange.close(short, true)
    expect(exchange.books).toMatchObject({ longLots: 70, shortLots: 0, makerLots: -70, openInterestLots: 70 })
  })

  it('resists more the further it has been pushed, and forgets the push', () => {
    const before = exchange.logPrice
    exchange.open({ population: 0, direction: 1, lots: 2_000, cross: false, stop: 0, takeProfit: 0 }, 5, 0, true)
    const once = exchange.logPrice - before
    exchange.open({ population: 0, direction: 1, lots: 2_000, cross: false, stop: 0, takeProfit: 0 }, 5, 0, true)
    const twice = exchange.logPrice - before - once
    expect(once).toBeGreaterThan(0)
    expect(twice).toBeLessThan(once)
    for (let i = 0; i < 17_280; i++) exchange.drift(i * STEP, 0)
    expect(exchange.logPrice - before).toBeLessThan(0.06 * (once + twice))
  })

  it('moves the liquidation price as margin changes and ignores the old one', () => {
    const position = open(1, 100, 10)
    const was = position.liquidation
    exchange.addMargin(position, 300)
    expect(position.liquidation).toBeLessThan(was)
    exchange.drift(0, Math.log((was * 0.999) / 100))
    expect(exchange.books.count).toBe(1)
    // averaging down: entry between, triggers anew
    exchange.add(position, 100, 1_000)
    expect(position.lots).toBe(200)
    expect(position.entry).toBeLessThan(100)
    expect(position.entry).toBeGreaterThan(was)
    // margin taken away (funding) until the price is behind already: it dies at the mark
    exchange.addMargin(position, -position.margin)
    exchange.settle()
    expect(forced).toHaveLength(1)
    expect(forced[0]?.mark).toBeLessThanOrEqual(forced[0]?.liquidationPrice as number)
  })
})
