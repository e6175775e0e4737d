/** An unmodified ccxt, nothing of it changed but its URLs, against OKX's words; what it says is compared with the market. */
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import ccxt, { type OHLCV } from 'ccxt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GENESIS } from '../../hand-market.ts'
import { type Conformance, conformance } from '../wire-conformance.ts'
import { okxFormat } from './format.ts'

const symbol = 'SIMHAND/USDT:USDT'
/** base coin per contract */
const SIZE = 0.1
type Okx = InstanceType<typeof ccxt.pro.okx>

describe('ccxt against OKX’s words', { timeout: 60_000 }, () => {
  let c: Conformance<Okx>
  beforeAll(async () => {
    c = await conformance(okxFormat, () => new ccxt.pro.okx())
  })
  afterAll(() => c.close())

  const inContracts = (coins: number): number => Number((coins / SIZE).toFixed(2))

  it('loads the markets and the time', async () => {
    const markets = await c.exchange.loadMarkets()
    expect(Object.keys(markets)).toEqual([symbol])
    expect(markets[symbol]).toMatchObject({
      ...{ id: 'SIMHAND-USDT-SWAP', swap: true, linear: true, active: true, contractSize: SIZE, precision: { price: 0.01, amount: 0.01 } },
      limits: { leverage: { max: 125 } },
    })
    expect(await c.exchange.fetchTime()).toBe(c.venue.time())
  })

  it('fetches candles', async () => {
    expect(await c.exchange.fetchOHLCV(symbol, '1m', GENESIS + MINUTE_MS, 3)).toEqual(
      [1, 2, 3].map((m) => c.candle(GENESIS + m * MINUTE_MS)),
    )
    expect(await c.exchange.fetchOHLCV(symbol, '5m', GENESIS, 1)).toEqual([c.candle(GENESIS, 5)])
  })

  it('fetches the ticker, the mark, funding and open interest', async () => {
    const now = c.venue.time()
    const mark = c.market.markAt(now)
    const ticker = await c.exchange.fetchTicker(symbol)
    expect(ticker).toMatchObject({ last: c.market.candleAt(now).close, bid: 99, ask: 101, open: c.market.candleAt(GENESIS).open })
    expect(Number(ticker.info.vol24h)).toBeCloseTo(inContracts(c.candle(GENESIS, 10)[5] as number), 9)
    expect(await c.exchange.fetchMarkPrice(symbol)).toMatchObject({ markPrice: mark.markPrice, timestamp: now })
    expect(await c.exchange.fetchFundingRate(symbol)).toMatchObject({
      ...{ fundingRate: -0.00012, fundingTimestamp: mark.nextFundingTime, nextFundingTimestamp: mark.nextFundingTime + 8 * HOUR_MS },
      interval: '8h',
    })
    expect(await c.exchange.fetchFundingRateHistory(symbol)).toMatchObject([{ timestamp: GENESIS, fundingRate: 0.0001 }])
    const { openInterestAmount, info } = await c.exchange.fetchOpenInterest(symbol)
    expect([openInterestAmount, Number(info.oiCcy)]).toEqual([inContracts(1_234.568), 1_234.568])
    // ccxt's history is of all contracts of a coin, in USD.
    const history = await c.exchange.fetchOpenInterestHistory(symbol, '5m', GENESIS, 2)
    expect(history.map((h) => [h.timestamp, h.openInterestValue])).toEqual(
      [0, 1].map((i) => [GENESIS + i * 5 * MINUTE_MS, (1_001 + i) * 100]),
    )
    const own = await c.exchange.publicGetRubikStatContractsOpenInterestHistory({ instId: 'SIMHAND-USDT-SWAP', period: '5m' })
    expect(own.data.at(-1)).toEqual([String(GENESIS - 5 * MINUTE_MS), '10000', '1000', '100000'])
    const ratios = await c.exchange.fetchLongShortRatioHistory(symbol, '5m', GENESIS, 2)
    expect(ratios.map((r) => [r.timestamp, r.longShortRatio])).toEqual([0, 1].map((i) => [GENESIS + i * 5 * MINUTE_MS, 1.5]))
  })

  it('fetches tiers, in contracts', async () => {
    const tiers = await c.exchange.fetchMarketLeverageTiers(symbol)
    const { markPrice } = c.market.markAt(c.venue.time())
    for (const [i, bracket] of c.market.instrument.brackets.entries()) {
      expect(tiers[i]).toMatchObject({ maintenanceMarginRate: bracket.maintMarginRatio, maxLeverage: bracket.initialLeverage })
      // ccxt takes contracts for a notional; to within a lot they are the market's.
      const inUsd = (tiers[i]?.maxNotional as number) * SIZE * markPrice
      expect(Math.abs(inUsd - bracket.notionalCap)).toBeLessThan(0.01 * SIZE * markPrice + 1e-6)
    }
  })

  it('fetches the book and the latest trades', async () => {
    const book = await c.exchange.fetchOrderBook(symbol, 50)
    expect(sidesOf(book)).toEqual(bookAt(c.venue.time(), 50))
    expect(book.timestamp).toBe(c.venue.time())
    const trades = await c.exchange.fetchTrades(symbol, undefined, 20)
    expect(trades).toHaveLength(20)
    compareTrades(trades)
  })

  it('watches liquidations: sell where a long died, at the bankruptcy price', async () => {
    const seen = new Set<string>()
    while (seen.size < 2) {
      const [first] = await c.meanwhile(c.exchange.watchLiquidationsForSymbols([symbol]))
      const { timestamp, price, contracts, info } = first as typeof first & { timestamp: number }
      const forced = c.liquidationAt(timestamp)
      const { side, posSide } = info.details[0]
      expect([price, contracts, posSide, side]).toEqual([
        forced?.orderPrice,
        inContracts(forced?.quantity ?? 0),
        ...(forced?.direction === 1 ? ['long', 'sell'] : ['short', 'buy']),
      ])
      seen.add(posSide)
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
    const last = new Map<number, OHLCV>()
    while (last.size < 2) for (const row of await c.meanwhile(c.exchange.watchOHLCV(symbol, '1m'))) last.set(row[0] as number, row)
    const [[openTime, closed] = []] = [...last]
    expect(closed).toEqual(c.candle(openTime as number))
  })

  it('watches tickers, marks and funding', async () => {
    for (let i = 0; i < 5; i++) {
      const { last, timestamp } = await c.meanwhile(c.exchange.watchTicker(symbol))
      expect(last).toBe(c.market.candleAt(timestamp as number).close)
      const mark = await c.meanwhile(c.exchange.watchMarkPrice(symbol))
      expect(mark.markPrice).toBe(c.market.markAt(mark.timestamp as number).markPrice)
    }
    const funding = await c.meanwhile(c.exchange.watchFundingRate(symbol))
    expect(funding).toMatchObject({ fundingRate: -0.00012, fundingTimestamp: GENESIS + 8 * HOUR_MS })
  })

  it('watches books that stay the venue’s own, kept by changes and told whole', async () => {
    for (const limit of [400, 5]) {
      for (let i = 0; i < 10; i++) {
        const book = await c.meanwhile(c.exchange.watchOrderBook(symbol, limit))
        expect(sidesOf(book)).toEqual(bookAt(book.timestamp as number, limit))
      }
      // ccxt has one book of a symbol, whichever channel it comes from.
      if (limit === 400) await c.meanwhile(c.exchange.unWatchOrderBook(symbol))
    }
  })

  it('is told what is wrong', async () => {
    await expect(c.exchange.publicGetMarketCandles({ instId: 'NOPE-USDT-SWAP' })).rejects.toThrow(ccxt.BadSymbol)
  })

  /** Copies, of prices and sizes alone: ccxt goes on changing its own. */
  function sidesOf({ bids, asks }: Awaited<ReturnType<Okx['fetchOrderBook']>>): unknown {
    return { bids: bids.map((b) => b.slice(0, 2)), asks: asks.map((a) => a.slice(0, 2)) }
  }

  function bookAt(time: number, levels: number): { bids: number[][]; asks: number[][] } {
    const { bids, asks } = c.market.depthAt(time, levels)
    const told = (side: [number, number][]): number[][] => side.map(([p, q]) => [p, inContracts(q)])
    return { bids: told(bids), asks: told(asks) }
  }

  function compareTrades(trades: Awaited<ReturnType<Okx['fetchTrades']>>): void {
    for (const { timestamp, price, amount, side, id } of trades) {
      const tick = c.tradeAt(timestamp as number)
      if (tick?.type !== 'trade') throw new Error(`the market knows no trade at ${timestamp}`)
      expect([price, amount, side]).toEqual([tick.price, inContracts(tick.quantity), tick.takerBuys ? 'buy' : 'sell'])
      expect(Number(id)).toBe(tick.firstTradeId + tick.count - 1)
    }
  }
})
