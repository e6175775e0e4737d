import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { json, TinyVenue } from '../../../test/tiny-venue.ts'
import { BanFile } from '../../feed/ban-file.ts'
import type { Reading, SocketHandlers, SocketPlan, VenueFeed } from '../../feed/venue-feed.ts'
import { depth, forceOrder, kline, klineRow, markPrice, T } from './__fixtures__/messages.ts'
import { createBinanceFeed } from './feed.ts'
import { BINANCE_HISTORY } from './rest.ts'

const MINUTE = 60_000
const PATIENT = { timeout: 20_000 }
const PATIENCE = { connectMs: 20_000, acknowledgeMs: 20_000, beginMs: 20_000, answerMs: 20_000 }
vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 })
let venue: TinyVenue
let folder: string
let lines: string[]
let escaped: unknown[]
const onEscaped = (reason: unknown) => escaped.push(reason)

beforeEach(async () => {
  venue = await TinyVenue.start()
  folder = mkdtempSync(path.join(tmpdir(), 'faultline-feed-'))
  lines = []
  escaped = []
  process.on('unhandledRejection', onEscaped)
})
afterEach(async () => {
  await venue.stop()
  rmSync(folder, { recursive: true })
  // Rejections that nobody took are told after the tasks of this turn.
  await new Promise((done) => setTimeout(done, 10))
  process.off('unhandledRejection', onEscaped)
  expect(escaped).toEqual([])
})

const feedOf = (change: Partial<Parameters<typeof createBinanceFeed>[0]> = {}): VenueFeed => {
  const feed = createBinanceFeed({
    restUrl: venue.rest,
    wsUrl: venue.ws,
    banFile: new BanFile(path.join(folder, 'bans.json')),
    log: (line) => lines.push(line),
    ...change,
  })
  onTestFinished(() => feed.close())
  return feed
}
const plan = (feed: VenueFeed, name = 'market'): SocketPlan => feed.sockets.find((s) => s.name === name) as SocketPlan

function listener(): SocketHandlers & { readings: Reading[]; raw: unknown[]; receivedAt: number[]; closed: string[] } {
  const got = { readings: [] as Reading[], raw: [] as unknown[], receivedAt: [] as number[], closed: [] as string[] }
  return {
    ...got,
    onReading(reading, raw, receivedAt) {
      got.readings.push(reading)
      got.raw.push(raw)
      got.receivedAt.push(receivedAt)
    },
    onClosed: (reason) => got.closed.push(reason),
  }
}
const dataOf = (readings: readonly Reading[]) => readings.filter((r) => r.kind !== 'control')

