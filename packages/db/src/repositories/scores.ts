/**
 * The live score: outcomes of maps that were frozen, and the scorer's state after them. Both are written in the caller's
 * transaction, the one that writes the columns, so an outcome is there exactly once, however a worker ends.
 */
import { FaultlineError } from '@faultline/market/errors'
import { isoTime } from '@faultline/market/units'
import type { Database, Queryable, Transaction } from '../database.ts'
import { msOf } from '../sql/binary.ts'
import { assertLease, type Lease } from './leases.ts'

/** A probability that was told beforehand, and what came of it. */
export interface ScoredForecast {
  /** names what was forecast */
  id: string
  probability: number
  happened: boolean
}

/** What became of a map that was frozen at `frozenAt`, looked at after `horizonMs`. */
export interface ScoreOutcome {
  /** UTC ms */
  frozenAt: number
  horizonMs: number
  /** the map was committed when its window began */
  live: boolean
  /** the liquidation channel was received during the window */
  covered: boolean
  /** liquidations in the window that the map is judged by, and those that lie where price did not go */
  events: number
  unplaced: number
  /** of all liquidations in the window */
  usd: number
  /** what the map held where price went */
  predictedUsd: number
  /** information gain over each null, nats summed over the events; a null that had no say is left out */
  gains: Readonly<Record<string, number>>
  forecasts: readonly ScoredForecast[]
}

export interface ScoreState {
  modelVersion: string
  /** UTC ms: end of the last stretch that was scored */
  scoredTo: number
  /** maps whose horizon has not passed */
  waiting: readonly WaitingMap[]
  state: Uint8Array
}

export interface WaitingMap {
  /** UTC ms */
  frozenAt: number
  horizonMs: number
  live: boolean
}

export interface ScoreBatch extends ScoreState {
  outcomes: readonly ScoreOutcome[]
}

/**
 * Outcomes and the state after them, in the caller's transaction. One that is there already stays as it is. The state only moves
 * forward, unless it becomes another model's.
 *
 * @throws FaultlineError lease_lost; bad_input when the stored state of this model is past `scoredTo`
 */
export async function storeScores(client: Transaction, lease: Lease, batch: ScoreBatch): Promise<{ inserted: number }> {
  const { instrumentId } = lease
  const { modelVersion, scoredTo, waiting, state, outcomes } = batch
  await assertLease(client, lease)
  const { rowCount } = await client.query(
    `insert into score_state as s (instrument_id, model_version, scored_to, waiting, state) values ($1, $2, $3, $4, $5)
     on conflict (instrument_id) do update
        set model_version = excluded.model_version, scored_to = excluded.scored_to, waiting = excluded.waiting, state = excluded.state
      where s.model_version <> excluded.model_version or s.scored_to <= excluded.scored_to`,
    [instrumentId, modelVersion, isoTime(scoredTo), JSON.stringify(waiting), Buffer.from(state)],
  )
  if (!rowCount) throw new FaultlineError('bad_input', `The score of instrument ${instrumentId} is already past ${isoTime(scoredTo)}.`)
  if (outcomes.length === 0) return { inserted: 0 }
  const { rowCount: inserted } = await client.query(
    `insert into score_outcome
       (instrument_id, model_version, horizon_ms, frozen_at, live, covered, events, unplaced, usd, predicted_usd, gains, forecasts)
     select $1, $2, o.*
       from unnest($3::int[], $4::timestamptz[], $5::bool[], $6::bool[], $7::int[], $8::int[], $9::float8[], $10::float8[], $11::jsonb[],
                   $12::jsonb[]) as o
     on conflict do nothing`,
    [
      instrumentId,
      modelVersion,
      outcomes.map((o) => o.horizonMs),
      outcomes.map((o) => isoTime(o.frozenAt)),
      outcomes.map((o) => o.live),
      outcomes.map((o) => o.covered),
      outcomes.map((o) => o.events),
      outcomes.map((o) => o.unplaced),
      outcomes.map((o) => o.usd),
      outcomes.map((o) => o.predictedUsd),
      outcomes.map((o) => JSON.stringify(o.gains)),
      outcomes.map((o) => JSON.stringify(o.forecasts)),
    ],
  )
  return { inserted: inserted ?? 0 }
}

