import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from './bytes.ts'
import type { Column, PlaneData } from './column.ts'
import { decodeColumn, encodeColumn } from './column-codec.ts'
import { binOf } from './price-grid.ts'
import { TILE_COLUMNS, type Tile } from './tile.ts'
import { tileFromColumns } from './tile-build.ts'
import { decodeTile, encodeTile } from './tile-codec.ts'

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url)))

const usd = fc.array(fc.float({ min: 0, max: Math.fround(1e12), noNaN: true, noDefaultInfinity: true }), { maxLength: 40 })
const plane: fc.Arbitrary<PlaneData> = fc
  .tuple(fc.integer({ min: -27_000, max: 27_000 }), usd)
  .map(([firstBin, values]) => ({ firstBin: values.length ? firstBin : 0, usd: Float32Array.from(values) }))
const column: fc.Arbitrary<Column> = fc
  .record({ bucketMs: fc.constantFrom(60_000, 300_000, 3_600_000), n: fc.integer({ min: 0, max: 5_000_000 }), long: plane, short: plane })
  .map(({ bucketMs, n, long, short }) => ({ bucketStart: n * bucketMs, bucketMs, planes: { long, short } }))

/** A column of a coin at $0.000012 and one at $120,000: what the golden files hold. */
const T0 = 1_767_225_600_000
const goldenColumns: Column[] = [
  {
    bucketStart: T0,
    bucketMs: 60_000,
    planes: {
      long: { firstBin: binOf(0.0000113), usd: Float32Array.of(1, 0, 250.5, 1e6) },
      short: { firstBin: binOf(0.0000127), usd: Float32Array.of(42) },
    },
  },
  {
    bucketStart: T0 + 60_000,
    bucketMs: 60_000,
    planes: {
      long: { firstBin: binOf(114_000), usd: Float32Array.of(3.5e8, 12_345.678) },
      short: { firstBin: 0, usd: new Float32Array(0) },
    },
  },
]
/** The tile of the first golden column and of the same one four buckets later, with a gap between. */
const goldenTile = (): Tile =>
  tileFromColumns({
    resolutionMs: 60_000,
    index: Math.floor(T0 / (60_000 * TILE_COLUMNS)),
    columns: [goldenColumns[0] as Column, { ...(goldenColumns[0] as Column), bucketStart: T0 + 240_000 }],
  })

describe('column codec', () => {
  it('gives back what went in', () => {
    fc.assert(
      fc.property(column, (c) => {
        expect(decodeColumn(encodeColumn(c))).toEqual(c)
      }),
    )
  })

  it.each([0, 1])('still reads and writes version 1 byte for byte (golden file %i)', (i) => {
    const golden = fixture(`column-v1-${i}.bin`)
    expect(decodeColumn(golden)).toEqual(goldenColumns[i])
    expect(encodeColumn(goldenColumns[i] as Column)).toEqual(golden)
  })

  it('refuses every truncation, a longer one and an unknown version', () => {
    const bytes = encodeColumn(goldenColumns[0] as Column)
    for (let n = 0; n < bytes.length; n++) expect(() => decodeColumn(bytes.subarray(0, n))).toThrow(/not a readable column/)
    expect(() => decodeColumn(Uint8Array.of(...bytes, 0))).toThrow(/left over/)
    expect(() => decodeColumn(Uint8Array.of(bytes[0] as number, 9, ...bytes.subarray(2)))).toThrow(/version is 9/)
  })

  it('never reads arbitrary bytes as anything but a column or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        try {
          decodeColumn(Uint8Array.of(0x43, 1, ...noise))
        } catch (e) {
          expect((e as { code?: string }).code).toBe('bad_input')
        }
      }),
    )
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('refuses to write %d USD', (bad) => {
    const c: Column = {
      bucketStart: 0,
      bucketMs: 60_000,
      planes: { long: { firstBin: 0, usd: Float32Array.of(bad) }, short: { firstBin: 0, usd: new Float32Array(0) } },
    }
    expect(() => encodeColumn(c)).toThrow(/finite and not negative/)
  })

  it('refuses a start that is not a multiple of the bucket', () => {
    expect(() => encodeColumn({ ...(goldenColumns[0] as Column), bucketStart: T0 + 1 })).toThrow(/multiple/)
  })
})

describe('tile codec', () => {
  it('gives back what went in', () => {
    fc.assert(
      fc.property(fc.array(column, { maxLength: 8 }), (columns) => {
        const minutes = columns.map((c, i) => ({ ...c, bucketMs: 60_000, bucketStart: T0 + i * 60_000 }))
        const narrow = minutes.map((c) => ({
          ...c,
          planes: { long: { ...c.planes.long, firstBin: 100 }, short: { ...c.planes.short, firstBin: 150 } },
        }))
        const tile = tileFromColumns({ resolutionMs: 60_000, index: Math.floor(T0 / (60_000 * TILE_COLUMNS)), columns: narrow })
        expect(decodeTile(encodeTile(tile))).toEqual(tile)
      }),
      { numRuns: 40 },
    )
  })

  it('still reads and writes version 1 byte for byte (golden file)', () => {
    const golden = fixture('tile-v1.bin')
    expect(decodeTile(golden)).toEqual(goldenTile())
    expect(encodeTile(goldenTile())).toEqual(golden)
  })

  it('refuses truncated and foreign bytes', () => {
    const bytes = encodeTile(goldenTile())
    for (const n of [0, 1, 5, 200, bytes.length - 1]) expect(() => decodeTile(bytes.subarray(0, n))).toThrow(/not a readable tile/)
    expect(() => decodeTile(encodeColumn(goldenColumns[0] as Column))).toThrow(/first byte/)
  })
})

describe('bytes', () => {
  it('round-trips whole numbers of either sign', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        // zigzag needs one more bit than the number
        const half = Math.trunc(n / 4)
        const out = new ByteWriter().signed(half).varint(Math.abs(n)).finish()
        const input = new ByteReader(out, 'test')
        expect(input.signed()).toBe(half === 0 ? 0 : half)
        expect(input.varint()).toBe(Math.abs(n))
        input.end()
      }),
    )
  })

  it('refuses to write what a varint cannot hold', () => {
    expect(() => new ByteWriter().varint(-1)).toThrow(RangeError)
    expect(() => new ByteWriter().varint(1.5)).toThrow(RangeError)
  })
})
