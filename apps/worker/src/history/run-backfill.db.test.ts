import { readTable } from '@faultline/db/repositories/events'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { FaultlineError } from '@faultline/market/errors'
import type { BackfillProgress } from '@faultline/market/feed'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { makeInstrument } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { DirectIngest } from '../../test/direct-ingest.ts'
import { FakeRest, type FakeVenue } from '../../test/fake-rest.ts'
import { gapRows, storedLines, truthLines } from '../../test/history-rows.ts'
import { LeapingClock } from '../../test/leaping-clock.ts'
import { FeedError } from '../feed/venue-feed.ts'
import { planHistory } from './plan-history.ts'
import { type BackfillOptions, type BackfillResult, NO_CANDLES, runBackfill } from './run-backfill.ts'
import { WindowLimiter } from './window-limiter.ts'
import type { Stretch, Window } from './windows.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()

const NOW = Date.UTC(2026, 5, 30, 3)
const DAY = (n: number): number => Date.UTC(2026, 5, n)
/** Begins in the middle of a day, as what an administrator asks for does. */
const WANTED = { from: DAY(26) + 18 * HOUR_MS, to: NOW }
/** Newest first. */
const WINDOWS: [number, number][] = [
  [DAY(30), NOW],
  [DAY(29), DAY(30)],
  [DAY(28), DAY(29)],
  [DAY(27), DAY(28)],
  [WANTED.from, DAY(27)],
]

async function prepare(venue: Partial<FakeVenue> = {}) {
  const { id, symbol } = await makeInstrument(t.db)
  const clock = new LeapingClock(NOW)
  const rest = new FakeRest({ now: () => NOW, ...venue })
  const ingest = new DirectIngest(t.db)
  const reports: { progress: BackfillProgress; message: string | null }[] = []
  const log: string[] = []
  const done: Stretch[] = []
  const reached: (number | null)[] = []
  const limiter = new WindowLimiter()
  const run = async (options: Partial<BackfillOptions> = {}): Promise<BackfillResult> =>
    runBackfill({
      rest,
      limits: rest.venue.limits,
      ingest,
      symbol,
      instrumentId: id,
      windows: options.windows ?? (await planHistory(t.db, { instrumentId: id, ...(options.wanted ?? WANTED), bucketMs: MINUTE_MS })),
      wanted: WANTED,
      limiter,
      now: () => NOW,
      signal: new AbortController().signal,
      onProgress: (progress, message) => reports.push({ progress, message }),
      onWindow: ({ from, to }, _count, at) => {
        done.push({ from, to })
        reached.push(at)
      },
      log: (line) => log.push(line),
      clock,
      random: () => 0.5,
      ...options,
    })
  const windowsAsked = (): [number, number][] => rest.calls.filter((c) => c.channel === 'candle').map((c) => [c.from, c.to])
  return { id, symbol, clock, rest, ingest, reports, log, done, reached, run, windowsAsked }
}

it('stores everything that the venue has, newest first, and counts how far it is', async () => {
  const b = await prepare()
  b.rest.venue.answer = async () => b.clock.advance(100)
  expect(await b.run()).toEqual({ stored: 5, refused: 0, reachedBeginning: null, stopped: false })
  expect(b.windowsAsked()).toEqual(WINDOWS)
  expect(b.done.map(({ from, to }) => [from, to])).toEqual(WINDOWS)
  expect(b.reached).toEqual(WINDOWS.map(([from]) => from))
  expect(b.ingest.stored).toHaveLength(5)
  expect(await storedLines(t.db, b.id, WANTED)).toEqual(truthLines(b.rest, b.symbol, WANTED))
  expect(await gapRows(t.db, b.id)).toEqual([])

  const total = (NOW - WANTED.from) / MINUTE_MS
  const steps = b.reports.map(({ progress }) => progress)
  expect(steps[0]).toEqual({ phase: 'fetching', done: 0, total, etaMs: null, from: WANTED.from, reached: null })
  expect(steps.at(-1)).toEqual({ phase: 'fetching', done: total, total, etaMs: 0, from: WANTED.from, reached: WANTED.from })
  expect(steps[1]).toMatchObject({ done: 180, reached: DAY(30) })
  expect(steps[2]).toMatchObject({ done: 180 + 1_440, reached: DAY(29) })
  // Seven requests of 100 ms each for a window: what is left takes as long per minute as what was done.
  const perWindow = 7 * 100
  expect(steps[1]?.etaMs).toBe(Math.round((perWindow * (total - 180)) / 180))
  expect(steps[2]?.etaMs).toBe(Math.round((2 * perWindow * (total - 1_620)) / 1_620))
  expect(b.reports.every(({ message }) => message === null)).toBe(true)

  // Nothing is left to do.
  const calls = b.rest.calls.length
  expect(await b.run()).toEqual({ stored: 0, refused: 0, reachedBeginning: null, stopped: false })
  expect(b.rest.calls).toHaveLength(calls)
  expect(b.reports.at(-1)?.progress).toEqual({ phase: 'fetching', done: 0, total: 0, etaMs: 0, from: WANTED.from, reached: WANTED.from })
})

