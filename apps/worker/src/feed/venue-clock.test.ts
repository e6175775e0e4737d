import { describe, expect, it } from 'vitest'
import { START } from '../../test/feed-harness.ts'
import { ManualClock } from '../../test/manual-clock.ts'
import { VenueClock } from './venue-clock.ts'

const HOUR = 3_600_000

/** Messages every `everyMs` of ours for `forMs`, each `way(i)` ms under way; `shift` is added to their times. */
async function listen(
  clock: ManualClock,
  venue: VenueClock,
  { forMs, everyMs = 200, pace = 1, way = () => 0, shift = 0, zero = 0 }: Listening,
): Promise<boolean[]> {
  const believed: boolean[] = []
  for (let i = 0; i * everyMs < forMs; i++) {
    await clock.advance(everyMs)
    believed.push(venue.observe(START + (clock.monotonic() - zero - way(i)) * pace + shift))
  }
  return believed
}
interface Listening {
  forMs: number
  everyMs?: number
  pace?: number
  way?: (i: number) => number
  shift?: number
  /** our monotonic clock at the venue's START */
  zero?: number
}

describe('the venue’s clock', () => {
  it('is unknown before anything came', () => {
    expect(new VenueClock(new ManualClock(START)).estimate()).toBeNull()
  })

  it('goes by the messages that were under way for the shortest time', async () => {
    const clock = new ManualClock(START)
    const venue = new VenueClock(clock)
    await listen(clock, venue, { forMs: 30_000, way: (i) => 40 + (i % 10) * 90 })
    await clock.advance(700)
    expect(venue.pace).toBe(1)
    expect(venue.estimate()).toBeCloseTo(START + clock.monotonic() - 40, 3)
  })

  it.each([2, 6, 60])('learns that it runs %i times as fast as ours', async (pace) => {
    const clock = new ManualClock(START)
    const venue = new VenueClock(clock)
    await listen(clock, venue, { forMs: 10_000, pace, way: (i) => (i % 7) * 8 })
    expect(venue.pace).toBe(pace)
    await clock.advance(20_000)
    expect(venue.estimate()).toBeCloseTo(START + clock.monotonic() * pace, 3)
    // After an outage its time is no surprise.
    expect(await listen(clock, venue, { forMs: 2_000, pace })).not.toContain(false)
  })

  it('is not moved by old messages', async () => {
    const clock = new ManualClock(START)
    const venue = new VenueClock(clock)
    await listen(clock, venue, { forMs: 10_000 })
    for (let i = 0; i < 100; i++) expect(venue.observe(START - HOUR + i * 1_000)).toBe(true)
    expect(venue.pace).toBe(1)
    expect(venue.estimate()).toBeCloseTo(START + clock.monotonic(), 3)
  })

  it('does not believe a leap, and forgets it when it is over', async () => {
    const clock = new ManualClock(START)
    const venue = new VenueClock(clock)
    await listen(clock, venue, { forMs: 10_000 })
    const during = await listen(clock, venue, { forMs: 50_000, shift: HOUR })
    expect(during).not.toContain(true)
    expect(await listen(clock, venue, { forMs: 5_000 })).not.toContain(false)
    expect(venue.estimate()).toBeCloseTo(START + clock.monotonic(), 3)
  })

  it('believes a leap that stays', async () => {
    const clock = new ManualClock(START)
    const venue = new VenueClock(clock)
    await listen(clock, venue, { forMs: 10_000 })
    const after = await listen(clock, venue, { forMs: 90_000, shift: HOUR })
    expect(after[0]).toBe(false)
    expect(after.at(-1)).toBe(true)
    expect(venue.estimate()).toBeCloseTo(START + HOUR + clock.monotonic(), 3)
  })

  it('follows a clock that was set back for good', async () => {
    const clock = new ManualClock(START)
    const venue = new VenueClock(clock)
    await listen(clock, venue, { forMs: 10_000 })
    await listen(clock, venue, { forMs: 90_000, shift: -HOUR })
    expect(venue.estimate()).toBeCloseTo(START - HOUR + clock.monotonic(), 3)
  })

  it('takes the leap of a machine that slept for what it is', async () => {
    const clock = new ManualClock(START)
    const venue = new VenueClock(clock)
    await listen(clock, venue, { forMs: 10_000 })
    clock.set(8 * HOUR)
    expect(venue.observe(START + 8 * HOUR + clock.monotonic())).toBe(true)
  })

  it('is not taken in by a history that comes before the first message', async () => {
    const clock = new ManualClock(START)
    const venue = new VenueClock(clock)
    for (let i = 0; i < 50; i++) venue.observe(START - 5 * HOUR + i * 1_000)
    expect(await listen(clock, venue, { forMs: 5_000 })).not.toContain(false)
    expect(venue.estimate()).toBeCloseTo(START + clock.monotonic(), 3)
  })
})
