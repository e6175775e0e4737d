import type { Column } from '@faultline/market/column'
import { encodeColumn } from '@faultline/market/column-codec'
import { MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it, vi } from 'vitest'
import { makeInstrument, START, sampleColumn } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { listen, type NotifyMessage } from '../notify.ts'
import { appendColumns, buildsOf, completeBuild, discardBuild, findBuild, readCheckpoint, startBuild } from './builds.ts'
import { columnsAt, columnsHash, readColumns } from './columns.ts'
import { findInstrument } from './instruments.ts'
import { acquireLease, assertLease, type Lease, releaseLease, renewLease } from './leases.ts'
import { closeTiles, readTile } from './tiles.ts'

const t = freshDatabase()
const FIVE = 5 * MINUTE_MS
const MODEL = { modelVersion: 'test-1', bucketMs: FIVE }
const columnsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => sampleColumn({ bucketStart: START + (first + i) * FIVE }))
const bucket = (i: number) => START + i * FIVE

async function leased() {
  const instrument = await makeInstrument(t.db)
  return { instrument, lease: await acquireLease(t.db, instrument.id, 'worker-a', 60_000) }
}
const append = (
  lease: Lease,
  buildId: number,
  columns: Column[],
  state = 'state',
  checkpointBucket = columns.at(-1)?.bucketStart ?? START,
) => appendColumns(t.db, lease, { buildId, columns, checkpoint: new TextEncoder().encode(state), checkpointBucket })
const hex = (column: Column) => Buffer.from(encodeColumn(column)).toString('hex')
const stored = async (build: { id: number; instrumentId: number }) => {
  const out: Column[] = []
  for await (const c of readColumns(t.db, build)) out.push(c)
  return out
}
const stateOf = async (buildId: number) => {
  const checkpoint = await readCheckpoint(t.db, buildId)
  return checkpoint && { bucket: checkpoint.bucket, state: Buffer.from(checkpoint.state).toString() }
}

describe('leases', () => {
  it('is held by one, and names the holder to others', async () => {
    const { instrument, lease } = await leased()
    await expect(acquireLease(t.db, instrument.id, 'worker-b', 1000)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(new RegExp(`${instrument.key} is being written by worker-a`)),
    })
    await renewLease(t.db, lease, 60_000)
    await releaseLease(t.db, lease)
    const next = await acquireLease(t.db, instrument.id, 'worker-b', 60_000)
    expect(next.epoch).toBeGreaterThan(lease.epoch)
    await expect(renewLease(t.db, lease, 1000)).rejects.toMatchObject({ code: 'lease_lost' })
    await releaseLease(t.db, lease) // says nothing, and takes nothing from worker-b
    await renewLease(t.db, next, 1000)
  })

  it('goes to another when it has run out, and to the same holder again at any time', async () => {
    const { instrument, lease } = await leased()
    const again = await acquireLease(t.db, instrument.id, 'worker-a', 1)
    expect(again.epoch).toBe(lease.epoch + 1)
    await vi.waitFor(() => acquireLease(t.db, instrument.id, 'worker-b', 1000))
    await expect(inTransaction(t.db, (c) => assertLease(c, again))).rejects.toMatchObject({ code: 'lease_lost' })
  })

  it('goes to one of many that ask at once', async () => {
    const { id } = await makeInstrument(t.db)
    const asked = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => acquireLease(t.db, id, `worker-${i}`, 60_000)))
    expect(asked.filter((a) => a.status === 'fulfilled')).toHaveLength(1)
    await expect(acquireLease(t.db, 999_999, 'worker-a', 1000)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('cannot be taken over while a transaction that verified it is open', async () => {
    const { instrument } = await leased()
    const lease = await acquireLease(t.db, instrument.id, 'worker-a', 1) // expires at once
    let taken = false
    let taking: Promise<unknown> = Promise.resolve()
    await inTransaction(t.db, async (client) => {
      await assertLease(client, lease)
      await client.query('select pg_sleep(0.05)')
      taking = acquireLease(t.db, instrument.id, 'worker-b', 60_000).then(() => {
        taken = true
      })
      await client.query('select pg_sleep(0.2)')
      expect(taken).toBe(false)
    })
    await taking
    expect(taken).toBe(true)
  })
})

