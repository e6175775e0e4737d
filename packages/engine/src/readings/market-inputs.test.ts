import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { volatilityAhead } from '../score/market-context.ts'
import { type MarketRows, type MemberRows, marketInputs } from './market-inputs.ts'

const AT = 1_704_067_200_000
const BARS = 1440

/** A day and two minutes of candles at `price`, which rises by a per cent in between; one coin a minute. */
function candles(price = 100, intervalMs = MINUTE_MS, until = AT) {
  const count = BARS + 2
  const openTime = Float64Array.from({ length: count }, (_, i) => until - (count - i) * intervalMs)
  const close = openTime.map((_, i) => (i < count / 2 ? price : price * 1.01))
  return { intervalMs, openTime, high: close, low: close, close, volume: new Float64Array(count).fill(1) }
}
const member = (more: Partial<MemberRows> = {}): MemberRows => ({
  candles: candles(),
  openInterest: [],
  openInterestDayAgo: null,
  funding: [],
  liquidations: null,
  book: null,
  ...more,
})
const of = (...members: MemberRows[]): MarketRows => ({ at: AT, members })

describe('prices', () => {
  it('take the change from the close a day ago, volatility and turnover from the day', () => {
    const inputs = marketInputs(of(member()))
    expect(inputs.price).toBe(101)
    expect(inputs.change24h).toBeCloseTo(0.01, 12)
    expect(inputs.sigmaDay).toBe(volatilityAhead(Array.from(candles().close), MINUTE_MS))
    expect(inputs.volumeDayUsd).toBeCloseTo(721 * 101 + 719 * 100, 6)
  })
  it('are those of the first member that is there: one that has stayed behind does not count', () => {
    const late = member({ candles: candles(500, MINUTE_MS, AT - HOUR_MS) })
    expect(marketInputs(of(late, member({ candles: candles(200) }))).price).toBe(202)
    expect(marketInputs(of(late))).toMatchObject({ price: null, sigmaDay: null, volumeDayUsd: null, depth: null, openInterestUsd: null })
  })
  it('have no change where the day before is not known', () => {
    const all = candles()
    const short = { ...all, openTime: all.openTime.slice(-600), close: all.close.slice(-600), volume: all.volume.slice(-600) }
    const inputs = marketInputs(of(member({ candles: short })))
    expect(inputs.change24h).toBeNull()
    // at the rate of what is known
    expect(inputs.volumeDayUsd).toBeCloseTo(1440 * 101, 6)
  })
})

describe('open interest', () => {
  const figure = (hoursAgo: number, base: number, usd: number | null = null) => ({ time: AT - hoursAgo * HOUR_MS, base, usd })
  const week = (base: (hour: number) => number) => Array.from({ length: 48 }, (_, i) => figure(47 - i, base(i)))

  it('is in dollars, by the price where the venue says coins only, and changes in coins', () => {
    const inputs = marketInputs(of(member({ openInterest: [figure(0, 50)], openInterestDayAgo: figure(24, 40) })))
    expect(inputs.openInterestUsd).toBe(50 * 101)
    expect(inputs.openInterestChange24h).toBeCloseTo(0.25, 12)
    expect(marketInputs(of(member({ openInterest: [figure(0, 50, 7)] }))).openInterestUsd).toBe(7)
  })
  it('of a sum adds up, and one more member is no rise', () => {
    const a = member({ openInterest: week((i) => 100 + (i % 2)), openInterestDayAgo: figure(24, 100) })
    const newcomer = member({ openInterest: [...Array(30).fill(null), ...week(() => 1_000).slice(30)] })
    const inputs = marketInputs(of(a, newcomer))
    expect(inputs.openInterestUsd).toBeCloseTo((101 + 1_000) * 101, 6)
    expect(inputs.openInterestChange24h).toBeNull()
    expect(inputs.openInterestZ).toBeCloseTo(1, 12)
  })
  it('is unusual by the standard deviations of its past, and by none without a past', () => {
    expect(marketInputs(of(member({ openInterest: week((i) => (i === 47 ? 200 : 100)) }))).openInterestZ).toBeGreaterThan(6)
    expect(marketInputs(of(member({ openInterest: [figure(1, 1), figure(0, 2)] }))).openInterestZ).toBe(0)
  })
})

