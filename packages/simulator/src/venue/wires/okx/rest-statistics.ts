/** OKX's `rubik`: statistics of the last 1,440 periods, newest first. */
import { MINUTE_MS } from '@faultline/market/units'
import { type Bar, bars } from '../../bars.ts'
import type { VenueMarket } from '../../venue-market.ts'
import { trimmed } from '../numbers.ts'
import type { WireContext, WireListing } from '../wire-format.ts'
import { beginningOf, begins, choice, integer, limitOf, listed, mandatory, OkxError, PERIODS, type Period } from './rest-params.ts'
import { contracts, openInterestRow, ratio } from './words.ts'

const KEPT_PERIODS = 1_440
const MOST_ROWS = 100
const USD_DECIMALS = 4

interface Asked {
  period: Period
  limit: number
  /** the rows that can matter: times in [from, to] */
  from: number
  to: number
}

/** Both ends are inclusive. */
function asked(query: URLSearchParams, { now }: WireContext): Asked {
  const period = choice(query, 'period', PERIODS, '5m')
  const limit = limitOf(query, 'limit', MOST_ROWS, MOST_ROWS)
  const to = Math.min(integer(query, 'end') ?? now, now)
  const from = Math.max(integer(query, 'begin') ?? 0, now - KEPT_PERIODS * period.ms, to - (limit + 1) * period.ms)
  return { period, limit, from, to }
}

/** The newest rows, newest first. */
const newest = <T>(rows: readonly T[], limit: number): T[] => rows.slice(-limit).reverse()

/** Open interest as periods ended, by their beginnings: a row is updated until its period has ended. */
function marks(market: VenueMarket, { period, from, to }: Asked): { time: number; held: number; heldUsd: number }[] {
  const { columns } = market.openInterestHistory(from + period.ms, to + period.ms + 1)
  return Array.from(columns.time, (time, i) => ({
    time: time - period.ms,
    held: columns.openInterest[i] as number,
    heldUsd: columns.openInterestUsd[i] as number,
  })).filter(({ time }) => begins(time, period))
}

export function openInterestHistory(query: URLSearchParams, context: WireContext): string[][] {
  const listing = listed(query, context)
  const a = asked(query, context)
  return newest(marks(listing.market, a), a.limit).map(({ time, held, heldUsd }) => openInterestRow(listing, time, held, heldUsd))
}

/** Of all contracts of a coin: `[ts, open interest in USD, volume in USD]`, volume of the period that begins at `ts`. */
export function openInterestVolume(query: URLSearchParams, context: WireContext): string[][] {
  const coin = mandatory(query, 'ccy')
  const listing = context.listings.find((l) => l.instrument.baseAsset === coin)
  if (!listing) throw new OkxError(400, '51000', 'Parameter ccy error')
  const a = asked(query, context)
  const volumes = volumesOf(listing, a, context.now)
  return newest(marks(listing.market, a), a.limit).map(({ time, heldUsd }) => {
    return [String(time), trimmed(heldUsd, USD_DECIMALS), trimmed(volumes.get(time)?.quoteVolume ?? 0, USD_DECIMALS)]
  })
}

/** Longs per short of one kind as periods ended, by their beginnings: `[ts, ratio]`. */
export function ratios(kind: number): (query: URLSearchParams, context: WireContext) => string[][] {
  return (query, context) => {
    const { market } = listed(query, context)
    const a = asked(query, context)
    const { columns } = market.ratioHistory(a.from + a.period.ms, a.to + a.period.ms + 1)
    const rows: [time: number, value: number][] = []
    columns.time.forEach((end, i) => {
      const time = end - a.period.ms
      if (columns.kind[i] === kind && begins(time, a.period)) rows.push([time, columns.ratio[i] as number])
    })
    return newest(rows, a.limit).map(([time, value]) => [String(time), ratio(value)])
  }
}

/** `[ts, sold, bought]` by takers in the period that begins at `ts`; unit 0: base coin, 1: contracts (the usual one), 2: USD. */
export function takerVolume(query: URLSearchParams, context: WireContext): string[][] {
  const listing = listed(query, context)
  const a = asked(query, context)
  const unit = choice(query, 'unit', { 0: 'coin', 1: 'contract', 2: 'usd' } as const, '1')
  const { quantityDecimals, priceDecimals } = listing.instrument
  const written = (coins: number, usd: number): string => {
    if (unit === 'contract') return contracts(listing, coins)
    return unit === 'coin' ? trimmed(coins, quantityDecimals) : trimmed(usd, quantityDecimals + priceDecimals)
  }
  const rows = [...volumesOf(listing, a, context.now)].map(([time, v]) => {
    const sold = written(v.volume - v.takerBuyVolume, v.quoteVolume - v.takerBuyQuoteVolume)
    return [String(time), sold, written(v.takerBuyVolume, v.takerBuyQuoteVolume)]
  })
  return newest(rows, a.limit)
}

type Volume = Pick<Bar, 'volume' | 'quoteVolume' | 'takerBuyVolume' | 'takerBuyQuoteVolume'>

/** What was traded in each period that begins in [from, to], until `now`, by its beginning. */
function volumesOf({ market }: WireListing, { period, from, to }: Asked, now: number): Map<number, Volume> {
  const volumes = new Map<number, Volume>()
  const earliest = Math.max(from, market.genesis)
  for (const bar of bars(market, MINUTE_MS, earliest, to + period.ms - 1, now)) {
    const time = beginningOf(bar.openTime, period)
    if (time < earliest || time > to) continue
    const sum = volumes.get(time) ?? { volume: 0, quoteVolume: 0, takerBuyVolume: 0, takerBuyQuoteVolume: 0 }
    for (const key of Object.keys(sum) as (keyof Volume)[]) sum[key] += bar[key]
    volumes.set(time, sum)
  }
  return volumes
}
