import { MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { LATE_AFTER_MS, type LineSight, lineState } from './line-state.ts'

const NOW = Date.UTC(2026, 0, 5, 12, 0, 30)
const fresh = { state: 'fresh', lastTime: NOW, receivedAt: NOW, coveredTo: NOW, limitMs: 30_000 } as const
const sight = (over: Partial<LineSight> = {}): LineSight => ({
  now: NOW,
  venueNow: NOW,
  bucketMs: MINUTE_MS,
  nextEnd: Date.UTC(2026, 0, 5, 12, 1),
  dueSince: null,
  channels: { candle: fresh, openInterest: fresh, liquidation: { ...fresh, limitMs: null } },
  source: { state: 'live', message: null },
  backfill: null,
  waitsFor: null,
  empty: false,
  preparing: false,
  ...over,
})
const backfill = { phase: 'fetching', done: 1, total: 7, etaMs: 9_000, from: NOW - 1e9, reached: null } as const

describe('lineState', () => {
  it('is live while the next bucket is not over, or its column comes in time', () => {
    expect(lineState(sight()).state).toBe('live')
    expect(lineState(sight({ dueSince: NOW - LATE_AFTER_MS, nextEnd: NOW - LATE_AFTER_MS })).state).toBe('live')
    expect(lineState(sight({ backfill })).state).toBe('live') // the past comes in behind
  })

  it('is late when the column is overdue, and stale when several are missing', () => {
    const late = lineState(sight({ dueSince: NOW - 12_000, nextEnd: NOW - 12_000 }))
    expect(late).toEqual({ state: 'late', message: 'the next column is 12 s late' })
    const stale = lineState(sight({ dueSince: NOW - 200_000, nextEnd: NOW - 200_000 }))
    expect(stale.state).toBe('stale')
    expect(stale.message).toContain('no candle for 3 min')
  })

  it('is late when a channel without which there is no column is silent, or liquidations are suspect', () => {
    const silent = { ...fresh, state: 'late' } as const
    expect(lineState(sight({ channels: { candle: fresh, openInterest: silent } }))).toEqual({
      state: 'late',
      message: 'silent: open interest',
    })
    expect(lineState(sight({ channels: { candle: fresh, depth: silent } })).state).toBe('live')
    expect(lineState(sight({ channels: { candle: fresh, liquidation: { ...fresh, state: 'suspect' } } })).state).toBe('late')
  })

  it('is not live while it has no column at all', () => {
    expect(lineState(sight({ empty: true }))).toEqual({ state: 'late', message: expect.stringContaining('no open interest') })
  })

  it('backfills while there is nothing, or nothing recent, to show', () => {
    expect(lineState(sight({ nextEnd: null, backfill, venueNow: null })).state).toBe('backfilling')
    expect(lineState(sight({ nextEnd: NOW - 9e6, dueSince: NOW - 20_000, backfill })).state).toBe('backfilling')
    expect(lineState(sight({ nextEnd: null, backfill, waitsFor: 'the venue asks to wait' }))).toEqual({
      state: 'backfilling',
      message: 'the venue asks to wait',
    })
    expect(lineState(sight({ nextEnd: null, preparing: true })).state).toBe('backfilling')
    expect(lineState(sight({ nextEnd: null })).state).toBe('connecting')
  })

  it('says why nothing comes, but not while the map is up to date all the same', () => {
    const blocked = { state: 'blocked', message: 'the venue asks to wait until 12:05' } as const
    expect(lineState(sight({ source: blocked })).state).toBe('live')
    expect(lineState(sight({ source: blocked, nextEnd: null, backfill }))).toEqual(blocked)
    expect(lineState(sight({ source: blocked, dueSince: NOW - 60_000, nextEnd: NOW - 60_000 }))).toEqual(blocked)
    const gone = { state: 'unreachable', message: 'getaddrinfo ENOTFOUND' } as const
    expect(lineState(sight({ source: gone, nextEnd: null }))).toEqual(gone)
  })
})
