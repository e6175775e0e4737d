/** Made-up markets for the workbench, the alignment check and the benchmark. Seeded: the same picture every time. */
import { binOf } from '@faultline/market/price-grid'
import { usdToByte } from '@faultline/market/usd-scale'
import type { HeatGridPair } from '../../src/chart/heat-grid.ts'
import type { CandleRow, FundingRow, HeatmapData, OpenInterestRow } from '../../src/chart/heatmap-data.ts'

export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

export interface SyntheticOptions {
  columns: number
  resolutionMs: number
  bucketMs?: number
  price?: number
  bins?: number
  seed?: number
  end?: number
  gap?: readonly [number, number]
}

/** A random walk, levels of past trading × leverage as heat that the price sweeps, funding each 8 h, open interest each 5 m. */
export function syntheticData(o: SyntheticOptions): HeatmapData {
  const { columns, resolutionMs, bucketMs = resolutionMs, price = 2000, bins = 1600, seed = 7 } = o
  const random = generator(seed)
  const normal = () => random() + random() + random() + random() - 2
  const to = o.end ?? Date.UTC(2026, 2, 5, 11, 0)
  const from = to - columns * resolutionMs
  const perColumn = resolutionMs / bucketMs
  const rows: CandleRow[] = []
  let close = price
  let trend = 0
  for (let t = from; t < to; t += bucketMs) {
    trend = trend * 0.99 + normal() * 0.00002
    const open = close
    const sigma = 0.0011 * Math.sqrt(bucketMs / 300_000) * (0.6 + 1.6 * random() ** 4)
    close = open * Math.exp(normal() * sigma + trend * Math.sqrt(bucketMs / 300_000))
    const wick = () => Math.abs(normal()) * sigma * 1.2
    rows.push([t, open, Math.max(open, close) * (1 + wick()), Math.min(open, close) * (1 - wick()), close, 100 * random()])
  }
  return {
    symbol: 'ETHUSDT',
    simulated: true,
    from,
    to,
    lastBucket: to - bucketMs,
    rangeMs: to - from,
    resolutionMs,
    bucketMs,
    heat: syntheticHeat(rows, { from, columns, resolutionMs, perColumn, bins, random, gap: o.gap }),
    candles: { intervalMs: bucketMs, rows },
    openInterest: rows
      .filter((_, i) => (i * bucketMs) % 300_000 === 0)
      .map((r, i): OpenInterestRow => [r[0], 1.9e6 + 2.4e5 * Math.sin(i / 90) + 4e4 * normal(), null]),
    funding: Array.from(
      { length: Math.floor((to - from) / 7_200_000) },
      (_, i): FundingRow => [from + (i + 1) * 7_200_000, 0.000012 * Math.sin(i / 4) + 0.000006 * normal(), 2],
    ),
    gaps: [],
  }
}

interface HeatPlan {
  from: number
  columns: number
  resolutionMs: number
  perColumn: number
  bins: number
  random: () => number
  gap: readonly [number, number] | undefined
}

const LEVERAGES = [5, 8, 10, 14, 20, 25, 33, 50]

function syntheticHeat(rows: readonly CandleRow[], plan: HeatPlan): HeatGridPair {
  const { from, columns, resolutionMs, perColumn, bins, random } = plan
  const middle = binOf(rows[rows.length - 1]?.[4] ?? 1)
  const firstBin = middle - (bins >> 1)
  const grid: HeatGridPair = {
    from,
    resolutionMs,
    columns,
    firstBin,
    bins,
    long: new Uint8Array(columns * bins),
    short: new Uint8Array(columns * bins),
    state: new Uint8Array(columns).fill(1),
  }
  const now = { long: new Float64Array(bins), short: new Float64Array(bins) }
  for (let c = 0; c < columns; c++) {
    for (const [, open, high, low, close] of rows.slice(c * perColumn, (c + 1) * perColumn)) {
      sweep(now, binOf(low) - firstBin, binOf(high) - firstBin)
      const size = 3e6 * random() ** 3 * (1 + 40 * Math.abs(close / open - 1) * 30)
      for (const leverage of LEVERAGES) {
        add(now.long, binOf(close * (1 - 0.9 / leverage)) - firstBin, (size * random()) / leverage ** 0.3)
        add(now.short, binOf(close * (1 + 0.9 / leverage)) - firstBin, (size * random()) / leverage ** 0.3)
      }
    }
    const missing = plan.gap && c >= plan.gap[0] && c < plan.gap[1]
    if (missing) grid.state[c] = 0
    for (let r = 0; r < bins; r++) {
      now.long[r] = (now.long[r] as number) * 0.9985
      now.short[r] = (now.short[r] as number) * 0.9985
      if (missing) continue
      grid.long[r * columns + c] = usdToByte(now.long[r] as number)
      grid.short[r * columns + c] = usdToByte(now.short[r] as number)
    }
  }
  return grid
}

function add(cells: Float64Array, row: number, usd: number): void {
  for (let k = -3; k <= 3; k++) {
    const r = row + k
    if (r >= 0 && r < cells.length) cells[r] = (cells[r] as number) + usd * Math.exp((-k * k) / 4)
  }
}

function sweep(now: { long: Float64Array; short: Float64Array }, low: number, high: number): void {
  const bins = now.long.length
  for (let r = Math.max(0, low); r <= Math.min(bins - 1, high); r++) {
    now.long[r] = 0
    now.short[r] = 0
  }
}
