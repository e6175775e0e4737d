import type { Database } from '@faultline/db/database'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { afterEach, expect, it, vi } from 'vitest'
import { FakeRest } from '../../test/fake-rest.ts'
import { FeedError } from '../feed/venue-feed.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { OverdueCandles } from './overdue-candles.ts'

afterEach(() => void vi.restoreAllMocks())

it('asks again though the clock of the machine was set back by an hour', async () => {
  let [wall, monotonic] = [50 * HOUR_MS, 0]
  vi.spyOn(Date, 'now').mockImplementation(() => wall)
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic)
  const rest = new FakeRest({ now: () => 40 * HOUR_MS, fail: () => new FeedError('failed', 'no answer') })
  const overdue = new OverdueCandles({
    db: {} as Database,
    instrument: { id: 1, key: 'k', symbol: 'S' } as InstrumentRow,
    bucketMs: MINUTE_MS,
    rest,
    ingest: {} as Ingest,
    signal: new AbortController().signal,
    log: () => undefined,
    enterGap: () => Promise.resolve(),
  })
  const next = 39 * HOUR_MS
  const look = async (): Promise<void> => {
    overdue.look({ now: monotonic, venueNow: next + MINUTE_MS + monotonic, next, busy: false })
    await overdue.ended()
    wall += 5_000
    monotonic += 5_000
  }
  for (let i = 0; i < 4; i++) await look()
  const before = rest.calls.length
  expect(before).toBeGreaterThan(0)
  wall -= HOUR_MS
  for (let i = 0; i < 8; i++) await look()
  expect(rest.calls.length).toBeGreaterThan(before)
})

it('asks for no more than a page of the venue at once', async () => {
  const rest = new FakeRest({ now: () => 40 * HOUR_MS })
  const stored: unknown[] = []
  const overdue = new OverdueCandles({
    db: {} as Database,
    instrument: { id: 1, key: 'k', symbol: 'S' } as InstrumentRow,
    bucketMs: MINUTE_MS,
    rest,
    pageMs: 300 * MINUTE_MS,
    ingest: { store: async (_: number, events: readonly unknown[]) => void stored.push(...events) } as unknown as Ingest,
    signal: new AbortController().signal,
    log: () => undefined,
    enterGap: () => Promise.resolve(),
  })
  const from = 20 * HOUR_MS
  overdue.fill(from, from + 8 * HOUR_MS)
  await overdue.ended()
  expect(rest.calls).toMatchObject([{ from, to: from + 300 * MINUTE_MS }])
  expect(stored).toHaveLength(300)
})
