import { FaultlineError } from '@faultline/market/errors'
import { type EventTable, EventTableBuilder, selectRows, TABLES, type TableKind } from '@faultline/market/event-table'
import { isoTime } from '@faultline/market/units'
import type { Sourced } from './dump.ts'

/** The name that a column has in the files; `value` gives the row's other columns. */
export type FieldName = (column: string, value: (column: string) => number) => string
type Named = readonly [name: string, values: Float64Array]

/** Rows of one kind of one market as they come out of many files, each with the place where it stood. */
export class GatheredTable<K extends TableKind> {
  readonly kind: K
  private readonly builder: EventTableBuilder<K>
  /** line per row */
  private lines = new Uint32Array(1024)
  /** rows from `first` on came out of `file`, until the next run */
  private readonly runs: { first: number; file: string }[] = []

  constructor(kind: K) {
    this.kind = kind
    this.builder = new EventTableBuilder(kind)
  }

  get length(): number {
    return this.builder.length
  }

  /** the files that gave rows, each once */
  get files(): string[] {
    return [...new Set(this.runs.map((run) => run.file))]
  }

  push(file: string, line: number, ...values: number[]): void {
    const row = this.builder.length
    if (this.runs.at(-1)?.file !== file) this.runs.push({ first: row, file })
    if (row === this.lines.length) {
      const wider = new Uint32Array(row * 2)
      wider.set(this.lines)
      this.lines = wider
    }
    this.lines[row] = line
    this.builder.push(...values)
  }

  /** Takes over all rows of `other`. */
  append(other: GatheredTable<K>): void {
    const columns = TABLES[this.kind].columns.map((name) => other.column(name))
    for (let row = 0; row < other.length; row++) {
      const { file, line } = other.placeOf(row)
      this.push(file, line, ...columns.map((values) => values[row] as number))
    }
  }

  /**
   * The rows sorted by natural key, each key once. Equal rows count once; what one place leaves out and another one gives is
   * taken from there; what two places say differently is a FaultlineError naming both. The places are
   * named with `fieldName`.
   */
  merge(fieldName: FieldName): Sourced<K> {
    const table = this.builder.finish()
    const columns = TABLES[this.kind].columns.map((name): Named => [name, this.column(name)])
    const keys = columns.slice(0, TABLES[this.kind].key).map(([, values]) => values)
    const given = columns.slice(TABLES[this.kind].key)
    const compare = (a: number, b: number): number => {
      for (const values of keys) {
        const difference = (values[a] as number) - (values[b] as number)
        if (difference !== 0) return difference
      }
      return 0
    }

    let increasing = true
    for (let row = 1; row < table.length && increasing; row++) increasing = compare(row - 1, row) < 0
    if (increasing) return { table, place: (row) => this.placeOf(row) }

    const order = new Uint32Array(table.length)
    for (let row = 0; row < order.length; row++) order[row] = row
    order.sort((a, b) => compare(a, b) || a - b)

    let kept = 0
    for (let start = 0; start < order.length; ) {
      let end = start + 1
      while (end < order.length && compare(order[start] as number, order[end] as number) === 0) end++
      if (end - start > 1) this.unite(order.subarray(start, end), given, fieldName)
      order[kept++] = order[start] as number
      start = end
    }
    const rows = order.slice(0, kept)
    return { table: selectRows(table, rows), place: (row) => this.placeOf(rows[row] as number) }
  }

  /** Rows of one key into the first of them. */
  private unite(rows: Uint32Array, columns: readonly Named[], fieldName: FieldName): void {
    const target = rows[0] as number
    for (const [name, values] of columns) {
      let given = -1
      for (const row of rows) {
        if (Number.isNaN(values[row])) continue
        if (given < 0) given = row
        else if (values[row] !== values[given]) throw this.contradiction(name, values, given, row, fieldName)
      }
      if (given >= 0) values[target] = values[given] as number
    }
  }

  private contradiction(name: string, values: Float64Array, given: number, other: number, fieldName: FieldName): FaultlineError {
    const first = this.placeOf(given)
    const time = this.column(TABLES[this.kind].columns[0])[other] as number
    const field = fieldName(name, (column) => this.column(column)[other] as number)
    return new FaultlineError(
      'bad_input',
      `${values[other]} contradicts ${values[given]} of ${first.file}:${first.line} for the same moment (${isoTime(time)}); keep one of the two`,
      { place: { ...this.placeOf(other), field } },
    )
  }

  private column(name: string): Float64Array {
    return (this.builder.finish() as EventTable<TableKind>).columns[name as never]
  }

  private placeOf(row: number): { file: string; line: number } {
    let low = 0
    let high = this.runs.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.runs[middle] as { first: number }).first <= row) low = middle
      else high = middle - 1
    }
    return { file: this.runs[low]?.file ?? '', line: this.lines[row] as number }
  }
}
