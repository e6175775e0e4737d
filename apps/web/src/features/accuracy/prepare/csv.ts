import { NULLS } from '@faultline/engine/score/prequential'
import { isoTime } from '@faultline/market/units'
import { csvLine } from '../../export/prepare/csv.ts'
import type { Accuracy, MarketAccuracy } from './accuracy.ts'

/** What /accuracy/scores.csv has, by `?table=`. */
export const SCORE_TABLES = ['markets', 'days', 'reliability'] as const
export type ScoreTable = (typeof SCORE_TABLES)[number]

type Cell = string | number | boolean | null

/** As csvLine writes it; what is not known is an empty field. */
export const csvOf = (rows: readonly (readonly Cell[])[]): string => rows.map((row) => csvLine(row.map((cell) => cell ?? ''))).join('')

const HEADS = {
  markets: [
    ...['instrument', 'simulated', 'model', 'horizon_minutes', 'from', 'to', 'windows', 'liquidations', 'days', 'days_missing'],
    ...['uncovered_windows', 'replayed_windows', 'null', 'null_liquidations', 'gain_nats', 'gain_low', 'gain_high'],
    ...['forecasts', 'brier', 'brier_skill'],
  ],
  days: ['instrument', 'simulated', 'model', 'horizon_minutes', 'day', 'null', 'liquidations', 'gain_nats_sum', 'gain_nats'],
  reliability: ['simulated', 'horizon_minutes', 'probability_from', 'probability_to', 'forecasts', 'said', 'came', 'came_low', 'came_high'],
} as const satisfies Record<ScoreTable, readonly string[]>

/** The figures of the page, of each horizon, as a table with a head. Times in ISO 8601, UTC. */
export function scoreTable(table: ScoreTable, horizons: readonly Accuracy[]): Cell[][] {
  const lines = horizons.flatMap((accuracy) => [accuracy.real, accuracy.simulated].flatMap((group) => linesOf(table, accuracy, group)))
  return [[...HEADS[table]], ...lines]
}

function linesOf(table: ScoreTable, { horizonMs }: Accuracy, group: Accuracy['real']): Cell[][] {
  const minutes = horizonMs / 60_000
  if (table === 'reliability')
    return group.reliability.map(({ from, to, count, said, came, low, high }) => [
      ...[group.simulated, minutes, from, to, count, said, came, low, high],
    ])
  const head = ({ key, model }: MarketAccuracy): Cell[] => [key, group.simulated, model, minutes]
  if (table === 'days')
    return group.markets.flatMap((market) =>
      market.daily.flatMap(({ day, gains }) =>
        NULLS.flatMap((name) => {
          const gain = gains[name]
          return gain ? [[...head(market), isoTime(day).slice(0, 10), name, gain.events, gain.nats, gain.nats / gain.events]] : []
        }),
      ),
    )
  return group.markets.flatMap((market) =>
    NULLS.map((name) => {
      const gain = market.gains[name]
      return [
        ...head(market),
        ...[isoTime(market.from), isoTime(market.to), market.outcomes, market.events, market.days, market.moreDays],
        ...[market.uncovered, market.replayed, name, gain?.events ?? 0, gain?.perEvent ?? null, gain?.low ?? null, gain?.high ?? null],
        ...[market.forecasts?.count ?? 0, market.forecasts?.brier ?? null, market.forecasts?.brierSkill ?? null],
      ]
    }),
  )
}
