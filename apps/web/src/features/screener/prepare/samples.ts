/** Rows to test with: deterministic. */
import type { ScreenerReading, ScreenerRow } from '../server/schema.ts'

export const sampleReading = (more: Partial<ScreenerReading> = {}): ScreenerReading => ({
  bucket: 1_704_067_200_000,
  bucketMs: 60_000,
  price: 100,
  change24h: 0.01,
  risk: 50,
  longUsd: 3e6,
  shortUsd: 1e6,
  below: { price: 98, usd: 2e6, distance: -0.02 },
  above: { price: 103, usd: 1e6, distance: 0.03 },
  openInterestUsd: 5e7,
  openInterestChange24h: -0.04,
  funding8h: 0.0001,
  liquidatedLongUsd: 2e5,
  liquidatedShortUsd: 1e5,
  sparkline: [0, 50, 100],
  ...more,
})

export const sampleRow = (key: string, reading: Partial<ScreenerReading> | null = {}, more: Partial<ScreenerRow> = {}): ScreenerRow => {
  const [venue = '', symbol = ''] = key.split(':')
  return {
    key,
    venue,
    symbol,
    baseAsset: symbol.replace('USDT', ''),
    simulated: false,
    sum: venue === 'market',
    reading: reading && sampleReading(reading),
    waiting: reading ? null : 'map',
    locked: false,
    ...more,
  }
}

/** Every figure of them another one. */
export const manyRows = (count: number): ScreenerRow[] =>
  Array.from({ length: count }, (_, i) =>
    sampleRow(`binance-usdm:COIN${String(i).padStart(4, '0')}USDT`, { risk: (i * 37) % 101, openInterestUsd: 1e6 + i, price: 1 + i }),
  )
