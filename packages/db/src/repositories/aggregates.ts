/**
 * Sums over venues: instruments whose columns are those of others, added up. All that is traded at two venues or more has one of all
 * its venues; those of chosen venues are made when somebody asks for them, and dropped when nobody has looked at them for a while.
 */
import { FaultlineError } from '@faultline/market/errors'
import { symbolSchema } from '@faultline/market/instrument'
import { inSumOrder, sumKey, summedAs } from '@faultline/market/sum'
import { FEED_VENUES, type FeedVenueId, SUM_VENUES, VENUES } from '@faultline/market/venue'
import { type Database, inTransaction, type Queryable } from '../database.ts'
import { notify } from '../notify.ts'
import { msOf } from '../sql/binary.ts'
import { findInstrument, type InstrumentRow, upsertInstrument } from './instruments.ts'

/** What may be added up. */
export interface Summand {
  id: number
  key: string
  venue: FeedVenueId
  symbol: string
  simulated: boolean
  /** as summedAs() of packages/market names it */
  summedAs: string
}

export interface Aggregate {
  instrumentId: number
  key: string
  simulated: boolean
  /** as summedAs() names it */
  baseAsset: string
  /** in the order of FEED_VENUES; empty: all that trade it */
  venues: FeedVenueId[]
  /** whose prices are shown with it; null before there is a map */
  referenceId: number | null
}

/** A summand with the build that is served of it. */
export interface MemberRow {
  id: number
  key: string
  venue: FeedVenueId
  /** null, as all of the build's: nothing was estimated yet */
  buildId: number | null
  bucketMs: number | null
  /** starts of buckets, UTC ms */
  firstBucket: number | null
  lastBucket: number | null
  /** columns that start before: one every five minutes is left, or every thirty (retention), UTC ms; null: none is thinned so */
  thinned5mTo: number | null
  thinned30mTo: number | null
  /** the venue's time of the newest message of its feed, UTC ms; null without one */
  heardAt: number | null
}

/** Serialises those who make sums, so that their number stays within bounds. */
const MAKING_LOCK = [0x46414c20, 1] as const
/** Who asks for a new choice when there is no room takes that of one that nobody has looked at for so long. */
const MAKE_ROOM_AFTER_MS = 3_600_000
/** "Looked at" is written down this often: well before who looks at it the whole time would have to make room. */
const TOUCH_EVERY = "interval '10 minutes'"

/** Everything that can be part of a sum, in the order in which sums add it up. */
export async function listSummands(q: Queryable | Database): Promise<Summand[]> {
  const { rows } = await queryable(q).query<Omit<Summand, 'summedAs'> & { baseAsset: string; quoteAsset: string }>(
    `select i.id, i.key, i.venue, i.symbol, i.simulated, i.base_asset as "baseAsset", i.quote_asset as "quoteAsset"
       from instrument i where i.venue = any($1) order by array_position($1, i.venue), i.symbol collate "C"`,
    [FEED_VENUES],
  )
  return rows.flatMap(({ baseAsset, quoteAsset, ...row }) => {
    const name = summedAs({ venue: row.venue, baseAsset, quoteAsset })
    return name === null ? [] : [{ ...row, summedAs: name }]
  })
}

export async function listAggregates(q: Queryable | Database): Promise<Aggregate[]> {
  const { rows } = await queryable(q).query<Aggregate>(
    `select a.instrument_id as "instrumentId", i.key, i.simulated, a.base_asset as "baseAsset", a.venues, a.reference_id as "referenceId"
       from aggregate a join instrument i on i.id = a.instrument_id order by i.key`,
  )
  // A venue that this version does not know adds nothing.
  return rows.map((row) => ({ ...row, venues: inSumOrder(row.venues) }))
}

/** Of what a sum consists, in the order in which it is added up. */
export const summandsOf = (sum: Pick<Aggregate, 'simulated' | 'baseAsset' | 'venues'>, summands: readonly Summand[]): Summand[] =>
  summands.filter(
    (s) => s.simulated === sum.simulated && s.summedAs === sum.baseAsset && (sum.venues.length === 0 || sum.venues.includes(s.venue)),
  )

/** Makes the sum of all venues for each coin that two venues trade and that has none. Returns how many it made. */
export async function makeAllVenueSums(db: Database): Promise<number> {
  const venuesOf = new Map<string, { baseAsset: string; simulated: boolean; venues: Set<FeedVenueId> }>()
  for (const { summedAs: baseAsset, simulated, venue } of await listSummands(db)) {
    const name = `${simulated} ${baseAsset}`
    const known = venuesOf.get(name) ?? { baseAsset, simulated, venues: new Set<FeedVenueId>() }
    venuesOf.set(name, known)
    known.venues.add(venue)
  }
  const there = new Set((await listAggregates(db)).map((a) => a.key))
  let made = 0
  for (const { baseAsset, simulated, venues } of venuesOf.values()) {
    const sum = { baseAsset, simulated, venues: [] }
    // Only names that are symbols can stand in addresses.
    if (venues.size < 2 || there.has(sumKey(sum)) || !symbolSchema.safeParse(baseAsset).success) continue
    await inTransaction(db, (client) => make(client, sum))
    made++
  }
  return made
}

/**
 * The sum of these venues, made where there is none yet; of all that trade it, the one that everybody has. `most`: how many choices of
 * venues are kept.
 * @throws FaultlineError bad_input for fewer than two venues, or one that does not trade it; unavailable when there is no room
 */
