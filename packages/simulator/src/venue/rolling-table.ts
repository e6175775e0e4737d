/** Rows of numbers, column by column, that grow at the end and are dropped at the beginning. */
export type RollingTableState<N extends string> = Record<N, Float64Array>

export class RollingTable<N extends string> {
  private readonly names: readonly N[]
  private readonly key: N
  private columns: Record<N, Float64Array>
  private size = 0

  /** @param names the columns; the first one rises, and rows are found by it */
  constructor(names: readonly [N, ...N[]], capacity = 256) {
    this.names = names
    this.key = names[0]
    this.columns = this.eachColumn(() => new Float64Array(capacity))
  }

  get length(): number {
    return this.size
  }

  /** Values in the order of the columns. */
  push(...values: number[]): void {
    if (this.size === this.columns[this.key].length) this.reserve(2 * this.size)
    for (let i = 0; i < values.length; i++) this.columns[this.names[i] as N][this.size] = values[i] as number
    this.size++
  }

  at(name: N, row: number): number {
    return this.columns[name][row] as number
  }

  /** The first row whose first column is `value` or more; `length` when there is none. */
  lowerBound(value: number): number {
    const column = this.columns[this.key]
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((column[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** A copy of the rows whose first column is in [from, to). */
  between(from: number, to: number): Record<N, Float64Array> {
    const first = this.lowerBound(from)
    const last = Math.max(first, this.lowerBound(to))
    return this.eachColumn((name) => this.columns[name].slice(first, last))
  }

  /** Forgets the rows whose first column is below `value`. */
  dropBefore(value: number): void {
    const row = this.lowerBound(value)
    if (row === 0) return
    for (const name of this.names) this.columns[name].copyWithin(0, row, this.size)
    this.size -= row
  }

  /** The rows without a copy: to be used before the table changes. History is too large to copy it twice. */
  state(): RollingTableState<N> {
    return this.eachColumn((name) => this.columns[name].subarray(0, this.size))
  }

  restore(state: RollingTableState<N>): void {
    this.size = state[this.key].length
    if (this.size > this.columns[this.key].length) this.reserve(this.size)
    for (const name of this.names) this.columns[name].set(state[name])
  }

  private reserve(rows: number): void {
    const old = this.columns
    this.columns = this.eachColumn((name) => {
      const wider = new Float64Array(rows)
      wider.set(old[name])
      return wider
    })
  }

  private eachColumn(make: (name: N) => Float64Array): Record<N, Float64Array> {
    return Object.fromEntries(this.names.map((name) => [name, make(name)])) as Record<N, Float64Array>
  }
}
