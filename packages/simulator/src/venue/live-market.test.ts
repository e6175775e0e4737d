import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { METRICS_MS } from '../metrics.ts'
import type { StateTree } from '../state.ts'
import { characterOf } from './characters.ts'
import { LiveMarket, type LiveMarketOptions, openMarket } from './live-market.ts'
import { decodeCheckpoint, encodeCheckpoint } from './market-checkpoint.ts'
import type { CandleSoFar, TradeTick } from './venue-market.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const GENESIS = Date.UTC(2026, 2, 3, 2, 35)
const OPTIONS: LiveMarketOptions = { seed: 5, symbol: 'SIMSPARKUSDT', genesis: GENESIS, warmUpDays: 0 }
const marketAt = (time: number, options = OPTIONS): LiveMarket => {
  const market = new LiveMarket(options)
  market.advance(time)
  return market
}
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Row `i` of the closed candles, in the fields of a candle so far. */
function closedCandle(market: LiveMarket, openTime: number): CandleSoFar {
  const table = market.candles(openTime, openTime + MINUTE)
  expect(table.length).toBe(1)
  const { columns: c } = table
  const lastTradeId = table.lastTradeId[0] as number
  return {
    openTime: c.openTime[0] as number,
    open: c.open[0] as number,
    high: c.high[0] as number,
    low: c.low[0] as number,
    close: c.close[0] as number,
    volume: c.volume[0] as number,
    quoteVolume: c.quoteVolume[0] as number,
    takerBuyVolume: c.takerBuyVolume[0] as number,
    takerBuyQuoteVolume: table.takerBuyQuoteVolume[0] as number,
    tradeCount: c.tradeCount[0] as number,
    firstTradeId: lastTradeId - (c.tradeCount[0] as number) + 1,
    lastTradeId,
  }
}

/** A candle by hand, from what anybody can see. */
function aggregate(trades: readonly TradeTick[]): Omit<CandleSoFar, 'openTime'> {
  const sum = (of: (t: TradeTick) => number): number => trades.reduce((total, t) => total + of(t), 0)
  const prices = trades.map((t) => t.price)
  const last = trades.at(-1) as TradeTick
  return {
    open: prices[0] as number,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: last.price,
    volume: sum((t) => t.quantity),
    quoteVolume: sum((t) => t.quantity * t.price),
    takerBuyVolume: sum((t) => (t.takerBuys ? t.quantity : 0)),
    takerBuyQuoteVolume: sum((t) => (t.takerBuys ? t.quantity * t.price : 0)),
    tradeCount: sum((t) => t.count),
    firstTradeId: (trades[0] as TradeTick).firstTradeId,
    lastTradeId: last.firstTradeId + last.count - 1,
  }
}

const EXACT = ['open', 'high', 'low', 'close', 'tradeCount', 'firstTradeId', 'lastTradeId'] as const
const SUMS = ['volume', 'quoteVolume', 'takerBuyVolume', 'takerBuyQuoteVolume'] as const
/** Names of the fields that differ; sums of fractions may differ by their rounding. */
const differences = (a: Omit<CandleSoFar, 'openTime'>, b: Omit<CandleSoFar, 'openTime'>): string[] => [
  ...EXACT.filter((name) => a[name] !== b[name]),
  ...SUMS.filter((name) => Math.abs(a[name] - b[name]) > 1e-9 * b[name]),
]

