import type { Database } from '@faultline/db/database'
import {
  type ForecastCell,
  listScoredInstruments,
  readForecastCells,
  readScoredDays,
  readScoreRecord,
  type ScoredInstrument,
} from '@faultline/db/repositories/scores'
import { NULLS } from '@faultline/engine/score/prequential'
import { DAY_MS } from '@faultline/market/units'
import { ENOUGH_DAYS, liftOver, WINDOW_MS } from '../../score/server/read-summary.ts'
import type { Accuracy, MarketAccuracy } from '../prepare/accuracy.ts'
import { forecastsOf, groupOf } from '../prepare/group.ts'

/** Of more markets than these the page says that it leaves some out. */
export const MOST_MARKETS = 60

/** The live score of the served model on every market. One market after the other: a page may not hold more than a few connections. */
export async function readAccuracy(db: Database, horizonMs: number, now: number): Promise<Accuracy> {
  const { instruments, total } = await listScoredInstruments(db, MOST_MARKETS)
  const read: { simulated: boolean; market: MarketAccuracy; cells: ForecastCell[] }[] = []
  for (const instrument of instruments) read.push({ simulated: instrument.simulated, ...(await readMarket(db, instrument, horizonMs)) })
  const group = (simulated: boolean) => {
    const its = read.filter((one) => one.simulated === simulated)
    return groupOf(
      simulated,
      its.map(({ market }) => market),
      its.map(({ cells }) => cells),
    )
  }
  return {
    horizonMs,
    computed: now,
    windowDays: WINDOW_MS / DAY_MS,
    enoughDays: ENOUGH_DAYS,
    total,
    read: read.length,
    real: group(false),
    simulated: group(true),
  }
}

async function readMarket(
  db: Database,
  { id, key, modelVersion, lastBucket }: ScoredInstrument,
  horizonMs: number,
): Promise<{ market: MarketAccuracy; cells: ForecastCell[] }> {
  const score = { instrumentId: id, modelVersion, horizonMs }
  const range = { from: lastBucket - WINDOW_MS, to: lastBucket + DAY_MS }
  const [record, days, cells] = await Promise.all([
    readScoreRecord(db, score, range),
    readScoredDays(db, score, range),
    readForecastCells(db, score, range),
  ])
  const withEvents = days.filter((day) => day.events > 0)
  const moreDays = Math.max(0, ENOUGH_DAYS - withEvents.length)
  const gains = Object.fromEntries(NULLS.map((name) => [name, liftOver(name, days)])) as MarketAccuracy['gains']
  const market: MarketAccuracy = {
    key,
    model: modelVersion,
    from: record.from ?? 0,
    to: record.to ?? 0,
    outcomes: record.outcomes,
    events: record.events,
    uncovered: record.uncovered,
    replayed: record.replayed,
    days: withEvents.length,
    moreDays,
    gains,
    skill: moreDays === 0 && (gains.distanceOnly?.low ?? 0) > 0 && (gains.stale?.low ?? 0) > 0,
    daily: withEvents.map(({ day, events, usd, gains }) => ({ day, events, usd, gains })),
    forecasts: forecastsOf(cells),
  }
  return { market, cells }
}
