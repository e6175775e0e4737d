import { type BucketInput, Estimator } from '@faultline/engine/estimator/estimator'
import { tiersFor } from '@faultline/engine/margin/tiers'
import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { HOUR_MS } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimal, type EstimateOutcome, estimateHeader, estimateRows } from './estimate-rows.ts'

const T0 = Date.UTC(2024, 0, 5)
const BUCKET = HOUR_MS
const tiers = tiersFor('ETHUSDT')

/** A walk of prices with open interest, about `base` coins, from the `known`-th bucket on. */
const walk = (count: number, known = 0, seed = 1, base = 10_000): BucketInput[] => {
  let price = 2000
  return Array.from({ length: count }, (_, i) => {
    const open = price
    price *= 1 + 0.01 * Math.sin(seed * 12.9898 + i * 78.233)
    const input: BucketInput = {
      bucketStart: T0 + i * BUCKET,
      open,
      high: Math.max(open, price) * 1.002,
      low: Math.min(open, price) * 0.998,
      close: price,
      volume: 500,
    }
    return i < known ? input : { ...input, openInterest: { time: T0 + (i + 1) * BUCKET, base: base + 0.07 * base * Math.sin(i + seed) } }
  })
}

function run(inputs: readonly BucketInput[], times: readonly number[], bands = false): { rows: string[]; outcome: EstimateOutcome } {
  const rows: string[] = []
  const generator = estimateRows({ bucketMs: BUCKET, tiers, inputs, times, bands })
  for (;;) {
    const next = generator.next()
    if (next.done) return { rows, outcome: next.value }
    rows.push(next.value)
  }
}

const timesOf = (rows: readonly string[]) => [...new Set(rows.map((row) => Number(row.split(',')[0])))]
const tailsAt = (rows: readonly string[], time: number) => rows.filter((row) => row.startsWith(`${time},`)).map((row) => row.slice(14))

describe('estimateRows', () => {
  it('gives each time the state of the last bucket closed at or before it', () => {
    const inputs = walk(6)
    const close = (i: number) => T0 + (i + 1) * BUCKET
    const { rows } = run(inputs, [close(2) - 1, close(2), close(2) + 1, close(3) - 1, close(3)])
    expect(timesOf(rows)).toEqual([close(2) - 1, close(2), close(2) + 1, close(3) - 1, close(3)])
    expect(tailsAt(rows, close(2))).not.toEqual(tailsAt(rows, close(2) - 1))
    expect(tailsAt(rows, close(2) + 1)).toEqual(tailsAt(rows, close(2)))
    expect(tailsAt(rows, close(3) - 1)).toEqual(tailsAt(rows, close(2)))
    expect(tailsAt(rows, close(3))).not.toEqual(tailsAt(rows, close(2)))
  })

  it('never changes a row when the future is cut off or becomes another one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 30 }), fc.nat(), fc.integer({ min: 2, max: 9 }), (count, pick, seed) => {
        const inputs = walk(count)
        const keep = 1 + (pick % (count - 1))
        const times = Array.from({ length: keep }, (_, i) => T0 + (i + 1) * BUCKET)
        const { rows } = run(inputs, times)
        expect(run(inputs.slice(0, keep), times).rows).toEqual(rows)
        expect(run([...inputs.slice(0, keep), ...walk(count, 0, seed).slice(keep)], times).rows).toEqual(rows)
      }),
      { numRuns: 30 },
    )
  })

  it('tells the times before anything was known and those after the end, which carry the last state', () => {
    const inputs = walk(5, 2)
    const end = T0 + 5 * BUCKET
    const early = [T0 - 1, T0 + BUCKET, T0 + 3 * BUCKET - 1]
    const { rows, outcome } = run(inputs, [...early, T0 + 3 * BUCKET, end, end + 1, end + BUCKET])
    expect(outcome).toEqual({ before: early, after: [end + 1, end + BUCKET] })
    expect(timesOf(rows)).toEqual([T0 + 3 * BUCKET, end, end + 1, end + BUCKET])
    expect(tailsAt(rows, end + BUCKET)).toEqual(tailsAt(rows, end))
  })

  it('carries the state over a gap', () => {
    const inputs = walk(6).filter((_, i) => i !== 2 && i !== 3)
    const { rows, outcome } = run(
      inputs,
      [1, 2, 3, 4].map((i) => T0 + (i + 1) * BUCKET),
    )
    expect(outcome).toEqual({ before: [], after: [] })
    expect(tailsAt(rows, T0 + 4 * BUCKET)).toEqual(tailsAt(rows, T0 + 2 * BUCKET))
    expect(tailsAt(rows, T0 + 5 * BUCKET)).not.toEqual(tailsAt(rows, T0 + 2 * BUCKET))
  })

  it('writes bin centres between half and twice the price, rising, each with a dollar at least', () => {
    const inputs = walk(40)
    const time = T0 + 40 * BUCKET
    const price = inputs[39]?.close as number
    const rows = tailsAt(run(inputs, [time]).rows, time).map((row) => row.split(',').map(Number) as [number, number, number])
    expect(rows.length).toBeGreaterThan(200)
    for (const [centre, long, short] of rows) {
      expect(Math.abs(centre / binCentrePrice(binOf(centre)) - 1)).toBeLessThan(1e-9)
      expect(centre >= price / 2 && centre <= price * 2).toBe(true)
      expect(Math.max(long, short)).toBeGreaterThanOrEqual(1)
    }
    const centres = rows.map(([centre]) => centre)
    expect(centres).toEqual([...new Set(centres)].sort((a, b) => a - b))
    // Longs die below the price, shorts above it.
    expect(rows.some(([centre, long]) => centre < price && long > 0)).toBe(true)
    expect(rows.some(([centre, , short]) => centre > price && short > 0)).toBe(true)
  })
})

