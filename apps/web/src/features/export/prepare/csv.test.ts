import { binLowerPrice } from '@faultline/market/price-grid'
import { byteToUsd } from '@faultline/market/usd-scale'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import { describe, expect, it } from 'vitest'
import { csvField, csvLine } from './csv.ts'
import { exportFileName } from './file-name.ts'
import { clipGrid, HEAT_COLUMNS, heatCsv } from './heat-csv.ts'

describe('csvField', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    [' kept ', ' kept '],
    ['', ''],
  ])('quotes %j only where it has to', (value, written) => expect(csvField(value)).toBe(written))
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '=HYPERLINK("http://x")'])('makes no formula of %j', (value) => {
    expect(csvField(value).replace(/^"/, '')).toMatch(/^'/)
  })
  it('writes numbers as numbers, and what is none as nothing', () => {
    expect(csvLine([-1.5, 0, Number.NaN, Number.POSITIVE_INFINITY, true, false])).toBe('-1.5,0,,,true,false\r\n')
  })
})

const MINUTE = 60_000
const START = Date.UTC(2026, 2, 5)
const FIRST = 8_000 // e^8 is about 2981; edges of some bins from here on are a rounding error over their own logarithm
function gridOf(columns: number, bins: number, fill: (column: number, row: number) => [number, number]): HeatGridPair {
  const grid: HeatGridPair = {
    from: START,
    resolutionMs: 5 * MINUTE,
    columns,
    firstBin: FIRST,
    bins,
    long: new Uint8Array(columns * bins),
    short: new Uint8Array(columns * bins),
    state: new Uint8Array(columns).fill(1),
  }
  for (let c = 0; c < columns; c++)
    for (let r = 0; r < bins; r++) [grid.long[r * columns + c], grid.short[r * columns + c]] = fill(c, r) as [number, number]
  return grid
}
const everything = { from: 0, to: 1e15, priceLow: 1e-9, priceHigh: 1e9 }
const rowsOf = (grid: HeatGridPair, view = everything, simulated = false) =>
  [...heatCsv(grid, view, simulated)]
    .join('')
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.split(','))

describe('heatCsv', () => {
  it('has a header row, then the cells that hold something', () => {
    const text = [
      ...heatCsv(
        gridOf(2, 3, (c, r) => (c === 1 && r === 2 ? [100, 7] : [0, 0])),
        everything,
        true,
      ),
    ].join('')
    const [header, line, ...rest] = text.split('\r\n')
    expect(header).toBe(HEAT_COLUMNS.join(','))
    expect(rest).toEqual([''])
    const [time, low, high, long, short, ...marks] = line?.split(',') ?? []
    expect(time).toBe('2026-03-05T00:05:00.000Z')
    expect(Number(low)).toBeCloseTo(binLowerPrice(FIRST + 2), 3)
    expect(Number(high)).toBeCloseTo(binLowerPrice(FIRST + 3), 3)
    expect(Number(long) / byteToUsd(100)).toBeCloseTo(1, 2)
    expect(Number(short) / byteToUsd(7)).toBeCloseTo(1, 2)
    expect(marks).toEqual(['true', 'true'])
  })
  it('leaves out columns that were not computed', () => {
    const grid = gridOf(3, 1, () => [50, 0])
    grid.state[1] = 0
    expect(rowsOf(grid).map(([time]) => time?.slice(11, 16))).toEqual(['00:00', '00:10'])
  })
  it('clips to the columns and bins that the viewport touches', () => {
    const grid = gridOf(10, 10, () => [50, 50])
    const view = {
      from: START + 12 * MINUTE, // inside column 2
      to: START + 20 * MINUTE, // where column 3 ends
      priceLow: binLowerPrice(FIRST + 4) * 1.0001,
      priceHigh: binLowerPrice(FIRST + 6) * 1.0001,
    }
    expect(clipGrid(grid, view)).toEqual({ from: 2, to: 4, bottom: 4, top: 7 })
    const rows = rowsOf(grid, view)
    expect(rows).toHaveLength(2 * 3)
    expect(rows[0]?.slice(0, 2)).toEqual(['2026-03-05T00:10:00.000Z', String(Number(binLowerPrice(FIRST + 4).toPrecision(8)))])
  })
  it('takes edges of bins as they are, and prices that there are none', () => {
    const grid = gridOf(1, 200, () => [50, 50])
    const between = (low: number, high: number) => clipGrid(grid, { ...everything, priceLow: low, priceHigh: high })
    for (let bin = 0; bin < 199; bin++)
      expect(between(binLowerPrice(FIRST + bin), binLowerPrice(FIRST + bin + 1))).toMatchObject({ bottom: bin, top: bin + 1 })
    expect(between(-100, 1e9)).toMatchObject({ bottom: 0, top: 200 })
    expect(between(-100, -1)).toMatchObject({ bottom: 0, top: 0 })
  })
  it('is a header alone where the viewport is outside, or the grid is empty', () => {
    const grid = gridOf(4, 4, () => [50, 0])
    expect(rowsOf(grid, { ...everything, from: START + 1e9, to: START + 2e9 })).toEqual([])
    expect(rowsOf(grid, { ...everything, priceLow: 1, priceHigh: 2 })).toEqual([])
    expect(rowsOf(gridOf(0, 0, () => [0, 0]))).toEqual([])
  })
  it('comes in parts, none of them long, for a page that must not stand still', () => {
    const parts = [
      ...heatCsv(
        gridOf(600, 100, () => [50, 60]),
        everything,
        false,
      ),
    ]
    expect(parts.length).toBeGreaterThan(10)
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(500_000)
    expect(parts.join('').split('\r\n')).toHaveLength(600 * 100 + 2)
  })
})

describe('exportFileName', () => {
  const time = Date.UTC(2026, 2, 5, 11, 0)
  it('says symbol, range and time', () => {
    expect(exportFileName({ symbol: 'ETHUSDT', range: '3d', time }, 'csv')).toBe('faultline-ETHUSDT-3d-2026-03-05T1100Z.csv')
  })
  it('takes nothing of a symbol that a file system would read', () => {
    expect(exportFileName({ symbol: '<img src=x onerror=alert(1)>', range: '1d', time }, 'png')).toMatch(/^faultline-[\w.-]+\.png$/)
    expect(exportFileName({ symbol: '../../etc/passwd', range: '1d', time }, 'png')).not.toMatch(/\.\.|\//)
    expect(exportFileName({ symbol: '…', range: '1d', time }, 'png')).toBe('faultline-1d-2026-03-05T1100Z.png')
  })
})
