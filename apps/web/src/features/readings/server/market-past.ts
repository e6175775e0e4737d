/** Of a market's past what is not read off columns: how much of each move was forced, breakouts that were noted, books by the hour. */
import type { Database } from '@faultline/db/database'
import { type InputMember, unpackBook } from '@faultline/db/repositories/market-inputs'
import { type Coverage, forcedShare, type MoveBar } from '@faultline/engine/readings/forced-share'
import { DAY_MS, HOUR_MS, isoTime, type Side } from '@faultline/market/units'
import { VENUES } from '@faultline/market/venue'
import type { Move } from '../prepare/moves.ts'
import { round } from '../prepare/round.ts'
import { breather } from './breather.ts'
import type { HistoryReadings } from './schema.ts'

/** How much of all liquidations a feed shows: a venue that tells of all may lose some, of a sample a fifth to all may be seen. */
const COVERAGE: Record<'all' | 'sample', Coverage> = {
  all: { low: 0.9, mid: 1, high: 1 },
  sample: { low: 0.2, mid: 0.5, high: 1 },
}
const HALF_HOUR_MS = HOUR_MS / 2

interface MemberMove {
  coverage: Coverage
  longUsd: number
  shortUsd: number
}

/**
 * The part of a move that liquidations were, over the members whose venues publish them: the volume of the others is left out too. Null
 * where none does, or none has told of a single one.
 */
export async function forcedOf(
  db: Database,
  members: readonly InputMember[],
  move: Move,
): Promise<HistoryReadings['moves'][number]['forced']> {
  const told = members.flatMap((member) => {
    const { liquidations } = VENUES[member.venue]
    return liquidations === 'none' ? [] : [{ member, coverage: COVERAGE[liquidations] }]
  })
  if (told.length === 0) return null
  const read = await Promise.all(
    told.map(async ({ member, coverage }) => {
      const [bars, prints] = await Promise.all([readBars(db, member, move), readPrints(db, member.id, move)])
      return prints && { bars, moved: { coverage, ...prints } }
    }),
  )
  const known = read.filter((row) => row !== null)
  if (known.length === 0) return null
  const printed = known.map(({ moved }) => moved)
  const share = forcedShare(
    // Bars of several members follow one another: two without volume say which way the move went.
    [still(1), ...known.flatMap(({ bars }) => bars), still(1 + move.change)],
    { longUsd: sum(printed, 'longUsd'), shortUsd: sum(printed, 'shortUsd') },
    coverageOf(printed, move.change < 0 ? 'longUsd' : 'shortUsd'),
  )
  return share && { share: round(share.share, 3), low: round(share.low, 3), high: round(share.high, 3), usd: round(share.forcedUsd) }
}

const still = (price: number): MoveBar => ({ open: price, close: price, volume: 0 })

const sum = (rows: readonly MemberMove[], field: 'longUsd' | 'shortUsd') => rows.reduce((usd, row) => usd + row[field], 0)

/** Of feeds together: all that they showed by all that each is thought to have had. */
function coverageOf(rows: readonly MemberMove[], field: 'longUsd' | 'shortUsd'): Coverage {
  const printed = sum(rows, field)
  const at = (p: keyof Coverage) =>
    printed > 0
      ? Math.min(1, printed / rows.reduce((usd, row) => usd + row[field] / row.coverage[p], 0))
      : Math.min(...rows.map(({ coverage }) => coverage[p]))
  return { low: at('low'), mid: at('mid'), high: at('high') }
}

/** Candles of the move, half-hours where retention has dropped them; the takers' part is there only where every candle has it. */
async function readBars(db: Database, { id, intervalMs }: InputMember, { from, to }: Move): Promise<MoveBar[]> {
  const read = async (table: 'candle' | 'candle_rollup', interval: number) => {
    const { rows } = await db.pool.query<MoveBar & { taker: number | null }>(
      `SELECT open, close, volume, taker_buy_volume AS taker FROM ${table}
        WHERE instrument_id = $1 AND interval_ms = $2 AND open_time >= $3 AND open_time < $4 ORDER BY open_time`,
      [id, interval, isoTime(from), isoTime(to)],
    )
    return rows.map(
      ({ open, close, volume, taker }): MoveBar => ({
        open,
        close,
        volume,
        ...(taker === null ? {} : { takerBuyVolume: Math.min(volume, taker) }),
      }),
    )
  }
  const bars = await read('candle', intervalMs)
  return bars.length > 0 ? bars : read('candle_rollup', HALF_HOUR_MS)
}

