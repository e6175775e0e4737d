/** How each kind of event table lies in the database: names and types of columns, and the statements made from them. */
import { RATIO_KINDS } from '@faultline/market/event'
import { type EventTable, PRICE_KINDS, TABLES, type TableKind } from '@faultline/market/event-table'
import { SIDES } from '@faultline/market/units'
import { float8Array, msOf, packedFloats, textArray, timestamptzArray } from '../sql/binary.ts'

interface EventColumn {
  /** in the event table */
  name: string
  /** in the database */
  column: string
  type: 'time' | 'float' | 'int' | { enum: string; values: readonly string[] }
  /** may be missing: NaN in the event table, NULL in the database */
  optional?: true
}

export interface EventLayout {
  table: string
  time: string
  /** in the order of TABLES[kind].columns */
  columns: readonly EventColumn[]
  keyLength: number
}

const time = (name: string, column: string): EventColumn => ({ name, column, type: 'time' })
const float = (name: string, column: string): EventColumn => ({ name, column, type: 'float' })
const optional = (column: EventColumn): EventColumn => ({ ...column, optional: true })

const COLUMNS: Record<TableKind, { table: string; columns: EventColumn[] }> = {
  candle: {
    table: 'candle',
    columns: [
      time('openTime', 'open_time'),
      float('open', 'open'),
      float('high', 'high'),
      float('low', 'low'),
      float('close', 'close'),
      float('volume', 'volume'),
      optional(float('quoteVolume', 'quote_volume')),
      optional(float('takerBuyVolume', 'taker_buy_volume')),
      { name: 'tradeCount', column: 'trade_count', type: 'int', optional: true },
    ],
  },
  openInterest: {
    table: 'open_interest',
    columns: [time('time', 'time'), float('openInterest', 'open_interest'), optional(float('openInterestUsd', 'open_interest_usd'))],
  },
  funding: {
    table: 'funding',
    columns: [time('time', 'time'), float('rate', 'rate'), optional(float('intervalHours', 'interval_hours'))],
  },
  longShortRatio: {
    table: 'long_short_ratio',
    columns: [
      time('time', 'time'),
      { name: 'kind', column: 'kind', type: { enum: 'ratio_kind', values: RATIO_KINDS } },
      float('ratio', 'ratio'),
    ],
  },
  liquidation: {
    table: 'liquidation',
    columns: [
      time('time', 'time'),
      { name: 'side', column: 'side', type: { enum: 'position_side', values: SIDES } },
      float('price', 'price'),
      float('quantity', 'quantity'),
      { name: 'priceKind', column: 'price_kind', type: { enum: 'price_kind', values: PRICE_KINDS } },
      float('quantityUsd', 'quantity_usd'),
    ],
  },
}

export function layoutOf(kind: TableKind): EventLayout {
  const { table, columns } = COLUMNS[kind]
  return { table, columns, keyLength: TABLES[kind].key, time: (columns[0] as EventColumn).column }
}

/** One binary array per column, for the rows [from, to). */
export function arraysOf(layout: EventLayout, table: EventTable<TableKind>, from: number, to: number): Buffer[] {
  return layout.columns.map(({ name, type }) => {
    const values = (table.columns as Record<string, Float64Array>)[name]?.subarray(from, to) as Float64Array
    if (type === 'time') return timestamptzArray(values)
    if (typeof type === 'string') return float8Array(values)
    return textArray(Array.from(values, (v) => type.values[v] as string))
  })
}

const TYPES = { time: 'timestamptz', float: 'float8', int: 'float8' } as const
/** `unnest($3::timestamptz[], …)`; parameters count from `first`. */
const unnest = (layout: EventLayout, first: number): string =>
  `unnest(${layout.columns.map((c, i) => `$${first + i}::${typeof c.type === 'string' ? TYPES[c.type] : 'text'}[]`).join(', ')})`
const cast = ({ type, column }: EventColumn): string =>
  type === 'int' ? `g.${column}::int` : typeof type === 'string' ? `g.${column}` : `g.${column}::${type.enum}`
const names = (layout: EventLayout): string => layout.columns.map((c) => c.column).join(', ')

/** Candles of several intervals live side by side: $2 is the interval then, and belongs to the key. */
const ofInstrument = (layout: EventLayout): string =>
  layout.table === 'candle' ? 't.instrument_id = $1 and t.interval_ms = $2' : 't.instrument_id = $1 and $2::int is null'