it('gives each window to the store in one piece, with the figure that its first bucket sees', async () => {
  const b = await prepare()
  await b.run({ wanted: { from: DAY(29), to: DAY(30) } })
  const [only, ...others] = b.ingest.stored
  expect(others).toEqual([])
  expect(only?.late).toBe(false)
  expect(only?.events[0]).toMatchObject({ type: 'openInterest', time: DAY(29) - 5 * MINUTE_MS })
  expect(only?.events.filter((e) => e.type === 'candle')).toHaveLength(1_440)
})

it('goes on where it was stopped, with no window twice but the one in flight', async () => {
  const b = await prepare()
  for (const stopAt of [0, 2, 1]) {
    const stop = new AbortController()
    let windows = 0
    b.rest.venue.fail = (call) => {
      // In the middle of a window: the candles are there, what follows is not.
      if (call.channel === 'funding' && windows++ === stopAt) stop.abort()
      return null
    }
    expect(await b.run({ signal: stop.signal })).toMatchObject({ stopped: true, stored: stopAt })
  }
  b.rest.venue.fail = () => null
  expect(await b.run()).toMatchObject({ stopped: false, stored: 2 })
  const asked = (n: number): number => b.windowsAsked().filter(([from]) => from === WINDOWS[n]?.[0]).length
  expect(WINDOWS.map((_, n) => asked(n))).toEqual([2, 1, 2, 2, 1])
  expect(b.ingest.stored).toHaveLength(5)
  for (const { inserted, events } of b.ingest.stored) expect(events.length - inserted).toBeLessThanOrEqual(1)
  expect(await storedLines(t.db, b.id, WANTED)).toEqual(truthLines(b.rest, b.symbol, WANTED))
})

it('is ended by a store that fails, whether its transaction was committed or not, and goes on with a new plan', async () => {
  const b = await prepare()
  b.ingest.fail = (count) => (count === 1 ? new Error('the connection was lost') : null)
  await expect(b.run()).rejects.toThrow('the connection was lost')
  b.ingest.fail = () => null
  const store = b.ingest.store.bind(b.ingest)
  let stores = 0
  b.ingest.store = async (id, events, options) => {
    await store(id, events, options)
    if (stores++ === 1) throw new Error('committed, and nobody was told')
  }
  await expect(b.run()).rejects.toThrow('nobody was told')
  await b.run()
  expect(b.windowsAsked().map(([from]) => from)).toEqual([DAY(30), DAY(29), DAY(29), DAY(28), DAY(27), WANTED.from])
  expect(await storedLines(t.db, b.id, WANTED)).toEqual(truthLines(b.rest, b.symbol, WANTED))
})

it('keeps what it has fetched while the database is away, and asks for no more', async () => {
  const b = await prepare()
  let away = 0
  b.ingest.fail = (count) => (count === 2 && away++ < 3 ? new FaultlineError('unavailable', 'The database is away.') : null)
  expect(await b.run()).toMatchObject({ stored: 5 })
  expect(b.windowsAsked()).toEqual(WINDOWS)
  expect(b.reports.flatMap(({ message }) => message ?? [])).toHaveLength(3)
  expect(b.reports.find(({ message }) => message)?.message).toMatch(/cannot be stored while the database is away. Trying again in 1 s.$/)
  expect(await storedLines(t.db, b.id, WANTED)).toEqual(truthLines(b.rest, b.symbol, WANTED))

  const lost = await prepare()
  lost.ingest.fail = () => new FaultlineError('lease_lost', 'Another has taken over.')
  await expect(lost.run()).rejects.toMatchObject({ code: 'lease_lost' })
})

