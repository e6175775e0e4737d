import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { byteToUsd } from '@faultline/market/usd-scale'
import type { HeatGridPair } from './heat-grid.ts'
import type { CandleRow } from './heatmap-data.ts'

/** A candle that went through estimated levels. */
export interface Sweep {
  side: 'long' | 'short'
  /** middle of the candle, or of the column where that is longer, UTC ms */
  time: number
  /** where most of it stood */
  price: number
  /** estimated to have stood there in the column before */
  usd: number
}

const USD = Float64Array.from({ length: 256 }, (_, byte) => byteToUsd(byte))

/**
 * What each candle took: the estimate of the column before it, at the prices that the candle reached and the one before had not. In time
 * order; where candles are shorter than a column, one for all candles of a column. A column that is missing is no witness.
 *
 * Swept levels are not in the column of the bucket that swept them, nor after it (the estimator takes them out when it steps that bucket).
 * A coarser cell is the maximum over its time: the column in which a level was swept may show it whole, and none after it does.
 */
export function sweepsOf(grid: HeatGridPair, candles: { intervalMs: number; rows: readonly CandleRow[] }): Sweep[] {
  const unitMs = Math.max(candles.intervalMs, grid.resolutionMs)
  const out: Sweep[] = []
  let before: Reach | null = null
  for (const reach of reaches(candles.rows, unitMs)) {
    const column = Math.floor((reach.start - grid.from) / grid.resolutionMs) - 1
    if (before && reach.start - before.start === unitMs && column >= 0 && column < grid.columns && grid.state[column] !== 0)
      for (const side of ['long', 'short'] as const) {
        const sweep = sweptBy(grid, side, column, reach, before)
        if (sweep) out.push({ side, time: reach.start + unitMs / 2, ...sweep })
      }
    before = reach
  }
  return out
}

/** Bins that candles of one unit of time reached, both inclusive. */
interface Reach {
  start: number
  lowBin: number
  highBin: number
}

function reaches(rows: readonly CandleRow[], unitMs: number): Reach[] {
  const units: { start: number; low: number; high: number }[] = []
  let last: (typeof units)[0] | undefined
  for (const [time, , high, low] of rows) {
    const start = Math.floor(time / unitMs) * unitMs
    if (last?.start === start) {
      last.low = Math.min(last.low, low)
      last.high = Math.max(last.high, high)
    } else {
      last = { start, low, high }
      units.push(last)
    }
  }
  // Bins last: a logarithm per unit, not one per candle of a year.
  return units.map(({ start, low, high }) => ({ start, lowBin: binOf(low), highBin: binOf(high) }))
}

function sweptBy(grid: HeatGridPair, side: 'long' | 'short', column: number, now: Reach, before: Reach) {
  // Longs are taken on the way down, shorts on the way up.
  const [from, to] =
    side === 'long' ? [now.lowBin, Math.min(now.highBin, before.lowBin - 1)] : [Math.max(now.lowBin, before.highBin + 1), now.highBin]
  const cells = grid[side]
  let usd = 0
  let most = 0
  let densest = from
  const last = Math.min(to - grid.firstBin, grid.bins - 1)
  for (let row = Math.max(0, from - grid.firstBin); row <= last; row++) {
    const value = USD[cells[row * grid.columns + column] as number] as number
    usd += value
    if (value <= most) continue
    most = value
    densest = grid.firstBin + row
  }
  return usd > 0 ? { usd, price: binCentrePrice(densest) } : null
}
