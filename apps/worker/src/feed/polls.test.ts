import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { START, superviseFakeVenue } from '../../test/feed-harness.ts'
import { waitForSlot } from './polls.ts'
import { FeedError } from './venue-feed.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000

const untilMinute = (time: number): number => MINUTE - (time % MINUTE)

describe('when open interest is asked for', () => {
  it('is once in the last eight seconds of every minute, whatever the period, and never more often than allowed', () => {
    const periods = fc.integer({ min: 1_000, max: 5 * MINUTE })
    const cases = fc.tuple(periods, fc.constantFrom(1, 6, 60), fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: HOUR }))
    fc.assert(
      fc.property(cases, ([pollMs, pace, instrumentId, offset]) => {
        let venueNow = START + offset
        const times: number[] = []
        for (let n = 0; n < 40; n++) {
          const wait = waitForSlot(venueNow, pace, pollMs, instrumentId)
          expect(wait).toBeGreaterThan(0)
          venueNow += wait * pace
          times.push(venueNow)
        }
        times.slice(1).forEach((time, i) => {
          expect((time - (times[i] as number)) / pace).toBeGreaterThanOrEqual(pollMs * 0.98)
        })
        // Where polls are allowed once a minute or more often, every minute has one at its end.
        const minutes = new Set(times.filter((time) => untilMinute(time) <= 8 * SECOND).map((time) => Math.floor(time / MINUTE)))
        const from = Math.floor((times[0] as number) / MINUTE) + 1
        const to = Math.floor((times.at(-1) as number) / MINUTE)
        if (pollMs * pace <= MINUTE) for (let minute = from; minute < to; minute++) expect(minutes.has(minute)).toBe(true)
        else for (const time of times) expect(untilMinute(time)).toBeLessThanOrEqual(8 * SECOND)
      }),
    )
  })

  it('is not the same moment for all instruments', () => {
    const waits = Array.from({ length: 20 }, (_, i) => waitForSlot(START, 1, 20 * SECOND, i + 1))
    expect(new Set(waits.map((wait) => Math.round(wait / 100))).size).toBeGreaterThan(12)
  })

  it('begins at once for everything that is followed, not at the same moment', async () => {
    const { clock, venue, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(3 * SECOND)
    const first = venue.asked('openInterest')
    expect(first.map((r) => r.symbol).sort()).toEqual(['AUSDT', 'BUSDT'])
    expect(first[0]?.at).not.toBe(first[1]?.at)
    await supervisor.stop()
  })

  it('is the venue’s minute, also where its clock is another one', async () => {
    for (const { pace, offsetMs } of [
      { pace: 1, offsetMs: 17_345 },
      { pace: 6, offsetMs: -5 * MINUTE },
    ]) {
      const { clock, venue, sink, supervisor } = superviseFakeVenue({ pace, offsetMs })
      supervisor.start()
      await clock.advance(20 * MINUTE)
      const times = venue.asked('openInterest').filter((r) => r.symbol === 'AUSDT' && r.at > 30 * SECOND)
      const atEnd = times.filter((r) => untilMinute(r.venueTime) <= 8 * SECOND)
      expect(new Set(atEnd.map((r) => Math.floor(r.venueTime / MINUTE))).size).toBeGreaterThanOrEqual(Math.floor(19 * Math.min(pace, 3)))
      const gaps = times.slice(1).map((r, i) => r.at - (times[i] as { at: number }).at)
      expect(Math.min(...gaps)).toBeGreaterThan(15 * SECOND)
      expect(sink.gaps).toEqual([])
      expect(sink.coveredTo(1, 'openInterest')).toBe(times.at(-1)?.venueTime)
      await supervisor.stop()
    }
  })
})

