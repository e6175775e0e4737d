/**
 * Dump files of a small market. Every value is a function of its time alone, so that two calls agree where their ranges
 * overlap: what overlapping daily and monthly files, or a second import, look like.
 */
import { csv, dateTime, FUNDING_HEADER, KLINE_HEADER, LIQUIDATION_HEADER, METRICS_HEADER, START } from './dump-folder.ts'

export const FIVE_MINUTES = 300_000
const HOUR = 3_600_000

export interface MarketOptions {
  symbol: string
  /** first candle; START unless given */
  from?: number
  /** candles */
  count: number
  intervalMs?: number
  /** candles that are left out */
  missing?: (index: number) => boolean
  /** open interest from this time on; all along unless given */
  openInterestFrom?: number
  /** five-minute figures, counted from 1970, that are left out */
  openInterestMissing?: (index: number) => boolean
  liquidations?: boolean
}

/** Between 0 and 1, the same for the same whole number. */
export function noise(n: number): number {
  let x = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
}

const NAMES: Readonly<Record<number, string>> = { 60000: '1m', 300000: '5m', 3600000: '1h' }
const price = (time: number): number =>
  100 * Math.exp(0.04 * Math.sin(time / 9e6) + 0.01 * Math.sin(time / 1.1e6) + 0.002 * noise(time / 60_000))
const openInterest = (time: number): number => 50_000 * (1 + 0.2 * Math.sin(time / 2e7) + 0.02 * noise(time / FIVE_MINUTES))

export function candleRow(time: number, intervalMs = FIVE_MINUTES): string {
  const [open, close] = [price(time), price(time + intervalMs)]
  const spread = 0.001 * (1 + noise(time / intervalMs + 7))
  const volume = 500 + 400 * noise(time / intervalMs + 3)
  const figures = [open, Math.max(open, close) * (1 + spread), Math.min(open, close) * (1 - spread), close, volume].map((v) => v.toFixed(4))
  return [time, ...figures, time + intervalMs - 1, (volume * close).toFixed(2), 42, (volume * 0.4).toFixed(4), 0, 0].join(',')
}

export const openInterestRow = (time: number, symbol: string): string =>
  `${dateTime(time)},${symbol},${openInterest(time).toFixed(3)},${(openInterest(time) * price(time)).toFixed(2)},,,${(1 + noise(time / 7)).toFixed(3)},`

/** Path to text, as dumpFolder() takes it. */
export function marketFiles(options: MarketOptions): Record<string, string> {
  const { symbol, from = START, count, intervalMs = FIVE_MINUTES } = options
  const to = from + count * intervalMs
  const times = (start: number, step: number): number[] => {
    const first = Math.ceil(start / step) * step
    return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step)
  }
  const candles = Array.from({ length: count }, (_, i) => i).filter((i) => !options.missing?.(i))
  const figures = times(Math.max(from, options.openInterestFrom ?? from), FIVE_MINUTES).filter(
    (t) => !options.openInterestMissing?.(t / FIVE_MINUTES),
  )
  const prints = options.liquidations === false ? [] : times(from, 17 * 60_000).filter((t) => t < to && noise(t) < 0.5)
  return {
    [`klines/${symbol}-${NAMES[intervalMs]}-2024-01.csv`]: csv(
      KLINE_HEADER,
      ...candles.map((i) => candleRow(from + i * intervalMs, intervalMs)),
    ),
    [`metrics/${symbol}-metrics-2024-01.csv`]: csv(METRICS_HEADER, ...figures.map((t) => openInterestRow(t, symbol))),
    [`fundingRate/${symbol}-fundingRate-2024-01.csv`]: csv(
      FUNDING_HEADER,
      ...times(from, 8 * HOUR).map((t) => `${t},8,${(1e-4 * noise(t)).toFixed(8)}`),
    ),
    ...(prints.length === 0
      ? {}
      : {
          [`liquidationSnapshot/${symbol}-liquidationSnapshot-2024-01.csv`]: csv(
            LIQUIDATION_HEADER,
            ...prints.map((t) => `${t + 1234},SELL,LIMIT,IOC,1.5,${price(t).toFixed(2)},${price(t).toFixed(2)},FILLED,1.5,1.5`),
          ),
        }),
  }
}
