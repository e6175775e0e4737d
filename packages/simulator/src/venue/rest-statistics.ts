/** /futures/data: open interest, long/short ratios and taker volume of the last 30 days. */
import { RATIO_KINDS, type RatioKind } from '@faultline/market/event'
import { BUCKETS_MS } from '@faultline/market/resolution'
import { DAY_MS } from '@faultline/market/units'
import { bars } from './bars.ts'
import { isTrading, type Listing, type Trading } from './listings.ts'
import type { RestContext } from './rest.ts'
import { intervalOf, limitOf, listed, mandatory, page, refuseOlder, timeRange } from './rest-params.ts'
import { type Json, longShortRow, openInterestRow, takerRow } from './wire.ts'

const KEPT_MS = 30 * DAY_MS
const PERIODS = Object.fromEntries(
  ['5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d'].map((name) => [name, BUCKETS_MS[name] as number]),
)

interface Asked {
  listing: Listing
  periodMs: number
  limit: number
  startTime: number | undefined
  /** the rows that can matter: times in [from, to] */
  from: number
  to: number
}

function asked(query: URLSearchParams, { listings, now }: RestContext): Asked {
  const listing = listed(listings, mandatory(query, 'symbol'))
  const periodMs = intervalOf(query, 'period', PERIODS)
  const limit = limitOf(query, 30, 500)
  const { startTime, endTime } = timeRange(query)
  const oldest = now - KEPT_MS
  refuseOlder(startTime, oldest)
  const to = Math.min(endTime ?? now, now)
  const first = startTime ?? to - limit * periodMs
  return { listing, periodMs, limit, startTime, from: Math.max(first, oldest), to }
}

/** The rows of a table in [from, to] at full periods, as `row` makes them. */
function rows(a: Asked, times: Float64Array, row: (index: number, time: number) => Json): Json[] {
  const out: Json[] = []
  times.forEach((time, i) => {
    if (time % a.periodMs === 0) out.push(row(i, time))
  })
  return page(out, a.limit, a.startTime)
}

const whenTrading = (a: Asked, answer: (listing: Trading) => Json[]): Json[] => (isTrading(a.listing) ? answer(a.listing) : [])

export function openInterestHist(query: URLSearchParams, context: RestContext): Json {
  const a = asked(query, context)
  return whenTrading(a, ({ instrument, market }) => {
    const { time, openInterest, openInterestUsd } = market.openInterestHistory(a.from, a.to + 1).columns
    return rows(a, time, (i, t) => openInterestRow(instrument, t, openInterest[i] as number, openInterestUsd[i] as number))
  })
}

/** The call for one kind of ratio. */
export function longShortRatio(kind: RatioKind): (query: URLSearchParams, context: RestContext) => Json {
  const index = RATIO_KINDS.indexOf(kind)
  return (query, context) => {
    const a = asked(query, context)
    return whenTrading(a, ({ instrument, market }) => {
      const { columns } = market.ratioHistory(a.from, a.to + 1)
      const ratios = new Map<number, number>()
      columns.kind.forEach((k, i) => {
        if (k === index) ratios.set(columns.time[i] as number, columns.ratio[i] as number)
      })
      return rows(a, Float64Array.from(ratios.keys()), (_, t) => longShortRow(instrument, t, ratios.get(t) as number))
    })
  }
}

/** What takers bought and sold in the period that ends at the timestamp. */
export function takerVolume(query: URLSearchParams, context: RestContext): Json {
  const a = asked(query, context)
  return whenTrading(a, ({ market }) => {
    const full = bars(market, a.periodMs, a.from - a.periodMs, a.to - a.periodMs, a.to)
    const out = full
      .filter((bar) => bar.openTime >= market.genesis)
      .map((bar) => takerRow(bar.takerBuyVolume, bar.volume - bar.takerBuyVolume, bar.openTime + a.periodMs))
    return page(out, a.limit, a.startTime)
  })
}