/**
 * Parameters: instrument, interval or null, first and last time of the batch, arrays. Gives one row: `known` (packed row
 * numbers from 1 of given rows that are stored already and add nothing), `filling` (how many add a missing value), `conflict`
 * (the first row number that contradicts).
 */
export function compareSql(layout: EventLayout): string {
  const key = layout.columns.slice(0, layout.keyLength)
  const rest = layout.columns.slice(layout.keyLength)
  const fills = rest.filter((c) => c.optional).map((c) => `(t.${c.column} is null and g.${c.column} is not null)`)
  return `
    with matched as materialized (
      select g.row, ${rest.map((c) => `coalesce(t.${c.column} <> ${cast(c)}, false)`).join(' or ')} as conflicts,
             ${fills.length ? fills.join(' or ') : 'false'} as fills
        from ${unnest(layout, 5)} with ordinality as g(${names(layout)}, row)
        join ${layout.table} t on ${ofInstrument(layout)} and t.${layout.time} between $3 and $4
         and ${key.map((c) => `t.${c.column} = ${cast(c)}`).join(' and ')}
    )
    select ${packedFloats('row::float8')} filter (where not fills) as known, count(*) filter (where fills)::int as filling,
           min(row) filter (where conflicts)::int as conflict
      from matched`
}

/** Parameters: instrument, interval or null, arrays. Missing values of stored rows are filled in; nothing else changes. */
export function insertSql(layout: EventLayout): string {
  const candle = layout.table === 'candle'
  const fills = layout.columns.filter((c) => c.optional).map((c) => `${c.column} = coalesce(t.${c.column}, excluded.${c.column})`)
  const key = layout.columns.slice(0, layout.keyLength).map((c) => c.column)
  return `
    insert into ${layout.table} as t (instrument_id, ${candle ? 'interval_ms, ' : ''}${names(layout)})
    select $1::int, ${candle ? '$2::int, ' : ''}${layout.columns.map(cast).join(', ')}
      from ${unnest(layout, 3)} as g(${names(layout)})${candle ? '' : ' where $2::int is null'}
    on conflict (instrument_id, ${candle ? 'interval_ms, ' : ''}${key.join(', ')}) do ${fills.length ? `update set ${fills.join(', ')}` : 'nothing'}`
}

/** A column as float8: milliseconds for times, the index of the value for enumerations. */
const asFloat = ({ column, type }: EventColumn): string => {
  if (type === 'time') return msOf(`t.${column}`)
  if (typeof type === 'string') return `t.${column}::float8`
  return `(case t.${column} ${type.values.map((v, i) => `when '${v}' then ${i}`).join(' ')} end)::float8`
}

/**
 * Parameters: instrument, interval or null, from, to (exclusive; null = open), page size, then the last key of the page
 * before (all null at first). One row of packed columns, in the order of the key.
 */
export function pageSql(layout: EventLayout): string {
  const key = layout.columns.slice(0, layout.keyLength)
  const after = key.map((c, i) => `$${6 + i}::${typeof c.type === 'string' ? TYPES[c.type] : c.type.enum}`)
  return `
    select ${layout.columns.map((c) => `${packedFloats(`p.${c.column}`)} as ${c.column}`).join(', ')}
      from (select ${layout.columns.map((c) => `${asFloat(c)} as ${c.column}`).join(', ')}
              from ${layout.table} t
             where ${ofInstrument(layout)}
               and t.${layout.time} >= coalesce($3::timestamptz, '-infinity') and t.${layout.time} < coalesce($4::timestamptz, 'infinity')
               and ($6::timestamptz is null or (${key.map((c) => `t.${c.column}`).join(', ')}) > (${after.join(', ')}))
             order by ${key.map((c) => `t.${c.column}`).join(', ')}
             limit $5) p`
}

/** The stored row with the key of the one row given. Parameters as insertSql. */
export function storedRowSql(layout: EventLayout): string {
  const key = layout.columns.slice(0, layout.keyLength)
  return `
    select ${layout.columns.map((c) => `${asFloat(c)} as ${c.column}`).join(', ')}
      from ${layout.table} t join ${unnest(layout, 3)} as g(${names(layout)})
        on ${ofInstrument(layout)} and ${key.map((c) => `t.${c.column} = ${cast(c)}`).join(' and ')}`
}
