/** An unmodified ccxt, nothing of it changed but its URLs, against the venue; what it says is compared with the markets themselves. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import ccxt, { type OHLCV } from 'ccxt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LiveMarket } from './live-market.ts'
import { startVenue, type Venue } from './start-venue.ts'
import type { VenueMarket } from './venue-market.ts'

const SPEED = 30
const SEED = 7
const WARM_UP_DAYS = 0.25
const GENESIS = Date.UTC(2026, 4, 31, 20)
const CALM = 'SIMOAKUSDT'
const WILD = 'SIMGALEUSDT'
/** as ccxt calls them */
const calm = 'SIMOAK/USDT:USDT'
const wild = 'SIMGALE/USDT:USDT'

type Exchange = InstanceType<typeof ccxt.pro.binanceusdm>

async function clientOf(venue: Venue): Promise<Exchange> {
  const exchange = new ccxt.pro.binanceusdm()
  // Without it ccxt refuses plain ws://.
  await exchange.loadHttpProxyAgent()
  const redirect = (node: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'string') node[key] = value.replace(/^https:\/\/[^/]+/, venue.rest).replace(/^wss:\/\/[^/]+/, venue.ws)
      else if (typeof value === 'object' && value !== null) redirect(value as Record<string, unknown>)
    }
  }
  redirect(exchange.urls.api as Record<string, unknown>)
  return exchange
}

/** A time at which liquidations are about to come, soon and for a while: a market without a wire is asked. */
function beginningOfALivelyTime(): number {
  const scout = new LiveMarket({ seed: SEED, symbol: WILD, genesis: GENESIS, warmUpDays: WARM_UP_DAYS })
  scout.advance(GENESIS + 8 * HOUR_MS)
  const seconds = new Set(scout.forcedOrders(GENESIS, scout.simulatedTo).map((o) => Math.floor(o.time / 1_000)))
  const between = (from: number, to: number): number => [...seconds].filter((s) => s * 1_000 >= from && s * 1_000 < to).length
  const lively = (time: number): number =>
    Math.min(between(time + 2 * MINUTE_MS, time + 6 * MINUTE_MS), between(time + 6 * MINUTE_MS, time + 30 * MINUTE_MS))
  let best = GENESIS + 4 * HOUR_MS + 5 * MINUTE_MS
  for (let time = best; time < GENESIS + 7 * HOUR_MS; time += 5 * MINUTE_MS) if (lively(time) > lively(best)) best = time
  expect(lively(best)).toBeGreaterThan(0)
  return best
}

const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals))

/** One-minute candles of the market, added up. */
function bar(market: VenueMarket, openTime: number, intervalMs: number): OHLCV {
  const { columns } = market.candles(openTime, openTime + intervalMs)
  const all = (column: Float64Array): number[] => Array.from(column)
  expect(columns.openTime).toHaveLength(intervalMs / MINUTE_MS)
  return [
    openTime,
    columns.open[0],
    Math.max(...all(columns.high)),
    Math.min(...all(columns.low)),
    columns.close.at(-1),
    rounded(
      all(columns.volume).reduce((a, b) => a + b, 0),
      market.instrument.quantityDecimals,
    ),
  ]
}