describe('a live market, watched for three hours as a server watches it', () => {
  const end = GENESIS + 3 * HOUR
  let market: LiveMarket
  const trades: TradeTick[] = []
  const forced: unknown[] = []
  const wrong: string[] = []

  beforeAll(() => {
    market = new LiveMarket(OPTIONS)
    let seen = GENESIS - 1
    let before = GENESIS
    for (let now = GENESIS, i = 0; seen < end - 1; i++) {
      now = Math.min(end - 1, now + 250 + ((i * 7919) % 9_000))
      market.advance(now)
      if (market.simulatedTo < now || market.simulatedTo >= now + 5_000) wrong.push(`simulated to ${market.simulatedTo} at ${now}`)
      for (const tick of market.ticks(seen, now)) {
        if (tick.time < before || tick.time <= seen || tick.time > now) wrong.push(`tick at ${tick.time} in (${seen}, ${now}]`)
        before = tick.time
        if (tick.type === 'trade') trades.push(tick)
        else {
          const trade = trades.at(-1)
          const fits = trade?.time === tick.time && trade.price === tick.averagePrice && trade.quantity === tick.quantity
          if (!fits || trade.takerBuys !== tick.direction < 0) wrong.push(`liquidation without its trade at ${tick.time}`)
          // A liquidation is where the mark has come to: its order takes from the book from there on.
          const { markPrice } = market.markAt(tick.time)
          if (market.ticks(tick.time - 1, tick.time).length === 2 && tick.direction * (markPrice - tick.averagePrice) < -2e-7) {
            wrong.push(`a fill at ${tick.averagePrice}, the mark at ${markPrice}`)
          }
          forced.push(tick)
        }
      }
      // the candle that is open now
      const openTime = Math.floor(now / MINUTE) * MINUTE
      const open = trades.filter((t) => t.time >= openTime)
      const shown = market.candleAt(now)
      if (open.length > 0) wrong.push(...differences(shown, aggregate(open)).map((name) => `open candle at ${now}: ${name}`))
      seen = now
    }
    market.advance(end)
  }, 60_000)

  it('shows every trade once, in order, none from the future', () => {
    expect(wrong).toEqual([])
    let [aggregateId, tradeId] = [1, 1]
    for (const t of trades) {
      if (t.aggregateId !== aggregateId || t.firstTradeId !== tradeId || !(t.count >= 1 && t.quantity > 0))
        wrong.push(`trade ${t.aggregateId}`)
      aggregateId++
      tradeId += t.count
    }
    expect(wrong).toEqual([])
    expect(trades.length).toBeGreaterThan(10_000)
  })

  it('has candles that are made of these trades', () => {
    const table = market.candles(0, Number.POSITIVE_INFINITY)
    expect(table.length).toBe(180)
    for (let minute = 0; minute < 180; minute++) {
      const openTime = GENESIS + minute * MINUTE
      const closed = closedCandle(market, openTime)
      expect(closed.openTime).toBe(openTime)
      expect(differences(closed, aggregate(trades.filter((t) => t.time >= openTime && t.time < openTime + MINUTE)))).toEqual([])
    }
  })

  it('shows at its last millisecond the candle that is closed then', () => {
    for (let openTime = end - 10 * MINUTE; openTime < end; openTime += MINUTE) {
      expect(market.candleAt(openTime + MINUTE - 1)).toEqual(closedCandle(market, openTime))
    }
    const { close, lastTradeId } = closedCandle(market, end - MINUTE)
    expect(market.candleAt(end)).toMatchObject({
      ...{ openTime: end, open: close, high: close, low: close, close, volume: 0, tradeCount: 0 },
      ...{ firstTradeId: lastTradeId + 1, lastTradeId },
    })
  })

  it('tells every liquidation, at the times of the ticks', () => {
    expect(forced.length).toBeGreaterThan(20)
    expect(market.forcedOrders(GENESIS, end)).toEqual(forced)
    const [, second] = forced as { time: number }[]
    expect(market.forcedOrders(second?.time ?? 0, (second?.time ?? 0) + 1)).toContainEqual(second)
  })

  it('marks open interest and ratios every five minutes, and the positions make it up', () => {
    const { columns, length } = market.openInterestHistory(GENESIS, end + 1)
    expect([...columns.time]).toEqual(Array.from({ length: 36 }, (_, i) => GENESIS + (i + 1) * METRICS_MS))
    expect(market.ratioHistory(end, end + 1).length).toBe(4)
    expect(market.openInterestAt(end)).toBe(columns.openInterest[length - 1])
    expect(market.openInterestAt(end - METRICS_MS)).toBe(columns.openInterest[length - 2])
    expect(market.openInterestAt(end - METRICS_MS + 4_999)).toBe(columns.openInterest[length - 2])
    const held = { long: 0, short: 0 }
    for (const p of market.positions()) held[p.direction > 0 ? 'long' : 'short'] += p.quantity
    // whatever one side has more the maker has against it
    expect(Math.max(held.long, held.short)).toBeCloseTo(market.openInterestAt(end), 3)
  })

  it('predicts the rate that is settled', () => {
    const due = Math.ceil(GENESIS / (4 * HOUR)) * 4 * HOUR
    const funding = market.fundingHistory(GENESIS, end)
    expect(funding.length).toBe(1)
    const [time, rate, hours] = [funding.columns.time[0], funding.columns.rate[0], funding.columns.intervalHours[0]]
    expect([Math.floor((time as number) / 10), hours]).toEqual([due / 10, 4])
    const then = marketAt(due + 5_000)
    expect(then.markAt(due)).toMatchObject({ predictedFundingRate: rate, nextFundingTime: due + 4 * HOUR })
    expect(then.markAt(due - 1).nextFundingTime).toBe(due)
    expect(Math.abs(then.markAt(due - 1).predictedFundingRate - (rate as number))).toBeLessThan(1e-4)
    const { markPrice, indexPrice } = then.markAt(due)
    expect(Math.abs(Math.log(markPrice / indexPrice))).toBeLessThan(0.03)
  })

  it('has a book around its mark that is never crossed, on ticks, and that trades happen at', () => {
    for (const time of [end, end - 12_345, end - 5 * MINUTE - 1]) {
      const { bids, asks } = market.depthAt(time, 20)
      const { markPrice } = market.markAt(time)
      expect([bids.length, asks.length]).toEqual([20, 20])
      const prices = [...bids.map(([p]) => p).reverse(), ...asks.map(([p]) => p)]
      expect(prices.every((p, i) => p === Number(p.toFixed(7)) && (i === 0 || p > (prices[i - 1] as number)))).toBe(true)
      expect(bids[0]?.[0]).toBeLessThanOrEqual(markPrice)
      expect(asks[0]?.[0]).toBeGreaterThan(markPrice)
      expect(market.depthAt(time, 5).bids).toEqual(bids.slice(0, 5))
    }
    expect(market.depthAt(end, 1).lastUpdateId).toBeGreaterThan(market.depthAt(end - 1, 1).lastUpdateId)
  })

  it('does not answer for moments that it has forgotten or not lived', () => {
    for (const time of [end + 1, end - 10 * MINUTE - 1, GENESIS - 1]) {
      for (const ask of [
        () => market.candleAt(time),
        () => market.markAt(time),
        () => market.depthAt(time, 5),
        () => market.openInterestAt(time),
      ]) {
        expect(ask).toThrow(RangeError)
      }
    }
    expect(market.markAt(end - 10 * MINUTE).markPrice).toBeGreaterThan(0)
  })

  it('begins near the price of its character, each instrument and seed its own market', () => {
    const fresh = new LiveMarket({ ...OPTIONS, warmUpDays: 1 / 24 })
    expect(fresh.simulatedTo).toBe(GENESIS - HOUR)
    fresh.advance(GENESIS + MINUTE)
    expect(Math.abs(closedCandle(fresh, GENESIS).open / 0.0042 - 1)).toBeLessThan(0.02)
    const returns = (options: LiveMarketOptions): number[] => {
      const { columns } = marketAt(GENESIS + 30 * MINUTE, options).candles(GENESIS, GENESIS + HOUR)
      return [...columns.close].map((close, i) => Math.sign(close - (columns.open[i] as number)))
    }
    const agreement = (a: number[], b: number[]): number => a.filter((sign, i) => sign === b[i]).length / a.length
    const here = returns(OPTIONS)
    expect(agreement(here, returns({ ...OPTIONS, seed: 6 }))).toBeLessThan(0.75)
    expect(agreement(here, returns({ ...OPTIONS, symbol: 'SIMGALEUSDT' }))).toBeLessThan(0.75)
    expect(() => new LiveMarket({ ...OPTIONS, symbol: 'SIMELMUSDT' })).toThrow('SIMOAKUSDT')
  })
})

