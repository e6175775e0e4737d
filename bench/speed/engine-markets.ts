/** The markets that the estimator's speed is measured on: 30 days of 5-minute buckets each. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { BucketInput } from '@faultline/engine/estimator/estimator'
import { tiersFor } from '@faultline/engine/margin/tiers'
import type { LiquidationEvent } from '@faultline/market/event'
import type { MarginTier } from '@faultline/market/instrument'
import { DAY_MS, HOUR_MS, MINUTE_MS, type Side } from '@faultline/market/units'
import { simulatedMarket } from '../accuracy/markets.ts'
import { TUNING_SEEDS } from '../accuracy/seeds.ts'

export const BUCKET_MS = 5 * MINUTE_MS
export const BUCKETS = (30 * DAY_MS) / BUCKET_MS

export interface SpeedMarket {
  name: string
  tiers: readonly MarginTier[]
  inputs: readonly BucketInput[]
}

export interface SyntheticOptions {
  /** standard deviation of a day's log price; 4 % if left out */
  perDay?: number
  /** prints in every hour, funding and ratios with them */
  prints?: boolean
  seed?: number
}

/**
 * Random walk with bursts, open interest that wanders by a third of a per cent per bucket, volume 5 × open interest a day: the same on
 * every machine. With prints: one to six in 40 % of the buckets and in the last of an hour that had none.
 */
export function syntheticInputs(
  buckets: number,
  { perDay = 0.04, prints = false, seed = 20_240_101 }: SyntheticOptions = {},
): BucketInput[] {
  const uniform = generator(seed)
  // What prints take from chance is not taken from the price: both markets walk the same way.
  const own = generator(seed + 1)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const start = Date.UTC(2024, 0, 1)
  let price = 3_000
  let base = 1_000_000
  let heat = 1
  let silent = true
  return Array.from({ length: buckets }, (_, i) => {
    heat = Math.max(0.3, 0.98 * heat + 0.02 + 0.15 * normal() * Math.sqrt(heat))
    const sigma = (perDay / Math.sqrt(DAY_MS / BUCKET_MS)) * heat
    const open = price
    const close = open * Math.exp(sigma * normal())
    price = close
    base *= Math.exp(0.0033 * normal())
    const bucketStart = start + i * BUCKET_MS
    const high = Math.max(open, close) * Math.exp(0.4 * sigma * Math.abs(normal()))
    const low = Math.min(open, close) * Math.exp(-0.4 * sigma * Math.abs(normal()))
    const volume = ((5 * base) / 288) * heat
    const bucket = { bucketStart, open, high, low, close, volume, openInterest: { time: bucketStart + BUCKET_MS, base } }
    if (!prints) return bucket
    if (bucketStart % HOUR_MS === 0) silent = true
    const count = own() < 0.4 || (silent && (bucketStart + BUCKET_MS) % HOUR_MS === 0) ? 1 + Math.floor(6 * own()) : 0
    if (count > 0) silent = false
    return {
      ...bucket,
      fundingRate: 2e-4 * (own() - 0.4),
      longShortRatio: 0.8 + own(),
      liquidations: Array.from({ length: count }, () => print(bucketStart, low, high, own)),
    }
  })
}

function print(bucketStart: number, low: number, high: number, uniform: () => number): LiquidationEvent {
  const side: Side = uniform() < 0.5 ? 'long' : 'short'
  const price = side === 'long' ? low : high
  const time = bucketStart + Math.floor(uniform() * BUCKET_MS)
  const quantity = 0.3 + 30 * uniform() ** 4
  return { type: 'liquidation', time, side, price, priceKind: 'order', quantity, quantityUsd: price * quantity }
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The usual crowd of the simulator with the prints, funding and ratios of its feed; made once and kept, as bench/accuracy does. */
export async function simulated(): Promise<SpeedMarket> {
  const { inputs, tiers } = await simulatedMarket({ days: 30, seed: TUNING_SEEDS[0], intervalMs: BUCKET_MS, crowd: 'usual' })
  return { name: 'simulated, usual crowd', tiers, inputs }
}

/** The last 30 days of the ETHUSDT files, or null where FAULTLINE_DATA_DIR does not lead to them. */
export function realMarket(): SpeedMarket | null {
  const folder = join(process.env.FAULTLINE_DATA_DIR ?? '', 'binance-dump')
  const klines = join(folder, 'ETHUSDT-klines-5m-derived-2025-12-01_2026-03-05.csv.gz')
  const metrics = join(folder, 'ETHUSDT-metrics-2025-12-01_2026-06-11.csv.gz')
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
  const inputs = rows(klines)
    .slice(-BUCKETS)
    .map(([time, open, high, low, close, volume]) => {
      const bucketStart = Number(time)
      const base = interest.get(bucketStart + BUCKET_MS)
      const bucket = { bucketStart, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) }
      return base === undefined ? bucket : { ...bucket, openInterest: { time: bucketStart + BUCKET_MS, base } }
    })
  return { name: 'Binance ETHUSDT', tiers: tiersFor('ETHUSDT'), inputs }
}
