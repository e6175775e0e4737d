import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { tiersFor, tiersFromBinanceBrackets } from '@faultline/engine/margin/tiers'
import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import type { DumpMarket } from '../dump/dump.ts'

/** The margin table that an instrument is estimated with: the one that was imported with it, else the engine's own. */
export const tiersOf = (instrument: Pick<InstrumentRow, 'symbol' | 'marginTiers'>): readonly MarginTier[] =>
  instrument.marginTiers ?? tiersFor(instrument.symbol)

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
