import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { curveInHindsight, distanceHistogram, meanMeasures, type TruthSample, truthMeasures } from './truth-measures.ts'

/** Ten bins of 1 %, too narrow a kernel to smooth anything. */
const PLAIN = { span: 0.1, bin: 0.01, smooth: 0.0001 }

const sample = (time: number, truth: number[], estimate: number[], side: 'long' | 'short' = 'long'): TruthSample => ({
  time,
  side,
  truth: Float64Array.from(truth),
  estimate: Float64Array.from(estimate),
})
const pad = (...values: number[]) => [...values, ...new Array(10 - values.length).fill(0)]

describe('distanceHistogram', () => {
  it('counts bins away from the price, downwards for longs, upwards for shorts', () => {
    const levels = (add: (logPrice: number, usd: number) => void) => {
      add(Math.log(100) - 0.005, 1)
      add(Math.log(100) - 0.035, 7)
      add(Math.log(100) + 0.021, 3)
      add(Math.log(100) - 0.5, 99)
    }
    expect([...distanceHistogram(PLAIN, 100, 'long', levels)]).toEqual(pad(1, 0, 0, 7))
    expect([...distanceHistogram(PLAIN, 100, 'short', levels)]).toEqual(pad(0, 0, 3))
  })

  it('smooths by a kernel that turns back at the price and loses what goes beyond the span', () => {
    const options = { span: 0.1, bin: 0.01, smooth: 0.01 }
    const spread = (bin: number) => [...distanceHistogram(options, 1, 'short', (add) => add((bin + 0.5) * 0.01, 1))]
    const w = [-3, -2, -1, 0, 1, 2, 3].map((k) => Math.exp(-0.5 * k * k))
    const norm = w.reduce((a, b) => a + b)
    const at = (k: number) => (w[k + 3] as number) / norm
    spread(0).forEach((v, i) => {
      expect(v).toBeCloseTo(i === 0 ? at(0) : i <= 3 ? at(i) + at(-i) : 0, 12)
    })
    expect(spread(9).reduce((a, b) => a + b)).toBeCloseTo(at(-3) + at(-2) + at(-1) + at(0), 12)
  })
})

