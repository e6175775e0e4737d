/**
 * Speed of the estimator: one step and one column read per 5-minute bucket, 30 days with every column read, checkpoint and resume.
 *
 *   node bench/speed/engine.bench.ts [--write]
 *
 * On a synthetic market (seeded random walk, the same on every machine) and, where FAULTLINE_DATA_DIR names the folder of real data, on
 * ETHUSDT. Median of several runs, after one to warm up. `--write` keeps the figures in bench/speed/results/engine.json.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type BucketInput, Estimator, MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { tiersFor } from '@faultline/engine/margin/tiers'
import { encodeColumn } from '@faultline/market/column-codec'
import type { MarginTier } from '@faultline/market/instrument'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'

const BUCKET_MS = 5 * MINUTE_MS
const BUCKETS = (30 * DAY_MS) / BUCKET_MS
const RUNS = 7

interface Result {
  market: string
  buckets: number
  stepMicros: number
  columnMicros: number
  /** 30 days of 5-minute buckets with every column read, in seconds by the clock */
  totalSeconds: number
  /** the same in processor time, the compiler's and collector's threads included: what a busy machine disturbs less */
  totalCpuSeconds: number
  columnBins: number
  columnBytes: number
  checkpointBytes: number
  checkpointMicros: number
  resumeMicros: number
}

function measure(market: string, buckets: readonly BucketInput[], tiers: readonly MarginTier[]): Result {
  const config = { bucketMs: BUCKET_MS, tiers }
  const totals: number[] = []
  const processor: number[] = []
  const steps: number[] = []
  let last = new Estimator(config)
  for (let run = 0; run <= RUNS; run++) {
    const estimator = new Estimator(config)
    const cpuBegin = process.cpuUsage()
    const begin = performance.now()
    for (const bucket of buckets) {
      estimator.step(bucket)
      estimator.column()
    }
    const whole = performance.now() - begin
    const cpu = process.cpuUsage(cpuBegin)
    const stepping = new Estimator(config)
    const stepsBegin = performance.now()
    for (const bucket of buckets) stepping.step(bucket)
    const stepped = performance.now() - stepsBegin
    if (run > 0) {
      totals.push(whole)
      processor.push((cpu.user + cpu.system) / 1e6)
      steps.push(stepped)
    }
    last = estimator
  }
  const total = median(totals)
  const step = median(steps)
  const perBucket = (ms: number) => (ms * 1_000) / buckets.length
  const column = last.column()
  const checkpoint = last.checkpoint()
  return {
    market,
    buckets: buckets.length,
    stepMicros: round(perBucket(step)),
    columnMicros: round(perBucket(total - step)),
    totalSeconds: round(total / 1_000, 3),
    totalCpuSeconds: round(median(processor), 3),
    columnBins: column === null ? 0 : column.planes.long.usd.length + column.planes.short.usd.length,
    columnBytes: column === null ? 0 : encodeColumn(column).length,
    checkpointBytes: checkpoint.length,
    checkpointMicros: round(micros(() => last.checkpoint())),
    resumeMicros: round(micros(() => Estimator.resume(config, checkpoint))),
  }
}

function micros(work: () => unknown): number {
  const times: number[] = []
  for (let i = 0; i < 60; i++) {
    const begin = performance.now()
    work()
    if (i >= 10) times.push((performance.now() - begin) * 1_000)
  }
  return median(times)
}

/** Random walk of 4 % a day with bursts, open interest that wanders by a third of a per cent per bucket, volume 5 × open interest a day. */
function syntheticMarket(): BucketInput[] {
  let state = 20_240_101
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const start = Date.UTC(2024, 0, 1)
  let price = 3_000
  let base = 1_000_000
  let heat = 1
  return Array.from({ length: BUCKETS }, (_, i) => {
    heat = Math.max(0.3, 0.98 * heat + 0.02 + 0.15 * normal() * Math.sqrt(heat))
    const sigma = (0.04 / Math.sqrt(288)) * heat
    const open = price
    const close = open * Math.exp(sigma * normal())
    price = close
    base *= Math.exp(0.0033 * normal())
    const bucketStart = start + i * BUCKET_MS
    return {
      bucketStart,
      open,
      high: Math.max(open, close) * Math.exp(0.4 * sigma * Math.abs(normal())),
      low: Math.min(open, close) * Math.exp(-0.4 * sigma * Math.abs(normal())),
      close,
      volume: ((5 * base) / 288) * heat,
      openInterest: { time: bucketStart + BUCKET_MS, base },
    }
  })
}

/** The last 30 days of the ETHUSDT files, or null where they are not. */
function realMarket(): BucketInput[] | null {
  const folder = join(process.env.FAULTLINE_DATA_DIR ?? '', 'binance-dump')
  const [klines, metrics] = [
    join(folder, 'ETHUSDT-klines-5m-derived-2025-12-01_2026-03-05.csv.gz'),
    join(folder, 'ETHUSDT-metrics-2025-12-01_2026-06-11.csv.gz'),
  ]
  if (!process.env.FAULTLINE_DATA_DIR || !existsSync(klines) || !existsSync(metrics)) return null
  const rows = (file: string) =>
    gunzipSync(readFileSync(file))
      .toString()
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  const interest = new Map(
    rows(metrics).map(([time = '', , base]) => [
      Math.round(Date.parse(`${time.replace(' ', 'T')}Z`) / BUCKET_MS) * BUCKET_MS,
      Number(base),
    ]),
  )
  return rows(klines)
    .slice(-BUCKETS)
    .map(([time, open, high, low, close, volume]) => {
      const bucketStart = Number(time)
      const base = interest.get(bucketStart + BUCKET_MS)
      const bucket = { bucketStart, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) }
      return base === undefined ? bucket : { ...bucket, openInterest: { time: bucketStart + BUCKET_MS, base } }
    })
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number
const round = (value: number, digits = 1) => Number(value.toFixed(digits))

const loadBefore = round(loadavg()[0] as number, 1)
const tiers = tiersFor('ETHUSDT')
const results = [measure('synthetic, 30 days', syntheticMarket(), tiers)]
const real = realMarket()
if (real) results.push(measure('Binance ETHUSDT, 30 days', real, tiers))
else console.error('FAULTLINE_DATA_DIR names no folder with ETHUSDT: only the synthetic market was measured')
console.table(results)

if (process.argv.includes('--write')) {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const report = {
    measured: new Date().toISOString().slice(0, 10),
    model: MODEL_VERSION,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    /** others at work on the machine, 1-minute mean, before the first run */
    loadBefore,
    runs: RUNS,
    results,
  }
  writeFileSync(join(folder, 'engine.json'), `${JSON.stringify(report, null, 2)}\n`)
}
