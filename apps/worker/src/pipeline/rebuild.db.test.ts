import { openDatabase } from '@faultline/db/database'
import { findBuild, startBuild } from '@faultline/db/repositories/builds'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { describe, expect, it, vi } from 'vitest'
import { dumpFolder, START } from '../../test/dump-folder.ts'
import { buildStates, fingerprint, importFiles, onlyBuild } from '../../test/import-files.ts'
import { FIVE_MINUTES, marketFiles } from '../../test/market-files.ts'
import { readDump } from '../dump/read-dump.ts'
import { runBuild } from './build.ts'
import { takeLease } from './held-lease.ts'
import { rebuild } from './rebuild.ts'
import { storeDump } from './store-dump.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()

/** An import that is killed after these buckets; 0: after its events. */
async function killedImport(files: Record<string, string>, buckets: number): Promise<void> {
  const dump = await readDump(dumpFolder(files))
  for (const { instrument, choice, lease } of await storeDump(t.db, dump.markets, { holder: 'killed' })) {
    if (buckets > 0) await runBuild(t.db, { instrument, build: choice.build, lease, until: START + (buckets - 1) * FIVE_MINUTES })
    await lease.release()
  }
}

describe('rebuild --verify', () => {
  it('finds an import equal and leaves what is served untouched', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'EQUALUSDT', count: 300, missing: (i) => i > 90 && i < 120 }))
    const before = await fingerprint(t.db)
    const result = await rebuild(t.db, await findInstrument(t.db, 'EQUALUSDT'), { verify: true })
    expect(result).toMatchObject({ outcome: 'equal', keptOld: true, build: { generation: 1 } })
    expect(result.compared?.old).toMatchObject({ generation: 1, columnCount: 271, bucket: START + 299 * FIVE_MINUTES })
    expect(result.compared?.fresh).toMatchObject({ generation: 2, columnCount: 271 })
    expect(result.compared?.old.columns).toBe(result.compared?.fresh.columns)
    expect(await fingerprint(t.db)).toEqual(before)
  })

  it('notices one changed byte of one column, and replaces the generation', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'BYTEUSDT', count: 100 }))
    const right = await onlyBuild(t.db, 'BYTEUSDT')
    await asOwner(
      `update "column" set data = set_byte(data, octet_length(data) - 1, 255 - get_byte(data, octet_length(data) - 1))
        where build_id = ${right.build.id} and bucket = '${new Date(START + 50 * FIVE_MINUTES).toISOString()}'`,
    )
    const result = await rebuild(t.db, await findInstrument(t.db, 'BYTEUSDT'), { verify: true })
    expect(result).toMatchObject({ outcome: 'different', keptOld: false, build: { generation: 2, status: 'complete' } })
    expect(result.compared?.old.checkpoint).toBe(result.compared?.fresh.checkpoint)
    expect(await onlyBuild(t.db, 'BYTEUSDT')).toMatchObject({ columns: right.columns, checkpoint: right.checkpoint })
  })

  it('notices a changed checkpoint', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'STATEUSDT', count: 60 }))
    const { build } = await onlyBuild(t.db, 'STATEUSDT')
    await asOwner(`update checkpoint set state = state || '\\x00' where build_id = ${build.id}`)
    expect(await rebuild(t.db, await findInstrument(t.db, 'STATEUSDT'), { verify: true })).toMatchObject({ outcome: 'different' })
  })

  it('compares what a killed import left as far as it got, then goes on to the end', async () => {
    await killedImport(marketFiles({ symbol: 'KILLUSDT', count: 200 }), 120)
    const result = await rebuild(t.db, await findInstrument(t.db, 'KILLUSDT'), { verify: true })
    expect(result).toMatchObject({ outcome: 'equal', keptOld: false })
    expect(result.compared?.old).toMatchObject({ generation: 1, columnCount: 120, bucket: START + 119 * FIVE_MINUTES })
    expect(result.compared?.fresh).toMatchObject({ generation: 2, columnCount: 120 })
    expect((await onlyBuild(t.db, 'KILLUSDT')).build).toMatchObject({ generation: 2, status: 'complete', columnCount: 200 })
  })

  it('builds what was killed between its events and its first column', async () => {
    await killedImport(marketFiles({ symbol: 'NONEUSDT', count: 80 }), 0)
    const result = await rebuild(t.db, await findInstrument(t.db, 'NONEUSDT'), { verify: true })
    expect(result).toMatchObject({ outcome: 'built', compared: null, build: { status: 'complete', columnCount: 80 } })
    expect((await onlyBuild(t.db, 'NONEUSDT')).build.columnCount).toBe(80)
    expect(result.alone).toMatchObject({ generation: 2, columnCount: 80, bucket: START + 79 * FIVE_MINUTES })
    const again = await rebuild(t.db, await findInstrument(t.db, 'NONEUSDT'), { verify: true })
    expect(again.compared?.old).toEqual(result.alone)
  })

  it('does not compare a served map with events that were added to it', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'ADDEDUSDT', from: START + 100 * FIVE_MINUTES, count: 50 }))
    await killedImport(marketFiles({ symbol: 'ADDEDUSDT', count: 150 }), 60)
    const result = await rebuild(t.db, await findInstrument(t.db, 'ADDEDUSDT'), { verify: true })
    expect(result).toMatchObject({ outcome: 'equal', build: { generation: 3, columnCount: 150 } })
    expect(result.compared?.old).toMatchObject({ generation: 2, columnCount: 60 })
    await onlyBuild(t.db, 'ADDEDUSDT')
  })

  it('clears away what a killed rebuild left, and still compares the served map', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'AGAINUSDT', count: 60 }))
    const instrument = await findInstrument(t.db, 'AGAINUSDT')
    const lease = await takeLease(t.db, instrument.id, { holder: 'killed' })
    const left = await startBuild(t.db, lease.lease, { modelVersion: MODEL_VERSION, bucketMs: FIVE_MINUTES })
    await runBuild(t.db, { instrument, build: left, lease, until: START + 30 * FIVE_MINUTES })
    await lease.release()
    const result = await rebuild(t.db, instrument, { verify: true })
    expect(result).toMatchObject({ outcome: 'equal', keptOld: true, build: { generation: 1 } })
    expect(await findBuild(t.db, left.id)).toBe(null)
  })
})

