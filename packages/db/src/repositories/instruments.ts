/** Instruments: what is traded where, and which build is served. */
import { FaultlineError } from '@faultline/market/errors'
import { type InstrumentDefinition, instrumentKey, instrumentSchema, type MarginTier, marginTier } from '@faultline/market/instrument'
import { DAY_MS } from '@faultline/market/units'
import type { VenueId } from '@faultline/market/venue'
import { z } from 'zod'
import type { Database, Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'
import type { BuildStatus } from './builds.ts'

export interface InstrumentRow {
  id: number
  /** `venue:SYMBOL` */
  key: string
  venue: VenueId
  symbol: string
  baseAsset: string
  quoteAsset: string
  /** base coin per contract */
  contractSize: number
  simulated: boolean
  /** null: the engine's own table for the symbol */
  marginTiers: MarginTier[] | null
  /** the build that is served */
  currentBuildId: number | null
}

/** An instrument as lists show it; the build's fields are null where nothing was estimated yet. */
export interface InstrumentListing extends InstrumentRow {
  status: BuildStatus | null
  bucketMs: number | null
  /** starts of buckets, UTC milliseconds */
  firstBucket: number | null
  lastBucket: number | null
  columnCount: number
  lastClose: number | null
  /** fraction of the close 24 hours earlier (0.05 = +5 %); null without a candle near that time */
  change24h: number | null
  openInterestUsd: number | null
  /** per interval */
  fundingRate: number | null
  fundingHours: number | null
}

const COLUMNS = `i.id, i.key, i.venue, i.symbol, i.base_asset as "baseAsset", i.quote_asset as "quoteAsset", i.contract_size as "contractSize",
  i.simulated, i.margin_tiers as "marginTiers", i.current_build_id as "currentBuildId"`

/**
 * Makes the instrument, or brings its definition up to date; margin tiers only change when some are given.
 * @throws FaultlineError bad_input for a definition that is none; conflict when it is stored as simulated and now is not, or
 * the other way round
 */
export async function upsertInstrument(
  q: Queryable,
  definition: InstrumentDefinition & { simulated: boolean; marginTiers?: readonly MarginTier[] | null },
): Promise<InstrumentRow> {
  const parsed = instrumentSchema.extend({ simulated: z.boolean(), marginTiers: z.array(marginTier).nullish() }).safeParse(definition)
  if (!parsed.success) throw new FaultlineError('bad_input', `Not an instrument: ${z.prettifyError(parsed.error)}`, { cause: parsed.error })
  const { venue, symbol, baseAsset, quoteAsset, contractSize, simulated, marginTiers } = parsed.data
  const key = instrumentKey(venue, symbol)
  const { rows } = await q.query<InstrumentRow>(
    `insert into instrument as i (key, venue, symbol, base_asset, quote_asset, contract_size, simulated, margin_tiers)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (key) do update
        set base_asset = excluded.base_asset, quote_asset = excluded.quote_asset, contract_size = excluded.contract_size,
            margin_tiers = coalesce(excluded.margin_tiers, i.margin_tiers)
      where i.simulated = excluded.simulated
     returning ${COLUMNS}`,
    [key, venue, symbol, baseAsset, quoteAsset, contractSize, simulated, marginTiers ? JSON.stringify(marginTiers) : null],
  )
  const row = rows[0]
  if (!row)
    throw new FaultlineError(
      'conflict',
      `${key} is stored as a ${simulated ? 'real' : 'simulated'} market; it cannot also be a ${simulated ? 'simulated' : 'real'} one.`,
    )
  return row
}

/**
 * By its number, its key (`binance-usdm:BTCUSDT`), or a symbol that only one venue has.
 * @throws FaultlineError not_found, naming what there is; bad_input, naming the candidates, when a symbol is not unique
 */
export async function findInstrument(q: Queryable | Database, text: string): Promise<InstrumentRow> {
  const wanted = text.trim()
  const on = 'pool' in q ? q.pool : q
  const { rows } = await on.query<InstrumentRow>(
    `select ${COLUMNS} from instrument i
      where i.id::text = $1 or lower(i.key) = lower($1) or lower(i.symbol) = lower($1)
      order by lower(i.key) = lower($1) desc, i.id::text = $1 desc, i.key`,
    [wanted],
  )
  const [first, second] = rows
  if (!first) {
    const { rows: some } = await on.query<{ key: string }>('select key from instrument order by key limit 10')
    const there = some.length
      ? `There is ${some.map((r) => r.key).join(', ')}${some.length === 10 ? ', …' : ''}.`
      : 'Nothing has been imported yet.'
    throw new FaultlineError('not_found', `There is no instrument "${wanted}". ${there}`)
  }
  const exact = first.key.toLowerCase() === wanted.toLowerCase() || String(first.id) === wanted
  if (second && !exact)
    throw new FaultlineError('bad_input', `"${wanted}" could be ${rows.map((r) => r.key).join(' or ')}: name the venue too.`)
  return first
}

/** Those of `ids` that exist, in order of their numbers. */
export async function instrumentsByIds(q: Queryable, ids: readonly number[]): Promise<InstrumentRow[]> {
  const { rows } = await q.query<InstrumentRow>(`select ${COLUMNS} from instrument i where i.id = any($1::int[]) order by i.id`, [ids])
  return rows
}

/** All instruments, the one with the freshest columns first. */
export async function listInstruments(q: Queryable | Database): Promise<InstrumentListing[]> {
  const { rows } = await ('pool' in q ? q.pool : q).query<InstrumentListing>(
    `select ${COLUMNS}, b.status, b.bucket_ms as "bucketMs", ${msOf('b.first_bucket')} as "firstBucket", ${msOf('b.last_bucket')} as "lastBucket",
            coalesce(b.column_count, 0) as "columnCount", last.close as "lastClose", last.close / before.close - 1 as "change24h",
            coalesce(oi.open_interest_usd, oi.open_interest * last.close) as "openInterestUsd", f.rate as "fundingRate", f.interval_hours as "fundingHours"
       from instrument i
       left join build b on b.id = i.current_build_id
       left join lateral (select coalesce(b.bucket_ms, (select min(interval_ms) from candle where instrument_id = i.id)) as ms) interval on true
       left join lateral (
         select c.close, c.open_time from candle c where c.instrument_id = i.id and c.interval_ms = interval.ms order by c.open_time desc limit 1
       ) last on true
       left join lateral (
         select c.close from candle c
          where c.instrument_id = i.id and c.interval_ms = interval.ms
            and c.open_time between last.open_time - ${2 * DAY_MS} * interval '1 ms' and last.open_time - ${DAY_MS} * interval '1 ms'
          order by c.open_time desc limit 1
       ) before on true
       -- not what came after the last candle: a dump's open interest and funding often reach further than its candles
       left join lateral (select last.open_time + interval.ms * interval '1 ms' as at) close on true
       left join lateral (
         select o.open_interest, o.open_interest_usd from open_interest o
          where o.instrument_id = i.id and o.time <= close.at order by o.time desc limit 1
       ) oi on true
       left join lateral (select u.rate, u.interval_hours from funding u where u.instrument_id = i.id and u.time <= close.at order by u.time desc limit 1) f on true
      order by b.last_bucket desc nulls last, i.key`,
  )
  return rows
}
