import { decimalsOfStep, niceStep, priceTicks } from '../chart/ticks.ts'
import { formatPercent, formatPrice, formatUsd } from '../format.ts'
import type { PriceWindow } from './price-window.ts'

export interface PlotRect {
  x: number
  y: number
  width: number
  height: number
}

/** Under this width, margins are those of a phone. */
const NARROW = 560

/** The same left and right for all that shares a price axis, or prices would not stand under each other. */
export function plotRect(width: number, height: number, { top, bottom }: { top: number; bottom: number }): PlotRect {
  const side = width < NARROW ? 46 : 64
  return { x: side, y: top, width: Math.max(1, width - 2 * side), height: Math.max(1, height - top - bottom) }
}

/** `formatUsd` for the round figures of an axis: `$50M`, `$1B`, `$2.5M`. */
export const axisUsd = (usd: number): string =>
  formatUsd(usd)
    .replace(/(\.\d*?)0+(?=[MB]$)/, '$1')
    .replace(/\.(?=[MB]$)/, '')

export interface UsdScale {
  /** USD at the top of the plot */
  end: number
  ticks: number[]
}

/** A scale from 0 on which `max` stands at `part` of the height, in at most `count` nice steps. */
export function usdScale(max: number, count: number, part = 0.96): UsdScale {
  if (!(max > 0)) return { end: 1, ticks: [0] }
  const end = max / part
  const step = niceStep(end, count)
  const ticks: number[] = []
  for (let k = 0; k * step <= end * (1 + 1e-9); k++) ticks.push(k * step)
  return { end, ticks }
}

export interface PriceTick {
  /** distance from the left end of the plot, CSS pixels */
  x: number
  price: string
  /** signed distance from the price now */
  distance: string
}

/** Labels of the price axis, as many as have room in `width` CSS pixels. */
export function axisTicks(window: PriceWindow, width: number, price: number): PriceTick[] {
  const prices = priceTicks(window.low, window.high, Math.max(2, Math.round(width / 92)), window.scale)
  const step = Math.min(...prices.slice(1).map((p, i) => p - (prices[i] as number)))
  const decimals = Number.isFinite(step) ? decimalsOfStep(step) : undefined
  // as many digits as tell neighbours apart
  const apart = Number.isFinite(step) ? step / price : 1
  const digits = apart >= 0.004 ? 1 : apart >= 0.0004 ? 2 : 3
  return prices.map((at) => ({
    x: window.fraction(at) * width,
    price: formatPrice(at, decimals),
    distance: formatPercent(at / price - 1, { sign: true, decimals: digits }),
  }))
}
