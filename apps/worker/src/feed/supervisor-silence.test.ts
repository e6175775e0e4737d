import { describe, expect, it } from 'vitest'
import { START, superviseFakeVenue } from '../../test/feed-harness.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000

describe('silence', () => {
  it('of one channel makes it late, and after twice its limit replaces the socket without a gap in the others', async () => {
    const { clock, venue, sink, supervisor, states } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(40 * SECOND)
    const first = venue.open('market')[0]
    const silentAt = clock.monotonic()
    venue.sends = (message, socket) => socket !== first || message.channel !== 'candle' || message.symbol !== 'AUSDT'
    await clock.advance(19 * SECOND)
    expect(states().candle).toBe('fresh')
    await clock.advance(2 * SECOND)
    expect(states()).toMatchObject({ candle: 'late', markPrice: 'fresh', depth: 'fresh', liquidation: 'fresh' })
    expect(states(2).candle).toBe('fresh')
    expect(first?.closed).toBe(false)
    await clock.advance(25 * SECOND)
    expect(first?.closed).toBe(true)
    expect(states().candle).toBe('fresh')
    const second = venue.open('market')[0]
    expect(second?.openedAt).toBeGreaterThan(silentAt + 39 * SECOND)
    const [gap] = sink.ledger(1, 'candle')
    expect(gap).toMatchObject({ status: 'open' })
    expect(gap?.from).toBeGreaterThanOrEqual(START + silentAt - SECOND)
    expect(gap?.from).toBeLessThanOrEqual(START + silentAt)
    expect(gap?.to).toBeGreaterThanOrEqual(START + (second?.openedAt ?? 0))
    expect(sink.gaps.filter((g) => g.channel !== 'candle' || g.instrumentId !== 1)).toEqual([])
    await supervisor.stop()
  })

  it('of a channel that never comes causes no storm', async () => {
    const { clock, venue, sink, supervisor, states } = superviseFakeVenue()
    venue.sends = ({ channel, symbol }) => channel !== 'candle' || symbol !== 'AUSDT'
    supervisor.start()
    await clock.advance(4 * HOUR)
    expect(states()).toMatchObject({ candle: 'late', markPrice: 'fresh' })
    expect(venue.countOpened('market')).toBeGreaterThan(3)
    expect(venue.countOpened('market')).toBeLessThan(14)
    expect(venue.countOpened('public')).toBe(1)
    // The others did not suffer: their sockets overlapped.
    expect(sink.gaps.filter((g) => g.channel !== 'candle')).toEqual([])
    await supervisor.stop()
  })

  it('of everything that one market sends takes the proof from its liquidations', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(40 * SECOND)
    const first = venue.open('market')[0]
    const silentAt = clock.monotonic()
    venue.sends = (message, socket) => socket !== first || message.symbol !== 'AUSDT'
    await clock.advance(MINUTE)
    const [gap] = sink.ledger(1, 'liquidation')
    expect(gap).toMatchObject({ status: 'unrecoverable' })
    expect(gap?.from).toBeLessThanOrEqual(START + silentAt)
    expect(gap?.from).toBeGreaterThanOrEqual(START + silentAt - 2 * SECOND)
    expect(gap?.to).toBeGreaterThanOrEqual(START + (venue.open('market')[0]?.openedAt ?? 0))
    expect(sink.ledger(2)).toEqual([])
    await supervisor.stop()
  })

  it('is measured by the limits of the source where it has its own', async () => {
    const { clock, venue, supervisor } = superviseFakeVenue({ options: { maxSilenceMs: { markPrice: 2_000 } } })
    supervisor.start()
    await clock.advance(10 * SECOND)
    expect(supervisor.statusOf(1).markPrice?.limitMs).toBe(2_000)
    expect(supervisor.statusOf(1).candle?.limitMs).toBe(20_000)
    expect(supervisor.statusOf(1).liquidation?.limitMs).toBeNull()
    const first = venue.open('market')[0]
    venue.sends = (_, socket) => socket.plan.name !== 'market'
    await clock.advance(3.5 * SECOND)
    expect(first?.closed).toBe(true)
    await supervisor.stop()
  })

  it('of liquidations proves nothing while the socket delivers, and is covered', async () => {
    const { clock, sink, supervisor, states } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(20 * MINUTE)
    expect(states().liquidation).toBe('fresh')
    expect(sink.coveredTo(1, 'liquidation')).toBeGreaterThan(START + 20 * MINUTE - 4 * SECOND)
    expect(sink.coveredTo(1, 'liquidation')).toBeLessThanOrEqual(START + 20 * MINUTE - SECOND)
    const at = sink.covers.filter((c) => c.instrumentId === 1 && c.channel === 'liquidation').map((c) => c.at)
    at.slice(1).forEach((t, i) => {
      expect(t - (at[i] as number)).toBeGreaterThanOrEqual(SECOND)
    })
    await supervisor.stop()
  })
})

describe('liquidations that are silent for too long', () => {
  const HALF_HOUR = 30 * MINUTE

  it.each([
    { longestSilence: 2 * MINUTE, suspectAfter: HALF_HOUR },
    { longestSilence: 20 * MINUTE, suspectAfter: HOUR },
    { longestSilence: null, suspectAfter: 6 * HOUR },
  ])('are suspect after $suspectAfter ms where $longestSilence ms are known', async ({ longestSilence, suspectAfter }) => {
    const { clock, venue, sink, supervisor, states } = superviseFakeVenue({ longestSilence })
    supervisor.start()
    await clock.advance(10 * SECOND)
    venue.publish('liquidation', 'AUSDT')
    await clock.advance(suspectAfter - MINUTE)
    expect(states()).toMatchObject({ liquidation: 'fresh' })
    await clock.advance(2 * MINUTE)
    expect(states()).toMatchObject({ liquidation: 'suspect', candle: 'fresh' })
    expect(sink.gaps).toEqual([])
    venue.publish('liquidation', 'AUSDT')
    await clock.advance(SECOND)
    expect(states().liquidation).toBe('fresh')
    await supervisor.stop()
  })

  it('are not suspect where nobody trades', async () => {
    const { clock, venue, supervisor, states } = superviseFakeVenue({ longestSilence: MINUTE })
    supervisor.start()
    await clock.advance(10 * SECOND)
    // Candles go on with the same number of trades.
    venue.trades = 1
    const still = venue.publish.bind(venue)
    venue.publish = (channel, symbol, extra) => still(channel, symbol, channel === 'candle' ? { tradeCount: 1 } : extra)
    await clock.advance(HOUR)
    expect(states()).toMatchObject({ candle: 'fresh', liquidation: 'fresh' })
    await supervisor.stop()
  })
})
