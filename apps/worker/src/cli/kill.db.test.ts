import { openDatabase } from '@faultline/db/database'
import { listen } from '@faultline/db/notify'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { describe, expect, it, vi } from 'vitest'
import { dumpFolder } from '../../test/dump-folder.ts'
import { buildStates, fingerprint, importFiles, onlyBuild } from '../../test/import-files.ts'
import { marketFiles } from '../../test/market-files.ts'
import { runCli, startCli } from '../../test/run-cli.ts'

vi.setConfig({ testTimeout: 180_000 })
const t = freshDatabase()
const COUNT = 6_000
const two = (a: string, b: string) => ({ ...marketFiles({ symbol: a, count: COUNT }), ...marketFiles({ symbol: b, count: 300 }) })

/** Runs an import of the folder and kills it as soon as it says that it has come this far. */
async function killedAt(folder: string, phase: string, symbol: string, fraction: number): Promise<{ killed: boolean }> {
  const running = startCli(['import', '--dump', folder], { appUrl: t.appUrl })
  const listener = listen({
    url: t.appUrl,
    onMessage: ({ channel, payload }) => {
      if (channel !== 'progress' || payload.phase !== phase || !payload.instrumentKey?.endsWith(symbol) || !payload.total) return
      if (payload.done / payload.total >= fraction) running.child.kill('SIGKILL')
    },
  })
  const { code } = await running.ended
  await listener.close()
  // Twelve seconds pass: the lease of the one that was killed runs out.
  await t.db.pool.query('update lease set expires_at = clock_timestamp()')
  return { killed: code === null }
}

describe('kill -9 of an import', () => {
  it('while it stores leaves nothing or everything, and the same command finishes it', async () => {
    await importFiles(t.db, two('REFAUSDT', 'REFBUSDT'))
    const folder = dumpFolder(two('STOREAUSDT', 'STOREBUSDT'))
    const before = await fingerprint(t.db)
    const { killed } = await killedAt(folder, 'storing', 'USDT', Math.random())
    expect(killed).toBe(true)
    const after = await fingerprint(t.db)
    if ((await t.db.pool.query(`select from instrument where symbol = 'STOREAUSDT'`)).rowCount === 0) expect(after).toEqual(before)
    expect((await runCli(['import', '--dump', folder], { appUrl: t.appUrl })).code).toBe(0)
    await sameAs('STOREAUSDT', 'REFAUSDT')
    await sameAs('STOREBUSDT', 'REFBUSDT')
  })

  it('while it estimates: what is there equals a rebuild, and the rebuild completes it', async () => {
    const folder = dumpFolder(two('ESTAUSDT', 'ESTBUSDT'))
    expect((await killedAt(folder, 'estimating', 'ESTAUSDT', 0.1 + 0.4 * Math.random())).killed).toBe(true)
    const [begun] = await buildStates(t.db, 'ESTAUSDT')
    expect(begun?.build.status).toBe('building')
    expect(begun?.build.columnCount).toBeGreaterThan(0)
    expect(begun?.build.columnCount).toBeLessThan(COUNT)

    const verified = await runCli(['rebuild', '--verify', '--instrument', 'ESTAUSDT'], { appUrl: t.appUrl })
    expect(verified.code).toBe(0)
    const lines = verified.stdout.trimEnd().split('\n')
    const hashes = lines
      .slice(0, 2)
      .map((line) => /^binance-usdm:ESTAUSDT (old|new) generation=\d+ .* (columns=[0-9a-f]{64} checkpoint=[0-9a-f]{64})$/.exec(line))
    expect(hashes.map((h) => h?.[1])).toEqual(['old', 'new'])
    expect(hashes[0]?.[2]).toBe(hashes[1]?.[2])
    expect(lines[2]).toBe('binance-usdm:ESTAUSDT equal')
    await sameAs('ESTAUSDT', 'REFAUSDT')

    // the second market had its events and nothing else
    expect((await runCli(['rebuild', '--verify', '--instrument', 'ESTBUSDT'], { appUrl: t.appUrl })).stdout).toMatch(
      /nothing to compare, built.*\n.* new generation=\d+ .*columns=[0-9a-f]{64} checkpoint=[0-9a-f]{64}\n/,
    )
    await sameAs('ESTBUSDT', 'REFBUSDT')
    const settled = await fingerprint(t.db)
    expect((await runCli(['import', '--dump', folder], { appUrl: t.appUrl })).stdout).toContain('nothing new: unchanged')
    expect(await fingerprint(t.db)).toEqual(settled)
  })

  it('while it estimates, twice: the same command goes on where it was', async () => {
    const folder = dumpFolder(two('TWICEAUSDT', 'TWICEBUSDT'))
    expect((await killedAt(folder, 'estimating', 'TWICEAUSDT', 0.1 + 0.15 * Math.random())).killed).toBe(true)
    const first = (await buildStates(t.db, 'TWICEAUSDT'))[0]?.build
    await killedAt(folder, 'estimating', 'TWICEAUSDT', 0.3)
    const second = (await buildStates(t.db, 'TWICEAUSDT'))[0]?.build
    expect(second?.id).toBe(first?.id)
    expect(second?.columnCount).toBeGreaterThan(first?.columnCount ?? 0)
    const finished = await runCli(['import', '--dump', folder], { appUrl: t.appUrl })
    expect(finished.code).toBe(0)
    expect((await onlyBuild(t.db, 'TWICEAUSDT')).build).toMatchObject({ id: first?.id, generation: 1, status: 'complete' })
    await sameAs('TWICEAUSDT', 'REFAUSDT')
    await sameAs('TWICEBUSDT', 'REFBUSDT')
  })
})

