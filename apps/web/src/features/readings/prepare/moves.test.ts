import { expect, it } from 'vitest'
import { type Bar, largestMoves } from './moves.ts'

const bars = (...closes: number[]): Bar[] =>
  closes
    .slice(1)
    .map((close, i) => [i, closes[i] as number, Math.max(close, closes[i] as number), Math.min(close, closes[i] as number), close])
const moves = (closes: number[], maxMs: number, count = 9) =>
  largestMoves(bars(...closes), { barMs: 1, maxMs, count }).map(({ from, to, change }) => [from, to, Math.round(1_000 * change) / 10])

it('finds the largest move from where it began to where it ended, and then the largest beside it', () => {
  expect(moves([100, 100, 110, 120, 118, 90, 91, 91], 3)).toEqual([
    [3, 5, -25],
    [1, 3, 20],
    [5, 6, 1.1],
  ])
})

it('looks no longer than it may', () => {
  expect(moves([100, 102, 104, 106], 2, 1)).toEqual([[0, 2, 4]])
})

it('measures falls and rises alike: a half is as far as twice', () => {
  expect(moves([100, 51, 51, 103], 1, 1)).toEqual([[2, 3, 102]])
  expect(moves([100, 50, 99], 1, 1)).toEqual([[0, 1, -50]])
})

it('finds nothing where nothing moves', () => {
  expect(moves([5, 5, 5], 2)).toEqual([])
  expect(largestMoves([], { barMs: 1, maxMs: 1, count: 1 })).toEqual([])
})
