/** The feeds of Bybit and OKX against one simulated market split over both: what arrives is what the market itself says. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { RATIO_KINDS } from '@faultline/market/event'
import { floorTo } from '@faultline/market/units'
import { startTestVenue, VENUE_START } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { BanFile } from '../feed/ban-file.ts'
import type { FeedSocket, Reading, VenueFeed } from '../feed/venue-feed.ts'
import { createBybitFeed } from './bybit/feed.ts'
import { createOkxFeed } from './okx/feed.ts'

type Venue = Awaited<ReturnType<typeof startTestVenue>>
type Data = Extract<Reading, { kind: 'data' }>

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const PATIENT = { timeout: 40_000, interval: 50 }
const MARKET = 'SIMSPARKUSDT'
const VENUES = [
  { wire: 'bybit', symbol: 'SIMSPARKUSDT', create: createBybitFeed, contractSize: 1 },
  { wire: 'okx', symbol: 'SIMSPARK-USDT-SWAP', create: createOkxFeed, contractSize: 100_000 },
] as const
let venue: Venue
let folder: string

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'faultline-simulated-'))
  venue = await startTestVenue({ symbols: [MARKET], venues: ['bybit', 'okx'], seed: 6, speed: 200 })
})
afterAll(async () => {
  await venue?.close()
  rmSync(folder, { recursive: true })
})

describe.each(VENUES)('the feed of $wire', ({ wire, symbol, create, contractSize }) => {
  const face = () => {
    const found = venue.venues[wire]
    const market = found?.market(MARKET)
    if (!found || !market) throw new Error(`no ${wire}`)
    return { ...found, market, faults: found.faults, instrument: market.instrument }
  }
  const feedOf = (): VenueFeed => {
    const { rest, ws } = face()
    const feed = create({ restUrl: rest, wsUrl: ws, banFile: new BanFile(path.join(folder, `${wire}.json`)), log: () => undefined })
    onTestFinished(() => feed.close())
    return feed
  }
  const listen = async (feed: VenueFeed) => {
    const got = { data: [] as Data[], unknown: [] as string[], closed: [] as string[], sockets: [] as FeedSocket[] }
    for (const plan of feed.sockets)
      got.sockets.push(
        await feed.openSocket(plan, [symbol], {
          onReading: (reading) => {
            if (reading.kind === 'data') got.data.push(reading)
            else if (reading.kind === 'unknown') got.unknown.push(reading.reason)
          },
          onClosed: (reason) => got.closed.push(reason),
        }),
      )
    return got
  }
  beforeEach(() => face().faults.clear())

  it('lists the instrument with its contract size, its margin table and the venue’s time', async () => {
    const { rest } = feedOf()
    expect(await rest.instruments()).toEqual([
      { venue: wire === 'bybit' ? 'bybit-linear' : 'okx-swap', symbol, baseAsset: 'SIMSPARK', quoteAsset: 'USDT', contractSize },
    ])
    const told = await rest.serverTime()
    expect(told).toBeGreaterThan(VENUE_START)
    expect(told).toBeLessThanOrEqual(venue.now())
    const tiers = (await rest.marginTiers(symbol)) ?? []
    const { brackets } = face().instrument
    expect(tiers.map((t) => [t.maintMarginRatio, t.maxLeverage])).toEqual(brackets.map((b) => [b.maintMarginRatio, b.initialLeverage]))
    // OKX’s tiers are in contracts at a mark that goes on.
    for (const [i, { capUsd }] of tiers.entries()) expect((capUsd ?? 0) / (brackets[i]?.notionalCap ?? 1)).toBeCloseTo(1, 1)
  })

  it('gives the candles of its share of the market, never the open one', async () => {
    const { rest } = feedOf()
    const { market, instrument } = face()
    const from = market.genesis
    const candles = await rest.candles(symbol, from, from + 3 * HOUR)
    const { columns, length } = market.candles(from, from + 3 * HOUR)
    expect([candles.length, length]).toEqual([180, 180])
    for (const [i, candle] of candles.entries()) {
      expect(candle.openTime).toBe(columns.openTime[i])
      for (const field of ['open', 'high', 'low', 'close'] as const)
        expect(candle[field]).toBe(Number((columns[field][i] as number).toFixed(instrument.priceDecimals)))
      expect(candle.volume).toBeCloseTo(columns.volume[i] as number, instrument.quantityDecimals)
      expect(candle).not.toHaveProperty('takerBuyVolume')
    }
    const start = floorTo(venue.now(), MINUTE) - 5 * MINUTE
    const recent = await rest.candles(symbol, start, start + 60 * MINUTE)
    const after = venue.now()
    expect(recent.length).toBeGreaterThanOrEqual(4)
    for (const { openTime } of recent) expect(openTime + MINUTE).toBeLessThanOrEqual(after)
  })

  it('gives the open interest of one side now and then, settlements, and the ratios that it publishes', async () => {
    const { rest } = feedOf()
    const { market } = face()
    const now = await rest.openInterest(symbol)
    expect(now.openInterest / market.openInterestAt(now.time)).toBeCloseTo(1, 6)
    const [from, to] = [market.genesis + HOUR, market.genesis + 5 * HOUR]
    const past = market.openInterestHistory(from, to).columns
    const told = await rest.openInterestHistory(symbol, from, to)
    expect(told.map((e) => e.time)).toEqual([...past.time])
    for (const [i, { openInterest }] of told.entries()) expect(openInterest / (past.openInterest[i] as number)).toBeCloseTo(1, 6)

    const settled = market.fundingHistory(market.genesis, market.genesis + 6 * HOUR).columns
    const fundings = await rest.fundingHistory(symbol, market.genesis, market.genesis + 6 * HOUR)
    expect(fundings).toEqual(
      Array.from(settled.time, (stamped, i) => ({
        type: 'funding',
        time: floorTo(stamped, HOUR),
        rate: Number((settled.rate[i] as number).toFixed(8)),
        intervalHours: 4,
      })),
    )
    expect(fundings.length).toBeGreaterThan(0)

    const ratios = market.ratioHistory(from, to).columns
    const kinds = wire === 'bybit' ? (['accounts'] as const) : (['accounts', 'topAccounts', 'topPositions'] as const)
    for (const kind of kinds) {
      const own = Array.from(ratios.time, (time, i) => ({
        time,
        kind: RATIO_KINDS[ratios.kind[i] as number],
        ratio: ratios.ratio[i] as number,
      }))
      const answer = await rest.ratioHistory(symbol, kind, from, to)
      expect(answer.map((r) => r.time)).toEqual(own.filter((r) => r.kind === kind).map((r) => r.time))
      for (const [i, { ratio }] of answer.entries()) expect(ratio / (own.filter((r) => r.kind === kind)[i]?.ratio ?? 0)).toBeCloseTo(1, 2)
    }
    if (wire === 'bybit') await expect(rest.ratioHistory(symbol, 'takerVolume', from, to)).rejects.toMatchObject({ code: 'refused' })
    else
      for (const { time, ratio } of await rest.ratioHistory(symbol, 'takerVolume', from, to)) {
        const { takerBuyVolume, volume } = market.candles(time - 5 * MINUTE, time).columns
        const bought = takerBuyVolume.reduce((sum, v) => sum + v, 0)
        expect(ratio).toBeCloseTo(bought / (volume.reduce((sum, v) => sum + v, 0) - bought), 2)
      }
  })

  it('hears candles with what takers bought, marks, liquidations and books of its share, and nothing unknown', async () => {
    const feed = feedOf()
    const { market, instrument } = face()
    const got = await listen(feed)
    const events = <K extends string>(type: K) => got.data.flatMap((d) => d.events).filter((e) => e.type === type)
    await vi.waitFor(() => {
      expect(events('candle').filter((c) => c.type === 'candle' && c.takerBuyVolume !== undefined).length).toBeGreaterThanOrEqual(2)
      expect(events('markPrice').length).toBeGreaterThan(20)
      expect(events('liquidation').length).toBeGreaterThan(0)
      expect(events('depth').length).toBeGreaterThan(0)
    }, PATIENT)
    await Promise.all(got.sockets.map((socket) => socket.close()))
    expect([got.unknown, got.closed]).toEqual([[], []])

    const seconds = events('markPrice').map((m) => (m.type === 'markPrice' ? floorTo(m.time, 1_000) : 0))
    expect(new Set(seconds).size).toBe(seconds.length)
    for (const event of got.data.flatMap((d) => d.events)) {
      if (event.type === 'candle') {
        const { columns } = market.candles(event.openTime, event.openTime + MINUTE)
        expect(event.close).toBe(Number((columns.close[0] as number).toFixed(instrument.priceDecimals)))
        expect(event.volume).toBeCloseTo(columns.volume[0] as number, instrument.quantityDecimals)
        if (event.takerBuyVolume !== undefined)
          expect(event.takerBuyVolume / event.volume).toBeCloseTo((columns.takerBuyVolume[0] as number) / (columns.volume[0] as number), 3)
      }
      // The market knows its last ten minutes.
      if (event.type === 'markPrice' && event.time > venue.now() - 5 * MINUTE) {
        expect(event.markPrice).toBe(Number(market.markAt(event.time).markPrice.toFixed(instrument.priceDecimals)))
      }
      if (event.type === 'liquidation') {
        const forced = market.forcedOrders(event.time, event.time + 1)
        const own = forced.find(
          ({ direction, orderPrice, quantity }) =>
            direction > 0 === (event.side === 'long') &&
            orderPrice.toFixed(instrument.priceDecimals) === event.price.toFixed(instrument.priceDecimals) &&
            Math.abs(quantity - event.quantity) <= contractSize,
        )
        expect(own, `a liquidation at ${event.time} that was none`).toBeDefined()
        expect([event.priceKind, event.quantityUsd]).toEqual(['bankruptcy', event.price * event.quantity])
      }
      if (event.type === 'depth') expect([event.bids.length, event.asks.length].every((levels) => levels > 0)).toBe(true)
    }
    const last = events('markPrice').at(-1)
    expect(last).toMatchObject({ nextFundingTime: expect.any(Number), predictedFundingRate: expect.any(Number) })
  })

  it('says once that it was cut, and can be had again', async () => {
    const feed = feedOf()
    const got = await listen(feed)
    face().faults.add({ kind: 'cut', seconds: 60, rest: true })
    await vi.waitFor(() => expect(got.closed).toHaveLength(2), PATIENT)
    await expect(feed.rest.serverTime()).rejects.toMatchObject({ code: 'unreachable' })
    face().faults.clear()
    const again = await listen(feed)
    await vi.waitFor(() => expect(again.data.length).toBeGreaterThan(0), PATIENT)
    expect(got.closed).toHaveLength(2)
  })

  it('asks nothing after it was told to wait', async () => {
    const { rest } = feedOf()
    face().faults.add({ kind: 'ban', seconds: 6 })
    await expect(rest.serverTime()).rejects.toMatchObject({ code: 'blocked' })
    face().faults.clear()
    await expect(rest.openInterest(symbol)).rejects.toMatchObject({ code: 'blocked' })
    await expect(feedOf().rest.serverTime()).rejects.toMatchObject({ code: 'blocked' })
  })
})
