/** What is stored of a market and was known at one moment, as readings need it (marketInputs of packages/engine takes it as it is). */
import { DAY_MS, HOUR_MS, isoTime, MINUTE_MS } from '@faultline/market/units'
import { VENUES, type VenueId } from '@faultline/market/venue'
import type { Database, Queryable } from '../database.ts'
import { msOf, packedFloats, unpackFloats } from '../sql/binary.ts'
import { listAggregates, listSummands, readMembers, summandsOf } from './aggregates.ts'

/** A market whose rows are read: an instrument of one venue, or a member of a sum. */
export interface InputMember {
  id: number
  venue: VenueId
  /** length of its candles, ms */
  intervalMs: number
}

export interface InputBook {
  time: number
  bids: (readonly [price: number, size: number])[]
  asks: (readonly [price: number, size: number])[]
}

export interface InputFigure {
  time: number
  base: number
  usd: number | null
}

export interface MemberInputRows {
  instrumentId: number
  venue: VenueId
  candles: {
    intervalMs: number
    openTime: Float64Array
    high: Float64Array
    low: Float64Array
    close: Float64Array
    volume: Float64Array
  }
  openInterest: (InputFigure | null)[]
  openInterestDayAgo: InputFigure | null
  funding: { time: number; rate: number; hours: number | null }[]
  liquidations: { longUsd: number; shortUsd: number } | null
  book: InputBook | null
}

export interface MarketInputRows {
  at: number
  /** the one whose prices are shown first */
  members: MemberInputRows[]
}

const INTEREST_HOURS = 168
const INTEREST_FRESH_MS = 15 * MINUTE_MS
const FUNDING_DAYS = 31
const BOOK_FRESH_MS = 5 * MINUTE_MS

/** Whose rows make up those of each of these instruments: of a sum its members, the reference first, of others themselves. */
export async function inputMembers(
  db: Database | Queryable,
  instruments: readonly { id: number; venue: VenueId; bucketMs: number }[],
): Promise<Map<number, InputMember[]>> {
  const out = new Map(instruments.map(({ id, venue, bucketMs }) => [id, [{ id, venue, intervalMs: bucketMs }]]))
  const sums = instruments.filter(({ venue }) => VENUES[venue].wire === null)
  if (sums.length === 0) return out
  const [aggregates, summands] = [await listAggregates(db), await listSummands(db)]
  for (const { id, bucketMs } of sums) {
    const aggregate = aggregates.find((a) => a.instrumentId === id)
    const rows = aggregate
      ? await readMembers(
          db,
          summandsOf(aggregate, summands).map((s) => s.id),
        )
      : []
    const members = rows.map((row) => ({ id: row.id, venue: row.venue, intervalMs: row.bucketMs ?? bucketMs }))
    const reference = members.findIndex((m) => m.id === aggregate?.referenceId)
    if (reference > 0) members.unshift(...members.splice(reference, 1))
    out.set(id, members)
  }
  return out
}

/**
 * Rows of an instrument, or of a sum's members, as they were known at `at` (UTC ms): the last day of candles, open interest at each hour of
 * a week, settlements of a month, prints of a day, the newest fresh book. `bucketMs` is that of the instrument's build. Null for an
 * instrument that does not exist.
 */
export async function readMarketInputs(
  db: Database | Queryable,
  instrumentId: number,
  bucketMs: number,
  at: number,
): Promise<MarketInputRows | null> {
  const { rows } = await queryable(db).query<{ venue: VenueId }>('select venue from instrument where id = $1', [instrumentId])
  const venue = rows[0]?.venue
  if (venue === undefined) return null
  const members = (await inputMembers(db, [{ id: instrumentId, venue, bucketMs }])).get(instrumentId) ?? []
  return { at, members: await readMemberInputs(db, members, at) }
}

interface Packed {
  id: number
  openTime: Buffer | null
  high: Buffer | null
  low: Buffer | null
  close: Buffer | null
  volume: Buffer | null
  interest: [number, number, number | null][] | null
  dayAgo: [number, number, number | null] | null
  funding: [number, number, number | null][] | null
  longUsd: number
  shortUsd: number
  bookTime: number | null
  bids: Buffer | null
  asks: Buffer | null
}