describe('funding', () => {
  const settled = (rates: number[], hours: number | null = 8) =>
    rates.map((rate, i) => ({ time: AT - (rates.length - 1 - i) * 8 * HOUR_MS, rate, hours }))
  const weighing = (usd: number) => [{ time: AT, base: 1, usd }]

  it('is that of the venue as it settles it', () => {
    expect(marketInputs(of(member({ funding: settled([0.0001, 0.0003], 4) })))).toMatchObject({
      fundingRate: 0.0003,
      fundingHours: 4,
      fundingZ: 0,
    })
    const long = settled(Array.from({ length: 30 }, (_, i) => (i === 29 ? 0.002 : 0.0001 + (i % 2) * 1e-5)))
    expect(marketInputs(of(member({ funding: long }))).fundingZ).toBeGreaterThan(4)
  })
  it('of a sum is the mean per eight hours, weighted by open interest', () => {
    const a = member({ funding: settled([0.0004], 8), openInterest: weighing(300) })
    const b = member({ funding: settled([0.0001], 1), openInterest: weighing(100) })
    const inputs = marketInputs(of(a, b, member({ funding: settled([1], null), openInterest: weighing(1e9) })))
    expect(inputs.fundingRate).toBeCloseTo((300 * 0.0004 + 100 * 0.0008) / 400, 12)
    expect(inputs.fundingHours).toBe(8)
  })
  it('counts for a day', () => {
    const old = [{ time: AT - DAY_MS - 1, rate: 0.001, hours: 8 }]
    expect(marketInputs(of(member({ funding: old }))).fundingRate).toBeNull()
  })
})

describe('depth', () => {
  const book = (mid: number, time = AT) => ({
    time,
    bids: [
      [mid * 0.99, 10],
      [mid * 0.97, 1],
    ] as const,
    asks: [[mid * 1.01, 20]] as const,
  })

  it('is the book and then the law', () => {
    const inputs = marketInputs(of(member({ book: book(101) })))
    const law = marketInputs(of(member())).depth
    expect(inputs.book?.bids[0]?.[0]).toBeCloseTo(101 * 0.99, 9)
    expect(inputs.depth?.within('long', 0.0101)).toBeCloseTo(10 * 101 * 0.99, 6)
    expect(inputs.depth?.within('long', 0.005)).toBe(0)
    const end = -Math.log(0.97)
    const beyond = (law?.within('long', 0.05) ?? 0) - (law?.within('long', end) ?? 0)
    expect(inputs.depth?.within('long', 0.05)).toBeCloseTo(101 * (10 * 0.99 + 0.97) + beyond, 3)
  })
  it('is the law alone where the book is old', () => {
    const inputs = marketInputs(of(member({ book: book(101, AT - 6 * MINUTE_MS) })))
    expect(inputs.book).toBeNull()
    expect(inputs.depth?.within('long', 0.001)).toBeGreaterThan(0)
  })
  it('of a sum puts books one on another by their distance, and allows for members without one', () => {
    const elsewhere = member({ candles: candles(102), book: book(103.02) })
    const inputs = marketInputs(of(member({ book: book(101) }), elsewhere, member()))
    const usd = 10 * 101 * 0.99 + 10 * 103.02 * 0.99
    const volume = marketInputs(of(member())).volumeDayUsd as number
    const both = volume + (marketInputs(of(elsewhere)).volumeDayUsd as number)
    expect(inputs.depth?.within('long', 0.0101)).toBeCloseTo((usd * (both + volume)) / both, 4)
  })
})

it('adds up the prints of those who publish any', () => {
  const prints = (longUsd: number) => member({ liquidations: { longUsd, shortUsd: 1 } })
  expect(marketInputs(of(prints(5), member(), prints(6))).liquidations24h).toEqual({ longUsd: 11, shortUsd: 2 })
  expect(marketInputs(of(member())).liquidations24h).toBeNull()
})
