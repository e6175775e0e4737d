import { SECOND_MS } from '@faultline/market/units'
import type { ForcedTick } from './venue-market.ts'

/** The second of the venue's clock that a liquidation belongs to. */
export const secondOf = (time: number): number => Math.floor(time / SECOND_MS)

/** What the feed shows of an instrument's liquidations (in order of time): the latest of each second. */
export function forcedPrints(orders: readonly ForcedTick[]): ForcedTick[] {
  return orders.filter((order, i) => {
    const next = orders[i + 1]
    return next === undefined || secondOf(next.time) !== secondOf(order.time)
  })
}

/** When the feed tells of a liquidation: at the end of its second, when it is known to be the latest. */
export const printTime = (order: ForcedTick): number => (secondOf(order.time) + 1) * SECOND_MS
