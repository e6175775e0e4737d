/**
 * Many events of one kind, column by column: what importers build, the store writes with `unnest` and the pipeline reads.
 * A year of one-minute candles is 38 MB this way, against some 300 MB as objects. A missing value is NaN; times are UTC
 * milliseconds; enumerations are indexes (SIDES, RATIO_KINDS, PRICE_KINDS).
 */

export const PRICE_KINDS = ['fill', 'order', 'bankruptcy', 'trigger'] as const

/** Columns per kind. The first `key` columns are the natural key inside one instrument (and, for candles, one interval). */
export const TABLES = {
  candle: { key: 1, columns: ['openTime', 'open', 'high', 'low', 'close', 'volume', 'quoteVolume', 'takerBuyVolume', 'tradeCount'] },
  openInterest: { key: 1, columns: ['time', 'openInterest', 'openInterestUsd'] },
  funding: { key: 1, columns: ['time', 'rate', 'intervalHours'] },
  longShortRatio: { key: 2, columns: ['time', 'kind', 'ratio'] },
  liquidation: { key: 4, columns: ['time', 'side', 'price', 'quantity', 'priceKind', 'quantityUsd'] },
} as const

export type TableKind = keyof typeof TABLES
export type ColumnName<K extends TableKind> = (typeof TABLES)[K]['columns'][number]

export interface EventTable<K extends TableKind> {
  readonly kind: K
  readonly length: number
  readonly columns: Readonly<Record<ColumnName<K>, Float64Array>>
}

export type CandleTable = EventTable<'candle'>
export type OpenInterestTable = EventTable<'openInterest'>
export type FundingTable = EventTable<'funding'>
export type LongShortRatioTable = EventTable<'longShortRatio'>
export type LiquidationTable = EventTable<'liquidation'>

/** Grows by doubling; `finish()` gives views of exactly `length` rows. */
export class EventTableBuilder<K extends TableKind> {
  readonly kind: K
  private readonly names: readonly string[]
  private arrays: Float64Array[]
  private size = 0

  constructor(kind: K, capacity = 1024) {
    this.kind = kind
    this.names = TABLES[kind].columns
    this.arrays = this.names.map(() => new Float64Array(Math.max(1, capacity)))
  }

  get length(): number {
    return this.size
  }

  /** Values in the order of TABLES[kind].columns; NaN for what is missing. */
  push(...values: number[]): void {
    if (values.length !== this.names.length) throw new RangeError(`${this.kind}: ${values.length} values for ${this.names.length} columns`)
    if (this.size === (this.arrays[0] as Float64Array).length) this.grow()
    for (let i = 0; i < values.length; i++) (this.arrays[i] as Float64Array)[this.size] = values[i] as number
    this.size++
  }

  finish(): EventTable<K> {
    const columns: Record<string, Float64Array> = {}
    this.names.forEach((name, i) => {
      columns[name] = (this.arrays[i] as Float64Array).subarray(0, this.size)
    })
    return { kind: this.kind, length: this.size, columns: columns as EventTable<K>['columns'] }
  }

  private grow(): void {
    this.arrays = this.arrays.map((old) => {
      const wider = new Float64Array(old.length * 2)
      wider.set(old)
      return wider
    })
  }
}

/** The rows of `table` named by `rows`, in that order, as a table of its own. */
export function selectRows<K extends TableKind>(table: EventTable<K>, rows: ArrayLike<number>): EventTable<K> {
  const columns: Record<string, Float64Array> = {}
  for (const [name, values] of Object.entries<Float64Array>(table.columns)) {
    const out = new Float64Array(rows.length)
    for (let i = 0; i < rows.length; i++) out[i] = values[rows[i] as number] as number
    columns[name] = out
  }
  return { kind: table.kind, length: rows.length, columns: columns as EventTable<K>['columns'] }
}
