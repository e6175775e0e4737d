/** Raw market events: stored once under their natural key, never changed but for values that were missing before. */
import { FaultlineError } from '@faultline/market/errors'
import { type EventTable, selectRows, type TableKind } from '@faultline/market/event-table'
import { isoTime } from '@faultline/market/units'
import type pg from 'pg'
import type { Database, Queryable } from '../database.ts'
import { msOf, unpackFloats } from '../sql/binary.ts'
import { arraysOf, compareSql, type EventLayout, insertSql, layoutOf, pageSql, storedRowSql } from './event-sql.ts'

/** Rows per statement: large enough that the round trip does not count, small enough for a bounded message. */
const BATCH = 10_000
const PAGE = 20_000
/** Class of the advisory locks that let one writer at a time into (kind, instrument). */
const WRITER_LOCK = 0x46414c10
const KINDS: readonly TableKind[] = ['candle', 'openInterest', 'funding', 'longShortRatio', 'liquidation']

export interface StoreResult {
  /** rows that were not there before */
  inserted: number
  /** rows that were there and got a value that had been missing */
  filled: number
  /** rows that were there and say the same */
  duplicate: number
  /** time of the first inserted or filled row: what was computed from there on is out of date */
  earliestNew: number | null
}

/** A given row contradicts a stored one: same natural key, another value. */
export class ContradictionError extends FaultlineError {
  readonly kind: TableKind
  /** as in the event table: time in UTC milliseconds, then the rest of the natural key */
  readonly key: number[]
  readonly field: string
  readonly stored: number
  readonly given: number

  constructor(what: { kind: TableKind; key: number[]; field: string; stored: number; given: number; message: string }) {
    super('conflict', what.message)
    this.name = 'ContradictionError'
    this.kind = what.kind
    this.key = what.key
    this.field = what.field
    this.stored = what.stored
    this.given = what.given
  }
}

/**
 * Stores a table idempotently inside the caller's transaction. All rows are compared with what is stored before the first
 * one is written. A missing value contradicts nothing: it is filled in, or kept as it is.
 *
 * `table` is sorted by its natural key, without duplicates; candles need `intervalMs`.
 *
 * @throws ContradictionError for the first row, in the table's order, that says something else than the stored one
 * @throws FaultlineError bad_input for rows out of order, missing required values, or values that no event may have
 */
export async function storeTable<K extends TableKind>(
  client: pg.PoolClient,
  instrumentId: number,
  table: EventTable<K>,
  options: { intervalMs?: number } = {},
): Promise<StoreResult> {
  const layout = layoutOf(table.kind)
  const interval = intervalOf(table.kind, options.intervalMs)
  if (table.length === 0) return { inserted: 0, filled: 0, duplicate: 0, earliestNew: null }
  checkRows(layout, table)
  const times = columnOf(table, layout, 0)
  const first = times[0] as number
  const last = times[table.length - 1] as number

  await client.query('select pg_advisory_xact_lock($1, $2)', [WRITER_LOCK + KINDS.indexOf(table.kind), instrumentId])
  const { fresh, filled } = await compare(client, layout, instrumentId, interval, table)
  const duplicate = table.length - fresh.length
  if (fresh.length === 0) return { inserted: 0, filled: 0, duplicate, earliestNew: null }

  const rows = duplicate === 0 ? table : selectRows(table, fresh)
  await client.query('select ensure_partitions($1, $2, $3)', [layout.table, isoTime(first), isoTime(last)])
  const sql = insertSql(layout)
  for (let from = 0; from < rows.length; from += BATCH) {
    const to = Math.min(from + BATCH, rows.length)
    await client.query(sql, [instrumentId, interval, ...arraysOf(layout, rows, from, to)]).catch(refused)
  }
  return { inserted: rows.length - filled, filled, duplicate, earliestNew: columnOf(rows, layout, 0)[0] as number }
}

