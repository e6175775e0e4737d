import { expect, it } from 'vitest'
import { rowOf } from './rows.ts'
import { ASKED, channel, instrument, report, source } from './samples.ts'

const backfill = { phase: 'estimating' as const, done: 1, total: 4, etaMs: 7_000, from: 0, reached: null }
const gap = (from: number) => ({ channel: 'candle' as const, from, to: from + 1, status: 'open' as const, reason: null })

it('puts a source together from its markets, in the order of their symbols', () => {
  const row = rowOf(
    source({
      symbols: ['CUSDT', 'BUSDT', 'AUSDT'],
      instruments: [
        instrument('BUSDT', { channels: [channel('candle', { receivedAt: ASKED - 6_000 })], lastGap: gap(5) }),
        instrument('AUSDT', { backfill, lastGap: gap(9), coverage: { from: 0, expectedMs: 10, coveredMs: 4, cells: [0] } }),
      ],
    }),
    ASKED,
  )
  expect(row).toMatchObject({
    live: 2,
    total: 3,
    lagMs: 5_000,
    progress: { share: 0.25, etaMs: 7_000, count: 1 },
    coverage: { expectedMs: 1_010, coveredMs: 1_004 },
    lastGap: { from: 9 },
  })
  expect(row.instruments.map((r) => [r.symbol, r.status.kind, ...(r.missing ? ['missing'] : [])])).toEqual([
    ['AUSDT', 'live'],
    ['BUSDT', 'live'],
    ['CUSDT', 'waiting', 'missing'],
  ])
})

it('blames nobody for what has not begun while the venue is not heard', () => {
  const away = source({ symbols: ['AUSDT'], instruments: [], report: report({ state: 'unreachable' }) })
  expect(rowOf(away, ASKED).instruments).toMatchObject([{ symbol: 'AUSDT', status: { kind: 'waiting' }, missing: false }])
})

it('shows no progress and no lag of what is paused', () => {
  const paused = source({
    enabled: false,
    symbols: ['AUSDT', 'BUSDT'],
    report: report({ state: 'paused' }),
    instruments: [instrument('AUSDT', { backfill })],
  })
  const row = rowOf(paused, ASKED)
  expect(row).toMatchObject({ live: 0, total: 2, lagMs: null, progress: null, status: { kind: 'paused' } })
  expect(row.instruments.map((r) => r.status.kind)).toEqual(['paused', 'paused'])
})
