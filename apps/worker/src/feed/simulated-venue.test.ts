/** The whole feed against the simulated venue: what its ledger says was lost stands in the gaps, and nothing else does. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FeedChannel } from '@faultline/market/feed'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RecordingSink } from '../../test/fake-feed.ts'
import { createBinanceFeed } from '../venues/binance/feed.ts'
import { BanFile } from './ban-file.ts'
import { systemClock } from './clock.ts'
import { FeedSupervisor } from './supervisor.ts'

const SYMBOLS = ['SIMSPARKUSDT', 'SIMGALEUSDT']
const SPEED = 60
const SECOND = 1_000
const PATIENT = { timeout: 40_000, interval: 50 }
/** From a message's time to when a busy machine has it, and how much of the proven is doubted at the edges of an outage. */
const EDGES_MS = 4 * SECOND * SPEED
const IN_LEDGER: Partial<Record<FeedChannel, string>> = { liquidation: 'forceOrder', candle: 'kline', markPrice: 'markPrice' }

let venue: Awaited<ReturnType<typeof startTestVenue>>
let folder: string

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'faultline-supervised-'))
  venue = await startTestVenue({ symbols: SYMBOLS, speed: SPEED })
})
afterAll(async () => {
  await venue?.close()
  rmSync(folder, { recursive: true })
})

function supervise() {
  venue.faults.clear()
  const feed = createBinanceFeed({
    restUrl: venue.rest,
    wsUrl: venue.ws,
    banFile: new BanFile(path.join(folder, 'bans.json')),
    log: () => undefined,
  })
  const opened: { plan: string; at: number }[] = []
  const openSocket = feed.openSocket.bind(feed)
  feed.openSocket = async (plan, symbols, handlers) => {
    const socket = await openSocket(plan, symbols, handlers)
    opened.push({ plan: plan.name, at: Date.now() })
    return socket
  }
  const sink = new RecordingSink(systemClock)
  const supervisor = new FeedSupervisor({
    feed,
    sink,
    // The shortest waits, for a test that does not last.
    random: () => 0,
    options: { maxSilenceMs: { markPrice: 2_000, candle: 10_000, depth: 5_000 }, openInterestPollMs: 1_000 },
    log: () => undefined,
    longestSilence: async () => null,
  })
  supervisor.setInstruments(SYMBOLS.map((symbol, i) => ({ instrumentId: i + 1, symbol, coveredTo: {} })))
  supervisor.start()
  onTestFinished(async () => {
    await supervisor.stop()
    await feed.close()
  })
  return { feed, sink, supervisor, opened }
}
type Supervised = ReturnType<typeof supervise>

const sinceOf = ({ sink }: Supervised, channel: FeedChannel): number =>
  sink.covers.find((c) => c.instrumentId === 1 && c.channel === channel)?.to ?? Number.POSITIVE_INFINITY

/** Every channel of the sockets is covered up to what the venue's clock shows now. */
async function caughtUp({ sink, supervisor }: Supervised): Promise<void> {
  const now = venue.now()
  await vi.waitFor(() => {
    for (const instrumentId of [1, 2])
      for (const channel of ['liquidation', 'candle', 'markPrice', 'depth'] as const)
        expect(sink.coveredTo(instrumentId, channel)).toBeGreaterThan(now)
    expect(supervisor.sourceStatus().state).toBe('live')
  }, PATIENT)
}

/** As much of the venue's time as that passes. */
const passed = (venueMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, venueMs / SPEED))

