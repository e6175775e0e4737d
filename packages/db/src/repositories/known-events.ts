/** Events with the moment from which a feed had them: what the estimator may see, and when. */
import type { EventTable } from '@faultline/market/event-table'
import { isoTime } from '@faultline/market/units'
import type { Queryable } from '../database.ts'
import { msOf, packedFloats, unpackFloats } from '../sql/binary.ts'
import { layoutOf } from './event-sql.ts'

/** Kinds that may arrive after the bucket of their own time was estimated. */
export type LateKind = 'openInterest' | 'funding' | 'longShortRatio' | 'liquidation'

/**
 * `known_after` of rows whose time lies in [from, to), keyed by time: NaN for rows that came in time. `table` is what
 * readTable() gave for the same range; the answer has its length and order, or is null when no row came late.
 */
export async function readKnownAfter<K extends LateKind>(
  q: Queryable,
  instrumentId: number,
  table: EventTable<K>,
): Promise<Float64Array | null> {
  if (table.length === 0) return null
  const layout = layoutOf(table.kind)
  const key = layout.columns.slice(0, layout.keyLength)
  const times = (table.columns as Record<string, Float64Array>)[layout.columns[0]?.name as string] as Float64Array
  const asFloat = ({ column, type }: (typeof key)[number]): string => {
    if (type === 'time') return msOf(`t.${column}`)
    if (typeof type === 'string') return `t.${column}::float8`
    return `(case t.${column} ${type.values.map((v, i) => `when '${v}' then ${i}`).join(' ')} end)::float8`
  }
  const { rows } = await q.query<(Buffer | null)[]>({
    text: `select ${packedFloats('k.known')}, ${key.map((_, i) => packedFloats(`k.k${i}`)).join(', ')}
             from (select ${msOf('t.known_after')} as known, ${key.map((c, i) => `${asFloat(c)} as k${i}`).join(', ')}
                     from ${layout.table} t
                    where t.instrument_id = $1 and t.${layout.time} between $2 and $3 and t.known_after is not null) k`,
    values: [instrumentId, isoTime(times[0] as number), isoTime(times[table.length - 1] as number)],
    rowMode: 'array',
  })
  const [known, ...keys] = (rows[0] as (Buffer | null)[]).map((packed) => unpackFloats(packed ?? Buffer.alloc(0)))
  if (!known || known.length === 0) return null
  const name = (columns: ArrayLike<Float64Array>, row: number): string => Array.from(columns, (values) => values[row]).join(' ')
  const late = new Map<string, number>()
  for (let row = 0; row < known.length; row++) late.set(name(keys, row), known[row] as number)
  const own = key.map((c) => (table.columns as Record<string, Float64Array>)[c.name] as Float64Array)
  return Float64Array.from({ length: table.length }, (_, row) => late.get(name(own, row)) ?? Number.NaN)
}
