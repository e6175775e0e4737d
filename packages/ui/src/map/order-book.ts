/** Cumulative depth of an order book: pure. */

/** `[price, base coin]`, from the price outwards. */
export type BookLevel = readonly [number, number]

export interface OrderBook {
  /** UTC ms */
  time: number
  bids: readonly BookLevel[]
  asks: readonly BookLevel[]
}

/** Prices from the best one outwards, and the USD that must be traded to take everything up to and with each. */
export interface DepthSteps {
  price: Float64Array
  usd: Float64Array
}

/** `levels` from the price outwards; USD up to and with each. */
export function depthSteps(levels: readonly BookLevel[]): DepthSteps {
  const price = new Float64Array(levels.length)
  const usd = new Float64Array(levels.length)
  let sum = 0
  levels.forEach(([at, size], i) => {
    sum += at * size
    price[i] = at
    usd[i] = sum
  })
  return { price, usd }
}

/**
 * USD that stands between the best price and `price`, both included; 0 before the best one. Null beyond the last level of the book:
 * what stands there is not known.
 */
export function depthTo({ price: prices, usd }: DepthSteps, side: 'bid' | 'ask', price: number): number | null {
  const within = side === 'bid' ? (at: number) => at >= price : (at: number) => at <= price
  const last = prices.at(-1)
  if (last === undefined) return null
  if (within(last) && last !== price) return null
  let low = 0
  let high = prices.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (within(prices[middle] as number)) low = middle + 1
    else high = middle
  }
  return low === 0 ? 0 : (usd[low - 1] as number)
}
