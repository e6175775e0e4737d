/** An unmodified ccxt, nothing of it changed but its URLs, against a venue that speaks as Hyperliquid; compared with the market itself. */
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import ccxt from 'ccxt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GENESIS } from '../../hand-market.ts'
import { led, whilePassing } from '../ccxt-client.ts'
import { type HandWire, handWire } from '../hand-wire.ts'
import { HOLDER, LivelyMarket } from '../lively-market.ts'
import { tradesIn } from '../recent-trades.ts'
import { hyperliquidFormat } from './format.ts'

const symbol = 'SIMHAND/USDC:USDC'

describe('ccxt against a venue that speaks as Hyperliquid', { timeout: 60_000 }, () => {
  let venue: HandWire
  const market = new LivelyMarket()
  let exchange: InstanceType<typeof ccxt.pro.hyperliquid>
  const now = (): number => venue.time()
  const candle = (openTime: number): number[] => {
    const c = market.candleAt(openTime + MINUTE_MS - 1)
    return [openTime, c.open, c.high, c.low, c.close, Number(c.volume.toFixed(3))]
  }

  beforeAll(async () => {
    venue = await handWire(hyperliquidFormat, [market])
    venue.pass(5.5 * MINUTE_MS)
    exchange = await led(new ccxt.pro.hyperliquid({ enableRateLimit: false }), venue)
  })
  afterAll(async () => {
    await exchange.close()
    await venue.close()
  })

  it('loads the markets and the time', async () => {
    const markets = await exchange.loadMarkets()
    expect(Object.keys(markets)).toEqual([symbol])
    expect(markets[symbol]).toMatchObject({
      ...{ baseName: 'SIMHAND', swap: true, linear: true, active: true, contractSize: 1 },
      ...{ precision: { amount: 0.001 }, limits: { leverage: { max: 125 } } },
    })
    expect(await exchange.fetchTime()).toBe(now())
  })

  it('fetches candles', async () => {
    expect(await exchange.fetchOHLCV(symbol, '1m', GENESIS, 3)).toEqual([0, 1, 2].map((m) => candle(GENESIS + m * MINUTE_MS)))
  })

  it('fetches the ticker, open interest, and the part of the funding that is due next', async () => {
    const { bids, asks } = market.depthAt(now(), 1)
    const middle = ((bids[0]?.[0] as number) + (asks[0]?.[0] as number)) / 2
    const ticker = await exchange.fetchTicker(symbol)
    expect(ticker.close).toBeCloseTo(middle, 6)
    const volume = tradesIn(market, GENESIS - 1, now()).reduce((sum, t) => sum + t.quantity * t.price, 0)
    expect(ticker.quoteVolume).toBeCloseTo(volume, 4)
    expect(await exchange.fetchOpenInterest(symbol)).toMatchObject({ openInterestAmount: Number(market.openInterestAt().toFixed(3)) })
    const mark = market.markAt(now())
    expect(await exchange.fetchFundingRate(symbol)).toMatchObject({
      ...{ markPrice: mark.markPrice, indexPrice: mark.indexPrice },
      ...{ fundingRate: 1e-4 / 8, interval: '1h' },
    })
  })

  it('fetches the book', async () => {
    const book = await exchange.fetchOrderBook(symbol)
    const depth = market.depthAt(book.timestamp as number, 20)
    expect({ bids: book.bids, asks: book.asks }).toEqual({ bids: depth.bids, asks: depth.asks })
  })

  it('fetches the positions of an address', async () => {
    const [position, ...others] = await exchange.fetchPositions(undefined, { user: HOLDER })
    expect(others).toEqual([])
    expect(position).toMatchObject({ symbol, side: 'long', contracts: 2, entryPrice: 98, liquidationPrice: 88.5, marginMode: 'isolated' })
    expect(position?.initialMargin).toBeCloseTo(20, 6)
  })

  it('watches trades and the context', async () => {
    const trades = await whilePassing(venue, exchange.watchTrades(symbol))
    expect(trades.length).toBeGreaterThan(0)
    for (const { id, timestamp, price, amount, side } of trades) {
      const [tick] = tradesIn(market, (timestamp as number) - 1, timestamp as number)
      expect([id, price, amount, side]).toEqual([String(tick?.aggregateId), tick?.price, tick?.quantity, tick?.takerBuys ? 'buy' : 'sell'])
    }
    const ticker = await whilePassing(venue, exchange.watchTicker(symbol))
    expect(ticker.info).toMatchObject({ openInterest: market.openInterestAt().toFixed(3) })
  })

  it('watches candles, each as the market closed it', async () => {
    const last = new Map<number, unknown>()
    while (last.size < 2)
      for (const row of await whilePassing(venue, exchange.watchOHLCV(symbol, '1m'))) last.set(row[0] as number, [...row])
    const [[openTime, closed]] = [...last] as [[number, unknown]]
    expect(closed).toEqual(candle(openTime))
  })

  it('watches a book', async () => {
    for (let i = 0; i < 5; i++) {
      const book = await whilePassing(venue, exchange.watchOrderBook(symbol))
      const depth = market.depthAt(book.timestamp as number, 20)
      expect([book.bids.map(([p, q]) => [p, q]), book.asks.map(([p, q]) => [p, q])]).toEqual([depth.bids, depth.asks])
    }
  })
})

it('pays a settlement in hourly parts, for ccxt as for anybody', async () => {
  const market = new LivelyMarket()
  const venue = await handWire(hyperliquidFormat, [market])
  const exchange = await led(new ccxt.pro.hyperliquid({ enableRateLimit: false }), venue)
  venue.pass(15.5 * HOUR_MS)
  // The market settles at the next full hour: a part of what it predicts is due.
  expect((await exchange.fetchFundingRate(symbol)).fundingRate).toBe(-0.00012 / 8)
  venue.pass(1.5 * HOUR_MS)
  const history = await exchange.fetchFundingRateHistory(symbol, GENESIS)
  await exchange.close()
  await venue.close()
  expect(history.map(({ timestamp }) => (timestamp as number) - GENESIS - 3)).toEqual(Array.from({ length: 17 }, (_, h) => h * HOUR_MS))
  const { columns } = market.fundingHistory(GENESIS, GENESIS + 17 * HOUR_MS)
  for (const [i, settled] of [...columns.rate].slice(0, 2).entries()) {
    const parts = history.slice(8 * i, 8 * i + 8)
    expect(parts.reduce((sum, { fundingRate }) => sum + (fundingRate as number), 0)).toBeCloseTo(settled, 9)
  }
})
