/**
 * The heat layer of the chart: an ECharts custom series that draws on a canvas of its own, under the chart's.
 *
 * renderItem rasterises the visible part of both grids into that canvas, which stands on the page at exactly the device pixels of the
 * plot, 1:1: nothing smooths or shifts the picture. Returned as an image element it would be copied to a second canvas of the chart's
 * size and composed there: three times the work of everything here.
 */
import { binLowerPrice } from '@faultline/market/price-grid'
import type { CustomSeriesOption } from 'echarts'
import { customSeries, plotOf, type RenderApi, type RenderItem, type RenderParams } from './custom-item.ts'
import { type HeatGridPair, highestByte, historyColumns } from './heat-grid.ts'
import { HeatKeys, type KeyLevel, keyColours } from './heat-keys.ts'
import { paintCells } from './heat-paint.ts'
import type { Rect } from './layout.ts'
import type { HeatLut } from './lut.ts'
import { createPixelMap, drawStates, type HatchStyle, mapColumns, mapRows, mapStates, type PixelMap } from './raster.ts'

const SERIES_ID = 'heat'

/** Colours of gaps, in RGBA words. */
export type GapColours = Pick<HatchStyle, 'hatch' | 'partial'>

/** Cells under one device pixel. */
export interface PixelCells {
  /** columns [from, to) and rows [from, to) of the grid */
  colFrom: number
  colTo: number
  rowFrom: number
  rowTo: number
  /** highest byte per side */
  long: number
  short: number
}

export class HeatLayer {
  private map: PixelMap = createPixelMap(0, 0)
  /** to be put into an element that has the plot's place and hides what sticks out of it */
  readonly canvas: HTMLCanvasElement = document.createElement('canvas')
  private context: CanvasRenderingContext2D | null = null
  private image: ImageData | null = null
  private pixels = new Uint32Array(0)
  private states = new Uint8Array(0)
  private grid: HeatGridPair | null = null
  private covered = { first: -1, last: -1 }
  private keys: HeatKeys | null = null
  /** of the keys, as the map counts columns; null until the grid is mapped */
  private level: KeyLevel | null = null
  /** columns of the grid under a pixel */
  private perPixel = 1
  private readonly colours = new Uint32Array(512)
  private edgeY = new Float64Array(0)
  /** of the canvas in the chart, in device pixels */
  private origin = { left: 0, top: 0, dpr: 1 }
  private placed = ''
  private visible = true
  private lut: HeatLut
  private gaps: GapColours

  constructor(lut: HeatLut, gaps: GapColours) {
    this.lut = lut
    this.gaps = gaps
    this.canvas.className = 'fl-chart-heat'
    this.canvas.style.display = 'none'
  }

  /** New data; the next update of the chart paints it. `gaps`: spans without candles, hatched also at the ends of the range. */
  setGrid(grid: HeatGridPair | null, gaps: readonly { from: number; to: number }[] = []): void {
    this.grid = grid && grid.bins > 0 && grid.columns > 0 ? grid : null
    this.keys = null
    this.level = null
    if (!this.grid) return
    this.keys = new HeatKeys(this.grid, this.lut.sides)
    this.edgeY = new Float64Array(this.grid.bins + 1)
    this.covered = historyColumns(this.grid, gaps)
  }

  /** Takes effect with the next update of the chart; true when that changes anything. */
  setVisible(visible: boolean): boolean {
    const changed = visible !== this.visible
    this.visible = visible
    return changed
  }

  /** New colours (threshold, theme): paints the cells that are mapped already, the chart itself is not touched. */
  setLut(lut: HeatLut, gaps: GapColours = this.gaps): void {
    if (this.grid && lut.sides !== this.lut.sides) {
      this.keys = new HeatKeys(this.grid, lut.sides)
      this.level &&= this.keys.at(this.perPixel)
    }
    this.lut = lut
    this.gaps = gaps
    if (this.visible) this.paint()
  }

  /** What the pixel at CSS coordinates of the chart shows; null outside the picture or the grid. No hit testing. */
  cellsAt(x: number, y: number): PixelCells | null {
    if (!this.grid || !this.level) return null
    const i = Math.floor(x * this.origin.dpr) - this.origin.left
    const j = Math.floor(y * this.origin.dpr) - this.origin.top
    const { width, height, colFrom, colTo, rowFrom, rowTo, factor } = this.map
    if (i < 0 || j < 0 || i >= width || j >= height) return null
    const cells = {
      colFrom: (colFrom[i] as number) * factor,
      colTo: Math.min(this.grid.columns, (colTo[i] as number) * factor),
      rowFrom: rowFrom[j] as number,
      rowTo: rowTo[j] as number,
    }
    if (cells.colTo <= cells.colFrom || cells.rowTo <= cells.rowFrom) return null
    return {
      ...cells,
      long: highestByte(this.grid.long, this.grid.columns, cells),
      short: highestByte(this.grid.short, this.grid.columns, cells),
    }
  }

