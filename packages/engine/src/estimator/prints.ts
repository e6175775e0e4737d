import type { LiquidationEvent } from '@faultline/market/event'
import type { MarginTier } from '@faultline/market/instrument'
import { ln, power } from '@faultline/market/portable-math'
import { triggerPrice } from '../margin/trigger-price.ts'

/** Seconds on each side of a print in which others are counted. */
const WINDOW_SECONDS = 2
/**
 * Within a burst more is hidden than a steady rate would hide: a chain of liquidations falls into the same second, and the feed shows
 * the last of it. The Poisson factor is raised to this power, chosen on the tuning seeds.
 */
const BURST_POWER = 2.5
/** A window full of prints would mean an infinite rate. */
const FULLEST = 0.95

/** What a bucket's prints say, per side. */
export interface PrintTally {
  /** USD as printed, at the price at which it was triggered */
  printedUsd: { long: number; short: number }
  /** USD with what the feed's limit of one print per second is thought to have hidden */
  usd: { long: number; short: number }
  /** prints whose price lies outside the candle; they count like the others */
  outside: number
}

/**
 * Adds up a bucket's prints. Where feeds show one print per second, prints in k of T seconds mean a rate of −ln(1 − k/T) per second: each
 * stands for more than itself, the more of its neighbouring seconds have prints too. Bankruptcy prices are taken back to their triggers.
 */
export function tallyPrints(
  prints: readonly LiquidationEvent[],
  low: number,
  high: number,
  throttled: boolean,
  tiers: readonly MarginTier[],
): PrintTally {
  const tally: PrintTally = { printedUsd: { long: 0, short: 0 }, usd: { long: 0, short: 0 }, outside: 0 }
  if (prints.length === 0) return tally
  const seconds = new Set(prints.map(secondOf))
  for (const print of prints) {
    const price = triggerPrice(print, tiers)
    const usd = price * print.quantity
    tally.printedUsd[print.side] += usd
    tally.usd[print.side] += throttled ? usd * hiddenFactor(secondOf(print), seconds) : usd
    if (price < low || price > high) tally.outside++
  }
  return tally
}

const secondOf = (print: LiquidationEvent) => Math.floor(print.time / 1000)

function hiddenFactor(second: number, seconds: ReadonlySet<number>): number {
  let busy = 0
  for (let s = second - WINDOW_SECONDS; s <= second + WINDOW_SECONDS; s++) if (seconds.has(s)) busy++
  const share = busy / (2 * WINDOW_SECONDS + 1)
  return power(-ln(1 - Math.min(share, FULLEST)) / share, BURST_POWER)
}
