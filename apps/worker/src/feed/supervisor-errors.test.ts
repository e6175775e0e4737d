import { describe, expect, it } from 'vitest'
import { START, superviseFakeVenue } from '../../test/feed-harness.ts'
import { FeedError } from './venue-feed.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000

describe('a venue that tells us to wait', () => {
  it('is not asked before the time it named; sockets go on, new ones wait', async () => {
    const { clock, venue, supervisor, states } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(30 * SECOND)
    // One socket is waiting for its next attempt when it comes.
    venue.refuse = ({ name }) => (name === 'public' ? new Error('no') : null)
    venue.open('public')[0]?.cut()
    await clock.advance(MINUTE)
    venue.refuse = () => null
    const until = clock.now() + 5 * MINUTE
    venue.failRest = () => new FeedError('blocked', 'Too many requests', { until })
    const attempts = venue.attempts.length
    supervisor.setInstruments([
      { instrumentId: 1, symbol: 'AUSDT', coveredTo: {} },
      { instrumentId: 2, symbol: 'BUSDT', coveredTo: {} },
      { instrumentId: 3, symbol: 'CUSDT', coveredTo: {} },
    ])
    await clock.advance(30 * SECOND)
    expect(supervisor.sourceStatus()).toMatchObject({ state: 'blocked', blockedUntil: until })
    expect(states()).toMatchObject({ candle: 'fresh', markPrice: 'fresh' })
    const asked = venue.requests.length
    venue.failRest = () => null
    await clock.advance(until - clock.now() - SECOND)
    expect(venue.requests).toHaveLength(asked)
    expect(venue.attempts).toHaveLength(attempts)
    expect(venue.open('market')).toHaveLength(1)
    await clock.advance(30 * SECOND)
    expect(venue.requests.length).toBeGreaterThan(asked)
    const back = venue.requests.slice(asked)
    expect(back.every((request) => START + request.at >= until)).toBe(true)
    // Those who waited do not come back at once.
    const firstOf = (symbol: string) => back.find((request) => request.symbol === symbol)?.at
    expect(firstOf('AUSDT')).not.toBe(firstOf('BUSDT'))
    expect(venue.open('public')).toHaveLength(1)
    expect(supervisor.sourceStatus()).toMatchObject({ state: 'live', blockedUntil: null })
    await supervisor.stop()
  })

  it('keeps its word when our clock is set meanwhile', async () => {
    for (const leap of [-HOUR, HOUR]) {
      const { clock, venue, supervisor } = superviseFakeVenue()
      supervisor.start()
      await clock.advance(30 * SECOND)
      const endsAt = clock.monotonic() + 5 * MINUTE
      venue.failRest = () => new FeedError('blocked', 'Too many requests', { until: clock.now() + endsAt - clock.monotonic() })
      await clock.advance(25 * SECOND)
      venue.failRest = () => null
      const asked = venue.requests.length
      clock.set(leap)
      await clock.advance(endsAt - clock.monotonic() - 10)
      expect(venue.requests).toHaveLength(asked)
      await clock.advance(30 * SECOND)
      expect(venue.requests.length).toBeGreaterThan(asked)
      await supervisor.stop()
    }
  })
})

