/**
 * The evaluation of alerts against what is stored: readings that no rule has been asked about, the states of rules, and what comes of a
 * crossing, in one transaction. Whatever dies in between, a crossing is told once.
 */
import type { AlertBreakout, AlertCluster, AlertFacts } from '@faultline/market/alert'
import type { AlertReading, AlertState } from '@faultline/market/alert-step'
import type { VenueId } from '@faultline/market/venue'
import { type Actor, asActor } from '../actor.ts'
import type { Database, Transaction } from '../database.ts'
import type { Jobs } from '../jobs.ts'
import { msOf } from '../sql/binary.ts'

/** A reading with the market that it is of. */
export interface PendingReading extends AlertReading {
  instrumentId: number
  key: string
  venue: VenueId
  symbol: string
  simulated: boolean
  /** a sum over venues that somebody has chosen: rules about every market do not look at it */
  chosen: boolean
}

export interface RuleAndMarket {
  ruleId: string
  ruleVersion: number
  instrumentId: number
}

export interface StateChange extends RuleAndMarket {
  state: AlertState
}

export interface Crossing extends RuleAndMarket {
  /** UTC ms */
  bucket: number
  title: string
  facts: AlertFacts
}

export interface Evaluation {
  /** which rules are asked about a market */
  rulesOf(reading: PendingReading): readonly { id: string; version: number }[]
  /** pure; `stateOf` gives null where a rule of this version has no state */
  evaluate(
    readings: readonly PendingReading[],
    stateOf: (ruleId: string, instrumentId: number) => AlertState | null,
  ): { changes: StateChange[]; crossings: Crossing[] }
}

const WORKER: Actor = { kind: 'worker' }

/** How many readings were looked at (0: none was left), and how many alerts came of them. */
export interface Evaluated {
  readings: number
  events: number
}

/** Evaluates up to `most` readings. One at a time in all workers: whoever comes second finds what is left. */
export function evaluatePending(db: Database, jobs: Pick<Jobs, 'send'>, evaluation: Evaluation, most = 64): Promise<Evaluated> {
  return asActor(db, WORKER, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(1178687596, hashtext('alerts'))")
    const readings = await pendingReadings(tx, most)
    if (readings.length === 0) return { readings: 0, events: 0 }
    const states = await statesOf(tx, readings, evaluation)
    const { changes, crossings } = evaluation.evaluate(readings, (ruleId, id) => states.get(`${ruleId} ${id}`) ?? null)
    const events = crossings.length > 0 ? await storeCrossings(tx, jobs, crossings) : 0
    if (changes.length > 0) await storeStates(tx, changes)
    await tx.query(
      `update market_reading m set evaluated_bucket = r.bucket
         from unnest($1::int[], $2::timestamptz[]) as r(id, bucket) where m.instrument_id = r.id`,
      [readings.map((r) => r.instrumentId), readings.map((r) => new Date(r.bucket).toISOString())],
    )
    return { readings: readings.length, events }
  })
}

async function pendingReadings(tx: Transaction, most: number): Promise<PendingReading[]> {
  const { rows } = await tx.query<PendingReading & { clusters: AlertCluster[]; breakouts: AlertBreakout[] }>(
    `select i.id as "instrumentId", i.key, i.venue, i.symbol, i.simulated, coalesce(cardinality(a.venues), 0) > 0 as chosen,
            ${msOf('m.bucket')} as bucket, m.bucket_ms as "bucketMs", m.price, m.risk, m.open_interest_change_24h as "openInterestChange24h",
            m.funding_rate as "fundingRate", m.funding_hours as "fundingHours", m.clusters,
            coalesce((select jsonb_agg(jsonb_build_object('time', ${msOf('b.time')}, 'side', b.side, 'low', b.low, 'high', b.high, 'usd', b.usd))
                        from breakout b
                       where b.instrument_id = m.instrument_id and b.time <= m.bucket + m.bucket_ms * interval '1 ms'
                         and b.time > coalesce(m.evaluated_bucket + m.bucket_ms * interval '1 ms', m.bucket)), '[]') as breakouts
       from market_reading m join instrument i on i.id = m.instrument_id left join aggregate a on a.instrument_id = i.id
      where m.evaluated_bucket is null or m.bucket > m.evaluated_bucket
      order by m.updated_at, m.instrument_id limit $1`,
    [most],
  )
  return rows
}

async function statesOf(tx: Transaction, readings: readonly PendingReading[], { rulesOf }: Evaluation): Promise<Map<string, AlertState>> {
  const [rules, versions, markets]: [string[], number[], number[]] = [[], [], []]
  for (const reading of readings)
    for (const { id, version } of rulesOf(reading)) {
      rules.push(id)
      versions.push(version)
      markets.push(reading.instrumentId)
    }
  if (rules.length === 0) return new Map()
  const { rows } = await tx.query<AlertState & { ruleId: string; instrumentId: number }>(
    `select s.rule_id::text as "ruleId", s.instrument_id as "instrumentId", ${msOf('s.bucket')} as bucket, s.armed,
            ${msOf('s.fired_at')} as "firedAt", s.value
       from unnest($1::uuid[], $2::int[], $3::int[]) as w(rule_id, version, instrument_id)
       join alert_state s on s.rule_id = w.rule_id and s.instrument_id = w.instrument_id and s.rule_version = w.version`,
    [rules, versions, markets],
  )
  return new Map(rows.map(({ ruleId, instrumentId, ...state }) => [`${ruleId} ${instrumentId}`, state]))
}

