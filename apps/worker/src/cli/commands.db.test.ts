import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen, type NotifyMessage } from '@faultline/db/notify'
import { readColumns } from '@faultline/db/repositories/columns'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { binCentrePrice } from '@faultline/market/price-grid'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { dumpFolder, START } from '../../test/dump-folder.ts'
import { fingerprint, importFiles, onlyBuild } from '../../test/import-files.ts'
import { FIVE_MINUTES, marketFiles } from '../../test/market-files.ts'
import { runCli } from '../../test/run-cli.ts'
import { takeLease } from '../pipeline/held-lease.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()
const run = (...args: string[]) => runCli(args, { appUrl: t.appUrl })

describe('an empty database', () => {
  it('has nothing to verify, rebuild or list', async () => {
    expect(await run('rebuild', '--verify')).toMatchObject({ code: 0, stdout: 'The database holds no instrument: nothing to verify.\n' })
    expect(await run('rebuild')).toMatchObject({ code: 0, stdout: 'The database holds no instrument: nothing to rebuild.\n' })
    expect(await run('instruments')).toMatchObject({ code: 0, stdout: expect.stringContaining('no instrument yet') })
    expect(await run('instruments', '--json')).toMatchObject({ code: 0, stdout: '[]\n' })
  })
})

describe('import', () => {
  it('tells what it did on standard output, and open pages how it goes', async () => {
    const files = {
      ...marketFiles({ symbol: 'CLIUSDT', count: 300, missing: (i) => i === 9 }),
      ...withoutCandles(marketFiles({ symbol: 'BAREUSDT', count: 5 })),
    }
    const heard: NotifyMessage[] = []
    const listener = listen({ url: t.appUrl, onMessage: (message) => heard.push(message) })
    onTestFinished(() => listener.close())
    await listener.ready
    const { code, stdout } = await run('import', '--dump', dumpFolder(files))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^binance-usdm:CLIUSDT\n {2}candles 5m +299 read, 299 new, 0 stored before\n/)
    expect(stdout).toMatch(/columns +299 new, 299 in all, 2024-01-05 00:00 UTC – 2024-01-06 01:00 UTC/)
    expect(stdout).toMatch(/gaps +1, 1 candles are missing/)
    expect(stdout).toMatch(/skipped\n {2}BAREUSDT: no klines/)
    const phases = heard.flatMap((m) => (m.channel === 'progress' ? [m.payload.phase] : []))
    expect(new Set(phases)).toEqual(new Set(['reading', 'storing', 'estimating', 'done']))
    expect(heard.filter((m) => m.channel === 'columns').at(-1)?.payload).toMatchObject({ lastBucket: START + 299 * FIVE_MINUTES })
  })

  it('refuses bad input with its place, exit code 1, and the database as it was', async () => {
    const before = await fingerprint(t.db)
    const files = marketFiles({ symbol: 'BADUSDT', count: 30 })
    const path = Object.keys(files).find((p) => p.startsWith('klines')) as string
    const truncated = { ...files, [path]: (files[path] as string).slice(0, -40) }
    const { code, stdout, stderr } = await run('import', '--dump', dumpFolder(truncated))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/BADUSDT-5m-2024-01\.csv:31, field /)
    expect((await run('import', '--dump', dumpFolder({ 'readme.txt': 'nothing' }))).code).toBe(1)
    expect((await run('import')).stderr).toMatch(/--dump/)
    expect(await fingerprint(t.db)).toEqual(before)
  })

  it('names a missing setting, and a database that does not answer', async () => {
    const folder = dumpFolder(marketFiles({ symbol: 'NODBUSDT', count: 5 }))
    expect(await runCli(['import', '--dump', folder])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DATABASE_APP_URL is missing'),
    })
    const nobody = await runCli(['import', '--dump', folder], { appUrl: 'postgresql://me:secret@127.0.0.1:9/none' })
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('127.0.0.1:9') })
    expect(nobody.stderr).not.toContain('secret')
  })

  it('takes folders from where the caller stands', async () => {
    const folder = dumpFolder(
      Object.fromEntries(Object.entries(marketFiles({ symbol: 'HEREUSDT', count: 5 })).map(([p, text]) => [`dump/${p}`, text])),
    )
    expect(await runCli(['import', '--dump', 'dump'], { appUrl: t.appUrl, cwd: folder })).toMatchObject({ code: 0 })
  })
})