export function chooseVenues(
  db: Database,
  choice: { baseAsset: string; simulated: boolean; venues: readonly FeedVenueId[] },
  most: number,
): Promise<InstrumentRow> {
  const sum = { ...choice, venues: inSumOrder(choice.venues) }
  const whole = { ...choice, venues: [] }
  return inTransaction(db, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, $2)', [...MAKING_LOCK])
    const known = async (key: string): Promise<InstrumentRow | null> => {
      const { rowCount: there } = await client.query(
        'update aggregate a set last_used_at = now() from instrument i where i.id = a.instrument_id and i.key = $1',
        [key],
      )
      return there ? await findInstrument(client, key) : null
    }
    const chosen = await known(sumKey(sum))
    if (chosen) return chosen
    const trading = new Set((await listSummands(client)).flatMap((s) => (summandsOf(whole, [s]).length ? [s.venue] : [])))
    const absent = sum.venues.filter((v) => !trading.has(v))
    if (absent.length > 0)
      throw new FaultlineError('bad_input', `${absent.map((v) => VENUES[v].name).join(' and ')} does not trade ${sum.baseAsset}.`)
    if (sum.venues.length < 2) throw new FaultlineError('bad_input', 'A sum needs two venues at least.')
    if (trading.size === sum.venues.length) return (await known(sumKey(whole))) ?? (await make(client, whole))
    await makeRoom(client, most)
    return make(client, sum)
  })
}

async function makeRoom(client: Queryable, most: number): Promise<void> {
  const { rows } = await client.query<{ count: number; oldest: number | null }>(
    `select count(*)::int as count, (array_agg(instrument_id order by last_used_at))[1] as oldest from aggregate where cardinality(venues) > 0`,
  )
  const { count, oldest } = rows[0] as (typeof rows)[0]
  if (count < most || (oldest !== null && (await dropUnusedAggregate(client, oldest, MAKE_ROOM_AFTER_MS)))) return
  throw new FaultlineError(
    'unavailable',
    `${count} choices of venues are kept already, and all of them were looked at within the hour. Look at all venues, or try again later.`,
  )
}

async function make(client: Queryable, sum: { baseAsset: string; simulated: boolean; venues: FeedVenueId[] }): Promise<InstrumentRow> {
  const { baseAsset, simulated, venues } = sum
  const [, symbol = ''] = sumKey(sum).split(':')
  const venue = simulated ? SUM_VENUES.simulated : SUM_VENUES.real
  const row = await upsertInstrument(client, { venue, symbol, baseAsset, quoteAsset: 'USD', contractSize: 1, simulated })
  await client.query('insert into aggregate (instrument_id, base_asset, venues) values ($1, $2, $3) on conflict do nothing', [
    row.id,
    baseAsset,
    venues,
  ])
  await notify(client, 'aggregates', { instrumentId: row.id })
  return row
}

/** Of a new generation: the member with the most open interest is the one whose prices are shown. The first where none has any. */
export async function chooseReference(q: Queryable | Database, instrumentId: number, memberIds: readonly number[]): Promise<void> {
  await queryable(q).query(
    `update aggregate set reference_id = (
       select m.id from unnest($2::int[]) with ordinality as m(id, place)
         left join lateral (
           select o.open_interest as base from open_interest o where o.instrument_id = m.id order by o.time desc limit 1) last on true
        order by last.base desc nulls last, m.place limit 1)
      where instrument_id = $1`,
    [instrumentId, memberIds],
  )
}

/** Somebody looks at it. */
export async function touchAggregate(q: Queryable | Database, instrumentId: number): Promise<void> {
  await queryable(q).query(`update aggregate set last_used_at = now() where instrument_id = $1 and last_used_at < now() - ${TOUCH_EVERY}`, [
    instrumentId,
  ])
}

/** Choices of venues that nobody has looked at for so long. */
export async function unusedAggregates(q: Queryable | Database, unusedMs: number): Promise<number[]> {
  const { rows } = await queryable(q).query<{ id: number }>(
    `select instrument_id as id from aggregate where cardinality(venues) > 0 and last_used_at < now() - $1 * interval '1 ms'`,
    [unusedMs],
  )
  return rows.map((r) => r.id)
}

/** Drops a choice of venues with all that was summed, unless somebody has looked at it meanwhile. True when it is gone. */
export async function dropUnusedAggregate(q: Queryable | Database, instrumentId: number, unusedMs: number): Promise<boolean> {
  const { rows } = await queryable(q).query<{ gone: boolean }>(`select drop_unused_aggregate($1, now() - $2 * interval '1 ms') as gone`, [
    instrumentId,
    unusedMs,
  ])
  return rows[0]?.gone ?? false
}

/** As they are now, in the order of `ids`. */
export async function readMembers(q: Queryable | Database, ids: readonly number[]): Promise<MemberRow[]> {
  const { rows } = await queryable(q).query<MemberRow>(
    `select i.id, i.key, i.venue, b.id as "buildId", b.bucket_ms as "bucketMs",
            ${msOf('b.first_bucket')} as "firstBucket", ${msOf('b.last_bucket')} as "lastBucket",
            ${msOf('b.thinned_5m_to')} as "thinned5mTo", ${msOf('b.thinned_30m_to')} as "thinned30mTo",
            (select max((c.status ->> 'lastTime')::float8) from feed_state f, jsonb_each(f.channels) as c(name, status)
              where f.instrument_id = i.id) as "heardAt"
       from unnest($1::int[]) with ordinality as m(id, place) join instrument i on i.id = m.id
       left join build b on b.id = i.current_build_id
      order by m.place`,
    [ids],
  )
  return rows
}

const queryable = (q: Queryable | Database): Queryable => ('pool' in q ? q.pool : q)
