import { describe, expect, it } from 'vitest'
import type { FakeVenue, RecordingSink } from '../../test/fake-feed.ts'
import { START, superviseFakeVenue } from '../../test/feed-harness.ts'

const SECOND = 1_000
const MINUTE = 60_000
const SOCKET_CHANNELS = ['candle', 'markPrice', 'liquidation', 'depth'] as const

/** Messages that nobody got and that no gap names. */
function unaccounted(venue: FakeVenue, sink: RecordingSink, since: number): unknown[] {
  return venue.sent.filter((message) => {
    if (message.delivered > 0 || message.time < since) return false
    const gaps = sink.ledger(message.symbol === 'AUSDT' ? 1 : 2, message.channel)
    return !gaps.some((gap) => gap.from <= message.time && message.time < gap.to)
  })
}

describe('gaps', () => {
  it('go from what was covered to what came first after the new subscription, recoverable or not', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(30_400)
    expect(sink.gaps).toEqual([])
    const cutAt = venue.now()
    const beganAt = clock.monotonic()
    venue.refuse = () => (clock.monotonic() - beganAt < 12_000 ? new Error('no') : null)
    venue.cutAll()
    for (let n = 0; n < 40; n++) {
      await clock.advance(500)
      if (n % 2 === 0) venue.publish('liquidation', 'AUSDT')
    }
    const opened = venue.open('market')[0]
    const openedAt = START + (opened?.openedAt ?? 0)
    for (const channel of ['candle', 'markPrice', 'liquidation'] as const) {
      const [gap, ...others] = sink.ledger(1, channel)
      expect(others).toEqual([])
      expect(gap?.status).toBe(channel === 'candle' ? 'open' : 'unrecoverable')
      // Marks come each second: the last one before the cut may be that old, and so may what the socket proves of liquidations.
      expect(gap?.from).toBeGreaterThanOrEqual(cutAt - 2 * SECOND)
      expect(gap?.from).toBeLessThanOrEqual(cutAt)
      expect(gap?.to).toBeGreaterThanOrEqual(openedAt)
      expect(gap?.to).toBeLessThanOrEqual(openedAt + 2 * SECOND)
    }
    // The other socket may have waited longer. Nothing is said to be missing that lies well after the outage.
    await clock.advance(MINUTE)
    expect(unaccounted(venue, sink, START + 5_000)).toEqual([])
    expect(sink.ledger(1)).toHaveLength(4)
    await supervisor.stop()
  })

  it('are entered after three seconds, grow while the outage lasts, and end where it ended', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(20 * SECOND)
    const cutAt = clock.monotonic()
    venue.refuse = () => new Error('no')
    venue.cutAll()
    await clock.advance(60 * SECOND)
    const early = sink.gaps.filter((g) => g.instrumentId === 1 && g.channel === 'liquidation')
    expect(early[0]?.at).toBeGreaterThanOrEqual(cutAt + 3 * SECOND)
    expect(early[0]?.at).toBeLessThan(cutAt + 4 * SECOND)
    expect(early.length).toBeGreaterThanOrEqual(11)
    expect(early.length).toBeLessThanOrEqual(13)
    expect(new Set(early.map((g) => g.from)).size).toBe(1)
    expect(supervisor.statusOf(1).liquidation?.state).toBe('late')
    venue.refuse = () => null
    await clock.advance(60 * SECOND)
    const [gap] = sink.ledger(1, 'liquidation')
    const opened = START + (venue.open('market')[0]?.openedAt ?? 0)
    expect(gap?.to).toBeGreaterThanOrEqual(opened)
    expect(gap?.to).toBeLessThan(opened + SECOND)
    expect(supervisor.statusOf(1).liquidation?.state).toBe('fresh')
    await supervisor.stop()
  })

  it('account for every message that was lost, whatever the outages', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { clock, venue, sink, supervisor } = superviseFakeVenue({ seed, offsetMs: 37_123 })
      supervisor.start()
      await clock.advance(10 * SECOND)
      for (let n = 0; n < 8; n++) {
        const until = clock.monotonic() + ((seed * 7 + n * 5) % 13) * SECOND
        if (n % 2 === 0) venue.refuse = () => (clock.monotonic() < until ? new Error('no') : null)
        venue.cutAll()
        for (let k = 0; k < 30; k++) {
          await clock.advance(437)
          venue.publish('liquidation', 'BUSDT')
        }
        venue.refuse = () => null
        await clock.advance(35 * SECOND)
      }
      expect(unaccounted(venue, sink, START + 37_123 + 5_000)).toEqual([])
      expect(sink.gaps.every((g) => g.from < g.to)).toBe(true)
      await supervisor.stop()
    }
  })

  it('at the start go from where the last run ended', async () => {
    const before = START - 10 * MINUTE
    const coveredTo = { candle: before, liquidation: before, openInterest: before, longShortRatio: before, funding: before }
    const { clock, venue, sink, supervisor } = superviseFakeVenue({ coveredTo })
    supervisor.start()
    await clock.advance(15 * SECOND)
    const opened = START + (venue.open('market')[0]?.openedAt ?? 0)
    expect(sink.ledger(1, 'liquidation')).toMatchObject([{ from: before, status: 'unrecoverable' }])
    expect(sink.ledger(1, 'candle')).toMatchObject([{ from: before, status: 'open' }])
    expect(sink.ledger(1, 'openInterest')).toMatchObject([{ from: before, status: 'open' }])
    for (const { to } of sink.ledger(1)) {
      expect(to).toBeGreaterThanOrEqual(opened)
      expect(to).toBeLessThan(opened + 4 * SECOND)
    }
    // Marks were never covered, ratios and funding were simply asked for from there on.
    expect(sink.ledger(1, 'markPrice')).toEqual([])
    expect(sink.ledger(1, 'longShortRatio')).toEqual([])
    expect(sink.ledger(1, 'funding')).toEqual([])
    const ratios = sink.accepted.filter((a) => a.instrumentId === 1 && a.event.type === 'longShortRatio' && a.event.kind === 'accounts')
    expect(ratios.map((a) => 'time' in a.event && a.event.time)).toEqual([START - 5 * MINUTE, START])
    await supervisor.stop()
  })

  it('are none where nothing was before', async () => {
    const { clock, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(2 * MINUTE)
    expect(sink.gaps).toEqual([])
    await supervisor.stop()
  })

  it('go on while the new socket is acknowledged and brings nothing', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(30 * SECOND)
    venue.sends = () => false
    const stalledAt = clock.monotonic()
    // Twelve seconds until the silence is believed, and the next socket stays silent as well.
    await clock.advance(19 * SECOND)
    expect(venue.open('market')[0]?.openedAt).toBeGreaterThan(stalledAt)
    const resumedAt = venue.now()
    venue.sends = () => true
    await clock.advance(5 * SECOND)
    const [gap] = sink.ledger(1, 'liquidation')
    expect(gap?.to).toBeGreaterThanOrEqual(resumedAt)
    expect(gap?.to).toBeLessThan(resumedAt + 4 * SECOND)
    await supervisor.stop()
  })

  it('end at the subscription, not in the history that the venue sends first', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(30 * SECOND)
    const lastTime = supervisor.statusOf(1).candle?.lastTime ?? 0
    venue.onSubscribe = (socket) => {
      const dump = (): void => {
        for (let i = 100; i > 0; i--)
          for (const channel of SOCKET_CHANNELS) socket.send({ channel, symbol: 'AUSDT', time: venue.now() - i * 150 })
      }
      // Some of it before the acknowledgement, some after.
      dump()
      clock.setTimeout(dump, 20)
    }
    let refuse = true
    venue.refuse = () => (refuse ? new Error('no') : null)
    venue.cutAll()
    await clock.advance(10 * SECOND)
    expect(supervisor.statusOf(1).candle?.lastTime).toBe(lastTime)
    refuse = false
    await clock.advance(40 * SECOND)
    const opened = START + (venue.open('market')[0]?.openedAt ?? 0)
    for (const channel of ['candle', 'markPrice', 'liquidation'] as const)
      expect(sink.ledger(1, channel)[0]?.to).toBeGreaterThanOrEqual(opened)
    expect(unaccounted(venue, sink, START + 5_000)).toEqual([])
    await supervisor.stop()
  })
})

