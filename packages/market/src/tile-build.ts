/**
 * Columns to tiles, and fine tiles to coarse ones. A coarse cell is the maximum of what it covers; the byte scale is
 * monotone, so the maximum of bytes is the byte of the maximum and both ways give the same tile.
 */
import type { Column } from './column.ts'
import { FaultlineError } from './errors.ts'
import { COLUMN_STATE, TILE_COLUMNS, type Tile } from './tile.ts'
import { usdToBytes } from './usd-scale.ts'

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
  let bytes = new Uint8Array(4096)
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
      if (usd.length === 0) continue
      if (bytes.length < usd.length) bytes = new Uint8Array(2 * usd.length)
      usdToBytes(usd, bytes)
      const { plane, at } = canvas.reach(side, firstBin, firstBin + usd.length - 1)
      for (let i = 0, cell = at + x; i < usd.length; i++, cell += TILE_COLUMNS)
        if ((bytes[i] as number) > (plane[cell] as number)) plane[cell] = bytes[i] as number
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
    if (tile.binCount === 0) continue
    for (const side of [0, 1] as const) {
      const cells = side === 0 ? tile.long : tile.short
      const { plane, at } = canvas.reach(side, tile.firstBin, tile.firstBin + tile.binCount - 1)
      for (let row = 0; row < tile.binCount; row++)
        for (let c = 0; c < TILE_COLUMNS; c++) {
          const byte = cells[row * TILE_COLUMNS + c] as number
          const x = target[c] as number
          if (byte === 0 || x < 0) continue
          const cell = at + row * TILE_COLUMNS + x
          if (byte > (plane[cell] as number)) plane[cell] = byte
        }
    }
  }
  const columnState = any.map((a, x) =>
    a === 0 ? COLUMN_STATE.missing : (complete[x] as number) < ratio ? COLUMN_STATE.partial : COLUMN_STATE.complete,
  )
  return canvas.tile(resolutionMs, start, columnState)
}

/** Two planes of 256 columns that grow in bins as they are reached, and are cut to the bins in use at the end. */
class Canvas {
  private low = 0
  private rows = 0
  private planes: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)]

  /** The plane of `side`, wide enough for the bins, and where the row of `firstBin` begins in it. Good until the next call. */
  reach(side: 0 | 1, firstBin: number, lastBin: number): { plane: Uint8Array; at: number } {
    if (this.rows === 0 || firstBin < this.low || lastBin >= this.low + this.rows) this.grow(firstBin, lastBin)
    return { plane: this.planes[side], at: (firstBin - this.low) * TILE_COLUMNS }
  }

  tile(resolutionMs: number, startTime: number, columnState: Uint8Array): Tile {
    const holds = (row: number) => {
      const from = row * TILE_COLUMNS
      const to = from + TILE_COLUMNS
      return this.planes.some((plane) => plane.subarray(from, to).some((byte) => byte > 0))
    }
    let from = 0
    let to = this.rows
    while (from < to && !holds(from)) from++
    while (to > from && !holds(to - 1)) to--
    const cut = (plane: Uint8Array) => plane.slice(from * TILE_COLUMNS, to * TILE_COLUMNS)
    const [long, short] = [cut(this.planes[0]), cut(this.planes[1])]
    return { resolutionMs, startTime, firstBin: to > from ? this.low + from : 0, binCount: to - from, columnState, long, short }
  }

  private grow(firstBin: number, lastBin: number): void {
    const margin = Math.max(256, this.rows >> 2)
    const low = this.rows === 0 ? firstBin - margin : Math.min(this.low, firstBin - margin)
    const high = this.rows === 0 ? lastBin + margin : Math.max(this.low + this.rows, lastBin + margin)
    const wider = (plane: Uint8Array) => {
      const out = new Uint8Array((high - low) * TILE_COLUMNS)
      out.set(plane, this.rows === 0 ? 0 : (this.low - low) * TILE_COLUMNS)
      return out
    }
    this.planes = [wider(this.planes[0]), wider(this.planes[1])]
    this.low = low
    this.rows = high - low
  }
}
