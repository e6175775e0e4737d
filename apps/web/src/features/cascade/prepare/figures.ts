/** How the simulator writes its figures. */
import { priceAt } from '@faultline/engine/readings/levels'
import type { Side } from '@faultline/market/units'
import { formatAge, formatClock, formatPercent, formatPrice, priceDecimals } from '@faultline/ui/format'
import { messages } from '../../../messages.ts'
import { type CascadeMarket, depthSource } from './market.ts'
import { moveOf } from './scenario.ts'
import type { CascadeResult } from './simulate.ts'

/** `−2.41%` of a log distance on that side. */
export const moveText = (side: Side, distance: number, decimals = 2): string =>
  formatPercent(moveOf(side, distance), { sign: true, decimals })

/** The price at a log distance, with the decimals of the price itself, so that all of a table have the same. */
export const priceText = (side: Side, distance: number, price: number): string =>
  formatPrice(priceAt(side, distance, price), priceDecimals(price))

/** `45 ms`, `0.3 s`; nothing is known of less than one. */
export const tookText = (ms: number): string => (ms < 995 ? `${Math.max(1, Math.round(ms))}\u202fms` : formatAge(ms))

/** `0.42`, `12`, `∞` */
export const ratioText = (n: number): string =>
  n === Number.POSITIVE_INFINITY ? messages.cascade.chart.endless : n >= 10 ? n.toFixed(0) : n.toFixed(2)

/** Seconds as `45 s`, `2 m`, `1 h`. */
export const secondsText = (seconds: number): string =>
  seconds < 60 ? `${seconds}\u202fs` : seconds < 3_600 ? `${Number((seconds / 60).toFixed(1))}\u202fm` : `${seconds / 3_600}\u202fh`

/** Where the depth comes from, in words. */
export function depthText(market: CascadeMarket, side: Side): string {
  const source = depthSource(market, side)
  const words = messages.cascade.depths[source]
  return typeof words === 'string' ? words : words(formatClock(market.book?.time ?? 0, 'utc'))
}

/** Median move over the shock; null where there is no shock. */
export const amplification = ({ side, end, shock }: CascadeResult): number | null =>
  shock > 0 ? moveOf(side, end.p50) / moveOf(side, shock) : null

/** The low price and the high price between which 80 % of runs end. */
export function endRange({ side, end, price }: CascadeResult): [string, string] {
  const texts: [string, string] = [priceText(side, end.p90, price), priceText(side, end.p10, price)]
  return side === 'long' ? texts : [texts[1], texts[0]]
}
