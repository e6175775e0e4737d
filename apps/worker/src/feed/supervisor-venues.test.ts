import { describe, expect, it } from 'vitest'
import { START, superviseFakeVenue } from '../../test/feed-harness.ts'
import { TakerCandles } from './taker-candles.ts'
import { TakerTally } from './taker-tally.ts'
import type { Reading } from './venue-feed.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('a venue that does not publish everything', () => {
  it('has no state of what it does not publish, and nobody asks for it', async () => {
    const { clock, venue, sink, supervisor, states } = superviseFakeVenue({
      feed: { sockets: [{ name: 'all', channels: ['candle', 'markPrice', 'depth'] }], pollMs: { longShortRatio: null } },
      options: { ratioPollMs: 1_000 },
    })
    supervisor.start()
    await clock.advance(12 * HOUR)
    expect(states()).toEqual({ candle: 'fresh', markPrice: 'fresh', depth: 'fresh', openInterest: 'fresh', funding: 'fresh' })
    expect(venue.requests.filter((r) => r.what.startsWith('ratio'))).toEqual([])
    expect(sink.ledger(1, 'longShortRatio')).toEqual([])
    expect(sink.ledger(1, 'liquidation')).toEqual([])
    await supervisor.stop()
  })

  it('brings by a socket what others are asked for', async () => {
    const { clock, venue, supervisor, states } = superviseFakeVenue({
      feed: {
        sockets: [
          { name: 'market', channels: ['candle', 'markPrice', 'openInterest'] },
          { name: 'public', channels: ['depth'] },
        ],
        maxSilenceMs: { candle: 20_000, markPrice: 10_000, depth: 15_000, openInterest: 30_000 },
        pollMs: { openInterest: null, funding: null, longShortRatio: null },
      },
    })
    supervisor.start()
    await clock.advance(10 * SECOND)
    venue.publish('openInterest', 'AUSDT')
    await clock.advance(25 * SECOND)
    expect(states()).toEqual({ candle: 'fresh', markPrice: 'fresh', openInterest: 'fresh', depth: 'fresh' })
    expect(venue.requests.filter((r) => r.what !== 'serverTime')).toEqual([])
    await clock.advance(20 * SECOND)
    expect(states().openInterest).toBe('late')
    await supervisor.stop()
  })

  it('has each of its sockets replaced before the planned end, with an overlap', async () => {
    const life = 2 * HOUR
    const { clock, venue, sink, supervisor } = superviseFakeVenue({
      feed: {
        socketLifeMs: life,
        sockets: [
          { name: 'one', channels: ['candle', 'liquidation'] },
          { name: 'two', channels: ['markPrice'] },
          { name: 'three', channels: ['depth'] },
        ],
      },
    })
    supervisor.start()
    for (let hours = 0; hours < 7; hours++) {
      await clock.advance(HOUR)
      for (const socket of venue.open()) expect(clock.monotonic() - socket.openedAt).toBeLessThan(life)
    }
    for (const name of ['one', 'two', 'three']) expect(venue.countOpened(name)).toBeGreaterThanOrEqual(4)
    // All that was missed is the time before the first messages.
    expect([...sink.ledger(1), ...sink.ledger(2)].filter((gap) => gap.to > START + 10 * SECOND)).toEqual([])
    await supervisor.stop()
  })
})

describe('liquidations of a venue whose candles do not count trades', () => {
  /** Candles pass by the trades that a tally hears, as in a venue's dialect. */
  function tallied(tradesUntil: number) {
    const harness = superviseFakeVenue({ symbols: ['AUSDT'], longestSilence: 5 * MINUTE })
    const { clock, venue } = harness
    const candles = new TakerCandles({ tally: new TakerTally(), clock, emit: () => undefined })
    const publish = venue.publish.bind(venue)
    venue.publish = (channel, symbol, extra = {}) => {
      if (channel !== 'candle') return publish(channel, symbol, extra)
      const time = Math.floor(venue.now())
      if (clock.monotonic() < tradesUntil) candles.trades(symbol, [{ time, price: 1, quantity: 1, buy: true }])
      const reading: Reading = candles.pass({ kind: 'data', channel, symbol, venueTime: time, events: [] }, null, clock.now())
      publish(channel, symbol, reading.kind === 'data' && reading.tradeCount !== undefined ? { tradeCount: reading.tradeCount } : {})
    }
    harness.supervisor.start()
    return harness
  }

  it('are suspect when they are silent while it trades', async () => {
    const { clock, venue, supervisor, states } = tallied(Number.POSITIVE_INFINITY)
    await clock.advance(10 * SECOND)
    venue.publish('liquidation', 'AUSDT')
    await clock.advance(29 * MINUTE)
    expect(states().liquidation).toBe('fresh')
    await clock.advance(2 * MINUTE)
    expect(states()).toMatchObject({ liquidation: 'suspect', candle: 'fresh' })
    await supervisor.stop()
  })

  it('are not suspect where trades have ended, though candles go on', async () => {
    const { clock, venue, supervisor, states } = tallied(10 * MINUTE)
    await clock.advance(10 * SECOND)
    venue.publish('liquidation', 'AUSDT')
    await clock.advance(HOUR)
    expect(states()).toMatchObject({ liquidation: 'fresh', candle: 'fresh' })
    await supervisor.stop()
  })
})
