/** What venues put into a ticker: the last 24 hours, and prices of some time ago. */
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { VenueMarket } from '../venue-market.ts'

export interface DaySummary {
  open: number
  high: number
  low: number
  last: number
  /** base coin */
  volume: number
  quoteVolume: number
  /** where the price stood an hour ago */
  hourAgo: number
}

type Closed = Omit<DaySummary, 'last'> & { minute: number; empty: boolean }

/** The closed minutes of a market's last day, added up once a minute and not with every ticker. */
const added = new WeakMap<VenueMarket, Closed>()

/** The 24 hours until `time`, in whole minutes at their beginning; `time` as for the market's `candleAt`. */
export function daySummary(market: VenueMarket, time: number): DaySummary {
  const minute = floorTo(time, MINUTE_MS)
  let closed = added.get(market)
  if (closed?.minute !== minute) {
    closed = addUp(market, minute)
    added.set(market, closed)
  }
  const now = market.candleAt(time)
  return {
    open: closed.empty ? now.open : closed.open,
    high: Math.max(closed.high, now.high),
    low: Math.min(closed.low, now.low),
    last: now.close,
    volume: closed.volume + now.volume,
    quoteVolume: closed.quoteVolume + now.quoteVolume,
    hourAgo: closed.empty ? now.open : closed.hourAgo,
  }
}

function addUp(market: VenueMarket, minute: number): Closed {
  const { columns, length } = market.candles(minute - DAY_MS + MINUTE_MS, minute)
  const day: Closed = {
    minute,
    empty: length === 0,
    open: columns.open[0] ?? 0,
    high: Number.NEGATIVE_INFINITY,
    low: Number.POSITIVE_INFINITY,
    volume: 0,
    quoteVolume: 0,
    hourAgo: columns.open[Math.max(0, length - HOUR_MS / MINUTE_MS)] ?? 0,
  }
  for (let i = 0; i < length; i++) {
    day.high = Math.max(day.high, columns.high[i] as number)
    day.low = Math.min(day.low, columns.low[i] as number)
    day.volume += columns.volume[i] as number
    day.quoteVolume += columns.quoteVolume[i] as number
  }
  return day
}

/** The price at which the minute that begins at `time` opened; before public history, where that opened. */
export function openAt(market: VenueMarket, time: number): number {
  const from = Math.max(floorTo(time, MINUTE_MS), market.genesis)
  const { columns } = market.candles(from, from + MINUTE_MS)
  return columns.open[0] ?? market.candleAt(from).open
}
