/** When an account is asked for again: pure. */
import type { HeldPosition } from '@faultline/db/repositories/observed-accounts'
import { DAY_MS } from '@faultline/market/units'

/** How often an account is asked for, where a source does not say. */
export const EVERY_MS = 10 * 60_000
/** What is at stake near the price is looked at more often, down to this share of the usual wait; who holds nothing, more seldom. */
const NEAREST_SHARE = 1 / 10
const EMPTY_TIMES = 4
/** Positions of at least this size (USD) count for that, and count in full from the other on. */
const LARGE_USD = 50_000
const HUGE_USD = 5_000_000
/** Log distance from the mark to the liquidation at which nothing is pressing, and at which all is. */
const FAR = 0.15
const NEAR = 0.01
/** Of accounts that cannot be read. */
const LONGEST_FAILURE_MS = DAY_MS

/** 0: nothing large is near its liquidation; 1: something huge is about to be liquidated. */
export function urgency(positions: readonly HeldPosition[]): number {
  let most = 0
  for (const { usd, size, liquidationPrice } of positions) {
    if (liquidationPrice === null || usd < LARGE_USD) continue
    const distance = Math.abs(Math.log(liquidationPrice / (usd / size)))
    const near = clamp(Math.log(FAR / Math.max(distance, 1e-9)) / Math.log(FAR / NEAR))
    const large = 0.5 + 0.5 * clamp(Math.log(usd / LARGE_USD) / Math.log(HUGE_USD / LARGE_USD))
    most = Math.max(most, near * large)
  }
  return most
}

/** How long until an account that holds this is asked for again, ms. */
export function waitMs(positions: readonly HeldPosition[], everyMs: number): number {
  if (positions.length === 0) return Math.round(everyMs * EMPTY_TIMES)
  return Math.round(everyMs * NEAREST_SHARE ** urgency(positions))
}

/** After the n-th question in a row (from 1) that failed: doubling, up to a day. */
export const failureWaitMs = (failures: number, everyMs: number): number =>
  Math.min(LONGEST_FAILURE_MS, everyMs * 2 ** Math.min(30, failures - 1))

const clamp = (x: number): number => Math.min(1, Math.max(0, x))
