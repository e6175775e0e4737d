import type { ForcedOrder } from './exchange.ts'
import { Random } from './random.ts'

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

/** The throttled feed with a share (0 to 1) of its prints lost at random, the same ones for the same seed. */
export function thinnedPrints(orders: readonly ForcedOrder[], hidden: number, seed: number): ForcedOrder[] {
  const prints = throttledPrints(orders)
  if (hidden === 0) return prints
  const random = new Random(seed, 'hidden prints')
  return prints.filter(() => !random.chance(hidden))
}
