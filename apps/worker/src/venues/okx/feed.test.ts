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
  body,
  books,
  candle,
  candleRow,
  fundingRate,
  instrument,
  liquidations,
  markPrice,
  openInterest,
  SYMBOL,
  settlement,
  T,
  tier,
  trade,
} from './__fixtures__/messages.ts'
import { usualContractSize } from './contract-sizes.ts'
import { OkxDialect } from './dialect.ts'
import { createOkxFeed } from './feed.ts'
import { OKX_HISTORY } from './rest.ts'

const MINUTE = 60_000
const FIVE = 5 * MINUTE
const tiny = useTinyFeed(createOkxFeed)
const planOf = (feed: VenueFeed, name: string): SocketPlan => feed.sockets.find((s) => s.name === name) as SocketPlan
interface Frame {
  op: string
  args: { channel: string; instId?: string; instType?: string }[]
}

function listener(): SocketHandlers & { readings: Reading[]; closed: string[] } {
  const got = { readings: [] as Reading[], closed: [] as string[] }
  return { ...got, onReading: (reading) => got.readings.push(reading), onClosed: (reason) => got.closed.push(reason) }
}
const dataOf = (readings: readonly Reading[]) => readings.filter((r) => r.kind === 'data')
const framesOf = (index: number) => tiny.venue.connections[index]?.requests as unknown as Frame[]
const rowOf = (message: Record<string, unknown>) => (message.data as unknown[])[0]

/** Acknowledges each argument by itself, and lists one instrument, of a size that no table knows. */
const serve = (answers: Record<string, unknown> = {}, size = '0.5') => {
  tiny.venue.acknowledge = (request, { socket }) => {
    const { op, args } = request as unknown as Frame
    for (const arg of args) socket.send(JSON.stringify({ event: op, arg, connId: 'c' }))
    return undefined
  }
  tiny.venue.answer = (where, _, response) => {
    const path = where.replace('/api/v5/', '')
    json(
      response,
      200,
      answers[path] ?? (path === 'public/instruments' ? body(instrument({ ctVal: size })) : { code: '51000', msg: path, data: [] }),
    )
  }
}
const pathsAsked = () =>
  tiny.venue.asked.map((path) => path.replace('/api/v5/', '')).filter((path) => !path.startsWith('public/instruments'))

/** A minute that was heard whole may have no trade in which the taker bought. */
const withoutTakers = (event: LiveEvent): LiveEvent => (event.type === 'candle' ? { ...event, takerBuyVolume: 1e-9, tradeCount: 1 } : event)