describe('builds', () => {
  it('serves the first one at once and stores columns with their checkpoint', async () => {
    const { instrument, lease } = await leased()
    const build = await startBuild(t.db, lease, MODEL)
    expect(build).toMatchObject({
      instrumentId: instrument.id,
      generation: 1,
      status: 'building',
      firstBucket: null,
      lastBucket: null,
      columnCount: 0,
    })
    expect((await findInstrument(t.db, instrument.key)).currentBuildId).toBe(build.id)
    await append(lease, build.id, [], 'nothing known yet', bucket(1))
    expect(await stateOf(build.id)).toEqual({ bucket: bucket(1), state: 'nothing known yet' })
    const columns = columnsFrom(2, 12_000) // over several statements and two months
    await append(lease, build.id, columns, 'later')
    expect(await findBuild(t.db, build.id)).toMatchObject({ firstBucket: bucket(2), lastBucket: bucket(12_001), columnCount: 12_000 })
    expect(await stateOf(build.id)).toEqual({ bucket: bucket(12_001), state: 'later' })
    expect((await stored(build)).map(hex)).toEqual(columns.map(hex))
  })

  it('reads a range in order, whatever the batch, and hashes what it reads', async () => {
    const { lease } = await leased()
    const build = await startBuild(t.db, lease, MODEL)
    const columns = [...columnsFrom(0, 5), ...columnsFrom(9, 5)]
    await append(lease, build.id, columns)
    const some: number[] = []
    for await (const c of readColumns(t.db, build, { from: bucket(3), to: bucket(12), batch: 2 })) some.push(c.bucketStart)
    expect(some).toEqual([3, 4, 9, 10, 11].map(bucket))
    const named = await columnsAt(t.db, build, [10, 7, 1, 4].map(bucket))
    expect(named.map(hex)).toEqual([1, 4, 6].map((i) => hex(columns[i] as Column)))
    expect(await columnsAt(t.db, build, [])).toEqual([])

    const twin = await startBuild(t.db, lease, MODEL)
    await append(lease, twin.id, columns.slice(0, 7))
    expect(await columnsHash(t.db, twin)).not.toBe(await columnsHash(t.db, build))
    expect(await columnsHash(t.db, twin)).toBe(await columnsHash(t.db, build, { upTo: (columns[6] as Column).bucketStart }))
    await append(lease, twin.id, columns.slice(7))
    expect(await columnsHash(t.db, twin)).toBe(await columnsHash(t.db, build))
  })

  it('writes nothing at all for a worker that has lost its lease', async () => {
    const { instrument, lease } = await leased()
    const build = await startBuild(t.db, lease, MODEL)
    await append(lease, build.id, columnsFrom(0, 3), 'mine')
    const other = await acquireLease(t.db, instrument.id, 'worker-a', 60_000) // its own restarted self
    const lost = { code: 'lease_lost' }
    await expect(append(lease, build.id, columnsFrom(3, 3), 'stale')).rejects.toMatchObject(lost)
    await expect(startBuild(t.db, lease, MODEL)).rejects.toMatchObject(lost)
    await expect(completeBuild(t.db, lease, build.id)).rejects.toMatchObject(lost)
    await expect(discardBuild(t.db, lease, build.id)).rejects.toMatchObject(lost)
    expect(await stored(build)).toHaveLength(3)
    expect(await stateOf(build.id)).toEqual({ bucket: bucket(2), state: 'mine' })
    expect(await buildsOf(t.db, instrument.id)).toEqual([{ ...build, firstBucket: bucket(0), lastBucket: bucket(2), columnCount: 3 }])
    await append(other, build.id, columnsFrom(3, 3), 'theirs')
    expect(await stateOf(build.id)).toEqual({ bucket: bucket(5), state: 'theirs' })
  })

  it('has columns and checkpoint together or neither', async () => {
    const { lease } = await leased()
    const build = await startBuild(t.db, lease, MODEL)
    await append(lease, build.id, columnsFrom(0, 2), 'good')
    const off = { ...sampleColumn({ bucketStart: bucket(12) }), bucketStart: bucket(12) + 1 } // the codec refuses it half-way
    const cases: [Column[], number?][] = [
      [columnsFrom(1, 3)],
      [[...columnsFrom(2, 2), ...columnsFrom(3, 1)]],
      [columnsFrom(2, 3), bucket(3)],
      [[...columnsFrom(2, 10), off], bucket(13)],
      [[sampleColumn({ bucketStart: bucket(12), bucketMs: MINUTE_MS })]],
      [[], bucket(0)],
    ]
    for (const [columns, checkpointBucket] of cases)
      await expect(append(lease, build.id, columns, 'bad', checkpointBucket)).rejects.toMatchObject({ code: 'bad_input' })
    expect(await stored(build)).toHaveLength(2)
    expect(await stateOf(build.id)).toEqual({ bucket: bucket(1), state: 'good' })
  })

  it('replaces an older generation when it is complete, and drops what that held', async () => {
    const { instrument, lease } = await leased()
    const old = await startBuild(t.db, lease, MODEL)
    await append(lease, old.id, columnsFrom(0, 600))
    await completeBuild(t.db, lease, old.id)
    expect(await closeTiles(t.db, old.id)).toBeGreaterThan(0)

    const next = await startBuild(t.db, lease, { ...MODEL, modelVersion: 'test-2' })
    expect(next.generation).toBe(2)
    await append(lease, next.id, columnsFrom(0, 600))
    expect((await findInstrument(t.db, instrument.key)).currentBuildId).toBe(old.id)
    const done = await completeBuild(t.db, lease, next.id)
    expect(done).toMatchObject({ status: 'complete', columnCount: 600, completedAt: expect.any(Number) })
    expect((await findInstrument(t.db, instrument.key)).currentBuildId).toBe(next.id)

    expect(await findBuild(t.db, old.id)).toMatchObject({ status: 'retired', columnCount: 0, firstBucket: null })
    expect(await stored(old)).toEqual([])
    expect(await readCheckpoint(t.db, old.id)).toBeNull()
    expect((await t.db.pool.query('select from tile where build_id = $1', [old.id])).rowCount).toBe(0)
    expect(await readTile(t.db, old.id, FIVE, 22190)).toBeNull()
    await expect(append(lease, old.id, columnsFrom(700, 1))).rejects.toMatchObject({ code: 'conflict' })

    await append(lease, next.id, columnsFrom(600, 1)) // a complete build lives on
    expect(await stored(next)).toHaveLength(601)
  })

  it('discards what is not served, not what is', async () => {
    const { instrument, lease } = await leased()
    const crashed = await startBuild(t.db, lease, MODEL)
    await append(lease, crashed.id, columnsFrom(0, 300))
    await discardBuild(t.db, lease, crashed.id)
    expect(await findBuild(t.db, crashed.id)).toBeNull()
    expect(await stored(crashed)).toEqual([])
    const served = await startBuild(t.db, lease, MODEL)
    await completeBuild(t.db, lease, served.id)
    await expect(discardBuild(t.db, lease, served.id)).rejects.toMatchObject({ code: 'conflict' })
    const other = await leased()
    await expect(discardBuild(t.db, other.lease, served.id)).rejects.toMatchObject({ code: 'not_found' })
    expect((await buildsOf(t.db, instrument.id)).map((b) => b.id)).toEqual([served.id])
    expect(await findBuild(t.db, Number.NaN)).toBeNull()
    expect(await findBuild(t.db, 1e12)).toBeNull()
  })

  it('announces new columns and a new build to serve', async () => {
    const messages: NotifyMessage[] = []
    const listener = listen({ url: t.appUrl, onMessage: (m) => messages.push(m) })
    await listener.ready
    const { instrument, lease } = await leased()
    const build = await startBuild(t.db, lease, MODEL)
    await append(lease, build.id, columnsFrom(0, 2))
    await append(lease, build.id, [], 'no column', bucket(5))
    await completeBuild(t.db, lease, build.id)
    const payload = { instrumentId: instrument.id, instrumentKey: instrument.key, buildId: build.id, lastBucket: bucket(1) }
    await vi.waitFor(() => expect(messages).toHaveLength(2))
    expect(messages).toEqual([
      { channel: 'columns', payload },
      { channel: 'columns', payload },
    ])
    await listener.close()
  })
})

it('keeps the bytes of the codec as they are', async () => {
  const { lease } = await leased()
  const build = await startBuild(t.db, lease, MODEL)
  const columns = [sampleColumn({ bucketStart: START, bins: 0 }), sampleColumn({ bucketStart: bucket(1), bins: 3_000 })]
  await append(lease, build.id, columns)
  const { rows } = await t.db.pool.query<{ data: Buffer }>('select data from "column" where build_id = $1 order by bucket', [build.id])
  expect(rows.map((r) => r.data.toString('hex'))).toEqual(columns.map(hex))
})
