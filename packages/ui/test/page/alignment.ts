/**
 * Is every device pixel of the heat layer the colour of the cell that the chart's own axes put under it? Random
 * viewports, random pixels, exact comparison; noise data, so that a shift by one pixel cannot go unseen.
 *
 * Every pixel is compared twice more, with its neighbour to the right and below: there MANY must differ, for a check that cannot fail
 * proves nothing. The table of colours has no hatch (single ramps): a hatched pixel does not name its cell.
 */
import { binLowerPrice, binOf } from '@faultline/market/price-grid'
import type { HeatGridPair } from '../../src/chart/heat-grid.ts'
import type { HeatmapChart } from '../../src/chart/heatmap-chart.ts'
import type { HeatLut } from '../../src/chart/lut.ts'
import { generator } from './synthetic.ts'

export interface AlignmentResult {
  /** pixels compared one to one (cells at least a pixel large), and how many differed in colour or in the reading */
  points: number
  mismatches: number
  misread: number
  /** how many differ when compared one pixel beside: the negative control */
  right: number
  down: number
  /** pixels whose colour came from the long side, from the short side */
  sides: [number, number]
  /** pixels that cover several cells, and how many hid a cell hotter than the one under their centre, on either side */
  minified: number
  lost: number
  /** pixel centres within 0.001 px of a cell border: either neighbour is right, so they are not compared */
  ties: number
}

export interface AlignmentOptions {
  viewports: number
  samples: number
}

export function checkAlignment(probe: HeatmapChart, grid: HeatGridPair, lut: HeatLut, options: AlignmentOptions): AlignmentResult {
  const { chart, heat } = probe.internals()
  const random = generator(20_260_305)
  const dpr = chart.getDevicePixelRatio()
  const canvas = heatCanvas(probe)
  const result: AlignmentResult = { points: 0, mismatches: 0, misread: 0, right: 0, down: 0, sides: [0, 0], minified: 0, lost: 0, ties: 0 }
  const toPixel = (t: number, p: number) =>
    (chart.convertToPixel({ gridIndex: 0 }, [t, p]) as number[]).map((v) => v * dpr) as [number, number]
  const top = binLowerPrice(grid.firstBin + grid.bins)
  const bottom = binLowerPrice(grid.firstBin)

  for (let k = 0; k < options.viewports; k++) {
    probe.setView(randomView(random, grid, bottom, top, k % 2 === 1))
    const plot = probe.internals().layout.heat
    const shown = new Uint32Array(
      (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, canvas.width, canvas.height).data.buffer,
    )
    const [left, above] = placeOf(canvas, probe, dpr)
    for (let i = 0; i < options.samples; i++) {
      const X = Math.floor((plot.x + 2 + random() * (plot.width - 4)) * dpr)
      const Y = Math.floor((plot.y + 2 + random() * (plot.height - 4)) * dpr)
      const [t, p] = chart.convertFromPixel({ gridIndex: 0 }, [(X + 0.5) / dpr, (Y + 0.5) / dpr]) as [number, number]
      const col = Math.floor((t - grid.from) / grid.resolutionMs)
      const row = binOf(p) - grid.firstBin
      if (col < 0 || row < 0 || col >= grid.columns || row >= grid.bins) continue
      const long = grid.long[row * grid.columns + col] as number
      const short = grid.short[row * grid.columns + col] as number
      const [xa] = toPixel(grid.from + col * grid.resolutionMs, p)
      const [xb] = toPixel(grid.from + (col + 1) * grid.resolutionMs, p)
      const yTop = toPixel(t, binLowerPrice(grid.firstBin + row + 1))[1]
      const yBottom = toPixel(t, binLowerPrice(grid.firstBin + row))[1]
      if (Math.min(Math.abs(X + 0.5 - xa), Math.abs(xb - X - 0.5), Math.abs(Y + 0.5 - yTop), Math.abs(yBottom - Y - 0.5)) < 1e-3) {
        result.ties++
      } else if (xb - xa >= 1.01 && yBottom - yTop >= 1.01) {
        result.points++
        result.sides[long > short ? 0 : 1]++
        const want = long > short ? lut.long[long] : lut.short[short]
        const at = (Y - above) * canvas.width + X - left
        if (shown[at] !== want) result.mismatches++
        if (shown[at + 1] !== want) result.right++
        if (shown[at + canvas.width] !== want) result.down++
        const read = heat.cellsAt((X + 0.5) / dpr, (Y + 0.5) / dpr)
        if (read?.colFrom !== col || read.rowFrom !== row || read.long !== long || read.short !== short) result.misread++
      } else {
        result.minified++
        const read = heat.cellsAt((X + 0.5) / dpr, (Y + 0.5) / dpr)
        if (!read || read.long < long || read.short < short) result.lost++
        // What is read is what is painted.
        else if (shown[(Y - above) * canvas.width + X - left] !== (read.long > read.short ? lut.long[read.long] : lut.short[read.short]))
          result.mismatches++
      }
    }
  }
  return result
}

/** The layer's own canvas, as it stands on the page. */
export function heatCanvas(probe: HeatmapChart): HTMLCanvasElement {
  const { canvas } = probe.internals().heat
  if (!canvas.isConnected) throw new Error('the heat layer has no canvas on the page')
  return canvas
}

/** Where the page puts the canvas's first pixel, in device pixels of the chart: whole ones, and each of its pixels on one of them. */
function placeOf(canvas: HTMLCanvasElement, probe: HeatmapChart, dpr: number): [number, number] {
  const rect = canvas.getBoundingClientRect()
  const chart = probe.internals().chart.getDom().getBoundingClientRect()
  const exact = [rect.left - chart.left, rect.top - chart.top, rect.width, rect.height].map((v) => v * dpr) as [
    number,
    number,
    number,
    number,
  ]
  const [left, top, width, height] = exact.map(Math.round) as [number, number, number, number]
  // Layout counts in 64ths of a pixel.
  if (exact.some((v) => Math.abs(v - Math.round(v)) > 0.05) || width !== canvas.width || height !== canvas.height)
    throw new Error(`the heat is not drawn 1:1: ${exact.join(', ')} for ${canvas.width} × ${canvas.height}`)
  return [left, top]
}

function randomView(random: () => number, grid: HeatGridPair, bottom: number, top: number, close: boolean) {
  const part = (least: number, most: number) => {
    const span = least + random() * (most - least)
    const start = random() * (1 - span)
    return [start, start + span] as const
  }
  const time = close ? part(0.005, 0.15) : part(0.4, 1)
  const price = close ? part(0.02, 0.15) : part(0.15, 0.9)
  const length = grid.columns * grid.resolutionMs
  return {
    from: grid.from + time[0] * length,
    to: grid.from + time[1] * length,
    priceLow: bottom + price[0] * (top - bottom),
    priceHigh: bottom + price[1] * (top - bottom),
  }
}
