import { binLowerPrice } from '@faultline/market/price-grid'
import { byteToUsd } from '@faultline/market/usd-scale'
import { lastAtOrBefore } from './candles.ts'
import { type FundingBars, fundingAt } from './funding-series.ts'
import type { PixelCells } from './heat-series.ts'
import type { HeatmapData, HoverReading } from './heatmap-data.ts'
import type { InterestLine } from './interest-series.ts'

export interface ReadingSources {
  data: HeatmapData
  /** open times of data.candles.rows */
  candleTimes: Float64Array
  funding: FundingBars
  interest: InterestLine
}

/** What is under the pointer: `cells` as the picture shows them, or the bare time and price where there is no heat. */
export function readingAt(sources: ReadingSources, time: number, price: number, cells: PixelCells | null): HoverReading {
  const { data, candleTimes, funding, interest } = sources
  const heat = data.heat
  const span =
    heat && cells
      ? {
          from: heat.from + cells.colFrom * heat.resolutionMs,
          to: heat.from + cells.colTo * heat.resolutionMs,
          priceLow: binLowerPrice(heat.firstBin + cells.rowFrom),
          priceHigh: binLowerPrice(heat.firstBin + cells.rowTo),
          cells: (cells.colTo - cells.colFrom) * (cells.rowTo - cells.rowFrom),
        }
      : { from: time, to: time, priceLow: price, priceHigh: price, cells: 0 }
  const state = heat && cells ? worstState(heat.state, cells) : null
  const known = state !== null && state !== 0
  const priceThen = data.candles.rows[lastAtOrBefore(candleTimes, span.to - 1)]?.[4] ?? null
  const middle = Math.sqrt(span.priceLow * span.priceHigh)
  return {
    ...span,
    longUsd: known && cells ? byteToUsd(cells.long) : null,
    shortUsd: known && cells ? byteToUsd(cells.short) : null,
    priceThen,
    distance: priceThen === null ? null : middle / priceThen - 1,
    columnState: state,
    gaps: [
      ...new Set(data.gaps.filter((gap) => gap.from < Math.max(span.to, span.from + 1) && gap.to > span.from).map((gap) => gap.channel)),
    ],
    ...paneValuesAt(funding, interest, time),
  }
}

/** 0 only when every column under the pointer is missing; partial when any is partial or missing. */
function worstState(state: Uint8Array, cells: PixelCells): number {
  let missing = 0
  let partial = false
  for (let c = cells.colFrom; c < cells.colTo; c++) {
    if (state[c] === 0) missing++
    else if (state[c] === 2) partial = true
  }
  if (missing === cells.colTo - cells.colFrom) return 0
  return missing > 0 || partial ? 2 : 1
}

export interface PaneValues {
  fundingRate: number | null
  openInterestBase: number | null
  openInterestUsd: number | null
}

export function paneValuesAt(funding: FundingBars, interest: InterestLine, time: number): PaneValues {
  const f = fundingAt(funding, time)
  const i = lastAtOrBefore(interest.time, time)
  const fresh = i >= 0 && time - (interest.time[i] as number) <= interest.breakMs
  return {
    fundingRate: funding.rate[f] ?? null,
    openInterestBase: fresh ? (interest.base[i] as number) : null,
    openInterestUsd: fresh && interest.unit === 'usd' ? (interest.value[i] as number) : null,
  }
}