export async function readScoreState(q: Queryable | Database, instrumentId: number): Promise<ScoreState | null> {
  const { rows } = await queryable(q).query<ScoreState>(
    `select model_version as "modelVersion", ${msOf('scored_to')} as "scoredTo", waiting, state from score_state where instrument_id = $1`,
    [instrumentId],
  )
  return rows[0] ?? null
}

/** Whose outcomes: one model's of one instrument, looked at after one horizon. */
export interface ScoreKey {
  instrumentId: number
  modelVersion: string
  horizonMs: number
}

/** Outcomes of one UTC day that count, summed. */
export interface ScoredDay {
  /** start of the day, UTC ms */
  day: number
  outcomes: number
  events: number
  usd: number
  /** by null: nats over all of the day's events that it had a say on, and how many these are */
  gains: Record<string, { nats: number; events: number }>
}

export interface ScoreRecord {
  /** first and last moment at which a map was frozen that is among `outcomes`, UTC ms; null without any */
  from: number | null
  to: number | null
  /** live maps whose window was covered: all that counts */
  outcomes: number
  events: number
  /** live maps that nothing is said of, since liquidations were not received during their window */
  uncovered: number
  /** scored afterwards from what was stored: they do not count */
  replayed: number
}

/** A window counts when at most this share of it lies in gaps of the ledger: gaps may be entered after it was scored. */
const MOST_MISSING = 0.1

/** The outcomes of [from, to) with whether each counts. All gaps are one multirange, which is searched per outcome, not gone through. */
const OUTCOMES = `with lost as materialized (
  select coalesce(range_agg(tstzrange(from_time, to_time)), '{}') as ranges from gap
   where instrument_id = $1 and channel = 'liquidation' and status <> 'filled'
     and to_time > $4 and from_time < $5::timestamptz + $3::int * interval '1 millisecond'),
 o as materialized (
  select s.*, s.live and s.covered and case when lost.ranges && s.seen then (
           select sum(extract(epoch from upper(r) - lower(r))) <= ${MOST_MISSING} * s.horizon_ms / 1000
             from unnest(lost.ranges * tstzmultirange(s.seen)) r) else true end as counts
    from (select *, tstzrange(frozen_at, frozen_at + horizon_ms * interval '1 millisecond') as seen from score_outcome) s, lost
   where s.instrument_id = $1 and s.model_version = $2 and s.horizon_ms = $3 and s.frozen_at >= $4 and s.frozen_at < $5)`

const parameters = (key: ScoreKey, range: { from: number; to: number }): unknown[] => [
  key.instrumentId,
  key.modelVersion,
  key.horizonMs,
  isoTime(range.from),
  isoTime(range.to),
]

/** How much there is to judge by, of maps frozen in [from, to). */
export async function readScoreRecord(q: Queryable | Database, key: ScoreKey, range: { from: number; to: number }): Promise<ScoreRecord> {
  const { rows } = await queryable(q).query<ScoreRecord>(
    `${OUTCOMES}
     select ${msOf('min(frozen_at) filter (where counts)')} as "from", ${msOf('max(frozen_at) filter (where counts)')} as "to",
            count(*) filter (where counts)::int as outcomes, coalesce(sum(events) filter (where counts), 0)::int as events,
            count(*) filter (where live and not counts)::int as uncovered, count(*) filter (where not live)::int as replayed
       from o`,
    parameters(key, range),
  )
  return rows[0] as ScoreRecord
}

