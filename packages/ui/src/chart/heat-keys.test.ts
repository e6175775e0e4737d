import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HeatKeys, type KeyLevel, keyColours } from './heat-keys.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length, max: 4 })
const grids = fc
  .record({ columns: fc.integer({ min: 1, max: 70 }), bins: fc.integer({ min: 1, max: 5 }) })
  .chain(({ columns, bins }) =>
    fc.record({ columns: fc.constant(columns), bins: fc.constant(bins), long: bytes(columns * bins), short: bytes(columns * bins) }),
  )

it('holds the stronger side of the maxima of all columns that a level joins, the ragged end included', () => {
  fc.assert(
    fc.property(grids, fc.constantFrom('both', 'long', 'short'), fc.constantFrom(0.5, 1, 2, 3, 4, 16), (grid, sides, perPixel) => {
      const { columns, bins } = grid
      const level = new HeatKeys(grid, sides, 3).at(perPixel)
      const max = (cells: Uint8Array, row: number, column: number) =>
        Math.max(
          0,
          ...cells.subarray(row * columns + column * level.factor, row * columns + Math.min(columns, (column + 1) * level.factor)),
        )
      expect(level.columns).toBe(Math.ceil(columns / level.factor))
      for (let row = 0; row < bins; row++) {
        for (let c = 0; c < level.columns; c++) {
          const l = sides === 'short' ? 0 : max(grid.long, row, c)
          const s = sides === 'long' ? 0 : max(grid.short, row, c)
          expect(level.cells[row * level.columns + c]).toBe(l > s ? 2 * l : s > 0 ? 2 * s + 1 : 0)
        }
        const line = level.cells.subarray(row * level.columns, (row + 1) * level.columns)
        expect(level.used[row]).toBe(line.some((key) => key > 0) ? 1 : 0)
      }
    }),
  )
})

it('takes the coarsest level with a column per pixel, and makes none twice', () => {
  const columns = 2000
  const keys = new HeatKeys({ long: new Uint8Array(columns), short: new Uint8Array(columns), columns, bins: 1 }, 'both', 20)
  const factors = [0.2, 1, 1.9, 2, 3.9, 4, 15, 16, 63, 64, 1000].map((perPixel) => keys.at(perPixel).factor)
  expect(factors).toEqual([1, 1, 1, 2, 2, 4, 4, 16, 16, 64, 256])
  const known: KeyLevel = keys.at(17)
  expect(keys.at(20)).toBe(known)
})

it('has a colour for every key', () => {
  const long = Uint32Array.from({ length: 256 }, (_, i) => 1000 + i)
  const short = Uint32Array.from({ length: 256 }, (_, i) => 2000 + i)
  const colours = keyColours(long, short)
  expect([colours[0], colours[2], colours[3], colours[510], colours[511]]).toEqual([2000, 1001, 2001, 1255, 2255])
})
