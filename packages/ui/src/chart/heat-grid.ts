/** The grid that the chart paints: Uint8 per cell on the fixed USD scale of tiles, longs and shorts apart. */
export interface HeatGridPair {
  /** start of column 0, UTC ms, and the length of a column */
  from: number
  resolutionMs: number
  columns: number
  /** bin of row 0 on the global price grid, and the number of rows; bins may be 0 */
  firstBin: number
  bins: number
  /** `long[row * columns + column]`, row 0 = lowest bin */
  long: Uint8Array
  short: Uint8Array
  /** per column a value of COLUMN_STATE */
  state: Uint8Array
}

/** Columns that hold data, `{count, first, last}`; first and last are −1 when there is none. */
export function coveredColumns(grid: Pick<HeatGridPair, 'state'>): { count: number; first: number; last: number } {
  let count = 0
  let first = -1
  let last = -1
  for (let c = 0; c < grid.state.length; c++) {
    if (grid.state[c] === 0) continue
    count++
    if (first < 0) first = c
    last = c
  }
  return { count, first, last }
}

/**
 * First and last column of what is known of the market: those with data, and gaps, which are known to be such. A range may
 * begin inside a gap, or end in one; what lies outside of this is not missing, it is before or after the history.
 */
export function historyColumns(
  grid: Pick<HeatGridPair, 'state' | 'from' | 'resolutionMs'>,
  gaps: readonly { from: number; to: number }[],
): { first: number; last: number } {
  let { first, last } = coveredColumns(grid)
  for (const gap of gaps) {
    const from = Math.max(0, Math.floor((gap.from - grid.from) / grid.resolutionMs))
    const to = Math.min(grid.state.length, Math.ceil((gap.to - grid.from) / grid.resolutionMs)) - 1
    if (from > to) continue
    first = first < 0 ? from : Math.min(first, from)
    last = Math.max(last, to)
  }
  return { first, last }
}

/** The highest byte of one side in columns and rows [from, to) of its grid; 0 where there are none. */
export function highestByte(
  cells: Uint8Array,
  columns: number,
  { rowFrom, rowTo, colFrom, colTo }: { rowFrom: number; rowTo: number; colFrom: number; colTo: number },
): number {
  let max = 0
  for (let row = rowFrom; row < rowTo; row++)
    for (let i = row * columns + colFrom; i < row * columns + colTo; i++) max = Math.max(max, cells[i] as number)
  return max
}
