import { RATIO_KINDS } from '@faultline/market/event'
import { binOf } from '@faultline/market/price-grid'
import { beforeAll, describe, expect, it } from 'vitest'
import { stylisedFacts } from './facts.ts'
import { throttledPrints } from './liquidation-feed.ts'
import { equity, maintenanceMargin } from './margin.ts'
import { STEP_MS } from './market-run.ts'
import { DEFAULT_START } from './settings.ts'
import { type SimulatedMarket, simulate } from './simulate.ts'

const HOUR = 3_600_000

describe('a simulated market of two days', () => {
  let market: SimulatedMarket
  const books = { steps: 0, wrong: 0, open: 0 }
  let lastTruth = { long: 0, short: 0 }

  beforeAll(() => {
    market = simulate(
      { days: 2, seed: 12, warmUpDays: 1 },
      {
        onStep({ time, books: b }) {
          books.steps++
          if (b.longLots + Math.max(0, b.makerLots) !== b.shortLots + Math.max(0, -b.makerLots)) books.wrong++
          if (time % (4 * HOUR) !== 0) return
          // the sums, made again from the positions themselves
          let long = Math.max(0, b.makerLots)
          let short = Math.max(0, -b.makerLots)
          lastTruth = { long: 0, short: 0 }
          for (let i = 0; i < b.count; i++) {
            const p = b.at(i)
            if (!Number.isInteger(p.lots) || p.lots < 1 || !(p.entry > 0)) books.wrong++
            if (p.direction > 0) long += p.lots
            else short += p.lots
            const size = p.lots * b.lotSize
            const usd = size * p.liquidation
            lastTruth[p.direction > 0 ? 'long' : 'short'] += usd
            if (p.liquidation > 0) {
              const gap = equity({ ...p, size }, p.liquidation) - maintenanceMargin(usd)
              if (Math.abs(gap) > 1e-6 * size * p.entry) books.wrong++
            }
          }
          if (long !== short || long !== b.openInterestLots) books.wrong++
          books.open = b.count
        },
      },
    )
  }, 60_000)

  it('keeps its books at every step', () => {
    expect(books.steps).toBe((3 * 24 * HOUR) / STEP_MS)
    expect(books.wrong).toBe(0)
    expect(books.open).toBeGreaterThan(5_000)
  })

  it('has candles that fit together and hold their taker volume', () => {
    const c = market.candles.columns
    expect(market.candles.length).toBe(2 * 1440)
    expect(c.openTime[0]).toBe(DEFAULT_START)
    expect(Math.abs((c.open[0] as number) / 3000 - 1)).toBeLessThan(0.01)
    const wrong: number[] = []
    for (let i = 0; i < market.candles.length; i++) {
      const [open, high, low, close] = [c.open[i], c.high[i], c.low[i], c.close[i]] as [number, number, number, number]
      const [volume, quote] = [c.volume[i], c.quoteVolume[i]] as [number, number]
      const body = high >= Math.max(open, close) && low <= Math.min(open, close) && low > 0
      const taker = (c.takerBuyVolume[i] as number) <= volume && (market.takerBuyQuote[i] as number) <= quote
      const average = quote / volume >= low - 0.01 && quote / volume <= high + 0.01
      const follows = i === 0 || (open === c.close[i - 1] && c.openTime[i] === (c.openTime[i - 1] as number) + 60_000)
      if (!(body && taker && average && follows)) wrong.push(i)
    }
    expect(wrong).toEqual([])
  })

  it('trades at least what the open interest changes by', () => {
    const o = market.openInterest.columns
    const c = market.candles.columns
    for (let i = 1; i < market.openInterest.length; i++) {
      const first = ((o.time[i - 1] as number) - DEFAULT_START) / 60_000
      let volume = 0
      for (let k = first; k < first + 5; k++) volume += c.volume[k] as number
      expect(Math.abs((o.openInterest[i] as number) - (o.openInterest[i - 1] as number))).toBeLessThanOrEqual(volume + 1e-6)
    }
  })

  it('gives open interest and four ratios every five minutes and funding every eight hours', () => {
    const o = market.openInterest.columns
    expect(market.openInterest.length).toBe(2 * 288)
    expect(o.time[0]).toBe(DEFAULT_START + 300_000)
    expect(market.ratios.length).toBe(2 * 288 * RATIO_KINDS.length)
    for (const ratio of market.ratios.columns.ratio) expect(ratio > 0.05 && ratio < 20).toBe(true)
    expect([...market.funding.columns.time].map((t) => Math.floor((t - DEFAULT_START) / HOUR))).toEqual([0, 8, 16, 24, 32, 40])
    for (const rate of market.funding.columns.rate) expect(Math.abs(rate)).toBeLessThanOrEqual(0.0075)
  })

  it('liquidates only whom the mark has reached, inside the candle of that minute', () => {
    const c = market.candles.columns
    expect(market.forcedOrders.length).toBeGreaterThan(50)
    let before = 0
    for (const o of market.forcedOrders) {
      expect(o.time).toBeGreaterThanOrEqual(before)
      before = o.time
      expect(o.direction * (o.liquidationPrice - o.mark)).toBeGreaterThanOrEqual(0)
      const i = Math.floor((o.time - DEFAULT_START) / 60_000)
      for (const price of [o.mark, o.fillPrice]) {
        expect(price).toBeGreaterThanOrEqual((c.low[i] as number) - 0.006)
        expect(price).toBeLessThanOrEqual((c.high[i] as number) + 0.006)
      }
    }
  })

  it('prints one liquidation per second at most, the latest of it', () => {
    const prints = throttledPrints(market.forcedOrders)
    const seconds = new Map(market.forcedOrders.map((o) => [Math.floor(o.time / 1000), o]))
    expect(prints).toEqual([...seconds.values()])
    expect(prints.length).toBeLessThan(market.forcedOrders.length)
  })

  it('tells the truth each full hour, longs below and shorts above, within half and double the price', () => {
    const { truth } = market
    const c = market.candles.columns
    const hours = new Set(truth.time)
    expect([...hours]).toEqual(Array.from({ length: 48 }, (_, i) => DEFAULT_START + (i + 1) * HOUR))
    const totals = { long: 0, short: 0 }
    const wrong: string[] = []
    for (let i = 0; i < truth.length; i++) {
      const time = truth.time[i] as number
      const price = c.close[(time - DEFAULT_START) / 60_000 - 1] as number
      const bin = truth.bin[i] as number
      const [long, short] = [truth.long[i] as number, truth.short[i] as number]
      // One test per row, not an assertion per row: there are sixty thousand.
      const reachable = bin >= binOf(price / 2) - 1 && bin <= binOf(price * 2) + 1
      const wrongSide = (bin > binOf(price) && long > 0) || (bin < binOf(price) && short > 0)
      if (!(long + short >= 1) || !reachable || wrongSide) wrong.push(`${time} ${bin} ${long} ${short}`)
      if (time === market.settings.end) {
        totals.long += long
        totals.short += short
      }
    }
    expect(wrong).toEqual([])
    // most of it, nothing beside it: what is missing lies beyond half and double the price
    expect(totals.long).toBeLessThanOrEqual(lastTruth.long * (1 + 1e-9))
    expect(totals.long).toBeGreaterThan(0.4 * lastTruth.long)
    expect(totals.short).toBeLessThanOrEqual(lastTruth.short * (1 + 1e-9))
    expect(totals.short).toBeGreaterThan(0.4 * lastTruth.short)
  })

  it('looks like a market, within wide bounds', () => {
    const f = stylisedFacts(market)
    const inside = (value: number, low: number, high: number): void => {
      expect(value).toBeGreaterThan(low)
      expect(value).toBeLessThan(high)
    }
    inside(f.volumePerOpenInterest, 1, 12)
    inside(f.liquidatedPerOpenInterest, 0.0005, 0.12)
    inside(f.tailExponent, 1.3, 6)
    inside(f.dailyVolatility, 0.01, 0.12)
    inside(f.openInterestUsd, 2e9, 5e9)
    inside(f.openInterestRange, 1.01, 2)
  })
})

