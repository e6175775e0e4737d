/** Real ETH and SOL: what the map held where price then went, per day, against what Hyperliquid says was liquidated. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type BucketInput, Estimator } from '@faultline/engine/estimator/estimator'
import { tiersFor } from '@faultline/engine/margin/tiers'
import { type DayFlow, scoreMarket } from '@faultline/engine/score/score-market'
import { type Estimate, type Pair, rankCorrelationWithInterval } from '@faultline/engine/score/statistics'
import { SAMPLE_OPTIONS } from '@faultline/engine/score/truth-measures'
import { MINUTE_MS } from '@faultline/market/units'

const BUCKET_MS = 5 * MINUTE_MS
/** Days of the map that rest on the prior of the start. */
const FROM_DAY = 6
/** Days in a block of the bootstrap: quiet and wild days come in runs. */
const BLOCK_DAYS = 3

export interface RealResult {
  coin: string
  days: number
  long: Estimate | null
  short: Estimate | null
  /** long share of the day's total, predicted against published: what is left when "moving days are liquidation days" is taken off */
  share: Estimate | null
  /** the same for what the map of the bucket before held where price then went, in place of what the estimator expected of it */
  swept: { long: Estimate | null; short: Estimate | null; share: Estimate | null }
  /** medians over days of predicted/published and swept/published, both sides */
  ratio: { predicted: number; swept: number }
  perDay: {
    day: string
    predictedLong: number
    predictedShort: number
    sweptLong: number
    sweptShort: number
    publishedLong: number
    publishedShort: number
  }[]
}

const rowsOf = (file: string): string[][] => {
  const bytes = readFileSync(file)
  const text = file.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
}

/** null where FAULTLINE_DATA_DIR names no folder with the coin. */
export function scoreRealCoin(coin: string): RealResult | null {
  const folder = process.env.FAULTLINE_DATA_DIR
  if (!folder) return null
  const klines = join(folder, `binance-dump/${coin}USDT-klines-5m-derived-2025-12-01_2026-03-05.csv.gz`)
  const metrics = join(folder, `binance-dump/${coin}USDT-metrics-2025-12-01_2026-06-11.csv.gz`)
  const published = join(folder, `hyperliquid/${coin}-liquidations-1d-2025-12-07_2026-01-27.csv`)
  if (![klines, metrics, published].every((file) => existsSync(file))) return null

  const { days } = scoreMarket({
    estimator: new Estimator({ bucketMs: BUCKET_MS, tiers: tiersFor(`${coin}USDT`) }),
    bucketMs: BUCKET_MS,
    inputs: bucketsOf(klines, metrics),
    truthOptions: SAMPLE_OPTIONS,
    fromDay: FROM_DAY,
    daily: true,
  })
  return compare(coin, days.slice(FROM_DAY), new Map(rowsOf(published).map((row) => [row[0] as string, row])))
}

function bucketsOf(klines: string, metrics: string): BucketInput[] {
  // Stamped a little after the five minutes that they are of.
  const interest = new Map(
    rowsOf(metrics).map(([time = '', , base]) => [
      Math.round(Date.parse(`${time.replace(' ', 'T')}Z`) / BUCKET_MS) * BUCKET_MS,
      Number(base),
    ]),
  )
  return rowsOf(klines).map(([time, open, high, low, close, volume]) => {
    const bucketStart = Number(time)
    const base = interest.get(bucketStart + BUCKET_MS)
    const bucket = { bucketStart, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) }
    return base === undefined ? bucket : { ...bucket, openInterest: { time: bucketStart + BUCKET_MS, base } }
  })
}

function compare(coin: string, days: readonly DayFlow[], published: ReadonlyMap<string, string[]>): RealResult {
  const perDay: RealResult['perDay'] = days.flatMap((flow) => {
    const day = new Date(flow.day).toISOString().slice(0, 10)
    const row = published.get(day)
    if (!row) return []
    return [
      {
        day,
        predictedLong: flow.predictedLongUsd,
        predictedShort: flow.predictedShortUsd,
        sweptLong: flow.sweptLongUsd,
        sweptShort: flow.sweptShortUsd,
        publishedLong: Number(row[1]),
        publishedShort: Number(row[2]),
      },
    ]
  })
  type Day = RealResult['perDay'][number]
  const correlations = (long: (d: Day) => number, short: (d: Day) => number) => {
    const correlationOf = (x: (d: Day) => number, y: (d: Day) => number): Estimate | null =>
      rankCorrelationWithInterval(
        perDay.map((d): Pair => ({ time: Date.parse(d.day), x: x(d), y: y(d) })),
        { days: BLOCK_DAYS },
      )
    return {
      long: correlationOf(long, (d) => d.publishedLong),
      short: correlationOf(short, (d) => d.publishedShort),
      share: correlationOf(
        (d) => long(d) / (long(d) + short(d)),
        (d) => d.publishedLong / (d.publishedLong + d.publishedShort),
      ),
    }
  }
  const ratioOf = (long: (d: Day) => number, short: (d: Day) => number) => {
    const ratios = perDay.map((d) => (long(d) + short(d)) / (d.publishedLong + d.publishedShort)).sort((a, b) => a - b)
    return ratios[ratios.length >> 1] ?? Number.NaN
  }
  const predicted = [(d: Day) => d.predictedLong, (d: Day) => d.predictedShort] as const
  const swept = [(d: Day) => d.sweptLong, (d: Day) => d.sweptShort] as const
  return {
    coin,
    days: perDay.length,
    ...correlations(...predicted),
    swept: correlations(...swept),
    ratio: { predicted: ratioOf(...predicted), swept: ratioOf(...swept) },
    perDay,
  }
}