describe('old messages', () => {
  it('are stored as they are, and neither make a channel fresh nor move its coverage', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(20 * SECOND)
    venue.sends = () => false
    await clock.advance(5 * SECOND)
    const before = supervisor.statusOf(1).candle
    const event = { type: 'markPrice', time: START - 3_600_000, markPrice: 1 } as const
    for (const socket of venue.open('market'))
      for (let i = 0; i < 100; i++) socket.send({ channel: 'candle', symbol: 'AUSDT', time: START - i * MINUTE }, { events: [event] })
    expect(sink.accepted.filter((a) => a.event === event)).toHaveLength(100)
    expect(supervisor.statusOf(1).candle).toEqual(before)
    await clock.advance(2 * SECOND)
    expect(sink.coveredTo(1, 'candle')).toBe(before?.coveredTo)
    await supervisor.stop()
  })

  it('do not keep a stalled socket alive', async () => {
    const { clock, venue, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(20 * SECOND)
    venue.sends = () => false
    const stalledAt = clock.monotonic()
    const [socket] = venue.open('market')
    const again = { channel: 'candle', symbol: 'AUSDT', time: venue.now() } as const
    for (let i = 0; i < 60; i++) {
      await clock.advance(200)
      socket?.send(again)
      socket?.send({ ...again, time: START - MINUTE })
    }
    expect(clock.monotonic() - stalledAt).toBe(12 * SECOND)
    expect(socket?.closed).toBe(true)
    await supervisor.stop()
  })
})
