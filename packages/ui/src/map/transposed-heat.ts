/**
 * Heat with price along the width and time along the height. Painted by the same functions as the upright picture (the maximum per side
 * under each device pixel, never an average), with time along the width, and then turned by its diagonal.
 */
import { binLowerPrice } from '@faultline/market/price-grid'
import { type HeatGridPair, highestByte, historyColumns } from '../chart/heat-grid.ts'
import { HeatKeys, type KeyLevel, keyColours } from '../chart/heat-keys.ts'
import { paintCells } from '../chart/heat-paint.ts'
import type { HeatLut } from '../chart/lut.ts'
import { createPixelMap, drawStates, type HatchStyle, mapColumns, mapRows, mapStates, type PixelMap } from '../chart/raster.ts'

/** Side of the squares in which the picture is turned, pixels. */
const TURN = 32

export type TimeOrder = 'newest' | 'oldest'

/** What lies under one pixel: columns and rows [from, to) of the grid, and the highest byte per side. */
export interface TransposedCells {
  colFrom: number
  colTo: number
  rowFrom: number
  rowTo: number
  long: number
  short: number
}

/** A heat grid painted with price across and time down: the upright picture, turned in small blocks. */
export class TransposedHeat {
  readonly grid: HeatGridPair
  private readonly keys: HeatKeys
  private level: KeyLevel | null = null
  private readonly covered: { first: number; last: number }
  private readonly edges: Float64Array
  private map: PixelMap = createPixelMap(0, 0)
  private states = new Uint8Array(0)
  private order: TimeOrder = 'newest'
  private upright = new Uint32Array(0)

  constructor(grid: HeatGridPair, gaps: readonly { from: number; to: number }[] = []) {
    this.grid = grid
    this.keys = new HeatKeys(grid)
    this.covered = historyColumns(grid, gaps)
    this.edges = new Float64Array(grid.bins + 1)
  }

  /**
   * Resamples for a picture of `width` × `height` device pixels. `fraction` places prices on the width (0 to 1); `from` and `to` are
   * the times at the ends of the height, `order` says which of them is on top.
   */
  resample(width: number, height: number, fraction: (price: number) => number, time: { from: number; to: number }, order: TimeOrder): void {
    const { grid } = this
    this.order = order
    if (this.map.width !== height || this.map.height !== width) {
      this.map = createPixelMap(height, width)
      this.states = new Uint8Array(height)
      this.upright = new Uint32Array(width * height)
    }
    const { map } = this
    const perPixel = (time.to - time.from) / grid.resolutionMs / height
    const start = (time.from - grid.from) / grid.resolutionMs
    this.level = this.keys.at(perPixel)
    const { factor, columns } = this.level
    map.factor = factor
    mapColumns(start / factor, perPixel / factor, columns, grid.columns / factor, map.colFrom, map.colTo)
    for (let row = 0; row <= grid.bins; row++) this.edges[row] = fraction(binLowerPrice(grid.firstBin + row)) * width
    mapRows(this.edges, 0, grid.bins, width, map.rowFrom, map.rowTo)
    mapStates(grid.state, this.covered, map, this.states)
  }

  /** Colours what was resampled into `out`, row-major with `width` × `height` as asked for. */
  paint(out: Uint32Array, lut: HeatLut, gaps: HatchStyle): void {
    const { map, upright, level } = this
    if (!level) return
    paintCells(map, level, keyColours(lut.long, lut.short), upright)
    drawStates(this.states, map, upright, gaps)
    const [height, width] = [map.width, map.height]
    // in squares that stay in the processor's cache: one of the two sides is read or written against its grain
    for (let top = 0; top < height; top += TURN)
      for (let left = 0; left < width; left += TURN) {
        const right = Math.min(width, left + TURN)
        for (let j = top, bottom = Math.min(height, top + TURN); j < bottom; j++) {
          const time = this.timePixel(j)
          for (let i = left, o = j * width + left; i < right; i++, o++) out[o] = upright[i * height + time] as number
        }
      }
  }

  /** What device pixel (i, j) of the picture shows; null outside of the grid. */
  cellsAt(i: number, j: number): TransposedCells | null {
    const { rowFrom, rowTo, colFrom, colTo, factor, width, height } = this.map
    if (i < 0 || j < 0 || i >= height || j >= width) return null
    const time = this.timePixel(j)
    const cells = {
      colFrom: (colFrom[time] as number) * factor,
      colTo: Math.min(this.grid.columns, (colTo[time] as number) * factor),
      rowFrom: rowFrom[i] as number,
      rowTo: rowTo[i] as number,
    }
    if (cells.colTo <= cells.colFrom || cells.rowTo <= cells.rowFrom) return null
    const { long, short, columns } = this.grid
    return { ...cells, long: highestByte(long, columns, cells), short: highestByte(short, columns, cells) }
  }

  private timePixel(j: number): number {
    return this.order === 'newest' ? this.map.width - 1 - j : j
  }
}
