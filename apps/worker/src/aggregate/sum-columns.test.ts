import type { Column } from '@faultline/market/column'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hexOf, naiveSum } from '../../test/summed-market.ts'
import { sumColumns } from './sum-columns.ts'

const BUCKET = { bucketStart: 60_000, bucketMs: 60_000 }
const usd = fc
  .array(fc.oneof(fc.constant(0), fc.float({ min: Math.fround(0.1), max: Math.fround(1e10), noNaN: true })), { maxLength: 30 })
  .map((values) => Float32Array.from(values))
const plane = fc.record({ firstBin: fc.integer({ min: -40, max: 40 }), usd })
const column: fc.Arbitrary<Column> = fc.record({ long: plane, short: plane }).map((planes) => ({ ...BUCKET, planes }))

it('is the naive sum bin by bin, exact to Float32', () => {
  fc.assert(
    fc.property(fc.array(column, { minLength: 1, maxLength: 5 }), (parts) => {
      expect(hexOf(sumColumns(parts, BUCKET))).toBe(hexOf(naiveSum(parts, BUCKET.bucketStart, BUCKET.bucketMs)))
    }),
  )
})

it('adds in Float64: what each part is too small to move is not lost', () => {
  const of = (value: number): Column => ({
    ...BUCKET,
    planes: { long: { firstBin: 3, usd: Float32Array.of(value) }, short: { firstBin: 0, usd: new Float32Array(0) } },
  })
  const parts = [of(2 ** 24), of(1), of(1), of(1), of(1)]
  expect(sumColumns(parts, BUCKET).planes.long).toEqual({ firstBin: 3, usd: Float32Array.of(2 ** 24 + 4) })
})

it('applies the floor once, after adding', () => {
  const of = (...values: number[]): Column => ({
    ...BUCKET,
    planes: { long: { firstBin: 0, usd: Float32Array.from(values) }, short: { firstBin: 0, usd: new Float32Array(0) } },
  })
  expect(sumColumns([of(0.25, 0.5, 7, 0.25), of(0.25, 0.5, 0, 0.5)], BUCKET).planes.long).toEqual({
    firstBin: 1,
    usd: Float32Array.of(1, 7),
  })
  expect(sumColumns([of(0.25)], BUCKET).planes.long.usd).toHaveLength(0)
})
