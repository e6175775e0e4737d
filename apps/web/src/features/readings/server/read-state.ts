import { setImmediate } from 'node:timers/promises'
import { Estimator } from '@faultline/engine/estimator/estimator'
import type { Bands, LeveragePlanes } from '@faultline/engine/map/heat-map'
import { tiersOf } from '@faultline/engine/margin/tiers'
import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import type { Side } from '@faultline/market/units'
import { LEVERAGE_BOUNDS } from '@faultline/ui/leverage-classes'
import { groupLeverage, type StateReading } from '../prepare/state-reading.ts'

/** Enough for percentiles of a cluster and for the simulator's cascades; each is a map that travels to the page. */
export const DRAWS = 32

/**
 * What an estimator's checkpoint says beside its column. Between its parts others get their turn: of a large market one takes some ten
 * milliseconds. Null where the checkpoint is not one of this program's model, bucket length and margin table, or nothing is known yet.
 */
export async function readState(
  market: { symbol: string; marginTiers: readonly MarginTier[] | null; bucketMs: number },
  checkpoint: Uint8Array,
  distances: readonly number[],
): Promise<StateReading | null> {
  const estimator = resume({ bucketMs: market.bucketMs, tiers: tiersOf(market) }, checkpoint)
  if (!estimator) return null
  await setImmediate()
  const map = estimator.map()
  if (!map) return null
  const bands = estimator.bands() as Bands
  await setImmediate()
  const within = estimator.cumulativeBands(distances) as StateReading['within']
  await setImmediate()
  const planes = estimator.leveragePlanes() as Record<Side, LeveragePlanes>
  await setImmediate()
  const draws = estimator.draws(DRAWS)
  await setImmediate()
  const grouped = (side: Side) => groupLeverage(planes[side], LEVERAGE_BOUNDS)
  return { map, bands, within, leverage: { long: grouped('long'), short: grouped('short') }, draws }
}

function resume(config: { bucketMs: number; tiers: readonly MarginTier[] }, checkpoint: Uint8Array): Estimator | null {
  try {
    return Estimator.resume(config, checkpoint)
  } catch (error) {
    if (error instanceof FaultlineError && error.code === 'bad_input') return null
    throw error
  }
}