describe('a socket', () => {
  it('subscribes under the path of its streams, and reads each message by our own mapper', async () => {
    const feed = feedOf()
    const [market, book] = [listener(), listener()]
    const before = Date.now()
    await feed.openSocket(plan(feed), ['ETHUSDT', 'BTCUSDT'], market)
    await feed.openSocket(plan(feed, 'public'), ['ETHUSDT'], book)
    expect(venue.connections.map((c) => [c.path, c.requests.map((r) => [r.method, ...r.params])])).toEqual([
      ['/market/ws/0', [['SUBSCRIBE', ...['ethusdt', 'btcusdt'].flatMap((s) => [`${s}@kline_1m`, `${s}@markPrice`, `${s}@forceOrder`])]]],
      ['/public/ws/0', [['SUBSCRIBE', 'ethusdt@depth20@500ms']]],
    ])

    venue.connections[0]?.socket.send(JSON.stringify(kline()))
    venue.connections[0]?.socket.send(JSON.stringify(markPrice()))
    venue.connections[0]?.socket.send(JSON.stringify({ stream: 'ethusdt@forceOrder', data: forceOrder() }))
    for (const time of [T + 500, T + 1_000, T + 60_000]) venue.connections[1]?.socket.send(JSON.stringify(depth({ T: time })))
    await vi.waitFor(() => expect([dataOf(market.readings).length, dataOf(book.readings).length]).toEqual([3, 3]), PATIENT)
    expect(dataOf(market.readings)).toMatchObject([
      { channel: 'candle', events: [{ type: 'candle', tradeCount: 420, takerBuyVolume: 400.1 }] },
      { channel: 'markPrice', events: [{ type: 'markPrice', nextFundingTime: T + 14_400_000 }] },
      { channel: 'liquidation', events: [{ type: 'liquidation', side: 'long', quantity: 3.5 }] },
    ])
    expect(dataOf(book.readings).map((r) => (r.kind === 'data' ? [r.venueTime - T, r.events.length] : r))).toEqual([
      [500, 1],
      [1_000, 0],
      [60_000, 1],
    ])
    expect(market.raw.slice(-3)).toEqual([kline(), markPrice(), { stream: 'ethusdt@forceOrder', data: forceOrder() }])
    for (const at of market.receivedAt) expect(at).toBeGreaterThanOrEqual(before)
    expect(market.readings[0]).toEqual({ kind: 'control' })
  })

  it('is one of several of the same kind', async () => {
    const feed = feedOf()
    const handlers = [listener(), listener(), listener()]
    const sockets = []
    for (const h of handlers) sockets.push(await feed.openSocket(plan(feed), ['ETHUSDT'], h))
    expect(venue.connections.map((c) => c.path)).toEqual(['/market/ws/0', '/market/ws/1', '/market/ws/2'])
    await sockets[1]?.close()
    await feed.openSocket(plan(feed), ['ETHUSDT'], handlers[1] as SocketHandlers)
    expect(venue.connections.at(-1)?.path).toBe('/market/ws/1')
    venue.connections[0]?.socket.send(JSON.stringify(markPrice()))
    await vi.waitFor(() => expect(dataOf(handlers[0]?.readings ?? [])).toHaveLength(1), PATIENT)
    expect(dataOf(handlers[2]?.readings ?? [])).toHaveLength(0)
  })

  it('sends what changed only, in batches, no more than five messages a second', async () => {
    const feed = feedOf()
    const symbols = Array.from({ length: 40 }, (_, i) => `S${i}USDT`)
    const began = performance.now()
    const socket = await feed.openSocket(plan(feed), symbols, listener())
    const [connection] = venue.connections
    expect(connection?.requests.map((r) => [r.method, r.params.length])).toEqual([
      ['SUBSCRIBE', 99],
      ['SUBSCRIBE', 21],
    ])
    await socket.setSymbols([...symbols.slice(1), 'NEWUSDT'])
    await socket.setSymbols([...symbols.slice(1), 'NEWUSDT'])
    const changes = connection?.requests.slice(2) ?? []
    expect(changes.map((r) => [r.method, r.params[0], r.params.length])).toEqual([
      ['UNSUBSCRIBE', 's0usdt@kline_1m', 3],
      ['SUBSCRIBE', 'newusdt@kline_1m', 3],
    ])
    // Four messages, 200 ms apart; timers may be a millisecond early.
    expect(performance.now() - began).toBeGreaterThan(590)
    expect(new Set(connection?.requests.map((r) => r.id)).size).toBe(4)
  })

  it('keeps order when it is told to change twice at once', async () => {
    const feed = feedOf()
    const socket = await feed.openSocket(plan(feed, 'public'), ['AUSDT'], listener())
    await Promise.all([socket.setSymbols(['BUSDT']), socket.setSymbols(['AUSDT', 'CUSDT'])])
    expect(venue.connections[0]?.requests.map((r) => `${r.method} ${r.params.join(' ').replaceAll('@depth20@500ms', '')}`)).toEqual([
      'SUBSCRIBE ausdt',
      'UNSUBSCRIBE ausdt',
      'SUBSCRIBE busdt',
      'UNSUBSCRIBE busdt',
      'SUBSCRIBE ausdt cusdt',
    ])
  })

  it('gives what no mapper can read as unknown, and loses nothing that is good', async () => {
    const printed = vi.spyOn(console, 'log')
    onTestFinished(() => printed.mockRestore())
    const feed = feedOf()
    const got = listener()
    await feed.openSocket(plan(feed), ['ETHUSDT'], got)
    const garbage = [
      '<html>502</html>',
      '{"e":"kline","E":',
      '',
      Buffer.from([0, 255, 3]),
      [[], {}],
      { hello: 1 },
      markPrice({ p: '0' }),
      'null',
      '7',
    ]
    for (const one of garbage) venue.tell(one, markPrice())
    await vi.waitFor(() => expect(dataOf(got.readings)).toHaveLength(2 * garbage.length), PATIENT)
    expect(dataOf(got.readings).map((r) => r.kind)).toEqual(garbage.flatMap(() => ['unknown', 'data']))
    expect(got.raw.slice(1, 4)).toEqual(['<html>502</html>', markPrice(), '{"e":"kline","E":'])
    expect(printed).not.toHaveBeenCalled()
    expect(got.closed).toEqual([])
  })

  it('survives handlers that throw', async () => {
    const feed = feedOf()
    const got = listener()
    let count = 0
    await feed.openSocket(plan(feed), ['ETHUSDT'], {
      onReading: () => {
        count++
        throw new Error('a fault of ours')
      },
      onClosed: got.onClosed,
    })
    venue.tell(markPrice(), markPrice())
    await vi.waitFor(() => expect(count).toBe(3), PATIENT)
    expect(lines.filter((l) => l.includes('a fault of ours'))).toHaveLength(1)
    expect(got.closed).toEqual([])
  })
})

