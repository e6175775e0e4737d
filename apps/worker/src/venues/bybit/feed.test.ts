import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { FeedChannel } from '@faultline/market/feed'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { expectHonest, mutated } from '../../../test/mutations.ts'
import { PATIENT, useTinyFeed } from '../../../test/tiny-feed.ts'
import { json } from '../../../test/tiny-venue.ts'
import { TakerTally } from '../../feed/taker-tally.ts'
import type { Reading, SocketHandlers, SocketPlan, VenueFeed } from '../../feed/venue-feed.ts'
import { MarkThinner } from '../mark-thinner.ts'
import {
  allLiquidation,
  body,
  instrument,
  kline,
  klineRow,
  klines,
  openInterestRow,
  orderbook,
  ratioRow,
  T,
  ticker,
  trades,
} from './__fixtures__/messages.ts'
import { BybitDialect } from './dialect.ts'
import { createBybitFeed } from './feed.ts'
import { BYBIT_HISTORY } from './rest.ts'

const MINUTE = 60_000
const tiny = useTinyFeed(createBybitFeed)
const planOf = (feed: VenueFeed, name: string): SocketPlan => feed.sockets.find((s) => s.name === name) as SocketPlan
interface Frame {
  req_id: string
  op: string
  args: string[]
}

function listener(): SocketHandlers & { readings: Reading[]; closed: string[] } {
  const got = { readings: [] as Reading[], closed: [] as string[] }
  return { ...got, onReading: (reading) => got.readings.push(reading), onClosed: (reason) => got.closed.push(reason) }
}
const dataOf = (readings: readonly Reading[]) => readings.filter((r) => r.kind === 'data')
const acknowledge = (request: unknown) => {
  const { req_id, op } = request as Frame
  return { success: true, ret_msg: '', conn_id: 'c', req_id, op }
}
const framesOf = (index: number) => tiny.venue.connections[index]?.requests as unknown as Frame[]

/** A minute that was heard whole may have no trade in which the taker bought. */
const withoutTakers = (event: LiveEvent): LiveEvent => (event.type === 'candle' ? { ...event, takerBuyVolume: 1e-9, tradeCount: 1 } : event)

