import type { Threshold } from '@faultline/ui/chart/threshold'

/**
 * The colour scale's two ends: what the address says, and for what it leaves out the ends that suit the picture. An end that
 * is no amount, or a pair in the wrong order, counts as not said.
 */
export function thresholdOf(suggested: Threshold, asked: { lo: number | null; hi: number | null }): Threshold {
  const [lo, hi] = [sane(asked.lo), sane(asked.hi)]
  const lowUsd = lo ?? Math.min(suggested.lowUsd, (hi ?? Number.POSITIVE_INFINITY) / 2)
  const highUsd = hi ?? Math.max(suggested.highUsd, lowUsd * 2)
  return lowUsd < highUsd ? { lowUsd, highUsd } : suggested
}

const sane = (usd: number | null): number | null => (usd !== null && usd >= 1 && usd <= 1e11 ? usd : null)

/** Two significant digits: the address carries these. */
export const roundUsd = (usd: number): number => Number(usd.toPrecision(2))