describe('the end of a socket', () => {
  it.each([
    ['closes it', (v: TinyVenue) => v.connections[0]?.socket.close(1008, 'too many'), 'closed by the venue (code 1008: too many)'],
    ['drops it', (v: TinyVenue) => v.connections[0]?.socket.terminate(), 'closed by the venue (code 1006)'],
    [
      'breaks the protocol',
      (v: TinyVenue) => [...v.raw].map((socket) => socket.write(Buffer.from([0xff, 0xff]))),
      'Invalid WebSocket frame: RSV2 and RSV3 must be clear',
    ],
  ])('is told once when the venue %s', async (_, end, reason) => {
    const feed = feedOf()
    const got = listener()
    const socket = await feed.openSocket(plan(feed), ['ETHUSDT'], got)
    end(venue)
    await vi.waitFor(() => expect(got.closed).toEqual([reason]), PATIENT)
    await expect(socket.setSymbols(['BTCUSDT'])).rejects.toMatchObject({ code: 'unreachable' })
    await socket.close()
    await new Promise((done) => setTimeout(done, 50))
    expect(got.closed).toHaveLength(1)
  })

  it('is not told when it was ours, nor is anything else after', async () => {
    const feed = feedOf()
    const got = listener()
    const socket = await feed.openSocket(plan(feed), ['ETHUSDT'], got)
    const readings = got.readings.length
    const closing = socket.close()
    venue.tell(markPrice())
    await closing
    await vi.waitFor(() => expect(venue.connections[0]?.socket.readyState).toBe(3), PATIENT)
    expect(got.readings).toHaveLength(readings)
    expect(got.closed).toEqual([])
    await expect(socket.setSymbols([])).rejects.toMatchObject({ code: 'unreachable', message: 'the socket is gone: it was closed' })
    await socket.close()
  })

  it('comes with the end of the feed', async () => {
    const feed = feedOf()
    const got = listener()
    await feed.openSocket(plan(feed), ['ETHUSDT'], got)
    await feed.close()
    await vi.waitFor(() => expect(venue.connections[0]?.socket.readyState).toBe(3), PATIENT)
    expect(got.closed).toEqual([])
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], got)).rejects.toMatchObject({
      code: 'unreachable',
      message: 'the feed was closed',
    })
    await expect(feed.rest.serverTime()).rejects.toMatchObject({ code: 'unreachable', message: 'the feed was closed' })
  })
})