describe('a socket', () => {
  it('subscribes to candles and trades, and gives a closed candle what takers bought', async () => {
    tiny.venue.acknowledge = acknowledge
    const feed = tiny.feedOf()
    const heard = listener()
    await feed.openSocket(planOf(feed, 'trades'), ['ETHUSDT'], heard)
    expect(tiny.venue.connections[0]?.path).toBe('/v5/public/linear')
    expect(framesOf(0)).toEqual([{ req_id: '1', op: 'subscribe', args: ['kline.1.ETHUSDT', 'publicTrade.ETHUSDT'] }])

    // The first trades tell where hearing begins.
    tiny.venue.tell(
      trades({ T: T - 1_000 }),
      trades({ T: T + 10_000, v: '600' }, { T: T + 20_000, v: '212.4', S: 'Sell' }),
      kline({ confirm: false }),
      kline(),
    )
    await vi.waitFor(() => expect(dataOf(heard.readings).flatMap((r) => r.events)).toHaveLength(1), PATIENT)
    expect(dataOf(heard.readings).at(-1)).toMatchObject({
      channel: 'candle',
      symbol: 'ETHUSDT',
      events: [{ type: 'candle', openTime: T, volume: 812.4, takerBuyVolume: 600, tradeCount: 2 }],
    })
    expect(heard.readings.filter((r) => r.kind === 'unknown')).toEqual([])
  })

  it('reads tickers as marks, one a second, and liquidations one by one', async () => {
    tiny.venue.acknowledge = acknowledge
    const feed = tiny.feedOf()
    const heard = listener()
    await feed.openSocket(planOf(feed, 'tickers'), ['ETHUSDT', 'BTCUSDT'], heard)
    expect(framesOf(0)[0]?.args).toEqual(['tickers.ETHUSDT', 'allLiquidation.ETHUSDT', 'tickers.BTCUSDT', 'allLiquidation.BTCUSDT'])
    const delta = (ts: number, markPrice: string) => ticker({}, { type: 'delta', ts, data: { symbol: 'ETHUSDT', markPrice } })
    tiny.venue.tell(ticker(), delta(T + 1_304, '2012'), delta(T + 2_004, '2013'), allLiquidation())
    await vi.waitFor(() => expect(dataOf(heard.readings)).toHaveLength(5), PATIENT)
    expect(dataOf(heard.readings).map((r) => r.events.map((e) => (e.type === 'markPrice' ? e.markPrice : e.type)))).toEqual([
      [2011.68],
      [],
      [2013],
      ['liquidation'],
      ['liquidation'],
    ])
  })

  it('that the venue refuses is an error with its words', async () => {
    tiny.venue.acknowledge = (request) => ({ ...acknowledge(request), success: false, ret_msg: 'error:handler not found,topic:tickers.X' })
    const feed = tiny.feedOf()
    await expect(feed.openSocket(planOf(feed, 'tickers'), ['X'], listener())).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('handler not found'),
    })
  })

  it('is not refused for an instrument that has left the list', async () => {
    tiny.venue.acknowledge = acknowledge
    tiny.venue.answer = (_, __, response) => json(response, 200, body({ list: [instrument()], nextPageCursor: '' }))
    const feed = tiny.feedOf()
    await feed.openSocket(planOf(feed, 'tickers'), ['GONEUSDT', 'ETHUSDT'], listener())
    expect(framesOf(0).flatMap(({ args }) => args)).toEqual(['tickers.ETHUSDT', 'allLiquidation.ETHUSDT'])
    expect(tiny.lines).toContain('GONEUSDT is not listed (any more) and is not subscribed to')
  })

  it('keeps itself alive by pings of its own', () => {
    const { heartbeat } = new BybitDialect({ channels: ['candle'] }, new TakerTally(), new MarkThinner())
    expect(heartbeat.frame()).toEqual({ op: 'ping' })
    expect(heartbeat.isAnswer({ success: true, ret_msg: 'pong', conn_id: 'c', req_id: '', op: 'ping' })).toBe(true)
    expect(heartbeat.isAnswer({ success: true, ret_msg: '', conn_id: 'c', req_id: '1', op: 'subscribe' })).toBe(false)
    expect(heartbeat.isAnswer(kline())).toBe(false)
  })

  it('never makes its dialect throw, whatever comes, and in whatever order', () => {
    const good = [kline(), ticker(), allLiquidation(), trades({}, {}), orderbook()]
    const channels = fc.constantFrom<FeedChannel[]>(['candle'], ['markPrice', 'liquidation'])
    const sent = fc.array(fc.oneof(fc.constantFrom(...good), mutated(good), fc.jsonValue()), { maxLength: 8 })
    fc.assert(
      fc.property(channels, sent, (plan, messages) => {
        const dialect = new BybitDialect({ channels: plan }, new TakerTally(), new MarkThinner())
        const late: Reading[] = []
        dialect.begin((reading) => late.push(reading))
        dialect.subscribed(new Set(['ETHUSDT']))
        const readings = messages.flatMap((message) => {
          const read = dialect.acknowledgement(message) ? [] : dialect.read(message, T)
          if (!dialect.acknowledgement(message)) expect(read.length).toBeGreaterThan(0)
          return read
        })
        dialect.end()
        expectHonest([...readings, ...late].flatMap((r) => (r.kind === 'data' ? r.events : [])).map(withoutTakers))
      }),
      { numRuns: 300 },
    )
  })

  it('of books asks for them', async () => {
    tiny.venue.answer = (_, __, response) => json(response, 200, body({ ...(orderbook().data as object), ts: T + 507, cts: T + 500 }))
    const feed = tiny.feedOf()
    const heard = listener()
    const socket = await feed.openSocket(planOf(feed, 'depth'), ['ETHUSDT'], heard)
    await vi.waitFor(() => expect(heard.readings.length).toBeGreaterThan(0), PATIENT)
    await socket.close()
    expect(heard.readings[0]).toMatchObject({ channel: 'depth', venueTime: T + 500, events: [{ type: 'depth' }] })
    expect(tiny.venue.asked[0]).toBe('/v5/market/orderbook?category=linear&symbol=ETHUSDT&limit=50')
    expect(tiny.venue.connections).toEqual([])
  })
})

describe('candles of REST', () => {
  const serve = (rows: unknown[], time = T + 100 * MINUTE) => {
    tiny.venue.answer = (_, __, response) => json(response, 200, klines(rows, {}, time))
  }
  const minutes = (count: number) => Array.from({ length: count }, (_, i) => klineRow(T + i * MINUTE)).reverse()
  const times = (candles: readonly { openTime: number }[]) => candles.map((c) => (c.openTime - T) / MINUTE)

  it('are asked for with one more, which proves that they are closed', async () => {
    serve(minutes(4))
    expect(times(await tiny.feedOf().rest.candles('ETHUSDT', T, T + 3 * MINUTE))).toEqual([0, 1, 2])
    expect(tiny.venue.asked).toEqual([
      `/v5/market/kline?category=linear&symbol=ETHUSDT&interval=1&start=${T}&end=${T + 3 * MINUTE}&limit=4`,
    ])
  })

  it('never hold the open one, and hold the last one where the next is only late', async () => {
    const { rest } = tiny.feedOf()
    serve(minutes(3), T + 2 * MINUTE + 30_000)
    expect(times(await rest.candles('ETHUSDT', T, T + 10 * MINUTE))).toEqual([0, 1])
    serve(minutes(3), T + 3 * MINUTE + 10_000)
    expect(times(await rest.candles('ETHUSDT', T, T + 3 * MINUTE))).toEqual([0, 1, 2])
    serve(minutes(3), T + 3 * MINUTE + 3_600_000)
    expect(times(await rest.candles('ETHUSDT', T, T + 3 * MINUTE))).toEqual([0, 1])
  })

  it('of more than a page are refused without asking, and rows that cannot be read are logged', async () => {
    const { rest } = tiny.feedOf()
    for (const [call, page] of [
      [rest.candles('E', T, T + BYBIT_HISTORY.candle.pageMs + 1), 'candle'],
      [rest.openInterestHistory('E', T, T + BYBIT_HISTORY.openInterest.pageMs + 1), 'openInterest'],
      [rest.ratioHistory('E', 'accounts', T, T + BYBIT_HISTORY.longShortRatio.pageMs + 1), 'ratio'],
      [rest.fundingHistory('E', T, T + BYBIT_HISTORY.funding.pageMs + 1), 'funding'],
    ] as const)
      await expect(call, page).rejects.toMatchObject({ code: 'refused' })
    expect(tiny.venue.asked).toEqual([])
    serve([klineRow(T + MINUTE), klineRow(T, { 1: 'x' })])
    expect(times(await rest.candles('ETHUSDT', T, T + MINUTE))).toEqual([])
    expect(tiny.lines).toEqual(['1 rows of an answer could not be read and are missing; the first: kline: kline open is no price'])
  })
})

