import { afterEach, describe, expect, it } from 'vitest'
import { forced, GENESIS, HAND, HandMarket, type HandMarketOptions, trade } from './hand-market.ts'
import { type HandVenue, handVenue } from './hand-venue.ts'
import type { Limits } from './limits.ts'
import type { Frame } from './raw-client.ts'

const MINUTE = 60_000
const TICKS = [
  trade(1.5, 100, 2),
  trade(2.2, 101, 1, false, 3),
  forced(2.3, 1, 5, 98, 99.5),
  forced(2.8, 1, 6, 97, 99.25),
  forced(3.1, -1, 7, 104, 103.5),
  trade(58, 102, 4),
  trade(61, 103, 1),
]

describe('what the venue sends', { timeout: 20_000 }, () => {
  let venue: HandVenue
  const start = async (market: HandMarketOptions, limits: Partial<Limits> = {}, speed = 1): Promise<HandVenue> => {
    venue = await handVenue([market], limits, speed)
    return venue
  }
  afterEach(() => venue.close())

  /** Seconds since genesis, and what came. */
  const told = (frames: readonly Frame[]) => frames.map((f) => [((f.E as number) - GENESIS) / 1_000, f.e] as const)

  it('sends all channels in order of time, each message with the time at which it was due', async () => {
    await start({ ticks: TICKS })
    const client = await venue.listen('/market/ws', ['simhandusdt@aggTrade', 'simhandusdt@forceOrder', 'simhandusdt@kline_1m'])
    venue.pass(62_000)
    await client.settle()
    expect(told(client.messages)).toEqual([
      [1.5, 'aggTrade'],
      [1.5, 'kline'],
      [2.2, 'aggTrade'],
      [2.25, 'kline'],
      [3, 'forceOrder'],
      [4, 'forceOrder'],
      [58, 'aggTrade'],
      [58, 'kline'],
      [60, 'kline'],
      [61, 'aggTrade'],
      [61, 'kline'],
    ])
  })

  it('loses nothing when the machine was busy: what was due goes out late and says when it was due', async () => {
    const ticks = Array.from({ length: 300 }, (_, i) => trade(2 * i + 0.5, 100 + (i % 7), 1))
    await start({ ticks })
    const client = await venue.listen('/market/ws', ['simhandusdt@aggTrade', 'simhandusdt@kline_1m'])
    venue.oversleep(10 * MINUTE)
    await client.until(() => client.texts.some((text) => text.includes(`"E":${GENESIS + 10 * MINUTE}`)))
    await client.settle()
    const trades = client.messages.filter((m) => m.e === 'aggTrade')
    expect(trades.map((m) => m.a)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
    expect(trades.map((m) => m.E)).toEqual(ticks.map((t) => t.time))
    const closed = client.messages.filter((m) => (m.k as { x: boolean } | undefined)?.x)
    expect(closed.map((m) => m.E)).toEqual(Array.from({ length: 10 }, (_, i) => GENESIS + (i + 1) * MINUTE))
  })

  it('tells of liquidations only the latest of each second, with the side of the order', async () => {
    await start({ ticks: TICKS })
    const one = await venue.listen('/market/ws', ['simhandusdt@forceOrder'])
    const all = await venue.listen('/market/ws', ['!forceOrder@arr'])
    venue.pass(10_000)
    await one.settle()
    await all.settle()
    expect(one.messages).toEqual([
      {
        e: 'forceOrder',
        E: GENESIS + 3_000,
        o: {
          s: HAND,
          S: 'SELL',
          o: 'LIMIT',
          f: 'IOC',
          q: '6.000',
          p: '97.00',
          ap: '99.25',
          X: 'FILLED',
          l: '6.000',
          z: '6.000',
          T: GENESIS + 2_800,
        },
      },
      {
        e: 'forceOrder',
        E: GENESIS + 4_000,
        o: {
          s: HAND,
          S: 'BUY',
          o: 'LIMIT',
          f: 'IOC',
          q: '7.000',
          p: '104.00',
          ap: '103.50',
          X: 'FILLED',
          l: '7.000',
          z: '7.000',
          T: GENESIS + 3_100,
        },
      },
    ])
    expect(all.messages).toEqual(one.messages)
  })

  it('decides which liquidation of a second is the latest also when it looks in the middle of the second', async () => {
    await start({ ticks: TICKS })
    const client = await venue.listen('/market/ws', ['simhandusdt@forceOrder'])
    for (let i = 0; i < 50; i++) venue.pass(100)
    await client.settle()
    expect(client.messages.map((m) => (m.o as { q: string }).q)).toEqual(['6.000', '7.000'])
  })

  it('closes a bar right after its end, and says nothing of bars without trades', async () => {
    await start({ ticks: [trade(10, 100, 2), trade(20, 99, 1, false), trade(200, 98, 1)] })
    const client = await venue.listen('/market/ws', ['simhandusdt@kline_1m', 'simhandusdt@kline_3m'])
    venue.pass(6 * MINUTE)
    await client.settle()
    const bars = client.messages.map((m) => m.k as Record<string, unknown>)
    const closed = bars.filter((k) => k.x)
    expect(closed.map((k) => [k.i, ((k.t as number) - GENESIS) / 1_000, k.o, k.h, k.l, k.c, k.v, k.n, k.f, k.L, k.q, k.V, k.Q])).toEqual([
      ['1m', 0, '100.00', '100.00', '99.00', '99.00', '3.000', 2, 1, 2, '299.00000', '2.000', '200.00000'],
      ['3m', 0, '100.00', '100.00', '99.00', '99.00', '3.000', 2, 1, 2, '299.00000', '2.000', '200.00000'],
      ['1m', 180, '98.00', '98.00', '98.00', '98.00', '1.000', 1, 3, 3, '98.00000', '1.000', '98.00000'],
      ['3m', 180, '98.00', '98.00', '98.00', '98.00', '1.000', 1, 3, 3, '98.00000', '1.000', '98.00000'],
    ])
    // One push per bar and trade: nothing while nothing trades.
    expect(bars.filter((k) => !k.x)).toHaveLength(6)
  })

  it('pushes open bars at most every 250 ms of wall time', async () => {
    const ticks = Array.from({ length: 2_000 }, (_, i) => trade((i + 1) / 100, 100, 1))
    await start({ ticks }, {}, 4)
    const client = await venue.listen('/market/ws', ['simhandusdt@kline_1m'])
    venue.pass(20_000)
    await client.settle()
    // Four times as fast: every full second of the venue.
    expect(client.messages.map((m) => (m.E as number) - GENESIS)).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 1_000))
  })

  it('tells marks every three seconds and every second, by symbol and of all at once', async () => {
    venue = await handVenue([{ symbol: 'SIMAUSDT', ticks: [trade(1.2, 50, 1)] }, { symbol: 'SIMBUSDT' }])
    const streams = ['simausdt@markPrice', 'simausdt@markPrice@1s', '!markPrice@arr', '!markPrice@arr@1s']
    const clients = await Promise.all(streams.map((stream) => venue.listen('/market/ws', [stream])))
    venue.pass(6_500)
    await Promise.all(clients.map((c) => c.settle()))
    const [slow = [], fast = [], slowAll = [], fastAll = []] = clients.map((c) => c.messages)
    const seconds = (frames: readonly Frame[]) => frames.map((m) => ((Array.isArray(m) ? m[0].E : m.E) - GENESIS) / 1_000)
    expect(seconds(slow)).toEqual([3, 6])
    expect(seconds(fast)).toEqual([1, 2, 3, 4, 5, 6])
    expect(seconds(slowAll)).toEqual([3, 6])
    expect(seconds(fastAll)).toEqual([1, 2, 3, 4, 5, 6])
    expect(slow[0]).toEqual({
      e: 'markPriceUpdate',
      E: GENESIS + 3_000,
      s: 'SIMAUSDT',
      p: '50.00000000',
      i: '50.25000000',
      P: '50.25000000',
      r: '-0.00012000',
      T: GENESIS + 8 * 60 * MINUTE,
    })
    expect((slowAll[0] as unknown as Frame[]).map((m) => m.s)).toEqual(['SIMAUSDT', 'SIMBUSDT'])
  })

  it('lets an instrument trade only when the venue’s time has come near its own', async () => {
    venue = await handVenue([{ symbol: 'SIMAUSDT' }, { symbol: 'SIMBUSDT', pending: true }])
    const statuses = async () => {
      const { symbols } = (await venue.get('/fapi/v1/exchangeInfo')).body as { symbols: { status: string }[] }
      return symbols.map((s) => s.status)
    }
    const client = await venue.listen('/market/ws', ['simbusdt@aggTrade'])
    const ahead = new HandMarket({ symbol: 'SIMBUSDT', ticks: [trade(600, 1, 1), trade(3_500, 2, 1)] })
    ahead.advance(GENESIS + 60 * MINUTE)
    const opened = venue.open('SIMBUSDT', ahead)
    expect(await statuses()).toEqual(['TRADING', 'PENDING_TRADING'])
    venue.pass(54 * MINUTE)
    expect(await statuses()).toEqual(['TRADING', 'PENDING_TRADING'])
    venue.pass(5 * MINUTE)
    await opened
    expect(await statuses()).toEqual(['TRADING', 'TRADING'])
    await client.settle()
    expect(client.messages.map((m) => m.p)).toEqual(['2.00'])
  })
})