describe('a socket that cannot be had', () => {
  it.each([
    ['refuses the handshake', () => '403 Forbidden', 'refused', 'Unexpected server response: 403'],
    ['fails', () => '503 Service Unavailable', 'unreachable', 'Unexpected server response: 503'],
    ['hangs', () => 'hang', 'unreachable', 'the socket did not open within 0.3 s'],
  ])('is an error with its reason when the venue %s', async (_, handshake, code, message) => {
    venue.handshake = handshake()
    const feed = feedOf({ patience: { ...PATIENCE, connectMs: 300 } })
    const got = listener()
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], got)).rejects.toMatchObject({ name: 'FeedError', code, message })
    expect([got.readings, got.closed]).toEqual([[], []])
  })

  it('is tried again at once: when to try is not decided here', async () => {
    await venue.stop()
    const feed = feedOf()
    const attempt = () => feed.openSocket(plan(feed), ['ETHUSDT'], listener())
    const refused = { code: 'unreachable', message: expect.stringContaining('ECONNREFUSED') }
    const together = Array.from({ length: 5 }, attempt)
    const began = performance.now()
    for (const one of together) await expect(one).rejects.toMatchObject(refused)
    for (let i = 0; i < 5; i++) await expect(attempt()).rejects.toMatchObject(refused)
    // ccxt's own delays for one address would be 1, 2, 4 and 8 seconds.
    expect(performance.now() - began).toBeLessThan(8_000)
    venue = await TinyVenue.start()
  })

  it('is an error when the subscription is not acknowledged, and the connection is given up', async () => {
    venue.acknowledge = () => undefined
    const feed = feedOf({ patience: { ...PATIENCE, acknowledgeMs: 300 } })
    const got = listener()
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], got)).rejects.toMatchObject({
      code: 'unreachable',
      message: 'SUBSCRIBE was not acknowledged within 0.3 s',
    })
    await vi.waitFor(() => expect(venue.connections[0]?.socket.readyState).toBe(3), PATIENT)
    expect(got.closed).toEqual([])
  })

  it('is an error when the subscription is refused, with what the venue says', async () => {
    venue.acknowledge = ({ id }) => ({ error: { code: 2, msg: 'Invalid request: unknown stream' }, id })
    const feed = feedOf()
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], listener())).rejects.toMatchObject({
      code: 'refused',
      message: 'the venue refused to subscribe, code 2: Invalid request: unknown stream',
    })
  })

  it('is an error when it is closed before the acknowledgement', async () => {
    venue.acknowledge = (_, { socket }) => socket.close(1011)
    const feed = feedOf()
    const got = listener()
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], got)).rejects.toMatchObject({
      code: 'unreachable',
      message: 'closed by the venue (code 1011)',
    })
    expect(got.closed).toEqual([])
  })

  it('is an error when its address is none', async () => {
    const feed = feedOf({ wsUrl: 'ws://not an address' })
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], listener())).rejects.toMatchObject({ code: 'refused' })
    await expect(feed.openSocket({ name: 'private', channels: [] }, [], listener())).rejects.toMatchObject({
      code: 'refused',
      message: 'there is no socket “private” at Binance',
    })
  })

  it('leaves the others alone when a later change is refused', async () => {
    const feed = feedOf({ patience: { ...PATIENCE, acknowledgeMs: 2_000 } })
    const got = listener()
    const socket = await feed.openSocket(plan(feed), ['ETHUSDT'], got)
    venue.acknowledge = () => undefined
    await expect(socket.setSymbols(['ETHUSDT', 'BTCUSDT'])).rejects.toMatchObject({ code: 'unreachable' })
    venue.acknowledge = ({ id }) => ({ result: null, id })
    await socket.setSymbols(['ETHUSDT', 'BTCUSDT'])
    expect(venue.connections[0]?.requests.at(-1)).toMatchObject({
      method: 'SUBSCRIBE',
      params: expect.arrayContaining(['btcusdt@kline_1m']),
    })
    venue.tell(markPrice())
    await vi.waitFor(() => expect(dataOf(got.readings)).toHaveLength(1), PATIENT)
    expect(got.closed).toEqual([])
  })
})

