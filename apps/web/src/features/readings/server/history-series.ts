/** What is stored of a market over a stretch of history, in as many questions as it has members, and what of it was known at each moment. */
import type { Database } from '@faultline/db/database'
import { type InputMember, unpackBook } from '@faultline/db/repositories/market-inputs'
import type { MarketRows, MemberRows, OpenInterestFigure, StoredBook } from '@faultline/engine/readings/market-inputs'
import { DAY_MS, HOUR_MS, isoTime, MINUTE_MS } from '@faultline/market/units'
import { readCandles } from '../../heatmap/server/read-series.ts'
import type { Samples } from '../prepare/samples.ts'

/** As marketInputs counts them. */
const INTEREST_HOURS = 168
const INTEREST_FRESH_MS = 15 * MINUTE_MS
const FUNDING_DAYS = 31
const BOOK_FRESH_MS = 5 * MINUTE_MS

/** Known from `known` on, UTC ms. */
interface KnownFigure extends OpenInterestFigure {
  known: number
}
interface KnownRate {
  known: number
  time: number
  rate: number
  hours: number | null
}

/** What was known of a market at rising moments. */
export class KnownMarket {
  private readonly members: readonly KnownMember[]

  private constructor(members: readonly KnownMember[]) {
    this.members = members
  }

  /** All that is needed at the moments `ends`, rising. Members as inputMembers gives them. */
  static async read(
    db: Database,
    members: readonly InputMember[],
    { stepMs, barMs }: Samples,
    ends: readonly number[],
  ): Promise<KnownMarket> {
    const [from, to] = [ends[0] as number, ends.at(-1) as number]
    return new KnownMarket(
      await Promise.all(
        members.map(async ({ id, intervalMs }) => {
          const barLength = Math.max(barMs, intervalMs)
          const span = { instrumentId: id, from: from - DAY_MS - 2 * barLength, to }
          const [candles, interest, funding, books] = await Promise.all([
            readCandles(db, { ...span, sourceMs: intervalMs, intervalMs: barLength }),
            readInterest(db, id, { from, to, stepMs: Math.min(stepMs, HOUR_MS) }),
            readRates(db, id, { from, to }),
            readBooks(db, id, ends),
          ])
          return new KnownMember(barLength, candles.rows, interest, funding, books)
        }),
      ),
    )
  }

  /** Moments are asked for in rising order. */
  at(time: number): MarketRows {
    return { at: time, members: this.members.map((member) => member.at(time)) }
  }
}

class KnownMember {
  private readonly barMs: number
  private readonly candles: Record<'openTime' | 'high' | 'low' | 'close' | 'volume', Float64Array>
  private readonly interest: readonly KnownFigure[]
  private readonly rates: readonly KnownRate[]
  private readonly books: ReadonlyMap<number, StoredBook>
  private readonly byHour = new Map<number, KnownFigure>()
  private newest: KnownFigure | null = null
  private nextFigure = 0

  constructor(
    barMs: number,
    rows: readonly (readonly [number, number, number, number, number, number])[],
    interest: readonly KnownFigure[],
    rates: readonly KnownRate[],
    books: ReadonlyMap<number, StoredBook>,
  ) {
    this.barMs = barMs
    const column = (i: 0 | 2 | 3 | 4 | 5) => Float64Array.from(rows, (row) => row[i])
    this.candles = { openTime: column(0), high: column(2), low: column(3), close: column(4), volume: column(5) }
    this.interest = interest
    this.rates = rates
    this.books = books
  }

