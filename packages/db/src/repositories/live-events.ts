/**
 * Events as feeds bring them: of many instruments and kinds at once, some of them twice. One statement per kind and batch;
 * what is stored already stays as it is, so the same batch may be written again after a crash.
 */
import type { GapEvent, MarketEvent } from '@faultline/market/event'
import { isoTime } from '@faultline/market/units'
import type pg from 'pg'
import { byteaArray, float8Array, msOf, textArray, timestamptzArray } from '../sql/binary.ts'

export type LiveEvent = Exclude<MarketEvent, GapEvent>
export type LiveKind = LiveEvent['type']

export interface LiveRow {
  instrumentId: number
  event: LiveEvent
  /**
   * UTC ms: end of the last bucket that was estimated without this row, where its own time would have put it there; null: it
   * is in time. Candles, marks and books have none.
   */
  knownAfter: number | null
}

export interface StoredLive {
  /** rows that were not there before, all kinds */
  inserted: number
  /** the earliest time of the rows that were not there before, per instrument and kind (UTC ms; of candles: their start) */
  earliest: Map<number, Partial<Record<LiveKind, number>>>
}

interface Layout {
  table: string
  time: string
  /** name in the database, its SQL from the unnested array `g.<name>`, type of the array, values */
  columns: { name: string; type: 'float8' | 'timestamptz' | 'text' | 'bytea'; sql?: string; values: (rows: readonly LiveRow[]) => Buffer }[]
}

type Of<K extends LiveKind> = Extract<LiveEvent, { type: K }>

const floats = <K extends LiveKind>(name: string, pick: (event: Of<K>) => number | undefined, sql?: string) => ({
  name,
  type: 'float8' as const,
  ...(sql === undefined ? {} : { sql }),
  values: (rows: readonly LiveRow[]) => float8Array(Float64Array.from(rows, (r) => pick(r.event as Of<K>) ?? Number.NaN)),
})
const times = <K extends LiveKind>(name: string, pick: (event: Of<K>) => number) => ({
  name,
  type: 'timestamptz' as const,
  values: (rows: readonly LiveRow[]) => timestamptzArray(rows.map((r) => pick(r.event as Of<K>))),
})
const words = <K extends LiveKind>(name: string, type: string, pick: (event: Of<K>) => string) => ({
  name,
  type: 'text' as const,
  sql: `g.${name}::${type}`,
  values: (rows: readonly LiveRow[]) => textArray(rows.map((r) => pick(r.event as Of<K>))),
})
const bytes = (name: string, pick: (event: Of<'depth'>) => Uint8Array) => ({
  name,
  type: 'bytea' as const,
  values: (rows: readonly LiveRow[]) => byteaArray(rows.map((r) => pick(r.event as Of<'depth'>))),
})
/** A time that may be missing travels as milliseconds: the binary form of timestamptz[] here has no NULL. */
const fromMs = (name: string): string => `to_timestamp(g.${name} / 1000)`
const knownAfter = {
  name: 'known_after',
  type: 'float8' as const,
  sql: fromMs('known_after'),
  values: (rows: readonly LiveRow[]) => float8Array(Float64Array.from(rows, (r) => r.knownAfter ?? Number.NaN)),
}

/** Little-endian Float64 pairs (price, base coin), best first. */
export function packBook(side: readonly (readonly [number, number])[]): Uint8Array {
  const out = Buffer.allocUnsafe(side.length * 16)
  side.forEach(([price, size], i) => {
    out.writeDoubleLE(price, i * 16)
    out.writeDoubleLE(size, i * 16 + 8)
  })
  return out
}

const LAYOUTS: { [K in LiveKind]: Layout } = {
  candle: {
    table: 'candle',
    time: 'open_time',
    columns: [
      times<'candle'>('open_time', (e) => e.openTime),
      floats<'candle'>('interval_ms', (e) => e.intervalMs, 'g.interval_ms::int'),
      floats<'candle'>('open', (e) => e.open),
      floats<'candle'>('high', (e) => e.high),
      floats<'candle'>('low', (e) => e.low),
      floats<'candle'>('close', (e) => e.close),
      floats<'candle'>('volume', (e) => e.volume),
      floats<'candle'>('quote_volume', (e) => e.quoteVolume),
      floats<'candle'>('taker_buy_volume', (e) => e.takerBuyVolume),
      floats<'candle'>('trade_count', (e) => e.tradeCount, 'g.trade_count::int'),
    ],
  },
  openInterest: {
    table: 'open_interest',
    time: 'time',
    columns: [
      times<'openInterest'>('time', (e) => e.time),
      floats<'openInterest'>('open_interest', (e) => e.openInterest),
      floats<'openInterest'>('open_interest_usd', (e) => e.openInterestUsd),
      knownAfter,
    ],
  },
  funding: {
    table: 'funding',
    time: 'time',
    columns: [
      times<'funding'>('time', (e) => e.time),
      floats<'funding'>('rate', (e) => e.rate),
      floats<'funding'>('interval_hours', (e) => e.intervalHours),
      knownAfter,
    ],
  },
  longShortRatio: {
    table: 'long_short_ratio',
    time: 'time',
    columns: [
      times<'longShortRatio'>('time', (e) => e.time),
      words<'longShortRatio'>('kind', 'ratio_kind', (e) => e.kind),
      floats<'longShortRatio'>('ratio', (e) => e.ratio),
      knownAfter,
    ],
  },
  liquidation: {
    table: 'liquidation',
    time: 'time',
    columns: [
      times<'liquidation'>('time', (e) => e.time),
      words<'liquidation'>('side', 'position_side', (e) => e.side),
      floats<'liquidation'>('price', (e) => e.price),
      words<'liquidation'>('price_kind', 'price_kind', (e) => e.priceKind),
      floats<'liquidation'>('quantity', (e) => e.quantity),
      floats<'liquidation'>('quantity_usd', (e) => e.quantityUsd),
      knownAfter,
    ],
  },
  markPrice: {
    table: 'mark_price',
    time: 'time',
    columns: [
      times<'markPrice'>('time', (e) => e.time),
      floats<'markPrice'>('mark_price', (e) => e.markPrice),
      floats<'markPrice'>('index_price', (e) => e.indexPrice),
      floats<'markPrice'>('predicted_funding_rate', (e) => e.predictedFundingRate),
      floats<'markPrice'>('next_funding_time', (e) => e.nextFundingTime, fromMs('next_funding_time')),
    ],
  },
  depth: {
    table: 'depth',
    time: 'time',
    columns: [times<'depth'>('time', (e) => e.time), bytes('bids', (e) => packBook(e.bids)), bytes('asks', (e) => packBook(e.asks))],
  },
}

