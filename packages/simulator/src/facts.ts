/** Stylised facts of a simulated market, from what it published and from its unthrottled liquidations. */
import { throttledPrints } from './liquidation-feed.ts'
import type { SimulatedMarket } from './simulate.ts'

export interface StylisedFacts {
  /** USD traded per day over mean open interest */
  volumePerOpenInterest: number
  /** USD liquidated per day over mean open interest, both sides */
  liquidatedPerOpenInterest: number
  /** all of them, unthrottled */
  liquidationsPerDay: number
  /** share of them that the throttled feed shows */
  printedShare: number
  /** of the crowd's positions: shares of what they hold in wallets of leverage up to 3, 3 to 7, above 7 */
  leverageShares: [upTo3: number, upTo7: number, above7: number]
  /** Hill estimate on the largest tenth of all liquidations by USD */
  liquidationSizeExponent: number
  /** Hill estimate on the largest 2.5 % of absolute five-minute returns */
  tailExponent: number
  /** autocorrelation of absolute five-minute returns after one hour */
  volatilityClustering: number
  /** standard deviation of returns, scaled to a day */
  dailyVolatility: number
  /** mean over the marks, USD */
  openInterestUsd: number
  /** largest over smallest open interest in coins */
  openInterestRange: number
  /** mean rate per interval */
  fundingMean: number
  /** largest move of one candle, high over low, in log */
  largestCandle: number
}

const FIVE_MINUTES = 300_000

export function stylisedFacts(market: SimulatedMarket): StylisedFacts {
  const { settings, candles, openInterest, funding, forcedOrders } = market
  const days = (settings.end - settings.start) / 86_400_000
  const every = Math.max(1, Math.round(FIVE_MINUTES / settings.intervalMs))
  const c = candles.columns
  const returns: number[] = []
  let previous = c.open[0] as number
  let largestCandle = 0
  for (let i = 0; i < candles.length; i++) {
    largestCandle = Math.max(largestCandle, Math.log((c.high[i] as number) / (c.low[i] as number)))
    if ((i + 1) % every !== 0) continue
    const close = c.close[i] as number
    returns.push(Math.log(close / previous))
    previous = close
  }
  const oi = openInterest.columns
  const openInterestUsd = mean(oi.openInterestUsd)
  const liquidated = forcedOrders.reduce((sum, o) => sum + o.lots * settings.lotSize * o.fillPrice, 0)
  const sizes = returns.map(Math.abs)
  const { upTo3, upTo7, above7 } = market.leverage
  const held = upTo3 + upTo7 + above7
  return {
    volumePerOpenInterest: c.quoteVolume.reduce((a, b) => a + b, 0) / days / openInterestUsd,
    liquidatedPerOpenInterest: liquidated / days / openInterestUsd,
    liquidationsPerDay: forcedOrders.length / days,
    printedShare: throttledPrints(forcedOrders).length / Math.max(1, forcedOrders.length),
    leverageShares: [upTo3 / held, upTo7 / held, above7 / held],
    liquidationSizeExponent: hill(
      forcedOrders.map((o) => o.lots * settings.lotSize * o.fillPrice),
      0.1,
    ),
    tailExponent: hill(sizes, 0.025),
    volatilityClustering: autocorrelation(sizes, Math.max(1, Math.round(3_600_000 / (every * settings.intervalMs)))),
    dailyVolatility: Math.sqrt(
      (returns.reduce((sum, r) => sum + r * r, 0) / returns.length) * (86_400_000 / (every * settings.intervalMs)),
    ),
    openInterestUsd,
    openInterestRange: Math.max(...oi.openInterest) / Math.min(...oi.openInterest),
    fundingMean: mean(funding.columns.rate),
    largestCandle,
  }
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

/** Hill's estimator of the tail exponent on the largest `share` of the values. */
export function hill(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => b - a)
  const k = Math.max(2, Math.floor(sorted.length * share))
  const threshold = sorted[k] ?? Number.NaN
  let sum = 0
  for (let i = 0; i < k; i++) sum += Math.log((sorted[i] as number) / threshold)
  return k / sum
}

export function autocorrelation(values: readonly number[], lag: number): number {
  const average = values.reduce((a, b) => a + b, 0) / values.length
  let top = 0
  let bottom = 0
  values.forEach((v, i) => {
    bottom += (v - average) ** 2
    const later = values[i + lag]
    if (later !== undefined) top += (v - average) * (later - average)
  })
  return top / bottom
}
