import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  buildLevels,
  colourise,
  createRaster,
  drawStates,
  mapColumns,
  mapRows,
  mapStates,
  PIXEL_STATE,
  type Raster,
  resample,
  rowsInUse,
} from './raster.ts'

const rows = (edges: number[], firstRow: number, height: number) => {
  const from = new Int32Array(height)
  const to = new Int32Array(height)
  mapRows(Float64Array.from(edges), firstRow, edges.length - 1, height, from, to)
  return Array.from(from, (f, j) => ((to[j] as number) > f ? [f, to[j]] : null))
}

describe('mapRows', () => {
  it('gives a pixel row to the cell that holds its centre', () => {
    // Two cells of 1.5 px, the lowest price at the bottom: centres at 0.5 and 1.5 and 2.5.
    expect(rows([3, 1.5, 0], 0, 3)).toEqual([
      [1, 2],
      [0, 1],
      [0, 1],
    ])
  })
  it('keeps rows thinner than a pixel: each one is in exactly one pixel row', () => {
    expect(rows([2, 1.75, 1.5, 1.25, 1, 0.5, 0], 0, 2)).toEqual([
      [4, 6],
      [0, 4],
    ])
  })
  it('counts from the first row given, and works upside down', () => {
    expect(rows([0, 1, 2], 40, 2)).toEqual([
      [40, 41],
      [41, 42],
    ])
  })
  it('leaves pixel rows beyond the grid empty', () => {
    expect(rows([3, 2], 0, 4)).toEqual([null, null, [0, 1], null])
  })
})

/** The whole grid drawn to width × height pixels by evenly spaced edges. */
function draw(cells: Uint8Array, columns: number, count: number, width: number, height: number): Raster {
  const raster = createRaster(width, height)
  const levels = buildLevels(cells, columns, count, 8)
  const dx = columns / width
  let k = 0
  while (k + 1 < levels.length && dx / (levels[k + 1]?.factor ?? 1) >= 2) k++
  const level = levels[k] as (typeof levels)[0]
  raster.factor = level.factor
  mapColumns(0, dx / level.factor, level.columns, columns / level.factor, raster.colFrom, raster.colTo)
  mapRows(
    Float64Array.from({ length: count + 1 }, (_, r) => height * (1 - r / count)),
    0,
    count,
    height,
    raster.rowFrom,
    raster.rowTo,
  )
  resample(level, rowsInUse(cells, columns, count), raster, raster.long)
  return raster
}

describe('resample', () => {
  it('shows each cell where it is when a cell is a pixel', () => {
    const cells = Uint8Array.of(1, 2, 3, 4, 5, 6) // row 0 is the lowest: 1 2 3, above it 4 5 6
    expect([...draw(cells, 3, 2, 3, 2).long]).toEqual([4, 5, 6, 1, 2, 3])
  })
  it('repeats cells that are larger than a pixel', () => {
    expect([...draw(Uint8Array.of(7, 9), 2, 1, 4, 2).long]).toEqual([7, 7, 9, 9, 7, 7, 9, 9])
  })
  it('never loses a hot cell, however small it becomes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (columns, count, width, height, at) => {
          fc.pre(width <= columns && height <= count)
          const cells = new Uint8Array(columns * count)
          cells[at % cells.length] = 200
          expect(Math.max(...draw(cells, columns, count, width, height).long)).toBe(200)
        },
      ),
    )
  })
})

it('builds mips that hold the maximum of what they cover, the ragged end included', () => {
  const cells = Uint8Array.of(1, 5, 2, 0, 3, 9, /* row 1 */ 0, 0, 0, 0, 0, 4)
  const levels = buildLevels(cells, 6, 2, 1)
  expect(levels.map(({ columns, factor }) => [columns, factor])).toEqual([
    [6, 1],
    [3, 2],
    [2, 4],
    [1, 16],
  ])
  expect(levels.slice(1).map((level) => [...level.cells])).toEqual([
    [5, 2, 9, 0, 0, 4],
    [5, 9, 0, 4],
    [9, 4],
  ])
})

it('takes the maximum of all columns under a pixel, however many there are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 200 }), (perPixel, seed) => {
      const columns = 12 * perPixel
      const cells = Uint8Array.from({ length: columns }, (_, i) => ((i + seed) * 7919) % 251)
      const raster = createRaster(12, 1)
      raster.rowFrom.fill(0)
      raster.rowTo.fill(1)
      mapColumns(0, perPixel, columns, columns, raster.colFrom, raster.colTo)
      resample({ cells, columns, factor: 1 }, rowsInUse(cells, columns, 1), raster, raster.long)
      const plain = Array.from({ length: 12 }, (_, i) => Math.max(...cells.subarray(i * perPixel, (i + 1) * perPixel)))
      expect([...raster.long]).toEqual(plain)
    }),
  )
})

