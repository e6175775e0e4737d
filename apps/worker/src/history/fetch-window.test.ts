import { type LiveEvent, timeOf } from '@faultline/db/repositories/live-events'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { FakeRest, type FakeVenue, LIMITS } from '../../test/fake-rest.ts'
import { FeedError } from '../feed/venue-feed.ts'
import { fetchWindow } from './fetch-window.ts'

const SYMBOL = 'TESTUSDT'
const NOW = Date.UTC(2026, 5, 30, 12)
const window = { from: NOW - 2 * DAY_MS, to: NOW - DAY_MS }
const FIVE = 5 * MINUTE_MS

const venue = (options: Partial<FakeVenue> = {}): FakeRest => new FakeRest({ now: () => NOW, ...options })
const fetched = (rest: FakeRest, range = window): Promise<LiveEvent[]> => fetchWindow(rest, SYMBOL, range, rest.venue.limits, NOW)
const lines = (events: readonly LiveEvent[]): string[] => events.map((e) => JSON.stringify(e)).sort()
const ofType = (events: readonly LiveEvent[], ...types: string[]): LiveEvent[] => events.filter((e) => types.includes(e.type))

it('brings everything that the venue has about the window, and the open interest that it begins with', async () => {
  const rest = venue()
  const events = await fetched(rest)
  const before = rest.truth(SYMBOL, { from: window.from - FIVE, to: window.from }).filter((e) => e.type === 'openInterest')
  expect(before).toHaveLength(1)
  expect(lines(events)).toEqual(lines([...before, ...rest.truth(SYMBOL, window)]))
  expect(events.map(timeOf)).toEqual(events.map(timeOf).sort((a, b) => a - b))
  expect(rest.calls.map((c) => c.kind ?? c.channel).sort()).toEqual(
    ['accounts', 'candle', 'funding', 'openInterest', 'takerVolume', 'topAccounts', 'topPositions'].sort(),
  )
})

it('asks page by page where the venue answers only so much at once', async () => {
  const limits = { ...LIMITS, candle: { pageMs: 7 * HOUR_MS, maxAgeMs: null }, openInterest: { pageMs: 100 * FIVE, maxAgeMs: null } }
  const rest = venue({ limits })
  const events = await fetched(rest)
  expect(ofType(events, 'candle')).toEqual(ofType(rest.truth(SYMBOL, window), 'candle'))
  expect(ofType(events, 'openInterest')).toEqual(ofType(rest.truth(SYMBOL, { from: window.from - FIVE, to: window.to }), 'openInterest'))
  const candleCalls = rest.calls.filter((c) => c.channel === 'candle')
  expect(candleCalls.map((c) => [c.from, c.to])).toEqual([
    [window.from, window.from + 7 * HOUR_MS],
    [window.from + 7 * HOUR_MS, window.from + 14 * HOUR_MS],
    [window.from + 14 * HOUR_MS, window.from + 21 * HOUR_MS],
    [window.from + 21 * HOUR_MS, window.to],
  ])
  expect(rest.calls.filter((c) => c.channel === 'openInterest')).toHaveLength(3)
})

it('goes back with each channel only as far as the venue keeps it', async () => {
  const half = { from: NOW - 30.5 * DAY_MS, to: NOW - 29.5 * DAY_MS }
  const rest = venue()
  const events = await fetched(rest, half)
  const expected = ofType(rest.truth(SYMBOL, half), 'candle', 'funding')
  expect(ofType(events, 'candle', 'funding')).toEqual(expected)
  const figures = ofType(events, 'openInterest', 'longShortRatio')
  // The venue keeps 30 days; the first five minutes may be gone by the time that it looks.
  const kept = ofType(rest.truth(SYMBOL, { from: NOW - 30 * DAY_MS + FIVE, to: half.to }), 'openInterest', 'longShortRatio')
  expect(figures).toEqual(kept)

  const old = { from: NOW - 40 * DAY_MS, to: NOW - 39 * DAY_MS }
  const calls = rest.calls.length
  expect(await fetched(rest, old)).toEqual(ofType(rest.truth(SYMBOL, old), 'candle', 'funding'))
  expect(rest.calls.slice(calls).map((c) => c.channel)).toEqual(['candle', 'funding'])
})

