/** From the scores of single markets to populations: means over seeds, the worst seed, intervals whose blocks are the days of every seed. */
import { COVERAGE_DISTANCES } from '@faultline/engine/score/band-coverage'
import { HORIZONS_MS, NULLS, type Null, type Outcome } from '@faultline/engine/score/prequential'
import { type MarketScore, TRUTH_NULLS, type TruthNull } from '@faultline/engine/score/score-market'
import {
  blockBootstrap,
  brierScore,
  byDay,
  type Estimate,
  mean,
  type Ratio,
  rankCorrelation,
  ratioWithInterval,
  reliability,
} from '@faultline/engine/score/statistics'
import { type SampleMeasures, TRUTH_MEASURES, type TruthMeasure } from '@faultline/engine/score/truth-measures'
import { DAY_MS } from '@faultline/market/units'
import type { MarketResult } from './market-worker.ts'
import type { ScoredReading } from './readings.ts'
import type { CascadeReport } from './report-shape.ts'

/** Sets the days of different seeds apart, so that each is a block of its own. */
const SEED_APART_MS = 10_000 * DAY_MS

export type MeasureTable = Record<TruthMeasure, Estimate>

export interface SeedRow {
  seed: number
  map: Record<TruthMeasure, number>
  curveEmd: number
}

export interface GainRow {
  horizonMs: number
  events: number
  gain: Record<Null, Estimate | null>
  skill: boolean
}

export interface PopulationReport {
  population: string
  markets: number
  missing: number
  map: MeasureTable
  nulls: Record<TruthNull, MeasureTable | null>
  /** the curves that are best in hindsight, each market's own */
  curve: { emd: number; spearman: number }
  seeds: SeedRow[]
  coverage: { bins: Estimate | null; cumulative: (Estimate | null)[] } | null
  gains: GainRow[]
  profile: { side: 'long' | 'short'; truth: number[]; estimate: number[] }[]
}

export function populationReport(population: string, results: readonly MarketResult[]): PopulationReport {
  const scores = results.map((r) => r.score)
  const truths = scores.map(truthOf)
  const table = (of: (score: MarketScore) => readonly SampleMeasures[]): MeasureTable | null => {
    const rows = scores.flatMap((score, s) => of(score).map((row) => ({ ...row, time: row.time + s * SEED_APART_MS })))
    return rows.length === 0 ? null : measuresOf(rows)
  }
  const nulls = Object.fromEntries(
    TRUTH_NULLS.map((name) => [name, table((score) => truthOf(score).nulls[name])]),
  ) as PopulationReport['nulls']
  const map = table((score) => truthOf(score).rows)
  if (!map) throw new Error(`${population}: nothing could be compared with the truth`)
  return {
    population,
    markets: results.length,
    missing: truths.reduce((sum, t) => sum + t.missing, 0),
    map,
    nulls,
    curve: { emd: mean(truths.map((t) => t.curve?.emd ?? Number.NaN)), spearman: mean(truths.map((t) => t.curve?.spearman ?? Number.NaN)) },
    seeds: results.map(({ seed, score }) => ({
      seed,
      map: Object.fromEntries(TRUTH_MEASURES.map((name) => [name, mean(truthOf(score).rows.map((row) => row[name]))])) as SeedRow['map'],
      curveEmd: truthOf(score).curve?.emd ?? Number.NaN,
    })),
    coverage: coverageOf(truths),
    gains: gainsOf(scores.map((s) => s.outcomes)),
    profile: (['long', 'short'] as const).map((side) => ({
      side,
      truth: meanProfile(truths.map((t) => t.profile[side].truth)),
      estimate: meanProfile(truths.map((t) => t.profile[side].estimate)),
    })),
  }
}

function measuresOf(rows: readonly SampleMeasures[]): MeasureTable {
  return Object.fromEntries(
    TRUTH_MEASURES.map((name) => [name, ratioWithInterval(rows.map((row) => ({ time: row.time, sum: row[name], count: 1 })))]),
  ) as MeasureTable
}

function coverageOf(truths: readonly ReturnType<typeof truthOf>[]): PopulationReport['coverage'] {
  if (truths.some((t) => t.coverage === null)) return null
  const apart = (of: (t: ReturnType<typeof truthOf>) => readonly Ratio[]) =>
    ratioWithInterval(truths.flatMap((t, s) => of(t).map((r) => ({ ...r, time: r.time + s * SEED_APART_MS }))))
  return {
    bins: apart((t) => t.coverage?.bins ?? []),
    cumulative: COVERAGE_DISTANCES.map((_, d) => apart((t) => t.coverage?.cumulative[d] ?? [])),
  }
}

