import { FEED_STATES } from '@faultline/market/feed'
import { describe, expect, it } from 'vitest'
import type { FeedNews, SourceNews } from '../../stream/server/news.ts'
import { backfillOf, FEED_TONES, feedStatus, isTroubled, sourceSentence } from './feed-status.ts'

const NOW = Date.UTC(2026, 2, 5, 11)
const THIN = '\u202f'
const progress = (done: number, total: number, etaMs: number | null = null, phase: 'fetching' | 'estimating' = 'fetching') => ({
  phase,
  done,
  total,
  etaMs,
  from: 0,
  reached: null,
})
const feed = (more: Partial<FeedNews> = {}): FeedNews => ({
  kind: 'feed',
  instrumentKey: 'simulated:A',
  sourceId: 1,
  state: 'live',
  message: null,
  channels: {},
  backfill: null,
  silent: null,
  gaps: '',
  ...more,
})
const source = (more: Partial<SourceNews> = {}): SourceNews => ({
  kind: 'source',
  sourceId: 1,
  name: 'Binance',
  venue: 'binance-usdm',
  enabled: true,
  state: 'live',
  message: null,
  blockedUntil: null,
  nextAttemptAt: null,
  silent: null,
  ...more,
})
const statusOf = (f: FeedNews, more: Partial<Parameters<typeof feedStatus>[1]> = {}) =>
  feedStatus(f, { source: null, connection: { state: 'open' }, newestAt: NOW - 2_100, now: NOW, ...more })

describe('the status of a feed', () => {
  it('is green when it is live, and never otherwise', () => {
    expect(statusOf(feed())).toMatchObject({ state: 'live', tone: 'ok', word: 'Live', detail: `2.1${THIN}s`, history: null, why: null })
    expect(FEED_STATES.filter((state) => FEED_TONES[state] === 'ok')).toEqual(['live'])
    expect(statusOf(feed(), { newestAt: null })).toMatchObject({ detail: null, short: 'Live' })
  })

  it('says how old the newest column is where it is late', () => {
    const late = statusOf(feed({ state: 'late', message: 'silent: candles' }), { newestAt: NOW - 45_000 })
    expect(late).toMatchObject({ word: 'Late', detail: `45${THIN}s`, short: `Late 45${THIN}s`, tone: 'warn', why: 'Silent: candles' })
    expect(statusOf(feed({ state: 'stale' }), { newestAt: NOW - 180_000 })).toMatchObject({ tone: 'err', detail: `3${THIN}m` })
  })

  it('says how far a backfill is, in place of live or beside it', () => {
    const filling = feed({ state: 'backfilling', backfill: progress(629, 1_000, 40_000) })
    expect(statusOf(filling)).toMatchObject({
      word: 'Backfilling',
      detail: `62${THIN}% · 40${THIN}s left`,
      short: `62${THIN}%`,
      history: null,
    })
    expect(statusOf({ ...filling, state: 'live' })).toMatchObject({ word: 'Live', detail: `2.1${THIN}s`, history: `History 62${THIN}%` })
    // never complete before the worker says so, and nothing made up where nobody knows how much it is
    expect(statusOf({ ...filling, backfill: progress(1_000, 1_000) }).detail).toBe(`99${THIN}%`)
    expect(statusOf({ ...filling, backfill: progress(0, 0) }).detail).toBeNull()
    expect(statusOf({ ...filling, state: 'live', backfill: progress(0, 0) }).history).toBeNull()
  })

  it('says since when nobody has reported', () => {
    const since = NOW - 120_000
    expect(statusOf(feed({ state: 'stale', silent: { since, who: 'worker' } })).why).toBe('The worker has not reported since 10:58 UTC')
    expect(statusOf(feed({ state: 'stale', silent: { since, who: 'database' } })).why).toBe('The database has not answered since 10:58 UTC')
  })

  it('counts down what it has been told to wait', () => {
    const blocked = feed({ state: 'blocked' })
    expect(statusOf(blocked, { source: source({ blockedUntil: NOW + 30_000 }) }).detail).toBe(`30${THIN}s left`)
    expect(statusOf(blocked, { source: source({ blockedUntil: NOW - 1 }) }).detail).toBeNull()
    expect(statusOf(blocked).detail).toBeNull()
  })

  it('knows nothing while the page does not hear from the server', () => {
    const offline = statusOf(feed({ backfill: progress(1, 2) }), { connection: { state: 'offline', since: NOW - 120_000 } })
    expect(offline).toMatchObject({ state: 'stale', tone: 'err', word: 'Offline', detail: 'since 10:58', history: null })
    // a reconnection that has not failed yet is no news
    expect(statusOf(feed(), { connection: { state: 'connecting' } }).state).toBe('live')
  })
})

describe('what a source is doing', () => {
  const say = (s: Partial<SourceNews>, feeds: FeedNews[] = []) => sourceSentence(source(s), feeds, NOW)
  it('is said in a sentence', () => {
    expect(say({ enabled: false, state: 'paused' })).toBe('paused by an administrator')
    expect(say({ state: null })).toBe('no worker has reported yet')
    expect(say({ state: 'stale', silent: { since: NOW - 120_000, who: 'worker' } })).toBe('the worker has not reported since 10:58 UTC')
    expect(say({ state: 'unreachable', message: 'getaddrinfo ENOTFOUND fapi.binance.com', nextAttemptAt: NOW + 20_000 })).toBe(
      `its hosts do not answer (getaddrinfo ENOTFOUND fapi.binance.com), trying again in 20${THIN}s`,
    )
    expect(say({ state: 'unreachable' })).toBe('its hosts do not answer')
    expect(say({ state: 'unreachable', nextAttemptAt: NOW + 6_200 })).toBe(`its hosts do not answer, trying again in 7${THIN}s`)
    expect(say({ state: 'unreachable', nextAttemptAt: NOW - 1 })).toBe('its hosts do not answer, trying again now')
    expect(say({ state: 'blocked', message: '418 from the venue', blockedUntil: NOW + 60_000 })).toBe(
      `418 from the venue, asking again in 1${THIN}m`,
    )
    expect(say({ state: 'connecting' })).toBe('connecting')
    expect(say({ state: 'live' })).toBe('live')
  })

  it('counts the backfills of its markets together', () => {
    const feeds = [
      feed({ state: 'backfilling', backfill: progress(300, 1_000, 40_000) }),
      feed({ state: 'live', backfill: progress(380, 1_000, 10_000) }),
      feed({ state: 'live' }),
      feed({ state: 'paused', backfill: progress(0, 1_000_000) }),
      feed({ state: 'backfilling', backfill: progress(9, 10, 1, 'estimating') }),
    ]
    expect(say({ state: 'live' }, feeds)).toBe(`fetching history, 34${THIN}% · 40${THIN}s left`)
    expect(backfillOf(feeds.slice(4))).toEqual({ phase: 'estimating', share: 0.9, etaMs: 1 })
    expect(backfillOf([feed({ backfill: progress(1, 2, null) }), feed({ backfill: progress(1, 2, 5) })])?.etaMs).toBeNull()
    expect(backfillOf([feed()])).toBeNull()
    // what stops everything comes first
    expect(say({ state: 'unreachable' }, feeds)).toBe('its hosts do not answer')
  })

  it('is trouble only where somebody wants it to bring something', () => {
    const states = [...FEED_STATES, null].filter((state) => isTroubled(source({ state })))
    expect(states).toEqual(['stale', 'blocked', 'unreachable', null])
    expect(isTroubled(source({ state: 'unreachable', enabled: false }))).toBe(false)
  })
})
