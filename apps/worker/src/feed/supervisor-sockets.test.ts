import { describe, expect, it } from 'vitest'
import { START, superviseFakeVenue } from '../../test/feed-harness.ts'
import { ceilingMs } from './backoff.ts'
import { FeedSupervisor } from './supervisor.ts'
import { FeedError } from './venue-feed.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000

describe('sockets', () => {
  it('one per plan, of all symbols, live once each has delivered', async () => {
    const { clock, venue, supervisor, states } = superviseFakeVenue()
    expect(supervisor.sourceStatus()).toMatchObject({ state: 'connecting', message: null })
    supervisor.start()
    await clock.advance(5 * SECOND)
    expect(venue.open().map((s) => [s.plan.name, s.symbols])).toEqual([
      ['market', ['AUSDT', 'BUSDT']],
      ['public', ['AUSDT', 'BUSDT']],
    ])
    const status = supervisor.sourceStatus()
    expect(status).toMatchObject({ state: 'live', message: null, blockedUntil: null, nextAttemptAt: null })
    expect(status.details.sockets).toMatchObject([
      { name: 'market', state: 'open', attempts: 0 },
      { name: 'public', state: 'open', attempts: 0 },
    ])
    expect(status.details.requestWeight).toMatchObject({ limit: 2_400 })
    expect(states()).toMatchObject({ candle: 'fresh', markPrice: 'fresh', depth: 'fresh', liquidation: 'fresh' })
    await supervisor.stop()
    expect(venue.open()).toEqual([])
  })

  it('tries refused connections less and less often, and not in step', async () => {
    const { clock, venue, supervisor } = superviseFakeVenue()
    venue.refuse = () => new FeedError('refused', 'go away')
    supervisor.start()
    await clock.advance(20 * MINUTE)
    const times = (plan: string): number[] => venue.attempts.filter((a) => a.plan === plan).map((a) => a.at)
    for (const plan of ['market', 'public']) {
      const at = times(plan)
      at.forEach((from, i) => {
        expect(at.slice(i).filter((t) => t < from + MINUTE).length).toBeLessThanOrEqual(13)
        if (i === 0) return
        const waited = from - (at[i - 1] as number)
        expect(waited).toBeLessThanOrEqual(ceilingMs(i - 1) + 0.001)
        expect(waited).toBeGreaterThanOrEqual(ceilingMs(i - 1) / 4)
      })
      expect(at.length).toBeGreaterThan(40)
    }
    const together = times('market').filter((a) => times('public').some((b) => Math.abs(a - b) < 50))
    expect(together.length).toBeLessThan(times('market').length / 4)
    const status = supervisor.sourceStatus()
    expect(status).toMatchObject({ state: 'connecting', message: 'go away' })
    expect(status.nextAttemptAt).toBeGreaterThan(clock.now())
    expect(status.details.sockets?.[0]).toMatchObject({ state: 'waiting', attempts: times('market').length })
    await supervisor.stop()
  })

  it('a flapping venue is no storm: only a socket that has delivered for a while begins the schedule anew', async () => {
    const { clock, venue, supervisor } = superviseFakeVenue()
    supervisor.start()
    for (let second = 0; second < 30 * 60; second++) {
      await clock.advance(SECOND)
      for (const socket of venue.open()) if (clock.monotonic() - socket.openedAt >= 5 * SECOND) socket.cut()
    }
    expect(venue.countOpened('market')).toBeLessThan(110)
    const late = venue.attempts.filter((a) => a.plan === 'market' && a.at > 20 * MINUTE).map((a) => a.at)
    expect(late.length).toBeGreaterThan(5)
    late.slice(1).forEach((at, i) => {
      expect(at - (late[i] as number)).toBeGreaterThanOrEqual(5 * SECOND + 7.5 * SECOND)
    })
    // Now it holds; the next loss is the first one again.
    await clock.advance(2 * MINUTE)
    expect(supervisor.sourceStatus().details.sockets?.map((s) => s.attempts)).toEqual([0, 0])
    const [socket] = venue.open('market')
    socket?.cut()
    const before = venue.countOpened('market')
    await clock.advance(SECOND)
    expect(venue.countOpened('market')).toBe(before + 1)
    await supervisor.stop()
  })

  it('a stalled socket is seen within its limit, closed and replaced', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue()
    supervisor.start()
    await clock.advance(20 * SECOND)
    const stalledAt = clock.monotonic()
    const first = venue.open('market')[0]
    venue.sends = (_, socket) => socket !== first
    await clock.advance(9 * SECOND)
    expect(first?.closed).toBe(false)
    await clock.advance(2 * SECOND)
    expect(first?.closed).toBe(true)
    await clock.advance(5 * SECOND)
    const second = venue.open('market')[0]
    expect(second?.openedAt).toBeLessThanOrEqual(stalledAt + 12.5 * SECOND)
    const gap = sink.ledger(1, 'liquidation')[0]
    expect(gap).toMatchObject({ status: 'unrecoverable' })
    expect(gap?.from).toBeLessThanOrEqual(START + stalledAt)
    expect(gap?.from).toBeGreaterThanOrEqual(START + stalledAt - 2 * SECOND)
    expect(gap?.to).toBeGreaterThanOrEqual(START + (second?.openedAt ?? 0))
    // The other socket has delivered all the time.
    expect(sink.ledger(1, 'depth')).toEqual([])
    await supervisor.stop()
  })

  it('planned replacements overlap: the old one is closed when the new one has delivered, and nothing is missed', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue({ feed: { socketLifeMs: HOUR } })
    let ended = 0
    let most = 0
    supervisor.start()
    for (let minute = 0; minute < 4 * 60; minute++) {
      for (let k = 0; k < 12; k++) {
        await clock.advance(5 * SECOND)
        venue.publish('liquidation', 'AUSDT')
        most = Math.max(most, venue.open().length)
        for (const socket of venue.open())
          if (clock.monotonic() - socket.openedAt >= HOUR) {
            ended++
            socket.cut('24 hours')
          }
      }
    }
    expect(ended).toBe(0)
    expect(venue.countOpened('market')).toBeGreaterThanOrEqual(4)
    expect(venue.countOpened('market')).toBeLessThanOrEqual(6)
    expect(venue.open()).toHaveLength(2)
    expect(sink.gaps).toEqual([])
    expect(venue.sent.filter((m) => m.time > START + 5_000 && m.delivered === 0)).toEqual([])
    const lives = venue.opened.filter((s) => s.plan.name === 'market' && s.closed).map((s) => s.openedAt)
    expect(new Set(lives.slice(1).map((at, i) => Math.round((at - (lives[i] as number)) / SECOND))).size).toBeGreaterThan(1)
    await supervisor.stop()
  })

  it('a planned replacement that fails leaves the old socket alone, and is tried again with backoff', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue({ feed: { socketLifeMs: HOUR } })
    supervisor.start()
    await clock.advance(10 * SECOND)
    venue.refuse = () => new Error('no')
    await clock.advance(58 * MINUTE)
    expect(venue.open()).toHaveLength(2)
    expect(sink.gaps).toEqual([])
    const tried = venue.attempts.filter((a) => a.plan === 'market' && a.at > MINUTE)
    expect(tried.length).toBeGreaterThan(3)
    expect(tried.length).toBeLessThan(60)
    expect(supervisor.sourceStatus()).toMatchObject({ state: 'live', message: null })
    venue.refuse = () => null
    await clock.advance(2 * MINUTE)
    expect(venue.open('market')[0]?.openedAt).toBeGreaterThan(50 * MINUTE)
    expect(sink.gaps).toEqual([])
    await supervisor.stop()
  })

  it('a replacement that stays silent never takes over', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue({ feed: { socketLifeMs: HOUR } })
    supervisor.start()
    await clock.advance(10 * SECOND)
    const first = venue.open('market')[0]
    venue.sends = (_, socket) => socket.plan.name !== 'market' || socket === first
    await clock.advance(59 * MINUTE)
    expect(first?.closed).toBe(false)
    expect(venue.open('market').length).toBeLessThanOrEqual(2)
    expect(sink.gaps).toEqual([])
    await supervisor.stop()
  })

  it('an old socket that dies while its replacement is open costs no more than messages out of order can explain', async () => {
    const { clock, venue, sink, supervisor } = superviseFakeVenue({ feed: { socketLifeMs: HOUR } })
    supervisor.start()
    await clock.advance(10 * SECOND)
    const first = venue.open('market')[0]
    venue.onSubscribe = (socket) => {
      if (socket.plan.name !== 'market' || clock.monotonic() < MINUTE) return
      // Both are open for a moment, then the old one goes.
      clock.setTimeout(() => first?.cut('the end'), 1_100)
    }
    await clock.advance(58 * MINUTE)
    expect(first?.closed).toBe(true)
    expect(venue.open('market')).toHaveLength(1)
    expect(new Set(sink.gaps.map((g) => g.channel))).toEqual(new Set(['liquidation']))
    for (const { from, to } of sink.gaps) expect(to - from).toBeLessThanOrEqual(SECOND)
    expect(sink.coveredTo(1, 'liquidation')).toBeGreaterThan(START + 57.9 * MINUTE)
    await supervisor.stop()
  })

  it('a venue that never acknowledges is given up after a while, and what it opens too late is closed', async () => {
    const { clock, venue, supervisor, follow } = superviseFakeVenue()
    follow([])
    let open = (): void => {}
    const feed = venue.feed()
    const real = feed.openSocket
    const lines: string[] = []
    const slow = new FeedSupervisor({
      feed: {
        ...feed,
        openSocket: async (plan, symbols, handlers) => {
          await new Promise<void>((resolve) => {
            open = resolve
          })
          return real(plan, symbols, handlers)
        },
      },
      sink: { accept: () => {}, cover: () => {}, gap: () => {}, quarantine: () => {} },
      options: {},
      clock,
      random: () => 0.5,
      log: (line) => lines.push(line),
      longestSilence: async () => null,
    })
    slow.setInstruments([{ instrumentId: 1, symbol: 'AUSDT', coveredTo: {} }])
    slow.start()
    await clock.advance(31 * SECOND)
    expect(slow.sourceStatus()).toMatchObject({ state: 'unreachable' })
    expect(slow.sourceStatus().message).toContain('not acknowledged within 30.5 s')
    await slow.stop()
    open()
    await clock.advance(SECOND)
    expect(venue.opened.every((socket) => socket.closed)).toBe(true)
    await supervisor.stop()
    expect(clock.waiting).toBeLessThanOrEqual(1)
  })
})

