/** What stands in one bar of the chart, for its crosshair and its table: pure. */
import type { CascadeResult } from './simulate.ts'

export interface BarReading {
  /** log distances of its ends */
  from: number
  to: number
  /** USD of the levels in it */
  usd: number
  /** at its far end: USD liquidated on the way there, USD that the book holds on the way */
  cumulative: number
  depth: number
  /** at its middle */
  branching: number
}

/** The chart’s bars in figures, from the price outwards: edges as log distances, USD in each and up to its far edge. */
export function barReadings({ chart }: Pick<CascadeResult, 'chart'>): BarReading[] {
  const { barWidth, bars, x, span } = chart
  const last = x.length - 1
  const at = (values: Float64Array, distance: number): number => values[Math.round((distance / span) * last)] ?? 0
  return [...bars].map((usd, i) => {
    const [from, to] = [i * barWidth, (i + 1) * barWidth]
    return {
      from,
      to,
      usd,
      cumulative: at(chart.cumulative, to),
      depth: at(chart.depth, to),
      branching: at(chart.branching, (from + to) / 2),
    }
  })
}
