/** The real ETH and SOL of Binance's public dumps, where FAULTLINE_DATA_DIR names the folder that holds them; skipped elsewhere. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { PlaneData } from '@faultline/market/column'
import { binOf, MAX_BIN, MIN_BIN } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import { tiersFor } from '../margin/tiers.ts'
import { type BucketInput, Estimator } from './estimator.ts'

const FIVE = 300_000
const DAY = 86_400_000
const folder = process.env.FAULTLINE_DATA_DIR ?? ''
const klinesOf = (symbol: string) => join(folder, `binance-dump/${symbol}-klines-5m-derived-2025-12-01_2026-03-05.csv.gz`)
const metricsOf = (symbol: string) => join(folder, `binance-dump/${symbol}-metrics-2025-12-01_2026-06-11.csv.gz`)
const rows = (text: string) =>
  text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
const zipped = (file: string) => rows(gunzipSync(readFileSync(file)).toString())

function bucketsOf(symbol: string): BucketInput[] {
  const interest = new Map(
    zipped(metricsOf(symbol)).map(([time = '', , base]) => [
      Math.round(Date.parse(`${time.replace(' ', 'T')}Z`) / FIVE) * FIVE,
      Number(base),
    ]),
  )
  return zipped(klinesOf(symbol)).map(([time, open, high, low, close, volume]) => {
    const bucketStart = Number(time)
    const base = interest.get(bucketStart + FIVE)
    const bucket = { bucketStart, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) }
    return base === undefined ? bucket : { ...bucket, openInterest: { time: bucketStart + FIVE, base } }
  })
}

/** USD on the bins [from, to]. */
function sumBetween({ firstBin, usd }: PlaneData, from: number, to: number): number {
  let sum = 0
  for (let i = Math.max(0, from - firstBin); i < usd.length && firstBin + i <= to; i++) sum += usd[i] as number
  return sum
}
const ranks = (values: number[]) => {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number))
  const out: number[] = []
  order.forEach((i, rank) => {
    out[i] = rank
  })
  return out
}
function rankCorrelation(a: number[], b: number[]): number {
  const [x, y] = [ranks(a), ranks(b)]
  const middle = (a.length - 1) / 2
  const product = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + (value - middle) * ((q[i] as number) - middle), 0)
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y))
}

describe.skipIf(!existsSync(klinesOf('ETHUSDT')))('three months of Binance', () => {
  it.each(['ETHUSDT', 'SOLUSDT'])(
    '%s: sound books, a sane share of open interest near price, and busy days that are the busy days of others',
    (symbol) => {
      const estimator = new Estimator({ bucketMs: FIVE, tiers: tiersFor(symbol) })
      const crossed = new Map<string, { long: number; short: number }>()
      const shares: number[] = []
      for (const bucket of bucketsOf(symbol)) {
        estimator.step(bucket)
        // What the map of the bucket before held where this one traded.
        const day = new Date(Math.floor(bucket.bucketStart / DAY) * DAY).toISOString().slice(0, 10)
        const sums = crossed.get(day) ?? { long: 0, short: 0 }
        sums.long += estimator.predicted?.liquidated.long ?? 0
        sums.short += estimator.predicted?.liquidated.short ?? 0
        crossed.set(day, sums)
        const known = bucket.openInterest && bucket.bucketStart % (6 * 3_600_000) === 0 ? estimator.column() : null
        if (known && bucket.openInterest) {
          const { long, short } = known.planes
          const { base } = bucket.openInterest
          const close = binOf(bucket.close)
          expect(estimator.totals.long / base).toBeCloseTo(1, 9)
          expect(estimator.totals.short / base).toBeCloseTo(1, 9)
          shares.push(
            sumBetween(long, close - 150, close) / (base * bucket.close),
            sumBetween(short, close, close + 150) / (base * bucket.close),
          )
          expect(sumBetween(long, close, MAX_BIN)).toBe(0)
          expect(sumBetween(short, MIN_BIN, close)).toBe(0)
        }
      }
      // within ±15 %; right after a crash next to nothing is left below
      expect(Math.min(...shares)).toBeGreaterThan(0.01)
      expect(Math.max(...shares)).toBeLessThan(0.8)
      const mean = shares.reduce((a, b) => a + b, 0) / shares.length
      expect(mean).toBeGreaterThan(0.1)
      expect(mean).toBeLessThan(0.5)
      const elsewhere = rows(
        readFileSync(join(folder, `hyperliquid/${symbol.replace('USDT', '')}-liquidations-1d-2025-12-07_2026-01-27.csv`), 'utf8'),
      )
      const days = elsewhere.filter(([date = '']) => crossed.has(date))
      expect(days.length).toBeGreaterThan(40)
      for (const [side, field] of [['long', 1] as const, ['short', 2] as const]) {
        const predicted = days.map(([date = '']) => crossed.get(date)?.[side] ?? 0)
        expect(
          rankCorrelation(
            predicted,
            days.map((row) => Number(row[field])),
          ),
        ).toBeGreaterThan(0.6)
      }
    },
    60_000,
  )
})
