/** An unmodified ccxt, nothing of it changed but its URLs, against a venue that speaks as Gate; compared with the market itself. */
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import ccxt from 'ccxt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GENESIS } from '../../hand-market.ts'
import { led, whilePassing } from '../ccxt-client.ts'
import { type HandWire, handWire } from '../hand-wire.ts'
import { LivelyMarket } from '../lively-market.ts'
import { tradesIn } from '../recent-trades.ts'
import { gateFormat } from './format.ts'

const CONTRACT_SIZE = 0.01
const symbol = 'SIMHAND/USDT:USDT'

describe('ccxt against a venue that speaks as Gate', { timeout: 60_000 }, () => {
  let venue: HandWire
  const market = new LivelyMarket()
  let exchange: InstanceType<typeof ccxt.pro.gate>
  const now = (): number => venue.time()
  const contracts = (coins: number): number => Number((coins / CONTRACT_SIZE).toFixed(1))
  const candle = (openTime: number): number[] => {
    const c = market.candleAt(openTime + MINUTE_MS - 1)
    return [openTime, c.open, c.high, c.low, c.close, contracts(c.volume)]
  }

  beforeAll(async () => {
    venue = await handWire(gateFormat, [market])
    venue.pass(5.5 * MINUTE_MS)
    exchange = await led(new ccxt.pro.gate({ enableRateLimit: false }), venue)
  })
  afterAll(async () => {
    await exchange.close()
    await venue.close()
  })

  it('loads the markets and the time', async () => {
    const markets = await exchange.loadMarkets()
    expect(Object.keys(markets)).toEqual([symbol])
    expect(markets[symbol]).toMatchObject({
      ...{ id: 'SIMHAND_USDT', swap: true, linear: true, active: true, contractSize: CONTRACT_SIZE },
      precision: { price: 0.01 },
      limits: { leverage: { min: 1, max: 125 } },
    })
    expect(await exchange.fetchTime()).toBe(now())
  })

  it('fetches candles in contracts, and marks’ candles without volume', async () => {
    const minutes = [0, 1, 2].map((m) => GENESIS + m * MINUTE_MS)
    expect(await exchange.fetchOHLCV(symbol, '1m', GENESIS, 3)).toEqual(minutes.map(candle))
    const marks = await exchange.fetchOHLCV(symbol, '1m', GENESIS, 3, { price: 'mark' })
    expect(marks).toEqual(minutes.map((m) => [...candle(m).slice(0, 5), undefined]))
    await expect(exchange.fetchOHLCV(symbol, '1m', GENESIS - 8 * 86_400_000, 3)).rejects.toThrow('Maximum 10000 points')
  })

  it('fetches the ticker, the next funding and its interval', async () => {
    const ticker = await exchange.fetchTicker(symbol)
    const mark = market.markAt(now())
    const { bids, asks } = market.depthAt(now(), 1)
    expect(ticker).toMatchObject({
      ...{ last: market.candleAt(now()).close, markPrice: mark.markPrice, indexPrice: mark.indexPrice },
      ...{ bid: bids[0]?.[0], ask: asks[0]?.[0] },
      info: { total_size: String(contracts(market.openInterestAt())), funding_rate: String(mark.predictedFundingRate) },
    })
    const volume = tradesIn(market, GENESIS - 1, now()).reduce((sum, t) => sum + t.quantity, 0)
    expect(ticker.baseVolume).toBeCloseTo(volume, 6)
    expect(await exchange.fetchFundingRate(symbol)).toMatchObject({
      ...{ fundingRate: mark.predictedFundingRate, markPrice: mark.markPrice, indexPrice: mark.indexPrice },
      ...{ fundingTimestamp: mark.nextFundingTime, interval: '8h' },
    })
  })

  it('fetches settled funding and open interest of the past', async () => {
    const funding = await exchange.fetchFundingRateHistory(symbol, GENESIS - MINUTE_MS)
    const { columns } = market.fundingHistory(GENESIS, now())
    expect(funding.map((f) => [f.timestamp, f.fundingRate])).toEqual([
      [Math.floor((columns.time[0] as number) / SECOND_MS) * SECOND_MS, columns.rate[0]],
    ])
    const history = await exchange.fetchOpenInterestHistory(symbol, '5m', GENESIS, 10)
    const marks = market.openInterestHistory(GENESIS, now()).columns
    expect(history.map((h) => [h.timestamp, h.openInterestAmount, h.openInterestValue])).toEqual(
      Array.from(marks.time, (t, i) => [t, contracts(marks.openInterest[i] as number), marks.openInterestUsd[i]]),
    )
    expect(history[1]?.info).toMatchObject({
      ...{ lsr_account: 1.5, top_lsr_account: 0.5, top_lsr_size: 2, lsr_taker: 1 },
      ...{ long_liq_size: 250, long_liq_amount: 2.5, short_liq_size: 123.4, short_liq_usd: 1.234 * 103 },
    })
  })

  it('fetches the book, the latest trades and the risk limits', async () => {
    const book = await exchange.fetchOrderBook(symbol, 20)
    const depth = market.depthAt(Math.floor(now() / 100) * 100, 20)
    expect(book).toMatchObject({ nonce: depth.lastUpdateId, timestamp: now() })
    expect(book.bids).toEqual(depth.bids.map(([p, q]) => [p, contracts(q)]))
    expect(book.asks).toEqual(depth.asks.map(([p, q]) => [p, contracts(q)]))
    compareTrades(await exchange.fetchTrades(symbol, undefined, 50), 50)
    const tiers = await exchange.fetchMarketLeverageTiers(symbol)
    expect(tiers.map((t) => [t.minNotional, t.maxNotional, t.maintenanceMarginRate, t.maxLeverage])).toEqual(
      market.instrument.brackets.map((b) => [b.notionalFloor, b.notionalCap, b.maintMarginRatio, b.initialLeverage]),
    )
  })

  it('fetches liquidations: ccxt’s buy is a long that died', async () => {
    const liquidations = await exchange.fetchLiquidations(symbol)
    const expected = market.forcedOrders(GENESIS, now()).map((o) => ({
      timestamp: Math.floor(o.time / SECOND_MS) * SECOND_MS,
      side: o.direction > 0 ? 'buy' : 'sell',
      contracts: contracts(o.quantity),
      price: o.averagePrice,
      info: { fill_price: String(o.averagePrice), order_price: String(o.orderPrice), left: 0 },
    }))
    expect(expected).toHaveLength(4)
    expect(liquidations).toHaveLength(4)
    // Times are whole seconds, so that those of one second may come in any order.
    for (const order of expected)
      expect(liquidations).toContainEqual(expect.objectContaining({ ...order, info: expect.objectContaining(order.info) }))
    // It gives milliseconds where Gate takes seconds.
    await expect(exchange.fetchLiquidations(symbol, GENESIS)).rejects.toThrow('INVALID_PARAM_VALUE')
  })

  it('watches trades and tickers', async () => {
    compareTrades(await whilePassing(venue, exchange.watchTrades(symbol)), 1)
    const ticker = await whilePassing(venue, exchange.watchTicker(symbol))
    expect(ticker.info).toMatchObject({ total_size: String(contracts(market.openInterestAt())), mark_price: String(ticker.markPrice) })
    expect(ticker.indexPrice).toBeCloseTo((ticker.markPrice as number) + 0.25, 6)
  })

  it('watches candles, each closed as the market closed it', async () => {
    const last = new Map<number, unknown>()
    while (last.size < 2)
      for (const row of await whilePassing(venue, exchange.watchOHLCV(symbol, '1m'))) last.set(row[0] as number, [...row])
    const [[openTime, closed]] = [...last] as [[number, unknown]]
    expect(closed).toEqual(candle(openTime))
  })

  it('watches a book that stays the venue’s own', async () => {
    for (let i = 0; i < 20; i++) {
      const book = await whilePassing(venue, exchange.watchOrderBook(symbol))
      const depth = market.depthAt(GENESIS + (book.nonce as number) - 1, 100)
      // A copy: ccxt goes on changing its own.
      expect(book.bids.map(([p, q]) => [p, q]).slice(0, 100)).toEqual(depth.bids.map(([p, q]) => [p, contracts(q)]))
      expect(book.asks.map(([p, q]) => [p, q]).slice(0, 100)).toEqual(depth.asks.map(([p, q]) => [p, contracts(q)]))
    }
  })

  function compareTrades(trades: Awaited<ReturnType<typeof exchange.fetchTrades>>, atLeast: number): void {
    expect(trades.length).toBeGreaterThanOrEqual(atLeast)
    for (const { id, timestamp, price, amount, side } of trades) {
      const [tick] = tradesIn(market, (timestamp as number) - 1, timestamp as number)
      expect([id, price, amount, side]).toEqual([
        String(tick?.aggregateId),
        tick?.price,
        contracts(tick?.quantity as number),
        tick?.takerBuys ? 'buy' : 'sell',
      ])
    }
  }
})
