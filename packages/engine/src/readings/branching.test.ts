import { expect, it } from 'vitest'
import { levelsAt } from '../../test/readings.ts'
import { branchingBetween, branchingRatios } from './branching.ts'
import { impactDepth, scaledDepth } from './depth.ts'
import { orderBookDepth } from './order-book-depth.ts'

// D(x) = 10,000 · (x / 0.01)²: 100 USD at 0.1 %, 10,000 at 1 %, 40,000 at 2 %.
const law = impactDepth({ sigmaDay: 0.02, volumeDayUsd: 10_000 })
const levels = levelsAt([
  [0, 50],
  [0.005, 1000],
  [0.015, 6000],
])

it('is what a stretch forces into the book per USD that the book holds there', () => {
  // 1 % to 2 %: 6000 · 0.5 forced, 40,000 − 10,000 held. 0 to 1 %: 1050 · 0.5 against 10,000.
  expect(branchingBetween('long', levels, law, 0.5, 0.01, 0.02)).toBeCloseTo(0.1, 12)
  expect(branchingBetween('long', levels, law, 0.5, 0, 0.01)).toBeCloseTo(0.0525, 12)
  // A level at the end belongs to the stretch that ends there.
  expect(branchingBetween('long', levels, law, 1, 0.005, 0.01)).toBe(0)
  expect(branchingBetween('long', levels, law, 1, 0.004, 0.005)).toBeGreaterThan(0)
  const halved = branchingBetween('long', levels, scaledDepth(law, 0.5), 0.5, 0.01, 0.02)
  expect(halved).toBeCloseTo(0.2, 12)
  expect(scaledDepth(law, 0.5).reach('long', 20_000)).toBeCloseTo(0.02, 12)
})

it('is infinite where the book holds nothing, and 0 where no level stands', () => {
  const book = orderBookDepth(1, [[0.995, 1000]])
  expect(branchingBetween('long', levels, book, 0.5, 0.01, 0.02)).toBe(Number.POSITIVE_INFINITY)
  expect(branchingBetween('long', levels, book, 0.5, 0.02, 0.03)).toBe(0)
  expect(branchingBetween('long', levels, book, 0, 0.01, 0.02)).toBe(0)
})

it('is read at distances over a width, cut off at the price', () => {
  // Around 1.5 % ± 0.5 %: as above. Around 0.25 % ± 0.5 %: 0 to 0.75 %, 1050 · 0.5 against 5625.
  const n = branchingRatios('long', levels, law, { passThrough: 0.5, distances: [0.015, 0.0025], width: 0.01 })
  expect(n[0]).toBeCloseTo(0.1, 12)
  expect(n[1]).toBeCloseTo(525 / 5625, 12)
  expect(() => branchingRatios('long', levels, law, { passThrough: 0.5, distances: [], width: 0 })).toThrow('width')
  expect(() => branchingRatios('long', levels, law, { passThrough: -1, distances: [] })).toThrow('passThrough')
})
