/** The feed against the simulated venue: what arrives is what the venue’s own books and its ledger say. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { RATIO_KINDS } from '@faultline/market/event'
import { floorTo } from '@faultline/market/units'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { BanFile } from '../../feed/ban-file.ts'
import type { FeedError, FeedSocket, Reading, VenueFeed } from '../../feed/venue-feed.ts'
import { createBinanceFeed } from './feed.ts'

type Venue = Awaited<ReturnType<typeof startTestVenue>>
type Data = Extract<Reading, { kind: 'data' }>
interface Sent {
  seq: number
  channel: string
  delivered: number
  message: { E: number; s: string; [key: string]: unknown }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const PATIENT = { timeout: 40_000, interval: 50 }
const CALM = 'SIMOAKUSDT'
const WILD = 'SIMSPARKUSDT'
let venue: Venue
let folder: string

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'faultline-simulated-'))
  venue = await startTestVenue({ symbols: [CALM, WILD], speed: 60 })
})
afterAll(async () => {
  await venue?.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => venue.faults.clear())

const feedOf = (bans = 'bans.json'): VenueFeed => {
  const feed = createBinanceFeed({
    restUrl: venue.rest,
    wsUrl: venue.ws,
    banFile: new BanFile(path.join(folder, bans)),
    log: () => undefined,
  })
  onTestFinished(() => feed.close())
  return feed
}

const control = async <T>(pathAndQuery: string, body?: object): Promise<T> => {
  const response = await fetch(`${venue.control}${pathAndQuery}`, body ? { method: 'POST', body: JSON.stringify(body) } : {})
  if (!response.ok) throw new Error(`${pathAndQuery}: ${await response.text()}`)
  return (await response.json()) as T
}
const ledger = async (channel: string, after = 0): Promise<Sent[]> => {
  const query = `channel=${channel}&after=${after}&limit=10000${channel === 'kline' ? '&closed=1' : ''}`
  return (await control<{ entries: Sent[] }>(`/ledger?${query}`)).entries
}
const lastSeq = async (): Promise<number> => (await control<{ next: number }>('/ledger?symbol=NONE')).next
const requests = async () => (await control<{ entries: { at: number; path: string; status: number }[] }>('/requests?limit=10000')).entries

/** Sockets of every plan, and what came on them. */
async function listen(feed: VenueFeed, symbols: string[]) {
  const got = { data: [] as Data[], unknown: [] as string[], closed: [] as string[], sockets: [] as FeedSocket[] }
  for (const plan of feed.sockets)
    got.sockets.push(
      await feed.openSocket(plan, symbols, {
        onReading: (reading) => {
          if (reading.kind === 'data') got.data.push(reading)
          else if (reading.kind === 'unknown') got.unknown.push(reading.reason)
        },
        onClosed: (reason) => got.closed.push(reason),
      }),
    )
  return got
}
const eventsOf = (data: readonly Data[], channel: string) => data.filter((d) => d.channel === channel).flatMap((d) => d.events)

// The same facts once more, from the ledger's message straight to the event: numbers are compared digit by digit.
const n = Number
const expected: Record<string, (message: Sent['message']) => object> = {
  kline: ({ k }) => {
    const c = k as Record<string, string>
    const [open, high, low, close] = [n(c.o), n(c.h), n(c.l), n(c.c)]
    const sums = { volume: n(c.v), quoteVolume: n(c.q), takerBuyVolume: n(c.V), tradeCount: n(c.n) }
    return { type: 'candle', openTime: n(c.t), intervalMs: MINUTE, open, high, low, close, ...sums }
  },
  markPrice: (m) => ({
    type: 'markPrice',
    time: m.E,
    markPrice: n(m.p),
    indexPrice: n(m.i),
    predictedFundingRate: n(m.r),
    nextFundingTime: m.T,
  }),
  forceOrder: ({ o }) => {
    const order = o as Record<string, string>
    const [price, quantity] = [n(order.ap), n(order.z)]
    const side = order.S === 'SELL' ? 'long' : 'short'
    return { type: 'liquidation', time: n(order.T), side, price, priceKind: 'fill', quantity, quantityUsd: price * quantity }
  },
  depth: ({ T, b, a }) => {
    const levels = (side: unknown) => (side as string[][]).map((level) => level.map(Number))
    return { type: 'depth', time: T, bids: levels(b), asks: levels(a) }
  },
}
const expectedOf = (sent: readonly Sent[]) => sent.map((s) => expected[s.channel]?.(s.message))

