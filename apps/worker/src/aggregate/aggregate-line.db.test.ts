import { once } from 'node:events'
import { gunzipSync } from 'node:zlib'
import { readStretches } from '@faultline/db/repositories/aggregate-coverage'
import { chooseVenues, makeAllVenueSums } from '@faultline/db/repositories/aggregates'
import { buildsOf, findBuild, startBuild } from '@faultline/db/repositories/builds'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { acquireLease } from '@faultline/db/repositories/leases'
import { applyRetention, setRetention } from '@faultline/db/repositories/retention'
import { readTile } from '@faultline/db/repositories/tiles'
import type { Column } from '@faultline/market/column'
import { tileFromColumns, tileIndexOf } from '@faultline/market/tile-build'
import { encodeTile } from '@faultline/market/tile-codec'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { hexOf, naiveSum, servedColumns, sumOf, TestMember } from '../../test/summed-market.ts'
import { WindowLimiter } from '../history/window-limiter.ts'
import { keepLease } from '../pipeline/held-lease.ts'
import { AggregateLine, type AggregateLineOptions } from './aggregate-line.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()
const lines: AggregateLine[] = []
afterEach(async () => void (await Promise.all(lines.splice(0).map((line) => line.stop()))))

let coins = 0
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const QUICK = { graceMs: 0, settleMs: 0, generatingShare: 1 }

async function twoVenues(bucketMs: readonly [number, number] = [MINUTE_MS, MINUTE_MS]) {
  const coin = `COIN${++coins}`
  const a = await TestMember.make(t.db, 'binance-usdm', coin, bucketMs[0])
  const b = await TestMember.make(t.db, 'hyperliquid', coin, bucketMs[1], 'USDC')
  await makeAllVenueSums(t.db)
  return { coin, a, b, key: `market:${coin}` }
}

