import { type DataSourceRow, ensureDataSource } from '@faultline/db/repositories/data-sources'
import { observedPositions } from '@faultline/db/repositories/observed'
import { addObservedAddresses, observedSummaries } from '@faultline/db/repositories/observed-accounts'
import { makeInstrument, START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { FeedError } from '../feed/venue-feed.ts'
import type { ObservedPosition, ObservedPositions } from '../venues/hyperliquid/observed.ts'
import { ObservedPoller } from './poller.ts'

vi.setConfig({ testTimeout: 40_000 })
const t = freshDatabase()
const EVERY = 600_000
const addressOf = (n: number) => `0x${n.toString(16).padStart(40, '0')}`

const position = (more: Partial<ObservedPosition> = {}): ObservedPosition => ({
  symbol: 'ETH',
  side: 'long',
  sizeBase: 1_000,
  entryPrice: 110,
  leverage: 10,
  marginMode: 'cross',
  liquidationPrice: 50,
  positionUsd: 100_000,
  marginUsed: 10_000,
  time: START,
  ...more,
})

let made = 0
/** A source with accounts, a venue that answers what `holds` says, and a clock that the test moves. */
async function setUp(accounts: number) {
  const source: DataSourceRow = await ensureDataSource(t.db, {
    name: `poller ${++made}`,
    venue: 'hyperliquid',
    options: { observed: { enabled: true, everyMs: EVERY } },
  })
  const instrument = await makeInstrument(t.db, { venue: 'hyperliquid', symbol: `ETH${made}`, baseAsset: 'ETH', quoteAsset: 'USDC' })
  await addObservedAddresses(
    t.db,
    source.id,
    Array.from({ length: accounts }, (_, i) => addressOf(i)),
  )
  // Accounts are due by the database's clock.
  const clock = { now: Date.now() + 60_000 }
  const asked: number[] = []
  const holds = new Map<number, ObservedPosition[] | FeedError | (() => never)>()
  const observed: ObservedPositions = {
    async clearinghouseState(address) {
      const n = Number.parseInt(address, 16)
      asked.push(n)
      const answer = holds.get(n) ?? []
      if (answer instanceof FeedError) throw answer
      if (typeof answer === 'function') return answer()
      return { time: clock.now - 100, positions: answer, unread: null }
    },
  }
  const said: string[] = []
  const pollerOf = (worker: string, holdMs = 60_000) =>
    new ObservedPoller({
      db: t.db,
      source,
      observed,
      worker,
      instrumentOf: (symbol) => (symbol === 'ETH' ? instrument.id : undefined),
      log: (line) => said.push(line),
      holdMs,
      now: () => clock.now,
    })
  /** Turns until nobody is due; whom it asked. */
  const round = async (poller: ObservedPoller) => {
    asked.length = 0
    while ((await poller.turn()) === 0);
    return [...asked].sort((a, b) => a - b)
  }
  return { source, instrument, clock, asked, holds, said, pollerOf, round }
}

it('asks for everybody, keeps what is held of the source’s instruments, and closes what is gone', async () => {
  const { source, instrument, clock, holds, pollerOf, round } = await setUp(45)
  holds.set(3, [position(), position({ symbol: 'DOGE' })])
  holds.set(44, [position({ side: 'short', liquidationPrice: null, positionUsd: 200_000 })])
  const poller = pollerOf('one')
  expect(await round(poller)).toEqual(Array.from({ length: 45 }, (_, i) => i))
  expect(await observedPositions(t.db, [instrument.id])).toMatchObject([
    { side: 'short', usd: 200_000, liquidationPrice: null },
    { side: 'long', usd: 100_000, liquidationPrice: 50, isolated: false, seenAt: clock.now },
  ])
  await poller.turn()
  expect(await observedSummaries(t.db, [source.id])).toMatchObject([
    { addresses: 45, seen: 45, positions: 2, poller: { answers: 45, alive: true, message: null } },
  ])

  holds.set(3, [])
  clock.now += EVERY
  expect(await round(poller)).toEqual([3, 44])
  expect(await observedPositions(t.db, [instrument.id])).toHaveLength(1)
})

it('asks most often for who has most at stake near the price, and forgets nobody', async () => {
  const { clock, holds, pollerOf, round } = await setUp(4)
  holds.set(0, [position({ positionUsd: 10_000_000, sizeBase: 100_000, liquidationPrice: 99.5 })])
  holds.set(1, [position({ positionUsd: 10_000_000, sizeBase: 100_000, liquidationPrice: 95 })])
  holds.set(2, [position()])
  const poller = pollerOf('one')
  await round(poller)
  const times = [0, 0, 0, 0]
  for (let step = 0; step < 80; step++) {
    clock.now += EVERY / 20
    for (const n of await round(poller)) times[n] = (times[n] as number) + 1
  }
  // every minute, at five per cent of the price every five, every ten minutes, every forty
  expect(times).toEqual([40, 8, 4, 1])
})

it('waits as long as the venue says, keeps what came before, and goes on with the same account', async () => {
  const { source, clock, asked, holds, said, pollerOf, round } = await setUp(3)
  const until = clock.now + 50_000
  holds.set(1, new FeedError('blocked', 'the venue asks to wait', { until }))
  const poller = pollerOf('one')
  expect(await poller.turn()).toBeGreaterThanOrEqual(50_000)
  expect(await observedSummaries(t.db, [source.id])).toMatchObject([{ failing: 0, poller: { message: 'the venue asks to wait' } }])
  expect(said).toEqual(['observed positions: the venue asks to wait'])
  holds.delete(1)
  const before = new Set(asked)
  expect(await round(poller)).toEqual([0, 1, 2].filter((n) => n === 1 || !before.has(n)))
  expect(await observedSummaries(t.db, [source.id])).toMatchObject([{ seen: 3 }])
})

it('asks less and less for an account that cannot be read, and names it nowhere', async () => {
  const { source, clock, holds, said, pollerOf, round } = await setUp(2)
  holds.set(1, new FeedError('refused', `${addressOf(1)} is not known`))
  const poller = pollerOf('one')
  expect(await round(poller)).toEqual([0, 1])
  expect(await observedSummaries(t.db, [source.id])).toMatchObject([{ failing: 1, error: 'the account is not known' }])
  clock.now += EVERY
  expect(await round(poller)).toEqual([1])
  clock.now += EVERY
  expect(await round(poller)).toEqual([])
  clock.now += EVERY
  expect(await round(poller)).toEqual([1])
  expect(said.join(' ')).not.toContain('0x')
})

it('is one worker’s at a time; another goes on where it stopped', async () => {
  const { asked, pollerOf, round } = await setUp(3)
  const one = pollerOf('one')
  expect(await round(one)).toEqual([0, 1, 2])
  const two = pollerOf('two')
  asked.length = 0
  expect(await two.turn()).toBeGreaterThan(1_000)
  await one.stop()
  // Nobody is due: what the first has asked is not asked again.
  expect(await round(two)).toEqual([])
  await two.stop()
})

it('keeps asking while the venue makes it wait, and lets others wait', async () => {
  const { source, clock, pollerOf } = await setUp(1)
  let answer: () => void = () => undefined
  const waiting = new Promise<void>((done) => {
    answer = done
  })
  const slow = new ObservedPoller({
    db: t.db,
    source,
    observed: { clearinghouseState: async () => waiting.then(() => ({ time: clock.now, positions: [], unread: null })) },
    worker: 'one',
    instrumentOf: () => undefined,
    log: () => undefined,
    holdMs: 300,
    now: () => clock.now,
  })
  const held = async () => {
    const { rows } = await t.db.pool.query<{ updated: Date }>(
      'select updated_at as updated from observed_poller where data_source_id = $1',
      [source.id],
    )
    return rows[0]?.updated.getTime() ?? 0
  }
  slow.start()
  await vi.waitFor(async () => expect(await held()).toBeGreaterThan(0), { timeout: 20_000 })
  const first = await held()
  // Long after its hold would have been over, it is told again and again.
  await vi.waitFor(async () => expect(await held()).toBeGreaterThan(first + 600), { timeout: 20_000 })
  answer()
  await vi.waitFor(async () => expect(await observedSummaries(t.db, [source.id])).toMatchObject([{ seen: 1 }]), { timeout: 20_000 })
  await slow.stop()
  const other = pollerOf('two')
  expect(await other.turn()).toBeGreaterThan(0)
  await other.stop()
})

it('runs by itself, and ends when it is told to', async () => {
  const { source, pollerOf } = await setUp(3)
  const poller = pollerOf('one')
  poller.start()
  await vi.waitFor(async () => expect(await observedSummaries(t.db, [source.id])).toMatchObject([{ seen: 3 }]), { timeout: 30_000 })
  await poller.stop()
  expect(await observedSummaries(t.db, [source.id])).toMatchObject([{ poller: null }])
})