/** In this order in every transaction, and within one by instrument and time: two writers cannot wait for each other. */
const ORDER: readonly LiveKind[] = ['candle', 'openInterest', 'funding', 'longShortRatio', 'liquidation', 'markPrice', 'depth']

/** The time that an event is filed under, UTC ms. */
export const timeOf = (event: LiveEvent): number => (event.type === 'candle' ? event.openTime : event.time)

/** One moment of each month that occurs, in order: not the span from the first to the last, which one absurd time would stretch over decades. */
function monthsOf(rows: readonly LiveRow[]): string[] {
  const months = new Map<number, string>()
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const { event } of rows) {
    const time = timeOf(event)
    if (time >= from && time < to) continue
    const at = new Date(time)
    from = Date.UTC(at.getUTCFullYear(), at.getUTCMonth())
    to = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1)
    months.set(from, isoTime(time))
  }
  return [...months].sort(([a], [b]) => a - b).map(([, month]) => month)
}

const STATEMENTS = Object.fromEntries(
  ORDER.map((kind) => {
    const { table, time, columns } = LAYOUTS[kind]
    const names = columns.map((c) => c.name).join(', ')
    return [
      kind,
      `with stored as (
         insert into ${table} (instrument_id, ${names})
         select g.instrument_id::int, ${columns.map((c) => c.sql ?? `g.${c.name}`).join(', ')}
           from unnest($1::float8[], ${columns.map((c, i) => `$${i + 2}::${c.type}[]`).join(', ')}) as g(instrument_id, ${names})
         on conflict do nothing
         returning instrument_id, ${time} as time)
       select instrument_id as id, count(*)::int as count, ${msOf('min(time)')} as earliest from stored group by 1`,
    ]
  }),
) as Record<LiveKind, string>

/**
 * Stores a batch inside the caller's transaction. Of two events with one natural key the first one stays.
 * @throws what Postgres says to values that no event may have (check violation, code 23514), RangeError for a time that is no
 * time: mappers validate before
 */
export async function storeLive(client: pg.PoolClient, rows: readonly LiveRow[]): Promise<StoredLive> {
  const result: StoredLive = { inserted: 0, earliest: new Map() }
  const byKind = new Map<LiveKind, LiveRow[]>()
  for (const row of rows) {
    const list = byKind.get(row.event.type)
    if (list) list.push(row)
    else byKind.set(row.event.type, [row])
  }
  const kinds = ORDER.filter((kind) => byKind.has(kind))
  if (kinds.length === 0) return result
  const months: string[] = []
  for (const kind of kinds) {
    const list = byKind.get(kind) as LiveRow[]
    list.sort((a, b) => a.instrumentId - b.instrumentId || timeOf(a.event) - timeOf(b.event))
    for (const month of monthsOf(list)) months.push(LAYOUTS[kind].table, month)
  }
  const calls = Array.from({ length: months.length / 2 }, (_, i) => `ensure_partitions($${2 * i + 1}, $${2 * i + 2}, $${2 * i + 2})`)
  await client.query(`select ${calls.join(', ')}`, months)
  for (const kind of kinds) {
    const list = byKind.get(kind) as LiveRow[]
    const ids = float8Array(Float64Array.from(list, (r) => r.instrumentId))
    const { rows: stored } = await client.query<{ id: number; count: number; earliest: number }>(STATEMENTS[kind], [
      ids,
      ...LAYOUTS[kind].columns.map((c) => c.values(list)),
    ])
    for (const { id, count, earliest } of stored) {
      result.inserted += count
      const known = result.earliest.get(id) ?? {}
      result.earliest.set(id, { ...known, [kind]: earliest })
    }
  }
  return result
}
