import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { PATIENCE, PATIENT, useTinyFeed } from '../../../test/tiny-feed.ts'
import { TinyVenue } from '../../../test/tiny-venue.ts'
import type { Reading, SocketHandlers, SocketPlan, VenueFeed } from '../../feed/venue-feed.ts'
import { depth, forceOrder, kline, markPrice, T } from './__fixtures__/messages.ts'

const tiny = useTinyFeed()
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
    const feed = tiny.feedOf()
    const [market, book] = [listener(), listener()]
    const before = Date.now()
    await feed.openSocket(plan(feed), ['ETHUSDT', 'BTCUSDT'], market)
    await feed.openSocket(plan(feed, 'public'), ['ETHUSDT'], book)
    expect(tiny.venue.connections.map((c) => [c.path, c.requests.map((r) => [r.method, ...r.params])])).toEqual([
      ['/market/ws/0', [['SUBSCRIBE', ...['ethusdt', 'btcusdt'].flatMap((s) => [`${s}@kline_1m`, `${s}@markPrice`, `${s}@forceOrder`])]]],
      ['/public/ws/0', [['SUBSCRIBE', 'ethusdt@depth20@500ms']]],
    ])

    tiny.venue.connections[0]?.socket.send(JSON.stringify(kline()))
    tiny.venue.connections[0]?.socket.send(JSON.stringify(markPrice()))
    tiny.venue.connections[0]?.socket.send(JSON.stringify({ stream: 'ethusdt@forceOrder', data: forceOrder() }))
    for (const time of [T + 500, T + 1_000, T + 60_000]) tiny.venue.connections[1]?.socket.send(JSON.stringify(depth({ T: time })))
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
    const feed = tiny.feedOf()
    const handlers = [listener(), listener(), listener()]
    const sockets = []
    for (const h of handlers) sockets.push(await feed.openSocket(plan(feed), ['ETHUSDT'], h))
    expect(tiny.venue.connections.map((c) => c.path)).toEqual(['/market/ws/0', '/market/ws/1', '/market/ws/2'])
    await sockets[1]?.close()
    await feed.openSocket(plan(feed), ['ETHUSDT'], handlers[1] as SocketHandlers)
    expect(tiny.venue.connections.at(-1)?.path).toBe('/market/ws/1')
    tiny.venue.connections[0]?.socket.send(JSON.stringify(markPrice()))
    await vi.waitFor(() => expect(dataOf(handlers[0]?.readings ?? [])).toHaveLength(1), PATIENT)
    expect(dataOf(handlers[2]?.readings ?? [])).toHaveLength(0)
  })

  it('sends what changed only, in batches, no more than five messages a second', async () => {
    const feed = tiny.feedOf()
    const symbols = Array.from({ length: 40 }, (_, i) => `S${i}USDT`)
    const began = performance.now()
    const socket = await feed.openSocket(plan(feed), symbols, listener())
    const [connection] = tiny.venue.connections
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
    const feed = tiny.feedOf()
    const socket = await feed.openSocket(plan(feed, 'public'), ['AUSDT'], listener())
    await Promise.all([socket.setSymbols(['BUSDT']), socket.setSymbols(['AUSDT', 'CUSDT'])])
    expect(tiny.venue.connections[0]?.requests.map((r) => `${r.method} ${r.params.join(' ').replaceAll('@depth20@500ms', '')}`)).toEqual([
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
    const feed = tiny.feedOf()
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
    for (const one of garbage) tiny.venue.tell(one, markPrice())
    await vi.waitFor(() => expect(dataOf(got.readings)).toHaveLength(2 * garbage.length), PATIENT)
    expect(dataOf(got.readings).map((r) => r.kind)).toEqual(garbage.flatMap(() => ['unknown', 'data']))
    expect(got.raw.slice(1, 4)).toEqual(['<html>502</html>', markPrice(), '{"e":"kline","E":'])
    expect(printed).not.toHaveBeenCalled()
    expect(got.closed).toEqual([])
  })

  it('survives handlers that throw', async () => {
    const feed = tiny.feedOf()
    const got = listener()
    let count = 0
    await feed.openSocket(plan(feed), ['ETHUSDT'], {
      onReading: () => {
        count++
        throw new Error('a fault of ours')
      },
      onClosed: got.onClosed,
    })
    tiny.venue.tell(markPrice(), markPrice())
    await vi.waitFor(() => expect(count).toBe(3), PATIENT)
    expect(tiny.lines.filter((l) => l.includes('a fault of ours'))).toHaveLength(1)
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
    const feed = tiny.feedOf()
    const got = listener()
    const socket = await feed.openSocket(plan(feed), ['ETHUSDT'], got)
    end(tiny.venue)
    await vi.waitFor(() => expect(got.closed).toEqual([reason]), PATIENT)
    await expect(socket.setSymbols(['BTCUSDT'])).rejects.toMatchObject({ code: 'unreachable' })
    await socket.close()
    await new Promise((done) => setTimeout(done, 50))
    expect(got.closed).toHaveLength(1)
  })

  it('is not told when it was ours, nor is anything else after', async () => {
    const feed = tiny.feedOf()
    const got = listener()
    const socket = await feed.openSocket(plan(feed), ['ETHUSDT'], got)
    const readings = got.readings.length
    const closing = socket.close()
    tiny.venue.tell(markPrice())
    await closing
    await vi.waitFor(() => expect(tiny.venue.connections[0]?.socket.readyState).toBe(3), PATIENT)
    expect(got.readings).toHaveLength(readings)
    expect(got.closed).toEqual([])
    await expect(socket.setSymbols([])).rejects.toMatchObject({ code: 'unreachable', message: 'the socket is gone: it was closed' })
    await socket.close()
  })

  it('comes with the end of the feed', async () => {
    const feed = tiny.feedOf()
    const got = listener()
    await feed.openSocket(plan(feed), ['ETHUSDT'], got)
    await feed.close()
    await vi.waitFor(() => expect(tiny.venue.connections[0]?.socket.readyState).toBe(3), PATIENT)
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
    tiny.venue.handshake = handshake()
    const feed = tiny.feedOf({ patience: { ...PATIENCE, connectMs: 300 } })
    const got = listener()
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], got)).rejects.toMatchObject({ name: 'FeedError', code, message })
    expect([got.readings, got.closed]).toEqual([[], []])
  })

  it('is tried again at once: when to try is not decided here', async () => {
    await tiny.venue.stop()
    const feed = tiny.feedOf()
    const attempt = () => feed.openSocket(plan(feed), ['ETHUSDT'], listener())
    const refused = { code: 'unreachable', message: expect.stringContaining('ECONNREFUSED') }
    const together = Array.from({ length: 5 }, attempt)
    const began = performance.now()
    for (const one of together) await expect(one).rejects.toMatchObject(refused)
    for (let i = 0; i < 5; i++) await expect(attempt()).rejects.toMatchObject(refused)
    // ccxt's own delays for one address would be 1, 2, 4 and 8 seconds.
    expect(performance.now() - began).toBeLessThan(8_000)
    tiny.venue = await TinyVenue.start()
  })

  it('is an error when the subscription is not acknowledged, and the connection is given up', async () => {
    tiny.venue.acknowledge = () => undefined
    const feed = tiny.feedOf({ patience: { ...PATIENCE, acknowledgeMs: 300 } })
    const got = listener()
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], got)).rejects.toMatchObject({
      code: 'unreachable',
      message: 'SUBSCRIBE was not acknowledged within 0.3 s',
    })
    await vi.waitFor(() => expect(tiny.venue.connections[0]?.socket.readyState).toBe(3), PATIENT)
    expect(got.closed).toEqual([])
  })

  it('is an error when the subscription is refused, with what the venue says', async () => {
    tiny.venue.acknowledge = ({ id }) => ({ error: { code: 2, msg: 'Invalid request: unknown stream' }, id })
    const feed = tiny.feedOf()
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], listener())).rejects.toMatchObject({
      code: 'refused',
      message: 'the venue refused to subscribe, code 2: Invalid request: unknown stream',
    })
  })

  it('is an error when it is closed before the acknowledgement', async () => {
    tiny.venue.acknowledge = (_, { socket }) => socket.close(1011)
    const feed = tiny.feedOf()
    const got = listener()
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], got)).rejects.toMatchObject({
      code: 'unreachable',
      message: 'closed by the venue (code 1011)',
    })
    expect(got.closed).toEqual([])
  })

  it('is an error when its address is none', async () => {
    const feed = tiny.feedOf({ wsUrl: 'ws://not an address' })
    await expect(feed.openSocket(plan(feed), ['ETHUSDT'], listener())).rejects.toMatchObject({ code: 'refused' })
    await expect(feed.openSocket({ name: 'private', channels: [] }, [], listener())).rejects.toMatchObject({
      code: 'refused',
      message: 'there is no socket “private” at Binance',
    })
  })

  it('leaves the others alone when a later change is refused', async () => {
    const feed = tiny.feedOf({ patience: { ...PATIENCE, acknowledgeMs: 2_000 } })
    const got = listener()
    const socket = await feed.openSocket(plan(feed), ['ETHUSDT'], got)
    tiny.venue.acknowledge = () => undefined
    await expect(socket.setSymbols(['ETHUSDT', 'BTCUSDT'])).rejects.toMatchObject({ code: 'unreachable' })
    tiny.venue.acknowledge = ({ id }) => ({ result: null, id })
    await socket.setSymbols(['ETHUSDT', 'BTCUSDT'])
    expect(tiny.venue.connections[0]?.requests.at(-1)).toMatchObject({
      method: 'SUBSCRIBE',
      params: expect.arrayContaining(['btcusdt@kline_1m']),
    })
    tiny.venue.tell(markPrice())
    await vi.waitFor(() => expect(dataOf(got.readings)).toHaveLength(1), PATIENT)
    expect(got.closed).toEqual([])
  })
})
