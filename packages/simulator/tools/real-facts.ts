/** The same figures as facts.ts gives of a simulated market, of real ones: from public series in the folder of real data. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { autocorrelation, hill } from '../src/facts.ts'

const DAY = 86_400_000
const PER_DAY = 288
const WINDOW_DAYS = 21

/** Lowest and highest over windows of 21 days. */
export type Range = readonly [low: number, high: number]

export interface RealFacts {
  name: string
  dailyVolatility: Range
  tailExponent: Range
  volatilityClustering: Range
  openInterestRange: Range
  volumePerOpenInterest: Range
  fundingMean: Range
}

type Row = Record<string, string>

function rows(folder: string, pattern: string): Row[] {
  const [path] = globSync(pattern, { cwd: folder })
  if (path === undefined) throw new Error(`${join(folder, pattern)} is not there: FAULTLINE_DATA_DIR must name the folder of real data.`)
  const bytes = readFileSync(join(folder, path))
  const [head = '', ...lines] = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd().split('\n')
  const names = head.trim().split(',')
  return lines.map((line) => {
    const cells = line.trim().split(',')
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']))
  })
}

const number = (row: Row, name: string): number => Number(row[name])
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const range = (values: readonly number[]): Range => [Math.min(...values), Math.max(...values)]

/** Binance USDⓈ-M: prices and open interest of every five minutes, candles of the hour, funding of every eight hours. */
export function binanceFacts(folder: string, coin: string): RealFacts {
  const metrics = rows(folder, `binance-dump/${coin}USDT-metrics-*`)
  const days = metrics.map((row) => Math.floor(Date.parse(`${row.create_time?.replace(' ', 'T')}Z`) / DAY))
  const coins = metrics.map((row) => number(row, 'sum_open_interest'))
  const prices = metrics.map((row, i) => number(row, 'sum_open_interest_value') / (coins[i] as number))
  const returns = prices.slice(1).map((price, i) => Math.log(price / (prices[i] as number)))

  const traded = new Map<number, number>()
  for (const candle of rows(folder, `candles-1h/binance-${coin}-1h-*`)) {
    const day = Math.floor(number(candle, 'open_time') / DAY)
    traded.set(day, (traded.get(day) ?? 0) + number(candle, 'volume'))
  }
  const funding = rows(folder, `binance-dump/${coin}USDT-fundingRate-*`)
  const size = WINDOW_DAYS * PER_DAY
  const windows = Array.from({ length: Math.floor(returns.length / size) }, (_, i) => i * size)
  const figures = windows.map((at) => {
    const part = returns.slice(at, at + size)
    const sizes = part.map(Math.abs)
    const held = coins.slice(at, at + size)
    const inside = new Set(days.slice(at, at + size))
    const volumes = [...inside].flatMap((day) => traded.get(day) ?? [])
    const paid = funding.filter((row) => inside.has(Math.floor(number(row, 'calc_time') / DAY)))
    return {
      dailyVolatility: Math.sqrt(mean(part.map((r) => r * r)) * PER_DAY),
      tailExponent: hill(sizes, 0.025),
      volatilityClustering: autocorrelation(sizes, PER_DAY / 24),
      openInterestRange: Math.max(...held) / Math.min(...held),
      volumePerOpenInterest: volumes.length > WINDOW_DAYS / 2 ? mean(volumes) / mean(held) : Number.NaN,
      fundingMean: paid.length > 0 ? mean(paid.map((row) => number(row, 'last_funding_rate'))) : Number.NaN,
    }
  })
  const of = (name: keyof (typeof figures)[number]): Range => range(figures.map((f) => f[name]).filter(Number.isFinite))
  return {
    name: `${coin}, Binance`,
    dailyVolatility: of('dailyVolatility'),
    tailExponent: of('tailExponent'),
    volatilityClustering: of('volatilityClustering'),
    openInterestRange: of('openInterestRange'),
    volumePerOpenInterest: of('volumePerOpenInterest'),
    fundingMean: of('fundingMean'),
  }
}

/** Hyperliquid: liquidated per day over the day's mean open interest; mean, and the tenth and ninetieth of a hundred days. */
export function hyperliquidLiquidations(folder: string, coin: string): { mean: number; low: number; high: number; days: number } {
  const held = new Map<string, number[]>()
  for (const row of rows(folder, `hyperliquid/${coin}-open-interest-1h-*`)) {
    const day = new Date(number(row, 'time')).toISOString().slice(0, 10)
    held.set(day, [...(held.get(day) ?? []), number(row, 'open_interest_usd')])
  }
  const shares = rows(folder, `hyperliquid/${coin}-liquidations-1d-*`)
    .flatMap((row) => {
      const that = held.get(row.date as string)
      return that ? [number(row, 'total_usd') / mean(that)] : []
    })
    .sort((a, b) => a - b)
  const at = (share: number): number => shares[Math.floor(share * (shares.length - 1))] as number
  return { mean: mean(shares), low: at(0.1), high: at(0.9), days: shares.length }
}

/** The folder of real data, or null where there is none. */
export function dataFolder(): string | null {
  const folder = process.env.FAULTLINE_DATA_DIR
  return folder !== undefined && existsSync(folder) ? folder : null
}