describe('a socket', () => {
  it('subscribes to candles and single trades under their path, each acknowledged by itself', async () => {
    serve()
    const feed = tiny.feedOf()
    const heard = listener()
    await feed.openSocket(planOf(feed, 'business'), [SYMBOL], heard)
    expect(tiny.venue.connections[0]?.path).toBe('/ws/v5/business')
    expect(framesOf(0)).toEqual([
      {
        op: 'subscribe',
        args: [
          { channel: 'candle1m', instId: SYMBOL },
          { channel: 'trades-all', instId: SYMBOL },
        ],
      },
    ])
    const single = (ts: number, sz: string, side = 'buy') => ({
      ...trade({ ts: String(ts), sz, side }),
      arg: { channel: 'trades-all', instId: SYMBOL },
    })
    // By the list a contract is half a coin, not a tenth. The first trade tells where hearing begins.
    tiny.venue.tell(single(T - 1_000, '1'), single(T + 10_000, '1200'), single(T + 20_000, '424.8', 'sell'), candle({ 8: '0' }), candle())
    await vi.waitFor(() => expect(dataOf(heard.readings).flatMap((r) => r.events)).toHaveLength(1), PATIENT)
    expect(dataOf(heard.readings).at(-1)).toMatchObject({
      channel: 'candle',
      events: [{ type: 'candle', openTime: T, volume: 812.4, takerBuyVolume: 600 }],
    })
    expect(heard.readings.filter((r) => r.kind === 'unknown')).toEqual([])
  })

  it('hears the liquidations of every swap, and keeps those of the followed ones, by the listed size', async () => {
    serve()
    const feed = tiny.feedOf()
    const heard = listener()
    await feed.openSocket(planOf(feed, 'public'), [SYMBOL], heard)
    expect(framesOf(0).map(({ args }) => args.map((arg) => Object.values(arg).join(' ')))).toEqual([
      ['liquidation-orders SWAP'],
      [`mark-price ${SYMBOL}`, `funding-rate ${SYMBOL}`],
    ])
    const other = liquidations({}, { instId: 'NEWCOIN-USDT-SWAP' })
    const both = liquidations()
    tiny.venue.tell(other, { ...both, data: [...(other.data as unknown[]), ...(both.data as unknown[])] })
    await vi.waitFor(() => expect(dataOf(heard.readings)).toHaveLength(2), PATIENT)
    expect(dataOf(heard.readings).flatMap((r) => r.events)).toMatchObject([
      { side: 'long', quantity: 17.5 },
      { side: 'short', quantity: 1.25 },
    ])
    expect(heard.readings.filter((r) => r.kind === 'unknown')).toEqual([])
  })

  it('tells marks with the funding that was told last, until it is settled', async () => {
    serve()
    const feed = tiny.feedOf()
    const heard = listener()
    await feed.openSocket(planOf(feed, 'public'), [SYMBOL], heard)
    const at = (ts: number) => markPrice({ ts: String(ts) })
    const settled = T + 14_400_000
    tiny.venue.tell(at(T), fundingRate(), at(T + 1_000), at(T + 1_200), at(settled))
    await vi.waitFor(() => expect(dataOf(heard.readings)).toHaveLength(4), PATIENT)
    expect(dataOf(heard.readings).flatMap((r) => r.events)).toEqual([
      { type: 'markPrice', time: T, markPrice: 2011.68 },
      { type: 'markPrice', time: T + 1_000, markPrice: 2011.68, predictedFundingRate: -0.00004321, nextFundingTime: settled },
      { type: 'markPrice', time: settled, markPrice: 2011.68 },
    ])
  })

  it('that the venue refuses is an error with its words', async () => {
    serve()
    tiny.venue.acknowledge = () => ({ event: 'error', code: '60018', msg: 'Wrong URL or channel', connId: 'c' })
    const feed = tiny.feedOf()
    await expect(feed.openSocket(planOf(feed, 'business'), [SYMBOL], listener())).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('code 60018: Wrong URL or channel'),
    })
  })

  it('is not refused for an instrument that has left the list', async () => {
    serve()
    const feed = tiny.feedOf()
    await feed.openSocket(planOf(feed, 'business'), [SYMBOL, 'GONE-USDT-SWAP'], listener())
    expect(framesOf(0).flatMap(({ args }) => args.map((arg) => arg.instId))).toEqual([SYMBOL, SYMBOL])
    expect(tiny.lines).toContain('GONE-USDT-SWAP is not listed (any more) and is not subscribed to')
  })

  it('does without the list of contract sizes, and says so', async () => {
    serve({ 'public/instruments': { code: '50001', msg: 'Service temporarily unavailable', data: [] } })
    const feed = tiny.feedOf()
    const heard = listener()
    await feed.openSocket(planOf(feed, 'public'), [SYMBOL], heard)
    tiny.venue.tell(liquidations())
    await vi.waitFor(() => expect(dataOf(heard.readings)).toHaveLength(2), PATIENT)
    expect(dataOf(heard.readings)[0]?.events).toMatchObject([{ quantity: 3.5 }])
    expect(tiny.lines.some((line) => line.startsWith('OKX’s contract sizes are those of the table'))).toBe(true)
  })

  it('keeps itself alive by text, and takes notices for what they are', () => {
    const dialect = new OkxDialect(
      { channels: ['candle'] },
      { contractSize: usualContractSize, tally: new TakerTally(), marks: new MarkThinner() },
    )
    expect(dialect.heartbeat.frame()).toBe('ping')
    expect([dialect.heartbeat.isAnswer('pong'), dialect.heartbeat.isAnswer('ping'), dialect.heartbeat.isAnswer(candle())]).toEqual([
      true,
      false,
      false,
    ])
    const notice = { event: 'notice', code: '64008', msg: 'The connection will soon be closed for a service upgrade.', connId: 'c' }
    expect(dialect.acknowledgement(notice)).toBeUndefined()
    expect(dialect.read(notice, T)).toEqual([{ kind: 'control' }])
  })

  it('never makes its dialect throw, whatever comes, and in whatever order', () => {
    const single = { ...trade(), arg: { channel: 'trades-all', instId: SYMBOL } }
    const good = [candle(), markPrice(), fundingRate(), liquidations(), openInterest(), single]
    const channels = fc.constantFrom<FeedChannel[]>(['candle'], ['markPrice', 'liquidation'])
    const sent = fc.array(fc.oneof(fc.constantFrom(...good), mutated(good), fc.jsonValue()), { maxLength: 8 })
    fc.assert(
      fc.property(channels, sent, (plan, messages) => {
        const dialect = new OkxDialect(
          { channels: plan },
          { contractSize: usualContractSize, tally: new TakerTally(), marks: new MarkThinner() },
        )
        const late: Reading[] = []
        dialect.begin((reading) => late.push(reading))
        dialect.subscribed(new Set([SYMBOL]))
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
    serve({ 'market/books': body(rowOf(books())) })
    const feed = tiny.feedOf()
    const heard = listener()
    const socket = await feed.openSocket(planOf(feed, 'depth'), [SYMBOL], heard)
    await vi.waitFor(() => expect(heard.readings.length).toBeGreaterThan(0), PATIENT)
    await socket.close()
    expect(heard.readings[0]).toMatchObject({
      venueTime: T + 500,
      events: [
        {
          type: 'depth',
          bids: [
            [2011.7, 16],
            [2011.6, 55],
          ],
        },
      ],
    })
    expect(pathsAsked()[0]).toBe(`market/books?instId=${SYMBOL}&sz=50`)
  })
})

describe('candles of REST', () => {
  const times = (candles: readonly { openTime: number }[]) => candles.map((c) => (c.openTime - T) / MINUTE)
  /** Rows that begin in (before, after), the newest first, as many as `most`. */
  const serveCandles = (latest: readonly number[], older: readonly number[], most = 300) => {
    serve()
    const { answer } = tiny.venue
    tiny.venue.answer = (where, query, response) => {
      const rows = where.endsWith('/market/candles') ? latest : where.endsWith('/market/history-candles') ? older : undefined
      if (!rows) return answer(where, query, response)
      const [before, after] = [Number(query.get('before')), Number(query.get('after'))]
      const wanted = rows.map((minute) => T + minute * MINUTE).filter((time) => time > before && time < after)
      json(
        response,
        200,
        body(
          ...wanted
            .sort((a, b) => b - a)
            .slice(0, most)
            .map((time) => candleRow(time, time > T + 400 * MINUTE ? { 8: '0' } : {})),
        ),
      )
    }
  }
  const minutes = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

  it('of a small hole are asked for where the latest are, and what is older where those are', async () => {
    serveCandles(minutes(5, 20), minutes(0, 12))
    const { rest } = tiny.feedOf()
    expect(times(await rest.candles(SYMBOL, T + 6 * MINUTE, T + 9 * MINUTE))).toEqual([6, 7, 8])
    expect(times(await rest.candles(SYMBOL, T + 2 * MINUTE, T + 8 * MINUTE))).toEqual([2, 3, 4, 5, 6, 7])
    expect(pathsAsked()[0]).toBe(`market/candles?instId=${SYMBOL}&bar=1m&after=${T + 9 * MINUTE}&before=${T + 6 * MINUTE - 1}&limit=300`)
  })

  it('of a backfill are asked for where the older ones are, and the last ones where the latest are', async () => {
    serveCandles(minutes(60, 100), minutes(0, 80))
    expect(times(await tiny.feedOf().rest.candles(SYMBOL, T, T + 90 * MINUTE))).toEqual(minutes(0, 90))
    expect(pathsAsked().map((path) => path.split('?')[0])).toEqual(['market/history-candles', 'market/candles'])
  })

  it('come page by page where an answer has fewer than were asked for', async () => {
    serveCandles([], minutes(0, 250), 100)
    expect(times(await tiny.feedOf().rest.candles(SYMBOL, T, T + 250 * MINUTE))).toEqual(minutes(0, 250))
  })

  it('never hold the open one, and of more than a page are refused', async () => {
    serveCandles(minutes(395, 402), [])
    const { rest } = tiny.feedOf()
    expect(times(await rest.candles(SYMBOL, T + 399 * MINUTE, T + 402 * MINUTE))).toEqual([399, 400])
    await expect(rest.candles(SYMBOL, T, T + OKX_HISTORY.candle.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
    await expect(rest.openInterestHistory(SYMBOL, T, T + OKX_HISTORY.openInterest.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
    await expect(rest.fundingHistory(SYMBOL, T, T + OKX_HISTORY.funding.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
  })
})

describe('other calls of REST', () => {
  it('ask for the open interest of all instruments at once', async () => {
    serve({ 'public/open-interest': body(rowOf(openInterest()), rowOf(openInterest({ instId: 'BTC-USDT-SWAP' }))) })
    const { rest } = tiny.feedOf()
    await rest.instruments()
    const [eth, btc] = await Promise.all([rest.openInterest(SYMBOL), rest.openInterest('BTC-USDT-SWAP')])
    expect([eth.openInterest, btc.openInterest]).toEqual([256_000.25, 256_000.25])
    expect(pathsAsked()).toEqual(['public/open-interest?instType=SWAP'])
    await expect(rest.openInterest('NO-USDT-SWAP')).rejects.toMatchObject({ code: 'failed' })
  })

  it('ask for statistics by the beginnings of their periods, which are told at their ends', async () => {
    serve({
      'rubik/stat/contracts/open-interest-history': body([String(T), '1', '256000.25', '514990000']),
      'rubik/stat/taker-volume-contract': body([String(T), '200', '300']),
    })
    const { rest } = tiny.feedOf()
    expect(await rest.openInterestHistory(SYMBOL, T + FIVE, T + FIVE + 1)).toMatchObject([{ time: T + FIVE, openInterest: 256_000.25 }])
    expect(await rest.openInterestHistory(SYMBOL, T, T + FIVE)).toEqual([])
    expect(await rest.ratioHistory(SYMBOL, 'takerVolume', T, T + 2 * FIVE)).toMatchObject([{ time: T + FIVE, ratio: 1.5 }])
    expect(pathsAsked()[0]).toBe(
      `rubik/stat/contracts/open-interest-history?instId=${SYMBOL}&period=5m&begin=${T - 1}&end=${T + 1}&limit=100`,
    )
  })

  it('tell settlements with their interval, and tiers in USD at the mark of now', async () => {
    serve({
      'public/funding-rate': body(rowOf(fundingRate())),
      'public/funding-rate-history': body(settlement(T)),
      'public/position-tiers': body(tier()),
      'public/mark-price': body(rowOf(markPrice({ markPx: '2000' }))),
    })
    const { rest } = tiny.feedOf()
    expect(await rest.fundingHistory(SYMBOL, T, T + MINUTE)).toEqual([{ type: 'funding', time: T, rate: 0.0001, intervalHours: 8 }])
    expect(await rest.marginTiers(SYMBOL)).toMatchObject([{ floorUsd: 0, capUsd: 5_000 * 0.5 * 2_000 }])
    expect(pathsAsked()).toContain('public/position-tiers?instType=SWAP&tdMode=cross&instFamily=ETH-USDT')
    expect(pathsAsked()).toContain(`public/funding-rate-history?instId=${SYMBOL}&after=${T + MINUTE}&before=${T - 1}&limit=100`)
  })

  it.each([
    ['too many', 429, { code: '50011', msg: 'Rate limit reached', data: [] }, 'blocked'],
    ['too many under 200', 200, { code: '50011', msg: 'Rate limit reached', data: [] }, 'blocked'],
    ['shut out', 403, { code: '403', msg: 'Forbidden' }, 'blocked'],
    ['out of service', 200, { code: '50001', msg: 'Service temporarily unavailable', data: [] }, 'failed'],
    ['no', 200, { code: '51001', msg: 'Instrument ID doesn’t exist', data: [] }, 'refused'],
    ['something else', 200, { hello: 'world' }, 'failed'],
    ['a gateway', 502, '<html>', 'failed'],
  ])('that the venue answers by “%s” fail as what it is', async (_, status, answer, code) => {
    tiny.venue.answer = (__, ___, response) => json(response, status, answer)
    await expect(tiny.feedOf().rest.serverTime()).rejects.toMatchObject({ code })
  })
})