it('asks nothing while it is banned, says until when, and goes on after', async () => {
  const b = await prepare()
  const until = NOW + 3 * HOUR_MS
  b.rest.venue.now = () => b.clock.now()
  const bans: number[] = []
  b.rest.venue.fail = (call) => {
    // In the middle of a window: its candles are there.
    if (b.clock.now() >= until || call.from >= DAY(29) || call.channel !== 'openInterest') return null
    bans.push(call.at)
    return new FeedError('blocked', 'HTTP 418', { until })
  }
  // What follows the candles is asked at one moment, also what was on its way when the ban came.
  b.rest.venue.answer = async (call) => b.clock.advance(call.channel === 'candle' ? 100 : 0)
  expect(await b.run()).toMatchObject({ stored: 5 })
  expect(bans).toHaveLength(1)
  const began = bans[0] as number
  expect(b.rest.calls.filter((c) => c.at > began && c.at < until)).toEqual([])
  const waiting = b.reports.filter(({ message }) => message)
  expect(waiting.map(({ message }) => message)).toEqual(['The venue has told us to wait until 2026-06-30T06:00:00.000Z.'])
  expect(waiting[0]?.progress.etaMs).toBeGreaterThan(until - began - SECOND_MS)
  expect(waiting[0]?.progress.reached).toBe(DAY(30))
  // Having waited does not make what is left slower.
  const after = b.reports.find(({ progress }) => progress.done > (waiting[0]?.progress.done as number))
  expect(after?.progress.etaMs).toBeLessThan(HOUR_MS)
  expect(await storedLines(t.db, b.id, WANTED)).toEqual(truthLines(b.rest, b.symbol, WANTED))
})

it('tries again after errors of the venue, ever less often and without losing anything', async () => {
  const b = await prepare()
  const times: number[] = []
  let later = false
  b.rest.venue.fail = (call) => {
    if (call.channel === 'candle' && call.from === DAY(27) && !later) {
      later = true
      return new FeedError('failed', 'HTTP 502.')
    }
    if (call.from !== DAY(28) || call.channel !== 'longShortRatio' || call.kind !== 'topAccounts' || times.length === 9) return null
    times.push(b.clock.now())
    return times.length % 2 ? new FeedError('failed', 'HTTP 500.') : new FeedError('unreachable', 'No answer.')
  }
  expect(await b.run()).toMatchObject({ stored: 5, refused: 0 })
  const waits = times.slice(1).map((time, i) => time - (times[i] as number))
  expect(waits.slice(0, 4)).toEqual([625, 1_250, 2_500, 5_000])
  expect(Math.max(...waits)).toBeLessThanOrEqual(30 * SECOND_MS)
  const messages = b.reports.flatMap(({ message }) => message ?? [])
  expect(messages.slice(0, 2)).toEqual(['HTTP 500. Trying again in 1 s.', 'No answer. Trying again in 2 s.'])
  // A window that was stored makes the next wait a short one.
  expect(messages.at(-1)).toBe('HTTP 502. Trying again in 1 s.')
  expect(await storedLines(t.db, b.id, WANTED)).toEqual(truthLines(b.rest, b.symbol, WANTED))
  expect(await gapRows(t.db, b.id)).toEqual([])
})

it('gives up a window that the venue refuses, and says so in the ledger', async () => {
  const b = await prepare()
  const refuse = (call: { channel: string; from: number }): FeedError | null =>
    call.channel === 'candle' && (call.from === DAY(30) || call.from === DAY(28)) ? new FeedError('refused', 'Invalid range.') : null
  b.rest.venue.fail = refuse
  expect(await b.run()).toMatchObject({ stored: 3, refused: 2, reachedBeginning: null })
  await b.ingest.flush()
  const reason = 'the venue refuses it: Invalid range.'
  expect(await gapRows(t.db, b.id)).toEqual([
    { channel: 'candle', from: DAY(28), to: DAY(29), status: 'unrecoverable', reason },
    { channel: 'candle', from: DAY(30), to: NOW, status: 'unrecoverable', reason },
  ])
  expect(b.log.filter((line) => line.includes('given up'))).toHaveLength(2)
  expect(b.reports.at(-1)?.progress).toMatchObject({ done: b.reports[0]?.progress.total, reached: null })
  // They are not asked for again.
  const calls = b.rest.calls.length
  await b.run()
  expect(b.rest.calls).toHaveLength(calls)
})

