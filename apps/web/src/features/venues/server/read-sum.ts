import type { Database } from '@faultline/db/database'
import { type MemberStretch, readStretches } from '@faultline/db/repositories/aggregate-coverage'
import {
  type Aggregate,
  listAggregates,
  listSummands,
  type MemberRow,
  readMembers,
  summandsOf,
} from '@faultline/db/repositories/aggregates'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { type FeedVenueId, VENUES } from '@faultline/market/venue'
import {
  type CandleSeries,
  readCandles,
  readFunding,
  readOpenInterest,
  readLiquidations as readPrints,
  readRatios,
} from '../../heatmap/server/read-series.ts'
import type { HeatmapView } from '../../heatmap/server/schema.ts'
import {
  combineCandles,
  combineFunding,
  combineInterest,
  combineTakers,
  FUNDING_FRESH_MS,
  INTEREST_FRESH_MS,
  per8h,
} from '../prepare/combine-series.ts'
import type { SumFacts, SumVenue } from './schema.ts'

interface Window {
  from: number
  /** end of the last bucket */
  to: number
  resolutionMs: number
  /** how finely lines are drawn */
  lineMs: number
}

export type SumSeries = Pick<HeatmapView, 'openInterest' | 'funding' | 'liquidations' | 'ratios' | 'predictedFunding'> & {
  candles: CandleSeries
  facts: SumFacts
}

/** The series of a sum, joined from its members' stored events, and what is to be said of each venue. */
export async function readSum(
  db: Database,
  sum: { instrument: InstrumentRow; build: { id: number; bucketMs: number; firstBucket: number } },
  window: Window,
): Promise<SumSeries> {
  const { aggregate, members } = await membersOf(db, sum.instrument)
  const { from, to, resolutionMs, lineMs } = window
  const [stretches, liquidations, ...series] = await Promise.all([
    readStretches(db, sum.build.id),
    readLiquidations(db, members, { from, to }),
    ...members.map((member) => seriesOf(db, member, sum.build.bucketMs, window)),
  ])
  // Prices of the reference first, then of whoever has more open interest.
  const newest = series.map(({ openInterest }) => openInterest.at(-1)?.[1] ?? 0)
  const order = members.map((_, i) => i)
  const first = (i: number): number => (members[i]?.id === aggregate.referenceId ? Number.POSITIVE_INFINITY : (newest[i] as number))
  order.sort((a, b) => (first(b) > first(a) ? 1 : first(b) < first(a) ? -1 : a - b))
  const candles = combineCandles(order.map((i) => series[i]?.candles ?? []))
  const interest = series.map((s) => s.openInterest)
  const reference = members[order[0] ?? 0]
  const told = members.filter((m) => VENUES[m.venue].liquidations !== 'none').map((m) => m.id)
  const [prints, ratios] = await Promise.all([
    readPrints(db, { instrumentIds: told, from, to, binMs: resolutionMs }),
    reference ? readRatios(db, { instrumentId: reference.id, from, to: to + 1, binMs: lineMs }) : [],
  ])
  return {
    candles: { intervalMs: resolutionMs, rows: candles, takerBuy: combineTakers(candles, series) },
    liquidations: prints,
    ratios,
    // Each venue expects its own, at its own time.
    predictedFunding: null,
    openInterest: combineInterest(interest, candles, lineMs, from),
    funding: combineFunding(series, lineMs, from),
    facts: {
      baseAsset: aggregate.baseAsset,
      end: to,
      reference: members[order[0] ?? 0]?.venue ?? null,
      venues: venuesOf(
        members.map((member, i) => ({
          member,
          stretches: stretches.filter((s) => s.memberId === member.id),
          liquidations: liquidations.get(member.id) ?? null,
          openInterest: series[i]?.openInterest.at(-1) ?? null,
          funding: series[i]?.funding.at(-1) ?? null,
          close: candles.at(-1)?.[4] ?? null,
        })),
        { from: Math.max(from, sum.build.firstBucket), to },
      ),
    },
  }
}

async function membersOf(db: Database, instrument: InstrumentRow): Promise<{ aggregate: Aggregate; members: MemberRow[] }> {
  const aggregate = (await listAggregates(db)).find((a) => a.instrumentId === instrument.id)
  if (!aggregate) throw new Error(`${instrument.key} is the sum of nothing.`)
  const ids = summandsOf(aggregate, await listSummands(db)).map((s) => s.id)
  return { aggregate, members: await readMembers(db, ids) }
}