describe('rebuild', () => {
  it('replaces the generation by an equal one', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'PLAINUSDT', count: 90 }))
    const old = await onlyBuild(t.db, 'PLAINUSDT')
    const result = await rebuild(t.db, await findInstrument(t.db, 'PLAINUSDT'), { verify: false })
    expect(result).toMatchObject({ outcome: 'built', compared: null, build: { generation: 2 } })
    expect(await onlyBuild(t.db, 'PLAINUSDT')).toMatchObject({ columns: old.columns, checkpoint: old.checkpoint })
  })

  it('that is stopped leaves the old generation served and complete', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'STOPUSDT', count: 90 }))
    const instrument = await findInstrument(t.db, 'STOPUSDT')
    await expect(rebuild(t.db, instrument, { verify: false, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'unavailable' })
    const served = (await buildStates(t.db, 'STOPUSDT')).find(({ build }) => build.id === instrument.currentBuildId)
    expect(served?.build).toMatchObject({ generation: 1, status: 'complete', columnCount: 90 })
  })

  it('has nothing to do for an instrument without candles', async () => {
    const { rows } = await t.db.pool.query(
      `insert into instrument (key, venue, symbol, base_asset, quote_asset) values ('binance-usdm:BLANKUSDT', 'binance-usdm', 'BLANKUSDT', 'BLANK', 'USDT') returning id`,
    )
    expect(rows.length).toBe(1)
    expect(await rebuild(t.db, await findInstrument(t.db, 'BLANKUSDT'), { verify: true })).toMatchObject({ outcome: 'empty', build: null })
  })
})

/** What the application's role may not do: spoil what is stored. */
async function asOwner(sql: string): Promise<void> {
  const owner = openDatabase({ url: t.ownerUrl, poolSize: 1 })
  await owner.pool.query(sql)
  await owner.close()
}