it('gives up nothing while the venue refuses everything, and goes on when it answers again', async () => {
  const b = await prepare()
  const times: number[] = []
  b.rest.venue.fail = (call) => {
    if (b.rest.calls.length <= 3 || times.length === 20) return null
    // The candles of the first window are there already: what follows them is not left out for that.
    times.push(b.clock.now())
    return new FeedError('refused', `${call.channel} is not served here.`)
  }
  expect(await b.run()).toEqual({ stored: 5, refused: 0, reachedBeginning: null, stopped: false })
  expect(b.reports.find(({ message }) => message)?.message).toMatch(/^.* is not served here. Trying again in 1 s.$/)
  await b.ingest.flush()
  expect(await gapRows(t.db, b.id)).toEqual([])
  expect(await storedLines(t.db, b.id, WANTED)).toEqual(truthLines(b.rest, b.symbol, WANTED))
})

it('stops while it asks whether the venue answers at all', async () => {
  const b = await prepare()
  const stop = new AbortController()
  b.rest.venue.fail = () => {
    if (b.rest.calls.length === 2) stop.abort()
    return b.rest.calls.length === 1 ? new FeedError('refused', 'Invalid range.') : null
  }
  expect(await b.run({ signal: stop.signal })).toMatchObject({ stopped: true, stored: 0 })
})

it('waits as it is told when the venue blocks the question whether it answers at all', async () => {
  const b = await prepare()
  const until = NOW + HOUR_MS
  const asked: number[] = []
  b.rest.venue.fail = () => {
    asked.push(b.clock.now())
    if (asked.length === 1) return new FeedError('refused', 'Invalid range.')
    return asked.length === 2 ? new FeedError('blocked', 'HTTP 429', { until }) : null
  }
  expect(await b.run()).toMatchObject({ stored: 5, refused: 0 })
  expect(asked.slice(0, 3)).toEqual([NOW, NOW, until])
})

it('stops where the venue’s history begins', async () => {
  const genesis = DAY(29) + 7 * HOUR_MS
  const b = await prepare({ genesis })
  expect(await b.run()).toEqual({ stored: 2, refused: 0, reachedBeginning: genesis, stopped: false })
  expect(b.windowsAsked()).toEqual(WINDOWS.slice(0, 3))
  const last = b.reports.at(-1)?.progress
  expect(last?.done).toBe(last?.total)
  await b.ingest.flush()
  expect(await gapRows(t.db, b.id)).toEqual([])
  // Later it asks once more, and comes to the same end.
  expect(await b.run()).toMatchObject({ stored: 0, reachedBeginning: genesis })
  expect(b.windowsAsked().slice(3)).toEqual([[DAY(29), genesis], WINDOWS[2]])
})

it('enters holes in the venue’s candles as lost, and asks for them never again', async () => {
  const lost = [
    { from: DAY(28) - HOUR_MS, to: DAY(28) + HOUR_MS },
    { from: DAY(29) + 5 * MINUTE_MS, to: DAY(29) + 6 * MINUTE_MS },
    // Too young to be sure.
    { from: NOW - 2 * MINUTE_MS, to: NOW },
  ]
  const b = await prepare({ lost })
  expect(await b.run()).toMatchObject({ stored: 5, reachedBeginning: null })
  await b.ingest.flush()
  expect(await gapRows(t.db, b.id)).toEqual([
    { channel: 'candle', ...lost[0], status: 'unrecoverable', reason: NO_CANDLES },
    { channel: 'candle', ...lost[1], status: 'unrecoverable', reason: NO_CANDLES },
    { channel: 'candle', ...lost[2], status: 'open', reason: `${NO_CANDLES} yet` },
  ])
  expect(await planHistory(t.db, { instrumentId: b.id, ...WANTED, bucketMs: MINUTE_MS })).toEqual([{ ...lost[2], olderStored: true }])
})

