import { expect, it } from 'vitest'
import { progressFigures, worthOpening } from './progress.ts'

it('says how far a job is, and never that it is done', () => {
  expect(progressFigures({ done: 34, total: 100, etaMs: 12_000 })).toEqual({ share: 0.34, percent: '34\u202f%', etaMs: 12_000 })
  expect(progressFigures({ done: 100, total: 100, etaMs: 12_000 }).percent).toBe('99\u202f%')
  expect(progressFigures({ done: 5, total: 0, etaMs: 12_000 })).toEqual({ share: null, percent: null, etaMs: 12_000 })
  expect(progressFigures({ done: 5, total: null, etaMs: Number.NaN })).toEqual({ share: null, percent: null, etaMs: null })
})

it('waits with a build that has only begun, unless it grows live', () => {
  expect(worthOpening({ lastBucket: null, status: null, columnCount: 0 }, 'live')).toBe(false)
  expect(worthOpening({ lastBucket: 1, status: 'building', columnCount: 299 }, 'backfilling')).toBe(false)
  expect(worthOpening({ lastBucket: 1, status: 'building', columnCount: 300 }, null)).toBe(true)
  expect(worthOpening({ lastBucket: 1, status: 'complete', columnCount: 12 }, null)).toBe(true)
  expect(worthOpening({ lastBucket: 1, status: 'building', columnCount: 12 }, 'live')).toBe(true)
})
