/**
 * Speed of the live line, in three parts: events per second from a venue's sockets to rows, with what the worker and Postgres
 * need; from the end of a bucket to the picture in an open page; viewers of the event stream on one web process.
 *
 *   node bench/speed/ingest.bench.ts [--only=sustained,page,viewers] [--minutes=5] [--write]
 *
 * `--minutes` is for the first part, a minute at four times the pace follows; and for the second, which is given so many columns
 * of six instruments. `--write` keeps the figures in bench/speed/results/ingest.json; parts that were not measured stay as they are.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { round } from './ingest/measure.ts'
import { measurePage } from './ingest/page.ts'
import { measureSustained } from './ingest/sustained.ts'
import { measureViewers } from './ingest/viewers.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'sustained,page,viewers' },
    minutes: { type: 'string', default: '5' },
    write: { type: 'boolean', default: false },
  },
})
const minutes = Number(values.minutes)
const parts = {
  sustained: () => measureSustained({ minutes, perSecond: 5_000, burstPerSecond: 20_000, burstMinutes: 1 }),
  page: () => measurePage(minutes + 1),
  viewers: () => measureViewers(500),
}
const file = path.join(import.meta.dirname, 'results', 'ingest.json')
const results: Record<string, object> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
for (const name of values.only.split(',')) {
  if (!Object.hasOwn(parts, name)) throw new Error(`There is no part "${name}"; there are: ${Object.keys(parts).join(', ')}`)
  const machine = {
    measured: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    loadBefore: round(loadavg()[0] as number, 1),
  }
  const figures = { ...machine, ...(await parts[name as keyof typeof parts]()) }
  console.log(`${name} ${JSON.stringify(figures, null, 2)}`)
  results[name] = figures
  if (!values.write) continue
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
}