describe('truthMeasures', () => {
  it('measures two maps that can be checked by hand', () => {
    // Truth: half in bin 0, half in bin 2. Estimate: all in bin 1, twice as much.
    const { rows } = truthMeasures([sample(0, pad(4, 0, 4), pad(0, 16))], PLAIN)
    const row = rows[0]
    // Half of the mass moves by one bin each way: 1 % on average.
    expect(row?.emd).toBeCloseTo(1, 12)
    expect(row?.overlap).toBe(0)
    expect(row?.topDecile).toBe(0)
    expect(row?.logRatio).toBeCloseTo(Math.log(2), 12)
    // Ranks of truth: two 8.5, eight 3.5; of the estimate: one 9, nine 4.
    const t = [8.5, 3.5, 8.5, 3.5, 3.5, 3.5, 3.5, 3.5, 3.5, 3.5].map((r) => r - 4.5)
    const e = [4, 9, 4, 4, 4, 4, 4, 4, 4, 4].map((r) => r - 4.5)
    const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * (b[i] as number), 0)
    expect(row?.spearman).toBeCloseTo(dot(t, e) / Math.sqrt(dot(t, t) * dot(e, e)), 12)
    expect(row?.pearson).toBeCloseTo(-0.1666667, 6)
  })

  it('finds nothing wrong with the truth itself, and the whole tenth of it', () => {
    const truth = [1, 2, 9, 4, 3, 2, 1, 1, 1, 1]
    const { rows } = truthMeasures([sample(0, truth, truth), sample(1, truth.toReversed(), truth.toReversed())], PLAIN)
    for (const row of rows) {
      expect(row).toMatchObject({ emd: 0, logRatio: 0 })
      expect([row.spearman, row.pearson, row.overlap, row.structure].map((v) => Number(v.toFixed(9)))).toEqual([1, 1, 1, 1])
      expect(row.topDecile).toBeCloseTo(9 / 25, 12)
    }
  })

  it('gives no structure to a curve that never changes, nor to one side’s own mean profile', () => {
    const truths = [pad(1, 5, 1), pad(1, 1, 5), pad(5, 1, 1)]
    const { rows } = truthMeasures(
      truths.map((truth, i) => sample(i, truth, pad(9, 5, 2, 1))),
      PLAIN,
    )
    expect(meanMeasures(rows)?.structure).toBe(0)
    // The mean over many times is the curve itself only to the last digits, and those must not correlate with anything.
    const curve = pad(9, 5, 2, 1).map((v) => v + Math.SQRT2)
    const many = Array.from({ length: 49 }, (_, i) => sample(i, pad(1 + (i % 3), 5, 1 + (i % 7)), curve))
    for (const row of truthMeasures(many, PLAIN).rows) expect(row.structure).toBe(0)
    const opposite = truthMeasures([sample(0, pad(3, 1), pad(1, 3)), sample(1, pad(1, 3), pad(3, 1))], PLAIN)
    expect(meanMeasures(opposite.rows)?.structure).toBeCloseTo(-1, 12)
  })

  it('is blind where the estimate is even: no measure of place, a tenth of the mass in the densest tenth', () => {
    const [row] = truthMeasures([sample(0, pad(8, 1, 1), new Array(10).fill(0.1))], PLAIN).rows
    expect(row).toMatchObject({ spearman: 0, pearson: 0 })
    expect(row?.topDecile).toBeCloseTo(0.1, 12)
    // Of twenty bins two are the tenth: the densest one, and half of the two that come next.
    const wide = { ...PLAIN, span: 0.2 }
    const long = (...values: number[]) => [...values, ...new Array(20 - values.length).fill(0)]
    expect(truthMeasures([sample(0, long(1, 4, 3, 2), long(0, 2, 5, 2))], wide).rows[0]?.topDecile).toBeCloseTo((3 + (4 + 2) / 2) / 10, 12)
  })

  it('counts an estimate that holds nothing as missing, and leaves out times without truth', () => {
    const { rows, missing } = truthMeasures([sample(0, pad(1), pad(0)), sample(1, pad(0), pad(1)), sample(2, pad(1), pad(1))], PLAIN)
    expect([rows.map((r) => r.time), missing]).toEqual([[2], 1])
  })

  it('is symmetric, bounded and blind to scale', () => {
    const plane = fc.array(fc.nat(1000), { minLength: 10, maxLength: 10 }).filter((v) => v.some((x) => x > 0))
    fc.assert(
      fc.property(plane, plane, fc.integer({ min: 1, max: 1000 }), (a, b, factor) => {
        const one = truthMeasures([sample(0, a, b)], PLAIN).rows[0]
        const other = truthMeasures(
          [
            sample(
              0,
              b,
              a.map((v) => v * factor),
            ),
          ],
          PLAIN,
        ).rows[0]
        for (const name of ['emd', 'spearman', 'pearson', 'overlap'] as const) expect(other?.[name]).toBeCloseTo(one?.[name] as number, 8)
        expect(one?.emd).toBeLessThanOrEqual(9 + 1e-9)
        expect(Math.abs(one?.spearman as number)).toBeLessThanOrEqual(1 + 1e-9)
      }),
      { numRuns: 200 },
    )
  })
})

it('finds the curve over distance that is best in hindsight', () => {
  const falling = Array.from({ length: 10 }, (_, i) => Math.exp((-(i + 0.5) * 0.01) / 0.08))
  const best = curveInHindsight([sample(0, falling, pad(1)), sample(1, falling, pad(1), 'short')], PLAIN)
  expect(best?.emd).toBeCloseTo(0, 9)
  expect(best?.spearman).toBeCloseTo(1, 9)
  expect(curveInHindsight([], PLAIN)).toBeNull()
})