/** Null where the feed has never told of one before the end of the move: its silence says nothing. */
async function readPrints(db: Database, instrumentId: number, { from, to }: Move): Promise<{ longUsd: number; shortUsd: number } | null> {
  const { rows } = await db.pool.query<{ longUsd: number; shortUsd: number; ever: boolean }>(
    `SELECT coalesce(sum(quantity_usd) FILTER (WHERE side = 'long'), 0) AS "longUsd",
            coalesce(sum(quantity_usd) FILTER (WHERE side = 'short'), 0) AS "shortUsd",
            exists (SELECT FROM liquidation WHERE instrument_id = $1 AND time < $3) AS ever
       FROM liquidation WHERE instrument_id = $1 AND time >= $2 AND time < $3`,
    [instrumentId, isoTime(from), isoTime(to)],
  )
  const [row] = rows
  return row?.ever ? { longUsd: row.longUsd, shortUsd: row.shortUsd } : null
}

type Breakouts = HistoryReadings['breakouts']

/** Breakouts that were noted as they came, bar by bar, and since when there are any. */
export async function notedBreakouts(
  db: Database,
  instrumentId: number,
  { from, to }: { from: number; to: number },
): Promise<{ since: number | null; breakouts: Breakouts }> {
  const { rows } = await db.pool.query<{ time: number; side: Side; lowPrice: number; highPrice: number; usd: number }>(
    `SELECT (extract(epoch FROM time) * 1000)::float8 AS time, side, low AS "lowPrice", high AS "highPrice", usd FROM breakout
      WHERE instrument_id = $1 AND time > $2 AND time <= $3 ORDER BY time, side, low`,
    [instrumentId, isoTime(from), isoTime(to)],
  )
  const { rows: first } = await db.pool.query<{ since: number | null }>(
    'SELECT (extract(epoch FROM min(time)) * 1000)::float8 AS since FROM breakout WHERE instrument_id = $1',
    [instrumentId],
  )
  return { since: first[0]?.since ?? null, breakouts: rows }
}

const WITHIN = 0.01
/** A book an hour is enough for a mean, and a month of them for a day's hours. */
const MOST_BOOK_DAYS = 30

/** What stood within 1 % of the middle of a stored book of each hour: mean by hour of the day and venue. */
export async function liquidityByHour(
  db: Database,
  members: readonly InputMember[],
  { from, to }: { from: number; to: number },
): Promise<HistoryReadings['liquidity']> {
  const breathe = breather()
  const first = Math.floor(Math.max(from, to - MOST_BOOK_DAYS * DAY_MS) / HOUR_MS)
  const venues = new Map<string, { usd: Float64Array; books: Float64Array }>()
  for (const { id, venue } of members) {
    const { rows } = await db.pool.query<{ hour: number; bids: Buffer; asks: Buffer }>(
      `SELECT hour.n::float8 AS hour, d.bids, d.asks FROM generate_series($2::bigint, $3::bigint) AS hour(n)
        CROSS JOIN LATERAL (
          SELECT bids, asks FROM depth WHERE instrument_id = $1 AND time >= to_timestamp(hour.n * 3600) AND time < to_timestamp((hour.n + 1) * 3600)
             AND time <= $4 ORDER BY time LIMIT 1) AS d`,
      [id, first, Math.ceil(to / HOUR_MS) - 1, isoTime(to)],
    )
    for (const { hour, bids, asks } of rows) {
      const usd = usdNear(unpackBook(bids), unpackBook(asks))
      await breathe()
      if (usd === null) continue
      const known = venues.get(venue) ?? { usd: new Float64Array(24), books: new Float64Array(24) }
      venues.set(venue, known)
      known.usd[hour % 24] = (known.usd[hour % 24] as number) + usd
      known.books[hour % 24] = (known.books[hour % 24] as number) + 1
    }
  }
  return [...venues].map(([venue, { usd, books }]) => ({
    venue,
    byHour: Array.from(usd, (value, hour) => ((books[hour] as number) > 0 ? round(value / (books[hour] as number)) : null)),
  }))
}

type BookSide = readonly (readonly [price: number, size: number])[]

function usdNear(bids: BookSide, asks: BookSide): number | null {
  const [bid, ask] = [bids[0]?.[0], asks[0]?.[0]]
  if (bid === undefined || ask === undefined) return null
  const middle = (bid + ask) / 2
  const near = (side: BookSide) =>
    side.reduce((usd, [price, size]) => usd + (Math.abs(Math.log(price / middle)) <= WITHIN ? price * size : 0), 0)
  return near(bids) + near(asks)
}
