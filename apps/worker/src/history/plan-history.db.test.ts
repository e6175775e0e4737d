import { inTransaction } from '@faultline/db/database'
import { enterGaps } from '@faultline/db/repositories/gaps'
import { storeLive } from '@faultline/db/repositories/live-events'
import type { CandleEvent } from '@faultline/market/event'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeInstrument } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { candleHoles, planHistory } from './plan-history.ts'
import type { Stretch } from './windows.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()
const bucketMs = MINUTE_MS
/** 22:00, so that midnight lies inside. */
const FROM = Date.UTC(2026, 2, 1, 22)
const TO = FROM + 4 * HOUR_MS

const candle = (openTime: number, intervalMs = MINUTE_MS): CandleEvent => ({
  type: 'candle',
  openTime,
  intervalMs,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: 0,
})

async function storedInstrument(candles: readonly CandleEvent[]): Promise<number> {
  const { id } = await makeInstrument(t.db)
  const rows = candles.map((event) => ({ instrumentId: id, event, knownAfter: null }))
  await inTransaction(t.db, (client) => storeLive(client, rows))
  return id
}
const minutesOf = (stretches: readonly Stretch[]): number[] =>
  stretches.flatMap(({ from, to }) => Array.from({ length: (to - from) / MINUTE_MS }, (_, i) => from + i * MINUTE_MS)).sort((a, b) => a - b)

it('finds exactly the minutes that are not stored, whatever is stored around them', async () => {
  const runs = fc.array(fc.record({ length: fc.integer({ min: 1, max: 90 }), stored: fc.boolean() }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(runs, async (list) => {
      const stored = list.flatMap((run) => Array<boolean>(run.length).fill(run.stored))
      // Begins an hour before what is asked about, and may end after it.
      const times = stored.map((_, i) => FROM - HOUR_MS + i * MINUTE_MS)
      const have = times.filter((_, i) => stored[i])
      const instrumentId = await storedInstrument(have.map((time) => candle(time)))
      const wanted = minutesOf([{ from: FROM, to: TO }]).filter((time) => !have.includes(time))

      const windows = await planHistory(t.db, { instrumentId, from: FROM, to: TO, bucketMs })
      expect(minutesOf(windows)).toEqual(wanted)
      expect(windows.map((w) => w.from)).toEqual(windows.map((w) => w.from).sort((a, b) => b - a))
      for (const window of windows) {
        expect(window.olderStored).toBe(have.some((time) => time >= FROM && time < window.from))
        expect(Math.floor(window.from / DAY_MS)).toBe(Math.floor((window.to - 1) / DAY_MS))
      }
      expect(minutesOf(await candleHoles(t.db, { instrumentId, from: FROM, to: TO, bucketMs }))).toEqual(wanted)
    }),
    { numRuns: 25 },
  )
})

it('leaves out what nobody has, and asks again for what is open', async () => {
  const instrumentId = await storedInstrument([candle(FROM + 10 * MINUTE_MS)])
  const other = await storedInstrument([])
  const gap = { instrumentId, channel: 'candle' as const, reason: null }
  await enterGaps(t.db.pool, [
    { ...gap, from: FROM + 20 * MINUTE_MS, to: FROM + 30 * MINUTE_MS, status: 'unrecoverable' },
    { ...gap, from: FROM + 40 * MINUTE_MS, to: FROM + 50 * MINUTE_MS, status: 'open' },
    { ...gap, channel: 'liquidation', from: FROM + 60 * MINUTE_MS, to: FROM + 70 * MINUTE_MS, status: 'unrecoverable' },
    { ...gap, instrumentId: other, from: FROM, to: TO, status: 'unrecoverable' },
  ])
  const midnight = FROM + 2 * HOUR_MS
  expect(await planHistory(t.db, { instrumentId, from: FROM - 1, to: TO + 1, bucketMs })).toEqual([
    { from: midnight, to: TO, olderStored: true },
    { from: FROM + 30 * MINUTE_MS, to: midnight, olderStored: true },
    { from: FROM + 11 * MINUTE_MS, to: FROM + 20 * MINUTE_MS, olderStored: true },
    { from: FROM, to: FROM + 10 * MINUTE_MS, olderStored: false },
  ])
  expect(await planHistory(t.db, { instrumentId: other, from: FROM, to: TO, bucketMs })).toEqual([])
})

it('counts candles of the asked length only, and plans nothing where nothing fits', async () => {
  const instrumentId = await storedInstrument([candle(FROM, 5 * MINUTE_MS), candle(FROM + MINUTE_MS)])
  const range = { from: FROM, to: FROM + 3 * MINUTE_MS }
  expect(await planHistory(t.db, { instrumentId, ...range, bucketMs })).toEqual([
    { from: FROM + 2 * MINUTE_MS, to: FROM + 3 * MINUTE_MS, olderStored: true },
    { from: FROM, to: FROM + MINUTE_MS, olderStored: false },
  ])
  expect(await planHistory(t.db, { instrumentId, from: FROM + 1, to: FROM + 119_999, bucketMs })).toEqual([])
})
