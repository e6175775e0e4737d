import type { Queryable } from '@faultline/db/database'
import { readTable } from '@faultline/db/repositories/events'

export interface CandleRun {
  /** end of the stored candles that follow `from` without a hole; `from` itself when there is none */
  end: number
  /** start of the first stored candle beyond a hole; null when there is none */
  beyond: number | null
}

/** How far the stored candles reach from `from` on without a hole; at most `limit` of them are looked at. */
export async function candleRun(q: Queryable, instrumentId: number, bucketMs: number, from: number, limit = 1_440): Promise<CandleRun> {
  const near = await readTable(q, 'candle', instrumentId, { from, to: from + limit * bucketMs, intervalMs: bucketMs })
  const times = near.columns.openTime
  let end = from
  let row = 0
  while (row < times.length && times[row] === end) {
    end += bucketMs
    row++
  }
  if (row < times.length) return { end, beyond: times[row] as number }
  if (row === limit) return { end, beyond: null }
  return { end, beyond: await firstCandle(q, instrumentId, bucketMs, end) }
}

/** Start of the first stored candle at or after `from`. */
export async function firstCandle(q: Queryable, instrumentId: number, bucketMs: number, from: number): Promise<number | null> {
  const { rows } = await q.query<{ at: Date }>(
    'select open_time as at from candle where instrument_id = $1 and interval_ms = $2 and open_time >= $3 order by open_time limit 1',
    [instrumentId, bucketMs, new Date(from)],
  )
  return rows[0]?.at.getTime() ?? null
}
