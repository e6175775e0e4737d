import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import { expect, it } from 'vitest'
import { knownAt, knownEnd, stepFrom } from './replay.ts'

const MIN = 60_000
const grid: HeatGridPair = {
  from: 10 * MIN,
  resolutionMs: MIN,
  columns: 4,
  firstBin: 100,
  bins: 2,
  long: Uint8Array.of(1, 2, 3, 4, 0, 0, 7, 0),
  short: Uint8Array.of(0, 9, 0, 8, 5, 0, 0, 6),
  state: Uint8Array.of(1, 1, 0, 1),
}

it('holds the last known column still, and shows nothing that was learned later', () => {
  const known = knownAt(grid, 12 * MIN)
  expect([...known.long]).toEqual([1, 2, 2, 2, 0, 0, 0, 0])
  expect([...known.short]).toEqual([0, 9, 9, 9, 5, 0, 0, 0])
  expect([...known.state]).toEqual([1, 1, 1, 1])
})

it('does not take a column that was still open then', () => {
  expect([...knownAt(grid, 12 * MIN - 1).long]).toEqual([1, 1, 1, 1, 0, 0, 0, 0])
})

it('keeps a gap before the moment a gap, and goes on with the column before it', () => {
  const known = knownAt(grid, 13 * MIN)
  expect([...known.state]).toEqual([1, 1, 0, 1])
  expect([...known.long]).toEqual([1, 2, 3, 2, 0, 0, 7, 0])
})

it('is the grid itself at its end, and empty before its beginning', () => {
  expect(knownAt(grid, 14 * MIN)).toBe(grid)
  expect(knownAt(grid, 10 * MIN).state.every((s) => s === 0)).toBe(true)
  expect(knownAt(grid, 0).long.every((v) => v === 0)).toBe(true)
})

it('changes nothing of what it was given', () => {
  knownAt(grid, 11 * MIN)
  expect([...grid.long]).toEqual([1, 2, 3, 4, 0, 0, 7, 0])
})

it('steps by whole columns and stays inside', () => {
  const span = { from: 10 * MIN + 5, to: 14 * MIN + 5 }
  expect(stepFrom(12 * MIN + 1, 1, MIN, span)).toBe(13 * MIN)
  expect(stepFrom(12 * MIN, -1, MIN, span)).toBe(11 * MIN)
  expect(stepFrom(14 * MIN, 10, MIN, span)).toBe(14 * MIN)
  expect(stepFrom(11 * MIN, -10, MIN, span)).toBe(11 * MIN)
})

it('ends with the last column that had closed', () => {
  expect([12 * MIN - 1, 12 * MIN, 12 * MIN + 1].map((at) => knownEnd(grid, at))).toEqual([11 * MIN, 12 * MIN, 12 * MIN])
})
