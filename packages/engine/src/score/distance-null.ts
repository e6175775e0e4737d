import { BIN_LOG_STEP } from '@faultline/market/price-grid'
import { DAY_MS, SIDES, type Side } from '@faultline/market/units'
import { REACH_BINS, type SweptBins } from './distance-profile.ts'

/** Classes of distance/σ: three to the octave, from an eighth (and all below) to 32 (and all above). */
const LEAST = 1 / 8
const PER_OCTAVE = 3
export const DISTANCE_CLASSES = 24
/** What was learned halves in this time. */
const HALF_LIFE_MS = 30 * DAY_MS
/** Swept bins' worth of the mean rate that every class begins with. */
const PRIOR_BINS = 40

/** Rates per swept bin by side and class of distance/σ; longs first. Frozen with a map, so that the null knows no more than the map did. */
export type DistanceRates = Float64Array

/**
 * The distance-only null f0(distance/σ, side): how many prints came per swept bin, by how far away the bin was, in units of the horizon's
 * own volatility. It knows no places. Learned from finished outcomes alone.
 */
export class DistanceNull {
  readonly events = new Float64Array(2 * DISTANCE_CLASSES)
  readonly exposure = new Float64Array(2 * DISTANCE_CLASSES)
  time = 0

  /** `weights` per swept bin and side: what the prints in it count for. `sigma` in log price over the horizon. */
  learn(time: number, sigma: number, swept: SweptBins, weights: Readonly<Record<Side, Float64Array>>): void {
    const keep = this.time === 0 ? 1 : 0.5 ** ((time - this.time) / HALF_LIFE_MS)
    this.time = time
    for (let i = 0; i < this.events.length; i++) {
      this.events[i] = (this.events[i] as number) * keep
      this.exposure[i] = (this.exposure[i] as number) * keep
    }
    SIDES.forEach((side, s) => {
      for (let k = 0; k < swept[side]; k++) {
        const i = s * DISTANCE_CLASSES + distanceClass(k, sigma)
        this.events[i] = (this.events[i] as number) + (weights[side][k] as number)
        this.exposure[i] = (this.exposure[i] as number) + 1
      }
    })
  }

  rates(): DistanceRates {
    const events = this.events.reduce((a, b) => a + b, 0)
    const exposure = this.exposure.reduce((a, b) => a + b, 0)
    const mean = events > 0 ? events / exposure : 1
    return this.events.map((e, i) => (e + PRIOR_BINS * mean) / ((this.exposure[i] as number) + PRIOR_BINS))
  }
}

/** The rate at which prints were met k bins away. */
export const rateAt = (rates: DistanceRates, side: Side, k: number, sigma: number): number =>
  rates[(side === 'long' ? 0 : DISTANCE_CLASSES) + distanceClass(k, sigma)] as number

function distanceClass(k: number, sigma: number): number {
  const distance = (Math.min(k, REACH_BINS) + 0.5) * BIN_LOG_STEP
  return Math.max(0, Math.min(DISTANCE_CLASSES - 1, Math.floor(PER_OCTAVE * Math.log2(distance / sigma / LEAST))))
}