  at(time: number): MemberRows {
    const { openTime, high, low, close, volume } = this.candles
    const first = firstAtLeast(openTime, time - DAY_MS - 2 * this.barMs)
    const end = firstAtLeast(openTime, time - this.barMs + 1)
    const cut = (values: Float64Array) => values.subarray(first, end)
    for (let row = this.interest[this.nextFigure]; row && row.known <= time; row = this.interest[++this.nextFigure]) {
      const hour = Math.ceil(row.time / HOUR_MS)
      if (row.time >= (this.byHour.get(hour)?.time ?? Number.NEGATIVE_INFINITY)) this.byHour.set(hour, row)
      if (row.time >= (this.newest?.time ?? Number.NEGATIVE_INFINITY)) this.newest = row
    }
    const thisHour = Math.floor(time / HOUR_MS)
    return {
      candles: {
        intervalMs: this.barMs,
        openTime: cut(openTime),
        high: cut(high),
        low: cut(low),
        close: cut(close),
        volume: cut(volume),
      },
      openInterest: [
        ...Array.from({ length: INTEREST_HOURS }, (_, i) => this.byHour.get(thisHour - INTEREST_HOURS + i + 1) ?? null),
        this.newest && time - this.newest.time <= INTEREST_FRESH_MS ? this.newest : null,
      ],
      openInterestDayAgo: null,
      funding: this.rates.filter((row) => row.known <= time && row.time > time - FUNDING_DAYS * DAY_MS),
      liquidations: null,
      book: this.books.get(time) ?? null,
    }
  }
}

/** Rows say when they became known: their own time, or, where they came late, right after the bucket that was estimated without them. */
const KNOWN = "CASE WHEN known_after IS NULL THEN time ELSE greatest(time, known_after + interval '1 ms') END"
const MS = (sql: string) => `(extract(epoch FROM ${sql}) * 1000)::float8`

/** The last figure of each hour of a week before `from`, and of each `stepMs` from then on. */
async function readInterest(
  db: Database,
  instrumentId: number,
  { from, to, stepMs }: { from: number; to: number; stepMs: number },
): Promise<KnownFigure[]> {
  const { rows } = await db.pool.query<KnownFigure>(
    `SELECT known, time, base, usd FROM (
       SELECT DISTINCT ON (bin) bin, ${MS('known')} AS known, ${MS('time')} AS time, open_interest AS base, open_interest_usd AS usd
         FROM (SELECT *, CASE WHEN known <= $3 THEN date_bin('1 hour', known - interval '1 ms', 'epoch')
                              ELSE date_bin($5::float8 * interval '1 ms', known - interval '1 ms', 'epoch') END AS bin
                 FROM (SELECT time, open_interest, open_interest_usd, ${KNOWN} AS known FROM open_interest
                        WHERE instrument_id = $1 AND time > $2 AND time <= $4) AS o
                WHERE known <= $4) AS binned
        ORDER BY bin, time DESC) AS last ORDER BY known, time`,
    [instrumentId, isoTime(from - (INTEREST_HOURS + 1) * HOUR_MS), isoTime(from), isoTime(to), stepMs],
  )
  return rows
}

async function readRates(db: Database, instrumentId: number, { from, to }: { from: number; to: number }): Promise<KnownRate[]> {
  const { rows } = await db.pool.query<KnownRate>(
    `SELECT ${MS(KNOWN)} AS known, ${MS('time')} AS time, rate, interval_hours AS hours FROM funding
      WHERE instrument_id = $1 AND time > $2 AND time <= $3 ORDER BY time`,
    [instrumentId, isoTime(from - FUNDING_DAYS * DAY_MS), isoTime(to)],
  )
  return rows
}

/** The newest book that was fresh at each moment, by that moment. */
async function readBooks(db: Database, instrumentId: number, moments: readonly number[]): Promise<Map<number, StoredBook>> {
  const { rows } = await db.pool.query<{ at: number; time: number; bids: Buffer; asks: Buffer }>(
    `SELECT ${MS('m.at')} AS at, ${MS('d.time')} AS time, d.bids, d.asks FROM unnest($2::timestamptz[]) AS m(at)
      CROSS JOIN LATERAL (
        SELECT time, bids, asks FROM depth WHERE instrument_id = $1 AND time <= m.at AND time > m.at - $3 * interval '1 ms'
         ORDER BY time DESC LIMIT 1) AS d`,
    [instrumentId, moments.map(isoTime), BOOK_FRESH_MS],
  )
  return new Map(rows.map(({ at, time, bids, asks }) => [at, { time, bids: unpackBook(bids), asks: unpackBook(asks) }]))
}

function firstAtLeast(values: Float64Array, least: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] as number) >= least) high = middle
    else low = middle + 1
  }
  return low
}
