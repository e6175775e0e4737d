import { expect, it } from 'vitest'
import { progressFigures, worthOpening } from './progress.ts'

const job = { phase: 'estimate', etaMs: 12_000 }

it('says how far a job is, and never that it is done', () => {
  expect(progressFigures({ ...job, done: 34, total: 100 })).toEqual({ share: 0.34, percent: '34%', etaMs: 12_000 })
  expect(progressFigures({ ...job, done: 100, total: 100 }).percent).toBe('99%')
  expect(progressFigures({ ...job, done: 5, total: 0 })).toEqual({ share: null, percent: null, etaMs: 12_000 })
  expect(progressFigures({ phase: null, done: null, total: null, etaMs: Number.NaN })).toEqual({ share: null, percent: null, etaMs: null })
})

it('waits with a build that has only begun', () => {
  expect(worthOpening({ lastBucket: null, status: null, columnCount: null })).toBe(false)
  expect(worthOpening({ lastBucket: 1, status: 'building', columnCount: 299 })).toBe(false)
  expect(worthOpening({ lastBucket: 1, status: 'building', columnCount: 300 })).toBe(true)
  expect(worthOpening({ lastBucket: 1, status: 'complete', columnCount: 12 })).toBe(true)
})