describe('determinism and options', () => {
  const small = { days: 0.125, warmUpDays: 0.125, intervalMs: 300_000, openInterestUsd: 1e8 }
  it('gives the same market for the same seed and another for another', () => {
    const one = simulate({ ...small, seed: 3 })
    expect(simulate({ ...small, seed: 3 })).toEqual(one)
    expect(simulate({ ...small, seed: 4 }).candles).not.toEqual(one.candles)
  }, 60_000)

  it('rounds the start down to the candle and reports progress to the end', () => {
    const seen: number[] = []
    const market = simulate({ ...small, seed: 1, start: DEFAULT_START + 123_456 }, { onProgress: (done, total) => seen.push(done / total) })
    expect(market.settings.start).toBe(DEFAULT_START)
    expect(seen.at(-1)).toBe(1)
  }, 60_000)

  it.each([
    ['days', { days: 0 }],
    ['days', { days: Number.NaN }],
    ['days', { days: 0.3, intervalMs: 86_400_000 }],
    ['seed', { seed: -1 }],
    ['seed', { seed: 1.5 }],
    ['interval', { intervalMs: 7_000 }],
    ['price', { price: 0 }],
    ['price', { price: Number.POSITIVE_INFINITY }],
    ['openInterestUsd', { openInterestUsd: 10 }],
    ['symbol', { symbol: 'no/such' }],
    ['warmUpDays', { warmUpDays: -1 }],
    ['start', { start: Number.NaN }],
    ['start', { start: 0 }],
  ])('refuses a bad %s by name', (field, wrong) => {
    expect(() => simulate({ days: 1, seed: 1, ...wrong })).toThrow(expect.objectContaining({ code: 'bad_input', place: { field } }))
  })
})
