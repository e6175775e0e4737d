import { describe, expect, it } from 'vitest'
import { PATIENCE, useTinyFeed } from '../../../test/tiny-feed.ts'
import { json, TinyVenue } from '../../../test/tiny-venue.ts'
import { klineRow, T } from './__fixtures__/messages.ts'
import { BINANCE_HISTORY } from './rest.ts'

const MINUTE = 60_000
const tiny = useTinyFeed()

describe('candles', () => {
  const serve = (rows: unknown[], serverTime = T + 100 * MINUTE) => {
    tiny.venue.answer = (where, _, response) => json(response, 200, where === '/fapi/v1/time' ? { serverTime } : rows)
  }
  const minutes = (count: number) => Array.from({ length: count }, (_, i) => klineRow(T + i * MINUTE))
  const times = (candles: readonly { openTime: number }[]) => candles.map((c) => (c.openTime - T) / MINUTE)

  it('are asked for with one more, which proves that they are closed', async () => {
    serve(minutes(4))
    const { rest } = tiny.feedOf()
    expect(times(await rest.candles('ETHUSDT', T, T + 3 * MINUTE))).toEqual([0, 1, 2])
    expect(tiny.venue.asked).toEqual([`/fapi/v1/klines?symbol=ETHUSDT&interval=1m&startTime=${T}&endTime=${T + 3 * MINUTE}&limit=4`])
  })

  it('never hold the open one, even when the venue’s clock says that it is over', async () => {
    const { rest } = tiny.feedOf()
    serve(minutes(3), T + 2 * MINUTE + 30_000)
    expect(times(await rest.candles('ETHUSDT', T, T + 10 * MINUTE))).toEqual([0, 1])
    serve(minutes(3), T + 2 * MINUTE + 3_600_000)
    expect(times(await rest.candles('ETHUSDT', T, T + 10 * MINUTE))).toEqual([0, 1])
  })

  it('hold the last one before a minute in which nobody has traded yet, and the last one of a market that ended', async () => {
    const { rest } = tiny.feedOf()
    serve(minutes(3), T + 3 * MINUTE + 10_000)
    expect(times(await rest.candles('ETHUSDT', T, T + 3 * MINUTE))).toEqual([0, 1, 2])
    serve(minutes(3), T + 24 * 60 * MINUTE)
    expect(times(await rest.candles('ETHUSDT', T, T + 3 * MINUTE))).toEqual([0, 1, 2])
  })

  it('are those that begin in the range', async () => {
    serve(minutes(6))
    const { rest } = tiny.feedOf()
    expect(times(await rest.candles('ETHUSDT', T + 1, T + 3 * MINUTE + 1))).toEqual([1, 2, 3])
    expect(await rest.candles('ETHUSDT', T, T)).toEqual([])
    expect(tiny.venue.asked).toHaveLength(1)
  })

  it('of more than a page are refused without asking', async () => {
    const { rest } = tiny.feedOf()
    await expect(rest.candles('ETHUSDT', T, T + BINANCE_HISTORY.candle.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
    await expect(rest.openInterestHistory('ETHUSDT', T, T + BINANCE_HISTORY.openInterest.pageMs + 1)).rejects.toMatchObject({
      code: 'refused',
    })
    await expect(rest.fundingHistory('ETHUSDT', T, T + BINANCE_HISTORY.funding.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
    expect(tiny.venue.asked).toEqual([])
  })

  it('that cannot be read are left out and logged', async () => {
    serve([klineRow(T), klineRow(T + MINUTE, { 1: 'x' }), klineRow(T + 2 * MINUTE)])
    const { rest } = tiny.feedOf()
    expect(times(await rest.candles('ETHUSDT', T, T + 2 * MINUTE))).toEqual([0])
    expect(tiny.lines).toEqual([
      '1 rows of an answer could not be read and are missing; the first: klines: open, high, low or close is no price',
    ])
  })
})

describe('settlements', () => {
  it('are asked for a little beyond both ends, and are of the interval that the venue gives', async () => {
    const row = (fundingTime: number) => ({ symbol: 'ETHUSDT', fundingTime, fundingRate: '0.0001' })
    tiny.venue.answer = (where, query, response) => {
      if (where === '/fapi/v1/fundingInfo') return json(response, 200, [{ symbol: 'ETHUSDT', fundingIntervalHours: 4 }])
      const rows = [row(T - 4), row(T + 14_400_003), row(T + 28_800_000)]
      json(
        response,
        200,
        rows.filter((r) => r.fundingTime >= Number(query.get('startTime')) && r.fundingTime <= Number(query.get('endTime'))),
      )
    }
    const { rest } = tiny.feedOf()
    expect(await rest.fundingHistory('ETHUSDT', T, T + 28_800_000)).toEqual([
      { type: 'funding', time: T, rate: 0.0001, intervalHours: 4 },
      { type: 'funding', time: T + 14_400_000, rate: 0.0001, intervalHours: 4 },
    ])
    await rest.fundingHistory('ETHUSDT', T, T + MINUTE)
    expect(tiny.venue.asked.filter((a) => a.includes('fundingInfo'))).toHaveLength(1)
  })

  it('are every eight hours where nothing else is said', async () => {
    tiny.venue.answer = (where, _, response) =>
      json(response, 200, where.endsWith('fundingInfo') ? [] : [{ symbol: 'ETHUSDT', fundingTime: T, fundingRate: '-0.0001' }])
    expect(await tiny.feedOf().rest.fundingHistory('ETHUSDT', T, T + 1)).toEqual([
      { type: 'funding', time: T, rate: -0.0001, intervalHours: 8 },
    ])
  })

  it('are asked for again when the intervals could not be had', async () => {
    let broken = true
    tiny.venue.answer = (where, _, response) =>
      where.endsWith('fundingInfo') && broken ? json(response, 500, {}) : json(response, 200, [])
    const { rest } = tiny.feedOf()
    await expect(rest.fundingHistory('ETHUSDT', T, T + MINUTE)).rejects.toMatchObject({ code: 'failed' })
    broken = false
    await expect(rest.fundingHistory('ETHUSDT', T, T + MINUTE)).resolves.toEqual([])
  })
})

describe('an error of REST', () => {
  const answer = (status: number, body: unknown, headers?: Record<string, string>) => {
    tiny.venue.answer = (_, __, response) => json(response, status, body, headers)
  }

  it('is a refusal with the venue’s code and words', async () => {
    answer(400, { code: -1121, msg: 'Invalid symbol.' })
    await expect(tiny.feedOf().rest.openInterest('NOUSDT')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/\/fapi\/v1\/openInterest answered 400, code -1121: Invalid symbol\.$/),
    })
    answer(200, { code: -1130, msg: "parameter 'startTime' is invalid." })
    await expect(tiny.feedOf().rest.openInterestHistory('ETHUSDT', T, T + MINUTE)).rejects.toMatchObject({ code: 'refused' })
  })

  it('is a failure of the venue', async () => {
    answer(503, { code: -1008, msg: 'Server is overloaded.' })
    await expect(tiny.feedOf().rest.serverTime()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('503, code -1008'),
    })
    tiny.venue.answer = (_, __, response) => response.writeHead(200).end('<html>hello</html>')
    await expect(tiny.feedOf().rest.serverTime()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/answered what is no JSON: “<html>hello<\/html>”$/),
    })
    answer(200, {})
    await expect(tiny.feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'failed', message: 'time answered no serverTime' })
  })

  it('says why nobody answered', async () => {
    tiny.venue.answer = (_, __, response) => response.socket?.destroy()
    const host = new URL(tiny.venue.rest).host
    await expect(tiny.feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'unreachable', message: `${host}: other side closed` })
    tiny.venue.answer = (_, __, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"serverTime":')
      setTimeout(() => response.socket?.destroy(), 20)
    }
    await expect(tiny.feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'unreachable' })
    tiny.venue.answer = (_, __, response) => response.writeHead(200, { 'content-length': '100' }).write('{"serverTime":')
    await expect(tiny.feedOf({ patience: { ...PATIENCE, answerMs: 300 } }).rest.serverTime()).rejects.toMatchObject({
      code: 'unreachable',
      message: `${host}: the answer did not end within 0.3 s`,
    })
    tiny.venue.answer = () => undefined
    await expect(tiny.feedOf({ patience: { ...PATIENCE, beginMs: 300 } }).rest.serverTime()).rejects.toMatchObject({
      code: 'unreachable',
      message: `${host}: request timed out (300 ms)`,
    })
    await tiny.venue.stop()
    await expect(tiny.feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'unreachable', message: `connect ECONNREFUSED ${host}` })
    await expect(tiny.feedOf({ restUrl: 'http://nowhere.invalid' }).rest.serverTime()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/^getaddrinfo \w+ nowhere\.invalid$/),
    })
    tiny.venue = await TinyVenue.start()
  })
})