describe('REST', () => {
  it('lists what trades, and tells the venue’s time', async () => {
    const { rest } = feedOf()
    expect(await rest.instruments()).toEqual([
      { venue: 'binance-usdm', symbol: CALM, baseAsset: 'SIMOAK', quoteAsset: 'USDT', contractSize: 1 },
      { venue: 'binance-usdm', symbol: WILD, baseAsset: 'SIMSPARK', quoteAsset: 'USDT', contractSize: 1 },
    ])
    const before = venue.now()
    const told = await rest.serverTime()
    expect(told).toBeGreaterThanOrEqual(before)
    expect(told).toBeLessThanOrEqual(venue.now())
    expect(rest.usedWeight()).toMatchObject({ limit: 2_400 })
    expect(rest.usedWeight()?.used).toBeGreaterThan(0)
  })

  it('gives the candles of the market, never the open one', async () => {
    const { rest } = feedOf()
    const market = venue.market(WILD)
    if (!market) throw new Error('no market')
    const { priceDecimals: p, quantityDecimals: q } = market.instrument
    const from = market.genesis
    const candles = await rest.candles(WILD, from, from + 5 * HOUR)
    const { columns, length } = market.candles(from, from + 5 * HOUR)
    const fixed = (column: Float64Array, i: number, decimals: number) => Number((column[i] as number).toFixed(decimals))
    expect(length).toBe(300)
    expect(candles).toEqual(
      Array.from({ length }, (_, i) => ({
        type: 'candle',
        openTime: columns.openTime[i],
        intervalMs: MINUTE,
        open: fixed(columns.open, i, p),
        high: fixed(columns.high, i, p),
        low: fixed(columns.low, i, p),
        close: fixed(columns.close, i, p),
        volume: fixed(columns.volume, i, q),
        quoteVolume: fixed(columns.quoteVolume, i, p + q),
        takerBuyVolume: fixed(columns.takerBuyVolume, i, q),
        tradeCount: columns.tradeCount[i],
      })),
    )

    const start = floorTo(venue.now(), MINUTE) - 5 * MINUTE
    const recent = await rest.candles(WILD, start, start + 60 * MINUTE)
    const after = venue.now()
    expect(recent.length).toBeGreaterThanOrEqual(5)
    for (const candle of recent) {
      expect(candle.openTime + MINUTE).toBeLessThanOrEqual(after)
      expect(market.candles(candle.openTime, candle.openTime + MINUTE).columns.close[0]?.toFixed(p)).toBe(candle.close.toFixed(p))
    }
  })

  it('gives open interest now and then, ratios of every kind, and settlements', async () => {
    const { rest } = feedOf()
    const market = venue.market(WILD)
    if (!market) throw new Error('no market')
    const [from, to] = [market.genesis, market.genesis + 6 * HOUR]
    const eight = (value: number | undefined) => Number(value?.toFixed(8))

    const now = await rest.openInterest(WILD)
    expect(now).toEqual({
      type: 'openInterest',
      time: now.time,
      openInterest: Number(market.openInterestAt(now.time).toFixed(market.instrument.quantityDecimals)),
    })
    expect(now.time).toBeLessThanOrEqual(venue.now())

    const past = market.openInterestHistory(from, to).columns
    expect(past.time.length).toBeGreaterThan(60)
    expect(await rest.openInterestHistory(WILD, from, to)).toEqual(
      Array.from(past.time, (time, i) => ({
        type: 'openInterest',
        time,
        openInterest: eight(past.openInterest[i]),
        openInterestUsd: eight(past.openInterestUsd[i]),
      })),
    )

    const ratios = market.ratioHistory(from, to).columns
    for (const kind of ['accounts', 'topAccounts', 'topPositions'] as const) {
      const told = await rest.ratioHistory(WILD, kind, from, to)
      const own = Array.from(ratios.time, (time, i) => ({
        time,
        kind: RATIO_KINDS[ratios.kind[i] as number],
        ratio: ratios.ratio[i] as number,
      }))
      expect(told).toEqual(
        own
          .filter((r) => r.kind === kind)
          .map(({ time, ratio }) => ({ type: 'longShortRatio', time, kind, ratio: Number(ratio.toFixed(4)) })),
      )
      expect(told.length).toBeGreaterThan(60)
    }

    const taker = await rest.ratioHistory(WILD, 'takerVolume', from, to)
    expect(taker.length).toBeGreaterThan(60)
    for (const { time, ratio } of taker) {
      const { takerBuyVolume, volume } = market.candles(time - 5 * MINUTE, time).columns
      const bought = takerBuyVolume.reduce((sum, v) => sum + v, 0)
      const sold = volume.reduce((sum, v) => sum + v, 0) - bought
      expect(ratio).toBeCloseTo(sold > 0 ? bought / sold : 0, 3)
    }

    const settled = market.fundingHistory(from, to).columns
    expect(settled.time.length).toBeGreaterThan(0)
    expect(await rest.fundingHistory(WILD, from, to)).toEqual(
      Array.from(settled.time, (stamped, i) => {
        const time = Math.round(stamped / MINUTE) * MINUTE
        return { type: 'funding', time, rate: eight(settled.rate[i]), intervalHours: 4 }
      }),
    )
  })

  it('says no with the venue’s words', async () => {
    await expect(feedOf().rest.openInterest('NOSUCHUSDT')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('code -1121: Invalid symbol.'),
    })
  })

  it.each([
    ['429', { kind: 'rateLimit', seconds: 30, retryAfter: 6 }],
    ['418', { kind: 'ban', seconds: 6 }],
  ])('asks nothing after a %s before the time that was named, nor does a feed that comes after', async (status, fault) => {
    const bans = `bans-${status}.json`
    const { rest } = feedOf(bans)
    await rest.serverTime()
    await control('/faults', fault)
    const error = (await rest.serverTime().catch((e: unknown) => e)) as FeedError
    expect(error).toMatchObject({ code: 'blocked', message: expect.stringContaining('has told us to wait until') })
    const until = error.until ?? 0
    expect(until).toBeGreaterThan(Date.now())
    const asked = (await requests()).length
    expect((await requests()).at(-1)).toMatchObject({ path: '/fapi/v1/time', status: Number(status) })

    for (const feed of [{ rest }, feedOf(bans)]) {
      await expect(feed.rest.serverTime()).rejects.toMatchObject({ code: 'blocked', until })
      await expect(feed.rest.candles(CALM, venue.now() - HOUR, venue.now())).rejects.toMatchObject({ code: 'blocked', until })
      await expect(feed.rest.openInterest(CALM)).rejects.toMatchObject({ code: 'blocked', until })
    }
    expect(await requests()).toHaveLength(asked)
    venue.faults.clear()
    await vi.waitFor(() => rest.serverTime(), PATIENT)
    const next = (await requests())[asked]
    expect(next?.at).toBeGreaterThanOrEqual(until)
  })
})