describe('a database that goes away', () => {
  it('ends the import with a word about it, and the same command goes on', async () => {
    const folder = dumpFolder(two('AWAYAUSDT', 'AWAYBUSDT'))
    const owner = openDatabase({ url: t.ownerUrl, poolSize: 1 })
    const running = startCli(['import', '--dump', folder], { appUrl: t.appUrl })
    const listener = listen({
      url: t.appUrl,
      onMessage: ({ channel, payload }) => {
        if (channel !== 'progress' || payload.phase !== 'estimating' || payload.done < 500) return
        void owner.pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'faultline import'`,
        )
      },
    })
    const { code, stderr } = await running.ended
    await listener.close()
    await owner.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^faultline: The database went away: .*the same command goes on from there\.$/m)
    await t.db.pool.query('update lease set expires_at = clock_timestamp()')
    expect((await runCli(['import', '--dump', folder], { appUrl: t.appUrl })).code).toBe(0)
    await sameAs('AWAYAUSDT', 'REFAUSDT')
  })
})

describe('SIGTERM to an import', () => {
  it('stops it between batches, frees the market, and says how to go on', async () => {
    const folder = dumpFolder(two('TERMAUSDT', 'TERMBUSDT'))
    const running = startCli(['import', '--dump', folder], { appUrl: t.appUrl })
    const listener = listen({
      url: t.appUrl,
      onMessage: ({ channel, payload }) => {
        if (channel !== 'progress' || payload.phase !== 'estimating' || payload.done < 500) return
        // as Ctrl-C does: from the terminal and from the process that started it
        running.child.kill('SIGTERM')
        setTimeout(() => running.child.kill('SIGTERM'), 20)
        void listener.close()
      },
    })
    const { code, stderr } = await running.ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/the same command goes on from there/)
    const { id } = await findInstrument(t.db, 'TERMAUSDT')
    const { rows } = await t.db.pool.query('select expires_at <= clock_timestamp() as free from lease where instrument_id = $1', [id])
    expect(rows).toEqual([{ free: true }])
    expect((await runCli(['import', '--dump', folder], { appUrl: t.appUrl })).code).toBe(0)
    await sameAs('TERMAUSDT', 'REFAUSDT')
  })
})

/** Prices depend on time alone, so an undisturbed import of another symbol is what this one must equal. */
async function sameAs(symbol: string, reference: string): Promise<void> {
  const [made, expected] = [await onlyBuild(t.db, symbol), await onlyBuild(t.db, reference)]
  expect(made).toMatchObject({ columns: expected.columns, checkpoint: expected.checkpoint, build: { status: 'complete' } })
  const counts = async (s: string) => {
    const { id } = await findInstrument(t.db, s)
    const tables = ['candle', 'open_interest', 'funding', 'long_short_ratio', 'liquidation']
    return Promise.all(tables.map(async (table) => (await t.db.pool.query(`select from ${table} where instrument_id = $1`, [id])).rowCount))
  }
  expect(await counts(symbol)).toEqual(await counts(reference))
}