describe('candles', () => {
  const serve = (rows: unknown[], serverTime = T + 100 * MINUTE) => {
    venue.answer = (where, _, response) => json(response, 200, where === '/fapi/v1/time' ? { serverTime } : rows)
  }
  const minutes = (count: number) => Array.from({ length: count }, (_, i) => klineRow(T + i * MINUTE))
  const times = (candles: readonly { openTime: number }[]) => candles.map((c) => (c.openTime - T) / MINUTE)

  it('are asked for with one more, which proves that they are closed', async () => {
    serve(minutes(4))
    const { rest } = feedOf()
    expect(times(await rest.candles('ETHUSDT', T, T + 3 * MINUTE))).toEqual([0, 1, 2])
    expect(venue.asked).toEqual([`/fapi/v1/klines?symbol=ETHUSDT&interval=1m&startTime=${T}&endTime=${T + 3 * MINUTE}&limit=4`])
  })

  it('never hold the open one, even when the venue’s clock says that it is over', async () => {
    const { rest } = feedOf()
    serve(minutes(3), T + 2 * MINUTE + 30_000)
    expect(times(await rest.candles('ETHUSDT', T, T + 10 * MINUTE))).toEqual([0, 1])
    serve(minutes(3), T + 2 * MINUTE + 3_600_000)
    expect(times(await rest.candles('ETHUSDT', T, T + 10 * MINUTE))).toEqual([0, 1])
  })

  it('hold the last one before a minute in which nobody has traded yet, and the last one of a market that ended', async () => {
    const { rest } = feedOf()
    serve(minutes(3), T + 3 * MINUTE + 10_000)
    expect(times(await rest.candles('ETHUSDT', T, T + 3 * MINUTE))).toEqual([0, 1, 2])
    serve(minutes(3), T + 24 * 60 * MINUTE)
    expect(times(await rest.candles('ETHUSDT', T, T + 3 * MINUTE))).toEqual([0, 1, 2])
  })

  it('are those that begin in the range', async () => {
    serve(minutes(6))
    const { rest } = feedOf()
    expect(times(await rest.candles('ETHUSDT', T + 1, T + 3 * MINUTE + 1))).toEqual([1, 2, 3])
    expect(await rest.candles('ETHUSDT', T, T)).toEqual([])
    expect(venue.asked).toHaveLength(1)
  })

  it('of more than a page are refused without asking', async () => {
    const { rest } = feedOf()
    await expect(rest.candles('ETHUSDT', T, T + BINANCE_HISTORY.candle.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
    await expect(rest.openInterestHistory('ETHUSDT', T, T + BINANCE_HISTORY.openInterest.pageMs + 1)).rejects.toMatchObject({
      code: 'refused',
    })
    await expect(rest.fundingHistory('ETHUSDT', T, T + BINANCE_HISTORY.funding.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
    expect(venue.asked).toEqual([])
  })

  it('that cannot be read are left out and logged', async () => {
    serve([klineRow(T), klineRow(T + MINUTE, { 1: 'x' }), klineRow(T + 2 * MINUTE)])
    const { rest } = feedOf()
    expect(times(await rest.candles('ETHUSDT', T, T + 2 * MINUTE))).toEqual([0])
    expect(lines).toEqual([
      '1 rows of an answer could not be read and are missing; the first: klines: open, high, low or close is no price',
    ])
  })
})

describe('settlements', () => {
  it('are asked for a little beyond both ends, and are of the interval that the venue gives', async () => {
    const row = (fundingTime: number) => ({ symbol: 'ETHUSDT', fundingTime, fundingRate: '0.0001' })
    venue.answer = (where, query, response) => {
      if (where === '/fapi/v1/fundingInfo') return json(response, 200, [{ symbol: 'ETHUSDT', fundingIntervalHours: 4 }])
      const rows = [row(T - 4), row(T + 14_400_003), row(T + 28_800_000)]
      json(
        response,
        200,
        rows.filter((r) => r.fundingTime >= Number(query.get('startTime')) && r.fundingTime <= Number(query.get('endTime'))),
      )
    }
    const { rest } = feedOf()
    expect(await rest.fundingHistory('ETHUSDT', T, T + 28_800_000)).toEqual([
      { type: 'funding', time: T, rate: 0.0001, intervalHours: 4 },
      { type: 'funding', time: T + 14_400_000, rate: 0.0001, intervalHours: 4 },
    ])
    await rest.fundingHistory('ETHUSDT', T, T + MINUTE)
    expect(venue.asked.filter((a) => a.includes('fundingInfo'))).toHaveLength(1)
  })

  it('are every eight hours where nothing else is said', async () => {
    venue.answer = (where, _, response) =>
      json(response, 200, where.endsWith('fundingInfo') ? [] : [{ symbol: 'ETHUSDT', fundingTime: T, fundingRate: '-0.0001' }])
    expect(await feedOf().rest.fundingHistory('ETHUSDT', T, T + 1)).toEqual([{ type: 'funding', time: T, rate: -0.0001, intervalHours: 8 }])
  })

  it('are asked for again when the intervals could not be had', async () => {
    let broken = true
    venue.answer = (where, _, response) => (where.endsWith('fundingInfo') && broken ? json(response, 500, {}) : json(response, 200, []))
    const { rest } = feedOf()
    await expect(rest.fundingHistory('ETHUSDT', T, T + MINUTE)).rejects.toMatchObject({ code: 'failed' })
    broken = false
    await expect(rest.fundingHistory('ETHUSDT', T, T + MINUTE)).resolves.toEqual([])
  })
})

describe('an error of REST', () => {
  const answer = (status: number, body: unknown, headers?: Record<string, string>) => {
    venue.answer = (_, __, response) => json(response, status, body, headers)
  }

  it('is a refusal with the venue’s code and words', async () => {
    answer(400, { code: -1121, msg: 'Invalid symbol.' })
    await expect(feedOf().rest.openInterest('NOUSDT')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/\/fapi\/v1\/openInterest answered 400, code -1121: Invalid symbol\.$/),
    })
    answer(200, { code: -1130, msg: "parameter 'startTime' is invalid." })
    await expect(feedOf().rest.openInterestHistory('ETHUSDT', T, T + MINUTE)).rejects.toMatchObject({ code: 'refused' })
  })

  it('is a failure of the venue', async () => {
    answer(503, { code: -1008, msg: 'Server is overloaded.' })
    await expect(feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'failed', message: expect.stringContaining('503, code -1008') })
    venue.answer = (_, __, response) => response.writeHead(200).end('<html>hello</html>')
    await expect(feedOf().rest.serverTime()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/answered what is no JSON: “<html>hello<\/html>”$/),
    })
    answer(200, {})
    await expect(feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'failed', message: 'time answered no serverTime' })
  })

  it('says why nobody answered', async () => {
    venue.answer = (_, __, response) => response.socket?.destroy()
    const host = new URL(venue.rest).host
    await expect(feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'unreachable', message: `${host}: other side closed` })
    venue.answer = (_, __, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"serverTime":')
      setTimeout(() => response.socket?.destroy(), 20)
    }
    await expect(feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'unreachable' })
    venue.answer = (_, __, response) => response.writeHead(200, { 'content-length': '100' }).write('{"serverTime":')
    await expect(feedOf({ patience: { ...PATIENCE, answerMs: 300 } }).rest.serverTime()).rejects.toMatchObject({
      code: 'unreachable',
      message: `${host}: the answer did not end within 0.3 s`,
    })
    venue.answer = () => undefined
    await expect(feedOf({ patience: { ...PATIENCE, beginMs: 300 } }).rest.serverTime()).rejects.toMatchObject({
      code: 'unreachable',
      message: `${host}: request timed out (300 ms)`,
    })
    await venue.stop()
    await expect(feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'unreachable', message: `connect ECONNREFUSED ${host}` })
    await expect(feedOf({ restUrl: 'http://nowhere.invalid' }).rest.serverTime()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/^getaddrinfo \w+ nowhere\.invalid$/),
    })
    venue = await TinyVenue.start()
  })
})