export function gainsOf(markets: readonly (readonly Outcome[])[]): GainRow[] {
  return HORIZONS_MS.map((horizonMs) => {
    const own = markets.flatMap((outcomes, s) =>
      outcomes.filter((o) => o.horizonMs === horizonMs).map((o) => ({ ...o, frozenAt: o.frozenAt + s * SEED_APART_MS })),
    )
    const gain = Object.fromEntries(
      NULLS.map((name) => [
        name,
        ratioWithInterval(own.flatMap((o) => (o.gain[name] ? [{ time: o.frozenAt, sum: o.gain[name].sum, count: o.events }] : []))),
      ]),
    ) as GainRow['gain']
    const above = (name: Null) => (gain[name]?.interval?.low ?? 0) > 0
    return { horizonMs, events: own.reduce((sum, o) => sum + o.events, 0), gain, skill: above('distanceOnly') && above('stale') }
  })
}

export interface RankReport {
  population: string
  hours: number
  riskIndex: Estimate | null
  openInterest: Estimate | null
  volatility: Estimate | null
  /** rank correlation of the index less that of open interest; better where its interval lies above zero */
  difference: Estimate | null
}

/** Rank correlation with what was really liquidated in the next hour: per market, then the mean over markets. */
export function rankReport(population: string, results: readonly MarketResult[]): RankReport {
  const readings = results.flatMap((r, market) => r.readings.map((reading) => ({ ...reading, market })))
  const blocks = byDay(readings, (r) => r.time + r.market * SEED_APART_MS)
  const estimate = (statistic: (rows: readonly (ScoredReading & { market: number })[]) => number): Estimate | null => {
    const value = statistic(readings)
    return Number.isFinite(value) ? { value, interval: blockBootstrap(blocks, statistic, { draws: 300 }) } : null
  }
  const byMarket = (of: (r: ScoredReading) => number) => (rows: readonly (ScoredReading & { market: number })[]) =>
    mean(
      [...groupBy(rows, (r) => r.market).values()].map((own) =>
        rankCorrelation(
          own.map(of),
          own.map((r) => r.liquidatedUsd),
        ),
      ),
    )
  const index = byMarket((r) => r.riskIndex ?? Number.NaN)
  const volatility = byMarket((r) => r.sigmaDay)
  const interest = byMarket((r) => r.openInterestUsd)
  const known = readings.length > 0 && readings.every((r) => r.riskIndex !== null)
  return {
    population,
    hours: readings.length,
    riskIndex: known ? estimate(index) : null,
    openInterest: readings.length > 0 ? estimate(interest) : null,
    volatility: readings.length > 0 ? estimate(volatility) : null,
    difference: known ? estimate((rows) => index(rows) - interest(rows)) : null,
  }
}

export interface AblationReport {
  name: string
  map: Record<TruthMeasure, number>
  /** nats per print over distance alone, after 15 minutes and after an hour */
  gain: (number | null)[]
}

/** The estimator as it is first, then each ablation, all on the same markets. */
export function ablationReports(results: readonly MarketResult[]): AblationReport[] {
  const own = results.filter((r) => r.ablations.length > 0)
  const names = own[0]?.ablations.map((a) => a.name) ?? []
  const report = (name: string, scores: readonly MarketScore[]): AblationReport => ({
    name,
    map: Object.fromEntries(
      TRUTH_MEASURES.map((measure) => [measure, mean(scores.map((s) => mean(truthOf(s).rows.map((row) => row[measure]))))]),
    ) as AblationReport['map'],
    gain: gainsOf(scores.map((s) => s.outcomes)).map((g) => g.gain.distanceOnly?.value ?? null),
  })
  if (names.length === 0) return []
  return [
    report(
      'the whole estimator',
      own.map((r) => r.score),
    ),
    ...names.map((name, i) => {
      const scores = own.flatMap((r) => (r.ablations[i] ? [r.ablations[i].score] : []))
      return report(name, scores)
    }),
  ]
}

/** Forecasts of every market together, by threshold. */
export function cascadeReports(results: readonly MarketResult[]): CascadeReport[] {
  const forecasts = results.flatMap((r, market) =>
    r.readings.flatMap((reading) => reading.forecasts.map((f) => ({ ...f, time: reading.time + market * SEED_APART_MS }))),
  )
  return [...groupBy(forecasts, (f) => f.id)].flatMap(([id, own]) => {
    const score = brierScore(own)
    return score ? [{ id, score, reliability: reliability(own) }] : []
  })
}

function truthOf(score: MarketScore) {
  if (!score.truth) throw new Error('a market without truth')
  return score.truth
}

function meanProfile(rows: readonly Float64Array[]): number[] {
  return Array.from(rows[0] ?? [], (_, i) => mean(rows.map((row) => row[i] as number)))
}

function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
