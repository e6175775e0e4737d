/** History through the feed as it is in production, from a venue that speaks Binance's wire format. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { RatioKind } from '@faultline/market/event'
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeInstrument } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { startTestVenue, VENUE_START } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { DirectIngest } from '../../test/direct-ingest.ts'
import { eventLines, gapRows, storedLines } from '../../test/history-rows.ts'
import { BanFile } from '../feed/ban-file.ts'
import type { VenueFeed } from '../feed/venue-feed.ts'
import { createBinanceFeed } from '../venues/binance/feed.ts'
import { planHistory } from './plan-history.ts'
import { type BackfillResult, runBackfill } from './run-backfill.ts'
import { WindowLimiter } from './window-limiter.ts'
import type { Stretch } from './windows.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
const t = freshDatabase()
const SYMBOL = 'SIMOAKUSDT'

type Venue = Awaited<ReturnType<typeof startTestVenue>>
let venue: Venue
let feed: VenueFeed
let folder: string
const log: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'faultline-history-'))
  // Six in the morning: the day lies in two windows.
  venue = await startTestVenue({ historyDays: 1, symbols: [SYMBOL], clockStart: VENUE_START + 6 * HOUR_MS })
  feed = createBinanceFeed({
    restUrl: venue.rest,
    wsUrl: venue.ws,
    banFile: new BanFile(path.join(folder, 'bans.json')),
    log: (line) => log.push(line),
  })
})
afterAll(async () => {
  await feed?.close()
  await venue?.close()
  rmSync(folder, { recursive: true })
})

/** A list as the venue answers it, all of it, without any code of the worker's. */
async function raw(call: string, parameters: Record<string, string>, range: Stretch, pageMs: number): Promise<unknown[]> {
  const rows: unknown[] = []
  for (let from = range.from; from < range.to; from += pageMs) {
    const query = { ...parameters, startTime: String(from), endTime: String(Math.min(range.to, from + pageMs) - 1), limit: '500' }
    const answer = await fetch(`${venue.rest}${call}?${new URLSearchParams(query)}`)
    expect(answer.status).toBe(200)
    rows.push(...((await answer.json()) as unknown[]))
  }
  return rows
}

const RATIO_CALLS: Record<RatioKind, string> = {
  accounts: 'globalLongShortAccountRatio',
  topAccounts: 'topLongShortAccountRatio',
  topPositions: 'topLongShortPositionRatio',
  takerVolume: 'takerlongshortRatio',
}

/** What the venue's REST answers say, in our words. */
async function answers(range: Stretch): Promise<LiveEvent[]> {
  const pageMs = 6 * HOUR_MS
  const klines = (await raw('/fapi/v1/klines', { symbol: SYMBOL, interval: '1m' }, range, pageMs)) as [number, ...string[]][]
  const candles = klines.map(([openTime, ...fields]): LiveEvent => {
    const [open, high, low, close, volume, , quoteVolume, tradeCount, takerBuyVolume] = fields.map(Number) as [number, ...number[]]
    return {
      type: 'candle',
      openTime,
      intervalMs: MINUTE_MS,
      open,
      high,
      low,
      close,
      volume,
      quoteVolume,
      tradeCount,
      takerBuyVolume,
    } as LiveEvent
  })
  type Row = Record<string, string> & { timestamp: number; fundingTime: number }
  const statistics = { symbol: SYMBOL, period: '5m' }
  const figures = (await raw('/futures/data/openInterestHist', statistics, range, pageMs)) as Row[]
  const openInterest = figures.map((row): LiveEvent => {
    const [openInterest, openInterestUsd] = [Number(row.sumOpenInterest), Number(row.sumOpenInterestValue)]
    return { type: 'openInterest', time: row.timestamp, openInterest, openInterestUsd }
  })
  const settlements = (await raw('/fapi/v1/fundingRate', { symbol: SYMBOL }, range, DAY_MS)) as Row[]
  const hours = (await (await fetch(`${venue.rest}/fapi/v1/fundingInfo`)).json()) as { symbol: string; fundingIntervalHours: number }[]
  const intervalHours = hours.find((row) => row.symbol === SYMBOL)?.fundingIntervalHours ?? 8
  const funding = settlements.map((row): LiveEvent => {
    return { type: 'funding', time: Math.round(row.fundingTime / MINUTE_MS) * MINUTE_MS, rate: Number(row.fundingRate), intervalHours }
  })
  const ratios: LiveEvent[] = []
  for (const [kind, call] of Object.entries(RATIO_CALLS) as [RatioKind, string][]) {
    const rows = (await raw(`/futures/data/${call}`, statistics, range, pageMs)) as Row[]
    for (const row of rows)
      ratios.push({ type: 'longShortRatio', time: row.timestamp, kind, ratio: Number(row.longShortRatio ?? row.buySellRatio) })
  }
  return [...candles, ...openInterest, ...funding, ...ratios]
}

it('stores of a day what the venue answers about it, through errors, a stop and a ban', async () => {
  const { id } = await makeInstrument(t.db, { symbol: SYMBOL })
  const ingest = new DirectIngest(t.db)
  const to = floorTo(venue.now(), MINUTE_MS)
  // The venue's history begins a day before: what is wanted goes beyond.
  const wanted = { from: to - 2.5 * DAY_MS, to }
  const run = async (options: {
    onMessage: (message: string) => void
    onWindow?: () => void
    signal?: AbortSignal
  }): Promise<BackfillResult> =>
    runBackfill({
      rest: feed.rest,
      limits: feed.history,
      ingest,
      symbol: SYMBOL,
      instrumentId: id,
      windows: await planHistory(t.db, { instrumentId: id, ...wanted, bucketMs: MINUTE_MS }),
      wanted,
      limiter: new WindowLimiter(),
      now: () => venue.now(),
      signal: new AbortController().signal,
      onProgress: (_progress, message) => message && options.onMessage(message),
      log: (line) => log.push(line),
      ...options,
    })
  const messages: string[] = []
  /** Waiting is what ends the fault. */
  const during = (spec: Parameters<Venue['faults']['add']>[0]) => {
    const fault = venue.faults.add(spec)
    return (message: string): void => {
      messages.push(message)
      venue.faults.remove(fault.id)
    }
  }

  const stop = new AbortController()
  const onMessage = during({ kind: 'serverError', seconds: 600, after: 2 })
  expect(await run({ onMessage, onWindow: () => stop.abort(), signal: stop.signal })).toMatchObject({ stored: 1, stopped: true })
  expect(messages).toEqual([expect.stringMatching(/ answered 500.* Trying again in 1 s\.$/)])

  const result = await run({ onMessage: during({ kind: 'rateLimit', seconds: 600, retryAfter: 1 }) })
  expect(messages.slice(1)).toEqual([expect.stringContaining('The venue has told us to wait until')])
  expect(result).toEqual({ stored: 1, refused: 0, reachedBeginning: venue.market(SYMBOL)?.genesis, stopped: false })
  const { entries } = (await (await fetch(`${venue.control}/requests?limit=1000`)).json()) as { entries: { status: number }[] }
  expect(entries.filter((request) => request.status === 429)).toHaveLength(1)

  const said = eventLines(await answers(wanted), wanted)
  const candles = said.filter((line) => line.includes('"candle"'))
  expect(candles.length).toBeGreaterThanOrEqual(DAY_MS / MINUTE_MS)
  expect(said.length - candles.length).toBeGreaterThan(4 * (DAY_MS / (5 * MINUTE_MS)))
  expect(await storedLines(t.db, id, wanted)).toEqual(said)
  await ingest.flush()
  expect(await gapRows(t.db, id)).toEqual([])
})
