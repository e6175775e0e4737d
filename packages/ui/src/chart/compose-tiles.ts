import { COLUMN_STATE, TILE_COLUMNS, type Tile } from '@faultline/market/tile'
import type { HeatGridPair } from './heat-grid.ts'

export interface ComposeRange {
  /** UTC ms; widened outward to whole columns of `resolutionMs` */
  from: number
  to: number
  resolutionMs: number
  /** keep only these bins (both inclusive); default: all that the tiles hold */
  minBin?: number
  maxBin?: number
}

/**
 * One grid over `range` from decoded tiles, in any order, whatever bins each holds. Columns that no tile covers are
 * `missing`; tiles of another resolution and tiles outside are passed over; where two tiles overlap, the later one in the
 * list wins for every column that it has (an open tile that was fetched again).
 */
export function composeTiles(tiles: readonly Tile[], range: ComposeRange): HeatGridPair {
  const { resolutionMs } = range
  const from = Math.floor(range.from / resolutionMs) * resolutionMs
  const columns = Math.max(0, Math.ceil(range.to / resolutionMs) - from / resolutionMs)
  const parts = tiles.filter((t) => t.resolutionMs === resolutionMs && overlaps(t, from, columns))
  const { firstBin, bins } = binSpan(parts, range)
  const grid: HeatGridPair = {
    from,
    resolutionMs,
    columns,
    firstBin,
    bins,
    long: new Uint8Array(columns * bins),
    short: new Uint8Array(columns * bins),
    state: new Uint8Array(columns),
  }
  for (const tile of parts) copyTile(grid, tile)
  return grid
}

function overlaps(tile: Tile, from: number, columns: number): boolean {
  const first = (tile.startTime - from) / tile.resolutionMs
  return first < columns && first + TILE_COLUMNS > 0
}

function binSpan(
  tiles: readonly Tile[],
  { minBin = Number.NEGATIVE_INFINITY, maxBin = Number.POSITIVE_INFINITY }: ComposeRange,
): { firstBin: number; bins: number } {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const tile of tiles) {
    if (tile.binCount === 0) continue
    low = Math.min(low, tile.firstBin)
    high = Math.max(high, tile.firstBin + tile.binCount - 1)
  }
  low = Math.max(low, minBin)
  high = Math.min(high, maxBin)
  return low <= high ? { firstBin: low, bins: high - low + 1 } : { firstBin: 0, bins: 0 }
}

/** Copies the runs of columns that hold data; a missing column never overwrites one that is there. */
function copyTile(grid: HeatGridPair, tile: Tile): void {
  const offset = Math.round((tile.startTime - grid.from) / grid.resolutionMs)
  const last = Math.min(TILE_COLUMNS, grid.columns - offset)
  for (let a = Math.max(0, -offset); a < last; a++) {
    if (tile.columnState[a] === COLUMN_STATE.missing) continue
    let b = a
    while (b < last && tile.columnState[b] !== COLUMN_STATE.missing) b++
    grid.state.set(tile.columnState.subarray(a, b), offset + a)
    copyRun(grid, tile, a, b, offset)
    a = b
  }
}

function copyRun(grid: HeatGridPair, tile: Tile, a: number, b: number, offset: number): void {
  for (let row = 0; row < grid.bins; row++) {
    const source = grid.firstBin + row - tile.firstBin
    const at = row * grid.columns + offset + a
    const length = b - a
    if (source < 0 || source >= tile.binCount) {
      // Nothing in this tile at that price: clear what an overlapping tile may have left.
      grid.long.fill(0, at, at + length)
      grid.short.fill(0, at, at + length)
      continue
    }
    const start = source * TILE_COLUMNS
    grid.long.set(tile.long.subarray(start + a, start + b), at)
    grid.short.set(tile.short.subarray(start + a, start + b), at)
  }
}
