/** An unmodified ccxt, nothing of it changed but its URLs, against Bybit's words; what it says is compared with the market. */
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import ccxt from 'ccxt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GENESIS } from '../../hand-market.ts'
import { type Conformance, conformance } from '../wire-conformance.ts'
import { bybitFormat } from './format.ts'

const symbol = 'SIMHAND/USDT:USDT'
type Bybit = InstanceType<typeof ccxt.pro.bybit>

describe('ccxt against Bybit’s words', { timeout: 60_000 }, () => {
  let c: Conformance<Bybit>
  beforeAll(async () => {
    c = await conformance(bybitFormat, () => new ccxt.pro.bybit())
  })
  afterAll(() => c.close())

  it('loads the markets and the time', async () => {
    const markets = await c.exchange.loadMarkets()
    expect(Object.keys(markets)).toEqual([symbol])
    expect(markets[symbol]).toMatchObject({
      ...{ id: 'SIMHANDUSDT', swap: true, linear: true, active: true, contractSize: 1, precision: { price: 0.01, amount: 0.001 } },
      limits: { leverage: { max: 125 } },
    })
    expect(await c.exchange.fetchTime()).toBe(c.venue.time())
  })

  it('fetches candles', async () => {
    const since = GENESIS + MINUTE_MS
    expect(await c.exchange.fetchOHLCV(symbol, '1m', since, 3)).toEqual([1, 2, 3].map((m) => c.candle(GENESIS + m * MINUTE_MS)))
    expect(await c.exchange.fetchOHLCV(symbol, '5m', GENESIS, 1)).toEqual([c.candle(GENESIS, 5)])
  })

  it('fetches the ticker, funding and open interest', async () => {
    const now = c.venue.time()
    const mark = c.market.markAt(now)
    const ticker = await c.exchange.fetchTicker(symbol)
    expect(ticker).toMatchObject({
      ...{ last: c.market.candleAt(now).close, markPrice: mark.markPrice, indexPrice: mark.indexPrice },
      ...{ bid: 99, ask: 101, open: c.market.candleAt(GENESIS).open },
    })
    expect(ticker.baseVolume).toBeCloseTo(c.candle(GENESIS, 10)[5] as number, 9)
    const funding = await c.exchange.fetchFundingRate(symbol)
    expect(funding).toMatchObject({
      fundingRate: -0.00012,
      fundingTimestamp: mark.nextFundingTime,
      markPrice: mark.markPrice,
      interval: '8h',
    })
    expect(await c.exchange.fetchFundingRateHistory(symbol)).toMatchObject([{ timestamp: GENESIS, fundingRate: 0.0001 }])
    const held = await c.exchange.fetchOpenInterest(symbol)
    // ccxt takes the field that counts both sides.
    expect(held).toMatchObject({ openInterestAmount: 2 * 1_000, timestamp: GENESIS })
    const history = await c.exchange.fetchOpenInterestHistory(symbol, '5m', GENESIS, 3)
    expect(history.map((h) => [h.timestamp, h.openInterestAmount])).toEqual(
      [0, 1, 2].map((i) => [GENESIS + i * 5 * MINUTE_MS, 2 * (1_000 + i)]),
    )
    const [ratio] = await c.exchange.fetchLongShortRatioHistory(symbol, '1h')
    expect(ratio).toMatchObject({ timestamp: GENESIS, longShortRatio: 1.5 })
  })

  it('fetches tiers', async () => {
    const tiers = await c.exchange.fetchMarketLeverageTiers(symbol)
    const own = c.market.instrument.brackets
    expect(tiers.map((t) => [t.minNotional, t.maxNotional, t.maintenanceMarginRate, t.maxLeverage])).toEqual(
      own.map((b) => [b.notionalFloor, b.notionalCap, b.maintMarginRatio, b.initialLeverage]),
    )
  })

  it('fetches the book and the latest trades', async () => {
    const book = await c.exchange.fetchOrderBook(symbol, 50)
    const { bids, asks } = c.market.depthAt(c.venue.time(), 50)
    expect(book).toMatchObject({ bids, asks, timestamp: c.venue.time() })
    const trades = await c.exchange.fetchTrades(symbol, undefined, 20)
    expect(trades).toHaveLength(20)
    compareTrades(trades)
  })

  it('watches liquidations: Buy where a long died, at the bankruptcy price', async () => {
    const seen = new Set<string>()
    while (seen.size < 2) {
      const [first] = await c.meanwhile(c.exchange.watchLiquidations(symbol))
      const { timestamp, price, contracts, info } = first as typeof first & { timestamp: number }
      const forced = c.liquidationAt(timestamp)
      expect([price, contracts, info.S]).toEqual([forced?.orderPrice, forced?.quantity, forced?.direction === 1 ? 'Buy' : 'Sell'])
      seen.add(info.S)
    }
  })

  it('watches trades', async () => {
    let seen = 0
    while (seen < 10) {
      const trades = await c.meanwhile(c.exchange.watchTrades(symbol))
      compareTrades(trades)
      seen += trades.length
    }
  })

  it('watches candles, each in the end as the market closed it', async () => {
    const last = new Map<number, unknown>()
    while (last.size < 2) for (const row of await c.meanwhile(c.exchange.watchOHLCV(symbol, '1m'))) last.set(row[0] as number, row)
    const [[openTime, closed] = []] = [...last]
    expect(closed).toEqual(c.candle(openTime as number))
  })

  it('watches a ticker that changes keep whole', async () => {
    for (let i = 0; i < 15; i++) {
      const { last, markPrice, timestamp, info } = await c.meanwhile(c.exchange.watchTicker(symbol))
      const now = c.market.candleAt(timestamp as number)
      expect([last, markPrice, Number(info.fundingRate)]).toEqual([now.close, now.close, -0.00012])
    }
  })

  it('watches a book that stays the venue’s own', async () => {
    for (let i = 0; i < 15; i++) {
      const { bids, asks, timestamp } = await c.meanwhile(c.exchange.watchOrderBook(symbol))
      const own = c.market.depthAt(timestamp as number, 50)
      // Copies: ccxt goes on changing its own.
      expect({ bids: bids.map((b) => [...b]), asks: asks.map((a) => [...a]) }).toEqual({ bids: own.bids, asks: own.asks })
    }
  })

  it('is told what is wrong', async () => {
    await expect(c.exchange.publicGetV5MarketKline({ category: 'linear', symbol: 'NOPEUSDT', interval: '1' })).rejects.toThrow(
      ccxt.BadSymbol,
    )
    expect(c.venue.time()).toBeLessThan(GENESIS + HOUR_MS)
  })

  function compareTrades(trades: Awaited<ReturnType<Bybit['fetchTrades']>>): void {
    for (const { timestamp, price, amount, side } of trades) {
      const tick = c.tradeAt(timestamp as number)
      if (tick?.type !== 'trade') throw new Error(`the market knows no trade at ${timestamp}`)
      expect([price, amount, side]).toEqual([tick.price, tick.quantity, tick.takerBuys ? 'buy' : 'sell'])
    }
  }
})