describe('a venue that does not answer', () => {
  it('is tried at most once a minute in the end where it never has, and told of once in ten minutes', async () => {
    const { clock, venue, lines, supervisor } = superviseFakeVenue()
    const away = () => new FeedError('unreachable', 'getaddrinfo ENOTFOUND fapi.example')
    venue.refuse = away
    venue.failRest = away
    supervisor.start()
    await clock.advance(30 * SECOND)
    const status = supervisor.sourceStatus()
    expect(status).toMatchObject({ state: 'unreachable', message: 'getaddrinfo ENOTFOUND fapi.example' })
    expect(status.nextAttemptAt).toBeGreaterThan(clock.now())
    await clock.advance(HOUR - 30 * SECOND)
    const [last, before] = venue.attempts
      .filter((a) => a.plan === 'market')
      .map((a) => a.at)
      .slice(-2)
      .reverse() as [number, number]
    expect(last - before).toBeGreaterThanOrEqual(15 * SECOND)
    expect(last - before).toBeLessThanOrEqual(MINUTE)
    expect(lines.filter((line) => line.includes('ENOTFOUND')).length).toBeLessThanOrEqual(6)
    expect(lines.length).toBeLessThanOrEqual(7)
    // REST is tried by one for all.
    expect(venue.asked('serverTime').length).toBeGreaterThan(30)
    expect(venue.requests.length - venue.asked('serverTime').length).toBeLessThan(20)

    venue.refuse = () => null
    venue.failRest = () => null
    await clock.advance(70 * SECOND)
    expect(supervisor.sourceStatus()).toMatchObject({ state: 'live', message: null })
    expect(lines.at(-1)).toBe('the venue answers again')
    expect(venue.asked('openInterest').length).toBeGreaterThan(0)
    await supervisor.stop()
  })

  it('on REST alone leaves the sockets live, and open interest missing from the last good answer on', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(5 * MINUTE)
    const lastGood = Math.max(
      ...venue
        .asked('openInterest')
        .filter((r) => r.symbol === 'AUSDT')
        .map((r) => r.venueTime),
    )
    venue.failRest = () => new FeedError('unreachable', 'timed out')
    await clock.advance(50 * SECOND)
    expect(sink.gaps).toEqual([])
    await clock.advance(2 * MINUTE)
    expect(supervisor.sourceStatus()).toMatchObject({ state: 'live', message: 'timed out' })
    expect(sink.ledger(1, 'openInterest')).toMatchObject([{ from: lastGood, status: 'open' }])
    expect(supervisor.statusOf(1).openInterest?.state).toBe('late')
    venue.failRest = () => null
    await clock.advance(MINUTE)
    const [gap] = sink.ledger(1, 'openInterest')
    const next = venue.asked('openInterest').find((r) => r.symbol === 'AUSDT' && r.at > (gap?.at ?? 0) - 1)
    expect(gap?.to).toBe(next?.venueTime)
    expect(supervisor.statusOf(1).openInterest?.state).toBe('fresh')
    expect(sink.ledger(1).map((g) => g.channel)).toEqual(['openInterest'])
    await supervisor.stop()
  })
})

describe('one instrument that is refused', () => {
  it('does not stop the others, and is asked for less and less often', async () => {
    const { clock, venue, sink, lines, supervisor } = superviseFakeVenue()
    venue.failRest = (_, symbol) => (symbol === 'AUSDT' ? new FeedError('refused', 'Invalid symbol.') : null)
    supervisor.start()
    await clock.advance(HOUR)
    const asked = venue.asked('openInterest')
    expect(asked.filter((r) => r.symbol === 'BUSDT').length).toBeGreaterThanOrEqual(175)
    expect(asked.filter((r) => r.symbol === 'AUSDT').length).toBeLessThan(25)
    expect(sink.accepted.some((a) => a.instrumentId === 2 && a.event.type === 'longShortRatio')).toBe(true)
    expect(supervisor.sourceStatus()).toMatchObject({ state: 'live', message: null })
    expect(lines.some((line) => line === 'openInterest of AUSDT: Invalid symbol.')).toBe(true)
    expect(lines.length).toBeLessThan(80)
    await supervisor.stop()
  })
})

describe('messages', () => {
  it('that no mapper could read go to quarantine', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(5 * SECOND)
    venue.open('market')[0]?.sendUnknown('not JSON', '<html>')
    expect(sink.quarantined).toEqual([{ reason: 'not JSON', raw: '<html>' }])
    await supervisor.stop()
  })

  it('that come twice change nothing', async () => {
    const { clock, venue, sink, supervisor, states } = superviseFakeVenue()
    venue.doubles = true
    supervisor.start()
    await clock.advance(MINUTE)
    expect(states()).toMatchObject({ candle: 'fresh', depth: 'fresh' })
    const told = sink.covers.filter((c) => c.instrumentId === 1 && c.channel === 'candle').map((c) => c.to)
    expect([...told].sort((a, b) => a - b)).toEqual(told)
    expect(sink.gaps).toEqual([])
    await supervisor.stop()
  })

  it('of symbols that nobody follows are dropped', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(5 * SECOND)
    const event = { type: 'markPrice', time: START, markPrice: 1 } as const
    for (const socket of venue.open()) {
      socket.symbols = [...socket.symbols, 'ZUSDT']
      socket.send({ channel: 'candle', symbol: 'ZUSDT', time: venue.now() }, { events: [event] })
    }
    expect(sink.accepted.filter((a) => a.event === event)).toEqual([])
    await supervisor.stop()
  })
})