async function seriesOf(db: Database, member: MemberRow, bucketMs: number, { from, to, resolutionMs, lineMs }: Window) {
  const instrumentId = member.id
  const [candles, openInterest, funding] = await Promise.all([
    readCandles(db, { instrumentId, from, to, sourceMs: member.bucketMs ?? bucketMs, intervalMs: resolutionMs }),
    readOpenInterest(db, { instrumentId, from: from - Math.max(INTEREST_FRESH_MS, lineMs), to: to + 1, binMs: lineMs }),
    readFunding(db, { instrumentId, from: from - FUNDING_FRESH_MS, to: to + 1 }),
  ])
  return { candles: candles.rows, takerBuy: candles.takerBuy, openInterest, funding }
}

type Prints = NonNullable<SumVenue['liquidations']>

/** What each member published in [from, to). Venues that publish none have no entry: their silence is no zero. */
async function readLiquidations(
  db: Database,
  members: readonly MemberRow[],
  span: { from: number; to: number },
): Promise<Map<number, Prints>> {
  const told = members.filter((m) => VENUES[m.venue].liquidations !== 'none')
  const { rows } = await db.pool.query<{ id: number } & Omit<Prints, 'sampled'>>(
    `SELECT m.id, count(l.time)::float8 AS count, coalesce(sum(l.quantity_usd) FILTER (WHERE l.side = 'long'), 0) AS "longUsd",
            coalesce(sum(l.quantity_usd) FILTER (WHERE l.side = 'short'), 0) AS "shortUsd",
            coalesce(array_agg(DISTINCT l.price_kind::text) FILTER (WHERE l.time IS NOT NULL), '{}') AS "priceKinds"
       FROM unnest($1::int[]) AS m(id)
       LEFT JOIN liquidation l ON l.instrument_id = m.id AND l.time >= to_timestamp($2 / 1000.0) AND l.time < to_timestamp($3 / 1000.0)
      GROUP BY m.id`,
    [told.map((m) => m.id), span.from, span.to],
  )
  const sampled = new Map(told.map((m) => [m.id, VENUES[m.venue].liquidations === 'sample']))
  return new Map(rows.map(({ id, ...prints }) => [id, { ...prints, sampled: sampled.get(id) ?? true }]))
}

interface MemberFacts {
  member: MemberRow
  stretches: MemberStretch[]
  liquidations: Prints | null
  openInterest: HeatmapView['openInterest'][number] | null
  funding: HeatmapView['funding'][number] | null
  /** newest price */
  close: number | null
}

function venuesOf(members: readonly MemberFacts[], { from, to }: { from: number; to: number }): SumVenue[] {
  const venues = [...new Set(members.map(({ member }) => member.venue))]
  return venues.map((venue) =>
    venueFacts(
      venue,
      members.filter(({ member }) => member.venue === venue),
      from,
      to,
    ),
  )
}

function venueFacts(venue: FeedVenueId, members: readonly MemberFacts[], from: number, to: number): SumVenue {
  const interest = members.flatMap(({ openInterest, close }) => {
    if (!openInterest || to - openInterest[0] > INTEREST_FRESH_MS) return []
    const usd = openInterest[2] ?? (close === null ? null : openInterest[1] * close)
    return usd === null ? [] : [usd]
  })
  const rates = members.flatMap(({ funding }) => (funding ? (per8h(funding[1], funding[2]) ?? []) : []))
  const prints = members.flatMap(({ liquidations }) => liquidations ?? [])
  const covered = members.map(({ stretches }) =>
    stretches.reduce((sum, s) => sum + (s.included ? Math.max(0, Math.min(s.to, to) - Math.max(s.from, from)) : 0), 0),
  )
  const last = members.map(({ stretches }) => stretches.at(-1))
  const included = last.some((stretch) => stretch?.included === true)
  const left = members.flatMap(({ stretches }) => stretches.filter((s) => s.included).map((s) => s.to))
  return {
    venue,
    instruments: members.map(({ member }) => member.key),
    included,
    missingSince: included || left.length === 0 ? null : Math.max(...left),
    coveredMs: Math.max(0, ...covered),
    expectedMs: Math.max(0, to - from),
    openInterestUsd: interest.length === 0 ? null : interest.reduce((a, b) => a + b),
    fundingRate8h: rates[0] ?? null,
    liquidations:
      prints.length === 0
        ? null
        : {
            count: prints.reduce((n, p) => n + p.count, 0),
            longUsd: prints.reduce((n, p) => n + p.longUsd, 0),
            shortUsd: prints.reduce((n, p) => n + p.shortUsd, 0),
            priceKinds: [...new Set(prints.flatMap((p) => p.priceKinds))].sort(),
            sampled: prints.some((p) => p.sampled),
          },
  }
}
