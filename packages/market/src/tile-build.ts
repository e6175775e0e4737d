/**
 * Columns to tiles, and fine tiles to coarse ones. A coarse cell is the maximum of what it covers; the byte scale is
 * monotone, so the maximum of bytes is the byte of the maximum and both ways give the same tile.
 */
import type { Column } from './column.ts'
import { FaultlineError } from './errors.ts'
import { COLUMN_STATE, TILE_COLUMNS, type Tile } from './tile.ts'
import { usdToByte } from './usd-scale.ts'

export const tileIndexOf = (time: number, resolutionMs: number): number => Math.floor(time / (resolutionMs * TILE_COLUMNS))
export const tileStart = (index: number, resolutionMs: number): number => index * resolutionMs * TILE_COLUMNS
/** Exclusive. */
export const tileEnd = (index: number, resolutionMs: number): number => (index + 1) * resolutionMs * TILE_COLUMNS

/** The tile of `columns` (any order, each at most once; those outside are ignored). Their bucketMs must divide resolutionMs. */
export function tileFromColumns(input: { resolutionMs: number; index: number; columns: Iterable<Column> }): Tile {
  const { resolutionMs, index } = input
  const start = tileStart(index, resolutionMs)
  const canvas = new Canvas()
  const seen = new Uint32Array(TILE_COLUMNS)
  let perColumn = 1
  for (const column of input.columns) {
    if (resolutionMs % column.bucketMs !== 0)
      throw new FaultlineError('internal', `A column of ${column.bucketMs} ms does not fit a tile of ${resolutionMs} ms.`)
    perColumn = resolutionMs / column.bucketMs
    const x = Math.floor((column.bucketStart - start) / resolutionMs)
    if (x < 0 || x >= TILE_COLUMNS) continue
    seen[x] = (seen[x] as number) + 1
    for (const side of [0, 1] as const) {
      const { firstBin, usd } = side === 0 ? column.planes.long : column.planes.short
      for (let i = 0; i < usd.length; i++) {
        const byte = usdToByte(usd[i] as number)
        if (byte > 0) canvas.raise(side, firstBin + i, x, byte)
      }
    }
  }
  const columnState = Uint8Array.from(seen, (n) =>
    n === 0 ? COLUMN_STATE.missing : n < perColumn ? COLUMN_STATE.partial : COLUMN_STATE.complete,
  )
  return canvas.tile(resolutionMs, start, columnState)
}

/** The coarse tile over `finer` tiles of one finer resolution that divides `resolutionMs` (those outside are ignored). */
export function tileFromTiles(input: { resolutionMs: number; index: number; finer: Iterable<Tile> }): Tile {
  const { resolutionMs, index } = input
  const start = tileStart(index, resolutionMs)
  const canvas = new Canvas()
  const complete = new Uint32Array(TILE_COLUMNS)
  const any = new Uint8Array(TILE_COLUMNS)
  let ratio = 1
  for (const tile of input.finer) {
    if (resolutionMs % tile.resolutionMs !== 0)
      throw new FaultlineError('internal', `A tile of ${tile.resolutionMs} ms does not fit one of ${resolutionMs} ms.`)
    ratio = resolutionMs / tile.resolutionMs
    const target = new Int32Array(TILE_COLUMNS)
    for (let c = 0; c < TILE_COLUMNS; c++) {
      const x = Math.floor((tile.startTime + c * tile.resolutionMs - start) / resolutionMs)
      target[c] = x >= 0 && x < TILE_COLUMNS ? x : -1
      if (x < 0 || x >= TILE_COLUMNS || tile.columnState[c] === COLUMN_STATE.missing) continue
      any[x] = 1
      if (tile.columnState[c] === COLUMN_STATE.complete) complete[x] = (complete[x] as number) + 1
    }
    for (const side of [0, 1] as const) {
      const cells = side === 0 ? tile.long : tile.short
      for (let row = 0; row < tile.binCount; row++)
        for (let c = 0; c < TILE_COLUMNS; c++) {
          const byte = cells[row * TILE_COLUMNS + c] as number
          const x = target[c] as number
          if (byte > 0 && x >= 0) canvas.raise(side, tile.firstBin + row, x, byte)
        }
    }
  }
  const columnState = any.map((a, x) =>
    a === 0 ? COLUMN_STATE.missing : (complete[x] as number) < ratio ? COLUMN_STATE.partial : COLUMN_STATE.complete,
  )
  return canvas.tile(resolutionMs, start, columnState)
}

/** Two planes of 256 columns that grow in bins as cells are raised, and are cut to the bins in use at the end. */
class Canvas {
  private low = 0
  private rows = 0
  private used: [number, number] | null = null
  private planes: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)]

  raise(side: 0 | 1, bin: number, x: number, byte: number): void {
    if (bin < this.low || bin >= this.low + this.rows) this.grow(bin)
    if (this.used === null) this.used = [bin, bin]
    else if (bin < this.used[0]) this.used[0] = bin
    else if (bin > this.used[1]) this.used[1] = bin
    const at = (bin - this.low) * TILE_COLUMNS + x
    const plane = this.planes[side]
    if (byte > (plane[at] as number)) plane[at] = byte
  }

  tile(resolutionMs: number, startTime: number, columnState: Uint8Array): Tile {
    if (this.used === null)
      return { resolutionMs, startTime, firstBin: 0, binCount: 0, columnState, long: new Uint8Array(0), short: new Uint8Array(0) }
    const [from, to] = this.used
    const cut = (plane: Uint8Array) => plane.slice((from - this.low) * TILE_COLUMNS, (to + 1 - this.low) * TILE_COLUMNS)
    return {
      resolutionMs,
      startTime,
      firstBin: from,
      binCount: to - from + 1,
      columnState,
      long: cut(this.planes[0]),
      short: cut(this.planes[1]),
    }
  }

  private grow(bin: number): void {
    const margin = Math.max(256, this.rows >> 1)
    const low = this.rows === 0 ? bin - margin : Math.min(this.low, bin - margin)
    const high = this.rows === 0 ? bin + margin : Math.max(this.low + this.rows, bin + margin)
    const wider = (plane: Uint8Array) => {
      const out = new Uint8Array((high - low) * TILE_COLUMNS)
      out.set(plane, (this.rows === 0 ? 0 : this.low - low) * TILE_COLUMNS)
      return out
    }
    this.planes = [wider(this.planes[0]), wider(this.planes[1])]
    this.low = low
    this.rows = high - low
  }
}