describe('clocks', () => {
  it.each([HOUR, -HOUR])('our own, set by %i ms, is no gap, no storm and no negative wait', async (leap) => {
    const { clock, venue, sink, lines, supervisor, states } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(MINUTE)
    const before = { covers: sink.covers.length, requests: venue.requests.length, now: supervisor.venueNow() as number }
    expect(supervisor.sourceStatus().details.clockOffsetMs).toBe(0)
    clock.set(leap)
    await clock.advance(MINUTE)
    expect(sink.gaps).toEqual([])
    expect(venue.attempts).toHaveLength(2)
    expect(venue.requests.length - before.requests).toBeLessThan(20)
    expect(states()).toMatchObject({ candle: 'fresh', markPrice: 'fresh', depth: 'fresh' })
    expect((supervisor.venueNow() as number) - before.now).toBeGreaterThan(58 * SECOND)
    expect((supervisor.venueNow() as number) - before.now).toBeLessThan(62 * SECOND)
    expect(sink.coveredTo(1, 'candle')).toBeLessThanOrEqual(venue.now())
    expect(supervisor.sourceStatus().details.clockOffsetMs).toBe(-leap)
    expect(lines.some((line) => line.includes('clock of this machine was set'))).toBe(true)
    await supervisor.stop()
  })

  it.each([HOUR, -HOUR])('the venue’s, off by %i ms for a while, moves no coverage into a time that has not come', async (fault) => {
    const { clock, venue, sink, supervisor, states } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(MINUTE)
    venue.clockFaultMs = fault
    await clock.advance(40 * SECOND)
    // Ahead it is seen for what it is; behind it could as well be history that the venue sends again.
    if (fault > 0) {
      expect(states()).toMatchObject({ candle: 'fresh', markPrice: 'fresh', liquidation: 'fresh' })
      expect(venue.attempts).toHaveLength(2)
    }
    venue.clockFaultMs = 0
    await clock.advance(2 * MINUTE)
    if (fault > 0) expect(sink.gaps).toEqual([])
    for (const { to } of sink.covers) expect(to).toBeLessThanOrEqual(venue.now())
    for (const { from, to } of sink.gaps) {
      expect(from).toBeGreaterThanOrEqual(START)
      expect(to).toBeLessThanOrEqual(venue.now())
    }
    expect(states()).toMatchObject({ candle: 'fresh', markPrice: 'fresh', liquidation: 'fresh' })
    expect(Math.abs((supervisor.venueNow() as number) - venue.now())).toBeLessThan(SECOND)
    await supervisor.stop()
  })

  it('the venue’s is told from ours by the median of three answers', async () => {
    const { clock, venue, supervisor } = superviseFakeVenue({ offsetMs: 1_234 })
    let n = 0
    const feed = venue.feed()
    const { serverTime } = feed.rest
    feed.rest.serverTime = async () => (await serverTime()) + (n++ % 3 === 0 ? 700 : 0)
    const { FeedSupervisor } = await import('./supervisor.ts')
    const sink = { accept: () => {}, cover: () => {}, gap: () => {}, quarantine: () => {} }
    const one = new FeedSupervisor({ feed, sink, options: {}, clock, random: () => 0.5, log: () => {}, longestSilence: async () => null })
    one.start()
    await clock.advance(SECOND)
    expect(one.sourceStatus().details.clockOffsetMs).toBe(1_234)
    await clock.advance(11 * MINUTE)
    expect(n).toBe(6)
    await one.stop()
    await supervisor.stop()
  })
})