describe('limits', () => {
  it('of the venue are known from its answers', async () => {
    tiny.venue.answer = (where, _, response) =>
      where.endsWith('exchangeInfo')
        ? json(
            response,
            200,
            { symbols: [], rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 }] },
            { 'X-MBX-USED-WEIGHT-1M': '41' },
          )
        : json(response, 200, { serverTime: T }, { 'x-mbx-used-weight-1m': '42' })
    const { rest } = tiny.feedOf()
    expect(rest.usedWeight()).toBeNull()
    await rest.instruments()
    expect(rest.usedWeight()).toEqual({ used: 41, limit: 6_000 })
    await rest.serverTime()
    expect(rest.usedWeight()).toEqual({ used: 42, limit: 6_000 })
  })

  it('stop every request, of this feed and of the next, with the Retry-After of the refusal itself', async () => {
    // Two answers cross: the good one is whole before the refused one, and comes with other headers.
    let refuse: (() => void) | undefined
    tiny.venue.answer = (where, _, response) => {
      if (where.endsWith('/openInterest'))
        refuse = () => json(response, 429, { code: -1003, msg: 'Too many requests.' }, { 'Retry-After': '600' })
      else {
        json(response, 200, { serverTime: T }, { 'Retry-After': '1' })
        setTimeout(() => refuse?.(), 50)
      }
    }
    const { rest } = tiny.feedOf()
    const refused = rest.openInterest('ETHUSDT')
    const before = Date.now()
    await expect(rest.serverTime()).resolves.toBe(T)
    await expect(refused).rejects.toMatchObject({ code: 'blocked' })
    const { until } = (await refused.catch((error: { until: number }) => error)) as { until: number }
    expect(until).toBeGreaterThanOrEqual(before + 600_000)
    expect(until).toBeLessThan(before + 660_000)

    const asked = tiny.venue.asked.length
    await expect(rest.serverTime()).rejects.toMatchObject({ code: 'blocked', until })
    await expect(tiny.feedOf().rest.candles('ETHUSDT', T, T + MINUTE)).rejects.toMatchObject({ code: 'blocked', until })
    expect(tiny.venue.asked).toHaveLength(asked)
  })
})
