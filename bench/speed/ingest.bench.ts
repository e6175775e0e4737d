/**
 * Speed of the live line, in four parts: events per second from five venues' sockets to rows, with what the worker and Postgres
 * need; how that grows with instruments; from the end of a bucket to the picture in an open page; viewers of the event stream on
 * one web process.
 *
 *   node bench/speed/ingest.bench.ts [--only=sustained,growth,page,viewers] [--minutes=5] [--instruments=200] [--rate=5000]
 *     [--burst=0] [--venues=binance,bybit,okx,gate,hyperliquid] [--steps=25,50,100,200] [--write]
 *
 * `--minutes` is for the first part, and for the page, which is given so many columns of six instruments. `--instruments` and
 * `--rate` (rows a second) are of all venues together. `--burst` rows a second follow for a minute where it is not 0. `--steps` are
 * the numbers of instruments whose growth is measured, two minutes each at most, at 25 rows a second and instrument. `--write` keeps the
 * figures in bench/speed/results/ingest.json; parts that were not measured stay as they are.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { WIRES } from '@faultline/market/venue'
import { measureGrowth } from './ingest/growth.ts'
import { round } from './ingest/measure.ts'
import { measurePage } from './ingest/page.ts'
import { measureSustained } from './ingest/sustained.ts'
import { growthTable, sustainedTables } from './ingest/tables.ts'
import { measureViewers } from './ingest/viewers.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'sustained,growth,page,viewers' },
    minutes: { type: 'string', default: '5' },
    instruments: { type: 'string', default: '200' },
    rate: { type: 'string', default: '5000' },
    burst: { type: 'string', default: '0' },
    venues: { type: 'string', default: WIRES.join(',') },
    steps: { type: 'string', default: '25,50,100,200' },
    write: { type: 'boolean', default: false },
  },
})
const minutes = Number(values.minutes)
const asked = values.venues.split(',')
const wires = WIRES.filter((wire) => asked.includes(wire))
if (wires.length !== asked.length) throw new Error(`--venues are some of ${WIRES.join(', ')}, not ${values.venues}`)
const rates = { perSecond: Number(values.rate), burstPerSecond: Number(values.burst), burstMinutes: 1 }
const instrumentsEach = Math.round(Number(values.instruments) / wires.length)
const growth = { wires, instruments: values.steps.split(',').map(Number), perInstrumentSecond: 25, minutes: Math.min(2, minutes) }
const parts = {
  sustained: async () => {
    const figures = await measureSustained({ wires, instrumentsEach, minutes, ...rates })
    console.log(`${sustainedTables(figures)}\n`)
    return figures
  },
  growth: async () => {
    const figures = await measureGrowth(growth)
    console.log(`${growthTable(figures)}\n`)
    return figures
  },
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
  const figures = { ...machine, ...(await parts[name as keyof typeof parts]()), loadAfter: round(loadavg()[0] as number, 1) }
  console.log(`${name} ${JSON.stringify(figures, null, 2)}`)
  results[name] = figures
  if (!values.write) continue
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
}
