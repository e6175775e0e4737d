import { buildsOf } from '@faultline/db/repositories/builds'
import { type DataSourceRow, ensureDataSource } from '@faultline/db/repositories/data-sources'
import { readFeedStates, readSourceStates } from '@faultline/db/repositories/feed-states'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { findLease } from '@faultline/db/repositories/leases'
import { type BucketInput, MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { FaultlineError } from '@faultline/market/errors'
import type { InstrumentDefinition } from '@faultline/market/instrument'
import { DAY_MS, floorTo, MINUTE_MS } from '@faultline/market/units'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FakeRest, LIMITS } from '../../test/fake-rest.ts'
import { atEnd, openIngest } from '../../test/ingest-setup.ts'
import type { VenueFeed } from '../feed/venue-feed.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { rebuild } from '../pipeline/rebuild.ts'
import { storedInputs } from '../pipeline/stored-inputs.ts'
import { SourceRunner } from './source-runner.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 })
const t = freshDatabase()
const escaped: unknown[] = []
const onEscaped = (reason: unknown): void => void escaped.push(reason)

beforeEach(() => void process.on('unhandledRejection', onEscaped))
afterEach(() => {
  process.off('unhandledRejection', onEscaped)
  expect(escaped.splice(0)).toEqual([])
})

class Rest extends FakeRest {
  symbols: string[] = []

  /** As over a network: what the database answers comes first. */
  override async serverTime(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 500))
    return super.serverTime()
  }

  override instruments(): Promise<never[]> {
    const listed: InstrumentDefinition[] = this.symbols.map((symbol) => ({
      venue: 'binance-usdm',
      symbol,
      baseAsset: symbol.slice(0, -4),
      quoteAsset: 'USDT',
      contractSize: 1,
    }))
    return Promise.resolve(listed as never[])
  }
}

/** A venue without sockets: what they would bring is given to the ingest by the test. */
function feedOf(symbol: string, genesis = 0, now = Date.now): VenueFeed & { rest: Rest } {
  const rest = new Rest({ now, genesis })
  rest.symbols = [symbol]
  return {
    sockets: [],
    maxSilenceMs: {},
    pollMs: { openInterest: 3_600_000, funding: 3_600_000, longShortRatio: 3_600_000 },
    history: LIMITS,
    socketLifeMs: null,
    rest,
    openSocket: () => Promise.reject(new Error('there is none')),
    close: () => Promise.resolve(),
  }
}

const source = (name: string, symbol: string, backfillDays: number): Promise<DataSourceRow> =>
  ensureDataSource(t.db, { name, venue: 'binance-usdm', symbols: [symbol], options: { backfillDays, graceMs: 0 } })

function run(ingest: Ingest, row: DataSourceRow, feed: VenueFeed, said: string[], claims = new Map<number, DataSourceRow>()): SourceRunner {
  const runner = new SourceRunner({ db: t.db, ingest, source: row, feed, worker: 'test', log: (line) => void said.push(line), claims })
  runner.start()
  return runner
}