describe('state', () => {
  const end = GENESIS + 25 * MINUTE
  const begin = GENESIS - HOUR
  const options = { ...OPTIONS, warmUpDays: 1 / 24 }
  let whole: Uint8Array
  beforeAll(() => {
    whole = marketAt(end, options).checkpoint()
  })

  it('is the same however the way is cut into calls', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5_000, max: 900_000 }), { minLength: 1, maxLength: 12 }), (strides) => {
        const market = new LiveMarket(options)
        let now = begin
        for (const stride of strides) {
          now += stride
          market.advance(Math.min(now, end))
        }
        market.advance(end)
        expect(same(market.checkpoint(), whole)).toBe(true)
      }),
      { numRuns: 4 },
    )
  })

  it('goes on from a checkpoint as if it had never stopped, before and after genesis', () => {
    fc.assert(
      fc.property(fc.integer({ min: begin, max: end }), fc.integer({ min: begin, max: end }), (one, other) => {
        const first = marketAt(Math.min(one, other), options)
        const bytes = first.checkpoint()
        const second = openMarket(bytes)
        expect(same(second.checkpoint(), bytes)).toBe(true)
        second.advance(Math.max(one, other))
        const third = openMarket(second.checkpoint())
        third.advance(end)
        expect(same(third.checkpoint(), whole)).toBe(true)
      }),
      { numRuns: 4, examples: [[GENESIS, GENESIS + 5_000]] },
    )
  })

  it('refuses a checkpoint of an instrument that has changed since', () => {
    const state = decodeCheckpoint(whole) as { identity: StateTree }
    expect(openMarket(encodeCheckpoint(state)).simulatedTo).toBe(end)
    const character = JSON.stringify({ ...characterOf(OPTIONS.symbol), activity: 2 })
    const other = encodeCheckpoint({ ...state, identity: { ...state.identity, character } })
    expect(() => openMarket(other)).toThrow('SIMSPARKUSDT has got another character')
  })

  it('answers after a restart as before', () => {
    const market = marketAt(end, options)
    const again = openMarket(market.checkpoint())
    expect(again.instrument).toEqual(market.instrument)
    expect(again.options).toEqual(options)
    for (const time of [end, end - 7_777]) {
      expect(again.candleAt(time)).toEqual(market.candleAt(time))
      expect(again.markAt(time)).toEqual(market.markAt(time))
      expect(again.depthAt(time, 10)).toEqual(market.depthAt(time, 10))
    }
    expect(again.ticks(GENESIS, end)).toEqual(market.ticks(GENESIS, end))
    expect(again.positions()).toEqual(market.positions())
    const candles = again.candles(GENESIS, end)
    expect(candles.length).toBe(25)
    expect(candles).toEqual(market.candles(GENESIS, end))
  })
})