it('leaves out what the venue refuses, and says so', async () => {
  const refused = (what: string) => new FeedError('refused', `Invalid ${what}.`)
  const rest = venue({ fail: (c) => (c.channel === 'openInterest' || c.kind === 'topAccounts' ? refused(c.channel) : null) })
  const said: string[] = []
  const onLeftOut = (channel: string, reason: string): void => {
    said.push(`${channel}: ${reason}`)
  }
  const events = await fetchWindow(rest, SYMBOL, window, LIMITS, NOW, { onLeftOut })
  const truth = rest.truth(SYMBOL, window)
  const left = truth.filter((e) => e.type !== 'openInterest' && !(e.type === 'longShortRatio' && e.kind === 'topAccounts'))
  expect(lines(events)).toEqual(lines(left))
  expect(said).toEqual(['openInterest: Invalid openInterest.'])

  const noRatios = venue({ fail: (c) => (c.channel === 'longShortRatio' ? refused('ratio') : null) })
  expect(ofType(await fetched(noRatios), 'longShortRatio')).toEqual([])
})

it('leaves nothing out when the venue refuses everything from there on', async () => {
  const shut = new FeedError('refused', 'HTTP 403.')
  const rest = venue({ fail: (c) => (rest.calls.length > 1 ? shut : c.channel === 'funding' ? shut : null) })
  await expect(fetched(rest)).rejects.toBe(shut)
})

it('does not ask for channels that the venue has no history of', async () => {
  const rest = venue({ limits: { candle: LIMITS.candle } })
  expect(await fetched(rest)).toEqual(ofType(rest.truth(SYMBOL, window), 'candle'))
  expect(rest.calls.map((c) => c.channel)).toEqual(['candle'])
})

it('is empty where the venue has no candles, with no further question', async () => {
  const rest = venue({ genesis: window.to })
  expect(await fetched(rest)).toEqual([])
  expect(rest.calls.map((c) => c.channel)).toEqual(['candle'])
})

it('gives nothing later than the window, whatever the venue answers', async () => {
  const rest = venue()
  const longer = <E>(ask: (symbol: string, from: number, to: number) => Promise<E[]>) => {
    return (symbol: string, from: number, to: number) => ask.call(rest, symbol, from - 4 * FIVE, to + 4 * FIVE)
  }
  const generous = Object.assign(Object.create(rest) as FakeRest, {
    candles: longer(rest.candles),
    openInterestHistory: longer(rest.openInterestHistory),
    fundingHistory: longer(rest.fundingHistory),
  })
  // The last minute of the window is cut in two: its candle is not over when the window is.
  const to = window.to - 30_000
  const events = await fetched(generous, { from: window.from, to })
  const last = Math.max(...events.map((e) => (e.type === 'candle' ? e.openTime + e.intervalMs : e.time)))
  expect(last).toBeLessThanOrEqual(to)
  expect(ofType(events, 'candle')).toHaveLength(DAY_MS / MINUTE_MS - 1)
  expect(timeOf(events[0] as LiveEvent)).toBe(window.from - FIVE)
})

it('fails as a whole when the venue is away or blocks, and waits for what it had asked', async () => {
  const until = NOW + 60_000
  const rest = venue({
    fail: (c) => {
      if (c.channel === 'openInterest') return new FeedError('failed', 'HTTP 500')
      return c.kind === 'topPositions' ? new FeedError('blocked', 'HTTP 429', { until }) : null
    },
  })
  let answered = 0
  rest.venue.answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    answered++
  }
  await expect(fetched(rest)).rejects.toMatchObject({ code: 'blocked', until })
  // candles, funding and three ratios
  expect(answered).toBe(5)

  const refusing = venue({ fail: (c) => (c.channel === 'candle' ? new FeedError('refused', 'Invalid symbol.') : null) })
  await expect(fetched(refusing)).rejects.toMatchObject({ code: 'refused' })
  expect(refusing.calls).toHaveLength(1)
})

it('asks for no further page once it was stopped', async () => {
  const stop = new AbortController()
  const limits = { candle: { pageMs: HOUR_MS, maxAgeMs: null } }
  const rest = venue({ limits })
  rest.venue.answer = async () => {
    if (rest.calls.length === 3) stop.abort()
  }
  await expect(fetchWindow(rest, SYMBOL, window, limits, NOW, { signal: stop.signal })).rejects.toMatchObject({ code: 'unavailable' })
  expect(rest.calls).toHaveLength(3)
})
