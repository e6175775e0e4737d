import { csv, FUNDING_HEADER, KLINE_HEADER, klines, METRICS_HEADER, MINUTE, metricsRow, START } from './dump-folder.ts'

const FIVE = 5 * MINUTE

/** A plain folder of one instrument: rising 5-minute candles, open interest that grows and shrinks. */
export function estimateFiles(candles: number, rows = candles): Record<string, string> {
  return {
    'klines.csv': csv(KLINE_HEADER, ...klines(START, candles, FIVE)),
    'metrics.csv': csv(
      METRICS_HEADER,
      ...Array.from({ length: rows }, (_, i) => metricsRow(START + (i + 1) * FIVE, 'ETHUSDT', 10_000 + 800 * Math.sin(i / 5) + 40 * i)),
    ),
    'fundingRate.csv': csv(FUNDING_HEADER, `${START},8,0.0001`),
  }
}

/** A table of brackets that ends at `maxLeverage`. */
export const bracketsJson = (maxLeverage: number): string =>
  JSON.stringify([
    { bracket: 1, notionalFloor: 0, notionalCap: 50_000, maintMarginRatio: 0.5 / maxLeverage, initialLeverage: maxLeverage },
    { bracket: 2, notionalFloor: 50_000, notionalCap: 1_000_000, maintMarginRatio: 1 / maxLeverage, initialLeverage: maxLeverage / 2 },
  ])
