import { expect, it } from 'vitest'
import { CELL_MS, countCells, joinStrips, toneOf } from './coverage.ts'
import { ASKED, channel, instrument, report, source } from './samples.ts'
import { summarise } from './summary.ts'

it('counts markets of sources that are on, and what is wrong with the others', () => {
  const summary = summarise(
    [
      source({ symbols: ['AUSDT', 'BUSDT', 'CUSDT'], instruments: [instrument('AUSDT'), instrument('BUSDT', { state: 'late' })] }),
      source({ enabled: false, report: report({ state: 'paused' }), instruments: [instrument('OFFUSDT', { state: 'late' })] }),
    ],
    ASKED,
  )
  expect(summary).toMatchObject({
    live: 1,
    total: 3,
    others: [
      { kind: 'late', count: 1 },
      { kind: 'waiting', count: 1 },
    ],
  })
})

it('says nothing where nothing was measured', () => {
  expect(summarise([source({ report: null, instruments: [] })], ASKED)).toEqual({
    live: 0,
    total: 0,
    others: [],
    openGaps: 0,
    oldestGapMs: null,
    lag: null,
    coverage: { expectedMs: 0, coveredMs: 0 },
    worst: null,
    quarantined: { count: 0, atLeast: false, newestMs: null },
  })
})

it('adds up gaps, coverage and quarantine, and names the worst', () => {
  const cells: null[] = []
  const summary = summarise(
    [
      source({
        instruments: [
          instrument('AUSDT', {
            openGaps: { count: 2, oldest: ASKED - 60_000 },
            coverage: { from: 0, cells, expectedMs: 100, coveredMs: 90 },
            channels: [channel('candle', { receivedAt: ASKED - 4_000 })],
          }),
          instrument('BUSDT', { coverage: { from: 0, cells, expectedMs: 100, coveredMs: 70 } }),
          instrument('CUSDT', { coverage: { from: 0, cells, expectedMs: 0, coveredMs: 0 } }),
        ],
        quarantine: { count: 3, atLeast: false, newest: ASKED - 5_000 },
      }),
      source({
        instruments: [instrument('DUSDT', { openGaps: { count: 1, oldest: ASKED - 90_000 } })],
        quarantine: { count: 1_000, atLeast: true, newest: ASKED - 7_000 },
      }),
    ],
    ASKED,
  )
  expect(summary).toMatchObject({
    openGaps: 3,
    oldestGapMs: 90_000,
    lag: { ms: 3_000, symbol: 'AUSDT' },
    coverage: { expectedMs: 1_200, coveredMs: 1_160 },
    worst: { symbol: 'BUSDT', expectedMs: 100, coveredMs: 70 },
    quarantined: { count: 1_003, atLeast: true, newestMs: 5_000 },
  })
})

it('colours only a whole half-hour as whole', () => {
  expect([null, 1, 0.999, 0.5, 0.499, 0].map(toneOf)).toEqual(['none', 'whole', 'part', 'part', 'gap', 'gap'])
  expect(countCells([null, 1, 0.9, 0])).toEqual({ incomplete: 2, known: 3 })
})

it('joins strips on the clock and never rounds up to whole', () => {
  expect(joinStrips([])).toBeNull()
  expect(
    joinStrips([
      { from: 0, cells: [0, 1, 0.999, null] },
      { from: CELL_MS, cells: [0.5, 1, null, 1] },
    ]),
  ).toEqual({ from: CELL_MS, cells: [0.75, 0.999, null, 1] })
})
