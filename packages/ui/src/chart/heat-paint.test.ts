import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteAt, type PaintColours, type PaintedSide, paintCells } from './heat-paint.ts'
import { createPixelMap, mapColumns, mapRows, type PixelMap, rowsInUse } from './raster.ts'

const LONG = Uint32Array.from({ length: 256 }, (_, i) => 1000 + i)
const SHORT = Uint32Array.from({ length: 256 }, (_, i) => 2000 + i)
const HATCH = Uint32Array.from({ length: 256 }, (_, i) => 3000 + i)
const colours = { long: LONG, short: SHORT }

const side = (cells: Uint8Array, columns: number, rows: number): PaintedSide => ({
  level: { cells, columns, factor: 1 },
  used: rowsInUse(cells, columns, rows),
})

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

function painted(map: PixelMap, long: PaintedSide, short: PaintedSide, how: PaintColours = colours): number[] {
  const pixels = new Uint32Array(map.width * map.height).fill(9)
  paintCells(map, long, short, how, pixels)
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
        const how: PaintColours = { ...colours, sides, ...(thickness > 0 && { shortHatch: HATCH, hatch: { period: 4, thickness } }) }
        const plain = Array.from({ length: width * height }, (_, at) => {
          const [i, j] = [at % width, Math.floor(at / width)]
          let [l, s] = [0, 0]
          for (let r = map.rowFrom[j] as number; r < (map.rowTo[j] as number); r++)
            for (let c = map.colFrom[i] as number; c < (map.colTo[i] as number); c++) {
              if (sides !== 'short') l = Math.max(l, long[r * columns + c] as number)
              if (sides !== 'long') s = Math.max(s, short[r * columns + c] as number)
            }
          if (l > s) return 1000 + l
          if (s === 0) return sides === 'long' ? 1000 : 2000
          return (((i - j) % 4) + 4) % 4 < thickness ? 3000 + s : 2000 + s
        })
        expect(painted(map, side(long, columns, rows), side(short, columns, rows), how)).toEqual(plain)
      },
    ),
    { numRuns: 300 },
  )
})

describe('sides', () => {
  const long = side(Uint8Array.of(9, 3, 0, 0, 9, 3, 0, 0), 4, 2)
  const short = side(Uint8Array.of(4, 8, 5, 0, 4, 8, 5, 0), 4, 2)
  const drawn = (sides: 'both' | 'long' | 'short', period = 0) =>
    painted(mapOf(4, 2, 4, 2), long, short, {
      ...colours,
      sides,
      ...(period > 0 && { shortHatch: HATCH, hatch: { period, thickness: 1 } }),
    })

  it('shows one side where the other one, which is left out, is stronger', () => {
    expect(drawn('both').slice(0, 4)).toEqual([1009, 2008, 2005, 2000])
    expect(drawn('long').slice(0, 4)).toEqual([1009, 1003, 1000, 1000])
    expect(drawn('short').slice(0, 4)).toEqual([2004, 2008, 2005, 2000])
  })
  it('hatches what shows shorts, on diagonals, and nothing else', () => {
    expect(drawn('both', 1)).toEqual([1009, 3008, 3005, 2000, 1009, 3008, 3005, 2000])
    expect(drawn('both', 2)).toEqual([1009, 2008, 3005, 2000, 1009, 3008, 2005, 2000])
    expect(drawn('short', 1)).toEqual([3004, 3008, 3005, 2000, 3004, 3008, 3005, 2000])
    expect(drawn('long', 1)).toEqual(drawn('long'))
  })
})

it('reads the byte that a pixel shows, and 0 where there are no cells', () => {
  const cells = Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0, 5, 9, 7, 8)
  const shown = side(cells, 4, 3)
  const map = mapOf(4, 3, 2, 1)
  expect([byteAt(shown, map, 0, 0), byteAt(shown, map, 1, 0)]).toEqual([9, 8])
  expect(byteAt(shown, mapOf(4, 3, 4, 3, -2, 1), 1, 0)).toBe(0)
})

it('leaves a picture beside the grid empty', () => {
  const cells = Uint8Array.of(7, 7)
  expect(painted(mapOf(2, 1, 3, 2, 50, 1), side(cells, 2, 1), side(cells, 2, 1))).toEqual(Array(6).fill(2000))
})