it('colours every pixel as if each row were done by itself', () => {
  const columns = 40
  const count = 30
  const long = Uint8Array.from({ length: columns * count }, (_, i) => (i < columns * 12 ? (i * 37) % 256 : 0))
  const short = Uint8Array.from({ length: columns * count }, (_, i) => (i > columns * 22 ? (i * 91) % 256 : 0))
  const lut = { long: Uint32Array.from({ length: 256 }, (_, i) => 1000 + i), short: Uint32Array.from({ length: 256 }, (_, i) => 2000 + i) }
  for (const height of [7, 30, 95]) {
    const raster = draw(long, columns, count, columns, height)
    resample({ cells: short, columns, factor: 1 }, rowsInUse(short, columns, count), raster, raster.short)
    const pixels = new Uint32Array(columns * height).fill(9)
    colourise(raster, pixels, lut.long, lut.short)
    const plain = Array.from(raster.long, (l, i) => (l > (raster.short[i] ?? 0) ? lut.long[l] : lut.short[raster.short[i] ?? 0]))
    expect([...pixels]).toEqual(plain)
  }
})

it('colours by the stronger side', () => {
  const raster = createRaster(3, 1)
  raster.long.set([9, 3, 0])
  raster.short.set([4, 8, 0])
  raster.active.fill(1)
  const pixels = new Uint32Array(3)
  colourise(
    raster,
    pixels,
    Uint32Array.from({ length: 256 }, (_, i) => 1000 + i),
    Uint32Array.from({ length: 256 }, (_, i) => 2000 + i),
  )
  expect([...pixels]).toEqual([1009, 2008, 2000])
})

describe('states', () => {
  const states = (state: number[], covered: { first: number; last: number }, perPixel = 1) => {
    const raster = createRaster(state.length / perPixel, 4)
    mapColumns(0, perPixel, state.length, state.length, raster.colFrom, raster.colTo)
    const out = new Uint8Array(raster.width)
    mapStates(Uint8Array.from(state), covered, raster, out)
    return { out: [...out], raster, bytes: out }
  }
  it('marks gaps inside the covered range only, and partial columns but the newest', () => {
    expect(states([0, 1, 0, 2, 1, 2, 0], { first: 1, last: 5 }).out).toEqual([0, 0, PIXEL_STATE.missing, PIXEL_STATE.partial, 0, 0, 0])
  })
  it('shows a gap when at least half of the columns under a pixel are missing', () => {
    expect(states([1, 1, 0, 1, 0, 0, 2, 1, 1, 1], { first: 0, last: 9 }, 2).out).toEqual([
      0,
      PIXEL_STATE.missing,
      PIXEL_STATE.missing,
      PIXEL_STATE.partial,
      0,
    ])
  })
  it('hatches what is missing inside the loaded columns, and leaves flat what is not loaded', () => {
    // Ten pixels, one column each; six columns are loaded, under pixels 2 to 7, and the third of them is missing.
    const raster = createRaster(10, 2)
    raster.rowFrom.fill(0)
    raster.rowTo.fill(1)
    const cells = Uint8Array.of(9, 9, 0, 9, 9, 9)
    mapColumns(-2, 1, 6, 6, raster.colFrom, raster.colTo)
    resample({ cells, columns: 6, factor: 1 }, rowsInUse(cells, 6, 1), raster, raster.long)
    const out = new Uint8Array(10)
    mapStates(Uint8Array.of(1, 1, 0, 1, 1, 1), { first: 0, last: 5 }, raster, out)
    expect([...out]).toEqual([0, 0, 0, 0, PIXEL_STATE.missing, 0, 0, 0, 0, 0])
    expect([...raster.long.subarray(0, 10)]).toEqual([0, 0, 9, 9, 0, 9, 9, 9, 0, 0])
  })
  it('hatches gaps over the full height and draws a band for partial columns', () => {
    const { raster, bytes } = states([1, 0, 2, 1], { first: 0, last: 3 })
    const pixels = new Uint32Array(16).fill(5)
    drawStates(bytes, raster, pixels, { hatch: 7, partial: 8, period: 2, thickness: 1, band: 1 })
    const column = (i: number) => [0, 1, 2, 3].map((j) => pixels[j * 4 + i])
    expect([column(0), column(1), column(2)]).toEqual([
      [5, 5, 5, 5],
      [0, 7, 0, 7],
      [5, 5, 5, 8],
    ])
  })
})