const until = async (what: string, said: readonly string[], holds: () => Promise<boolean> | boolean): Promise<void> => {
  const end = Date.now() + 50_000
  while (!(await Promise.resolve(holds()).catch(() => false))) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${said.join('\n')}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
const served = async (symbol: string) => {
  const { id, currentBuildId } = await findInstrument(t.db, symbol)
  return (await buildsOf(t.db, id)).find((b) => b.id === currentBuildId)
}

it('keeps serving the whole history when the model has changed', async () => {
  const symbol = 'BTCUSDT'
  const { ingest, said } = await openIngest({ db: t.db, flushMs: 20 })
  const row = await source('model', symbol, 1.3)
  const first = run(ingest, row, feedOf(symbol), said)
  await until('all of the history', said, async () => {
    const build = await served(symbol)
    return build?.status === 'complete' && build.columnCount >= (1.3 * DAY_MS) / MINUTE_MS - 1
  })
  await first.stop('stopped')
  const old = await served(symbol)
  // What the earlier model wrote nobody can read any more but its columns.
  await t.db.pool.query(`update build set model_version = 'earlier' where id = $1`, [old?.id])
  await t.db.pool.query(`update checkpoint set state = '\\x464c455301' where build_id = $1`, [old?.id])
  await t.db.pool.query(`update score_state set model_version = 'earlier', state = '\\x00' where instrument_id = $1`, [old?.instrumentId])

  const second = run(ingest, row, feedOf(symbol), said)
  atEnd(() => second.stop('stopped'))
  await until('the next generation', said, async () => (await served(symbol))?.id !== old?.id)
  const fresh = await served(symbol)
  expect(said.filter((line) => line.includes('estimated anew'))).toEqual([
    `binance-usdm:${symbol}: estimated anew: the model is ${MODEL_VERSION} now, it was earlier`,
  ])
  expect(said.filter((line) => line.includes('scored'))).toEqual([])
  expect(fresh?.status).toBe('complete')
  expect(fresh?.modelVersion).toBe(MODEL_VERSION)
  expect(fresh?.firstBucket).toBe(old?.firstBucket)
  expect(fresh?.lastBucket).toBeGreaterThanOrEqual(old?.lastBucket ?? Number.POSITIVE_INFINITY)
  await until('no more to do', said, async () => (await readFeedStates(t.db))[0]?.backfill === null)
  const { outcome } = await rebuild(t.db, await findInstrument(t.db, symbol), { verify: true })
  expect(outcome).toBe('equal')
})

it('takes no silence for evidence where nobody listened, in the map that grows and in a rebuild', async () => {
  const symbol = 'DOTUSDT'
  const { ingest, said } = await openIngest({ db: t.db, flushMs: 20 })
  const row = await source('away', symbol, 0.1)
  const left = floorTo(Date.now(), MINUTE_MS) - 30 * MINUTE_MS
  const first = run(
    ingest,
    row,
    feedOf(symbol, 0, () => left),
    said,
  )
  const estimatedTo = async () => ((await served(symbol))?.lastBucket ?? 0) + MINUTE_MS
  await until('all of the history', said, async () => (await estimatedTo()) === left)
  const { id } = await findInstrument(t.db, symbol)
  // It listened for a moment longer than it estimated, and fell asleep.
  const heardTo = left + 20_000
  const print = { type: 'liquidation', side: 'long', price: 100, priceKind: 'fill', quantity: 1, quantityUsd: 100 } as const
  ingest.accept(id, [{ ...print, time: heardTo - 1_000 }])
  ingest.cover(id, 'liquidation', heardTo)
  await ingest.flush()
  await first.stop('stopped')

  const second = run(ingest, row, feedOf(symbol), said)
  atEnd(() => second.stop('stopped'))
  await until('it has come up', said, async () => (await estimatedTo()) >= left + 30 * MINUTE_MS)
  const inputs: BucketInput[] = []
  const stretch = { instrumentId: id, bucketMs: MINUTE_MS, from: left - 5 * MINUTE_MS, to: left + 29 * MINUTE_MS }
  for await (const some of storedInputs(t.db.pool, stretch)) inputs.push(...some)
  expect(inputs.map(({ printsKnown }) => printsKnown ?? true)).toEqual([...Array(5).fill(true), ...Array(29).fill(false)])
  expect(inputs.filter(({ liquidations }) => liquidations).map(({ bucketStart }) => bucketStart)).toEqual([left])
  const { outcome } = await rebuild(t.db, await findInstrument(t.db, symbol), { verify: true })
  expect(outcome).toBe('equal')
})

it('begins a map with what the socket brings where the venue has no history', async () => {
  const symbol = 'ETHUSDT'
  const { ingest, said } = await openIngest({ db: t.db, flushMs: 20 })
  const feed = feedOf(symbol, Number.POSITIVE_INFINITY)
  const runner = run(ingest, await source('empty', symbol, 1), feed, said)
  atEnd(() => runner.stop('stopped'))
  await until('it is fed', said, () => said.some((line) => line.includes(`feeds binance-usdm:${symbol}`)))
  const { id } = await findInstrument(t.db, symbol)
  await until('there is nothing to fetch', said, async () => {
    const state = (await readFeedStates(t.db, [id]))[0]
    return state !== undefined && state.state !== 'backfilling'
  })
  const venue = new FakeRest({ now: Date.now })
  const start = floorTo(Date.now(), MINUTE_MS) - 3 * MINUTE_MS
  for (let at = start; at < start + 2 * MINUTE_MS; at += MINUTE_MS) {
    ingest.accept(id, [{ ...(await venue.openInterest(symbol)), time: at + 1_000 }])
    ingest.accept(
      id,
      venue.truth(symbol, { from: at, to: at + MINUTE_MS }).filter((e) => e.type === 'candle'),
    )
    await ingest.flush()
  }
  await until('two columns', said, async () => (await served(symbol))?.columnCount === 2)
})

it('lets one of two data sources feed a market, and says so of the other', async () => {
  const symbol = 'SOLUSDT'
  const { ingest, said } = await openIngest({ db: t.db, flushMs: 20 })
  const claims = new Map<number, DataSourceRow>()
  const [one, two] = [await source('The first', symbol, 0.1), await source('The second', symbol, 0.1)]
  const first = run(ingest, one, feedOf(symbol), said, claims)
  await until('it is fed', said, () => said.some((line) => line.includes('The first: feeds')))
  const { id } = await findInstrument(t.db, symbol)
  const lease = await findLease(t.db, id)
  const second = run(ingest, two, feedOf(symbol), said, claims)
  atEnd(() => second.stop('stopped'))
  await until('the second says why it is idle', said, async () =>
    ((await readSourceStates(t.db)).find((s) => s.dataSourceId === two.id)?.message ?? '').includes('The first'),
  )
  expect((await findLease(t.db, id))?.epoch).toBe(lease?.epoch)
  await until('a state is written', said, async () => (await readFeedStates(t.db, [id])).length > 0)
  expect((await readFeedStates(t.db, [id]))[0]?.dataSourceId).toBe(one.id)

  // It goes on when the other one leaves.
  await first.stop('stopped')
  await until('the second feeds it', said, () => said.some((line) => line.includes('The second: feeds')))
})

it('ends though a bucket cannot be claimed', async () => {
  const symbol = 'XRPUSDT'
  const { ingest, said } = await openIngest({ db: t.db, flushMs: 20 })
  let claimed = 0
  const stuck: Ingest = Object.create(ingest, {
    claim: {
      value: (_id: number, _end: number, signal?: AbortSignal) => {
        claimed++
        return new Promise((_, reject) => {
          const giveUp = (): void => reject(new FaultlineError('unavailable', 'given up'))
          if (signal?.aborted) giveUp()
          else signal?.addEventListener('abort', giveUp)
        })
      },
    },
  })
  const runner = run(stuck, await source('stuck', symbol, 1), feedOf(symbol), said)
  await until('it claims', said, () => claimed > 0)
  await runner.stop('stopped')
  const { id } = await findInstrument(t.db, symbol)
  expect((await findLease(t.db, id))?.expiresAt).toBe(0)
})