describe('ratios', () => {
  it('are asked for after each five minutes until the new ones are there', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(31 * MINUTE)
    const times = sink.accepted.flatMap((a) =>
      a.instrumentId === 1 && a.event.type === 'longShortRatio' && a.event.kind === 'takerVolume' ? [a.event.time] : [],
    )
    expect(new Set(times)).toEqual(new Set([-1, 0, 1, 2, 3, 4, 5, 6].map((n) => START + n * 5 * MINUTE)))
    expect(sink.coveredTo(1, 'longShortRatio')).toBe(START + 30 * MINUTE)
    // About one question per kind and five minutes.
    expect(venue.asked('ratio accounts').filter((r) => r.symbol === 'AUSDT').length).toBeLessThanOrEqual(12)
    expect(sink.gaps).toEqual([])
    await supervisor.stop()
  })

  it('that come late are waited for, and the next question comes later', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    venue.ratioDelayMs = 50 * SECOND
    supervisor.start()
    await clock.advance(4 * HOUR)
    expect(sink.coveredTo(1, 'longShortRatio')).toBeGreaterThanOrEqual(START + 4 * HOUR - 5 * MINUTE)
    const late = venue.asked('ratio accounts').filter((r) => r.symbol === 'AUSDT' && r.at > 3 * HOUR)
    expect(late.length).toBeGreaterThanOrEqual(12)
    expect(late.length).toBeLessThanOrEqual(26)
    await supervisor.stop()
  })

  it('that never come are not asked for without end', async () => {
    const { clock, venue, supervisor } = superviseFakeVenue()
    venue.ratioDelayMs = 24 * HOUR
    supervisor.start()
    await clock.advance(HOUR)
    expect(venue.asked('ratio accounts').filter((r) => r.symbol === 'AUSDT').length).toBeLessThanOrEqual(65)
    await supervisor.stop()
  })

  it('of a kind that the venue refuses do not keep the others away', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    venue.failRest = (what) => (what === 'ratio topAccounts' ? new FeedError('refused', 'unknown') : null)
    supervisor.start()
    await clock.advance(11 * MINUTE)
    const kinds = new Set(sink.accepted.flatMap((a) => (a.event.type === 'longShortRatio' ? [a.event.kind] : [])))
    expect(kinds).toEqual(new Set(['accounts', 'topPositions', 'takerVolume']))
    expect(sink.coveredTo(1, 'longShortRatio')).toBe(START + 10 * MINUTE)
    await supervisor.stop()
  })

  it('and funding that were not asked for during an outage are fetched after it, and nothing is missing', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(6 * MINUTE)
    const mute = (what: string) => (what.startsWith('ratio') || what === 'funding' ? new FeedError('failed', 'HTTP 500') : null)
    venue.failRest = mute
    await clock.advance(12 * MINUTE)
    venue.failRest = () => null
    await clock.advance(3 * MINUTE)
    expect(sink.gaps).toEqual([])
    expect(sink.coveredTo(1, 'longShortRatio')).toBe(START + 20 * MINUTE)
    expect(sink.coveredTo(1, 'funding')).toBeGreaterThan(START + 18 * MINUTE)
    await supervisor.stop()
  })

  it('that fail for more than three periods leave an open gap from the last good one', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(6 * MINUTE)
    venue.failRest = (what) => (what.startsWith('ratio') ? new FeedError('failed', 'HTTP 500') : null)
    await clock.advance(20 * MINUTE)
    expect(sink.ledger(1)).toMatchObject([{ channel: 'longShortRatio', from: START + 5 * MINUTE, status: 'open' }])
    expect(supervisor.statusOf(1).longShortRatio?.state).toBe('late')
    venue.failRest = () => null
    await clock.advance(5 * MINUTE)
    expect(supervisor.statusOf(1).longShortRatio?.state).toBe('fresh')
    expect(sink.coveredTo(1, 'longShortRatio')).toBe(START + 30 * MINUTE)
    await supervisor.stop()
  })
})

describe('funding', () => {
  it('is asked for right after the settlement that the marks told, until it is there', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue({ offsetMs: 7.5 * HOUR })
    const settlement = START + 8 * HOUR
    const still = venue.publish.bind(venue)
    venue.publish = (channel, symbol, extra) => {
      const next = venue.now() < settlement ? settlement : settlement + 8 * HOUR
      const mark = { type: 'markPrice', time: Math.floor(venue.now()), markPrice: 100, nextFundingTime: next } as const
      still(channel, symbol, channel === 'markPrice' ? { events: [mark] } : extra)
    }
    supervisor.start()
    await clock.advance(29 * MINUTE)
    const funding = () => sink.accepted.flatMap((a) => (a.instrumentId === 1 && a.event.type === 'funding' ? [a.event.time] : []))
    expect(new Set(funding())).toEqual(new Set([START]))
    await clock.advance(75 * SECOND)
    expect(new Set(funding())).toEqual(new Set([START, settlement]))
    const after = venue.asked('funding').filter((r) => r.symbol === 'AUSDT' && r.venueTime > settlement)
    expect(after[0]?.venueTime).toBeLessThan(settlement + 10 * SECOND)
    expect(after.length).toBeLessThanOrEqual(3)
    expect(sink.gaps).toEqual([])
    await supervisor.stop()
  })

  it('is not covered beyond a settlement that has not been seen', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue({ offsetMs: 7.9 * HOUR })
    const settlement = START + 8 * HOUR
    venue.fundingDelayMs = 90 * SECOND
    const still = venue.publish.bind(venue)
    venue.publish = (channel, symbol, extra) => {
      const next = venue.now() < settlement ? settlement : settlement + 8 * HOUR
      const mark = { type: 'markPrice', time: Math.floor(venue.now()), markPrice: 100, nextFundingTime: next } as const
      still(channel, symbol, channel === 'markPrice' ? { events: [mark] } : extra)
    }
    supervisor.start()
    await clock.advance(6 * MINUTE + 70 * SECOND)
    expect(sink.coveredTo(1, 'funding')).toBeLessThanOrEqual(settlement)
    await clock.advance(2 * MINUTE)
    expect(sink.coveredTo(1, 'funding')).toBeGreaterThan(settlement)
    await supervisor.stop()
  })
})
