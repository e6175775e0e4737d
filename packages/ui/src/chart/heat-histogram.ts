import { binOf } from '@faultline/market/price-grid'
import { byteToUsd } from '@faultline/market/usd-scale'
import type { HeatGridPair } from './heat-grid.ts'

/** Cells that are read at most; above it every n-th column is taken. */
const MOST_CELLS = 200_000

/**
 * Cells per byte of the tiles' USD scale (logarithmic, `byteToUsd`) in a stretch of time (UTC ms) and prices: 256 counts, both sides
 * together, none at 0. Of large stretches a sample of the columns is counted, so that it can be asked on every move of the view.
 */
export function histogramOf(grid: HeatGridPair, from: number, to: number, priceLow: number, priceHigh: number): Float64Array {
  const counts = new Float64Array(256)
  const [firstColumn, lastColumn] = within((from - grid.from) / grid.resolutionMs, (to - grid.from) / grid.resolutionMs, grid.columns)
  const [firstRow, lastRow] = within(binOf(priceLow) - grid.firstBin, binOf(priceHigh) - grid.firstBin + 1, grid.bins)
  const cells = 2 * Math.max(0, lastColumn - firstColumn) * Math.max(0, lastRow - firstRow)
  // Odd, so that it never falls in step with mips or days.
  const stride = 2 * Math.floor(cells / MOST_CELLS / 2) + 1
  for (const side of [grid.long, grid.short])
    for (let row = firstRow; row < lastRow; row++)
      for (let i = row * grid.columns + firstColumn, end = row * grid.columns + lastColumn; i < end; i += stride) {
        const byte = side[i] as number
        counts[byte] = (counts[byte] as number) + 1
      }
  counts[0] = 0
  return counts
}

/** Whole steps [first, last) that a stretch touches. */
const within = (from: number, to: number, count: number): [number, number] => [
  Math.min(count, Math.max(0, Math.floor(from))),
  Math.max(0, Math.min(count, Math.ceil(to))),
]

/**
 * `bars` heights from 0 to 1 over a logarithmic scale from `min` to `max` USD, as a slider draws them; what lies beyond the ends is left
 * out. Heights are square roots of the counts: the few large cells are what a threshold is chosen by, and they would not be seen.
 */
export function histogramBars(counts: Float64Array, min: number, max: number, bars = 48): number[] {
  const sums = new Float64Array(bars)
  const scale = Math.log(max / min)
  for (let byte = 1; byte < 256; byte++) {
    const count = counts[byte] as number
    if (count === 0) continue
    // A byte stands for a step of the scale: it is shared out over the bars that it covers.
    const step = byteToUsd(2) / byteToUsd(1)
    const usd = byteToUsd(byte)
    const a = (Math.log(usd / Math.sqrt(step) / min) / scale) * bars
    const b = (Math.log((usd * Math.sqrt(step)) / min) / scale) * bars
    for (let k = Math.max(0, Math.floor(a)); k < Math.min(bars, Math.ceil(b)); k++)
      sums[k] = (sums[k] as number) + (count * (Math.min(b, k + 1) - Math.max(a, k))) / (b - a)
  }
  const most = sums.reduce((m, v) => Math.max(m, v), 0)
  return Array.from(sums, (v) => (most > 0 ? Math.sqrt(v / most) : 0))
}
