/** The feed against the simulated venue: what arrives is what the venue’s own books say, of markets and of accounts. */
import { readAddresses } from '@faultline/market/observed-addresses'
import { floorTo } from '@faultline/market/units'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { eventsOf, feedAt, listen, marketCandle } from '../../../test/listening.ts'
import { createHyperliquidFeed } from './feed.ts'

type Venue = Awaited<ReturnType<typeof startTestVenue>>
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const PATIENT = { timeout: 40_000, interval: 50 }
const CALM = 'SIMOAK'
const WILD = 'SIMSPARK'
let venue: Venue

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
beforeAll(async () => {
  venue = await startTestVenue({ symbols: ['SIMOAKUSDT', 'SIMSPARKUSDT'], venues: ['hyperliquid', 'bybit'], speed: 120 })
})
afterAll(() => venue?.close())
beforeEach(() => face().faults.clear())

const face = () => {
  const found = venue.venues.hyperliquid
  if (!found) throw new Error('no Hyperliquid')
  return found
}
const marketOf = (symbol: string) => {
  const market = face().market(`${symbol}USDT`)
  if (!market) throw new Error('no market')
  return market
}
const feedOf = (sides: 1 | 2 = 1) => feedAt((options) => createHyperliquidFeed({ ...options, openInterestSides: sides }), face())

describe('REST', () => {
  it('lists what trades, and tells the time and the tiers', async () => {
    const { rest } = feedOf()
    expect(await rest.instruments()).toEqual(
      [CALM, WILD].map((symbol) => ({ venue: 'hyperliquid', symbol, baseAsset: symbol, quoteAsset: 'USDC', contractSize: 1 })),
    )
    // A busy machine simulates a little behind the clock.
    const told = await rest.serverTime()
    expect(told).toBeLessThanOrEqual(venue.now())
    expect(told).toBeGreaterThan(venue.now() - HOUR)
    const tiers = await rest.marginTiers(WILD)
    const { brackets } = marketOf(WILD).instrument
    expect(tiers?.map((t) => [t.floorUsd, t.maxLeverage, t.maintMarginRatio])).toEqual(
      brackets.map((b) => [b.notionalFloor, b.initialLeverage, 1 / (2 * b.initialLeverage)]),
    )
    expect(await rest.marginTiers('NOSUCH')).toBeNull()
    expect(rest.usedWeight()).toMatchObject({ used: expect.any(Number), limit: 1_200 })
  })

  it('gives the candles of the market, never the open one', async () => {
    const { rest } = feedOf()
    const market = marketOf(WILD)
    const candles = await rest.candles(WILD, market.genesis, market.genesis + 5 * HOUR)
    expect(candles).toHaveLength(300)
    for (const candle of candles) {
      const { takerBuyVolume: _t, quoteVolume: _q, ...expected } = marketCandle(market, candle.openTime)
      expect(candle).toEqual(expected)
    }
    const start = floorTo(venue.now(), MINUTE) - 5 * MINUTE
    const recent = await rest.candles(WILD, start, start + 60 * MINUTE)
    const after = venue.now()
    expect(recent.length).toBeGreaterThanOrEqual(5)
    for (const { openTime } of recent) expect(openTime + MINUTE).toBeLessThanOrEqual(after)
  })

  it('gives open interest of one side, whichever way the venue counts, and hourly settlements', async () => {
    const market = marketOf(WILD)
    const [one, two] = [await feedOf(1).rest.openInterest(WILD), await feedOf(2).rest.openInterest(WILD)]
    for (const [event, sides] of [
      [one, 1],
      [two, 2],
    ] as const)
      expect(Math.abs(event.openInterest * sides - market.openInterestAt(event.time)) / market.openInterestAt(event.time)).toBeLessThan(
        0.01,
      )

    const { rest } = feedOf()
    const told = await rest.fundingHistory(WILD, market.genesis, market.genesis + 6 * HOUR + 1)
    expect(told.length).toBeGreaterThan(0)
    for (const f of told) expect([f.time % HOUR, f.intervalHours]).toEqual([0, 1])
    await expect(rest.openInterestHistory(WILD, 0, 1)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('no history'),
    })
    await expect(rest.ratioHistory(WILD, 'accounts', 0, 1)).rejects.toMatchObject({ code: 'refused' })
    await expect(rest.openInterest('NOSUCH')).rejects.toMatchObject({ code: 'refused' })
  })

  it('stays away when it is told to', async () => {
    const { rest, observed } = feedOf()
    face().faults.add({ kind: 'rateLimit', seconds: 30, retryAfter: 6 })
    await expect(rest.serverTime()).rejects.toMatchObject({ code: 'blocked' })
    face().faults.clear()
    await expect(observed.clearinghouseState(`0x${'0'.repeat(40)}`)).rejects.toMatchObject({ code: 'blocked' })
  })
})

describe('accounts', () => {
  it('are found in the leaderboard, and hold what the market says that they do', async () => {
    const { observed } = feedOf()
    const { addresses } = readAddresses(await (await fetch(`${face().rest}/leaderboard`)).text())
    expect(addresses.length).toBeGreaterThan(10)
    let seen = 0
    for (const address of addresses) {
      if (seen > 3) break
      const { positions, unread } = await observed.clearinghouseState(address)
      expect(unread).toBeNull()
      for (const position of positions) {
        const account = marketOf(position.symbol)
          .accounts?.()
          .find((a) => a.address === address)
        // A position may have changed since it was asked for.
        const own = account?.positions.find((p) => Number(p.quantity.toFixed(4)) === position.sizeBase)
        if (!own) continue
        seen++
        expect([position.side, position.marginMode]).toEqual([own.direction > 0 ? 'long' : 'short', own.cross ? 'cross' : 'isolated'])
        expect(position.liquidationPrice === null).toBe(!(own.liquidationPrice > 0))
        if (position.liquidationPrice !== null) expect(position.liquidationPrice / own.liquidationPrice).toBeCloseTo(1, 3)
        expect(position.entryPrice / own.entryPrice).toBeCloseTo(1, 3)
      }
    }
    expect(seen).toBeGreaterThan(3)
    expect((await observed.clearinghouseState(`0x${'0'.repeat(40)}`)).positions).toEqual([])
  })
})

describe('sockets', () => {
  it('bring closed candles with what takers bought, marks and books of the market', async () => {
    const got = await listen(feedOf(), [CALM, WILD])
    await vi.waitFor(() => {
      const candles = eventsOf(got.data, 'candle')
      expect(candles.filter((e) => e.type === 'candle' && e.takerBuyVolume !== undefined).length).toBeGreaterThanOrEqual(4)
      expect(eventsOf(got.data, 'depth').length).toBeGreaterThanOrEqual(4)
    }, PATIENT)
    for (const reading of got.data.filter((d) => d.channel === 'candle')) {
      for (const event of reading.events) {
        if (event.type !== 'candle') throw new Error('no candle')
        const { takerBuyVolume, quoteVolume: _q, ...own } = marketCandle(marketOf(reading.symbol), event.openTime)
        expect(event).toMatchObject(own)
        // The share of what was heard; at this speed the first minute may lack some trades.
        if (event.takerBuyVolume !== undefined)
          expect(Math.abs(event.takerBuyVolume - takerBuyVolume)).toBeLessThan(0.02 * own.volume + 1e-9)
      }
    }
    const marks = eventsOf(got.data, 'markPrice')
    expect(marks.length).toBeGreaterThan(10)
    // Contexts have no time of their own: that of the newest book is the venue's.
    for (const mark of marks) if (mark.type === 'markPrice') expect(mark.time).toBeLessThanOrEqual(venue.now())
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
