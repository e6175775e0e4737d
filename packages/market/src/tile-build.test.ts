import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column } from './column.ts'
import { resolutionsOf } from './resolution.ts'
import { COLUMN_STATE, TILE_COLUMNS, TILE_MAX_USD, TILE_MIN_USD } from './tile.ts'
import { tileEnd, tileFromColumns, tileFromTiles, tileIndexOf, tileStart } from './tile-build.ts'
import { byteToUsd, usdToByte, usdToBytes } from './usd-scale.ts'

const M = 60_000
const column = (minute: number, long: [number, number[]], short: [number, number[]] = [0, []]): Column => ({
  bucketStart: minute * M,
  bucketMs: M,
  planes: { long: { firstBin: long[0], usd: Float32Array.from(long[1]) }, short: { firstBin: short[0], usd: Float32Array.from(short[1]) } },
})

describe('the USD scale', () => {
  it('has its ends where it says', () => {
    expect(usdToByte(TILE_MIN_USD)).toBe(1)
    expect(usdToByte(TILE_MAX_USD)).toBe(255)
    expect(usdToByte(TILE_MAX_USD * 100)).toBe(255)
    expect(usdToByte(TILE_MIN_USD / 2)).toBe(0)
    expect(usdToByte(0)).toBe(0)
    expect(usdToByte(Number.NaN)).toBe(0)
  })

  it('gives every byte back, is monotone, and is off by less than half a step', () => {
    for (let b = 0; b < 256; b++) expect(usdToByte(byteToUsd(b))).toBe(b)
    fc.assert(
      fc.property(fc.double({ min: 10, max: 1e10, noNaN: true }), (usd) => {
        expect(Math.abs(Math.log(byteToUsd(usdToByte(usd)) / usd))).toBeLessThan(0.0409)
      }),
    )
  })
})

describe('many values at once', () => {
  it('give the bytes that each gives alone, at every step and beside it', () => {
    const near = [...Array(256).keys()].flatMap((b) =>
      [0.9574, 0.95775, 1, 1.0415, 1.0416, 1.04163].map((f) => Math.fround(byteToUsd(b) * f)),
    )
    const value = fc.oneof(fc.float(), fc.constantFrom(...near, 0, -0, -5, Number.POSITIVE_INFINITY))
    fc.assert(
      fc.property(fc.array(value, { maxLength: 50 }), (values) => {
        const out = new Uint8Array(values.length)
        usdToBytes(Float32Array.from([...near, ...values]).subarray(near.length), out)
        expect([...out]).toEqual(values.map((v) => usdToByte(Math.fround(v))))
      }),
      { numRuns: 500 },
    )
    const all = new Uint8Array(near.length)
    usdToBytes(Float32Array.from(near), all)
    expect([...all]).toEqual(near.map(usdToByte))
  })
})

describe('tiles from columns', () => {
  it('places a column, crops the bins and keeps the sides apart', () => {
    const tile = tileFromColumns({ resolutionMs: M, index: 0, columns: [column(3, [10, [0, 1000, 5]], [14, [1e6]])] })
    expect([tile.firstBin, tile.binCount]).toEqual([11, 4]) // bin 10 and bin 12 hold less than a step
    expect(tile.long[0 * TILE_COLUMNS + 3]).toBe(usdToByte(1000))
    expect(tile.short[3 * TILE_COLUMNS + 3]).toBe(usdToByte(1e6))
    expect(tile.long.filter((v) => v > 0)).toHaveLength(1)
    expect(tile.short.filter((v) => v > 0)).toHaveLength(1)
    expect([...tile.columnState.subarray(2, 5)]).toEqual([COLUMN_STATE.missing, COLUMN_STATE.complete, COLUMN_STATE.missing])
  })

  it('takes the maximum in a coarser resolution and marks what is partly there', () => {
    const columns = [0, 1, 2, 3, 4].map((m) => column(m, [7, [m === 2 ? 900 : 100]])).concat(column(6, [7, [50]]))
    const tile = tileFromColumns({ resolutionMs: 5 * M, index: 0, columns })
    expect(tile.long[0]).toBe(usdToByte(900))
    expect(tile.long[1]).toBe(usdToByte(50))
    expect([...tile.columnState.subarray(0, 3)]).toEqual([COLUMN_STATE.complete, COLUMN_STATE.partial, COLUMN_STATE.missing])
  })

  it('ignores columns of other tiles', () => {
    expect(tileFromColumns({ resolutionMs: M, index: 1, columns: [column(255, [0, [99]])] }).binCount).toBe(0)
    expect(tileFromColumns({ resolutionMs: M, index: 1, columns: [column(256, [0, [99]])] }).binCount).toBe(1)
  })

  it('is the same by way of finer tiles as straight from the columns', () => {
    const cell = fc.tuple(
      fc.integer({ min: 0, max: 2600 }),
      fc.integer({ min: -300, max: 300 }),
      fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.uniqueArray(cell, { maxLength: 60, selector: (c) => c[0] }), fc.constantFrom(5, 30, 240), (cells, ratio) => {
        const columns = cells.map(([minute, bin, usd]) => column(minute, [bin, usd], [bin + 9, usd]))
        const direct = tileFromColumns({ resolutionMs: ratio * M, index: 0, columns })
        const finer = [...Array(11).keys()].map((index) => tileFromColumns({ resolutionMs: M, index, columns }))
        expect(tileFromTiles({ resolutionMs: ratio * M, index: 0, finer })).toEqual(direct)
      }),
      { numRuns: 30 },
    )
  })
})

describe('tile indexes', () => {
  it('cover time without holes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(M, 5 * M, 30 * M), (time, resolution) => {
        const index = tileIndexOf(time, resolution)
        expect(tileStart(index, resolution)).toBeLessThanOrEqual(time)
        expect(tileEnd(index, resolution)).toBeGreaterThan(time)
        expect(tileEnd(index, resolution)).toBe(tileStart(index + 1, resolution))
      }),
    )
  })

  it('knows the resolutions of a build', () => {
    expect(resolutionsOf(M)).toEqual([M, 5 * M, 30 * M, 240 * M, 1440 * M])
    expect(resolutionsOf(5 * M)).toEqual([5 * M, 30 * M, 240 * M, 1440 * M])
    expect(resolutionsOf(60 * M)).toEqual([60 * M, 240 * M, 1440 * M])
    expect(resolutionsOf(15 * M)).toEqual([15 * M, 30 * M, 240 * M, 1440 * M])
    expect(resolutionsOf(3 * M)).toEqual([3 * M, 30 * M, 240 * M, 1440 * M])
    expect(resolutionsOf(480 * M)).toEqual([480 * M, 1440 * M])
  })
})
