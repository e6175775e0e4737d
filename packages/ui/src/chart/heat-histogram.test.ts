import { binLowerPrice } from '@faultline/market/price-grid'
import { byteToUsd } from '@faultline/market/usd-scale'
import { describe, expect, it } from 'vitest'
import type { HeatGridPair } from './heat-grid.ts'
import { histogramBars, histogramOf } from './heat-histogram.ts'

const MINUTE = 60_000
const FIRST_BIN = 7600

function gridOf(columns: number, bins: number, byteAt: (row: number, column: number, side: 'long' | 'short') => number): HeatGridPair {
  const fill = (side: 'long' | 'short') =>
    Uint8Array.from({ length: columns * bins }, (_, i) => byteAt(Math.floor(i / columns), i % columns, side))
  return {
    from: 0,
    resolutionMs: MINUTE,
    columns,
    firstBin: FIRST_BIN,
    bins,
    long: fill('long'),
    short: fill('short'),
    state: new Uint8Array(columns).fill(1),
  }
}
const price = (row: number) => binLowerPrice(FIRST_BIN + row)
const nonZero = (counts: Float64Array) => Object.fromEntries([...counts].flatMap((n, byte) => (n > 0 ? [[byte, n]] : [])))

describe('histogramOf', () => {
  const grid = gridOf(6, 4, (row, column, side) => (side === 'long' ? (row < 2 ? 10 + column : 0) : row < 2 ? 0 : 200))
  it('counts the cells in view, both sides, and nothing that is empty', () => {
    expect(nonZero(histogramOf(grid, 0, 6 * MINUTE, price(0), price(3.5)))).toEqual({ 10: 2, 11: 2, 12: 2, 13: 2, 14: 2, 15: 2, 200: 12 })
  })
  it('leaves out what is not on screen, in time and in price', () => {
    expect(nonZero(histogramOf(grid, 2 * MINUTE, 4 * MINUTE, price(0), price(0.5)))).toEqual({ 12: 1, 13: 1 })
    expect(nonZero(histogramOf(grid, 7 * MINUTE, 9 * MINUTE, price(0), price(3)))).toEqual({})
    expect(nonZero(histogramOf(grid, -9 * MINUTE, MINUTE, price(-9), price(-2)))).toEqual({})
    expect(nonZero(histogramOf(grid, 0, MINUTE, price(5), price(9)))).toEqual({})
  })
  it('samples large stretches and keeps the shares', () => {
    const large = gridOf(3000, 200, (row, _, side) => (side === 'short' ? (row % 4 === 0 ? 90 : 60) : 0))
    const counts = histogramOf(large, 0, 3000 * MINUTE, price(0), price(199.5))
    const [few, many] = [counts[90] as number, counts[60] as number]
    expect(few + many).toBeLessThan(250_000)
    expect(few / (few + many)).toBeCloseTo(0.25, 2)
  })
})

describe('histogramBars', () => {
  it('puts USD where a slider over the same scale has them', () => {
    const counts = new Float64Array(256)
    counts[101] = 8
    const bars = histogramBars(counts, byteToUsd(1), byteToUsd(201), 10)
    // The middle of the scale lies between the fifth and the sixth bar: the byte is shared out evenly.
    expect(bars.map((b) => Number(b.toFixed(6)))).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 0, 0])
  })
  it('leaves out what is beyond the ends, and has no bars where there is nothing', () => {
    const counts = new Float64Array(256)
    counts[5] = 9
    expect(histogramBars(counts, 1e6, 1e8, 4)).toEqual([0, 0, 0, 0])
  })
  it('keeps small counts visible: a hundredth is a tenth of the height', () => {
    const counts = new Float64Array(256)
    counts[50] = 100
    counts[150] = 1
    const bars = histogramBars(counts, byteToUsd(1), byteToUsd(201), 2)
    expect(bars[0]).toBe(1)
    expect(bars[1]).toBeCloseTo(0.1, 6)
  })
})
