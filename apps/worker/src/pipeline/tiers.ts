import { tiersFromBinanceBrackets } from '@faultline/engine/margin/tiers'
import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import type { DumpMarket } from '../dump/dump.ts'

/** Do two tables say the same? */
export const sameTiers = (a: readonly MarginTier[], b: readonly MarginTier[]): boolean =>
  a.length === b.length &&
  a.every((tier, i) => {
    const other = b[i]
    return (
      tier.floorUsd === other?.floorUsd &&
      tier.capUsd === other.capUsd &&
      tier.maintMarginRatio === other.maintMarginRatio &&
      tier.maxLeverage === other.maxLeverage
    )
  })

/** Bounds that have moved together by less than this have moved with a price. */
const MOVED_WITH_PRICE = 1.5
/** Of what is one factor, but for rounding. */
const ONE_FACTOR = 1e-6

/**
 * Do two tables differ by nothing but a price? Venues that count contracts have bounds whose worth in USD changes with every
 * trade: all of them by one factor. To make maps anew for that, each day, would be work for nothing.
 */
export function movedWithPrice(a: readonly MarginTier[], b: readonly MarginTier[]): boolean {
  if (a.length !== b.length) return false
  const factors: number[] = []
  for (const [i, tier] of a.entries()) {
    const other = b[i] as MarginTier
    if (tier.maintMarginRatio !== other.maintMarginRatio || tier.maxLeverage !== other.maxLeverage) return false
    if ((tier.capUsd === null) !== (other.capUsd === null)) return false
    if (tier.floorUsd !== other.floorUsd) factors.push(other.floorUsd / tier.floorUsd)
    if (tier.capUsd !== null && other.capUsd !== null) factors.push(other.capUsd / tier.capUsd)
  }
  const [least, most] = [Math.min(...factors), Math.max(...factors)]
  return factors.length === 0 || (most - least <= ONE_FACTOR * most && most < MOVED_WITH_PRICE && least > 1 / MOVED_WITH_PRICE)
}

/**
 * The margin table that a dump brings for one of its markets, those of the venue whose positions are estimated; null where it
 * brings none. FaultlineError `bad_input` naming file and field where the brackets are none.
 */
export function tiersOfDump({ brackets, bracketsFile, symbol }: DumpMarket): MarginTier[] | null {
  if (brackets === null) return null
  try {
    return tiersFromBinanceBrackets(brackets, symbol)
  } catch (error) {
    if (!(error instanceof FaultlineError) || bracketsFile === null) throw error
    throw new FaultlineError(error.code, `${bracketsFile}: ${error.message}`, { cause: error })
  }
}
