import { RATIO_KINDS } from '@faultline/market/event'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Degradation, degradation, degradedFeed, isDegraded, type PublicFeed } from './degrade.ts'
import { DUMP_TABLES } from './dump-tables.ts'
import type { ForcedOrder } from './exchange.ts'
import { throttledPrints } from './liquidation-feed.ts'
import { type SimulatedMarket, simulate } from './simulate.ts'

const FIVE = 300_000

describe('a degraded feed', () => {
  let market: SimulatedMarket
  let whole: PublicFeed & { prints: readonly ForcedOrder[] }
  const feed = (d: Partial<Degradation>, seed = 4): PublicFeed => degradedFeed(whole, degradation(d), seed)

  beforeAll(() => {
    market = simulate({ days: 0.5, warmUpDays: 0.125, seed: 8, crowd: 'high' })
    whole = { ...market, prints: market.forcedOrders }
  }, 60_000)

  it('loses nothing unless asked to', () => {
    expect(feed({})).toEqual({ ...pick(market), prints: throttledPrints(market.forcedOrders) })
    expect(isDegraded(degradation({}))).toBe(false)
    expect(isDegraded(degradation({ noTaker: true }))).toBe(true)
  })

  it('hides the share of prints that was asked for, the same ones for the same seed', () => {
    const all = throttledPrints(market.forcedOrders)
    expect(all.length).toBeGreaterThan(100)
    const left = feed({ hidePrints: 0.4 }).prints as readonly ForcedOrder[]
    // four deviations of a binomial
    expect(Math.abs(left.length - 0.6 * all.length)).toBeLessThan(4 * Math.sqrt(0.24 * all.length))
    expect(left.every((order) => all.includes(order))).toBe(true)
    expect(feed({ hidePrints: 0.4 }).prints).toEqual(left)
    expect(feed({ hidePrints: 0.4 }, 5).prints).not.toEqual(left)
    expect(feed({ hidePrints: 1 }).prints).toEqual([])
    expect(feed({ noPrints: true }).prints).toBeNull()
  })

  it('leaves the market and its truth as they are', () => {
    const options = { days: 0.125, warmUpDays: 0, seed: 8, crowd: 'low' } as const
    const poor = simulate({ ...options, degrade: { hidePrints: 0.4, noTaker: true, noRatios: true, gaps: 0.3, oiLagMs: 2 * FIVE } })
    const rich = simulate(options)
    expect(poor.truth).toEqual(rich.truth)
    expect(poor.forcedOrders).toEqual(rich.forcedOrders)
    expect(poor.funding).toEqual(rich.funding)
    expect(poor.candles).not.toEqual(rich.candles)
  }, 60_000)

  it('says nothing of takers, in memory and in the files', () => {
    const poor = { ...market, ...feed({ noTaker: true }) }
    expect(poor.candles.columns.takerBuyVolume.every(Number.isNaN)).toBe(true)
    expect(poor.candles.columns.volume).toEqual(market.candles.columns.volume)
    expect(poor.ratios.columns.kind.includes(RATIO_KINDS.indexOf('takerVolume'))).toBe(false)
    expect(poor.ratios.columns.kind.includes(RATIO_KINDS.indexOf('accounts'))).toBe(true)
    expect([...DUMP_TABLES['klines.csv'](poor)][1]).toMatch(/,\d+,,,0$/)
    expect([...DUMP_TABLES['metrics.csv'](poor)][1]).toMatch(/\d,$/)
  })

  it('gives no ratios, and empty cells for them', () => {
    const poor = { ...market, ...feed({ noRatios: true }) }
    expect(poor.ratios.length).toBe(0)
    expect([...DUMP_TABLES['metrics.csv'](poor)][1]).toMatch(/\d,,,,$/)
  })

  it('gives open interest as it was a lag before', () => {
    const { time, openInterest } = market.openInterest.columns
    const late = feed({ oiLagMs: 2 * FIVE }).openInterest
    expect(late.length).toBe(time.length - 2)
    expect(late.columns.time).toEqual(time.slice(2))
    expect(late.columns.openInterest).toEqual(openInterest.slice(0, -2))
  })

  it('has gaps of the share that was asked for, in stretches, in candles and in open interest on their own', () => {
    const poor = feed({ gaps: 0.3 })
    const candles = [...poor.candles.columns.openTime]
    const share = 1 - candles.length / market.candles.length
    expect(share).toBeGreaterThan(0.1)
    expect(share).toBeLessThan(0.5)
    const holes = candles.filter((time, i) => i > 0 && time - (candles[i - 1] as number) > 60_000).length
    expect(holes).toBeLessThan((share * market.candles.length) / 8)
    expect(poor.takerBuyQuote).toHaveLength(candles.length)
    const kept = new Set(poor.openInterest.columns.time)
    expect(kept.size).toBeLessThan(market.openInterest.length)
    expect([...poor.ratios.columns.time].every((time) => kept.has(time))).toBe(true)
    expect(feed({ gaps: 0.3 })).toEqual(poor)
  })

  it.each([
    ['hidePrints', { hidePrints: 1.2 }],
    ['hidePrints', { hidePrints: Number.NaN }],
    ['gaps', { gaps: 1 }],
    ['oiLagMs', { oiLagMs: 60_000 }],
    ['oiLagMs', { oiLagMs: -FIVE }],
  ])('refuses a bad %s by name', (field, wrong) => {
    expect(() => degradation(wrong)).toThrow(expect.objectContaining({ code: 'bad_input', place: { field } }))
  })
})

const pick = ({ candles, takerBuyQuote, openInterest, ratios }: SimulatedMarket) => ({ candles, takerBuyQuote, openInterest, ratios })
