/** The check against the simulated venues: what they give, what they hold back, and what is made of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FEED_VENUES, type FeedVenueId, publishes, VENUES, WIRES } from '@faultline/market/venue'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { BanFile } from '../../feed/ban-file.ts'
import { FeedError, type VenueFeed } from '../../feed/venue-feed.ts'
import { FEEDS } from '../feeds.ts'
import { type CheckOptions, checkVenue, type VenueCheck } from './check-venue.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })
const SIMULATED = FEED_VENUES.filter((venue) => VENUES[venue].simulated)
let venue: Awaited<ReturnType<typeof startTestVenue>>
let folder: string
/** all at once: each listens for a while */
let results: Map<FeedVenueId, VenueCheck>

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'faultline-check-'))
  venue = await startTestVenue({ speed: 60, venues: WIRES, historyDays: 1.1 })
  results = new Map(await Promise.all(SIMULATED.map(async (id) => [id, await check(id)] as const)))
})
afterAll(async () => {
  await venue?.close()
  rmSync(folder, { recursive: true })
})

async function check(id: FeedVenueId, change: Partial<CheckOptions> = {}): Promise<VenueCheck> {
  const face = venue.venues[VENUES[id].wire]
  if (!face) throw new Error(`${id} is not served`)
  const feed = (await FEEDS[VENUES[id].wire]())({
    restUrl: face.rest,
    wsUrl: face.ws,
    banFile: new BanFile(path.join(folder, `${id}.json`)),
    log: () => undefined,
  })
  try {
    const options = { venue: id, feed, durationMs: 4_000, symbols: [], baseAssets: ['SIMOAK'], signal: new AbortController().signal }
    return await checkVenue({ ...options, ...change })
  } finally {
    await feed.close()
  }
}

it.each(SIMULATED)('finds that %s gives what its evidence promises', (id) => {
  const result = results.get(id) as VenueCheck
  expect(result.unreachable).toBeNull()
  expect(result.unread).toEqual([])
  const verdicts = Object.fromEntries(result.channels.map(({ channel, verdict }) => [channel, verdict]))
  for (const { channel, verdict } of result.channels) {
    if (!publishes(id, channel)) expect(verdict).toBe('unpublished')
    else if (channel === 'liquidation') expect(['arrived', 'quiet']).toContain(verdict)
    else expect({ channel, verdict, of: result }).toMatchObject({ channel, verdict: 'arrived' })
  }
  expect(verdicts.candle).toBe('arrived')
  expect(result.ok).toBe(true)
  expect(result.samples.map((sample) => sample.channel)).toEqual(expect.arrayContaining(['candle', 'markPrice', 'depth']))
})

it('says which channel is missing, and of a venue that is away that it is', async () => {
  const face = venue.venues.bybit
  const fault = face?.faults.add({ kind: 'stall', channels: ['markPrice'], seconds: 60 })
  const cut = venue.venues.gate?.faults.add({ kind: 'cut', rest: true, seconds: 60 })
  const [stalled, away] = await Promise.all([check('simulated-bybit'), check('simulated-gate')])
  if (fault) face?.faults.remove(fault.id)
  if (cut) venue.venues.gate?.faults.remove(cut.id)
  expect(stalled.ok).toBe(false)
  expect(stalled.channels.find((c) => c.channel === 'markPrice')).toMatchObject({ verdict: 'missing', socket: { count: 0 } })
  expect(stalled.channels.find((c) => c.channel === 'candle')?.verdict).toBe('arrived')

  expect(await check('simulated-okx', { baseAssets: ['BTC'] })).toMatchObject({
    unreachable: expect.stringMatching(/^it lists none of BTC; it has SIM\w+-USDT-SWAP.*--symbol/),
  })
  expect(away).toMatchObject({ ok: false, unreachable: expect.any(String), channels: [] })
  expect(await check('simulated', { baseAssets: ['NOSUCHCOIN'] })).toMatchObject({ unreachable: expect.stringContaining('NOSUCHCOIN') })
})

it('goes on where the venue’s clock is not told any more', async () => {
  let answers = 0
  const refuse = async () => Promise.reject(new FeedError('failed', 'no answer'))
  const rest = {
    serverTime: async () => (++answers <= 2 ? Date.now() : refuse()),
    instruments: async () => [{ venue: 'hyperliquid', symbol: 'BTC', baseAsset: 'BTC', quoteAsset: 'USDC', contractSize: 1 }],
    candles: refuse,
    openInterest: refuse,
    fundingHistory: refuse,
    marginTiers: refuse,
  } as unknown as VenueFeed['rest']
  const feed = { sockets: [], maxSilenceMs: {}, pollMs: { longShortRatio: null }, history: {}, rest } as unknown as VenueFeed
  const options = { durationMs: 1, symbols: [], baseAssets: ['BTC'], signal: new AbortController().signal }
  const result = await checkVenue({ venue: 'hyperliquid', feed, ...options })
  expect(result).toMatchObject({ ok: false, unreachable: null, symbols: ['BTC'] })
  expect(result.channels.find(({ channel }) => channel === 'funding')).toMatchObject({ verdict: 'failed', rest: { message: 'no answer' } })
})