/** Of rules that were changed or switched off meanwhile nothing is written. */
async function storeStates(tx: Transaction, changes: readonly StateChange[]): Promise<void> {
  await tx.query(
    `insert into alert_state as s (rule_id, instrument_id, rule_version, bucket, armed, fired_at, value)
     select c.rule_id, c.instrument_id, c.version, to_timestamp(c.bucket / 1000), c.armed, to_timestamp(c.fired_at / 1000), c.value
       from jsonb_to_recordset($1) as c(rule_id uuid, instrument_id int, version int, bucket float8, armed boolean, fired_at float8, value float8)
       join alert_rule r on r.id = c.rule_id and r.version = c.version
         on conflict (rule_id, instrument_id) do update set rule_version = excluded.rule_version, bucket = excluded.bucket,
            armed = excluded.armed, fired_at = excluded.fired_at, value = excluded.value
      where s.rule_version <> excluded.rule_version or s.bucket < excluded.bucket`,
    [
      JSON.stringify(
        changes.map(({ ruleId, ruleVersion, instrumentId, state }) => ({
          rule_id: ruleId,
          instrument_id: instrumentId,
          version: ruleVersion,
          bucket: state.bucket,
          armed: state.armed,
          fired_at: state.firedAt,
          value: state.value,
        })),
      ),
    ],
  )
}

async function storeCrossings(tx: Transaction, jobs: Pick<Jobs, 'send'>, crossings: readonly Crossing[]): Promise<number> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into alert_event (id, rule_id, instrument_id, bucket, title, facts)
     select gen_random_uuid(), c.rule_id, c.instrument_id, to_timestamp(c.bucket / 1000), c.title, c.facts
       from jsonb_to_recordset($1) as c(rule_id uuid, instrument_id int, version int, bucket float8, title text, facts jsonb)
       join alert_rule r on r.id = c.rule_id and r.version = c.version and r.enabled
         on conflict do nothing returning id`,
    [
      JSON.stringify(
        crossings.map(({ ruleId, ruleVersion, instrumentId, bucket, title, facts }) => ({
          rule_id: ruleId,
          instrument_id: instrumentId,
          version: ruleVersion,
          bucket,
          title: title.slice(0, 500),
          facts,
        })),
      ),
    ],
  )
  const ids = rows.map((row) => row.id)
  // Whoever is in the team at this moment, and may see what it has.
  await tx.query(
    `insert into inbox_entry (user_id, event_id)
     select u.id, e.id from alert_event e join alert_rule r on r.id = e.rule_id left join team t on t.id = r.team_id
       join app_user u on u.id = r.owner_id or u.id in (select m.user_id from membership m where m.team_id = r.team_id)
      where e.id = any($1::uuid[]) and u.disabled_at is null and (t.id is null or not t.require_second_factor or u.totp_enabled_at is not null)
         on conflict do nothing`,
    [ids],
  )
  await queueDeliveries(tx, jobs, ids)
  return ids.length
}

/** One row per channel of the events' rules, and the job that sends it; there only with the transaction. */
export async function queueDeliveries(tx: Transaction, jobs: Pick<Jobs, 'send'>, eventIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into delivery (id, channel_id, event_id)
     select gen_random_uuid(), c.id, e.id from alert_event e join alert_rule r on r.id = e.rule_id
       join alert_channel c on c.id = any(r.channel_ids) and c.owner_id is not distinct from r.owner_id and c.team_id is not distinct from r.team_id
      where e.id = any($1::uuid[]) and c.disabled_reason is null
         on conflict do nothing returning id`,
    [eventIds],
  )
  for (const { id } of rows) await jobs.send('delivery', { deliveryId: id }, { tx })
  return rows.map((row) => row.id)
}

const KEPT_DAYS = 90

/**
 * Drops at most so many alerts that are older than 90 days, with their deliveries; returns how many. What has not been sent within a day is
 * given up: its worker may have died with the last attempt.
 */
export function dropOldEvents(db: Database, most: number): Promise<number> {
  return asActor(db, WORKER, async (tx) => {
    await tx.query(
      `update delivery set state = 'failed', message = coalesce(message || '. ', '') || 'Given up after a day.'
        where state in ('queued', 'retrying') and created_at < now() - interval '1 day'`,
    )
    await tx.query(
      `delete from delivery where id in (select id from delivery where event_id is null and created_at < now() - $1 * interval '1 day' limit $2)`,
      [KEPT_DAYS, most],
    )
    const { rowCount } = await tx.query(
      `delete from alert_event where id in (select id from alert_event where created_at < now() - $1 * interval '1 day' limit $2)`,
      [KEPT_DAYS, most],
    )
    return rowCount ?? 0
  })
}
