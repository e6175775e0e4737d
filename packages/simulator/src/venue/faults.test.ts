import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaultSpec } from './faults.ts'
import { forced, GENESIS, HAND, trade } from './hand-market.ts'
import { type HandVenue, handVenue } from './hand-venue.ts'
import { type Frame, RawClient } from './raw-client.ts'

/** A trade every second, and a liquidation every ten. */
const TICKS = [
  ...Array.from({ length: 1_200 }, (_, i) => trade(i + 0.5, 100 + (i % 5), 1)),
  ...Array.from({ length: 60 }, (_, i) => forced(10 * i + 5, 1, i + 1, 90, 95)),
]
const STREAMS = ['simhandusdt@aggTrade', 'simhandusdt@forceOrder', 'simhandusdt@markPrice@1s', 'simhandusdt@kline_1m']

describe('faults', { timeout: 20_000 }, () => {
  let venue: HandVenue
  beforeEach(async () => {
    venue = await handVenue([{ ticks: TICKS }, { symbol: 'SIMOTHERUSDT', ticks: TICKS }])
  })
  afterEach(() => venue.close())

  const listen = (streams: readonly string[] = STREAMS) => venue.listen('/market/ws', streams)
  /** Lets time pass and gives what came meanwhile, by kind. */
  const during = async (client: RawClient, ms: number): Promise<{ frames: Frame[]; kinds: Record<string, number> }> => {
    const before = client.messages.length
    venue.pass(ms)
    await client.settle()
    const frames = client.messages.slice(before)
    const kinds: Record<string, number> = {}
    for (const { e } of frames) kinds[e as string] = (kinds[e as string] ?? 0) + 1
    return { frames, kinds }
  }
  const ids = (frames: readonly Frame[]) => frames.filter((f) => f.e === 'aggTrade').map((f) => f.a as number)
  const pong = (client: RawClient) =>
    new Promise<void>((done) => {
      client.socket.once('pong', () => done())
      client.socket.ping()
    })

  it('cut: every socket ends, new ones are refused, REST goes on unless it is asked for', async () => {
    const client = await listen()
    const fault = venue.faults.add({ kind: 'cut', seconds: 60 })
    expect((await client.closed).code).toBe(1006)
    await expect(RawClient.open(`${venue.ws}/market/ws`)).rejects.toThrow()
    expect((await venue.get('/fapi/v1/ping')).status).toBe(200)
    venue.pass(61_000)
    venue.faults.remove(fault.id)

    venue.faults.add({ kind: 'cut', seconds: 60, rest: true })
    await expect(venue.get('/fapi/v1/ping')).rejects.toThrow()
    expect(venue.ledger.requests().entries.map((e) => e.status)).toEqual([200, 0])
    venue.faults.clear()

    const again = await listen()
    expect((await during(again, 2_000)).kinds).toMatchObject({ aggTrade: 2 })
    // What nobody heard is in the ledger all the same, where it matters.
    const lost = venue.ledger.entries({ channel: 'forceOrder', symbol: HAND }).entries
    expect(lost.map((e) => e.delivered)).toEqual([0, 0, 0, 0, 0, 0])
    expect(venue.ledger.entries({ channel: 'kline', closed: true, symbol: HAND }).entries.map((e) => e.delivered)).toEqual([0])
  })

  it('stall: sockets stay and answer pings, nothing goes out, and what would have is lost', async () => {
    const client = await listen()
    await during(client, 1_000)
    const fault = venue.faults.add({ kind: 'stall', seconds: 60 })
    expect((await during(client, 10_000)).frames).toEqual([])
    await pong(client)
    const late = await listen()
    expect((await during(late, 1_000)).frames).toEqual([])
    venue.faults.remove(fault.id)
    expect(ids((await during(client, 2_000)).frames)).toEqual([13, 14])
    const [lost] = venue.ledger.entries({ channel: 'forceOrder', symbol: HAND }).entries
    expect(lost).toMatchObject({ time: GENESIS + 6_000, delivered: 0 })
  })

  it('stall: some channels or symbols only', async () => {
    const client = await listen([...STREAMS, 'simotherusdt@forceOrder', '!markPrice@arr@1s'])
    venue.faults.add({ kind: 'stall', seconds: 60, channels: ['aggTrade'] })
    venue.faults.add({ kind: 'stall', seconds: 60, channels: ['forceOrder', 'markPrice'], symbols: ['SIMOTHERUSDT'] })
    const { frames, kinds } = await during(client, 10_000)
    expect(kinds).toMatchObject({ forceOrder: 1, markPriceUpdate: 10, kline: 10 })
    expect(kinds.aggTrade).toBeUndefined()
    const arrays = frames.filter((f) => Array.isArray(f)) as unknown as Frame[][]
    expect(arrays.map((a) => a.map((m) => m.s))).toEqual(Array.from({ length: 10 }, () => [HAND]))
  })

  it('duplicate: every message twice', async () => {
    const client = await listen()
    venue.faults.add({ kind: 'duplicate', seconds: 60, channels: ['aggTrade'] })
    const { frames, kinds } = await during(client, 3_000)
    expect(ids(frames)).toEqual([1, 1, 2, 2, 3, 3])
    expect(kinds.markPriceUpdate).toBe(3)
    expect(venue.ledger.entries({ channel: 'aggTrade' }).entries.map((e) => e.delivered)).toEqual([1, 1, 1])
  })

  it('reorder: what falls into a window goes out shuffled, all of it once', async () => {
    const client = await listen(['simhandusdt@aggTrade'])
    const fault = venue.faults.add({ kind: 'reorder', seconds: 60, windowMs: 50 })
    venue.pass(40_000)
    await client.until(() => client.messages.length === 40)
    const first = ids(client.messages)
    expect(first).not.toEqual([...first].sort((a, b) => a - b))
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    venue.pass(5_000)
    // What waits is not lost when the fault ends.
    venue.faults.remove(fault.id)
    await during(client, 1_000)
    expect(ids(client.messages).sort((a, b) => a - b)).toEqual(Array.from({ length: 46 }, (_, i) => i + 1))
    expect(ids(client.messages).at(-1)).toBe(46)
    expect(venue.ledger.entries({ channel: 'aggTrade' }).entries.every((e) => e.delivered === 1)).toBe(true)
  })

  it('rateLimit: 429 with the seconds that are left, or with what is asked for', async () => {
    const fault = venue.faults.add({ kind: 'rateLimit', seconds: 60 })
    const limited = await venue.get('/fapi/v1/time')
    expect(limited).toMatchObject({ status: 429, body: { code: -1003 } })
    const wait = Number(limited.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(30)
    expect(wait).toBeLessThanOrEqual(60)
    venue.faults.remove(fault.id)
    venue.faults.add({ kind: 'rateLimit', seconds: 60, retryAfter: 7 })
    expect((await venue.get('/futures/data/openInterestHist')).headers.get('retry-after')).toBe('7')
    venue.faults.clear()
    expect((await venue.get('/fapi/v1/time')).status).toBe(200)
  })

  it('ban: 418, and each request that comes all the same is on record', async () => {
    const { until } = venue.faults.add({ kind: 'ban', seconds: 100 })
    for (let i = 0; i < 3; i++) {
      const banned = await venue.get('/fapi/v1/time')
      expect(banned).toMatchObject({ status: 418, body: { code: -1003, msg: expect.stringContaining(`banned until ${until}`) } })
      expect(Number(banned.headers.get('retry-after'))).toBeGreaterThan(60)
    }
    expect(venue.ledger.requests().entries.map((e) => e.status)).toEqual([418, 418, 418])
  })

  it('serverError: the status that is asked for, on the paths that are asked for, after so many good answers', async () => {
    venue.faults.add({ kind: 'serverError', seconds: 60, status: 503, paths: ['/fapi/v1/time'], after: 2 })
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push((await venue.get('/fapi/v1/time')).status)
    expect(statuses).toEqual([200, 200, 503, 503])
    expect((await venue.get('/fapi/v1/ping')).status).toBe(200)
    venue.faults.clear()
    venue.faults.add({ kind: 'serverError', seconds: 60 })
    expect(await venue.get('/fapi/v1/ping')).toMatchObject({ status: 500, body: { code: -1000 } })
  })

  it('slow: the answer comes late', async () => {
    venue.faults.add({ kind: 'slow', seconds: 60, delayMs: 150 })
    const begun = performance.now()
    expect((await venue.get('/fapi/v1/ping')).status).toBe(200)
    expect(performance.now() - begun).toBeGreaterThan(140)
  })

  it('dump: whoever subscribes hears the past first, at the times that it had', async () => {
    venue.pass(125_600)
    venue.faults.add({ kind: 'dump', seconds: 60, count: 3, channels: ['aggTrade', 'forceOrder', 'kline', 'markPrice'] })
    const client = await listen(['simhandusdt@aggTrade', 'simhandusdt@forceOrder', 'simhandusdt@kline_1m', '!markPrice@arr@1s'])
    await client.settle()
    const flat = client.messages.flat() as unknown as Frame[]
    const old = flat.map((m) => [m.e, ((m.E as number) - GENESIS) / 1_000])
    expect(old.filter(([e]) => e === 'aggTrade')).toEqual([123.5, 124.5, 125.5].map((t) => ['aggTrade', t]))
    expect(old.filter(([e]) => e === 'forceOrder')).toEqual([96, 106, 116].map((t) => ['forceOrder', t]))
    expect(old.filter(([e]) => e === 'kline')).toEqual([60, 120].map((t) => ['kline', t]))
    expect(old.filter(([e]) => e === 'markPriceUpdate')).toEqual([123, 123, 124, 124, 125, 125].map((t) => ['markPriceUpdate', t]))
    expect(flat.filter((m) => m.e === 'kline').every((m) => (m.k as { x: boolean }).x)).toBe(true)
    venue.faults.clear()
    const other = await listen()
    await other.settle()
    expect(other.messages).toEqual([])
  })

  it('garbage: bad frames of every kind come between the good ones, and none of the good ones is lost', async () => {
    const client = await listen(['simhandusdt@aggTrade'])
    venue.faults.add({ kind: 'garbage', seconds: 60, everyMs: 1 })
    await client.until(() => client.texts.length > 200)
    venue.pass(20_000)
    await client.until(() => client.texts.some((text) => text.includes('"a":20,"s"')))
    venue.faults.clear()
    await client.settle()
    const good = client.texts.filter((text) => text.startsWith('{"e":"aggTrade"') && text.includes(`"s":"${HAND}","p":"1`))
    expect(good.map((text) => (JSON.parse(text) as { a: number }).a)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    const parses = (text: string): boolean => {
      try {
        JSON.parse(text)
        return true
      } catch {
        return false
      }
    }
    expect(client.texts.filter((text) => !parses(text)).length).toBeGreaterThan(10)
    expect(new Set(client.texts.filter(parses).map((text) => text.slice(0, 12))).size).toBeGreaterThan(4)
  })

  it('clock: the server’s time and event times are off, the data’s own times are not', async () => {
    const client = await listen(['simhandusdt@aggTrade'])
    venue.faults.add({ kind: 'clock', seconds: 60, offsetMs: -3_600_000 })
    const { frames } = await during(client, 1_000)
    expect(frames[0]).toMatchObject({ E: GENESIS + 500 - 3_600_000, T: GENESIS + 500 })
    expect((await venue.get('/fapi/v1/time')).body).toEqual({ serverTime: GENESIS + 1_000 - 3_600_000 })
    expect((await venue.get(`/fapi/v1/depth?symbol=${HAND}`)).body).toMatchObject({ E: GENESIS + 1_000 - 3_600_000, T: GENESIS + 1_000 })
    expect((await venue.get(`/fapi/v1/openInterest?symbol=${HAND}`)).body).toMatchObject({ time: GENESIS + 1_000 })
    expect(venue.ledger.entries({ channel: 'aggTrade' }).entries[0]).toMatchObject({ time: GENESIS + 500 })
  })

  it('ends by itself', async () => {
    venue.faults.add({ kind: 'ban', seconds: 0.05 })
    expect((await venue.get('/fapi/v1/time')).status).toBe(418)
    await expect.poll(async () => (await venue.get('/fapi/v1/time')).status, { timeout: 10_000 }).toBe(200)
    expect(venue.faults.list()).toEqual([])
  })

  it.each([
    [{ kind: 'storm', seconds: 1 }, 'kind'],
    [{ kind: 'toString', seconds: 1 }, 'kind'],
    [{ kind: 'cut' }, 'seconds'],
    [{ kind: 'cut', seconds: 0 }, 'seconds'],
    [{ kind: 'cut', seconds: '5' }, 'seconds'],
    [{ kind: 'cut', seconds: 1, rest: 'yes' }, 'rest'],
    [{ kind: 'stall', seconds: 1, channels: ['trades'] }, 'channels'],
    [{ kind: 'stall', seconds: 1, symbol: HAND }, 'symbol'],
    [{ kind: 'slow', seconds: 1 }, 'delayMs'],
    [{ kind: 'clock', seconds: 1 }, 'offsetMs'],
    [{ kind: 'serverError', seconds: 1, status: 404 }, 'status'],
    [{ kind: 'dump', seconds: 1, count: 0 }, 'count'],
  ])('refuses %j, naming %s', (spec, field) => {
    expect(() => venue.faults.add(spec as FaultSpec)).toThrow(`field ${field}`)
    expect(venue.faults.list()).toEqual([])
  })
})