describe('export', () => {
  it('writes the columns whose end lies in the range, bin by bin', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'EXPORTUSDT', count: 40 }))
    const iso = (bucket: number) => new Date(START + bucket * FIVE_MINUTES).toISOString()
    const { code, stdout } = await run('export', '--instrument', 'EXPORTUSDT', '--from', iso(10), '--to', String(START + 13 * FIVE_MINUTES))
    expect(code).toBe(0)
    const [header, ...rows] = stdout.trimEnd().split('\n')
    expect(header).toBe('time,price,long,short')

    const { build } = await onlyBuild(t.db, 'EXPORTUSDT')
    const expected: string[] = []
    for await (const { bucketStart, planes } of readColumns(t.db, build, { from: START + 9 * FIVE_MINUTES, to: START + 12 * FIVE_MINUTES }))
      for (let bin = 0; bin < 10_000; bin++) {
        const [long, short] = [planes.long, planes.short].map((p) => p.usd[bin - p.firstBin] ?? 0)
        if (long || short) expected.push([bucketStart + FIVE_MINUTES, bin, long, short].join())
      }
    const read = rows.map((row) => {
      const [time, price, long, short] = row.split(',').map(Number) as [number, number, number, number]
      const bin = Math.floor(Math.log(price) / 0.001)
      expect(Math.abs(price / binCentrePrice(bin) - 1)).toBeLessThan(1e-9)
      return [time, bin, Math.fround(long), Math.fround(short)].join()
    })
    expect(read.length).toBeGreaterThan(100)
    expect(read).toEqual(expected)
  })

  it('writes a file whole or not at all', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'faultline-export-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const export_ = (to: string, out: string) =>
      runCli(['export', '--instrument', 'EXPORTUSDT', '--from', '2024-01-05', '--to', to, '--out', out], { appUrl: t.appUrl, cwd: folder })
    expect(await export_('2024-01-05T01:00', 'map.csv')).toMatchObject({ code: 0, stdout: '' })
    const text = readFileSync(join(folder, 'map.csv'), 'utf8')
    expect(text.endsWith('\n')).toBe(true)
    expect(
      new Set(
        text
          .trimEnd()
          .split('\n')
          .slice(1)
          .map((row) => row.split(',')[0]),
      ).size,
    ).toBe(11)
    expect((await export_('2024-01-04', 'other.csv')).stderr).toMatch(/--from must be earlier/)
    expect((await export_('2024-13-04', 'other.csv')).stderr).toMatch(/give a date/)
    expect(readdirSync(folder)).toEqual(['map.csv'])
    const elsewhere = await runCli(
      ['export', '--instrument', 'EXPORTUSDT', '--from', '2023-01-01', '--to', '2023-02-01', '--out', 'other.csv'],
      { appUrl: t.appUrl, cwd: folder },
    )
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('2024-01-05 00:05 UTC') })
    expect(existsSync(join(folder, 'other.csv'))).toBe(false)
    expect((await run('export', '--instrument', 'NOSUCH', '--from', '2024-01-05', '--to', '2024-01-06')).stderr).toMatch(
      /no instrument "NOSUCH"/,
    )
  })
})

describe('instruments', () => {
  it('lists key, range, columns, age and build', async () => {
    const { code, stdout } = await run('instruments')
    expect(code).toBe(0)
    expect(stdout).toMatch(/binance-usdm:EXPORTUSDT +5m +2024-01-05 00:00 UTC +2024-01-05 03:20 UTC +40 +\d+ d +complete\n/)
    const rows: unknown[] = JSON.parse((await run('instruments', '--json')).stdout)
    expect(rows).toContainEqual(
      expect.objectContaining({
        key: 'binance-usdm:EXPORTUSDT',
        simulated: false,
        columns: 40,
        from: '2024-01-05T00:00:00.000Z',
        to: '2024-01-05T03:20:00.000Z',
        status: 'complete',
      }),
    )
  })
})

describe('rebuild', () => {
  it('exits 1 where a generation is different', async () => {
    const { id, currentBuildId } = await findInstrument(t.db, 'EXPORTUSDT')
    expect(id).toBeGreaterThan(0)
    expect((await run('rebuild', '--verify', '--instrument', 'EXPORTUSDT')).code).toBe(0)
    await t.db.pool.query(`update checkpoint set state = state || '\\x00' where build_id = $1`, [currentBuildId])
    const { code, stdout } = await run('rebuild', '--verify', '--instrument', 'binance-usdm:EXPORTUSDT')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^binance-usdm:EXPORTUSDT DIFFERENT$/m)
    expect((await run('rebuild', '--verify', '--instrument', 'EXPORTUSDT')).code).toBe(0)
  })

  it('is refused while another writes, and says who', async () => {
    const { id } = await findInstrument(t.db, 'EXPORTUSDT')
    const held = await takeLease(t.db, id, { holder: 'somebody else' })
    onTestFinished(() => held.release())
    const { code, stderr } = await run('rebuild', '--instrument', 'EXPORTUSDT')
    expect(code).toBe(1)
    expect(stderr).toMatch(/being written by somebody else/)
  })
})

describe('--help', () => {
  it.each(['import', 'export', 'rebuild', 'instruments', 'coverage', 'normalise', 'retention'])(
    'of %s shows an example',
    async (command) => {
      const { code, stdout } = await runCli([command, '--help'])
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`Examples?:\\n {2}npm run -s faultline -- ${command}`))
    },
  )
})

function withoutCandles(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('klines')))
}
