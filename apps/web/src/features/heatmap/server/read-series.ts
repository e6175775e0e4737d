import type { Database } from '@faultline/db/database'
import type { HeatmapView } from './schema.ts'

interface Span {
  instrumentId: number
  /** UTC ms, half open */
  from: number
  to: number
}

/**
 * Candles of `sourceMs` put together to `intervalMs`: the first open, the highest high, the lowest low, the last close,
 * the sum of volumes in base coin. Bars without a single candle are absent. Of months whose minutes retention has dropped,
 * half-hours and days are left: they serve bars of at least that length.
 */
export async function readCandles(
  db: Database,
  { instrumentId, from, to, sourceMs, intervalMs }: Span & { sourceMs: number; intervalMs: number },
): Promise<HeatmapView['candles']> {
  const { rows } = await db.pool.query({
    text: `SELECT (extract(epoch FROM bar) * 1000)::float8,
                  (array_agg(open ORDER BY open_time))[1], max(high), min(low), (array_agg(close ORDER BY open_time DESC))[1], sum(volume)
             FROM (SELECT date_bin($5::float8 * interval '1 millisecond', open_time, 'epoch') AS bar, open_time, open, high, low, close, volume
                     FROM candle
                    WHERE instrument_id = $1 AND interval_ms = $2
                      AND open_time >= to_timestamp($3 / 1000.0) AND open_time < to_timestamp($4 / 1000.0)
                    UNION ALL
                   SELECT date_bin($5::float8 * interval '1 millisecond', open_time, 'epoch'), open_time, open, high, low, close, volume
                     FROM candle_rollup
                    WHERE instrument_id = $1 AND interval_ms > $2 AND interval_ms = CASE WHEN $5::float8 >= 86400000 THEN 86400000 ELSE 1800000 END
                      AND interval_ms <= $5::float8
                      AND open_time >= to_timestamp($3 / 1000.0) AND open_time < to_timestamp($4 / 1000.0)) AS c
            GROUP BY bar ORDER BY bar`,
    values: [instrumentId, sourceMs, from, to, intervalMs],
    rowMode: 'array',
  })
  return { intervalMs, rows: rows as unknown as HeatmapView['candles']['rows'] }
}

/** The last figure of each `binMs`: time, base coin, USD or null. */
export async function readOpenInterest(
  db: Database,
  { instrumentId, from, to, binMs }: Span & { binMs: number },
): Promise<HeatmapView['openInterest']> {
  const { rows } = await db.pool.query({
    text: `SELECT ms, open_interest, open_interest_usd
             FROM (SELECT DISTINCT ON (bin) bin, (extract(epoch FROM time) * 1000)::float8 AS ms, open_interest, open_interest_usd
                     FROM (SELECT date_bin($4::float8 * interval '1 millisecond', time, 'epoch') AS bin, * FROM open_interest
                            WHERE instrument_id = $1 AND time >= to_timestamp($2 / 1000.0) AND time < to_timestamp($3 / 1000.0)) AS o
                    ORDER BY bin, time DESC) AS last
            ORDER BY ms`,
    values: [instrumentId, from, to, binMs],
    rowMode: 'array',
  })
  return rows as unknown as HeatmapView['openInterest']
}

/** Every settlement: time, rate, interval in hours or null. */
export async function readFunding(db: Database, { instrumentId, from, to }: Span): Promise<HeatmapView['funding']> {
  const { rows } = await db.pool.query({
    text: `SELECT (extract(epoch FROM time) * 1000)::float8, rate, interval_hours FROM funding
            WHERE instrument_id = $1 AND time >= to_timestamp($2 / 1000.0) AND time < to_timestamp($3 / 1000.0) ORDER BY time`,
    values: [instrumentId, from, to],
    rowMode: 'array',
  })
  return rows as unknown as HeatmapView['funding']
}

/**
 * Where candles end that are missing at `end`, the end of the last bucket, and may still come: this gap is seen growing.
 * `end` itself where none are.
 */
export async function readGapAhead(db: Database, { instrumentId, end }: { instrumentId: number; end: number }): Promise<number> {
  const { rows } = await db.pool.query<{ to: number | null }>(
    `SELECT (extract(epoch FROM max(to_time)) * 1000)::float8 AS "to" FROM gap
      WHERE instrument_id = $1 AND channel = 'candle' AND status = 'open' AND to_time > to_timestamp($2 / 1000.0)`,
    [instrumentId, end],
  )
  return Math.max(end, rows[0]?.to ?? end)
}

/** Gaps that have not been filled, clipped to [from, to). */
export async function readGaps(db: Database, { instrumentId, from, to }: Span): Promise<HeatmapView['gaps']> {
  const { rows } = await db.pool.query<{ channel: string; from: number; to: number; status: string }>(
    `SELECT channel, status,
            greatest((extract(epoch FROM from_time) * 1000)::float8, $2::float8) AS "from",
            least((extract(epoch FROM to_time) * 1000)::float8, $3::float8) AS "to"
       FROM gap
      WHERE instrument_id = $1 AND status <> 'filled' AND from_time < to_timestamp($3 / 1000.0) AND to_time > to_timestamp($2 / 1000.0)
      ORDER BY from_time, channel`,
    [instrumentId, from, to],
  )
  return rows
}
