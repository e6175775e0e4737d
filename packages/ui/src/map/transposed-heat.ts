/**
 * Heat with price along the width and time along the height. Resampled by the same functions as the upright picture (the maximum per
 * side under each device pixel, never an average) into a raster whose width is time, which is then turned by its diagonal.
 */
import { binLowerPrice } from '@faultline/market/price-grid'
import { type HeatGridPair, historyColumns } from '../chart/heat-grid.ts'
import type { HeatLut } from '../chart/lut.ts'
import {
  buildLevels,
  colourise,
  createRaster,
  drawStates,
  type HatchStyle,
  type Level,
  levelFor,
  mapColumns,
  mapRows,
  mapStates,
  type Raster,
  resample,
  rowsInUse,
} from '../chart/raster.ts'

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

export class TransposedHeat {
  readonly grid: HeatGridPair
  private readonly levels: { long: Level[]; short: Level[] }
  private readonly used: { long: Uint8Array; short: Uint8Array }
  private readonly covered: { first: number; last: number }
  private readonly edges: Float64Array
  private raster: Raster = createRaster(0, 0)
  private states = new Uint8Array(0)
  private order: TimeOrder = 'newest'
  private upright = new Uint32Array(0)

  constructor(grid: HeatGridPair, gaps: readonly { from: number; to: number }[] = []) {
    const { long, short, columns, bins } = grid
    this.grid = grid
    this.levels = { long: buildLevels(long, columns, bins), short: buildLevels(short, columns, bins) }
    this.used = { long: rowsInUse(long, columns, bins), short: rowsInUse(short, columns, bins) }
    this.covered = historyColumns(grid, gaps)
    this.edges = new Float64Array(bins + 1)
  }

  /**
   * Resamples for a picture of `width` × `height` device pixels. `fraction` places prices on the width (0 to 1); `from` and `to` are
   * the times at the ends of the height, `order` says which of them is on top.
   */
  resample(width: number, height: number, fraction: (price: number) => number, time: { from: number; to: number }, order: TimeOrder): void {
    const { grid } = this
    this.order = order
    if (this.raster.width !== height || this.raster.height !== width) {
      this.raster = createRaster(height, width)
      this.states = new Uint8Array(height)
      this.upright = new Uint32Array(width * height)
    }
    const { raster } = this
    const perPixel = (time.to - time.from) / grid.resolutionMs / height
    const start = (time.from - grid.from) / grid.resolutionMs
    const at = levelFor(this.levels.long, perPixel)
    const long = this.levels.long[at] as Level
    const short = this.levels.short[at] as Level
    raster.factor = long.factor
    mapColumns(start / long.factor, perPixel / long.factor, long.columns, grid.columns / long.factor, raster.colFrom, raster.colTo)
    for (let row = 0; row <= grid.bins; row++) this.edges[row] = fraction(binLowerPrice(grid.firstBin + row)) * width
    mapRows(this.edges, 0, grid.bins, width, raster.rowFrom, raster.rowTo)
    raster.active.fill(0)
    resample(long, this.used.long, raster, raster.long)
    resample(short, this.used.short, raster, raster.short)
    mapStates(grid.state, this.covered, raster, this.states)
  }

  /** Colours what was resampled into `out`, row-major with `width` × `height` as asked for. */
  paint(out: Uint32Array, lut: HeatLut, gaps: HatchStyle): void {
    const { raster, upright } = this
    colourise(raster, upright, lut.long, lut.short)
    drawStates(this.states, raster, upright, gaps)
    const [height, width] = [raster.width, raster.height]
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
    const { rowFrom, rowTo, colFrom, colTo, factor, long, short, width, height } = this.raster
    if (i < 0 || j < 0 || i >= height || j >= width) return null
    const time = this.timePixel(j)
    const cells = {
      colFrom: (colFrom[time] as number) * factor,
      colTo: Math.min(this.grid.columns, (colTo[time] as number) * factor),
      rowFrom: rowFrom[i] as number,
      rowTo: rowTo[i] as number,
    }
    if (cells.colTo <= cells.colFrom || cells.rowTo <= cells.rowFrom) return null
    return { ...cells, long: long[i * width + time] as number, short: short[i * width + time] as number }
  }

  private timePixel(j: number): number {
    return this.order === 'newest' ? this.raster.width - 1 - j : j
  }
}
