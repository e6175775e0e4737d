import { binOf } from '@faultline/market/price-grid'
import { type BinPlane, isAhead, type MapSide } from '../cumulative-profile.ts'
import type { MapBars, MapProfile } from './profile.ts'

/** With fewer maps than this, their tenth and ninetieth percentiles are single maps. */
const ENOUGH_DRAWS = 10

/**
 * The middle 80 % of what one side of a bar may hold, USD. Percentiles of what each drawn map holds there; without enough of those, the
 * percentiles of its bins added up, as if all erred together: the widest band that they allow. Null where neither is known.
 */
export function barInterval(profile: MapProfile, bars: MapBars, side: MapSide, bar: number): { low: number; high: number } | null {
  const from = bars.firstBin + bar * bars.binsPerBar
  const to = from + bars.binsPerBar
  const priceBin = binOf(profile.price)
  const sum = (plane: BinPlane) => {
    let total = 0
    for (let bin = Math.max(from, plane.firstBin); bin < Math.min(to, plane.firstBin + plane.usd.length); bin++)
      if (isAhead(side, bin, priceBin)) total += plane.usd[bin - plane.firstBin] as number
    return total
  }
  if (profile.draws.length >= ENOUGH_DRAWS) {
    const held = profile.draws.map((draw) => sum(draw[side])).sort((a, b) => a - b)
    return { low: quantile(held, 0.1), high: quantile(held, 0.9) }
  }
  const { firstBin, p10, p90 } = profile[side]
  return p10 && p90 ? { low: sum({ firstBin, usd: p10 }), high: sum({ firstBin, usd: p90 }) } : null
}

/** Linear between neighbours of a sorted list. */
function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1)
  const i = Math.floor(at)
  const low = sorted[i] as number
  return low + ((sorted[Math.min(sorted.length - 1, i + 1)] as number) - low) * (at - i)
}
