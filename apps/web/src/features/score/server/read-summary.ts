import type { Database } from '@faultline/db/database'
import { findBuild } from '@faultline/db/repositories/builds'
import { findInstrument } from '@faultline/db/repositories/instruments'
import {
  type ForecastRow,
  readScoredDays,
  readScoredForecasts,
  readScoreRecord,
  type ScoredDay,
  type ScoreRecord,
} from '@faultline/db/repositories/scores'
import { NULLS, type Null } from '@faultline/engine/score/prequential'
import { brierScore, type Forecast, ratioWithInterval, reliability } from '@faultline/engine/score/statistics'
import { DAY_MS } from '@faultline/market/units'
import type { ScoreSummary } from './schema.ts'

/** Older maps are kept, and no longer asked for. */
export const WINDOW_MS = 90 * DAY_MS
/** Days with liquidations that it takes: an interval over fewer blocks says little. */
export const ENOUGH_DAYS = 7

/** The score of the model that is served, over the last 90 days of its map. @throws FaultlineError not_found without such an instrument */
export async function readScoreSummary(db: Database, instrumentKey: string, horizonMs: number): Promise<ScoreSummary> {
  const instrument = await findInstrument(db, instrumentKey)
  const build = instrument.currentBuildId === null ? null : await findBuild(db, instrument.currentBuildId)
  if (build === null || build.lastBucket === null) return summarise({ model: null, horizonMs, record: NOTHING, days: [], forecasts: [] })
  const key = { instrumentId: instrument.id, modelVersion: build.modelVersion, horizonMs }
  const range = { from: build.lastBucket - WINDOW_MS, to: build.lastBucket + DAY_MS }
  const [record, days, forecasts] = await Promise.all([
    readScoreRecord(db, key, range),
    readScoredDays(db, key, range),
    readScoredForecasts(db, key, range),
  ])
  return summarise({ model: build.modelVersion, horizonMs, record, days, forecasts })
}

const NOTHING: ScoreRecord = { from: null, to: null, outcomes: 0, events: 0, uncovered: 0, replayed: 0 }

function summarise(given: {
  model: string | null
  horizonMs: number
  record: ScoreRecord
  days: readonly ScoredDay[]
  forecasts: readonly ForecastRow[]
}): ScoreSummary {
  const days = given.days.filter((day) => day.events > 0).length
  const moreDays = Math.max(0, ENOUGH_DAYS - days)
  const lift = Object.fromEntries(NULLS.map((name) => [name, liftOver(name, given.days)])) as ScoreSummary['lift']
  return {
    model: given.model,
    horizonMs: given.horizonMs,
    ...given.record,
    days,
    enough: moreDays === 0,
    moreDays,
    lift,
    skill: moreDays === 0 && (lift.distanceOnly?.low ?? 0) > 0 && (lift.stale?.low ?? 0) > 0,
    ...forecastScores(given.forecasts),
  }
}

/** Gain over one null, in nats per liquidation; null where it had no say. */
export function liftOver(name: Null, days: readonly ScoredDay[]): ScoreSummary['lift'][Null] {
  const terms = days.flatMap(({ day, gains }) => (gains[name] ? [{ time: day, sum: gains[name].nats, count: gains[name].events }] : []))
  const estimate = ratioWithInterval(terms)
  if (!estimate) return null
  const events = terms.reduce((sum, term) => sum + term.count, 0)
  return { perEvent: estimate.value, events, low: estimate.interval?.low ?? null, high: estimate.interval?.high ?? null }
}

function forecastScores(rows: readonly ForecastRow[]): Pick<ScoreSummary, 'reliability' | 'brier' | 'brierSkill' | 'thresholds'> {
  const byId = new Map<string, Forecast[]>()
  for (const { id, frozenAt, probability, happened } of rows) {
    const forecast = { time: frozenAt, probability, happened }
    const list = byId.get(id)
    if (list) list.push(forecast)
    else byId.set(id, [forecast])
  }
  const thresholds = [...byId].flatMap(([id, forecasts]) => {
    const score = brierScore(forecasts)
    if (!score) return []
    const { count, baseRate, brier, skill, interval } = score
    return [{ id, count, frequency: baseRate, brier, skill, low: interval?.low ?? null, high: interval?.high ?? null }]
  })
  // Against the frequency of each threshold by itself: that the thresholds differ is no skill.
  const error = thresholds.reduce((sum, { brier, count }) => sum + brier * count, 0)
  const reference = thresholds.reduce((sum, { frequency, count }) => sum + frequency * (1 - frequency) * count, 0)
  return {
    reliability: reliability(rows).map(({ from, to, count, meanProbability, frequency }) => {
      return { from, to, forecast: meanProbability, observed: frequency, count }
    }),
    brier: rows.length === 0 ? null : error / rows.length,
    brierSkill: reference > 0 ? 1 - error / reference : null,
    thresholds,
  }
}
