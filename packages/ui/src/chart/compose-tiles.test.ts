import { TILE_COLUMNS, type Tile } from '@faultline/market/tile'
import { describe, expect, it } from 'vitest'
import { composeTiles } from './compose-tiles.ts'

const RES = 60_000
const SPAN = TILE_COLUMNS * RES

/** A tile whose cells come from `cell(column, bin)`; all columns complete unless `state` says otherwise. */
function tile(
  index: number,
  firstBin: number,
  binCount: number,
  cell: (column: number, bin: number) => number,
  state: (column: number) => number = () => 1,
): Tile {
  const long = new Uint8Array(binCount * TILE_COLUMNS)
  for (let r = 0; r < binCount; r++)
    for (let c = 0; c < TILE_COLUMNS; c++) long[r * TILE_COLUMNS + c] = state(c) === 0 ? 0 : cell(c, firstBin + r)
  return {
    resolutionMs: RES,
    startTime: index * SPAN,
    firstBin,
    binCount,
    columnState: Uint8Array.from({ length: TILE_COLUMNS }, (_, c) => state(c)),
    long,
    short: long.map((v) => (v ? 255 - v : 0)),
  }
}
const read = (g: ReturnType<typeof composeTiles>, column: number, bin: number) => [
  g.long[(bin - g.firstBin) * g.columns + column],
  g.short[(bin - g.firstBin) * g.columns + column],
]

describe('composeTiles', () => {
  const left = tile(10, 100, 3, (c, b) => 1 + ((c + b) % 100))
  const right = tile(11, 98, 2, (c, b) => 101 + ((c + b) % 100))

  it('joins tiles that hold different bins', () => {
    const grid = composeTiles([right, left], { from: 10 * SPAN, to: 12 * SPAN, resolutionMs: RES })
    expect([grid.columns, grid.firstBin, grid.bins]).toEqual([512, 98, 5])
    expect(read(grid, 5, 101)).toEqual([1 + 6, 255 - 7])
    expect(read(grid, 256 + 5, 99)).toEqual([101 + 4, 255 - 105])
    expect([read(grid, 5, 98), read(grid, 256 + 5, 101)]).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(grid.state.every((s) => s === 1)).toBe(true)
  })

  it('cuts to the range, widened to whole columns, and leaves uncovered columns missing', () => {
    const grid = composeTiles([left], { from: 11 * SPAN - 2.5 * RES, to: 11 * SPAN + 1.5 * RES, resolutionMs: RES })
    expect(grid.from).toBe(11 * SPAN - 3 * RES)
    expect([...grid.state]).toEqual([1, 1, 1, 0, 0])
    expect(read(grid, 0, 100)).toEqual([1 + ((253 + 100) % 100), 255 - 54])
  })

  it('crops by bins', () => {
    const grid = composeTiles([left, right], { from: 10 * SPAN, to: 12 * SPAN, resolutionMs: RES, minBin: 99, maxBin: 100 })
    expect([grid.firstBin, grid.bins]).toEqual([99, 2])
    expect(read(grid, 256, 99)[0]).toBe(101 + (99 % 100))
  })

  it('passes over other resolutions, empty tiles and tiles outside', () => {
    const grid = composeTiles([{ ...left, resolutionMs: 5 * RES }, tile(10, 0, 0, () => 0), tile(50, 0, 4, () => 9)], {
      from: 10 * SPAN,
      to: 11 * SPAN,
      resolutionMs: RES,
    })
    expect([grid.columns, grid.bins]).toEqual([256, 0])
    expect(grid.state.every((s) => s === 1)).toBe(true)
  })

  it('lets a tile that was fetched again win, but only where it has columns', () => {
    const older = tile(
      10,
      100,
      2,
      () => 50,
      (c) => (c < 200 ? 1 : 0),
    )
    const newer = tile(
      10,
      100,
      1,
      () => 60,
      (c) => (c < 90 ? 0 : c < 110 ? 1 : 0),
    )
    const grid = composeTiles([older, newer], { from: 10 * SPAN, to: 11 * SPAN, resolutionMs: RES })
    expect([read(grid, 89, 100)[0], read(grid, 90, 100)[0], read(grid, 109, 100)[0]]).toEqual([50, 60, 60])
    expect([read(grid, 89, 101)[0], read(grid, 95, 101)[0]]).toEqual([50, 0])
    // Columns that only the older one has stay as they were, behind the newer one's as well.
    expect([read(grid, 110, 100)[0], read(grid, 199, 101)[0]]).toEqual([50, 50])
    expect([89, 95, 150, 199, 200].map((c) => grid.state[c])).toEqual([1, 1, 1, 1, 0])
  })
})
