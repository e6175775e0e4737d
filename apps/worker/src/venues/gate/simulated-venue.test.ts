/** The feed against the simulated venue: what arrives is what the venue’s own books say. */
import { RATIO_KINDS } from '@faultline/market/event'
import { floorTo } from '@faultline/market/units'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { eventsOf, feedAt, listen, marketCandle } from '../../../test/listening.ts'
import { createGateFeed } from './feed.ts'
import { normaliseGate } from './normalise.ts'

type Venue = Awaited<ReturnType<typeof startTestVenue>>
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const PATIENT = { timeout: 40_000, interval: 50 }
const CALM = 'SIMOAK_USDT'
const WILD = 'SIMSPARK_USDT'
let venue: Venue

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
beforeAll(async () => {
  venue = await startTestVenue({ symbols: ['SIMOAKUSDT', 'SIMSPARKUSDT'], venues: ['gate', 'bybit'], speed: 120 })
})
afterAll(() => venue?.close())
beforeEach(() => face().faults.clear())

const face = () => {
  const found = venue.venues.gate
  if (!found) throw new Error('no Gate')
  return found
}
const marketOf = (symbol: string) => {
  const market = face().market(symbol.replace('_', ''))
  if (!market) throw new Error('no market')
  return market
}
const feedOf = () => feedAt(createGateFeed, face())

describe('REST', () => {
  it('lists what trades with the size of its contracts, and tells the time and the tiers', async () => {
    const { rest } = feedOf()
    expect(await rest.instruments()).toMatchObject([
      { venue: 'gate-usdt', symbol: CALM, baseAsset: 'SIMOAK', quoteAsset: 'USDT', contractSize: 0.0001 },
      { venue: 'gate-usdt', symbol: WILD, baseAsset: 'SIMSPARK', quoteAsset: 'USDT', contractSize: 100 },
    ])
    // A busy machine simulates a little behind the clock.
    const told = await rest.serverTime()
    expect(told).toBeLessThanOrEqual(venue.now())
    expect(told).toBeGreaterThan(venue.now() - HOUR)
    const tiers = await rest.marginTiers(WILD)
    const { brackets } = marketOf(WILD).instrument
    expect(tiers?.map((t) => [t.floorUsd, t.capUsd, t.maintMarginRatio])).toEqual(
      brackets.map((b) => [b.notionalFloor, b.notionalCap, b.maintMarginRatio]),
    )
    expect(rest.usedWeight()).toMatchObject({ limit: 200 })
  })

  it('gives the candles of the market in coins, never the open one', async () => {
    const { rest } = feedOf()
    const market = marketOf(WILD)
    const from = market.genesis
    const candles = await rest.candles(WILD, from, from + 5 * HOUR)
    expect(candles).toHaveLength(300)
    for (const { quoteVolume, ...candle } of candles) {
      const { takerBuyVolume: _t, tradeCount: _n, quoteVolume: quote, ...expected } = marketCandle(market, candle.openTime)
      expect(candle).toEqual(expected)
      expect(quoteVolume).toBeCloseTo(quote, 2)
    }
    const start = floorTo(venue.now(), MINUTE) - 5 * MINUTE
    const recent = await rest.candles(WILD, start, start + 60 * MINUTE)
    const after = venue.now()
    expect(recent.length).toBeGreaterThanOrEqual(5)
    for (const { openTime } of recent) expect(openTime + MINUTE).toBeLessThanOrEqual(after)
  })

  it('gives open interest now and then, ratios of every kind, and settlements', async () => {
    const { rest } = feedOf()
    const market = marketOf(WILD)
    const [from, to] = [market.genesis, market.genesis + 6 * HOUR]
    const now = await rest.openInterest(WILD)
    // Whole contracts.
    expect(Math.abs(now.openInterest - market.openInterestAt(now.time)) / now.openInterest).toBeLessThan(0.001)

    const past = market.openInterestHistory(from, to).columns
    const told = await rest.openInterestHistory(WILD, from, to)
    expect(told.map((e) => e.time)).toEqual(Array.from(past.time))
    told.forEach((e, i) => {
      expect(Math.abs(e.openInterest - (past.openInterest[i] as number))).toBeLessThan(101)
      expect(e.openInterestUsd).toBeCloseTo(past.openInterestUsd[i] as number, 3)
    })

    const ratios = market.ratioHistory(from, to).columns
    for (const kind of RATIO_KINDS) {
      const own = Array.from(ratios.ratio).filter((_, i) => RATIO_KINDS[ratios.kind[i] as number] === kind)
      const got = await rest.ratioHistory(WILD, kind, from, to)
      expect(got.length).toBeGreaterThan(60)
      expect(got).toHaveLength(own.length)
      for (const [i, { ratio }] of got.entries()) expect(ratio).toBeCloseTo(own[i] as number, 4)
    }
    const settled = market.fundingHistory(from, venue.now()).columns
    expect((await rest.fundingHistory(WILD, from, venue.now())).map((f) => [f.time, f.intervalHours])).toEqual(
      Array.from(settled.time, (time) => [floorTo(time, MINUTE), market.instrument.fundingIntervalHours]),
    )
  })

  it('says no in the venue’s words, and stays away when it is told to', async () => {
    const { rest } = feedOf()
    await expect(rest.candles('NOSUCH_USDT', venue.now() - HOUR, venue.now())).rejects.toMatchObject({ code: 'refused' })
    await rest.serverTime()
    face().faults.add({ kind: 'rateLimit', seconds: 30, retryAfter: 6 })
    await expect(rest.serverTime()).rejects.toMatchObject({ code: 'blocked' })
    face().faults.clear()
    await expect(rest.openInterest(CALM)).rejects.toMatchObject({ code: 'blocked' })
  })

  it('tells liquidations that mean what the market did, when they are read by themselves', async () => {
    const market = marketOf(WILD)
    const end = market.genesis + 6 * HOUR
    const hours = Array.from({ length: 6 }, (_, i) => end - (i + 1) * HOUR)
    const bodies = await Promise.all(
      hours.map(async (from) => {
        const query = `contract=${WILD}&from=${from / 1000}&to=${from / 1000 + 3_599}&limit=1000`
        return (await fetch(`${face().rest}/api/v4/futures/usdt/liq_orders?${query}`)).json() as Promise<unknown[]>
      }),
    )
    const read = normaliseGate('liquidation', bodies.flat(), { contractSize: 100, symbol: null })
    const forced = market.forcedOrders(end - 6 * HOUR, end)
    expect(forced.length).toBeGreaterThan(3)
    const told = read.events.map(({ event: e }) => e.type === 'liquidation' && `${e.time} ${e.side} ${e.quantity} ${e.priceKind}`)
    // In whole seconds.
    const own = forced.map((f) => `${floorTo(f.time, 1_000)} ${f.direction > 0 ? 'long' : 'short'} ${f.quantity} fill`)
    expect(told.sort()).toEqual(own.sort())
  })
})