  /** The series option. The series has no graphic element: it is how the layer hears of every update, and asks the axes. */
  series(): CustomSeriesOption {
    return customSeries(SERIES_ID, 0, this.renderItem)
  }

  private renderItem = (params: RenderParams, api: RenderApi): RenderItem => {
    const shown = this.keys !== null && this.visible
    if (this.grid && this.keys && shown) {
      const plot = plotOf(params)
      this.mapCells(this.grid, this.keys, plot, api)
      this.paint()
      this.place(plot)
    }
    // Cleared too: what reads the canvas must not find a picture that nobody sees.
    if (!shown && this.canvas.style.display !== 'none') this.context?.clearRect(0, 0, this.canvas.width, this.canvas.height)
    this.canvas.style.display = shown ? 'block' : 'none'
    return undefined as unknown as RenderItem
  }

  private place(plot: Rect): void {
    const { left, top, dpr } = this.origin
    const { width, height } = this.map
    const placed = `left:${left / dpr - plot.x}px;top:${top / dpr - plot.y}px;width:${width / dpr}px;height:${height / dpr}px`
    if (placed === this.placed) return
    this.placed = placed
    this.canvas.style.cssText = placed
  }

  private mapCells(grid: HeatGridPair, keys: HeatKeys, plot: Rect, api: RenderApi): void {
    const dpr = api.getDevicePixelRatio()
    // Outward to whole device pixels: the picture then lands on them 1:1; the element around it hides the fraction that sticks out.
    const left = Math.floor(plot.x * dpr)
    const top = Math.floor(plot.y * dpr)
    const width = Math.max(1, Math.ceil((plot.x + plot.width) * dpr) - left)
    const height = Math.max(1, Math.ceil((plot.y + plot.height) * dpr) - top)
    this.origin = { left, top, dpr }
    this.resize(width, height)

    // Ask the axes for positions instead of computing them: they know about zoom, log scale and inversion.
    const base = binLowerPrice(grid.firstBin)
    const xa = at(api.coord([grid.from, base]), 0) * dpr
    const xb = at(api.coord([grid.from + grid.columns * grid.resolutionMs, base]), 0) * dpr
    const perPixel = grid.columns / (xb - xa)
    this.perPixel = perPixel
    this.level = keys.at(perPixel)
    const { factor, columns } = this.level
    this.map.factor = factor
    mapColumns(((left - xa) * perPixel) / factor, perPixel / factor, columns, grid.columns / factor, this.map.colFrom, this.map.colTo)

    const edge = (row: number) => at(api.coord([grid.from, binLowerPrice(grid.firstBin + row)]), 1) * dpr - top
    const [first, last] = visibleRows(edge, grid.bins, height)
    for (let row = first; row <= last; row++) this.edgeY[row - first] = edge(row)
    mapRows(this.edgeY, first, last - first, height, this.map.rowFrom, this.map.rowTo)
    mapStates(grid.state, this.covered, this.map, this.states)
  }

  private resize(width: number, height: number): void {
    if (this.map.width === width && this.map.height === height) return
    this.map = createPixelMap(width, height)
    this.states = new Uint8Array(width)
    this.canvas.width = width
    this.canvas.height = height
    // willReadFrequently keeps the canvas in memory: putImageData every frame would otherwise upload to the GPU and back.
    this.context = this.canvas.getContext('2d', { willReadFrequently: true })
    this.image = this.context?.createImageData(width, height) ?? null
    this.pixels = this.image ? new Uint32Array(this.image.data.buffer) : new Uint32Array(0)
  }

  private paint(): void {
    if (!this.context || !this.image || !this.level) return
    const { dpr } = this.origin
    const { long, short, shortHatch } = this.lut
    keyColours(long, short, this.colours)
    paintCells(this.map, this.level, this.colours, this.pixels, shortHatch && { lut: shortHatch, ...hatchAt(dpr) })
    drawStates(this.states, this.map, this.pixels, {
      ...this.gaps,
      period: Math.round(7 * dpr),
      thickness: Math.max(1, Math.round(dpr)),
      band: Math.round(3 * dpr),
    })
    this.context.putImageData(this.image, 0, 0)
  }
}

/** Of shorts on a ramp that both sides share: six CSS pixels apart, in whole device pixels. */
const hatchAt = (dpr: number) => ({ period: Math.max(4, Math.round(6 * dpr)), thickness: Math.max(1, Math.round(dpr)) })

const at = (point: number[], index: 0 | 1): number => point[index] as number

/** Rows [first, last) of which a part is on screen, by bisection: edges run monotonously, up or down. */
function visibleRows(edge: (row: number) => number, rows: number, height: number): [number, number] {
  const rising = edge(rows) < edge(0)
  const firstWhere = (test: (y: number) => boolean): number => {
    let low = 0
    let high = rows + 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (test(edge(middle))) high = middle
      else low = middle + 1
    }
    return low
  }
  const first = firstWhere((y) => (rising ? y <= height : y >= 0)) - 1
  const last = firstWhere((y) => (rising ? y < 0 : y > height))
  return [Math.max(0, first), Math.max(Math.max(0, first), Math.min(rows, last))]
}
