import type { Database } from '@faultline/db/database'
import type { HeatmapView } from './schema.ts'

interface Span {
  instrumentId: number
  /** UTC ms, half open */
  from: number
  to: number
}

/** Candles with what takers bought in each, in base coin: null where it is not known of all of it. */
export type CandleSeries = HeatmapView['candles'] & { takerBuy: HeatmapView['takerBuy'] }

/**
 * Candles of `sourceMs` put together to `intervalMs`: the first open, the highest high, the lowest low, the last close,
 * the sum of volumes in base coin. Bars without a single candle are absent. Of months whose minutes retention has dropped,
 * half-hours and days are left: they serve bars of at least that length.
 */
export async function readCandles(
  db: Database,
  { instrumentId, from, to, sourceMs, intervalMs }: Span & { sourceMs: number; intervalMs: number },
): Promise<CandleSeries> {
  const { rows } = await db.pool.query<[number, number, number, number, number, number, number | null]>({
    text: `SELECT (extract(epoch FROM bar) * 1000)::float8,
                  (array_agg(open ORDER BY open_time))[1], max(high), min(low), (array_agg(close ORDER BY open_time DESC))[1], sum(volume),
                  CASE WHEN count(taker_buy_volume) = count(*) THEN sum(taker_buy_volume) END
             FROM (SELECT date_bin($5::float8 * interval '1 millisecond', open_time, 'epoch') AS bar, open_time, open, high, low, close, volume,
                          taker_buy_volume
                     FROM candle
                    WHERE instrument_id = $1 AND interval_ms = $2
                      AND open_time >= to_timestamp($3 / 1000.0) AND open_time < to_timestamp($4 / 1000.0)
                    UNION ALL
                   SELECT date_bin($5::float8 * interval '1 millisecond', open_time, 'epoch'), open_time, open, high, low, close, volume, taker_buy_volume
                     FROM candle_rollup
                    WHERE instrument_id = $1 AND interval_ms > $2 AND interval_ms = CASE WHEN $5::float8 >= 86400000 THEN 86400000 ELSE 1800000 END
                      AND interval_ms <= $5::float8
                      AND open_time >= to_timestamp($3 / 1000.0) AND open_time < to_timestamp($4 / 1000.0)) AS c
            GROUP BY bar ORDER BY bar`,
    values: [instrumentId, sourceMs, from, to, intervalMs],
    rowMode: 'array',
  })
  return {
    intervalMs,
    rows: rows.map(([time, open, high, low, close, volume]) => [time, open, high, low, close, volume]),
    takerBuy: rows.map((row) => row[6]),
  }
}

/** Prints added up over `binMs`: start, USD of longs, USD of shorts, of all these instruments together. */
export async function readLiquidations(
  db: Database,
  { instrumentIds, from, to, binMs }: Omit<Span, 'instrumentId'> & { instrumentIds: readonly number[]; binMs: number },
): Promise<HeatmapView['liquidations']> {
  const { rows } = await db.pool.query({
    text: `SELECT (extract(epoch FROM date_bin($4::float8 * interval '1 millisecond', time, 'epoch')) * 1000)::float8 AS bin,
                  coalesce(sum(quantity_usd) FILTER (WHERE side = 'long'), 0)::float8, coalesce(sum(quantity_usd) FILTER (WHERE side = 'short'), 0)::float8
             FROM liquidation
            WHERE instrument_id = ANY($1::int[]) AND time >= to_timestamp($2 / 1000.0) AND time < to_timestamp($3 / 1000.0)
            GROUP BY bin ORDER BY bin`,
    values: [instrumentIds, from, to, binMs],
    rowMode: 'array',
  })
  return rows as unknown as HeatmapView['liquidations']
}

/** The last ratio of each `binMs`, by kind: time and longs over shorts. */
export async function readRatios(
  db: Database,
  { instrumentId, from, to, binMs }: Span & { binMs: number },
): Promise<HeatmapView['ratios']> {
  const { rows } = await db.pool.query<[string, number, number]>({
    text: `SELECT kind, ms, ratio
             FROM (SELECT DISTINCT ON (kind, bin) kind::text, bin, (extract(epoch FROM time) * 1000)::float8 AS ms, ratio
                     FROM (SELECT date_bin($4::float8 * interval '1 millisecond', time, 'epoch') AS bin, * FROM long_short_ratio
                            WHERE instrument_id = $1 AND time >= to_timestamp($2 / 1000.0) AND time < to_timestamp($3 / 1000.0)) AS r
                    ORDER BY kind, bin, time DESC) AS last
            ORDER BY kind, ms`,
    values: [instrumentId, from, to, binMs],
    rowMode: 'array',
  })
  const kinds = new Map<string, [number, number][]>()
  for (const [kind, time, ratio] of rows) {
    const list = kinds.get(kind)
    if (list) list.push([time, ratio])
    else kinds.set(kind, [[time, ratio]])
  }
  return [...kinds].map(([kind, list]) => ({ kind, rows: list }))
}

/** What the venue expects of the next settlement after `end`, as it said last before then, at most an hour earlier; null where it says nothing. */
export async function readPredictedFunding(
  db: Database,
  { instrumentId, end }: { instrumentId: number; end: number },
): Promise<HeatmapView['predictedFunding']> {
  const { rows } = await db.pool.query<{ time: number; rate: number }>(
    `SELECT (extract(epoch FROM next_funding_time) * 1000)::float8 AS time, predicted_funding_rate AS rate FROM mark_price
      WHERE instrument_id = $1 AND time > to_timestamp($2 / 1000.0) - interval '1 hour' AND time <= to_timestamp($2 / 1000.0) + interval '2 minutes'
        AND predicted_funding_rate IS NOT NULL AND next_funding_time > to_timestamp($2 / 1000.0)
      ORDER BY mark_price.time DESC LIMIT 1`,
    [instrumentId, end],
  )
  return rows[0] ?? null
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