/** The same of markets whose members are known; one question for all of them, in their order. */
export async function readMemberInputs(db: Database | Queryable, members: readonly InputMember[], at: number): Promise<MemberInputRows[]> {
  const { rows } = await queryable(db).query<Packed>(SQL, [
    members.map((m) => m.id),
    members.map((m) => m.intervalMs),
    isoTime(at),
    Math.floor(at / HOUR_MS),
  ])
  return rows.map((row, i): MemberInputRows => {
    const { id, venue, intervalMs } = members[i] as InputMember
    const floats = (bytes: Buffer | null) => (bytes === null ? new Float64Array(0) : unpackFloats(bytes))
    const byHour = new Map((row.interest ?? []).map(([time, base, usd]) => [Math.ceil(time / HOUR_MS), { time, base, usd }]))
    const thisHour = Math.floor(at / HOUR_MS)
    const newest = row.interest?.at(-1)
    return {
      instrumentId: id,
      venue,
      candles: {
        intervalMs,
        openTime: floats(row.openTime),
        high: floats(row.high),
        low: floats(row.low),
        close: floats(row.close),
        volume: floats(row.volume),
      },
      openInterest: [
        ...Array.from({ length: INTEREST_HOURS }, (_, hour) => byHour.get(thisHour - INTEREST_HOURS + hour + 1) ?? null),
        newest && at - newest[0] <= INTEREST_FRESH_MS ? figure(newest) : null,
      ],
      openInterestDayAgo: row.dayAgo && figure(row.dayAgo),
      funding: (row.funding ?? []).map(([time, rate, hours]) => ({ time, rate, hours })),
      liquidations: VENUES[venue].liquidations === 'none' ? null : { longUsd: row.longUsd, shortUsd: row.shortUsd },
      book:
        row.bookTime === null || row.bids === null || row.asks === null
          ? null
          : { time: row.bookTime, bids: unpackBook(row.bids), asks: unpackBook(row.asks) },
    }
  })
}

const figure = ([time, base, usd]: [number, number, number | null]): InputFigure => ({ time, base, usd })

/** As packBook of live-events.ts wrote it. */
export function unpackBook(bytes: Buffer): (readonly [price: number, size: number])[] {
  return Array.from({ length: bytes.length / 16 }, (_, i) => [bytes.readDoubleLE(16 * i), bytes.readDoubleLE(16 * i + 8)] as const)
}

const KNOWN = (alias: string) => `${alias}.time <= at.t and (${alias}.known_after is null or ${alias}.known_after < at.t)`

/**
 * $1 instruments, $2 the length of each one's candles, $3 the moment, $4 the last full hour before it. Open interest is looked up by the hour:
 * a week of every minute's figures would be read for the hundred and seventy that count.
 */
const SQL = `
  select m.id, c.*, oi.interest, day.figure as "dayAgo", f.funding, coalesce(l.long, 0) as "longUsd", coalesce(l.short, 0) as "shortUsd",
         ${msOf('d.time')} as "bookTime", d.bids, d.asks
    from unnest($1::int[], $2::int[]) with ordinality as m(id, interval_ms, place)
   cross join (select $3::timestamptz as t) at
    left join lateral (
      select ${packedFloats(msOf('k.open_time'))} as "openTime", ${packedFloats('k.high')} as high, ${packedFloats('k.low')} as low,
             ${packedFloats('k.close')} as close, ${packedFloats('k.volume')} as volume
        from (select open_time, high, low, close, volume from candle
               where instrument_id = m.id and interval_ms = m.interval_ms
                 and open_time >= at.t - interval '${DAY_MS} ms' - 2 * m.interval_ms * interval '1 ms'
                 and open_time <= at.t - m.interval_ms * interval '1 ms'
               order by open_time) k
    ) c on true
    left join lateral (
      select json_agg(json_build_array(${msOf('o.time')}, o.open_interest, o.open_interest_usd) order by o.time) as interest
        from generate_series($4::bigint - ${INTEREST_HOURS - 1}, $4::bigint + 1) as hour(n)
       cross join lateral (
         select o.time, o.open_interest, o.open_interest_usd from open_interest o
          where o.instrument_id = m.id and ${KNOWN('o')}
            and o.time > to_timestamp((hour.n - 1) * 3600) and o.time <= to_timestamp(hour.n * 3600)
          order by o.time desc limit 1
       ) o
    ) oi on true
    left join lateral (
      select json_build_array(${msOf('o.time')}, o.open_interest, o.open_interest_usd) as figure from open_interest o
       where o.instrument_id = m.id and (o.known_after is null or o.known_after < at.t)
         and o.time <= at.t - interval '${DAY_MS} ms' and o.time > at.t - interval '${DAY_MS + HOUR_MS} ms'
       order by o.time desc limit 1
    ) day on true
    left join lateral (
      select json_agg(json_build_array(${msOf('u.time')}, u.rate, u.interval_hours) order by u.time) as funding from funding u
       where u.instrument_id = m.id and ${KNOWN('u')} and u.time > at.t - interval '${FUNDING_DAYS} days'
    ) f on true
    left join lateral (
      select sum(p.quantity_usd) filter (where p.side = 'long') as long, sum(p.quantity_usd) filter (where p.side = 'short') as short
        from liquidation p where p.instrument_id = m.id and ${KNOWN('p')} and p.time > at.t - interval '${DAY_MS} ms'
    ) l on true
    left join lateral (
      select b.time, b.bids, b.asks from depth b
       where b.instrument_id = m.id and b.time <= at.t and b.time > at.t - interval '${BOOK_FRESH_MS} ms' order by b.time desc limit 1
    ) d on true
   order by m.place`

const queryable = (q: Database | Queryable): Queryable => ('pool' in q ? q.pool : q)
