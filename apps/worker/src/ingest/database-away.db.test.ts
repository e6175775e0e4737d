import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from '@faultline/db/database'
import { readFeedStates, writeFeedStates } from '@faultline/db/repositories/feed-states'
import type { Gap } from '@faultline/db/repositories/gaps'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { listQuarantine } from '@faultline/db/repositories/quarantine'
import type { CandleEvent } from '@faultline/market/event'
import { MINUTE_MS } from '@faultline/market/units'
import { startChaosProxy } from '@faultline/testkit/chaos-proxy'
import { START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { describe, expect, it, vi } from 'vitest'
import {
  atEnd,
  attach,
  blocking,
  blockingRow,
  candle,
  freshFolder,
  holdInstrument,
  interest,
  openAt,
  openIngest,
  print,
  storedKnown,
  storedTimes,
  takeOver,
  waitingForLock,
} from '../../test/ingest-setup.ts'
import type { Ingest } from './ingest.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })
const t = freshDatabase()
const candleWithout = (i: number): LiveEvent => ({ ...(candle(i) as CandleEvent), volume: Number.NaN })
const LONG = { timeout: 60_000 }
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const covered = async (id: number) => (await readFeedStates(t.db, [id]))[0]?.channels.openInterest?.coveredTo ?? null
const gapsOf = async (id: number) => {
  const { rows } = await t.db.pool.query('select channel, from_time, to_time, status from gap where instrument_id = $1 order by 1, 2', [id])
  return rows.map((r) => [r.channel, r.from_time.getTime() - START, r.to_time.getTime() - START, r.status])
}
const isLive = (ingest: Ingest) =>
  expect.poll(() => ingest.stats, LONG).toMatchObject({ databaseAway: false, catchingUp: false, buffered: 0, spoolBytes: 0 })

async function throughProxy() {
  const proxy = await startChaosProxy(t.appUrl)
  atEnd(() => proxy.close())
  return { proxy, db: openAt(proxy.through(t.appUrl)) }
}
/** An instrument with a state, so that its coverage has a place. */
async function holdWithState(db: Database) {
  const held = await holdInstrument(db)
  const { id: instrumentId, dataSourceId } = held
  await writeFeedStates(db.pool, [
    { instrumentId, dataSourceId, state: 'live', message: null, channels: {}, backfill: null, worker: 'before' },
  ])
  return held
}

describe('while the database is away', () => {
  it('events go to disk, and from there to the database in order, once', async () => {
    const { proxy, db } = await throughProxy()
    const spoolDir = freshFolder()
    const { ingest, said } = await openIngest({ db, spoolDir })
    const held = await holdWithState(t.db)
    attach(ingest, held)
    ingest.accept(held.id, [interest(0)])
    await ingest.flush()
    proxy.refuse()
    for (const at of [1, 2, 3, 4]) {
      // twice: what a venue sends again
      ingest.accept(held.id, [interest(at), interest(at - 1), candle(at)])
      ingest.cover(held.id, 'openInterest', START + at + 1)
      await ingest.flush()
    }
    ingest.quarantine(held.dataSourceId, 'seen while away', { n: 1 }, START)
    ingest.enterGap({ instrumentId: held.id, channel: 'depth', from: START, to: START + 1, status: 'open', reason: 'cut' })
    await ingest.flush()
    expect(ingest.stats).toMatchObject({ databaseAway: true, spooled: 12, buffered: 0, inserted: 1 })
    expect(ingest.stats.spoolBytes).toBeGreaterThan(0)
    await expect(ingest.store(held.id, [interest(-9)])).rejects.toMatchObject({ code: 'unavailable' })
    let granted = false
    const claimed = ingest.claim(held.id, START + 10 * MINUTE_MS).then(() => {
      granted = true
    })
    const given = new AbortController()
    const givenUp = ingest.claim(held.id, START + 90 * MINUTE_MS, given.signal).then(
      () => 'granted',
      (error: { code: string }) => error.code,
    )
    given.abort()
    expect(await givenUp).toBe('unavailable')
    await expect(ingest.claim(held.id, START, AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' })
    expect(await storedTimes(t.db, 'open_interest', held.id)).toEqual([0])
    expect(granted).toBe(false)
    const caughtUp = ingest.caughtUp()
    await expect(ingest.caughtUp(AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' })

    proxy.restore()
    await caughtUp
    await claimed
    expect(await storedTimes(t.db, 'open_interest', held.id)).toEqual([0, 1, 2, 3, 4])
    expect(await storedTimes(t.db, 'candle', held.id)).toEqual([1, 2, 3, 4].map((i) => i * MINUTE_MS))
    // the claim came after them, and was granted after they were stored: they are in time
    expect(new Set(await storedKnown(t.db, 'open_interest', held.id))).toEqual(new Set([null]))
    expect(held.commits.map((c) => c.earliest.candle)).toEqual([undefined, ...[1, 2, 3, 4].map((i) => START + i * MINUTE_MS)])
    expect(held.commits.map((c) => c.earliest.openInterest)).toEqual(upTo(5).map((at) => START + at))
    expect((await listQuarantine(t.db, held.dataSourceId, 1))[0]).toMatchObject({ reason: 'seen while away', payload: '{"n":1}' })
    expect(await gapsOf(held.id)).toEqual([['depth', 0, 1, 'open']])
    await isLive(ingest)
    expect(readdirSync(spoolDir)).toEqual([])

    ingest.accept(held.id, [interest(5)])
    await ingest.flush()
    expect(await storedKnown(t.db, 'open_interest', held.id)).toEqual([...Array(5).fill(null), 10 * MINUTE_MS])
    expect(await covered(held.id)).toBe(START + 5)
    expect(ingest.stats.spooled).toBe(12)
    expect(said.filter((line) => line.includes('is away')).length).toBeGreaterThan(0)
  })

  it('that comes and goes, nothing is lost and nothing is double', async () => {
    const { proxy, db } = await throughProxy()
    const { ingest } = await openIngest({ db, flushMs: 5, maxBatch: 40, transactionMs: 2_000 })
    const [a, b] = [await holdWithState(t.db), await holdWithState(t.db)]
    attach(ingest, a)
    attach(ingest, b)
    let at = 0
    const steps = [
      () => proxy.cut(),
      () => proxy.refuse(),
      () => proxy.restore(),
      () => proxy.cut(),
      () => proxy.stall('answers'),
      () => proxy.cut(),
    ]
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 10; i++) {
        ingest.accept(a.id, [interest(at), print(at)])
        ingest.accept(b.id, [interest(at++)])
      }
      ingest.cover(a.id, 'openInterest', START + at)
      if (round % 5 === 4) steps[Math.floor(round / 5) % steps.length]?.()
      await sleep(10)
    }
    proxy.cut()
    proxy.restore()
    await ingest.flush()
    await ingest.caughtUp()
    await isLive(ingest)
    for (const table of ['open_interest', 'liquidation'] as const) expect(await storedTimes(t.db, table, a.id)).toEqual(upTo(at))
    expect(await storedTimes(t.db, 'open_interest', b.id)).toEqual(upTo(at))
    const told = a.commits.flatMap((c) => c.earliest.openInterest ?? [])
    expect(Math.min(...told)).toBe(START)
    await ingest.close()
    expect(await covered(a.id)).toBe(START + at)
  })

  it('is noticed when it merely does not answer', async () => {
    const { proxy, db } = await throughProxy()
    const { ingest } = await openIngest({ db, transactionMs: 1_000 })
    const held = await holdInstrument(t.db)
    attach(ingest, held)
    ingest.accept(held.id, [interest(0)])
    await ingest.flush()
    await ingest.caughtUp()
    const { spooled } = ingest.stats
    proxy.stall()
    ingest.accept(held.id, [interest(1)])
    await ingest.flush()
    expect(ingest.stats).toMatchObject({ databaseAway: true, spooled: spooled + 1 })
    proxy.restore()
    await ingest.caughtUp()
    expect(await storedTimes(t.db, 'open_interest', held.id)).toEqual([0, 1])
  })

  it('tells of rows whose commit nobody heard of', async () => {
    const { proxy, db } = await throughProxy()
    const { ingest } = await openIngest({ db, transactionMs: 1_500 })
    const held = await holdInstrument(t.db)
    attach(ingest, held)
    // The transaction waits for this lock; then its commit is done, and the answer is lost.
    const blocker = await blocking(t.db, 'select pg_advisory_xact_lock(1)', [])
    const owner = openDatabase({ url: t.ownerUrl, poolSize: 1 })
    atEnd(() => owner.close())
    await owner.pool.query(
      `create function wait_at_commit() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(1); return null; end $$`,
    )
    await owner.pool.query(
      'create constraint trigger wait_at_commit after insert on gap deferrable initially deferred for each row execute function wait_at_commit()',
    )
    ingest.accept(held.id, [candle(0), interest(3)])
    ingest.enterGap({ instrumentId: held.id, channel: 'depth', from: START, to: START + 1, status: 'open', reason: null })
    const flushed = ingest.flush()
    await expect.poll(() => waitingForLock(t.db, 'commit'), LONG).toBe(1)
    proxy.stall('answers')
    await blocker.letGo()
    await owner.pool.query('drop trigger wait_at_commit on gap')
    await flushed
    expect(await storedTimes(t.db, 'candle', held.id)).toEqual([0])
    expect([held.commits, ingest.stats.databaseAway]).toEqual([[], true])
    proxy.cut()
    proxy.restore()
    await ingest.caughtUp()
    expect(held.commits).toEqual([{ instrumentId: held.id, earliest: { candle: START, openInterest: START + 3 } }])
    expect(await storedTimes(t.db, 'open_interest', held.id)).toEqual([3])
  })

  it('and the spool is full, events become gaps, and what is known to be covered stays true', async () => {
    const { proxy, db } = await throughProxy()
    const { ingest, said } = await openIngest({ db, spoolCapBytes: 8_000 })
    const held = await holdWithState(t.db)
    attach(ingest, held)
    proxy.refuse()
    const accept = async (from: number, to: number) => {
      for (let at = from; at < to; at++) {
        ingest.accept(held.id, [interest(at), print(at)])
        ingest.cover(held.id, 'openInterest', START + at + 1)
        await ingest.flush()
      }
    }
    await accept(0, 60)
    const { dropped, spooled } = ingest.stats
    expect(dropped + spooled).toBe(120)
    expect([dropped > 0, spooled > 0]).toEqual([true, true])
    expect(said.filter((line) => line.includes('no room'))).toHaveLength(1)
    proxy.restore()
    await ingest.caughtUp()
    await accept(60, 62)
    const kept = spooled / 2
    expect(await storedTimes(t.db, 'open_interest', held.id)).toEqual([...upTo(kept), 60, 61])
    expect(await storedTimes(t.db, 'liquidation', held.id)).toEqual([...upTo(kept), 60, 61])
    expect(await gapsOf(held.id)).toEqual([
      ['liquidation', kept, 60, 'unrecoverable'],
      ['openInterest', kept, 60, 'open'],
    ])
    expect(await covered(held.id)).toBe(START + 62)
    expect(ingest.stats.dropped).toBe(dropped)
  })

  it('and the disk fails too, events wait in memory', async () => {
    const { proxy, db } = await throughProxy()
    const spoolDir = freshFolder()
    const { ingest, said } = await openIngest({ db, spoolDir, flushMs: 10, maxBatch: 5 })
    const held = await holdInstrument(t.db)
    attach(ingest, held)
    rmSync(spoolDir, { recursive: true })
    proxy.refuse()
    ingest.accept(
      held.id,
      upTo(32).map((at) => interest(at)),
    )
    await expect.poll(() => said.filter((line) => line.includes('spool cannot be written')).length, LONG).toBeGreaterThan(0)
    expect(ingest.stats).toMatchObject({ databaseAway: true, buffered: 32, dropped: 0 })
    proxy.restore()
    // No disk is needed when the database is there.
    await expect.poll(() => storedTimes(t.db, 'open_interest', held.id), LONG).toEqual(upTo(32))

    proxy.refuse()
    ingest.accept(
      held.id,
      upTo(400).map((at) => interest(100 + at)),
    )
    await expect.poll(() => ingest.stats.dropped, LONG).toBeGreaterThan(0)
    expect(ingest.stats.buffered).toBeLessThanOrEqual(33 * 5)
    expect(ingest.stats.buffered + ingest.stats.dropped).toBe(400)
    mkdirSync(spoolDir)
    const { dropped } = ingest.stats
    const kept = 400 - dropped
    await ingest.flush()
    expect(ingest.stats).toMatchObject({ buffered: 0, spooled: kept, databaseAway: true })
    proxy.restore()
    await ingest.caughtUp()
    await ingest.flush()
    expect(await storedTimes(t.db, 'open_interest', held.id)).toEqual([...upTo(32), ...upTo(kept).map((at) => 100 + at)])
    expect(await gapsOf(held.id)).toEqual([['openInterest', 100 + kept, 500, 'open']])
  })

  it('a stop puts everything on disk at once, and the next start writes it', async () => {
    const { proxy, db } = await throughProxy()
    const spoolDir = freshFolder()
    const held = await holdWithState(t.db)
    for (const [round, trouble] of [() => proxy.refuse(), () => proxy.stall()].entries()) {
      const { ingest } = await openIngest({ db, spoolDir, transactionMs: 60_000 })
      attach(ingest, held)
      await ingest.caughtUp()
      ingest.accept(held.id, [interest(10 * round)])
      await ingest.flush()
      trouble()
      ingest.accept(held.id, [interest(10 * round + 1)])
      ingest.cover(held.id, 'openInterest', START + 10 * round + 2)
      const waits = ingest.claim(held.id, START + MINUTE_MS).then(
        () => 'granted',
        (error: { code: string }) => error.code,
      )
      await ingest.close()
      expect(await waits).toBe('unavailable')
      proxy.cut()
      proxy.restore()
    }
    const { ingest } = await openIngest({ db: t.db, spoolDir })
    await ingest.caughtUp()
    expect(await storedTimes(t.db, 'open_interest', held.id)).toEqual([0, 1, 10, 11])
    expect(await covered(held.id)).toBe(START + 12)
  })
})

describe('a database that is slower than what arrives', () => {
  it('sends events to disk before memory fills, and takes them from there in order', async () => {
    const { ingest, said } = await openIngest({ db: t.db, maxBatch: 5, transactionMs: 60_000 })
    const held = await holdWithState(t.db)
    attach(ingest, held)
    const blocker = await blockingRow(t.db, held.id, 0)
    ingest.accept(
      held.id,
      upTo(5).map((at) => interest(at)),
    )
    ingest.cover(held.id, 'openInterest', START + 5)
    await expect.poll(() => waitingForLock(t.db, 'open_interest'), LONG).toBe(1)
    ingest.accept(
      held.id,
      upTo(100).map((at) => interest(5 + at)),
    )
    ingest.cover(held.id, 'openInterest', START + 105)
    await ingest.flush()
    expect(ingest.stats).toMatchObject({ buffered: 0, spooled: 105, dropped: 0, inserted: 0, databaseAway: false, catchingUp: true })
    expect(said).toEqual([expect.stringContaining('slower')])
    expect(await covered(held.id)).toBeNull()
    await blocker.letGo()
    await ingest.caughtUp()
    expect(await storedTimes(t.db, 'open_interest', held.id)).toEqual(upTo(105))
    expect(ingest.stats.inserted).toBe(105)
    await ingest.close()
    expect(await covered(held.id)).toBe(START + 105)
  })
})

describe('what an earlier worker left in the spool', () => {
  const gap = (instrumentId: number): Gap => ({ instrumentId, channel: 'depth', from: START, to: START + 1, status: 'open', reason: null })
  /** Two instruments, spooled while the database was away, and the worker gone. */
  async function leftover(events: Parameters<Ingest['accept']>[1]) {
    const { proxy, db } = await throughProxy()
    const spoolDir = freshFolder()
    const { ingest } = await openIngest({ db, spoolDir })
    const helds = [await holdWithState(t.db), await holdWithState(t.db)] as const
    proxy.refuse()
    for (const held of helds) {
      attach(ingest, held)
      ingest.accept(held.id, events)
      ingest.cover(held.id, 'openInterest', START + 50)
      ingest.enterGap(gap(held.id))
    }
    await ingest.flush()
    await ingest.close()
    return { spoolDir, helds }
  }

  it('is stored whoever holds the instruments; coverage and gaps only where nobody took them since', async () => {
    const { spoolDir, helds } = await leftover([interest(1), print(2)])
    const [ours, theirs] = helds
    await takeOver(t.db, theirs)
    const { ingest, said } = await openIngest({ db: t.db, spoolDir })
    await ingest.caughtUp()
    for (const { id } of helds) {
      expect(await storedTimes(t.db, 'open_interest', id)).toEqual([1])
      expect(await storedTimes(t.db, 'liquidation', id)).toEqual([2])
    }
    expect([await covered(ours.id), await gapsOf(ours.id)]).toEqual([START + 50, [['depth', 0, 1, 'open']]])
    expect([await covered(theirs.id), await gapsOf(theirs.id)]).toEqual([null, []])
    expect((await readFeedStates(t.db, [theirs.id]))[0]?.worker).toBe('before')
    expect(said[0]).toMatch(/could not be written before/)
  })

  it('counts as known after every bucket that another worker can have estimated', async () => {
    const late = [
      interest(1),
      interest(2 * MINUTE_MS),
      interest(2 * MINUTE_MS + 1),
      print(1),
      print(2 * MINUTE_MS - 1),
      print(2 * MINUTE_MS),
    ]
    const { spoolDir, helds } = await leftover([...late, candle(7)])
    const [, theirs] = helds
    const lease = await takeOver(t.db, theirs)
    const other = await openIngest({ db: t.db })
    attach(other.ingest, { ...theirs, lease })
    other.ingest.accept(theirs.id, [candle(0), candle(1)])
    await other.ingest.flush()
    const { ingest } = await openIngest({ db: t.db, spoolDir })
    await ingest.caughtUp()
    expect(await storedKnown(t.db, 'open_interest', theirs.id)).toEqual([2 * MINUTE_MS, 2 * MINUTE_MS, null])
    expect(await storedKnown(t.db, 'liquidation', theirs.id)).toEqual([2 * MINUTE_MS, 2 * MINUTE_MS, null])
    // nobody had candles of the other one
    expect(await storedKnown(t.db, 'open_interest', helds[0].id)).toEqual([null, null, null])
  })

  it('makes silent what nobody listened to, as far as it cannot have been estimated', async () => {
    const { proxy, db } = await throughProxy()
    const spoolDir = freshFolder()
    const { ingest } = await openIngest({ db, spoolDir })
    const held = await holdWithState(t.db)
    attach(ingest, held)
    ingest.accept(held.id, [candle(0), candle(1)])
    await ingest.flush()
    proxy.refuse()
    const gap = { instrumentId: held.id, from: START + 5, status: 'unrecoverable', reason: null } as const
    ingest.enterGap({ ...gap, channel: 'liquidation', to: START + 5 * MINUTE_MS })
    ingest.enterGap({ ...gap, channel: 'depth', to: START + 9 * MINUTE_MS })
    await ingest.flush()
    await ingest.close()
    const later = await openIngest({ db: t.db, spoolDir })
    await later.ingest.caughtUp()
    const { rows } = await t.db.pool.query('select from_time as from, to_time as to from silence where instrument_id = $1', [held.id])
    expect(rows).toEqual([{ from: new Date(START + 2 * MINUTE_MS), to: new Date(START + 5 * MINUTE_MS) }])
  })

  it('keeps other workers from estimating while it is stored', async () => {
    const { spoolDir, helds } = await leftover([interest(1)])
    const [, theirs] = helds
    const lease = await takeOver(t.db, theirs)
    const other = await openIngest({ db: t.db })
    attach(other.ingest, { ...theirs, lease })
    const blocker = await blockingRow(t.db, theirs.id, 1)
    const { ingest } = await openIngest({ db: t.db, spoolDir })
    await expect.poll(() => waitingForLock(t.db, 'open_interest'), LONG).toBe(1)
    // Its candle would be estimated as soon as it is committed, without the row that is being stored.
    other.ingest.accept(theirs.id, [candle(0)])
    const flushed = other.ingest.flush()
    await expect.poll(() => waitingForLock(t.db, 'for share'), LONG).toBe(1)
    expect(await storedTimes(t.db, 'candle', theirs.id)).toEqual([])
    await blocker.letGo()
    await flushed
    await ingest.caughtUp()
    expect(await storedTimes(t.db, 'candle', theirs.id)).toEqual([0])
    expect(await storedKnown(t.db, 'open_interest', theirs.id)).toEqual([null])
  })

  it('is written while its instruments are held again: in time as far as nothing was estimated', async () => {
    const { spoolDir, helds } = await leftover([interest(1), interest(5 * MINUTE_MS)])
    const [ours, fresh] = helds
    const { proxy, db } = await throughProxy()
    proxy.refuse()
    const { ingest } = await openIngest({ db, spoolDir })
    attach(ingest, { ...ours, lease: await takeOver(t.db, ours, 'test') }, START + MINUTE_MS)
    attach(ingest, { ...fresh, lease: await takeOver(t.db, fresh, 'test') }, null)
    proxy.restore()
    await ingest.claim(fresh.id, START + 9 * MINUTE_MS)
    expect(await storedKnown(t.db, 'open_interest', ours.id)).toEqual([MINUTE_MS, null])
    expect(await storedKnown(t.db, 'open_interest', fresh.id)).toEqual([null, null])
    await ingest.flush()
    expect([await covered(ours.id), await gapsOf(ours.id)]).toEqual([START + 50, [['depth', 0, 1, 'open']]])
  })

  it('is stored as another’s when the lease is lost in the meantime, and that is said once', async () => {
    const { proxy, db } = await throughProxy()
    const { ingest } = await openIngest({ db })
    const [gone, kept] = [await holdWithState(t.db), await holdWithState(t.db)]
    attach(ingest, gone)
    attach(ingest, kept)
    proxy.refuse()
    for (const at of [1, 2]) {
      for (const { id } of [gone, kept]) {
        ingest.accept(id, [interest(at)])
        ingest.cover(id, 'openInterest', START + 50)
        ingest.enterGap(gap(id))
      }
      await ingest.flush()
    }
    await takeOver(t.db, gone)
    proxy.restore()
    await ingest.caughtUp()
    await ingest.flush()
    for (const { id } of [gone, kept]) expect(await storedTimes(t.db, 'open_interest', id)).toEqual([1, 2])
    expect([gone.lost, gone.commits, await covered(gone.id), await gapsOf(gone.id)]).toEqual([1, [], null, []])
    expect([kept.lost, kept.commits.length, await covered(kept.id)]).toEqual([0, 2, START + 50])
  })

  it('keeps nothing back that the database refuses', async () => {
    const { spoolDir, helds } = await leftover([interest(1), interest(2, -1), candleWithout(3), interest(4)])
    const { ingest } = await openIngest({ db: t.db, spoolDir })
    await ingest.caughtUp()
    for (const { id } of helds) expect(await storedTimes(t.db, 'open_interest', id)).toEqual([1, 4])
    expect(ingest.stats.refused).toBe(4)
  })
})