it('a socket of hundreds of symbols has the time that its subscriptions take', async () => {
  const symbols = Array.from({ length: 200 }, (_, i) => `S${i}USDT`)
  const { clock, venue } = superviseFakeVenue({ symbols })
  const feed = venue.feed()
  const supervisor = new FeedSupervisor({
    feed: {
      ...feed,
      openSocket: async (plan, wanted, handlers) => {
        // Four frames for each, 40 ms apart.
        await new Promise<void>((resolve) => {
          clock.setTimeout(resolve, wanted.length * 160)
        })
        return feed.openSocket(plan, wanted, handlers)
      },
    },
    sink: { accept: () => {}, cover: () => {}, gap: () => {}, quarantine: () => {} },
    options: {},
    clock,
    random: () => 0.5,
    log: () => {},
    longestSilence: async () => null,
  })
  supervisor.setInstruments(symbols.map((symbol, i) => ({ instrumentId: i + 1, symbol, coveredTo: {} })))
  supervisor.start()
  await clock.advance(33 * SECOND)
  expect(supervisor.sourceStatus()).toMatchObject({ message: null, details: { sockets: [{ state: 'open' }, { state: 'open' }] } })
  await supervisor.stop()
})

describe('instruments', () => {
  it('come and go while sockets stay; of those that left nothing is kept', async () => {
    const { clock, venue, sink, supervisor, follow, states } = superviseFakeVenue({ symbols: ['AUSDT', 'BUSDT', 'CUSDT'] })
    follow(['AUSDT'])
    supervisor.start()
    await clock.advance(10 * SECOND)
    const [socket] = venue.open('market')
    expect(socket?.symbols).toEqual(['AUSDT'])
    follow(['AUSDT', 'BUSDT'])
    await clock.advance(5 * SECOND)
    expect(venue.open('market')).toEqual([socket])
    expect(socket?.symbols).toEqual(['AUSDT', 'BUSDT'])
    expect(states(2)).toMatchObject({ candle: 'fresh', liquidation: 'fresh' })
    const covered = sink.coveredTo(1, 'candle')
    follow(['BUSDT'])
    await clock.advance(5 * SECOND)
    expect(socket?.symbols).toEqual(['BUSDT'])
    expect(supervisor.statusOf(1)).toEqual({})
    expect(supervisor.venueNow(1)).toBeNull()
    expect((sink.coveredTo(1, 'candle') ?? 0) - (covered ?? 0)).toBeLessThan(2 * SECOND)
    const asked = venue.asked('openInterest').filter((r) => r.symbol === 'AUSDT').length
    await clock.advance(2 * MINUTE)
    expect(venue.asked('openInterest').filter((r) => r.symbol === 'AUSDT')).toHaveLength(asked)
    expect(sink.gaps).toEqual([])
    follow([])
    await clock.advance(SECOND)
    expect(venue.open()).toEqual([])
    const waiting = clock.waiting
    await clock.advance(MINUTE)
    expect(clock.waiting).toBeLessThanOrEqual(waiting)
    expect(supervisor.sourceStatus().state).toBe('connecting')
    await supervisor.stop()
  })

  it('that cannot be subscribed to leave the others as they are, and are tried again', async () => {
    const { clock, venue, supervisor, follow, states } = superviseFakeVenue()
    follow(['AUSDT'])
    supervisor.start()
    await clock.advance(10 * SECOND)
    venue.refuseSubscriptions = () => new FeedError('refused', 'no such symbol')
    follow(['AUSDT', 'BUSDT'])
    await clock.advance(MINUTE)
    expect(states(1)).toMatchObject({ candle: 'fresh', markPrice: 'fresh' })
    expect(venue.countOpened('market')).toBe(1)
    expect(venue.open('market')[0]?.symbols).toEqual(['AUSDT'])
    venue.refuseSubscriptions = () => null
    await clock.advance(MINUTE)
    expect(states(2)).toMatchObject({ candle: 'fresh', markPrice: 'fresh' })
    await supervisor.stop()
  })

  it('leave no timer behind when it stops', async () => {
    const { clock, supervisor } = superviseFakeVenue()
    const traffic = clock.waiting
    supervisor.start()
    await clock.advance(MINUTE)
    await supervisor.stop()
    expect(clock.waiting).toBe(traffic)
  })
})
