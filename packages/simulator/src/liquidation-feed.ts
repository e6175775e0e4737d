import type { ForcedOrder } from './exchange.ts'

/**
 * What the venue's feed shows of the liquidations: at most one per second, the latest of that second (as Binance since
 * 2021). `orders` in order of time.
 */
export function throttledPrints(orders: readonly ForcedOrder[]): ForcedOrder[] {
  return orders.filter((order, i) => {
    const next = orders[i + 1]
    return next === undefined || Math.floor(next.time / 1000) !== Math.floor(order.time / 1000)
  })
}
