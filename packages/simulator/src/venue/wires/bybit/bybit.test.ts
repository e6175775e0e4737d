/** Bybit's words about a market made by hand, from Bybit's documentation and not from what reads them. */
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { barAt } from '../../bars.ts'
import { forced, GENESIS, HandMarket, trade } from '../../hand-market.ts'
import { LiveMarket } from '../../live-market.ts'
import type { DepthAt, ForcedTick, TradeTick } from '../../venue-market.ts'
import { handListing } from '../hand-listing.ts'
import { tradesIn } from '../recent-trades.ts'
import type { Happening } from '../wire-format.ts'
import { bybitFormat } from './format.ts'

const PATH = '/v5/public/linear'
const TICKS = [trade(1, 100, 1), trade(20, 101, 2, false), trade(40, 101, 0.5), trade(70, 99.5, 4, false), forced(80, 1, 2.5, 90, 95)]

const hand = (options: ConstructorParameters<typeof HandMarket>[0] = { ticks: TICKS }) => handListing(bybitFormat, new HandMarket(options))
const result = (answer: { body: unknown }): Record<string, unknown> & { list: Record<string, unknown>[] } =>
  (answer.body as { result: Record<string, unknown> & { list: Record<string, unknown>[] } }).result
const subscribe = (...args: string[]): object => ({ op: 'subscribe', req_id: '7', args })

describe('what a client asks', () => {
  it('is acknowledged once a request, with its id', () => {
    const venue = hand()
    const asked = venue.ask(subscribe('tickers.SIMHANDUSDT', 'kline.5.SIMHANDUSDT'), PATH)
    expect(asked.replies.map((r) => JSON.parse(r))).toEqual([
      { success: true, ret_msg: '', conn_id: expect.any(String), req_id: '7', op: 'subscribe' },
    ])
    expect(asked).toMatchObject({ kind: 'subscribe', topics: [{ kind: 'mark' }, { kind: 'candle', interval: '5m' }] })
    expect(venue.ask({ op: 'unsubscribe', args: ['tickers.SIMHANDUSDT'] }, PATH)).toMatchObject({ kind: 'unsubscribe' })
  })

  it('is refused as a whole where one topic is unknown', () => {
    for (const wrong of ['liquidation.SIMHANDUSDT', 'tickers.NOPEUSDT', 'orderbook.25.SIMHANDUSDT', 'kline.7.SIMHANDUSDT', 'tickers']) {
      const { kind, replies } = hand().ask(subscribe('tickers.SIMHANDUSDT', wrong), PATH)
      expect(kind).toBe('none')
      expect(JSON.parse(replies[0] as string)).toMatchObject({ success: false, ret_msg: `error:handler not found,topic:${wrong}` })
    }
  })

  it('is answered by a pong where it is a ping, and by an error where it is nothing', () => {
    const [pong] = hand().ask({ op: 'ping', req_id: '9' }).replies
    expect(JSON.parse(pong as string)).toMatchObject({ success: true, ret_msg: 'pong', req_id: '9', op: 'ping' })
    for (const nothing of ['{', '[]', '{"op":"dance"}', '{"op":"subscribe"}']) {
      expect(JSON.parse(hand().ask(nothing).replies[0] as string)).toMatchObject({ success: false })
    }
  })
})