describe('ccxt against the venue', { timeout: 60_000 }, () => {
  let venue: Venue
  let exchange: Exchange
  let market: VenueMarket
  let liquidation: ReturnType<Exchange['watchLiquidations']>
  beforeAll(async () => {
    const clockStart = beginningOfALivelyTime()
    venue = await startVenue({
      seed: SEED,
      symbols: [CALM, WILD],
      // A minute short: genesis is rounded down to five.
      historyDays: (clockStart - GENESIS - MINUTE_MS) / DAY_MS,
      warmUpDays: WARM_UP_DAYS,
      clockStart,
      speed: SPEED,
      inline: true,
    })
    await venue.ready
    market = venue.market(CALM) as VenueMarket
    exchange = await clientOf(venue)
    // They are the rarest: listen while the rest is tested.
    liquidation = exchange.watchLiquidations(wild)
    liquidation.catch(() => undefined)
  }, 60_000)
  afterAll(async () => {
    await exchange.close()
    await venue.close()
  })

  it('loads the markets and the time', async () => {
    const markets = await exchange.loadMarkets()
    expect(Object.keys(markets)).toEqual([calm, wild])
    expect(markets[calm]).toMatchObject({
      id: CALM,
      swap: true,
      linear: true,
      active: true,
      contractSize: 1,
      precision: { price: 0.1, amount: 0.0001 },
    })
    const time = (await exchange.fetchTime()) as number
    expect(Math.abs(time - venue.now())).toBeLessThan(10 * SPEED * 1_000)
  })

  it('fetches candles', async () => {
    const since = GENESIS + HOUR_MS
    expect(await exchange.fetchOHLCV(calm, '5m', since, 3)).toEqual(
      [0, 5, 10].map((m) => bar(market, since + m * MINUTE_MS, 5 * MINUTE_MS)),
    )
    expect(await exchange.fetchOHLCV(wild, '1h', since, 1)).toEqual([bar(venue.market(WILD) as VenueMarket, since, HOUR_MS)])
    const latest = await exchange.fetchOHLCV(calm, '1m', undefined, 2)
    expect(latest[0]).toEqual(bar(market, latest[0]?.[0] as number, MINUTE_MS))
    expect((latest[1]?.[0] as number) - (latest[0]?.[0] as number)).toBe(MINUTE_MS)
  })

  it('fetches open interest, now and of the past', async () => {
    const { timestamp, openInterestAmount } = await exchange.fetchOpenInterest(calm)
    expect(openInterestAmount).toBe(rounded(market.openInterestAt(timestamp as number), 4))
    const since = GENESIS + HOUR_MS
    const { columns } = market.openInterestHistory(since, since + 6 * 5 * MINUTE_MS)
    const history = await exchange.fetchOpenInterestHistory(calm, '5m', since, 6)
    expect(history.map((h) => [h.timestamp, h.openInterestAmount, h.openInterestValue])).toEqual(
      Array.from(columns.time, (t, i) => [
        t,
        rounded(columns.openInterest[i] as number, 8),
        rounded(columns.openInterestUsd[i] as number, 8),
      ]),
    )
  })

  it('fetches funding: the next rate, the settled ones, the interval', async () => {
    const { info } = await exchange.fetchFundingRate(calm)
    const mark = market.markAt(info.time)
    expect(info).toMatchObject({ symbol: CALM, nextFundingTime: mark.nextFundingTime })
    expect([info.markPrice, info.indexPrice, info.lastFundingRate].map(Number)).toEqual(
      [mark.markPrice, mark.indexPrice, mark.predictedFundingRate].map((x) => rounded(x, 8)),
    )
    const { columns, length } = market.fundingHistory(GENESIS, venue.now())
    expect(length).toBeGreaterThan(0)
    const history = await exchange.fetchFundingRateHistory(calm, GENESIS)
    expect(history.map((h) => [h.timestamp, h.fundingRate])).toEqual(Array.from(columns.time, (t, i) => [t, columns.rate[i]]))
    expect(await exchange.fetchFundingIntervals()).toMatchObject({ [calm]: { interval: '8h' }, [wild]: { interval: '4h' } })
  })

  it('fetches the long/short ratios', async () => {
    const since = GENESIS + HOUR_MS
    const { columns } = market.ratioHistory(since, since + 1)
    const ratio = (kind: number): string => (columns.ratio[columns.kind.indexOf(kind)] as number).toFixed(4)
    const accounts = await exchange.fetchLongShortRatioHistory(calm, '5m', since, 1)
    expect(accounts).toMatchObject([{ symbol: calm, timestamp: since, longShortRatio: Number(ratio(0)) }])
    const asked = { symbol: CALM, period: '5m', startTime: since, limit: 1 }
    expect(await exchange.fapiDataGetTopLongShortAccountRatio(asked)).toMatchObject([{ longShortRatio: ratio(1) }])
    expect(await exchange.fapiDataGetTopLongShortPositionRatio(asked)).toMatchObject([{ longShortRatio: ratio(2) }])
    expect(await exchange.fapiDataGetTakerlongshortRatio(asked)).toMatchObject([{ buySellRatio: ratio(3) }])
  })

  it('fetches the book and the latest trades', async () => {
    const book = await exchange.fetchOrderBook(calm, 20)
    const depth = market.depthAt(book.timestamp as number, 20)
    expect(book).toMatchObject({ nonce: depth.lastUpdateId, bids: depth.bids, asks: depth.asks })
    const trades = await exchange.fetchTrades(calm, undefined, 10)
    compareTrades(trades)
    expect(trades).toHaveLength(10)
  })

  it('watches candles, each closed as the market closed it', async () => {
    const last = new Map<number, OHLCV>()
    while (last.size < 2) for (const row of await exchange.watchOHLCV(calm, '1m')) last.set(row[0] as number, row)
    // The first of the next bar comes after the last of this one.
    const [closed] = last.values()
    expect(closed).toEqual(bar(market, closed?.[0] as number, MINUTE_MS))
  })

  it('watches trades', async () => {
    let seen = 0
    while (seen < 20) {
      // The stream of aggregated trades is the one that the venue has.
      const trades = await exchange.watchTrades(calm, undefined, undefined, { name: 'aggTrade' })
      compareTrades(trades)
      seen += trades.length
    }
  })

  it('watches marks, of one instrument and of all', async () => {
    const one = await exchange.watchMarkPrice(calm)
    const all = await exchange.watchMarkPrices()
    for (const [symbol, ticker] of Object.entries({ ...all, [calm]: one })) {
      const mark = (symbol === calm ? market : (venue.market(WILD) as VenueMarket)).markAt(ticker.timestamp as number)
      expect([ticker.markPrice, ticker.indexPrice]).toEqual([rounded(mark.markPrice, 8), rounded(mark.indexPrice, 8)])
      expect(Number(ticker.info.r)).toBe(rounded(mark.predictedFundingRate, 8))
    }
    expect(Object.keys(all).sort()).toEqual([wild, calm].sort())
  })

  it('watches a book that stays the venue’s own', async () => {
    for (let i = 0; i < 15; i++) {
      const book = await exchange.watchOrderBook(calm)
      const time = market.genesis + (book.nonce as number) - 1
      const depth = market.depthAt(time, 1_000)
      expect(depth.lastUpdateId).toBe(book.nonce)
      // A copy: ccxt goes on changing its own.
      expect(book.bids.map(([p, q]) => [p, q])).toEqual(depth.bids)
      expect(book.asks.map(([p, q]) => [p, q])).toEqual(depth.asks)
    }
  })

  it('watches liquidations: the latest of a second, with the side of the order', async () => {
    const [seen] = await liquidation
    const { info } = seen as unknown as { info: Record<string, string> }
    const time = Number(info.T)
    const second = Math.floor(time / 1_000) * 1_000
    const latest = (venue.market(WILD) as VenueMarket).forcedOrders(second, second + 1_000).at(-1)
    expect(latest).toBeDefined()
    expect({
      time,
      direction: info.S === 'SELL' ? 1 : -1,
      quantity: Number(info.q),
      orderPrice: Number(info.p),
      averagePrice: Number(info.ap),
    }).toEqual({
      time: latest?.time,
      direction: latest?.direction,
      quantity: latest?.quantity,
      orderPrice: latest?.orderPrice,
      averagePrice: latest?.averagePrice,
    })
  })

  function compareTrades(trades: Awaited<ReturnType<Exchange['fetchTrades']>>): void {
    for (const { id, timestamp, price, amount, side, info } of trades) {
      const tick = market
        .ticks((timestamp as number) - 1, timestamp as number)
        .find((t) => t.type === 'trade' && String(t.aggregateId) === id)
      if (tick?.type !== 'trade') throw new Error(`the market knows no trade ${id} at ${timestamp}`)
      expect([price, amount, side]).toEqual([tick.price, tick.quantity, tick.takerBuys ? 'buy' : 'sell'])
      expect([info.f, info.l]).toEqual([tick.firstTradeId, tick.firstTradeId + tick.count - 1])
    }
  }
})
