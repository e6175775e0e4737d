import { COVERAGE_DISTANCES } from './band-coverage.ts'
import { HORIZONS_MS, NULLS, type Null, type Outcome } from './prequential.ts'
import type { TruthNull, TruthScore } from './score-market.ts'
import { type Estimate, ratioWithInterval } from './statistics.ts'
import { type SampleMeasures, TRUTH_MEASURES, type TruthMeasure } from './truth-measures.ts'

export type Measures = Record<TruthMeasure, Estimate>

export interface TruthSummary {
  /** sides of times that were compared */
  samples: number
  missing: number
  skippedTimes: number
  map: Measures | null
  /** totals of the uniform null and of the curve mean nothing: they have no `logRatio` */
  nulls: Partial<Record<TruthNull, Partial<Measures> | null>>
  /** the best curve over distance in hindsight, each measure with its own best one */
  curveInHindsight: { emd: number; spearman: number } | null
  /** how often the truth lay within [p10, p90]; 0.8 would be right */
  coverage: { bins: Estimate | null; cumulative: { distance: number; share: Estimate | null }[] } | null
}

export interface HorizonSummary {
  horizonMs: number
  outcomes: number
  /** prints in swept bins */
  events: number
  unplaced: number
  /** nats per event by which the map beats each null */
  gain: Record<Null, Estimate | null>
  /** of those that were compared with the null: a share of them all, since the day before is not known on the first day */
  comparedEvents: Record<Null, number>
  /** whether the intervals against distance alone and against the map of the day before both lie above zero: only then is there skill */
  skill: boolean
}

/** Means of the measures against truth, with day-block intervals. */
export function summariseTruth(score: TruthScore): TruthSummary {
  const nulls: TruthSummary['nulls'] = {}
  for (const [name, rows] of Object.entries(score.nulls) as [TruthNull, SampleMeasures[]][]) {
    const measures = measuresOf(rows)
    if (measures && (name === 'uniform' || name === 'curve')) {
      const { logRatio: _, ...rest } = measures
      nulls[name] = rest
    } else nulls[name] = measures
  }
  return {
    samples: score.rows.length,
    missing: score.missing,
    skippedTimes: score.skippedTimes,
    map: measuresOf(score.rows),
    nulls,
    curveInHindsight: score.curve && { emd: score.curve.emd, spearman: score.curve.spearman },
    coverage: score.coverage && {
      bins: ratioWithInterval(score.coverage.bins),
      cumulative: score.coverage.cumulative.map((counts, d) => ({
        distance: COVERAGE_DISTANCES[d] as number,
        share: ratioWithInterval(counts),
      })),
    },
  }
}

function measuresOf(rows: readonly SampleMeasures[]): Measures | null {
  if (rows.length === 0) return null
  return Object.fromEntries(
    TRUTH_MEASURES.map((name) => [name, ratioWithInterval(rows.map((row) => ({ time: row.time, sum: row[name], count: 1 })))]),
  ) as Measures
}

/** Information gain per print over each null, by horizon, with day-block intervals. */
export function summariseOutcomes(outcomes: readonly Outcome[]): HorizonSummary[] {
  return HORIZONS_MS.map((horizonMs) => {
    const own = outcomes.filter((o) => o.horizonMs === horizonMs)
    const gain = {} as Record<Null, Estimate | null>
    const comparedEvents = {} as Record<Null, number>
    for (const name of NULLS) {
      const terms = own.flatMap((o) => (o.gain[name] ? [{ time: o.frozenAt, sum: o.gain[name].sum, count: o.events }] : []))
      gain[name] = ratioWithInterval(terms)
      comparedEvents[name] = terms.reduce((sum, t) => sum + t.count, 0)
    }
    return {
      horizonMs,
      outcomes: own.length,
      events: own.reduce((sum, o) => sum + o.events, 0),
      unplaced: own.reduce((sum, o) => sum + o.unplaced, 0),
      gain,
      comparedEvents,
      skill: above(gain.distanceOnly) && above(gain.stale),
    }
  })
}

const above = (estimate: Estimate | null): boolean => (estimate?.interval?.low ?? 0) > 0
