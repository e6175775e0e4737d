import type { DepthEvent } from '@faultline/market/event'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/manual-clock.ts'
import { FeedError, type Reading } from '../feed/venue-feed.ts'
import { DepthPolls } from './depth-polls.ts'

const T = 1_772_366_400_000
const MINUTE = 60_000

/** A venue whose clock goes `pace` times as fast as ours. */
function polled(pace = 1) {
  const clock = new ManualClock(T)
  const got = { readings: [] as Reading[], lines: [] as string[], asked: [] as string[], fails: false }
  const polls = new DepthPolls({
    ask: async (symbol) => {
      got.asked.push(symbol)
      if (got.fails) throw new FeedError('failed', 'venue answered 503')
      const book: DepthEvent = { type: 'depth', time: T + pace * (clock.now() - T), bids: [[1, 2]], asks: [[3, 4]] }
      return book
    },
    handlers: { onReading: (reading) => got.readings.push(reading), onClosed: () => undefined },
    log: (line) => got.lines.push(line),
    clock,
  })
  return { clock, polls, got }
}
const timesOf = (readings: readonly Reading[]) => readings.map((r) => (r.kind === 'data' ? r.venueTime - T : r.kind))

describe('books by asking', () => {
  it('come at once, and then once in each minute of the venue’s clock', async () => {
    const { clock, polls, got } = polled()
    await polls.setSymbols(['ETHUSDT'])
    await clock.advance(3 * MINUTE + 500)
    expect(timesOf(got.readings)).toEqual([0, 2_000, MINUTE, 2 * MINUTE, 3 * MINUTE])
    expect(got.readings[0]).toEqual({
      kind: 'data',
      channel: 'depth',
      symbol: 'ETHUSDT',
      venueTime: T,
      events: [{ type: 'depth', time: T, bids: [[1, 2]], asks: [[3, 4]] }],
    })
    await polls.close()
  })

  it('follow a clock that goes faster than ours', async () => {
    const { clock, polls, got } = polled(60)
    await polls.setSymbols(['ETHUSDT'])
    await clock.advance(6_000)
    expect(timesOf(got.readings)).toEqual([0, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE, 5 * MINUTE, 6 * MINUTE])
    await polls.close()
  })

  it('of several instruments are spread over the minute', async () => {
    const { clock, polls, got } = polled()
    await polls.setSymbols(['A', 'B', 'C'])
    await clock.advance(2 * MINUTE)
    got.readings.length = 0
    await clock.advance(MINUTE - 1)
    expect(timesOf(got.readings)).toEqual([2 * MINUTE + 1_500, 2 * MINUTE + 3_000])
    await polls.close()
  })

  it('that cannot be had are asked for again, and it is said once', async () => {
    const { clock, polls, got } = polled()
    got.fails = true
    await polls.setSymbols(['ETHUSDT'])
    await clock.advance(MINUTE)
    expect(got.asked).toHaveLength(3)
    expect(got.lines).toEqual(['the book of ETHUSDT could not be had: venue answered 503'])
    got.fails = false
    await clock.advance(30_000)
    expect(got.readings).toHaveLength(1)
    await polls.close()
  })

  it('end with their instrument and with the socket', async () => {
    const { clock, polls, got } = polled()
    await polls.setSymbols(['A', 'B'])
    await clock.advance(2_000)
    await polls.setSymbols(['B'])
    got.asked.length = 0
    await clock.advance(MINUTE)
    expect(got.asked).toEqual(['B'])
    await polls.close()
    await clock.advance(10 * MINUTE)
    expect(got.asked).toEqual(['B'])
    await expect(polls.setSymbols(['A'])).rejects.toMatchObject({ code: 'unreachable' })
  })
})
