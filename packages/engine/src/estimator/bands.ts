import { exp, ln, ln1p } from '@faultline/market/portable-math'
import type { Band, BandPlane } from '../map/heat-map.ts'

/** 90th percentile of the standard normal */
const Z90 = 1.2815515655446004
/** Less than this many USD is nothing: its square would vanish, and what is divided by that is no number. */
const NOTHING = 1e-9

/**
 * Log-normal with this mean and variance, USD and USD²: what stands is positive, and it is more often a little less than the mean and
 * seldom much more.
 */
export function bandOf(mean: number, variance: number): Band {
  if (!(mean > NOTHING)) return { p10: 0, p50: 0, p90: 0 }
  const spread = ln1p(variance / (mean * mean))
  const p50 = mean * exp(-spread / 2)
  const factor = exp(Z90 * Math.sqrt(spread))
  return { p10: p50 / factor, p50, p90: p50 * factor }
}

export function emptyBands(firstBin: number, length: number): BandPlane {
  return { firstBin, p10: new Float32Array(length), p50: new Float32Array(length), p90: new Float32Array(length) }
}

/** Quantile of the standard normal, to a relative 1.2e-9 (Acklam's rational approximation without its step of refinement). */
export function normalQuantile(p: number): number {
  const tail = Math.min(p, 1 - p)
  let x: number
  if (tail < 0.02425) {
    const q = Math.sqrt(-2 * ln(tail))
    x =
      (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
    return p < 0.5 ? x : -x
  }
  const q = p - 0.5
  const r = q * q
  x =
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r - 30.66479806614716) * r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r - 13.28068155288572) * r + 1)
  return x
}
