import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeatKeys, keyColours } from './heat-keys.ts'
import { paintCells } from './heat-paint.ts'
import type { ShownSides } from './palette.ts'
import { createPixelMap, mapColumns, mapRows, type PixelMap } from './raster.ts'

const LONG = Uint32Array.from({ length: 256 }, (_, i) => 1000 + i)
const SHORT = Uint32Array.from({ length: 256 }, (_, i) => 2000 + i)
const HATCH = Uint32Array.from({ length: 256 }, (_, i) => 3000 + i)
const COLOURS = keyColours(LONG, SHORT)

interface Grid {
  long: Uint8Array
  short: Uint8Array
  columns: number
  bins: number
}

/** Columns and rows from `x0`, `y0` on, `dx`, `dy` of them per pixel. */
function mapOf(columns: number, rows: number, width: number, height: number, x0 = 0, dx = columns / width, y0 = 0, dy = rows / height) {
  const map = createPixelMap(width, height)
  mapColumns(x0, dx, columns, columns, map.colFrom, map.colTo)
  mapRows(
    Float64Array.from({ length: rows + 1 }, (_, r) => height - (r - y0) / dy),
    0,
    rows,
    height,
    map.rowFrom,
    map.rowTo,
  )
  return map
}

function painted(map: PixelMap, grid: Grid, sides: ShownSides = 'both', period = 0, thickness = 1): number[] {
  const pixels = new Uint32Array(map.width * map.height).fill(9)
  paintCells(map, new HeatKeys(grid, sides).at(0), COLOURS, pixels, period > 0 ? { lut: HATCH, period, thickness } : undefined)
  return [...pixels]
}

it('paints every pixel as if it were alone: the maximum of each side, and the colour of the stronger one', () => {
  fc.assert(
    fc.property(
      fc.record({
        columns: fc.integer({ min: 1, max: 60 }),
        rows: fc.integer({ min: 1, max: 20 }),
        width: fc.integer({ min: 1, max: 30 }),
        height: fc.integer({ min: 1, max: 30 }),
        x0: fc.double({ min: -10, max: 40, noNaN: true }),
        dx: fc.double({ min: 0.05, max: 9, noNaN: true }),
        y0: fc.double({ min: -5, max: 10, noNaN: true }),
        dy: fc.double({ min: 0.1, max: 4, noNaN: true }),
        seed: fc.nat({ max: 1000 }),
        longRows: fc.nat({ max: 20 }),
        shortRows: fc.nat({ max: 20 }),
        sides: fc.constantFrom('both', 'long', 'short'),
        thickness: fc.constantFrom(0, 1, 2),
      }),
      ({ columns, rows, width, height, x0, dx, y0, dy, seed, longRows, shortRows, sides, thickness }) => {
        const cells = (by: number, from: number, to: number) =>
          Uint8Array.from({ length: columns * rows }, (_, i) => {
            const row = Math.floor(i / columns)
            return row >= from && row < to && (i + seed) % 3 > 0 ? ((i + seed) * by) % 256 : 0
          })
        const long = cells(37, 0, longRows)
        const short = cells(91, rows - shortRows, rows)
        const map = mapOf(columns, rows, width, height, x0, dx, y0, dy)
        const plain = Array.from({ length: width * height }, (_, at) => {
          const [i, j] = [at % width, Math.floor(at / width)]
          let [l, s] = [0, 0]
          for (let r = map.rowFrom[j] as number; r < (map.rowTo[j] as number); r++)
            for (let c = map.colFrom[i] as number; c < (map.colTo[i] as number); c++) {
              if (sides !== 'short') l = Math.max(l, long[r * columns + c] as number)
              if (sides !== 'long') s = Math.max(s, short[r * columns + c] as number)
            }
          if (l > s) return 1000 + l
          if (s === 0) return 2000
          return (((i - j) % 4) + 4) % 4 < thickness ? 3000 + s : 2000 + s
        })
        expect(painted(map, { long, short, columns, bins: rows }, sides, thickness > 0 ? 4 : 0, thickness)).toEqual(plain)
      },
    ),
    { numRuns: 300 },
  )
})

describe('sides', () => {
  const grid = { long: Uint8Array.of(9, 3, 0, 0, 9, 3, 0, 0), short: Uint8Array.of(4, 8, 5, 0, 4, 8, 5, 0), columns: 4, bins: 2 }
  const drawn = (sides: ShownSides, period = 0) => painted(mapOf(4, 2, 4, 2), grid, sides, period)

  it('shows one side where the other one, which is left out, is stronger', () => {
    expect(drawn('both').slice(0, 4)).toEqual([1009, 2008, 2005, 2000])
    expect(drawn('long').slice(0, 4)).toEqual([1009, 1003, 2000, 2000])
    expect(drawn('short').slice(0, 4)).toEqual([2004, 2008, 2005, 2000])
  })
  it('hatches what shows shorts, on diagonals, and nothing else', () => {
    expect(drawn('both', 1)).toEqual([1009, 3008, 3005, 2000, 1009, 3008, 3005, 2000])
    expect(drawn('both', 2)).toEqual([1009, 2008, 3005, 2000, 1009, 3008, 2005, 2000])
    expect(drawn('short', 1)).toEqual([3004, 3008, 3005, 2000, 3004, 3008, 3005, 2000])
    expect(drawn('long', 1)).toEqual(drawn('long'))
  })
})

it('leaves a picture beside the grid empty', () => {
  const cells = Uint8Array.of(7, 7)
  expect(painted(mapOf(2, 1, 3, 2, 50, 1), { long: cells, short: cells, columns: 2, bins: 1 })).toEqual(Array(6).fill(2000))
})

it('never loses a hot cell, however small it becomes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(),
      (columns, bins, width, height, at) => {
        fc.pre(width <= columns && height <= bins)
        const long = new Uint8Array(columns * bins)
        long[at % long.length] = 200
        const level = new HeatKeys({ long, short: new Uint8Array(long.length), columns, bins }, 'both', 8).at(columns / width)
        const map = mapOf(columns, bins, width, height)
        const { factor } = level
        map.factor = factor
        mapColumns(0, columns / width / factor, level.columns, columns / factor, map.colFrom, map.colTo)
        const pixels = new Uint32Array(width * height)
        paintCells(map, level, COLOURS, pixels)
        expect(pixels).toContain(1200)
      },
    ),
  )
})
