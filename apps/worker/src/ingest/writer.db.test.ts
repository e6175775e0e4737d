import { type FeedState, readFeedStates } from '@faultline/db/repositories/feed-states'
import { openGaps } from '@faultline/db/repositories/gaps'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { listQuarantine } from '@faultline/db/repositories/quarantine'
import type { ChannelStatus } from '@faultline/market/feed'
import { MINUTE_MS } from '@faultline/market/units'
import { START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { describe, expect, it, vi } from 'vitest'
import {
  attach,
  blocking,
  blockingRow,
  candle,
  holdInstrument,
  interest,
  openIngest,
  print,
  storedKnown,
  storedTimes,
  takeOver,
  waitingForLock,
} from '../../test/ingest-setup.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
const t = freshDatabase()
const read = async (id: number) => (await readFeedStates(t.db, [id]))[0]
const status = (more: Partial<ChannelStatus> = {}): ChannelStatus => ({
  state: 'fresh',
  lastTime: START,
  receivedAt: START,
  coveredTo: null,
  limitMs: null,
  ...more,
})
const live = (more: Partial<FeedState> = {}) => ({ state: 'live' as const, message: null, channels: {}, backfill: null, ...more })

describe('what is accepted', () => {
  it('is written within a moment, with what it covers, and whoever steps is told what was new', async () => {
    const { ingest } = await openIngest({ db: t.db, flushMs: 20 })
    const [a, b] = [await holdInstrument(t.db), await holdInstrument(t.db)]
    attach(ingest, a)
    attach(ingest, b)
    ingest.report(a.id, live({ channels: { openInterest: status() } }))
    ingest.accept(a.id, [candle(1), candle(0), interest(5), interest(5, 2)])
    ingest.cover(a.id, 'openInterest', START + 6)
    ingest.enterGap({ instrumentId: b.id, channel: 'funding', from: START, to: START + 1, status: 'open', reason: 'cut' })
    await expect
      .poll(() => a.commits, { timeout: 20_000 })
      .toEqual([{ instrumentId: a.id, earliest: { candle: START, openInterest: START + 5 } }])
    expect(await storedTimes(t.db, 'candle', a.id)).toEqual([0, MINUTE_MS])
    expect(await read(a.id)).toMatchObject({
      state: 'live',
      worker: 'test',
      channels: { openInterest: { state: 'fresh', coveredTo: START + 6 } },
    })
    expect(await openGaps(t.db, b.id)).toMatchObject([{ channel: 'funding', reason: 'cut' }])
    expect(ingest.stats).toMatchObject({
      accepted: 4,
      inserted: 3,
      buffered: 0,
      bufferedMs: 0,
      spooled: 0,
      databaseAway: false,
      catchingUp: false,
    })
  })

  it('is told once: what was stored before is no news', async () => {
    const { ingest } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    for (const events of [[interest(1)], [interest(1), interest(2)], [interest(2)]]) {
      ingest.accept(a.id, events)
      await ingest.flush()
    }
    expect(a.commits.map((c) => c.earliest)).toEqual([{ openInterest: START + 1 }, { openInterest: START + 2 }])
    expect(ingest.stats.inserted).toBe(2)
  })

  it('is cut into batches, and one transaction runs at a time while the next batch collects', async () => {
    const { ingest } = await openIngest({ db: t.db, maxBatch: 10 })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    ingest.accept(
      a.id,
      Array.from({ length: 35 }, (_, i) => interest(i)),
    )
    expect(ingest.stats.buffered).toBe(35)
    await expect.poll(() => ingest.stats.buffered, { timeout: 20_000 }).toBe(5)
    expect(ingest.stats.batches).toBe(3)
    await ingest.flush()
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual(Array.from({ length: 35 }, (_, i) => i))
    expect(ingest.stats.batches).toBe(4)
  })

  it('of nobody is left out, and said once', async () => {
    const { ingest, said } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    ingest.accept(a.id, [interest(1)])
    ingest.cover(a.id, 'candle', START)
    attach(ingest, a)
    ingest.accept(a.id, [interest(2)])
    await ingest.detach(a.id)
    ingest.accept(a.id, [interest(3)])
    await ingest.detach(a.id)
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([2])
    expect(said.filter((line) => line.includes('left out'))).toHaveLength(2)
  })

  it('survives a listener that throws', async () => {
    const { ingest, said } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    ingest.attach(
      {
        instrumentId: a.id,
        dataSourceId: a.dataSourceId,
        lease: a.lease,
        onCommitted: () => {
          throw new Error('mine')
        },
        onLeaseLost: () => undefined,
      },
      null,
    )
    for (const at of [1, 2]) {
      ingest.accept(a.id, [interest(at)])
      await ingest.flush()
    }
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([1, 2])
    expect(said.filter((line) => line.includes('mine'))).toHaveLength(2)
  })
})

describe('a lease that another took', () => {
  it('keeps everything of its instrument out, and nothing of the others', async () => {
    const { ingest, said } = await openIngest({ db: t.db })
    const [gone, kept] = [await holdInstrument(t.db), await holdInstrument(t.db)]
    attach(ingest, gone)
    attach(ingest, kept)
    await takeOver(t.db, gone)
    for (const held of [gone, kept]) {
      ingest.report(held.id, live({ channels: { openInterest: status() } }))
      ingest.accept(held.id, [interest(1), print(1), candle(0)])
      ingest.cover(held.id, 'openInterest', START + 2)
      ingest.enterGap({ instrumentId: held.id, channel: 'funding', from: START, to: START + 1, status: 'open', reason: null })
    }
    const claimed = ingest.claim(gone.id, START + MINUTE_MS).then(
      () => 'granted',
      (error: { code: string }) => error.code,
    )
    const stored = ingest.store(gone.id, [interest(-5)]).then(
      () => 'stored',
      (error: { code: string }) => error.code,
    )
    await ingest.flush()
    expect(await claimed).toBe('lease_lost')
    expect(await stored).toBe('lease_lost')
    for (const table of ['open_interest', 'liquidation', 'candle'] as const) {
      expect(await storedTimes(t.db, table, gone.id)).toEqual([])
      expect(await storedTimes(t.db, table, kept.id)).toHaveLength(1)
    }
    expect([await openGaps(t.db, gone.id), await read(gone.id)]).toEqual([[], undefined])
    expect(await openGaps(t.db, kept.id)).toHaveLength(1)
    expect(await read(kept.id)).toMatchObject({ channels: { openInterest: { coveredTo: START + 2 } } })
    expect([gone.lost, gone.commits, kept.lost, kept.commits.length]).toEqual([1, [], 0, 1])
    expect(ingest.stats.fenced).toBe(3)
    expect(said.filter((line) => line.includes('another worker holds'))).toHaveLength(1)

    ingest.accept(gone.id, [interest(7)])
    await ingest.flush()
    expect([gone.lost, await storedTimes(t.db, 'open_interest', gone.id)]).toEqual([1, []])
    await expect(ingest.claim(gone.id, START)).rejects.toMatchObject({ code: 'lease_lost' })
    await expect(ingest.store(gone.id, [interest(7)])).rejects.toMatchObject({ code: 'lease_lost' })
    // and is written again when it is ours again
    attach(ingest, { ...gone, lease: await takeOver(t.db, gone, 'test') })
    ingest.accept(gone.id, [interest(8)])
    await ingest.flush()
    expect(await storedTimes(t.db, 'open_interest', gone.id)).toEqual([8])
  })

  it('that has merely expired is still ours', async () => {
    const { ingest } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    await t.db.pool.query('update lease set expires_at = to_timestamp(0) where instrument_id = $1', [a.id])
    ingest.accept(a.id, [interest(1)])
    await ingest.flush()
    expect([a.lost, await storedTimes(t.db, 'open_interest', a.id)]).toEqual([0, [1]])
  })

  it('is noticed by a state alone', async () => {
    const { ingest } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    await takeOver(t.db, a)
    ingest.report(a.id, live())
    await ingest.flush()
    expect([a.lost, await read(a.id)]).toEqual([1, undefined])
  })

  it('cannot be taken while its batch is being written', async () => {
    const { ingest } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    const blocker = await blockingRow(t.db, a.id, 0)
    ingest.accept(a.id, [interest(0), interest(1)])
    const flushed = ingest.flush()
    await expect.poll(() => waitingForLock(t.db, 'open_interest'), { timeout: 20_000 }).toBe(1)
    let taken = false
    const taking = takeOver(t.db, a).then(() => {
      taken = true
    })
    await expect
      .poll(() => waitingForLock(t.db), {
        timeout: 20_000,
      })
      .toBe(2)
    expect(taken).toBe(false)
    await blocker.letGo()
    await flushed
    await taking
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([0, 1])
  })
})

describe('values that no event may have', () => {
  it('go to quarantine with the reason, and everything else is stored', async () => {
    const { ingest, said } = await openIngest({ db: t.db })
    const [a, b] = [await holdInstrument(t.db), await holdInstrument(t.db)]
    attach(ingest, a)
    attach(ingest, b)
    const poison: LiveEvent[] = [
      { ...(candle(3) as Extract<LiveEvent, { type: 'candle' }>), tradeCount: 3_000_000_000 },
      interest(2, Number.NaN),
      { ...(print(3) as Extract<LiveEvent, { type: 'liquidation' }>), time: Number.NaN },
      { type: 'longShortRatio', time: START, kind: 'unheard' as 'accounts', ratio: 1 },
      { type: 'markPrice', time: START, markPrice: Number.POSITIVE_INFINITY },
    ]
    ingest.accept(a.id, [candle(0), ...poison, interest(1), candle(4)])
    ingest.accept(b.id, [interest(1), print(2)])
    ingest.cover(a.id, 'candle', START)
    ingest.quarantine(a.dataSourceId, 'unknown shape', { e: 'new' }, START)
    ingest.report(a.id, live({ channels: { candle: status() } }))
    await ingest.flush()
    expect(await storedTimes(t.db, 'candle', a.id)).toEqual([0, 4 * MINUTE_MS])
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([1])
    expect(await storedTimes(t.db, 'open_interest', b.id)).toEqual([1])
    expect(await storedTimes(t.db, 'liquidation', b.id)).toEqual([2])
    expect(await read(a.id)).toMatchObject({ channels: { candle: { coveredTo: START } } })
    const kept = await listQuarantine(t.db, a.dataSourceId, 6)
    expect(kept).toHaveLength(6)
    const reasonOf = (text: string) => kept.find((m) => m.payload.includes(text))?.reason
    expect(reasonOf('3000000000')).toMatch(/the database refuses it: .*integer/)
    expect(reasonOf('"openInterest":null')).toMatch(/^openInterest: /)
    expect(reasonOf('"type":"liquidation"')).toMatch(/^time: /)
    expect(reasonOf('unheard')).toMatch(/^kind: /)
    expect(reasonOf('markPrice')).toMatch(/^markPrice: /)
    expect(reasonOf('"e":"new"')).toBe('unknown shape')
    expect(ingest.stats).toMatchObject({ refused: 5, inserted: 5, databaseAway: false, spooled: 0 })
    expect(said.join('\n')).toMatch(/5 events went to quarantine/)
    // the next batch is written as always
    ingest.accept(a.id, [interest(9)])
    await ingest.flush()
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([1, 9])
  })

  it('are found among many that only the database can tell apart', async () => {
    const { ingest } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    const bad = new Set([0, 17, 18, 63, 99])
    ingest.accept(
      a.id,
      Array.from({ length: 100 }, (_, i) => ({
        ...(candle(i) as Extract<LiveEvent, { type: 'candle' }>),
        tradeCount: bad.has(i) ? 2 ** 31 : i,
      })),
    )
    await ingest.flush()
    expect(await storedTimes(t.db, 'candle', a.id)).toEqual(
      Array.from({ length: 100 }, (_, i) => i)
        .filter((i) => !bad.has(i))
        .map((i) => i * MINUTE_MS),
    )
    expect(ingest.stats).toMatchObject({ refused: 5, inserted: 95 })
    expect(a.commits).toEqual([{ instrumentId: a.id, earliest: { candle: START + MINUTE_MS } }])
  })

  it('among gaps, states and messages keep out nothing but themselves', async () => {
    const { ingest, said } = await openIngest({ db: t.db })
    const [a, b] = [await holdInstrument(t.db), await holdInstrument(t.db)]
    attach(ingest, { ...a, dataSourceId: 999_999 })
    attach(ingest, b)
    ingest.accept(a.id, [interest(1)])
    ingest.quarantine(999_999, 'of a source that was deleted', 'x', START)
    ingest.quarantine(b.dataSourceId, 'kept', 'y', START)
    const gap = { instrumentId: a.id, channel: 'funding' as const, from: START, to: START + 1, status: 'open' as const, reason: null }
    ingest.enterGap({ ...gap, channel: 'no such channel' as 'funding' })
    ingest.enterGap(gap)
    ingest.report(a.id, live())
    ingest.report(b.id, live())
    await ingest.flush()
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([1])
    expect(await openGaps(t.db, a.id)).toEqual([gap])
    expect((await listQuarantine(t.db, b.dataSourceId, 1))[0]?.reason).toBe('kept')
    expect([await read(a.id), (await read(b.id))?.state]).toEqual([undefined, 'live'])
    expect(said.filter((line) => line.includes('left out {'))).toHaveLength(3)
  })
})

describe('states', () => {
  it('are written at once when somebody sees the change, else now and then', async () => {
    const { ingest } = await openIngest({ db: t.db, flushMs: 20 })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    ingest.report(a.id, live({ channels: { candle: status() } }))
    await expect.poll(() => read(a.id), { timeout: 20_000 }).toMatchObject({ state: 'live' })
    ingest.report(a.id, live({ state: 'late', message: 'no candle', channels: { candle: status({ state: 'late', lastTime: START + 5 }) } }))
    await expect.poll(() => read(a.id), { timeout: 20_000 }).toMatchObject({ state: 'late', channels: { candle: { lastTime: START + 5 } } })
    ingest.report(a.id, live({ state: 'late', message: 'no candle', channels: { candle: status({ state: 'late', lastTime: START + 9 }) } }))
    await expect.poll(() => read(a.id), { timeout: 20_000 }).toMatchObject({ channels: { candle: { lastTime: START + 9 } } })
  })

  it('never say that more is covered than is committed, whatever the report says', async () => {
    const { ingest } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    ingest.report(a.id, live({ channels: { candle: status({ coveredTo: START + 1_000 }), openInterest: status() } }))
    await ingest.flush()
    expect(await read(a.id)).toMatchObject({ channels: { candle: { coveredTo: null }, openInterest: { coveredTo: null } } })
    ingest.accept(a.id, [candle(0)])
    ingest.cover(a.id, 'candle', START + 100)
    ingest.cover(a.id, 'candle', START + 50)
    // a channel that no report names
    ingest.cover(a.id, 'funding', START + 70)
    ingest.cover(a.id, 'openInterest', Number.NaN)
    await ingest.flush()
    expect(await read(a.id)).toMatchObject({
      channels: { candle: { coveredTo: START + 100 }, funding: { coveredTo: START + 70 }, openInterest: { coveredTo: null } },
    })
  })

  it('show coverage only together with the events that it stands for', async () => {
    const { ingest } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    const [first, second] = [await blockingRow(t.db, a.id, 0), await blockingRow(t.db, a.id, 100)]
    ingest.report(a.id, live({ channels: { openInterest: status() } }))
    ingest.accept(a.id, [interest(0)])
    ingest.cover(a.id, 'openInterest', START + 1)
    void ingest.flush()
    await expect.poll(() => waitingForLock(t.db, 'open_interest'), { timeout: 20_000 }).toBe(1)
    // accepted while that is being written
    ingest.report(a.id, live({ message: 'changed', channels: { openInterest: status() } }))
    ingest.accept(a.id, [interest(100)])
    ingest.cover(a.id, 'openInterest', START + 101)
    const flushed = ingest.flush()
    await first.letGo()
    await expect.poll(() => storedTimes(t.db, 'open_interest', a.id), { timeout: 20_000 }).toEqual([0])
    expect((await read(a.id))?.channels.openInterest?.coveredTo).toBe(START + 1)
    await second.letGo()
    await flushed
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([0, 100])
    expect((await read(a.id))?.channels.openInterest?.coveredTo).toBe(START + 101)
  })
})

describe('store', () => {
  it('resolves when history is committed, however much of it', async () => {
    const { ingest } = await openIngest({ db: t.db, maxBatch: 100 })
    const a = await holdInstrument(t.db)
    attach(ingest, a, START + 1_000)
    await ingest.store(
      a.id,
      Array.from({ length: 250 }, (_, i) => interest(i)),
    )
    expect(await storedTimes(t.db, 'open_interest', a.id)).toHaveLength(250)
    expect(a.commits[0]).toEqual({ instrumentId: a.id, earliest: { openInterest: START } })
    // history counts as known by its own time, unless it is said to be late
    expect(new Set(await storedKnown(t.db, 'open_interest', a.id))).toEqual(new Set([null]))
    await ingest.store(a.id, [print(5), print(2_000)], { late: true })
    expect(await storedKnown(t.db, 'liquidation', a.id)).toEqual([1_000, null])
    await ingest.store(a.id, [])
    await expect(ingest.store(a.id + 1_000, [interest(1)])).rejects.toMatchObject({ code: 'not_found' })
  })

  it('puts what nobody can store into quarantine instead', async () => {
    const { ingest } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    await ingest.store(a.id, [interest(1), interest(2, -1), interest(3)])
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([1, 3])
    expect((await listQuarantine(t.db, a.dataSourceId, 1))[0]?.payload).toContain('-1')
  })
})

describe('close', () => {
  it('writes what is there, states included, and refuses the rest', async () => {
    const { ingest } = await openIngest({ db: t.db })
    const a = await holdInstrument(t.db)
    attach(ingest, a)
    ingest.accept(a.id, [interest(1)])
    ingest.cover(a.id, 'openInterest', START + 2)
    ingest.report(a.id, live({ channels: { openInterest: status() } }))
    const closed = ingest.close()
    ingest.accept(a.id, [interest(2)])
    await expect(ingest.claim(a.id, START)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(ingest.store(a.id, [interest(3)])).rejects.toMatchObject({ code: 'unavailable' })
    await closed
    await ingest.close()
    expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([1])
    expect(await read(a.id)).toMatchObject({ channels: { openInterest: { coveredTo: START + 2 } } })
  })
})

it('waits for a lock that passes, longer than one attempt does', async () => {
  const { ingest, said } = await openIngest({ db: t.db, transactionMs: 8_000 })
  const a = await holdInstrument(t.db)
  attach(ingest, a)
  const blocker = await blocking(t.db, 'select from lease where instrument_id = $1 for update', [a.id])
  ingest.accept(a.id, [interest(1)])
  const flushed = ingest.flush()
  await expect.poll(() => waitingForLock(t.db), { timeout: 20_000 }).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 2_300))
  await blocker.letGo()
  await flushed
  expect(await storedTimes(t.db, 'open_interest', a.id)).toEqual([1])
  expect([said, ingest.stats.spooled]).toEqual([[], 0])
})
