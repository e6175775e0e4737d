import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { tiersFor } from '@faultline/engine/margin/tiers'
import type { MarginTier } from '@faultline/market/instrument'

/** The margin table that an instrument is estimated with: the one that was imported with it, else the engine's own. */
export const tiersOf = (instrument: Pick<InstrumentRow, 'symbol' | 'marginTiers'>): readonly MarginTier[] =>
  instrument.marginTiers ?? tiersFor(instrument.symbol)
