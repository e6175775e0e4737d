import { binLowerPrice } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import type { HeatGridPair } from '../chart/heat-grid.ts'
import { TransposedHeat } from './transposed-heat.ts'

// Three columns of time, two rows of price. Rows upwards: bin 0 holds 1, 2, 3 and bin 1 holds 4, 5, 6 of longs.
const grid: HeatGridPair = {
  from: 0,
  resolutionMs: 10,
  columns: 3,
  firstBin: 0,
  bins: 2,
  long: Uint8Array.from([1, 2, 3, 4, 5, 6]),
  short: Uint8Array.from([0, 0, 0, 0, 0, 9]),
  state: Uint8Array.from([1, 1, 1]),
}
const [low, high] = [binLowerPrice(0), binLowerPrice(2)]
const fraction = (price: number) => Math.log(price / low) / Math.log(high / low)
const lut = { long: Uint32Array.from({ length: 256 }, (_, i) => i), short: Uint32Array.from({ length: 256 }, (_, i) => i * 100) }
const gaps = { hatch: 7777, partial: 8888, period: 1, thickness: 1, band: 1 }

const rowsOf = (heat: TransposedHeat, width: number, height: number): number[][] => {
  const out = new Uint32Array(width * height)
  heat.paint(out, lut, gaps)
  return Array.from({ length: height }, (_, j) => [...out.subarray(j * width, (j + 1) * width)])
}

describe('the turned heatmap', () => {
  it('has price from left to right and the newest column on top', () => {
    const heat = new TransposedHeat(grid)
    heat.resample(2, 3, fraction, { from: 0, to: 30 }, 'newest')
    expect(rowsOf(heat, 2, 3)).toEqual([
      [3, 900], // the short of 9 is stronger than the long of 6
      [2, 5],
      [1, 4],
    ])
  })
  it('or the oldest', () => {
    const heat = new TransposedHeat(grid)
    heat.resample(2, 3, fraction, { from: 0, to: 30 }, 'oldest')
    expect(rowsOf(heat, 2, 3)).toEqual([
      [1, 4],
      [2, 5],
      [3, 900],
    ])
  })
  it('shows the largest of the cells under a pixel, never a mean', () => {
    const heat = new TransposedHeat({ ...grid, short: new Uint8Array(6) })
    heat.resample(1, 1, fraction, { from: 0, to: 30 }, 'newest')
    expect(rowsOf(heat, 1, 1)).toEqual([[6]])
    expect(heat.cellsAt(0, 0)).toMatchObject({ colFrom: 0, colTo: 3, rowFrom: 0, rowTo: 2, long: 6, short: 0 })
  })
  it('repeats a cell that is larger than a pixel', () => {
    const heat = new TransposedHeat(grid)
    heat.resample(4, 6, fraction, { from: 0, to: 30 }, 'newest')
    expect(rowsOf(heat, 4, 6)[5]).toEqual([1, 1, 4, 4])
  })
  it('knows which cells lie under a pixel, and where there are none', () => {
    const heat = new TransposedHeat(grid)
    heat.resample(2, 3, fraction, { from: 0, to: 30 }, 'newest')
    expect(heat.cellsAt(1, 0)).toEqual({ colFrom: 2, colTo: 3, rowFrom: 1, rowTo: 2, long: 6, short: 9 })
    expect([heat.cellsAt(2, 0), heat.cellsAt(0, 3), heat.cellsAt(-1, 0)]).toEqual([null, null, null])
  })
  it('hatches a gap over the whole width', () => {
    const heat = new TransposedHeat({ ...grid, state: Uint8Array.from([1, 0, 1]) })
    heat.resample(2, 3, fraction, { from: 0, to: 30 }, 'newest')
    expect(rowsOf(heat, 2, 3)[1]).toEqual([7777, 7777])
  })
})
