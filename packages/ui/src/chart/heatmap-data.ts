import type { HeatGridPair } from './heat-grid.ts'

/** `[openTime, open, high, low, close, volume]`, time in UTC ms, ascending. */
export type CandleRow = readonly [number, number, number, number, number, number]
/** `[time, base coin, USD or null]`, ascending. */
export type OpenInterestRow = readonly [number, number, number | null]
/** `[settlement time, rate per interval, interval in hours or null]`, ascending. */
export type FundingRow = readonly [number, number, number | null]

/** Everything that one heatmap shows. Times are UTC milliseconds. */
export interface HeatmapData {
  symbol: string
  simulated: boolean
  /** what the time axis spans at its widest; `to` is the end of the newest bucket, or of the gap that has followed it so far */
  from: number
  to: number
  /** start of the newest bucket */
  lastBucket: number
  /** length of time that was asked for; another one is another picture, the same one is the same picture grown */
  rangeMs: number
  /** length of a heat column, and of the build's own bucket */
  resolutionMs: number
  bucketMs: number
  /** null while tiles are loading: candles are shown first */
  heat: HeatGridPair | null
  candles: { intervalMs: number; rows: readonly CandleRow[] }
  /** price now, where what is loaded ends earlier; absent: the last close */
  lastPrice?: number | null
  openInterest: readonly OpenInterestRow[]
  funding: readonly FundingRow[]
  /** what is missing: hatched over the whole height where candles are, at the top where only liquidations were missed */
  gaps: readonly { from: number; to: number; channel: string }[]
  /**
   * What may be panned and zoomed to, when that is more than `from` to `to`, the part that is loaded. Outside of the loaded part the
   * chart shows nothing until data that cover it are set.
   */
  history?: { from: number; to: number }
  /**
   * Another key is another picture, which starts with `opening` (or with everything that is loaded); the same one keeps what is on
   * screen while finer, coarser or more data are put under it.
   */
  viewKey?: string
  opening?: { from: number; to: number; priceLow?: number; priceHigh?: number }
  /** base coin that takers bought in the candle that opens then; null where it is not known. Ascending */
  flow?: readonly FlowRow[]
  /** prints, added up over `binMs`. `sampled`: the venue shows only some of them */
  liquidations?: { binMs: number; sampled: boolean; rows: readonly LiquidationRow[] }
  ratios?: readonly { kind: string; rows: readonly (readonly [number, number])[] }[]
  /** risk index, 0 to 100, `[time, value]` */
  risk?: readonly (readonly [number, number])[]
  /** the next settlement, UTC ms, and the rate that is expected for it */
  predictedFunding?: { time: number; rate: number } | null
  breakouts?: readonly BreakoutMark[]
  /** UTC ms: what stands after it was not known then; marked by a line */
  moment?: number
  clusters?: readonly ClusterLabel[]
}

/** `[open time, base coin bought by takers, or null]` */
export type FlowRow = readonly [number, number | null]
/** `[start, USD of longs, USD of shorts]` */
export type LiquidationRow = readonly [number, number, number]

/** Price entered a dense zone of the map. */
export interface BreakoutMark {
  time: number
  side: 'long' | 'short'
  lowPrice: number
  highPrice: number
  /** estimated to stand there */
  usd: number
}

/** A cluster of the newest column, labelled at the right edge. */
export interface ClusterLabel {
  side: 'long' | 'short'
  price: number
  usd: number
  /** signed ratio of the price now */
  distance: number
}

/** A liquidation level of observed positions over a stretch of time; times in UTC ms. */
export interface ObservedRun {
  side: 'long' | 'short'
  /** of the price grid */
  bin: number
  from: number
  to: number
  /** the most that stood there */
  usd: number
}

/** What lies under the pointer. */
export interface HoverReading {
  /** time span and price range of the cells under the pointer; several cells where they are smaller than a pixel */
  from: number
  to: number
  priceLow: number
  priceHigh: number
  cells: number
  /** highest estimate among those cells, USD; null outside the heat or where a column is missing */
  longUsd: number | null
  shortUsd: number | null
  /** close of the candle at that time */
  priceThen: number | null
  /** distance of the middle of the price range from `priceThen`, as a ratio */
  distance: number | null
  /** state of the column(s): a value of COLUMN_STATE, null outside */
  columnState: number | null
  /** channels with a gap in that time span, e.g. `openInterest` */
  gaps: readonly string[]
  fundingRate: number | null
  openInterestBase: number | null
  openInterestUsd: number | null
}