describe('other calls of REST', () => {
  it('ask for ranges with their ends, and for the interval of funding once', async () => {
    tiny.venue.answer = (where, _, response) => {
      if (where.endsWith('instruments-info')) return json(response, 200, body({ list: [instrument()], nextPageCursor: '' }))
      if (where.endsWith('open-interest')) return json(response, 200, body({ symbol: 'ETHUSDT', list: [openInterestRow(T)] }))
      if (where.endsWith('account-ratio')) return json(response, 200, body({ list: [ratioRow(T)] }))
      json(response, 200, body({ list: [{ symbol: 'ETHUSDT', fundingRate: '0.0001', fundingRateTimestamp: String(T) }] }))
    }
    const { rest } = tiny.feedOf()
    expect(await rest.openInterestHistory('ETHUSDT', T, T + MINUTE)).toHaveLength(1)
    expect(await rest.ratioHistory('ETHUSDT', 'accounts', T, T + MINUTE)).toHaveLength(1)
    await expect(rest.ratioHistory('ETHUSDT', 'topAccounts', T, T + MINUTE)).rejects.toMatchObject({ code: 'refused' })
    const settled = [{ type: 'funding', time: T, rate: 0.0001, intervalHours: 8 }]
    expect(await rest.fundingHistory('ETHUSDT', T, T + MINUTE)).toEqual(settled)
    expect(await rest.fundingHistory('ETHUSDT', T, T + MINUTE)).toEqual(settled)
    expect(tiny.venue.asked.map((path) => path.replace('/v5/market/', ''))).toEqual([
      `open-interest?category=linear&symbol=ETHUSDT&intervalTime=5min&startTime=${T}&endTime=${T + MINUTE - 1}&limit=200`,
      `account-ratio?category=linear&symbol=ETHUSDT&period=5min&startTime=${T}&endTime=${T + MINUTE - 1}&limit=500`,
      'instruments-info?category=linear&limit=1000',
      ...Array(2).fill(`funding/history?category=linear&symbol=ETHUSDT&startTime=${T}&endTime=${T + MINUTE - 1}&limit=200`),
    ])
  })

  it('list instruments page by page', async () => {
    tiny.venue.answer = (_, query, response) => {
      const first = query.get('cursor') === null
      const list = [instrument(first ? {} : { symbol: 'BTCUSDT', baseCoin: 'BTC' })]
      json(response, 200, body({ list, nextPageCursor: first ? 'next' : '' }))
    }
    expect((await tiny.feedOf().rest.instruments()).map((i) => i.symbol)).toEqual(['ETHUSDT', 'BTCUSDT'])
    expect(tiny.venue.asked[1]).toContain('cursor=next')
  })

  it.each([
    ['too many visits', 200, { retCode: 10006, retMsg: 'Too many visits!', result: {} }, 'blocked'],
    ['shut out', 403, { retCode: 10018, retMsg: 'access too frequent' }, 'blocked'],
    ['an error of its server', 200, { retCode: 10016, retMsg: 'Server error', result: {} }, 'failed'],
    ['no', 200, { retCode: 10001, retMsg: 'params error: symbol invalid', result: {} }, 'refused'],
    ['something else', 200, { hello: 'world' }, 'failed'],
    ['a gateway', 502, '<html>', 'failed'],
  ])('that the venue answers by “%s” fail as what it is', async (_, status, answer, code) => {
    tiny.venue.answer = (__, ___, response) => json(response, status, answer)
    await expect(tiny.feedOf().rest.serverTime()).rejects.toMatchObject({ code })
  })

  it('ask nothing more after too many visits', async () => {
    tiny.venue.answer = (_, __, response) => json(response, 200, { retCode: 10006, retMsg: 'Too many visits!', result: {} })
    const { rest } = tiny.feedOf()
    await expect(rest.serverTime()).rejects.toMatchObject({ code: 'blocked' })
    await expect(rest.openInterest('ETHUSDT')).rejects.toMatchObject({ code: 'blocked' })
    expect(tiny.venue.asked).toHaveLength(1)
  })
})