describe('limits', () => {
  it('of the venue are known from its answers', async () => {
    venue.answer = (where, _, response) =>
      where.endsWith('exchangeInfo')
        ? json(
            response,
            200,
            { symbols: [], rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 }] },
            { 'X-MBX-USED-WEIGHT-1M': '41' },
          )
        : json(response, 200, { serverTime: T }, { 'x-mbx-used-weight-1m': '42' })
    const { rest } = feedOf()
    expect(rest.usedWeight()).toBeNull()
    await rest.instruments()
    expect(rest.usedWeight()).toEqual({ used: 41, limit: 6_000 })
    await rest.serverTime()
    expect(rest.usedWeight()).toEqual({ used: 42, limit: 6_000 })
  })

  it('stop every request, of this feed and of the next, with the Retry-After of the refusal itself', async () => {
    // Two answers cross: the good one is whole before the refused one, and comes with other headers.
    let refuse: (() => void) | undefined
    venue.answer = (where, _, response) => {
      if (where.endsWith('/openInterest'))
        refuse = () => json(response, 429, { code: -1003, msg: 'Too many requests.' }, { 'Retry-After': '600' })
      else {
        json(response, 200, { serverTime: T }, { 'Retry-After': '1' })
        setTimeout(() => refuse?.(), 50)
      }
    }
    const { rest } = feedOf()
    const refused = rest.openInterest('ETHUSDT')
    const before = Date.now()
    await expect(rest.serverTime()).resolves.toBe(T)
    await expect(refused).rejects.toMatchObject({ code: 'blocked' })
    const { until } = (await refused.catch((error: { until: number }) => error)) as { until: number }
    expect(until).toBeGreaterThanOrEqual(before + 600_000)
    expect(until).toBeLessThan(before + 660_000)

    const asked = venue.asked.length
    await expect(rest.serverTime()).rejects.toMatchObject({ code: 'blocked', until })
    await expect(feedOf().rest.candles('ETHUSDT', T, T + MINUTE)).rejects.toMatchObject({ code: 'blocked', until })
    expect(venue.asked).toHaveLength(asked)
  })
})
