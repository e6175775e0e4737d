import { enterGaps, type Gap } from '@faultline/db/repositories/gaps'
import type { FeedChannel } from '@faultline/market/feed'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { makeInstrument } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { DirectIngest } from '../../test/direct-ingest.ts'
import { FakeRest, type FakeVenue, LIMITS } from '../../test/fake-rest.ts'
import { eventLines, gapRows, storedLines } from '../../test/history-rows.ts'
import { FeedError } from '../feed/venue-feed.ts'
import { HISTORY_CHANNELS, type HistoryChannel } from './channel-history.ts'
import { refillCandles } from './refill-candles.ts'
import { type RefillOptions, type RefillResult, refillGaps } from './refill-gaps.ts'
import { NO_CANDLES } from './run-backfill.ts'
import type { Stretch } from './windows.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()

const NOW = Date.UTC(2026, 5, 30, 12)
/** Sockets do not fall silent on the minute. */
const LOST = { from: NOW - 3 * HOUR_MS + 17_300, to: NOW - HOUR_MS + 41_900 }
/** The minutes whose closing message lay in LOST. */
const MINUTES = { from: NOW - 3 * HOUR_MS, to: NOW - HOUR_MS }

async function prepare(venue: Partial<FakeVenue> = {}) {
  const { id, symbol } = await makeInstrument(t.db)
  const rest = new FakeRest({ now: () => NOW, ...venue })
  const ingest = new DirectIngest(t.db)
  const log: string[] = []
  const enter = (channel: FeedChannel, { from, to }: Stretch, status: Gap['status'] = 'open'): Promise<void> =>
    enterGaps(t.db.pool, [{ instrumentId: id, channel, from, to, status, reason: 'the socket was lost' }])
  const run = (options: Partial<RefillOptions> = {}): Promise<RefillResult> =>
    refillGaps({
      db: t.db,
      rest,
      limits: rest.venue.limits,
      ingest,
      symbol,
      instrumentId: id,
      now: () => NOW,
      signal: new AbortController().signal,
      log: (line) => log.push(line),
      ...options,
    })
  /** Candles up to the silence and after it, as the socket had brought them. */
  const around = async (): Promise<void> => {
    const candles = rest.truth(symbol, { from: MINUTES.from - HOUR_MS, to: NOW }).filter((e) => e.type === 'candle')
    const missed = ({ openTime }: { openTime: number }): boolean => openTime >= MINUTES.from && openTime < MINUTES.to
    await ingest.store(
      id,
      candles.filter((c) => !missed(c)),
    )
    ingest.stored.length = 0
  }
  const gaps = async (): Promise<[string, number, number, string, string | null][]> =>
    (await gapRows(t.db, id)).map((g) => [g.channel, g.from, g.to, g.status, g.reason])
  const truth = (channel: HistoryChannel, range: Stretch): string[] =>
    eventLines(
      rest.truth(symbol, range).filter((e) => e.type === channel),
      range,
    )
  return { id, symbol, rest, ingest, log, enter, run, around, gaps, truth }
}
const NOTHING = { filled: 0, unrecoverable: 0, left: 0, stoppedBy: null }

it.each(HISTORY_CHANNELS)('refills %s', async (channel) => {
  const b = await prepare()
  await b.around()
  b.ingest.knownAfter = NOW - MINUTE_MS
  // A settlement lies in it.
  const lost = channel === 'funding' ? { from: LOST.from - 2 * HOUR_MS, to: LOST.to } : LOST
  await b.enter(channel, lost)
  expect(await b.run()).toEqual({ ...NOTHING, filled: 1 })
  expect(await b.gaps()).toEqual([[channel, lost.from, lost.to, 'filled', 'the socket was lost']])
  const range = channel === 'candle' ? { from: MINUTES.from - HOUR_MS, to: NOW } : lost
  expect(b.truth(channel, range).length).toBeGreaterThan(0)
  expect(await storedLines(t.db, b.id, { from: 0, to: NOW })).toEqual(
    channel === 'candle'
      ? b.truth('candle', range)
      : [
          ...b.truth('candle', { from: MINUTES.from - HOUR_MS, to: MINUTES.from }),
          ...b.truth('candle', { ...MINUTES, to: NOW, from: MINUTES.to }),
          ...b.truth(channel, range),
        ].sort(),
  )
  // What estimated buckets did not see is stored as known later; candles make a new generation instead.
  expect(b.ingest.stored.map((s) => s.late)).toEqual([channel !== 'candle'])
  if (channel === 'candle') expect(b.rest.calls.map((c) => [c.from, c.to])).toEqual([[MINUTES.from, MINUTES.to]])

  const calls = b.rest.calls.length
  expect(await b.run()).toEqual(NOTHING)
  expect(b.rest.calls).toHaveLength(calls)
})