/** Compares with the venue's ledger: lost messages are in gaps, others have come and are not. */
function compare(supervised: Supervised): { lost: number; come: number } {
  const { sink } = supervised
  const counts = { lost: 0, come: 0 }
  for (const [channel, name] of Object.entries(IN_LEDGER) as [FeedChannel, string][])
    SYMBOLS.forEach((symbol, i) => {
      const gaps = sink.ledger(i + 1, channel)
      for (const { status, from, to } of gaps) {
        expect(status).toBe(channel === 'candle' ? 'open' : 'unrecoverable')
        expect(from).toBeLessThan(to)
      }
      const until = sink.coveredTo(i + 1, channel) ?? 0
      const { entries } = venue.ledger.entries({ channel: name, symbol, closed: true, limit: 1_000_000 })
      const counted = entries.filter((e) => e.time > sinceOf(supervised, channel) + EDGES_MS && e.time < until)
      for (const { time, delivered } of counted) {
        const inGap = gaps.find((gap) => gap.from <= time && time < gap.to)
        if (delivered === 0) {
          counts.lost++
          expect(inGap, `${channel} of ${symbol} at ${time} was lost and stands in no gap`).toBeDefined()
          continue
        }
        counts.come++
        const inside = inGap && inGap.from + EDGES_MS < time && time < inGap.to - EDGES_MS
        expect(inside, `${channel} of ${symbol} at ${time} came and stands in a gap`).not.toBe(true)
      }
    })
  return counts
}

describe('a feed of the simulated venue', () => {
  it('sees a stall behind answered pings, reconnects, and accounts for what was lost', async () => {
    const supervised = supervise()
    const { sink, supervisor, opened } = supervised
    await caughtUp(supervised)
    await passed(4 * 60 * SECOND)
    await caughtUp(supervised)
    const { id } = venue.faults.add({ kind: 'stall', seconds: 60 })
    const stalledAt = Date.now()
    // Within the fault: nothing but the silence tells.
    await vi.waitFor(() => expect(opened.some((o) => o.plan === 'market' && o.at > stalledAt + SECOND)).toBe(true), PATIENT)
    await vi.waitFor(() => expect(sink.ledger(1, 'liquidation').length).toBeGreaterThan(0), PATIENT)
    await vi.waitFor(() => expect(supervisor.statusOf(1).markPrice?.state).toBe('late'), PATIENT)
    venue.faults.remove(id)
    await caughtUp(supervised)
    expect(supervisor.statusOf(1)).toMatchObject({
      candle: { state: 'fresh' },
      markPrice: { state: 'fresh' },
      liquidation: { state: 'fresh' },
    })
    const { lost, come } = compare(supervised)
    expect(lost).toBeGreaterThan(3)
    expect(come).toBeGreaterThan(3)
  })

  it('cut off for some seconds, REST as well, has the gaps that the ledger has', async () => {
    const supervised = supervise()
    const { sink, supervisor } = supervised
    await caughtUp(supervised)
    await vi.waitFor(() => expect(sink.coveredTo(2, 'openInterest')).not.toBeNull(), PATIENT)
    await passed(4 * 60 * SECOND)
    await caughtUp(supervised)
    const cutAt = venue.now()
    venue.faults.add({ kind: 'cut', seconds: 4, rest: true })
    await vi.waitFor(() => expect(supervisor.sourceStatus().state).toBe('unreachable'), PATIENT)
    await vi.waitFor(() => expect(venue.faults.list()).toEqual([]), PATIENT)
    const endedAt = venue.now()
    await caughtUp(supervised)
    await vi.waitFor(() => expect(sink.coveredTo(1, 'openInterest')).toBeGreaterThan(endedAt), PATIENT)
    const { lost, come } = compare(supervised)
    expect(lost).toBeGreaterThan(3)
    expect(come).toBeGreaterThan(3)
    for (const channel of ['liquidation', 'candle', 'markPrice', 'depth', 'openInterest'] as const) {
      const gap = sink.ledger(1, channel).find((g) => g.from <= cutAt + EDGES_MS && g.to >= endedAt)
      expect(gap?.from, channel).toBeLessThanOrEqual(cutAt + EDGES_MS)
      expect(gap?.status).toBe(channel === 'candle' || channel === 'openInterest' ? 'open' : 'unrecoverable')
    }
    expect(supervisor.sourceStatus()).toMatchObject({ state: 'live', blockedUntil: null })
  })
})