describe('with bands', () => {
  // So little that many bins hold less than a dollar.
  const inputs = walk(40, 0, 1, 2)
  const time = T0 + 40 * BUCKET
  const plain = tailsAt(run(inputs, [time]).rows, time)
  const banded = tailsAt(run(inputs, [time], true).rows, time)

  it('the percentiles follow what is there without them, and are named', () => {
    expect(estimateHeader()).toBe('time,price,long,short')
    expect(estimateHeader(true)).toBe('time,price,long,short,long_p10,long_p50,long_p90,short_p10,short_p50,short_p90')
    const shared = banded.map((row) => row.split(',').slice(0, 3).join(','))
    expect(shared.filter((row) => plain.includes(row))).toEqual(plain)
    expect(banded.every((row) => row.split(',').length === 9)).toBe(true)
  })

  it('are those of the estimator, of each bin near the price in which any number is a dollar', () => {
    const estimator = new Estimator({ bucketMs: BUCKET, tiers })
    for (const input of inputs) estimator.step(input)
    const [map, bands] = [estimator.map(), estimator.bands()]
    if (!map || !bands) throw new Error('nothing is known')
    const cents = (plane: { firstBin: number }, usd: Float32Array, bin: number) => Math.round((usd[bin - plane.firstBin] ?? 0) * 100) / 100
    const expected: number[][] = []
    for (let bin = binOf(map.price / 2) - 1; bin <= binOf(map.price * 2) + 1; bin++) {
      const centre = binCentrePrice(bin)
      if (centre < map.price / 2 || centre > map.price * 2) continue
      const numbers = [
        ...[map.long, map.short].map((plane) => cents(plane, plane.usd, bin)),
        ...[bands.long, bands.short].flatMap((band) => [band.p10, band.p50, band.p90].map((usd) => cents(band, usd, bin))),
      ]
      if (numbers.some((usd) => usd >= 1)) expected.push(numbers)
    }
    const written = banded.map((row) => row.split(',').map(Number).slice(1))
    expect(written).toEqual(expected)
    // The upper end of a band may hold a dollar where the map itself holds less.
    expect(written.length).toBeGreaterThan(plain.length)
    for (const [, , ...percentiles] of written)
      for (const [p10, p50, p90] of [percentiles.slice(0, 3), percentiles.slice(3)] as [number, number, number][])
        expect(p10 <= p50 && p50 <= p90).toBe(true)
  })
})

it('writes prices of any size in plain decimals', () => {
  expect(decimal(2345.678901234, 10)).toBe('2345.678901')
  expect(decimal(0.0000123456789012, 10)).toBe('0.00001234567890')
  expect(decimal(123456.789012, 10)).toBe('123456.7890')
  expect(decimal(1e11, 10)).toBe('100000000000')
  expect(decimal(1, 10)).toBe('1.000000000')
})