/** The outcomes that count, by UTC day of their freezing, in order. Days without any are left out. */
export async function readScoredDays(q: Queryable | Database, key: ScoreKey, range: { from: number; to: number }): Promise<ScoredDay[]> {
  const { rows } = await queryable(q).query<ScoredDay>(
    `${OUTCOMES},
     dated as (select date_trunc('day', frozen_at at time zone 'UTC') as day, o.* from o where counts),
     gained as (
       select day, jsonb_object_agg(name, jsonb_build_object('nats', nats, 'events', events)) as gains
         from (select d.day, g.key as name, sum(g.value::float8) as nats, sum(d.events) as events
                 from dated d cross join lateral jsonb_each_text(d.gains) g where d.events > 0 group by 1, 2) by_null
        group by 1)
     select ${msOf(`d.day at time zone 'UTC'`)} as day, count(*)::int as outcomes, sum(d.events)::int as events, sum(d.usd) as usd,
            coalesce((select gains from gained where gained.day = d.day), '{}') as gains
       from dated d group by d.day order by d.day`,
    parameters(key, range),
  )
  return rows
}

/** A forecast of an outcome that counts. */
export interface ForecastRow extends ScoredForecast {
  /** UTC ms */
  frozenAt: number
}

/** In order of time. */
export async function readScoredForecasts(
  q: Queryable | Database,
  key: ScoreKey,
  range: { from: number; to: number },
): Promise<ForecastRow[]> {
  const { rows } = await queryable(q).query<ForecastRow>(
    `${OUTCOMES}
     select ${msOf('o.frozen_at')} as "frozenAt", f.id, f.probability, f.happened
       from o cross join lateral jsonb_to_recordset(o.forecasts) as f(id text, probability float8, happened boolean)
      where o.counts order by o.frozen_at, f.id`,
    parameters(key, range),
  )
  return rows
}

/** Forecasts of outcomes that count, of one UTC day, threshold and tenth of probability, summed. */
export interface ForecastCell {
  /** start of the day, UTC ms */
  day: number
  id: string
  /** tenth of the probability, 0 to 9 */
  tenth: number
  count: number
  /** sum of the probabilities */
  said: number
  /** how many came true */
  happened: number
  /** sum of squared errors */
  error: number
}

/** What readScoredForecasts gives, summed by the database: ninety days of one instrument are thousands of cells less than forecasts. */
export async function readForecastCells(
  q: Queryable | Database,
  key: ScoreKey,
  range: { from: number; to: number },
): Promise<ForecastCell[]> {
  const { rows } = await queryable(q).query<ForecastCell>(
    `${OUTCOMES}
     select ${msOf(`date_trunc('day', o.frozen_at at time zone 'UTC') at time zone 'UTC'`)} as day, f.id,
            greatest(0, least(9, floor(f.probability * 10)))::int as tenth, count(*)::int as count, sum(f.probability) as said,
            count(*) filter (where f.happened)::int as happened, sum((f.probability - f.happened::int) ^ 2) as error
       from o cross join lateral jsonb_to_recordset(o.forecasts) as f(id text, probability float8, happened boolean)
      where o.counts group by 1, 2, 3 order by 1, 2, 3`,
    parameters(key, range),
  )
  return rows
}

/** An instrument whose served map is scored. */
export interface ScoredInstrument {
  id: number
  /** `venue:SYMBOL` */
  key: string
  simulated: boolean
  /** of the build that is served */
  modelVersion: string
  /** start of its newest bucket, UTC ms */
  lastBucket: number
}

/** The first `limit` of them, real ones before simulated ones, in the order in which they were made; and how many there are. */
export async function listScoredInstruments(
  q: Queryable | Database,
  limit: number,
): Promise<{ instruments: ScoredInstrument[]; total: number }> {
  const { rows } = await queryable(q).query<ScoredInstrument & { total: number }>(
    `select i.id, i.key, i.simulated, b.model_version as "modelVersion", ${msOf('b.last_bucket')} as "lastBucket",
            count(*) over ()::int as total
       from score_state s join instrument i on i.id = s.instrument_id join build b on b.id = i.current_build_id
      where b.last_bucket is not null order by i.simulated, i.id limit $1`,
    [limit],
  )
  return { instruments: rows.map(({ total: _, ...row }) => row), total: rows[0]?.total ?? 0 }
}

const queryable = (db: Database | Queryable): Queryable => ('pool' in db ? db.pool : db)