/** Rows in order of their natural key with time in [from, to); an open end where one is left out. Candles need `intervalMs`. */
export async function readTable<K extends TableKind>(
  q: Queryable,
  kind: K,
  instrumentId: number,
  range: { from?: number; to?: number; intervalMs?: number } = {},
): Promise<EventTable<K>> {
  const layout = layoutOf(kind)
  const interval = intervalOf(kind, range.intervalMs)
  const sql = pageSql(layout)
  const bounds = [instrumentId, interval, orNull(range.from), orNull(range.to), PAGE]
  const pages: Float64Array[][] = []
  let after: (string | number | null)[] = Array(layout.keyLength).fill(null)
  for (;;) {
    const { rows } = await q.query<(Buffer | null)[]>({ text: sql, values: [...bounds, ...after], rowMode: 'array' })
    const page = (rows[0] as (Buffer | null)[]).map((packed) => unpackFloats(packed ?? Buffer.alloc(0)))
    pages.push(page)
    const length = (page[0] as Float64Array).length
    if (length < PAGE) break
    after = page.slice(0, layout.keyLength).map((values, i) => keyParameter(layout, i, values[length - 1] as number))
  }
  const length = pages.reduce((n, page) => n + (page[0] as Float64Array).length, 0)
  const columns: Record<string, Float64Array> = {}
  layout.columns.forEach(({ name }, i) => {
    const out = new Float64Array(length)
    let at = 0
    for (const page of pages) {
      out.set(page[i] as Float64Array, at)
      at += (page[i] as Float64Array).length
    }
    columns[name] = out
  })
  return { kind, length, columns: columns as EventTable<K>['columns'] }
}

/** Time of the first and last row and their number, of one candle interval or of all; null when there is none. */
export async function eventRange(
  q: Queryable | Database,
  instrumentId: number,
  kind: TableKind,
  options: { intervalMs?: number } = {},
): Promise<{ from: number; to: number; count: number } | null> {
  const { table, time } = layoutOf(kind)
  const only = kind === 'candle' ? 'and ($2::int is null or interval_ms = $2)' : 'and $2::int is null'
  const { rows } = await queryable(q).query<{ from: number; to: number; count: number }>(
    `select ${msOf(`min(${time})`)} as from, ${msOf(`max(${time})`)} as to, count(*)::float8 as count from ${table} where instrument_id = $1 ${only}`,
    [instrumentId, kind === 'candle' ? (options.intervalMs ?? null) : null],
  )
  const row = rows[0]
  return row && row.count > 0 ? row : null
}

/** Candle lengths that are stored, shortest first. */
export async function candleIntervals(q: Queryable | Database, instrumentId: number): Promise<number[]> {
  // A loose index scan: one step per interval instead of a look at every candle.
  const { rows } = await queryable(q).query<{ interval_ms: number }>(
    `with recursive step(interval_ms) as (
       select min(interval_ms) from candle where instrument_id = $1
       union all
       select (select min(interval_ms) from candle where instrument_id = $1 and interval_ms > step.interval_ms) from step where interval_ms is not null
     ) select interval_ms from step where interval_ms is not null`,
    [instrumentId],
  )
  return rows.map((r) => r.interval_ms)
}

const queryable = (q: Queryable | Database): Queryable => ('pool' in q ? q.pool : q)
const orNull = (time: number | undefined): string | null => (time === undefined || !Number.isFinite(time) ? null : isoTime(time))
const columnOf = (table: EventTable<TableKind>, layout: EventLayout, i: number): Float64Array =>
  (table.columns as Record<string, Float64Array>)[layout.columns[i]?.name as string] as Float64Array

function intervalOf(kind: TableKind, intervalMs: number | undefined): number | null {
  if (kind !== 'candle') return null
  if (!intervalMs || !Number.isInteger(intervalMs) || intervalMs <= 0)
    throw new FaultlineError('internal', `Candles are stored and read per interval; got ${intervalMs}.`)
  return intervalMs
}

function keyParameter(layout: EventLayout, i: number, value: number): string | number {
  const type = layout.columns[i]?.type
  if (type === 'time') return isoTime(value)
  return typeof type === 'object' ? (type.values[value] as string) : value
}

