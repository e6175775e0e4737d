import type { Database } from '@faultline/db/database'
import { listAggregates, listSummands, type Summand, summandsOf } from '@faultline/db/repositories/aggregates'
import { type InstrumentListing, listInstruments } from '@faultline/db/repositories/instruments'
import type { FeedVenueId } from '@faultline/market/venue'
import { INTEREST_FRESH_MS, per8h } from '../prepare/combine-series.ts'

export interface MarketListing extends InstrumentListing {
  /** of instruments that can be added up: under which name; null of others */
  summedAs: string | null
  /** of sums: the venues that were chosen, none for all; null of instruments of one venue */
  sumOf: FeedVenueId[] | null
}

/** All instruments; the figures of sums come from those that are added up. The one with the freshest columns first. */
export async function listMarkets(db: Database): Promise<MarketListing[]> {
  const [rows, summands, aggregates] = await Promise.all([listInstruments(db), listSummands(db), listAggregates(db)])
  const byId = new Map(rows.map((row) => [row.id, row]))
  const summandOf = new Map<number, Summand>(summands.map((s) => [s.id, s]))
  const aggregateOf = new Map(aggregates.map((a) => [a.instrumentId, a]))
  return rows.map((row): MarketListing => {
    const aggregate = aggregateOf.get(row.id)
    if (!aggregate) return { ...row, summedAs: summandOf.get(row.id)?.summedAs ?? null, sumOf: null }
    const members = summandsOf(aggregate, summands).flatMap(({ id }) => byId.get(id) ?? [])
    return { ...row, ...figuresOf(members, aggregate.referenceId), summedAs: aggregate.baseAsset, sumOf: aggregate.venues }
  })
}

type Figures = Pick<InstrumentListing, 'lastClose' | 'change24h' | 'openInterestUsd' | 'fundingRate' | 'fundingHours'>

/** Of members whose columns have not stayed behind; prices are the reference's. */
function figuresOf(members: readonly InstrumentListing[], referenceId: number | null): Figures {
  const end = ({ lastBucket, bucketMs }: InstrumentListing) =>
    lastBucket === null ? Number.NEGATIVE_INFINITY : lastBucket + (bucketMs ?? 0)
  const newest = Math.max(...members.map(end))
  const fresh = members.filter((m) => newest - end(m) <= Math.max(INTEREST_FRESH_MS, 2 * (m.bucketMs ?? 0)))
  const reference = fresh.find((m) => m.id === referenceId) ?? fresh[0]
  let [usd, weight, rates] = [0, 0, 0]
  for (const m of fresh) {
    if (m.openInterestUsd === null) continue
    usd += m.openInterestUsd
    const rate = m.fundingRate === null ? null : per8h(m.fundingRate, m.fundingHours)
    if (rate === null) continue
    weight += m.openInterestUsd
    rates += rate * m.openInterestUsd
  }
  return {
    lastClose: reference?.lastClose ?? null,
    change24h: reference?.change24h ?? null,
    openInterestUsd: usd > 0 ? usd : null,
    fundingRate: weight > 0 ? rates / weight : null,
    fundingHours: weight > 0 ? 8 : null,
  }
}
