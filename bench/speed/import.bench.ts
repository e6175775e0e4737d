/**
 * Speed of an import, its three parts apart: reading and checking the files, storing the events in one transaction,
 * estimating (columns, checkpoints and tiles written). And of a second import of the same files, which changes nothing.
 *
 *   node bench/speed/import.bench.ts [--write]
 *
 * On a month of generated minutes and, where FAULTLINE_DATA_DIR names the folder of real data, on ETHUSDT. On an embedded
 * Postgres of its own with the durability of the product. `--write` keeps the figures in bench/speed/results/import.json.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@faultline/db/database'
import { startPostgres } from '@faultline/db/embedded-postgres'
import { provision } from '@faultline/db/provision'
import { readDump } from '../../apps/worker/src/dump/read-dump.ts'
import { importDump } from '../../apps/worker/src/pipeline/import-dump.ts'
import { writeMonth } from './import-market.ts'

const round = (value: number, digits = 0): number => Number(value.toFixed(digits))

async function measure(market: string, dump: string, databaseUrl: string) {
  const db = openDatabase({ url: databaseUrl })
  try {
    const begin = performance.now()
    const cpuBegin = process.cpuUsage()
    const read = await readDump(dump)
    const readMs = performance.now() - begin
    const first = await importDump(db, read)
    const { user, system } = process.cpuUsage(cpuBegin)
    const againBegin = performance.now()
    const again = await importDump(db, await readDump(dump))
    const againMs = performance.now() - againBegin
    const [made] = first.markets
    if (!made || again.markets[0]?.steps !== 0) throw new Error(`${market}: the import did not do what is measured`)
    const rows = Object.values(made.counts).reduce((sum, { inserted }) => sum + inserted, 0)
    const { rows: sizes } = await db.pool.query<{ columns: number; tiles: number }>(
      `select (select sum(octet_length(data)) from "column" where build_id = $1)::float8 as columns,
              (select sum(octet_length(gzip)) from tile where build_id = $1)::float8 as tiles`,
      [made.build.id],
    )
    const seconds = { read: readMs / 1000, store: first.elapsed.store / 1000, estimate: first.elapsed.estimate / 1000 }
    return {
      market,
      rows,
      columns: made.columns,
      readSeconds: round(seconds.read, 2),
      readRowsPerSecond: round(rows / seconds.read),
      storeSeconds: round(seconds.store, 2),
      storeRowsPerSecond: round(rows / seconds.store),
      estimateSeconds: round(seconds.estimate, 2),
      columnsPerSecond: round(made.columns / seconds.estimate),
      rowsPerSecond: round(rows / (seconds.read + seconds.store + seconds.estimate)),
      /** of this process, the database's not included */
      cpuSeconds: round((user + system) / 1e6, 1),
      againSeconds: round(againMs / 1000, 2),
      againRowsPerSecond: round((rows * 1000) / againMs),
      columnBytes: round((sizes[0]?.columns ?? 0) / made.columns),
      tileMegabytes: round((sizes[0]?.tiles ?? 0) / 1e6, 1),
    }
  } finally {
    await db.close()
  }
}

const loadBefore = round(loadavg()[0] as number, 1)
const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-import-'))
const port = 20_000 + Math.floor(Math.random() * 12_000)
const server = await startPostgres({ dataDir: join(folder, 'pg'), port, database: 'faultline' })
const results = []
try {
  const { appUrl } = await provision({ ownerUrl: server.url, stateDir: folder })
  writeMonth(join(folder, 'month'))
  results.push(await measure('generated, 30 days of minutes', join(folder, 'month'), appUrl))

  const real = join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'binance-dump')
  if (existsSync(real)) {
    mkdirSync(join(folder, 'eth'))
    for (const name of readdirSync(real)) if (name.startsWith('ETHUSDT-')) copyFileSync(join(real, name), join(folder, 'eth', name))
    results.push(await measure('Binance ETHUSDT, 95 days of five minutes', join(folder, 'eth'), appUrl))
  } else console.error('FAULTLINE_DATA_DIR names no folder with ETHUSDT: only the generated market was measured')
} finally {
  const { dataDir } = server
  await server.stop()
  // where the checkout is out of the server account's reach, the cluster lies elsewhere
  for (const leftover of [dataDir, `${dataDir}.log`, folder]) rmSync(leftover, { recursive: true, force: true })
}
console.log(JSON.stringify(results, null, 2))

if (process.argv.includes('--write')) {
  const out = join(import.meta.dirname, 'results')
  mkdirSync(out, { recursive: true })
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length }
  /** loadBefore: others at work on the machine, 1-minute mean, before the first run */
  const report = { measured: new Date().toISOString().slice(0, 10), ...machine, loadBefore, results }
  writeFileSync(join(out, 'import.json'), `${JSON.stringify(report, null, 2)}\n`)
}