/** Row numbers that have to be written, and how many of them only fill in. */
async function compare(
  client: pg.PoolClient,
  layout: EventLayout,
  instrumentId: number,
  interval: number | null,
  table: EventTable<TableKind>,
): Promise<{ fresh: Uint32Array; filled: number }> {
  const times = columnOf(table, layout, 0)
  const span = (from: number, to: number) => [isoTime(times[from] as number), isoTime(times[to - 1] as number)]
  const [first, last] = span(0, table.length)
  const there = await client.query(
    `select from ${layout.table} t where t.instrument_id = $1 ${interval === null ? 'and $2::int is null' : 'and t.interval_ms = $2'} and t.${layout.time} between $3 and $4 limit 1`,
    [instrumentId, interval, first, last],
  )
  const known = new Uint8Array(table.length)
  let knownCount = 0
  let filled = 0
  const sql = compareSql(layout)
  for (let from = 0; there.rowCount && from < table.length; from += BATCH) {
    const to = Math.min(from + BATCH, table.length)
    const { rows } = await client.query<{ known: Buffer | null; filling: number; conflict: number | null }>(sql, [
      instrumentId,
      interval,
      ...span(from, to),
      ...arraysOf(layout, table, from, to),
    ])
    const found = rows[0] as (typeof rows)[0]
    if (found.conflict !== null) throw await contradiction(client, layout, instrumentId, interval, table, from + found.conflict - 1)
    filled += found.filling
    if (!found.known) continue
    const numbers = unpackFloats(found.known)
    for (const n of numbers) known[from + n - 1] = 1
    knownCount += numbers.length
  }
  const fresh = new Uint32Array(table.length - knownCount)
  for (let row = 0, at = 0; row < table.length; row++) if (!known[row]) fresh[at++] = row
  return { fresh, filled }
}

async function contradiction(
  client: pg.PoolClient,
  layout: EventLayout,
  instrumentId: number,
  interval: number | null,
  table: EventTable<TableKind>,
  row: number,
): Promise<ContradictionError> {
  const { rows } = await client.query<(number | null)[]>({
    text: storedRowSql(layout),
    values: [instrumentId, interval, ...arraysOf(layout, table, row, row + 1)],
    rowMode: 'array',
  })
  const stored = rows[0] as (number | null)[]
  const given = layout.columns.map((_, i) => columnOf(table, layout, i)[row] as number)
  const differs = (i: number) => i >= layout.keyLength && stored[i] !== null && !Number.isNaN(given[i]) && stored[i] !== given[i]
  const at = layout.columns.findIndex((_, i) => differs(i))
  const shown = (i: number, value: number) => {
    const type = layout.columns[i]?.type
    return type === 'time' ? isoTime(value) : typeof type === 'object' ? String(type.values[value]) : String(value)
  }
  const field = layout.columns[at]?.name as string
  const key = given.slice(0, layout.keyLength)
  return new ContradictionError({
    kind: table.kind,
    key,
    field,
    stored: stored[at] as number,
    given: given[at] as number,
    message: `The ${table.kind} of ${key.map((v, i) => shown(i, v)).join(', ')} is stored with ${field} ${shown(at, stored[at] as number)}, and this input says ${shown(at, given[at] as number)}. Nothing was written.`,
  })
}

/** What the database could not name well: order, duplicates, required values. Signs and bounds are its checks' business. */
function checkRows(layout: EventLayout, table: EventTable<TableKind>): void {
  const bad = (row: number, field: string, why: string) =>
    new FaultlineError('bad_input', `Row ${row + 1} of the ${table.kind} table: ${why}.`, { place: { field } })
  layout.columns.forEach(({ name, type, optional }, i) => {
    const values = columnOf(table, layout, i)
    for (let row = 0; row < table.length; row++) {
      const v = values[row] as number
      if (optional && Number.isNaN(v)) continue
      if (!Number.isFinite(v)) throw bad(row, name, Number.isNaN(v) ? 'the value is missing' : 'the value is not finite')
      if (type !== 'float' && !Number.isInteger(v)) throw bad(row, name, `${v} is not a whole number`)
      if (typeof type === 'object' && !(v in type.values)) throw bad(row, name, `${v} is none of ${type.values.join(', ')}`)
    }
  })
  const key = layout.columns.slice(0, layout.keyLength).map((_, i) => columnOf(table, layout, i))
  for (let row = 1; row < table.length; row++) {
    const decisive = key.find((values) => values[row] !== values[row - 1])
    if (!decisive || (decisive[row] as number) < (decisive[row - 1] as number))
      throw bad(row, layout.columns[0]?.name as string, decisive ? 'rows are not in order of their key' : 'its key occurred before')
  }
}

/** A check of the table said no: that is about the input, not about us. */
function refused(error: unknown): never {
  const { code, constraint, message } = error as { code?: string; constraint?: string; message?: string }
  if (code === '23514' || code === '22003')
    throw new FaultlineError('bad_input', `The database refuses these values (${constraint ?? message}).`, { cause: error })
  throw error
}
