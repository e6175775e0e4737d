import { byteToUsd } from '@faultline/market/usd-scale'
import type { HeatmapData } from '../../src/chart/heatmap-data.ts'
import type { ProfileData, ProfileSide } from '../../src/chart/profile-data.ts'

const SHARES = [0.1, 0.35, 0.3, 0.2, 0.05]

/** The newest column as a profile, with made-up shares of leverage and an interval. */
export function profileOf(data: HeatmapData): ProfileData {
  const grid = data.heat
  const price = data.candles.rows.at(-1)?.[4]
  if (!grid || price === undefined) throw new Error('no grid')
  const side = (which: 'long' | 'short'): ProfileSide => {
    const usd = Array.from({ length: grid.bins }, (_, row) => byteToUsd(grid[which][(row + 1) * grid.columns - 1] ?? 0))
    return {
      total: { firstBin: grid.firstBin, usd },
      leverage: SHARES.map((share) => usd.map((v) => v * share)),
      p10: usd.map((v) => v * 0.63),
      p90: usd.map((v) => v * 1.48),
    }
  }
  return { price, profile: { long: side('long'), short: side('short') }, maxPain: { side: 'short', price: price * 1.03, usd: 4e7 } }
}
