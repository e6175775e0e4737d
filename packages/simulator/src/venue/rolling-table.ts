/** Rows of numbers, column by column, that grow at the end and are dropped at the beginning. */
export type RollingTableState<N extends string> = Record<N, Float64Array>

export class RollingTable<N extends string> {
  private readonly names: readonly N[]
  private columns: Float64Array[]
  private size = 0

  constructor(names: readonly N[], capacity = 256) {
    this.names = names
    this.columns = names.map(() => new Float64Array(capacity))
  }

  get length(): number {
    return this.size
  }

  /** Values in the order of the columns. */
  push(...values: number[]): void {
    if (this.size === (this.columns[0] as Float64Array).length) this.reserve(2 * this.size)
    for (let i = 0; i < values.length; i++) (this.columns[i] as Float64Array)[this.size] = values[i] as number
    this.size++
  }

  at(name: N, row: number): number {
    return this.column(name)[row] as number
  }

  /** The first row whose `name` is `value` or more; the column must rise. `length` when there is none. */
  lowerBound(name: N, value: number): number {
    const column = this.column(name)
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((column[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** A copy of the rows in [from, to). */
  slice(from: number, to: number): Record<N, Float64Array> {
    const last = Math.max(from, Math.min(to, this.size))
    return Object.fromEntries(this.names.map((name) => [name, this.column(name).slice(from, last)])) as Record<N, Float64Array>
  }

  /** Forgets the rows before `row`. */
  dropBefore(row: number): void {
    if (row === 0) return
    for (const column of this.columns) column.copyWithin(0, row, this.size)
    this.size -= row
  }

  state(): RollingTableState<N> {
    return this.slice(0, this.size)
  }

  restore(state: RollingTableState<N>): void {
    const [first] = this.names
    this.size = first === undefined ? 0 : state[first].length
    if (this.size > (this.columns[0] as Float64Array).length) this.reserve(this.size)
    this.names.forEach((name, i) => {
      ;(this.columns[i] as Float64Array).set(state[name])
    })
  }

  private column(name: N): Float64Array {
    return this.columns[this.names.indexOf(name)] as Float64Array
  }

  private reserve(rows: number): void {
    this.columns = this.columns.map((old) => {
      const wider = new Float64Array(rows)
      wider.set(old)
      return wider
    })
  }
}
