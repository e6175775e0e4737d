import { describe, expect, it } from 'vitest'
import { createPixelMap, drawStates, mapColumns, mapRows, mapStates, PIXEL_STATE } from './raster.ts'

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

describe('states', () => {
  const states = (state: number[], covered: { first: number; last: number }, perPixel = 1) => {
    const raster = createPixelMap(state.length / perPixel, 4)
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
    const raster = createPixelMap(10, 2)
    mapColumns(-2, 1, 6, 6, raster.colFrom, raster.colTo)
    const out = new Uint8Array(10)
    mapStates(Uint8Array.of(1, 1, 0, 1, 1, 1), { first: 0, last: 5 }, raster, out)
    expect([...out]).toEqual([0, 0, 0, 0, PIXEL_STATE.missing, 0, 0, 0, 0, 0])
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