describe('sockets', () => {
  it('bring closed candles with what takers bought, marks, books and liquidations of the market', async () => {
    face().faults.add({ kind: 'dump', seconds: 60, count: 20, channels: ['forceOrder'] })
    const got = await listen(feedOf(), [CALM, WILD])
    await vi.waitFor(() => {
      const candles = eventsOf(got.data, 'candle')
      expect(candles.filter((e) => e.type === 'candle' && e.takerBuyVolume !== undefined).length).toBeGreaterThanOrEqual(4)
      expect(eventsOf(got.data, 'depth').length).toBeGreaterThanOrEqual(4)
      expect(eventsOf(got.data, 'liquidation').length).toBeGreaterThanOrEqual(3)
    }, PATIENT)
    for (const reading of got.data.filter((d) => d.channel === 'candle')) {
      for (const event of reading.events) {
        if (event.type !== 'candle') throw new Error('no candle')
        const { takerBuyVolume, quoteVolume: _q, tradeCount: _n, ...own } = marketCandle(marketOf(reading.symbol), event.openTime)
        expect(event).toMatchObject(own)
        // The share of what was heard; at this speed the first minute may lack some trades.
        if (event.takerBuyVolume !== undefined)
          expect(Math.abs(event.takerBuyVolume - takerBuyVolume)).toBeLessThan(0.02 * own.volume + 1e-9)
      }
    }
    for (const reading of got.data.filter((d) => d.channel === 'liquidation')) {
      const market = marketOf(reading.symbol)
      for (const event of reading.events) {
        if (event.type !== 'liquidation') throw new Error('no liquidation')
        const same = market.forcedOrders(event.time, event.time + 1).map((f) => [f.direction > 0 ? 'long' : 'short', f.quantity])
        expect(same).toContainEqual([event.side, event.quantity])
      }
    }
    for (const mark of eventsOf(got.data, 'markPrice')) expect(mark).toMatchObject({ type: 'markPrice', markPrice: expect.any(Number) })
    expect([got.unknown, got.closed]).toEqual([[], []])
  })

  it('follow changes of the symbols, and say that they were cut', async () => {
    const got = await listen(feedOf(), [CALM])
    for (const socket of got.sockets) await socket.setSymbols([WILD])
    got.data.length = 0
    await vi.waitFor(() => expect(new Set(got.data.map((d) => `${d.channel} ${d.symbol}`)).size).toBeGreaterThanOrEqual(3), PATIENT)
    expect(got.data.slice(-10).every((d) => d.symbol === WILD)).toBe(true)
    face().faults.add({ kind: 'cut', seconds: 60, rest: true })
    await vi.waitFor(() => expect(got.closed).toHaveLength(1), PATIENT)
  })

  it('tell garbage from the good', async () => {
    const got = await listen(feedOf(), [CALM])
    face().faults.add({ kind: 'garbage', seconds: 60, everyMs: 5 })
    await vi.waitFor(() => {
      expect(got.unknown.length).toBeGreaterThan(50)
      expect(eventsOf(got.data, 'candle').length).toBeGreaterThanOrEqual(2)
    }, PATIENT)
    for (const event of eventsOf(got.data, 'candle')) {
      if (event.type !== 'candle') throw new Error('no candle')
      const { open, close, volume } = marketCandle(marketOf(CALM), event.openTime)
      expect([event.open, event.close, event.volume]).toEqual([open, close, volume])
    }
    expect(got.closed).toEqual([])
  })
})
