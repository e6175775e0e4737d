import { buildsOf } from '@faultline/db/repositories/builds'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { readFeedStates } from '@faultline/db/repositories/feed-states'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { findLease } from '@faultline/db/repositories/leases'
import { tiersFor } from '@faultline/engine/margin/tiers'
import type { InstrumentDefinition, MarginTier } from '@faultline/market/instrument'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { FakeRest, LIMITS } from '../../test/fake-rest.ts'
import { atEnd, openIngest } from '../../test/ingest-setup.ts'
import { FeedError, type VenueFeed } from '../feed/venue-feed.ts'
import { rebuild } from '../pipeline/rebuild.ts'
import { MarginTables } from './margin-tables.ts'
import { DELISTED, SourceRunner } from './source-runner.ts'
import { VenueListing } from './venue-listing.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 })
const t = freshDatabase()

/** As a table of fewer tiers; `ratio` of the first one. */
const tableOf = (ratio: number): MarginTier[] => [
  { floorUsd: 0, capUsd: 100_000, maintMarginRatio: ratio, maxLeverage: 50 },
  { floorUsd: 100_000, capUsd: null, maintMarginRatio: 0.05, maxLeverage: 10 },
]

class Rest extends FakeRest {
  listed: string[] = []
  lists = 0
  asked: string[] = []
  table: MarginTier[] | null | FeedError = null

  override instruments(): Promise<never[]> {
    this.lists++
    const rows: InstrumentDefinition[] = this.listed.map((symbol) => ({
      venue: 'binance-usdm',
      symbol,
      baseAsset: symbol.slice(0, -4),
      quoteAsset: 'USDT',
      contractSize: 1,
    }))
    return Promise.resolve(rows as never[])
  }

  override marginTiers(symbol?: string): Promise<null> {
    this.asked.push(symbol ?? '')
    return this.table instanceof FeedError ? Promise.reject(this.table) : Promise.resolve(this.table as null)
  }
}

const feedOf = (rest: Rest): VenueFeed => ({
  sockets: [],
  maxSilenceMs: {},
  pollMs: { openInterest: 3_600_000, funding: null, longShortRatio: null },
  history: LIMITS,
  socketLifeMs: null,
  rest,
  openSocket: () => Promise.reject(new Error('there is none')),
  close: () => Promise.resolve(),
})

