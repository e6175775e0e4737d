import type { HeatmapData } from './heatmap-data.ts'
import { defaultPriceRange, fullPriceRange } from './price-range.ts'
import type { Bounds, View } from './viewport.ts'

/** Fewest base buckets on screen. */
const MIN_BUCKETS = 12
/** With an untouched price range, a last price in the outer eighth of the height moves the range. */
const EDGE_PART = 0.125

/** What may be panned and zoomed to. */
export function boundsOf(data: HeatmapData): Bounds {
  const range = fullPriceRange(data.candles.rows, data.heat) ?? { low: 1, high: 2 }
  const shown = defaultPriceRange(data.candles.rows, data.heat) ?? range
  const { from, to } = data.history ?? data
  return {
    from,
    to,
    priceLow: Math.min(range.low, shown.low),
    priceHigh: Math.max(range.high, shown.high),
    minSpan: Math.min(to - from, MIN_BUCKETS * data.bucketMs),
  }
}

/** Does `data` continue the picture of `before`? By their key; without one, by symbol, resolution and range. */
export function samePicture(before: HeatmapData, data: HeatmapData): boolean {
  if (before.viewKey !== undefined || data.viewKey !== undefined) return before.viewKey === data.viewKey
  return before.symbol === data.symbol && before.resolutionMs === data.resolutionMs && before.rangeMs === data.rangeMs
}

/** What a reset shows: the range that was asked for up to the newest; without a history, all that is loaded. */
export function homeSpan(data: HeatmapData): { from: number; to: number } {
  if (!data.history) return { from: data.from, to: data.to }
  const { from, to } = data.history
  return { from: Math.max(from, to - data.rangeMs), to }
}

/** The price range for a span of time: its candles, or all that are loaded where it has none, with the heat near the last one. */
export function pricesFor(data: HeatmapData | null, span: { from: number; to: number }): Pick<View, 'priceLow' | 'priceHigh'> {
  if (!data) return { priceLow: 1, priceHigh: 2 }
  const { rows, intervalMs } = data.candles
  const inSpan = rows.filter(([time]) => time + intervalMs > span.from && time < span.to)
  const range = defaultPriceRange(inSpan.length > 0 ? inSpan : rows, data.heat)
  return range ? { priceLow: range.low, priceHigh: range.high } : { priceLow: 1, priceHigh: 2 }
}

/** The view with which a picture opens. */
export function openingView(data: HeatmapData): View {
  const { opening } = data
  const span = opening ? { from: opening.from, to: opening.to } : homeSpan(data)
  const prices = pricesFor(data, span)
  return { ...span, priceLow: opening?.priceLow ?? prices.priceLow, priceHigh: opening?.priceHigh ?? prices.priceHigh }
}

/** The price now: that of the newest candle, unless what is loaded ends before it. */
export const lastPriceOf = (data: HeatmapData): number | null =>
  data.lastPrice === undefined ? (data.candles.rows.at(-1)?.[4] ?? null) : data.lastPrice

/** Is the newest price on screen in time, and about to leave it in height? */
export function lastPriceNearEdge(data: HeatmapData, view: View): boolean {
  const last = data.candles.rows.at(-1)
  if (last === undefined || last[0] > view.to || last[0] + data.candles.intervalMs < view.from) return false
  const part = (last[4] - view.priceLow) / (view.priceHigh - view.priceLow)
  return part < EDGE_PART || part > 1 - EDGE_PART
}