describe('sockets', () => {
  it('bring every closed candle, mark, liquidation and book of the venue, each as it was sent', async () => {
    venue.faults.add({ kind: 'dump', seconds: 60, count: 20, channels: ['forceOrder'] })
    const feed = feedOf()
    const after = await lastSeq()
    const got = await listen(feed, [CALM, WILD])
    await vi.waitFor(() => {
      expect(eventsOf(got.data, 'candle').length).toBeGreaterThanOrEqual(4)
      expect(eventsOf(got.data, 'liquidation').length).toBeGreaterThanOrEqual(20)
      expect(eventsOf(got.data, 'depth').length).toBeGreaterThanOrEqual(4)
    }, PATIENT)
    // From here on nothing new is sent: the venue stops talking, and what is on its way arrives.
    venue.faults.add({ kind: 'stall', seconds: 60 })
    const sent = async (channel: string) => (await ledger(channel, after)).filter((s) => s.delivered > 0)
    for (const [channel, ours] of Object.entries({ kline: 'candle', markPrice: 'markPrice', forceOrder: 'liquidation' })) {
      const told = expectedOf(await sent(channel))
      expect(told.length).toBeGreaterThan(3)
      await vi.waitFor(() => expect(eventsOf(got.data, ours)).toEqual(told), PATIENT)
    }
    const alive = got.data.filter((d) => d.channel === 'candle' && d.events.length === 0)
    expect(alive.length).toBeGreaterThan(0)
    for (const reading of alive) expect(reading.tradeCount).toBeGreaterThan(0)

    const books = await sent('depth')
    await vi.waitFor(() => expect(got.data.filter((d) => d.channel === 'depth')).toHaveLength(books.length), PATIENT)
    const firsts = books.filter(({ message: m }, i) => {
      const minute = floorTo(m.T as number, MINUTE)
      return !books.slice(0, i).some((b) => b.message.s === m.s && floorTo(b.message.T as number, MINUTE) === minute)
    })
    expect(eventsOf(got.data, 'depth')).toEqual(expectedOf(firsts))
    expect([got.unknown, got.closed]).toEqual([[], []])
  })

  it('follow changes of the symbols', async () => {
    const feed = feedOf()
    const got = await listen(feed, [CALM])
    await vi.waitFor(
      () =>
        expect(new Set(got.data.map((d) => `${d.channel} ${d.symbol}`))).toEqual(
          new Set(['candle', 'markPrice', 'depth'].map((c) => `${c} ${CALM}`)),
        ),
      PATIENT,
    )
    for (const socket of got.sockets) await socket.setSymbols([WILD])
    await vi.waitFor(() => expect(got.data.slice(-20).every((d) => d.symbol === WILD) && got.data.length > 20).toBe(true), PATIENT)
  })

  it('tell garbage from the good, and lose none of that', async () => {
    const feed = feedOf()
    const after = await lastSeq()
    const got = await listen(feed, [CALM, WILD])
    await control('/faults', { kind: 'garbage', seconds: 60, everyMs: 5 })
    await vi.waitFor(() => {
      expect(got.unknown.length).toBeGreaterThan(200)
      expect(eventsOf(got.data, 'candle').length).toBeGreaterThanOrEqual(2)
    }, PATIENT)
    venue.faults.clear()
    venue.faults.add({ kind: 'stall', seconds: 60 })
    for (const [channel, ours] of Object.entries({ kline: 'candle', markPrice: 'markPrice', forceOrder: 'liquidation' })) {
      const told = expectedOf((await ledger(channel, after)).filter((s) => s.delivered > 0))
      await vi.waitFor(() => expect(eventsOf(got.data, ours)).toEqual(told), PATIENT)
    }
    expect(new Set(got.unknown).size).toBeGreaterThan(5)
    expect(got.closed).toEqual([])
  })

  it('say once that they were cut, and can be had again', async () => {
    const feed = feedOf()
    const got = await listen(feed, [CALM])
    await control('/faults', { kind: 'cut', seconds: 60, rest: true })
    await vi.waitFor(() => expect(got.closed).toHaveLength(2), PATIENT)
    await expect(listen(feed, [CALM])).rejects.toMatchObject({ code: 'unreachable' })
    await expect(feed.rest.serverTime()).rejects.toMatchObject({ code: 'unreachable' })
    venue.faults.clear()
    const again = await listen(feed, [CALM])
    await vi.waitFor(() => expect(again.data.length).toBeGreaterThan(0), PATIENT)
    expect(got.closed).toHaveLength(2)
  })
})
