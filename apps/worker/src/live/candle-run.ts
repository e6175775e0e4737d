import type { Queryable } from '@faultline/db/database'

export interface CandleRun {
  /** end of the stored candles that follow `from` without a hole; `from` itself when there is none */
  end: number
  /** start of the first stored candle beyond a hole; null when there is none among those that were looked at */
  beyond: number | null
  /** no candle is stored behind those that were looked at */
  isAll: boolean
}

/** How far the stored candles reach from `from` on without a hole; the next `limit` of them are looked at. */
export async function candleRun(q: Queryable, instrumentId: number, bucketMs: number, from: number, limit = 1_440): Promise<CandleRun> {
  const { rows } = await q.query<{ at: Date }>(
    'select open_time as at from candle where instrument_id = $1 and interval_ms = $2 and open_time >= $3 order by open_time limit $4',
    [instrumentId, bucketMs, new Date(from), limit],
  )
  let end = from
  let row = 0
  while (row < rows.length && rows[row]?.at.getTime() === end) {
    end += bucketMs
    row++
  }
  return { end, beyond: rows[row]?.at.getTime() ?? null, isAll: rows.length < limit }
}

/** Start of the first stored candle at or after `from`. */
export async function firstCandle(q: Queryable, instrumentId: number, bucketMs: number, from: number): Promise<number | null> {
  const { rows } = await q.query<{ at: Date }>(
    'select open_time as at from candle where instrument_id = $1 and interval_ms = $2 and open_time >= $3 order by open_time limit 1',
    [instrumentId, bucketMs, new Date(from)],
  )
  return rows[0]?.at.getTime() ?? null
}