it('works the oldest gap off first, page by page, and each page is stored before the next is asked for', async () => {
  const page = 30 * MINUTE_MS
  const limits = Object.fromEntries(HISTORY_CHANNELS.map((channel) => [channel, { pageMs: page, maxAgeMs: null }]))
  const b = await prepare({ limits })
  await b.enter('openInterest', { from: NOW - 2 * HOUR_MS, to: NOW - HOUR_MS })
  await b.enter('candle', { from: NOW - 5 * HOUR_MS, to: NOW - 4 * HOUR_MS })
  const storedBefore: number[] = []
  b.rest.venue.fail = () => {
    storedBefore.push(b.ingest.stored.length)
    return null
  }
  expect(await b.run()).toEqual({ ...NOTHING, filled: 2 })
  expect(b.rest.calls.map((c) => [c.channel, c.from])).toEqual([
    // The minute before may have been closed by the first message that was missed.
    ['candle', NOW - 5 * HOUR_MS - MINUTE_MS],
    ['candle', NOW - 4.5 * HOUR_MS - MINUTE_MS],
    ['candle', NOW - 4 * HOUR_MS - MINUTE_MS],
    ['openInterest', NOW - 2 * HOUR_MS],
    ['openInterest', NOW - 1.5 * HOUR_MS],
  ])
  expect(storedBefore).toEqual([0, 1, 2, 3, 4])
})

it.each([
  ['HTTP 500', new FeedError('failed', 'HTTP 500')],
  ['silence', new FeedError('unreachable', 'No answer.')],
  ['a ban', new FeedError('blocked', 'HTTP 418', { until: NOW + HOUR_MS })],
])('goes on after %s in the middle, with nothing twice', async (_name, error) => {
  const page = 15 * MINUTE_MS
  const limits = { ...LIMITS, candle: { pageMs: page, maxAgeMs: null } }
  const b = await prepare({ limits })
  await b.around()
  await b.enter('candle', LOST)
  await b.enter('funding', LOST)
  b.rest.venue.fail = () => (b.rest.calls.length === 4 ? error : null)
  expect(await b.run()).toEqual({ ...NOTHING, left: 2, stoppedBy: error })
  expect(b.rest.calls).toHaveLength(4)
  expect((await b.gaps()).map((g) => g[3])).toEqual(['open', 'open'])
  expect(b.log).toEqual([`refilling candle from 2026-06-30T09:00:17.300Z waits: ${error.message}`])

  expect(await b.run()).toEqual({ ...NOTHING, filled: 2 })
  const range = { from: MINUTES.from - HOUR_MS, to: NOW }
  expect((await storedLines(t.db, b.id, range)).filter((line) => line.includes('"candle"'))).toEqual(b.truth('candle', range))
  // The second time it began behind what had been stored: nothing was written twice.
  expect(b.ingest.stored.map((s) => s.events.length - s.inserted)).toEqual(b.ingest.stored.map(() => 0))
  expect(b.rest.calls.filter((c) => c.channel === 'candle').map((c) => c.from)).toEqual(
    [0, 1, 2, 3, 3, 4, 5, 6, 7].map((n) => MINUTES.from + n * page),
  )
})

it('survives its own death between storing and settling', async () => {
  const b = await prepare()
  await b.around()
  for (const channel of HISTORY_CHANNELS) await b.enter(channel, LOST)
  const store = b.ingest.store.bind(b.ingest)
  b.ingest.store = async (...given) => {
    await store(...given)
    throw new Error('killed')
  }
  await expect(b.run()).rejects.toThrow('killed')
  b.ingest.store = store
  expect(await b.run()).toEqual({ ...NOTHING, filled: 4 })
  const range = { from: MINUTES.from - HOUR_MS, to: NOW }
  expect((await storedLines(t.db, b.id, range)).filter((line) => line.includes('"candle"'))).toEqual(b.truth('candle', range))
  for (const channel of ['openInterest', 'longShortRatio'] as const)
    expect((await storedLines(t.db, b.id, LOST)).filter((line) => line.includes(`"${channel}"`))).toEqual(b.truth(channel, LOST))
})

