/** Stored history as text, to be compared with what a venue says. */
import type { Database } from '@faultline/db/database'
import { readTable } from '@faultline/db/repositories/events'
import type { Gap } from '@faultline/db/repositories/gaps'
import { type LiveEvent, timeOf } from '@faultline/db/repositories/live-events'
import { RATIO_KINDS } from '@faultline/market/event'
import { MINUTE_MS } from '@faultline/market/units'
import type { Stretch } from '../src/history/windows.ts'
import type { FakeRest } from './fake-rest.ts'

/** One line per event with its time in the range, sorted; fields in alphabetical order. */
export const eventLines = (events: readonly LiveEvent[], { from, to }: Stretch): string[] =>
  events
    .filter((event) => timeOf(event) >= from && timeOf(event) < to)
    .map((event) => JSON.stringify(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1))))
    .sort()

export const truthLines = (rest: FakeRest, symbol: string, range: Stretch): string[] => eventLines(rest.truth(symbol, range), range)

/** Candles of a minute, open interest, funding and ratios as they are stored. */
export async function storedLines(db: Database, instrumentId: number, range: Stretch): Promise<string[]> {
  const events: LiveEvent[] = []
  for (const kind of ['candle', 'openInterest', 'funding', 'longShortRatio'] as const) {
    const table = await readTable(db.pool, kind, instrumentId, { ...range, intervalMs: MINUTE_MS })
    const columns = Object.entries(table.columns as Record<string, Float64Array>)
    for (let row = 0; row < table.length; row++) {
      const given = columns.filter(([, values]) => !Number.isNaN(values[row])).map(([name, values]) => [name, values[row]])
      const event = { type: kind, ...Object.fromEntries(given), ...(kind === 'candle' ? { intervalMs: MINUTE_MS } : {}) }
      if (kind === 'longShortRatio') event.kind = RATIO_KINDS[event.kind]
      events.push(event as LiveEvent)
    }
  }
  return eventLines(events, range)
}

export async function gapRows(db: Database, instrumentId: number): Promise<Omit<Gap, 'instrumentId'>[]> {
  const { rows } = await db.pool.query<{
    channel: Gap['channel']
    from_time: Date
    to_time: Date
    status: Gap['status']
    reason: string | null
  }>('select channel, from_time, to_time, status, reason from gap where instrument_id = $1 order by from_time, channel', [instrumentId])
  return rows.map((r) => ({ channel: r.channel, from: r.from_time.getTime(), to: r.to_time.getTime(), status: r.status, reason: r.reason }))
}