async function startRunner(rest: Rest, symbols: string[] = []) {
  const { ingest, said } = await openIngest({ db: t.db, flushMs: 20 })
  const source = await ensureDataSource(t.db, {
    name: `Listing ${symbols.join(' ')}`,
    venue: 'binance-usdm',
    symbols,
    options: { backfillDays: 0.1, graceMs: 0 },
  })
  const begin = (): SourceRunner => {
    const feed = feedOf(rest)
    const runner = new SourceRunner({
      db: t.db,
      ingest,
      source,
      feed,
      worker: 'test',
      log: (line) => void said.push(line),
      claims: new Map(),
      discoverSoonMs: 50,
    })
    runner.start()
    return runner
  }
  const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    const end = Date.now() + 50_000
    while (!(await Promise.resolve(holds()).catch(() => false))) {
      if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${said.join('\n')}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return { said, until, begin }
}
const served = async (symbol: string) => {
  const { id, currentBuildId } = await findInstrument(t.db, symbol)
  return (await buildsOf(t.db, id)).find((b) => b.id === currentBuildId)
}
const stateOf = async (symbol: string) => (await readFeedStates(t.db, [(await findInstrument(t.db, symbol)).id]))[0]

it('leaves a market that is not listed any more, says so, and takes it up again when it is back', async () => {
  const rest = new Rest({ now: () => Date.now() })
  rest.listed = ['STAYUSDT', 'GONEUSDT']
  const { until, begin, said } = await startRunner(rest)
  const runner = begin()
  atEnd(() => runner.stop('stopped'))
  await until('both are fed', async () => (await stateOf('GONEUSDT')) !== undefined && (await stateOf('STAYUSDT')) !== undefined)
  rest.listed = ['STAYUSDT']
  const { id } = await findInstrument(t.db, 'GONEUSDT')
  await until('it is left', async () => (await stateOf('GONEUSDT'))?.state === 'paused')
  expect((await stateOf('GONEUSDT'))?.message).toBe(DELISTED)
  expect((await stateOf('STAYUSDT'))?.state).not.toBe('paused')
  await until('its lease is free', async () => ((await findLease(t.db, id))?.expiresAt ?? 0) <= Date.now())
  const told = () => said.filter((line) => line.includes('GONEUSDT is not traded any more'))
  await until('it is said', () => told().length > 0)

  rest.listed = ['STAYUSDT', 'GONEUSDT']
  await until('it is fed again', async () => (await stateOf('GONEUSDT'))?.state !== 'paused')
  expect(told()).toHaveLength(1)
})

it('believes what is missing twice, and an empty list never', () => {
  const listing = new VenueListing()
  const ask = (listed: string[], followed = ['A', 'B']) => listing.observe(new Set(listed), followed)
  expect(ask(['A'])).toEqual({ gone: [], doubtful: true })
  expect(ask(['A', 'B'])).toEqual({ gone: [], doubtful: false })
  expect(ask(['A'])).toEqual({ gone: [], doubtful: true })
  expect(ask([])).toEqual({ gone: [], doubtful: true })
  expect(ask([])).toEqual({ gone: [], doubtful: true })
  expect(ask(['A'])).toEqual({ gone: ['B'], doubtful: false })
})

it('goes on with the margin table that a map began with until a generation with the venue’s new one is there', async () => {
  const symbol = 'TIERUSDT'
  const rest = new Rest({ now: () => Date.now() })
  rest.listed = [symbol]
  rest.table = new FeedError('failed', 'not now')
  const { until, begin, said } = await startRunner(rest, [symbol])
  const runner = begin()
  atEnd(() => runner.stop('stopped'))
  await until('all of a map', async () => ((await served(symbol))?.columnCount ?? 0) >= (0.1 * DAY_MS) / MINUTE_MS - 1)
  await until('nothing more to fetch', async () => (await stateOf(symbol))?.backfill === null)
  const { id } = await findInstrument(t.db, symbol)
  const tables = Reflect.get(runner, 'marginTables') as MarginTables
  // From the engine's own to the venue's, and then to another one of the venue's.
  for (const ratio of [0.01, 0.015]) {
    const before = await served(symbol)
    rest.table = tableOf(ratio)
    await tables.askNow(id)
    await until('the next generation', async () => {
      const build = await served(symbol)
      return (
        build?.status === 'complete' &&
        build.id !== before?.id &&
        build.lastBucket !== null &&
        build.lastBucket >= (before?.lastBucket ?? 0)
      )
    })
    expect((await findInstrument(t.db, symbol)).marginTiers).toEqual(tableOf(ratio))
  }
  expect(said.filter((line) => line.includes('failed') && line.includes('estimat'))).toEqual([])
  const { outcome } = await rebuild(t.db, await findInstrument(t.db, symbol), { verify: true })
  expect(outcome).toBe('equal')
})

it('asks for a table once, after a failure later, and stores none that is no table', async () => {
  const rest = new Rest({ now: () => Date.now() })
  rest.table = new FeedError('failed', 'not now')
  const row = await findInstrument(t.db, 'STAYUSDT')
  const said: string[] = []
  const changed: unknown[] = []
  const tables = new MarginTables({
    db: t.db,
    rest,
    log: (line) => void said.push(line),
    onChanged: (r) => void changed.push(r.marginTiers),
  })
  tables.setInstruments([row])
  for (let i = 0; i < 2; i++) await tables.askNow(row.id)
  expect(said).toEqual([expect.stringContaining('its margin table was not to be had')])
  rest.table = [{ floorUsd: 5, capUsd: 1, maintMarginRatio: 0.5, maxLeverage: 1 }]
  await tables.askNow(row.id)
  expect((await findInstrument(t.db, 'STAYUSDT')).marginTiers).toBeNull()
  rest.table = null
  await tables.askNow(row.id)
  expect(changed).toEqual([])
  rest.table = [...tiersFor('STAYUSDT')]
  await tables.askNow(row.id)
  await tables.askNow(row.id)
  expect(changed).toEqual([tiersFor('STAYUSDT')])
  // Contracts at another price: no map is made anew for that.
  rest.table = tiersFor('STAYUSDT').map((tier) => ({
    ...tier,
    floorUsd: tier.floorUsd * 1.03,
    capUsd: tier.capUsd === null ? null : tier.capUsd * 1.03,
  }))
  await tables.askNow(row.id)
  expect(changed).toEqual([tiersFor('STAYUSDT')])
})