it('stops between two pages when it is told to', async () => {
  const b = await prepare({ limits: { ...LIMITS, candle: { pageMs: 15 * MINUTE_MS, maxAgeMs: null } } })
  await b.enter('candle', LOST)
  const stop = new AbortController()
  b.rest.venue.answer = async () => {
    if (b.rest.calls.length === 2) stop.abort()
  }
  await expect(b.run({ signal: stop.signal })).rejects.toMatchObject({ code: 'unavailable' })
  expect(b.rest.calls).toHaveLength(2)
  expect((await b.gaps()).map((g) => g[3])).toEqual(['open'])
})

it('keeps what the venue has of a gap, and names the rest as lost', async () => {
  const holes = [
    { from: NOW - 2 * HOUR_MS, to: NOW - 2 * HOUR_MS + 10 * MINUTE_MS },
    { from: NOW - 90 * MINUTE_MS, to: NOW - 80 * MINUTE_MS },
  ] as const
  const b = await prepare({ lost: [...holes] })
  await b.around()
  await b.enter('candle', LOST)
  expect(await b.run()).toEqual({ ...NOTHING, unrecoverable: 1 })
  expect(await b.gaps()).toEqual([
    ['candle', LOST.from, holes[0].from, 'filled', NO_CANDLES],
    ['candle', holes[0].from, holes[0].to, 'unrecoverable', NO_CANDLES],
    ['candle', holes[1].from, holes[1].to, 'unrecoverable', NO_CANDLES],
  ])
  const candles = b.rest.truth(b.symbol, MINUTES).filter((e) => e.type === 'candle')
  expect(candles).toHaveLength(100)
  expect((await storedLines(t.db, b.id, MINUTES)).filter((l) => l.includes('"candle"'))).toEqual(eventLines(candles, MINUTES))
  expect(await b.run()).toEqual(NOTHING)
})

it('takes a gap without any candle as lost, once it is old enough to be sure', async () => {
  const b = await prepare({ lost: [{ from: 0, to: NOW }] })
  const young = { from: NOW - 7 * MINUTE_MS, to: NOW - 2 * MINUTE_MS }
  await b.enter('candle', young)
  expect(await b.run()).toEqual({ ...NOTHING, left: 1 })
  expect(await b.run({ now: () => NOW + 3 * MINUTE_MS })).toEqual({ ...NOTHING, unrecoverable: 1 })
  // The minute before it was not part of the gap, which begins on a minute.
  expect(await b.gaps()).toEqual([['candle', young.from, young.to, 'unrecoverable', NO_CANDLES]])
})

it('does not hold the minute before a gap against it', async () => {
  const gap = { from: NOW - 40 * MINUTE_MS, to: NOW - 30 * MINUTE_MS }
  const b = await prepare({ lost: [{ from: gap.from - MINUTE_MS, to: gap.from }] })
  await b.enter('candle', gap)
  expect(await b.run()).toEqual({ ...NOTHING, filled: 1 })
  expect(await storedLines(t.db, b.id, { from: 0, to: NOW })).toEqual(b.truth('candle', gap))
})

it('asks nothing for candles that have come in another way', async () => {
  const b = await prepare()
  await b.around()
  await b.enter('candle', { from: MINUTES.to + 5 * MINUTE_MS, to: MINUTES.to + 9 * MINUTE_MS })
  expect(await b.run()).toEqual({ ...NOTHING, filled: 1 })
  expect(b.rest.calls).toEqual([])
})

it('does not take the first answer about a moment just past for the last word', async () => {
  const b = await prepare()
  const young = { from: NOW - 10 * MINUTE_MS, to: NOW - 20 * SECOND_MS }
  await b.enter('openInterest', young)
  expect(await b.run()).toEqual({ ...NOTHING, left: 1 })
  expect(b.ingest.stored).toHaveLength(1)
  expect(await b.run({ now: () => NOW + MINUTE_MS })).toEqual({ ...NOTHING, filled: 1 })
})

it('gives up what is older than what the venue keeps, and keeps the younger part', async () => {
  const b = await prepare()
  const edge = NOW - 30 * DAY_MS
  const [old, across] = [
    { from: edge - 3 * DAY_MS, to: edge - 2 * DAY_MS },
    { from: edge - DAY_MS, to: edge + DAY_MS },
  ]
  await b.enter('openInterest', old)
  await b.enter('longShortRatio', across)
  expect(await b.run()).toEqual({ ...NOTHING, unrecoverable: 2 })
  const reason = 'older than what the venue keeps'
  const [first, second, ...more] = await b.gaps()
  expect(first).toEqual(['openInterest', old.from, old.to, 'unrecoverable', reason])
  expect(second).toEqual(['longShortRatio', across.from, expect.any(Number), 'unrecoverable', reason])
  expect(Math.abs((second?.[2] as number) - edge)).toBeLessThan(5 * MINUTE_MS)
  expect(more).toEqual([])
  expect(b.rest.calls.filter((c) => c.from < edge)).toEqual([])
  const kept = { from: edge + 5 * MINUTE_MS, to: across.to }
  expect(await storedLines(t.db, b.id, { from: 0, to: NOW })).toEqual(b.truth('longShortRatio', kept))
})