async function lineOf(key: string, members: readonly TestMember[], options: Partial<AggregateLineOptions> = QUICK) {
  const instrument = await findInstrument(t.db, key)
  const lease = keepLease(t.db, await acquireLease(t.db, instrument.id, 'a worker', 60_000), 60_000)
  const line = new AggregateLine({ db: t.db, instrument, lease, log: () => undefined, onLost: () => undefined, ...options })
  lines.push(line)
  line.setMembers(members.map((m) => m.instrument.id))
  return line
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
const served = (key: string, expected: Map<number, string>) =>
  until(`${key} has ${expected.size} columns`, async () => {
    const there = await servedColumns(t.db, key)
    return there.size === expected.size && [...expected].every(([i, hex]) => there.get(i) === hex)
  })
const sumsOf = (of: (i: number) => Column[], indexes: readonly number[], bucketMs = MINUTE_MS) =>
  new Map(indexes.map((i) => [i, hexOf(naiveSum(of(i), START + i * bucketMs, bucketMs))]))
const coverage = async (key: string) => {
  const { currentBuildId } = await findInstrument(t.db, key)
  return (await readStretches(t.db, currentBuildId as number)).map((s) => ({
    member: s.memberId,
    from: (s.from - START) / MINUTE_MS,
    to: (s.to - START) / MINUTE_MS,
    included: s.included,
  }))
}

it('adds up what is there, shortly the newest and then all of it, and goes on as columns come', async () => {
  const { a, b, key } = await twoVenues()
  await a.append(range(0, 30))
  await b.append(range(10, 30))
  const line = await lineOf(key, [a, b], { ...QUICK, firstMapMs: 5 * MINUTE_MS })
  const both = (i: number) => (i < 10 ? [a.column(i)] : [a.column(i), b.column(i)])
  await served(key, sumsOf(both, range(0, 30)))
  await a.append([30])
  await b.append([30])
  line.heard()
  await served(key, sumsOf(both, range(0, 31)))
  expect(await coverage(key)).toEqual([
    { member: a.instrument.id, from: 0, to: 31, included: true },
    { member: b.instrument.id, from: 0, to: 10, included: false },
    { member: b.instrument.id, from: 10, to: 31, included: true },
  ])
  const builds = await buildsOf(t.db, (await findInstrument(t.db, key)).id)
  expect(builds.map((x) => x.status)).toEqual(['complete', 'retired'])
})

it('waits for a late member, goes on without one that stays away, and takes it in when it returns', async () => {
  const { a, b, key } = await twoVenues()
  await a.append(range(0, 5))
  await b.append(range(0, 5))
  const patient = await lineOf(key, [a, b], { ...QUICK, graceMs: 600_000 })
  const both = (i: number) => [a.column(i), b.column(i)]
  await served(key, sumsOf(both, range(0, 5)))

  await a.append([5])
  patient.heard()
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect((await servedColumns(t.db, key)).size).toBe(5)
  await b.append([5])
  patient.heard()
  await served(key, sumsOf(both, range(0, 6)))
  await patient.stop()
  lines.splice(lines.indexOf(patient), 1)
  const line = await lineOf(key, [a, b], { ...QUICK, graceMs: 100 })

  await a.append([6, 7, 8, 9])
  line.heard()
  const alone = (i: number) => (i < 6 ? both(i) : [a.column(i)])
  await served(key, sumsOf(alone, range(0, 10)))
  expect((await coverage(key)).at(-1)).toEqual({ member: b.instrument.id, from: 6, to: 10, included: false })
  const first = (await findInstrument(t.db, key)).currentBuildId

  await b.append([6, 7, 8, 9])
  line.heard()
  await served(key, sumsOf(both, range(0, 10)))
  expect((await findInstrument(t.db, key)).currentBuildId).not.toBe(first)
  expect((await coverage(key)).every((s) => s.included)).toBe(true)
})

it('sums columns of different lengths in the longest, each at its end', async () => {
  const { a, b, key } = await twoVenues([MINUTE_MS, 5 * MINUTE_MS])
  await a.append(range(0, 20))
  await b.append(range(0, 4))
  await lineOf(key, [a, b])
  await served(
    key,
    sumsOf((i) => [a.column(5 * i + 4), b.column(i)], range(0, 4), 5 * MINUTE_MS),
  )
})

it('follows another generation of a member, a member that comes, and one that goes', async () => {
  const { coin, a, b, key } = await twoVenues()
  await a.append(range(5, 15))
  await b.append(range(0, 15))
  const line = await lineOf(key, [a, b])
  await served(
    key,
    sumsOf((i) => (i < 5 ? [b.column(i)] : [a.column(i), b.column(i)]), range(0, 15)),
  )
  await a.newBuild(range(3, 15), 1)
  line.heard()
  const other = (i: number) => (i < 3 ? [b.column(i)] : [a.column(i, 1), b.column(i)])
  await served(key, sumsOf(other, range(0, 15)))
  const c = await TestMember.make(t.db, 'okx-swap', coin)
  await c.append(range(8, 15))
  line.setMembers([a, c, b].map((m) => m.instrument.id))
  await served(
    key,
    sumsOf((i) => (i < 8 ? other(i) : [a.column(i, 1), c.column(i), b.column(i)]), range(0, 15)),
  )
  line.setMembers([a, c].map((m) => m.instrument.id))
  await served(
    key,
    sumsOf((i) => (i < 8 ? [a.column(i, 1)] : [a.column(i, 1), c.column(i)]), range(3, 15)),
  )
})

it('sums chosen venues apart, and says which may be chosen', async () => {
  const { coin, a, b } = await twoVenues()
  const c = await TestMember.make(t.db, 'gate-usdt', coin)
  const sum = { baseAsset: coin, simulated: false }
  const chosen = await chooseVenues(t.db, { ...sum, venues: ['hyperliquid', 'gate-usdt'] }, 10)
  expect(chosen.key).toBe(`market:${coin}-gate-hyperliquid`)
  for (const member of [a, b, c]) await member.append(range(0, 3))
  await lineOf(chosen.key, [c, b])
  await served(
    chosen.key,
    sumsOf((i) => [c.column(i), b.column(i)], range(0, 3)),
  )
  expect((await sumOf(t.db, chosen.key)).venues).toEqual(['gate-usdt', 'hyperliquid'])
  await expect(chooseVenues(t.db, { ...sum, venues: ['okx-swap', 'gate-usdt'] }, 10)).rejects.toThrow(`OKX swap does not trade ${coin}`)
  await expect(chooseVenues(t.db, { ...sum, venues: ['binance-usdm', 'gate-usdt'] }, 1)).rejects.toThrow('are kept already')
})

it('goes on after a kill at any point, and two never write', async () => {
  const { a, b, key } = await twoVenues()
  await a.append(range(0, 6))
  await b.append(range(0, 4))
  const both = (i: number) => (i < 4 ? [a.column(i), b.column(i)] : [a.column(i)])
  const first = await lineOf(key, [a, b])
  await served(key, sumsOf(both, range(0, 6)))
  // Killed while it made a generation: what it began is beside the served build, and its lease is still held.
  const { id } = await findInstrument(t.db, key)
  const left = await startBuild(t.db, first.lease.lease, { modelVersion: 'sum-1', bucketMs: MINUTE_MS })
  const lost = vi.fn()
  const second = await acquireLease(t.db, id, 'a worker', 60_000) // a successor of the same name fences it off
  const line = new AggregateLine({
    db: t.db,
    instrument: { id, key },
    lease: keepLease(t.db, second, 60_000),
    log: () => undefined,
    onLost: lost,
    ...QUICK,
  })
  lines.push(line)
  line.setMembers([a.instrument.id, b.instrument.id])
  await b.append([4, 5])
  await a.append([6])
  await b.append([6])
  first.heard()
  line.heard()
  await served(
    key,
    sumsOf((i) => [a.column(i), b.column(i)], range(0, 7)),
  )
  await until('what was left behind is gone', async () => !(await buildsOf(t.db, id)).some((x) => x.id === left.id))
  expect(lost).not.toHaveBeenCalled()
})

it('has nothing to say while no member has a column', async () => {
  const { a, b, key } = await twoVenues()
  const line = await lineOf(key, [a, b])
  line.heard()
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect((await findInstrument(t.db, key)).currentBuildId).toBeNull()
})

it('serves tiles of the sum like any other, also of a generation that took over the part that is the same', async () => {
  const { a, b, key } = await twoVenues()
  await a.append(range(0, 700))
  await b.append(range(0, 400))
  const line = await lineOf(key, [a, b])
  await until('all are added up', async () => (await servedColumns(t.db, key)).size === 700)
  await b.append(range(400, 700))
  line.heard()
  const all = range(0, 700).map((i) => naiveSum([a.column(i), b.column(i)], START + i * MINUTE_MS, MINUTE_MS))
  await served(key, new Map(all.map((column, i) => [i, hexOf(column)])))
  const { currentBuildId } = await findInstrument(t.db, key)
  const first = tileIndexOf(START, MINUTE_MS)
  for (const index of [first, first + 1, first + 2]) {
    const tile = await readTile(t.db, currentBuildId as number, MINUTE_MS, index)
    const expected = encodeTile(tileFromColumns({ resolutionMs: MINUTE_MS, index, columns: all }))
    expect(Buffer.compare(gunzipSync(tile?.gzip as Buffer), expected)).toBe(0)
  }
})

it('takes turns with the history of other sums, and goes on with what is live meanwhile', async () => {
  const [long, live] = [await twoVenues(), await twoVenues()]
  for (const member of [long.a, long.b]) await member.append(range(0, 300))
  for (const member of [live.a, live.b]) await member.append(range(0, 3))
  const history = new WindowLimiter(1)
  const end = new AbortController()
  const another = history.run(new AbortController().signal, () => once(end.signal, 'abort'))
  const line = await lineOf(long.key, [long.a, long.b], { ...QUICK, history })
  line.heard()
  await new Promise((resolve) => setTimeout(resolve, 200))
  await lineOf(live.key, [live.a, live.b], { ...QUICK, history })
  const all = ({ a, b }: typeof long, count: number) => sumsOf((i) => [a.column(i), b.column(i)], range(0, count))
  await served(live.key, all(live, 3))
  expect((await servedColumns(t.db, long.key)).size).toBe(0)
  end.abort()
  await another
  await served(long.key, all(long, 300))
})

it('calls nobody missing where retention has thinned a member and not yet another', async () => {
  const { a, b, key } = await twoVenues()
  await a.newBuild(range(0, 20))
  await setRetention(t.db, { kind: 'operator' }, 'column1m', 2)
  await ensureDataSource(t.db, { name: key, venue: 'binance-usdm', symbols: [] })
  await t.db.pool.query(
    "insert into feed_state (instrument_id, data_source_id, state, worker, updated_at) select $1, id, 'live', 'a worker', now() from data_source where name = $2",
    [a.instrument.id, key],
  )
  await applyRetention(t.db, START + 10 * DAY_MS)
  await b.newBuild(range(0, 20), 1) // as a rebuild leaves it: every minute is there again
  await lineOf(key, [a, b])
  await served(
    key,
    sumsOf((i) => [a.column(i), b.column(i, 1)], [4, 9, 14, 19]),
  )
  const { currentBuildId } = await findInstrument(t.db, key)
  expect((await findBuild(t.db, currentBuildId as number))?.thinnedTo).toBe(START + 20 * MINUTE_MS)
  expect(await coverage(key)).toEqual([a, b].map(({ instrument }) => ({ member: instrument.id, from: 4, to: 20, included: true })))
})

it('gives the same bytes in whatever order columns arrive', async () => {
  const COUNT = 8
  // How many columns of one venue and of the other come in turn.
  const arrivals = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.boolean()), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(arrivals, async (steps) => {
      const { a, b, key } = await twoVenues()
      const line = await lineOf(key, [a, b])
      const at = { a: 0, b: 0 }
      const give = async (member: TestMember, of: 'a' | 'b', count: number) => {
        const to = Math.min(COUNT, at[of] + count)
        if (to === at[of]) return
        await member.append(range(at[of], to))
        at[of] = to
        line.heard()
      }
      for (const [ofA, ofB, pause] of steps) {
        await give(a, 'a', ofA)
        if (pause) await new Promise((resolve) => setTimeout(resolve, 60))
        await give(b, 'b', ofB)
      }
      await give(b, 'b', COUNT)
      await give(a, 'a', COUNT)
      await served(
        key,
        sumsOf((i) => [a.column(i), b.column(i)], range(0, COUNT)),
      )
      await line.stop()
      lines.splice(lines.indexOf(line), 1)
    }),
    { numRuns: 6 },
  )
})