it('knows a hole that is asked for on its own from the beginning of history', async () => {
  const b = await prepare()
  await b.run()
  const hole = { from: DAY(28), to: DAY(29) + HOUR_MS }
  b.rest.venue.lost = [hole]
  const windows: Window[] = [
    { from: DAY(29), to: hole.to, olderStored: true },
    { from: hole.from, to: DAY(29), olderStored: true },
  ]
  expect(await b.run({ windows })).toEqual({ stored: 0, refused: 0, reachedBeginning: null, stopped: false })
  await b.ingest.flush()
  expect((await gapRows(t.db, b.id)).map((g) => [g.from, g.to, g.status])).toEqual([
    [DAY(28), DAY(29), 'unrecoverable'],
    [DAY(29), hole.to, 'unrecoverable'],
  ])
})

it('catches up from the oldest window when it is told to', async () => {
  const b = await prepare()
  const plan = await planHistory(t.db, { instrumentId: b.id, ...WANTED, bucketMs: MINUTE_MS })
  b.rest.venue.lost = [{ from: WANTED.from, to: DAY(28) }]
  expect(await b.run({ windows: plan.toReversed(), late: true })).toMatchObject({ stored: 3, reachedBeginning: null })
  expect(b.ingest.stored.map((s) => s.late)).toEqual([true, true, true])
  expect(b.done.map(({ from }) => from)).toEqual([DAY(28), DAY(29), DAY(30)])
  expect(b.reached).toEqual([null, null, WANTED.from])
  await b.ingest.flush()
  expect((await gapRows(t.db, b.id)).map((g) => [g.from, g.to])).toEqual([
    [WANTED.from, DAY(27)],
    [DAY(27), DAY(28)],
  ])
})

it('brings instruments of a source on together, two windows at a time', async () => {
  const limiter = new WindowLimiter()
  const three = await Promise.all([prepare(), prepare(), prepare()])
  const order: string[] = []
  let inFlight = 0
  let most = 0
  for (const b of three) {
    b.rest.venue.fail = (call) => {
      if (call.channel === 'candle') {
        order.push(b.symbol)
        most = Math.max(most, ++inFlight)
      }
      return null
    }
    const store = b.ingest.store.bind(b.ingest)
    b.ingest.store = async (...given) => {
      await store(...given)
      inFlight--
    }
  }
  await Promise.all(three.map((b) => b.run({ limiter })))
  expect(most).toBe(2)
  expect(order).toHaveLength(15)
  // At no moment is an instrument more than two windows ahead of another.
  const counts = new Map(three.map((b) => [b.symbol, 0]))
  for (const symbol of order) {
    counts.set(symbol, (counts.get(symbol) as number) + 1)
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(2)
  }
  for (const b of three) expect(await storedLines(t.db, b.id, WANTED)).toEqual(truthLines(b.rest, b.symbol, WANTED))
})

it('ends at once when it is stopped while it waits, and keeps what is being written', async () => {
  const b = await prepare()
  const stop = new AbortController()
  const until = NOW + DAY_MS
  b.rest.venue.fail = () => new FeedError('blocked', 'HTTP 418', { until })
  const still = Object.assign(Object.create(b.clock) as LeapingClock, { setTimeout: () => () => undefined })
  const waiting = b.run({ clock: still, signal: stop.signal })
  await vi.waitFor(() => expect(b.reports.at(-1)?.message).toContain('wait until'))
  stop.abort()
  expect(await waiting).toMatchObject({ stopped: true, stored: 0 })

  b.rest.venue.fail = () => null
  const late = new AbortController()
  const store = b.ingest.store.bind(b.ingest)
  b.ingest.store = (...given) => {
    late.abort()
    return store(...given)
  }
  expect(await b.run({ signal: late.signal })).toMatchObject({ stored: 1 })
  const { columns } = await readTable(t.db.pool, 'candle', b.id, { intervalMs: MINUTE_MS })
  expect(columns.openTime).toHaveLength(180)
})

it('stores nothing that is later than what was wanted', async () => {
  const b = await prepare({ now: () => NOW + DAY_MS })
  const to = NOW - 2 * MINUTE_MS
  await b.run({ wanted: { from: DAY(29), to }, now: () => NOW + DAY_MS })
  const events = b.ingest.stored.flatMap(({ events }) => events as LiveEvent[])
  expect(Math.max(...events.map((e) => (e.type === 'candle' ? e.openTime + e.intervalMs : e.time)))).toBe(to)
})