it('gives up what nobody has a history of, and what the venue refuses', async () => {
  const b = await prepare({ limits: { candle: LIMITS.candle, openInterest: LIMITS.openInterest } })
  await b.enter('funding', LOST)
  await b.enter('liquidation', LOST)
  await b.enter('openInterest', LOST)
  await b.enter('candle', LOST, 'unrecoverable')
  b.rest.venue.fail = (call) => (call.channel === 'candle' ? null : new FeedError('refused', 'Invalid symbol.'))
  expect(await b.run()).toEqual({ ...NOTHING, unrecoverable: 3 })
  const noHistory = 'the venue has no history of this channel'
  expect(await b.gaps()).toEqual([
    ['candle', LOST.from, LOST.to, 'unrecoverable', 'the socket was lost'],
    ['funding', LOST.from, LOST.to, 'unrecoverable', noHistory],
    ['liquidation', LOST.from, LOST.to, 'unrecoverable', noHistory],
    ['openInterest', LOST.from, LOST.to, 'unrecoverable', 'the venue refuses it: Invalid symbol.'],
  ])
})

it('gives up nothing while the venue refuses everything', async () => {
  const b = await prepare()
  await b.enter('openInterest', LOST)
  await b.enter('funding', LOST)
  const error = new FeedError('refused', 'Service unavailable from a restricted location.')
  b.rest.venue.fail = () => error
  expect(await b.run()).toEqual({ ...NOTHING, left: 2, stoppedBy: error })
  expect(b.rest.calls).toHaveLength(2)
  b.rest.venue.fail = () => null
  expect(await b.run()).toEqual({ ...NOTHING, filled: 2 })
})

it('leaves a gap open that has grown while it was worked off', async () => {
  const b = await prepare()
  await b.enter('openInterest', LOST)
  const longer = { from: LOST.from, to: LOST.to + 20 * MINUTE_MS }
  b.rest.venue.fail = () => null
  b.rest.venue.answer = () => b.enter('openInterest', longer)
  expect(await b.run()).toEqual({ ...NOTHING, left: 1 })
  b.rest.venue.answer = async () => undefined
  expect(await b.run()).toEqual({ ...NOTHING, filled: 1 })
  expect(await storedLines(t.db, b.id, { from: 0, to: NOW })).toEqual(b.truth('openInterest', longer))
})

it('asks once for candles that are overdue, and says which are still missing', async () => {
  const hole = { from: NOW - 4 * MINUTE_MS, to: NOW - 3 * MINUTE_MS }
  const b = await prepare({ lost: [hole] })
  const { id: instrumentId, symbol, rest, ingest } = b
  const refill = (from: number, to: number, signal = new AbortController().signal) =>
    refillCandles({ rest, ingest, symbol, instrumentId, from, to, signal })
  expect(await refill(NOW - 6 * MINUTE_MS, NOW + MINUTE_MS)).toEqual({
    got: 5,
    missing: [
      [hole.from, hole.to],
      [NOW, NOW + MINUTE_MS],
    ],
  })
  expect(rest.calls).toHaveLength(1)
  const range = { from: NOW - 6 * MINUTE_MS, to: NOW }
  expect(await storedLines(t.db, b.id, range)).toEqual(b.truth('candle', range))
  expect(await refill(NOW, NOW)).toEqual({ got: 0, missing: [] })
  expect(rest.calls).toHaveLength(1)

  rest.venue.fail = () => new FeedError('blocked', 'HTTP 429', { until: NOW + 1_000 })
  await expect(refill(NOW - MINUTE_MS, NOW)).rejects.toMatchObject({ code: 'blocked' })
  rest.venue.fail = () => null
  const stop = new AbortController()
  rest.venue.answer = async () => stop.abort()
  await expect(refill(NOW - 9 * MINUTE_MS, NOW - 8 * MINUTE_MS, stop.signal)).rejects.toMatchObject({ code: 'unavailable' })
  expect(ingest.stored).toHaveLength(1)
})
