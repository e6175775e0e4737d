import { FaultlineError } from '@faultline/market/errors'
import { MOST_OBSERVED_ADDRESSES } from '@faultline/market/observed-addresses'
import { MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { makeInstrument, START, sampleColumn } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { type DataSourceRow, ensureDataSource, findDataSource, updateDataSource } from './data-sources.ts'
import { acquireLease, releaseLease } from './leases.ts'
import { emptyColumn, latestLooks, type ObservedLook, observedPositions, readEvidence, readLooks, storeLook } from './observed.ts'
import {
  addObservedAddresses,
  clearObservedAddresses,
  dueAccounts,
  exportObservedAddresses,
  forgetPositions,
  type HeldPosition,
  holdPoller,
  noteFailure,
  observedSummaries,
  releasePoller,
  storeAnswers,
} from './observed-accounts.ts'

const t = freshDatabase()
const addressOf = (n: number) => `0x${n.toString(16).padStart(40, '0')}`
const [A, B, C] = [addressOf(0xa), addressOf(0xb), addressOf(0xc)] as [string, string, string]

let sources = 0
const makeSource = (options: DataSourceRow['options'] = { observed: { enabled: true } }): Promise<DataSourceRow> =>
  ensureDataSource(t.db, { name: `observed ${++sources}`, venue: 'hyperliquid', options })
const held = (instrumentId: number, more: Partial<HeldPosition> = {}): HeldPosition => ({
  instrumentId,
  side: 'long',
  size: 2,
  usd: 200,
  entryPrice: 101,
  leverage: 10,
  isolated: true,
  liquidationPrice: 92,
  ...more,
})
const answer = (address: string, positions: HeldPosition[], seenAt = START) => ({
  address,
  time: seenAt - 50,
  seenAt,
  dueAt: seenAt + MINUTE_MS,
  positions,
})

describe('observed accounts', () => {
  it('are added once, in lower case, and exported whole; a source is told', async () => {
    const { id } = await makeSource()
    expect(await addObservedAddresses(t.db, id, [A.toUpperCase().replace('0X', '0x'), B, A])).toEqual({ added: 2, known: 0, total: 2 })
    expect(await addObservedAddresses(t.db, id, [B, C])).toEqual({ added: 1, known: 1, total: 3 })
    expect((await exportObservedAddresses(t.db, id)).sort()).toEqual([A, B, C])
    expect(await clearObservedAddresses(t.db, id)).toBe(3)
    expect(await exportObservedAddresses(t.db, id)).toEqual([])
    await expect(addObservedAddresses(t.db, 1_000_000, [A])).rejects.toThrow('There is no data source 1000000.')
  })

  it('are refused as a whole where one is none, without quoting it, and beyond their limit', async () => {
    const { id } = await makeSource()
    const refusal = await addObservedAddresses(t.db, id, [A, 'secret-token']).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(FaultlineError)
    expect((refusal as FaultlineError).message).toBe('field addresses.1: no. 2 is no address: 0x and 40 hexadecimal digits')
    const many = Array.from({ length: MOST_OBSERVED_ADDRESSES }, (_, i) => addressOf(i + 1))
    await addObservedAddresses(t.db, id, many)
    await expect(addObservedAddresses(t.db, id, [addressOf(99_999)])).rejects.toThrow(
      '5001 addresses would be observed; at most 5000 are. Leave out 1',
    )
    expect(await exportObservedAddresses(t.db, id)).toHaveLength(MOST_OBSERVED_ADDRESSES)
  })

  it('are asked for in the order in which they are due; a failure waits and is told, without the address', async () => {
    const { id } = await makeSource()
    await addObservedAddresses(t.db, id, [A, B, C])
    await storeAnswers(t.db, id, [
      { ...answer(A, []), dueAt: START + 3000 },
      { ...answer(B, []), dueAt: START + 1000 },
      { ...answer(C, []), dueAt: START + 2000 },
    ])
    expect(await dueAccounts(t.db.pool, id, START + 2000, 10)).toEqual({
      due: [
        { address: B, dueAt: START + 1000, failures: 0 },
        { address: C, dueAt: START + 2000, failures: 0 },
      ],
      nextAt: START + 1000,
    })
    await noteFailure(t.db.pool, id, B, { reason: 'timed out', dueAt: START + 60_000 })
    expect((await dueAccounts(t.db.pool, id, START + 2000, 10)).due.map((d) => d.address)).toEqual([C])
    expect(await observedSummaries(t.db, [id])).toMatchObject([
      { addresses: 3, seen: 3, failing: 1, error: 'timed out', oldestAt: START, poller: null },
    ])
    await storeAnswers(t.db, id, [answer(B, [], START + 5000)])
    expect(await observedSummaries(t.db, [id])).toMatchObject([{ failing: 0, error: null, newestAt: START + 5000 }])
  })

  it('are asked for by one worker at a time, until it dies or lets go', async () => {
    const { id } = await makeSource()
    const hold = (worker: string, ttlMs = 60_000) => holdPoller(t.db.pool, id, { worker, ttlMs, answers: 3, message: null })
    expect(await hold('one')).toBe(true)
    expect(await hold('two')).toBe(false)
    expect(await hold('one')).toBe(true)
    await releasePoller(t.db.pool, id, 'two')
    expect(await hold('two')).toBe(false)
    await releasePoller(t.db.pool, id, 'one')
    // Times are kept to the millisecond: one that has long passed.
    expect(await hold('two', -1_000)).toBe(true)
    expect(await hold('three')).toBe(true)
    await addObservedAddresses(t.db, id, [A])
    expect((await observedSummaries(t.db, [id]))[0]?.poller).toMatchObject({ answers: 3, alive: true, message: null })
  })
})

describe('observed positions', () => {
  it('are those of the last answer: what is gone is closed, addresses are shortened, the largest come first', async () => {
    const { id } = await makeSource()
    const [one, two] = [await makeInstrument(t.db), await makeInstrument(t.db)]
    await addObservedAddresses(t.db, id, [A, B])
    await storeAnswers(t.db, id, [
      answer(A, [held(one.id), held(two.id, { side: 'short' })]),
      answer(B, [held(one.id, { usd: 500, liquidationPrice: null, isolated: false })]),
    ])
    const rows = await observedPositions(t.db, [one.id, two.id])
    expect(rows.map((r) => [r.instrumentId, r.account, r.usd])).toEqual([
      [one.id, '0x0000…000b', 500],
      [one.id, '0x0000…000a', 200],
      [two.id, '0x0000…000a', 200],
    ])
    expect(rows[0]).toMatchObject({
      side: 'long',
      size: 2,
      entryPrice: 101,
      leverage: 10,
      isolated: false,
      liquidationPrice: null,
      seenAt: START,
    })
    expect(JSON.stringify(rows)).not.toContain(A.slice(0, 20))
    expect(await observedPositions(t.db, [one.id], 1)).toHaveLength(1)

    await storeAnswers(t.db, id, [answer(A, [held(two.id, { side: 'short', size: 3 })], START + 1)])
    expect((await observedPositions(t.db, [one.id])).map((r) => r.usd)).toEqual([500])
    expect(await observedPositions(t.db, [two.id])).toMatchObject([{ size: 3, seenAt: START + 1 }])

    await clearObservedAddresses(t.db, id)
    expect(await observedPositions(t.db, [one.id, two.id])).toEqual([])
  })

  it('of an account that two sources name count once, as it was seen last', async () => {
    const [first, second] = [await makeSource(), await makeSource()]
    const { id } = await makeInstrument(t.db)
    for (const source of [first, second]) await addObservedAddresses(t.db, source.id, [A])
    await storeAnswers(t.db, first.id, [answer(A, [held(id, { usd: 1 })], START + 10)])
    await storeAnswers(t.db, second.id, [answer(A, [held(id, { usd: 2 })], START)])
    expect((await observedPositions(t.db, [id])).map((r) => r.usd)).toEqual([1])
  })

  it('are not shown while the layer is off, and forgotten when it was', async () => {
    const source = await makeSource()
    const { id } = await makeInstrument(t.db)
    await addObservedAddresses(t.db, source.id, [A])
    await storeAnswers(t.db, source.id, [answer(A, [held(id)])])
    const { version } = await findDataSource(t.db, source.id)
    await updateDataSource(t.db, source.id, version, { options: { observed: { enabled: false } } })
    expect(await observedPositions(t.db, [id])).toEqual([])
    await forgetPositions(t.db, source.id)
    await updateDataSource(t.db, source.id, version + 1, { options: { observed: { enabled: true } } })
    expect(await observedPositions(t.db, [id])).toEqual([])
    expect(await observedSummaries(t.db, [source.id])).toMatchObject([{ addresses: 1, seen: 0, positions: 0 }])
  })

  it('of an account that was cleared while it was asked for are passed over', async () => {
    const { id } = await makeSource()
    const instrument = await makeInstrument(t.db)
    await storeAnswers(t.db, id, [answer(A, [held(instrument.id)])])
    expect(await observedPositions(t.db, [instrument.id])).toEqual([])
  })
})

describe('looks', () => {
  const lookAt = (instrumentId: number, time: number, more: Partial<ObservedLook> = {}): ObservedLook => ({
    instrumentId,
    time,
    column: sampleColumn({ bucketStart: Math.floor(time / MINUTE_MS) * MINUTE_MS, bucketMs: MINUTE_MS }),
    accounts: 4,
    longUsd: 1000,
    shortUsd: 500,
    longShare: 0.1,
    shortShare: 0.05,
    oldestAt: time - 1000,
    ...more,
  })

  it('are written once, under the lease, and read back by steps of time', async () => {
    const { id } = await makeInstrument(t.db)
    const lease = await acquireLease(t.db, id, 'test', 60_000)
    const store = (look: ObservedLook, evidence: unknown = null, knownAfter: number | null = null) =>
      inTransaction(t.db, (client) => storeLook(client, lease, look, evidence, knownAfter))
    for (let i = 0; i < 6; i++) await store(lookAt(id, START + i * MINUTE_MS), { i })
    await store(lookAt(id, START, { accounts: 99 }))
    const looks = await readLooks(t.db, id, { from: START, to: START + 6 * MINUTE_MS, stepMs: MINUTE_MS })
    expect(looks).toHaveLength(6)
    expect(looks[0]).toEqual(lookAt(id, START))
    const thinned = await readLooks(t.db, id, { from: START, to: START + 6 * MINUTE_MS, stepMs: 5 * MINUTE_MS })
    expect(thinned.map((l) => l.time)).toEqual([START + 4 * MINUTE_MS, START + 5 * MINUTE_MS])
    const { column: _, ...latest } = lookAt(id, START + 5 * MINUTE_MS)
    expect(await latestLooks(t.db, [id])).toEqual([latest])

    await releaseLease(t.db, lease)
    await expect(store(lookAt(id, START + 7 * MINUTE_MS))).rejects.toMatchObject({ code: 'lease_lost' })
  })

  it('keep what the estimator was told, and which buckets had been estimated before', async () => {
    const { id } = await makeInstrument(t.db)
    const lease = await acquireLease(t.db, id, 'test', 60_000)
    await inTransaction(t.db, async (client) => {
      await storeLook(client, lease, lookAt(id, START), { share: 0.25 }, START + MINUTE_MS)
      await storeLook(client, lease, lookAt(id, START + 1), null, null)
      await storeLook(
        client,
        lease,
        lookAt(id, START + 2, { column: emptyColumn(START, MINUTE_MS), accounts: 0, oldestAt: null }),
        {},
        null,
      )
    })
    expect(await readEvidence(t.db.pool, id, { from: START, to: START + 10 })).toEqual([
      { time: START, evidence: { share: 0.25 }, knownAfter: START + MINUTE_MS },
      { time: START + 2, evidence: {}, knownAfter: null },
    ])
  })

  it('cannot be changed or taken back by the application', async () => {
    await expect(t.db.pool.query('delete from observed_look')).rejects.toMatchObject({ code: '42501' })
    await expect(t.db.pool.query('update observed_look set accounts = 0')).rejects.toMatchObject({ code: '42501' })
  })
})