describe('streams', () => {
  it('tells liquidations in one array: Buy where a long died, at the bankruptcy price', () => {
    const venue = hand()
    const topic = venue.topic(subscribe('allLiquidation.SIMHANDUSDT'))
    expect(topic.everyMs).toBe(500)
    const orders = [forced(80, 1, 2.5, 90, 95), forced(80.2, -1, 0.125, 110, 105)]
    const time = GENESIS + 80_500
    venue.at(time)
    expect(venue.told(topic, { kind: 'liquidation', listing: venue.listing, time, orders })).toEqual([
      {
        topic: 'allLiquidation.SIMHANDUSDT',
        type: 'snapshot',
        ts: time,
        data: [
          { T: GENESIS + 80_000, s: 'SIMHANDUSDT', S: 'Buy', v: '2.500', p: '90.00' },
          { T: GENESIS + 80_200, s: 'SIMHANDUSDT', S: 'Sell', v: '0.125', p: '110.00' },
        ],
      },
    ])
  })

  it('tells trades with the side of the taker and the direction of the price', () => {
    const venue = hand()
    venue.at(GENESIS + 2 * MINUTE_MS)
    const ticks = tradesIn(venue.listing.market, GENESIS, GENESIS + 2 * MINUTE_MS)
    const topic = venue.topic(subscribe('publicTrade.SIMHANDUSDT'))
    const tell = (some: readonly TradeTick[]): unknown[] => {
      const time = some.at(-1)?.time as number
      return venue.told(topic, { kind: 'trade', listing: venue.listing, time, ticks: some })[0]?.data as unknown[]
    }
    const all = tell(ticks)
    expect(all).toMatchObject([
      { S: 'Buy', v: '1.000', p: '100.00', L: 'PlusTick' },
      { S: 'Sell', v: '2.000', p: '101.00', L: 'PlusTick' },
      { S: 'Buy', v: '0.500', p: '101.00', L: 'ZeroPlusTick' },
      { S: 'Sell', v: '4.000', p: '99.50', L: 'MinusTick' },
    ])
    // However they are cut into messages.
    expect(ticks.flatMap((tick) => tell([tick]))).toEqual(all)
    expect(new Set(all.map((t) => (t as { i: string }).i)).size).toBe(4)
  })

  it('tells candles that hold what was traded, confirmed when they are over', () => {
    const venue = hand()
    const { listing } = venue
    const time = GENESIS + MINUTE_MS
    venue.at(time)
    const topic = venue.topic(subscribe('kline.1.SIMHANDUSDT'))
    const bar = barAt(listing.market, MINUTE_MS, time, true)
    if (!bar) throw new Error('no bar')
    const closed: Happening = { kind: 'candle', listing, time, interval: '1m', intervalMs: MINUTE_MS, bar, closed: true }
    expect(venue.told(topic, closed)).toEqual([
      {
        topic: 'kline.1.SIMHANDUSDT',
        type: 'snapshot',
        ts: time,
        data: [
          {
            ...{ start: GENESIS, end: time - 1, interval: '1', open: '100', close: '101', high: '101', low: '100' },
            ...{ volume: '3.5', turnover: '352.5', confirm: true, timestamp: GENESIS + 40_000 },
          },
        ],
      },
    ])
    expect(venue.told(topic, { ...closed, interval: '5m' })).toEqual([])
    const [open] = venue.told(topic, { ...closed, time: time - 1, closed: false })
    expect(open?.data).toMatchObject([{ confirm: false }])
  })

  it('tells what changed in a ticker, and nothing where nothing did', () => {
    const venue = hand()
    const { listing } = venue
    const topic = venue.topic(subscribe('tickers.SIMHANDUSDT'))
    const moment = (time: number): Happening => {
      venue.at(time)
      const { market } = listing
      const openInterest = market.openInterestAt(time)
      return { kind: 'mark', listing, time, mark: market.markAt(time), openInterest, lastPrice: market.candleAt(time).close }
    }
    venue.at(GENESIS + 60_500)
    const [first] = venue.snapshot(topic)
    expect(first).toMatchObject({
      type: 'snapshot',
      data: { lastPrice: '101.00', volume24h: '3.500', openInterest: '2469.136', singleOpenInterest: '1234.568' },
    })
    expect(venue.told(topic, moment(GENESIS + 61_000), GENESIS + 60_500)).toEqual([])
    const [change] = venue.told(topic, moment(GENESIS + 70_000), GENESIS + 61_000)
    expect(change).toEqual({
      topic: 'tickers.SIMHANDUSDT',
      type: 'delta',
      data: {
        symbol: 'SIMHANDUSDT',
        tickDirection: 'MinusTick',
        price24hPcnt: '-0.005000',
        lastPrice: '99.50',
        lowPrice24h: '99.50',
        markPrice: '99.50',
        indexPrice: '99.75',
        openInterestValue: '245678.99',
        singleOpenInterestValue: '122839.50',
        turnover24h: '750.5000',
        volume24h: '7.500',
      },
      cs: expect.any(Number),
      ts: GENESIS + 70_000,
    })
    // Long after it was told last, all of it.
    expect(venue.told(topic, moment(GENESIS + 30 * MINUTE_MS), GENESIS + 70_000)).toMatchObject([{ type: 'snapshot' }])
  })

  it('tells books that clients can keep: snapshot and changes come to the market’s own', () => {
    const market = new LiveMarket({ seed: 7, symbol: 'SIMRIDGEUSDT', genesis: GENESIS, warmUpDays: 0.02 })
    const venue = handListing(bybitFormat, market)
    const { listing } = venue
    for (const levels of [1, 50, 200]) {
      const topic = venue.topic(subscribe(`orderbook.${levels}.SIMRIDGEUSDT`))
      let toldAt = market.simulatedTo + MINUTE_MS + 37
      venue.at(toldAt)
      const sides = { b: new Map<number, number>(), a: new Map<number, number>() }
      const take = ({ type, data }: Record<string, unknown>): void => {
        const rows = data as Record<'b' | 'a', [string, string][]>
        expect(type === 'snapshot' || levels > 1).toBe(true)
        for (const side of ['b', 'a'] as const) {
          if (type === 'snapshot') sides[side].clear()
          for (const [p, q] of rows[side])
            if (Number(q) === 0) sides[side].delete(Number(p))
            else sides[side].set(Number(p), Number(q))
        }
      }
      for (const frame of venue.snapshot(topic, toldAt)) take(frame)
      let book: DepthAt = market.depthAt(toldAt, levels)
      for (let i = 0; i < 40; i++) {
        const time = toldAt + 100 * (1 + (i % 7) * 5)
        venue.at(time)
        book = market.depthAt(time, levels)
        // A server may hand on fewer levels than are told.
        const few = { ...book, bids: book.bids.slice(0, 20), asks: book.asks.slice(0, 20) }
        for (const frame of venue.told(topic, { kind: 'depth', listing, time, book: few }, toldAt)) take(frame)
        toldAt = time
      }
      expect([...sides.b].sort(([a], [b]) => b - a)).toEqual(book.bids)
      expect([...sides.a].sort(([a], [b]) => a - b)).toEqual(book.asks)
    }
  })

  it('tells the best level again where it stayed for three seconds, as the same update', () => {
    const venue = hand({ ticks: TICKS, book: (time) => ({ lastUpdateId: time - GENESIS, bids: [[99, 1]], asks: [[101, 2]] }) })
    const { listing } = venue
    const topic = venue.topic(subscribe('orderbook.1.SIMHANDUSDT'))
    venue.at(GENESIS + MINUTE_MS)
    const told = (time: number): Record<string, unknown>[] =>
      venue.told(topic, { kind: 'depth', listing, time, book: listing.market.depthAt(time, 1) }, GENESIS + 5_000)
    expect(told(GENESIS + 7_990)).toEqual([])
    expect(told(GENESIS + 8_000)).toMatchObject([{ type: 'snapshot', data: { u: 5_000, b: [['99.00', '1.000']] } }])
  })

  it('keeps to itself what a topic does not concern', () => {
    const venue = hand()
    const time = GENESIS + 80_000
    venue.at(time)
    const orders: ForcedTick[] = [forced(80, 1, 2.5, 90, 95)]
    const happening: Happening = { kind: 'liquidation', listing: venue.listing, time, orders }
    expect(venue.told(venue.topic(subscribe('publicTrade.SIMHANDUSDT')), happening)).toEqual([])
    const other = { ...venue.topic(subscribe('allLiquidation.SIMHANDUSDT')), symbol: 'OTHERUSDT' }
    expect(venue.told(other, happening)).toEqual([])
  })
})

