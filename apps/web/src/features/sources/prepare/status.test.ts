import { describe, expect, it } from 'vitest'
import { ASKED, channel, instrument, report, source } from './samples.ts'
import { instrumentStatus, lagOf, progressOf, SILENT_AFTER_MS, sourceStatus, waitingSymbols } from './status.ts'

const LONG_AGO = ASKED - SILENT_AFTER_MS - 1
const kindOf = (more: Parameters<typeof source>[0]) => sourceStatus(source(more), ASKED).kind

describe('a source', () => {
  it('is what its worker says', () => {
    expect(sourceStatus(source(), ASKED)).toEqual({ kind: 'live', tone: 'ok', message: null, until: null, since: null })
    expect(kindOf({ report: report({ state: 'connecting' }) })).toBe('connecting')
  })
  it('carries until when it waits', () => {
    const blocked = report({ state: 'blocked', message: '429', blockedUntil: ASKED + 5_000, nextAttemptAt: ASKED + 1 })
    expect(sourceStatus(source({ report: blocked }), ASKED)).toMatchObject({
      kind: 'blocked',
      tone: 'warn',
      message: '429',
      until: ASKED + 5_000,
    })
    const away = report({ state: 'unreachable', message: 'ENOTFOUND', nextAttemptAt: ASKED + 9_000 })
    expect(sourceStatus(source({ report: away }), ASKED)).toMatchObject({ kind: 'unreachable', tone: 'err', until: ASKED + 9_000 })
  })
  it('is as bad as the worst of its markets, once the venue is heard', () => {
    const markets = (...states: ('live' | 'late' | 'stale' | 'backfilling')[]) =>
      states.map((state, i) => instrument(`M${i}USDT`, { state }))
    expect(kindOf({ instruments: markets('live', 'backfilling') })).toBe('backfilling')
    expect(kindOf({ instruments: markets('backfilling', 'late', 'live') })).toBe('late')
    expect(kindOf({ instruments: markets('late', 'stale') })).toBe('stale')
    expect(kindOf({ instruments: markets('late'), report: report({ state: 'unreachable' }) })).toBe('unreachable')
  })
  it('is never live when nobody reports', () => {
    const gone = { report: report({ at: LONG_AGO }), instruments: [instrument('AUSDT', { reportedAt: LONG_AGO - 5 })] }
    expect(sourceStatus(source(gone), ASKED)).toMatchObject({ kind: 'silent', tone: 'err', since: LONG_AGO })
    // whoever reports of its markets is alive
    expect(kindOf({ ...gone, instruments: [instrument('AUSDT')] })).toBe('live')
  })
  it('is on its way after the switch, and says so when nobody follows', () => {
    expect(kindOf({ enabled: false })).toBe('pausing')
    expect(kindOf({ enabled: false, report: report({ state: 'paused' }) })).toBe('paused')
    expect(kindOf({ enabled: false, report: report({ at: LONG_AGO }), instruments: [] })).toBe('paused')
    expect(kindOf({ enabled: false, report: null, instruments: [] })).toBe('paused')
    const just = { updatedAt: ASKED - 1_000 }
    expect(kindOf({ ...just, report: report({ state: 'paused', at: LONG_AGO }), instruments: [] })).toBe('starting')
    expect(kindOf({ ...just, report: report({ at: LONG_AGO }), instruments: [] })).toBe('starting')
    expect(kindOf({ ...just, report: null, instruments: [] })).toBe('starting')
    expect(kindOf({ report: null, instruments: [] })).toBe('unattended')
    expect(kindOf({ report: report({ state: 'paused', at: LONG_AGO }), instruments: [] })).toBe('unattended')
  })
})

describe('an instrument', () => {
  it('is what its worker says while that one speaks and the source is on', () => {
    const late = instrument('AUSDT', { state: 'late', message: 'silent: candles' })
    const of = (more: Parameters<typeof source>[0]) => instrumentStatus(late, sourceStatus(source(more), ASKED), ASKED).kind
    expect(of({})).toBe('late')
    expect(of({ enabled: false })).toBe('pausing')
    expect(of({ enabled: false, report: report({ state: 'paused' }) })).toBe('paused')
    expect(of({ report: report({ at: LONG_AGO }), instruments: [] })).toBe('silent')
    const old = instrument('AUSDT', { reportedAt: LONG_AGO })
    expect(instrumentStatus(old, sourceStatus(source(), ASKED), ASKED)).toMatchObject({ kind: 'silent', since: LONG_AGO })
    const left = instrument('AUSDT', { state: 'paused', message: 'The venue does not trade it.', reportedAt: LONG_AGO })
    expect(instrumentStatus(left, sourceStatus(source(), ASKED), ASKED)).toMatchObject({
      kind: 'paused',
      message: 'The venue does not trade it.',
    })
  })
  it('waits until a worker begins with it', () => {
    expect(waitingSymbols(source({ symbols: ['BUSDT', 'AUSDT'] }))).toEqual(['BUSDT'])
    expect(waitingSymbols(source())).toEqual([])
  })
})

it('measures how far a market is behind by its newest message', () => {
  const live = sourceStatus(source(), ASKED)
  const market = instrument('AUSDT', {
    reportedAt: ASKED - 1_000,
    channels: [channel('candle', { receivedAt: ASKED - 1_400 }), channel('openInterest', { receivedAt: ASKED - 9_000 })],
  })
  expect(lagOf(market, instrumentStatus(market, live, ASKED), ASKED)).toBe(400)
  const silent = instrumentStatus({ ...market, reportedAt: LONG_AGO }, live, ASKED)
  expect(lagOf(market, silent, ASKED)).toBe(1_400)
  expect(lagOf(instrument('AUSDT', { channels: [channel('candle', { receivedAt: null })] }), live, ASKED)).toBeNull()
  expect(lagOf(market, sourceStatus(source({ enabled: false }), ASKED), ASKED)).toBeNull()
})

it('puts the progress of histories together', () => {
  const backfill = (done: number, total: number, etaMs: number | null) => ({
    backfill: { phase: 'fetching' as const, done, total, etaMs, from: 0, reached: null },
  })
  expect(progressOf([{ backfill: null }])).toBeNull()
  expect(progressOf([backfill(30, 100, 5_000), backfill(1, 2, 9_000), { backfill: null }])).toEqual({ share: 0.4, etaMs: 9_000, count: 2 })
  expect(progressOf([backfill(30, 100, null)])).toEqual({ share: 0.3, etaMs: null, count: 1 })
  expect(progressOf([backfill(0, 0, null)])).toEqual({ share: null, etaMs: null, count: 1 })
})
