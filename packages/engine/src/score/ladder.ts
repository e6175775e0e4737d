import { BIN_LOG_STEP, binCentrePrice, binOf } from '@faultline/market/price-grid'
import { SIDES, type Side } from '@faultline/market/units'
import type { BucketInput } from '../estimator/bucket-input.ts'
import type { HeatMap } from '../map/heat-map.ts'

/** The leverages that public heatmaps put every position on. */
const LADDER_LEVERAGES = [10, 25, 50, 100] as const
/** Levels farther than this factor from the price are let go, so that the state stays small. */
const REACH_BINS = Math.round(Math.LN2 / BIN_LOG_STEP)

/**
 * The method of public heatmaps, as a null to beat: every rise of open interest is taken to have been opened at the bar's close, split
 * between longs and shorts by the takers' share (in halves where it is not known), in equal parts on four fixed leverages, without
 * maintenance margin; a level is erased when price touches it, and nothing is ever closed otherwise.
 */
export class Ladder {
  /** base coin by liquidation bin */
  readonly levels: Readonly<Record<Side, Map<number, number>>> = { long: new Map(), short: new Map() }
  openInterest: number | null = null
  private bought = 0
  private traded = 0

  /** What takers bought and what was traded since the last figure of open interest, base coin. */
  get flow(): { bought: number; traded: number } {
    return { bought: this.bought, traded: this.traded }
  }

  set flow(flow: { bought: number; traded: number }) {
    this.bought = flow.bought
    this.traded = flow.traded
  }

  step(bucket: BucketInput): void {
    const { low, high, close, volume, takerBuyVolume, openInterest } = bucket
    const [lowBin, highBin, closeBin] = [binOf(low), binOf(high), binOf(close)]
    for (const bin of this.levels.long.keys()) if (bin >= lowBin || bin < closeBin - REACH_BINS) this.levels.long.delete(bin)
    for (const bin of this.levels.short.keys()) if (bin <= highBin || bin > closeBin + REACH_BINS) this.levels.short.delete(bin)
    if (takerBuyVolume !== undefined) {
      this.bought += takerBuyVolume
      this.traded += volume
    }
    if (!openInterest) return
    const rise = this.openInterest === null ? 0 : openInterest.base - this.openInterest
    this.openInterest = openInterest.base
    const share = this.traded > 0 ? Math.min(1, this.bought / this.traded) : 0.5
    this.flow = { bought: 0, traded: 0 }
    if (!(rise > 0)) return
    for (const leverage of LADDER_LEVERAGES) {
      const part = rise / LADDER_LEVERAGES.length
      add(this.levels.long, binOf(close * (1 - 1 / leverage)), part * share)
      add(this.levels.short, binOf(close * (1 + 1 / leverage)), part * (1 - share))
    }
  }

  /** USD at each bin's centre; null until a rise of open interest was seen. */
  map(time: number, price: number): HeatMap | null {
    if (this.levels.long.size + this.levels.short.size === 0) return null
    const planes = SIDES.map((side) => {
      const levels = this.levels[side]
      if (levels.size === 0) return { firstBin: 0, usd: new Float32Array(0) }
      const firstBin = Math.min(...levels.keys())
      const usd = new Float32Array(Math.max(...levels.keys()) - firstBin + 1)
      for (const [bin, base] of levels) usd[bin - firstBin] = base * binCentrePrice(bin)
      return { firstBin, usd }
    })
    return { time, price, long: planes[0] as HeatMap['long'], short: planes[1] as HeatMap['short'] }
  }
}

function add(levels: Map<number, number>, bin: number, base: number): void {
  if (base > 0) levels.set(bin, (levels.get(bin) ?? 0) + base)
}