describe('calls', () => {
  const late = () => {
    const venue = hand()
    venue.at(GENESIS + 9 * HOUR_MS)
    return venue
  }

  it('page through candles, newest first', () => {
    const venue = late()
    const ask = (query: string): string[][] =>
      result(venue.get(`/v5/market/kline?category=linear&symbol=SIMHANDUSDT&interval=1&${query}`)).list as unknown as string[][]
    const minutes = (query: string): number[] => ask(query).map(([start]) => (Number(start) - GENESIS) / MINUTE_MS)
    expect(minutes(`start=${GENESIS}&limit=3`)).toEqual([2, 1, 0])
    expect(minutes(`start=${GENESIS}&end=${GENESIS + 9 * MINUTE_MS}&limit=3`)).toEqual([9, 8, 7])
    expect(minutes('limit=2')).toEqual([540, 539])
    expect(ask(`start=${GENESIS}&limit=2`)).toEqual([
      [String(GENESIS + MINUTE_MS), '99.5', '99.5', '99.5', '99.5', '4', '398'],
      [String(GENESIS), '100', '101', '100', '101', '3.5', '352.5'],
    ])
  })

  it('page through open interest and ratios by cursor, to the end and without a gap', () => {
    const venue = late()
    for (const path of ['open-interest?intervalTime=5min', 'account-ratio?period=5min']) {
      const base = `/v5/market/${path}&category=linear&symbol=SIMHANDUSDT&limit=50`
      const times: number[] = []
      let cursor = ''
      do {
        const { list, nextPageCursor } = result(venue.get(`${base}&startTime=${GENESIS}${cursor && `&cursor=${cursor}`}`))
        times.push(...list.map((row) => Number(row.timestamp)))
        cursor = nextPageCursor as string
      } while (cursor)
      expect(times).toEqual(Array.from({ length: 109 }, (_, i) => GENESIS + (108 - i) * 5 * MINUTE_MS))
    }
    const { list } = result(venue.get(`/v5/market/open-interest?intervalTime=1h&category=linear&symbol=SIMHANDUSDT&limit=2`))
    expect(list).toEqual([
      { openInterest: '2216.000', singleOpenInterest: '1108.000', timestamp: String(GENESIS + 9 * HOUR_MS) },
      { openInterest: '2192.000', singleOpenInterest: '1096.000', timestamp: String(GENESIS + 8 * HOUR_MS) },
    ])
    const ratio = result(venue.get(`/v5/market/account-ratio?period=1h&category=linear&symbol=SIMHANDUSDT&limit=1`)).list
    expect(ratio).toMatchObject([{ buyRatio: '0.6000', sellRatio: '0.4000' }])
  })

  it('tell settlements at their full hour, and ask for an end where there is a start', () => {
    const venue = late()
    const path = '/v5/market/funding/history?category=linear&symbol=SIMHANDUSDT'
    const settled = [
      { symbol: 'SIMHANDUSDT', fundingRate: '0.0002', fundingRateTimestamp: String(GENESIS + 8 * HOUR_MS) },
      { symbol: 'SIMHANDUSDT', fundingRate: '0.0001', fundingRateTimestamp: String(GENESIS) },
    ]
    expect(result(venue.get(path)).list).toEqual(settled)
    expect(result(venue.get(`${path}&startTime=${GENESIS}&endTime=${GENESIS + HOUR_MS}`)).list).toEqual(settled.slice(1))
    expect(venue.get(`${path}&startTime=${GENESIS}`)).toMatchObject({ status: 200, body: { retCode: 10001 } })
  })

  it('tell tiers whose margins add up slice by slice', () => {
    const tiers = result(hand().get('/v5/market/risk-limit?category=linear&symbol=SIMHANDUSDT')).list
    expect(tiers.slice(0, 3)).toMatchObject([
      { riskLimitValue: '50000', maintenanceMargin: '0.004', initialMargin: '0.008', maxLeverage: '125.00', mmDeduction: '' },
      { riskLimitValue: '500000', maintenanceMargin: '0.005', initialMargin: '0.01', maxLeverage: '100.00', mmDeduction: '50' },
      { riskLimitValue: '2000000', maintenanceMargin: '0.0065', maxLeverage: '75.00', mmDeduction: '800' },
    ])
  })

  it('say what is wrong with status 200 and a code', () => {
    const venue = late()
    const code = (path: string): unknown => (venue.get(path).body as { retCode: number }).retCode
    for (const wrong of [
      'kline?category=linear&symbol=NOPEUSDT&interval=1',
      'kline?category=linear&symbol=SIMHANDUSDT&interval=7',
      'kline?category=linear&symbol=SIMHANDUSDT&interval=1&start=x',
      'kline?symbol=SIMHANDUSDT&interval=1',
      'open-interest?category=linear&symbol=SIMHANDUSDT&intervalTime=1m',
      'orderbook?category=linear',
    ]) {
      expect([wrong, venue.get(`/v5/market/${wrong}`).status, code(`/v5/market/${wrong}`)]).toEqual([wrong, 200, 10001])
    }
    expect(venue.get('/v5/market/nothing').status).toBe(404)
    expect(bybitFormat.costOf({ method: 'GET', path: '/v5/market/nothing', query: new URLSearchParams(), body: undefined })).toBeUndefined()
    expect(bybitFormat.refusal('limit', 1_000)).toMatchObject({ status: 200, body: { retCode: 10006 } })
    expect(bybitFormat.refusal('ban', 1_000).status).toBe(403)
  })
})
