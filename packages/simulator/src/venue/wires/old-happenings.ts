/** What the `dump` fault gives to a new subscription: what happened before, as if it were now. */
import { BUCKETS_MS } from '@faultline/market/resolution'
import { floorTo, MINUTE_MS } from '@faultline/market/units'
import { bars } from '../bars.ts'
import { LiquidationWindow } from './liquidation-window.ts'
import type { Happening, Topic, WireListing } from './wire-format.ts'

/** Marks and trades are remembered for ten minutes. */
const MEMORY_MS = 9 * MINUTE_MS

/** The last `count` happenings of a topic before `now`, oldest first. Of a book there is none: an old one means nothing to anybody. */
export function oldHappenings(
  topic: Topic,
  listings: readonly WireListing[],
  liquidationsPerSecond: number | null,
  count: number,
  now: number,
): Happening[] {
  const own = listings.filter(({ symbol }) => topic.symbol === null || topic.symbol === symbol)
  const past: Record<Topic['kind'], (listing: WireListing) => Happening[]> = {
    candle: (listing) => oldBars(topic, listing, count, now),
    trade: (listing) => oldTrades(listing, now),
    liquidation: (listing) => oldLiquidations(topic, listing, liquidationsPerSecond, now),
    mark: (listing) => oldMarks(topic, listing, count, now),
    depth: () => [],
  }
  const all = own.flatMap(past[topic.kind])
  return all.sort((a, b) => a.time - b.time).slice(-count)
}

function oldBars({ interval = '' }: Topic, listing: WireListing, count: number, now: number): Happening[] {
  const intervalMs = Object.hasOwn(BUCKETS_MS, interval) ? (BUCKETS_MS[interval] as number) : undefined
  if (intervalMs === undefined) return []
  const open = floorTo(now, intervalMs)
  return bars(listing.market, intervalMs, open - count * intervalMs, open - intervalMs, now).map((bar) => {
    return { kind: 'candle', listing, time: bar.openTime + intervalMs, interval, intervalMs, bar, closed: true }
  })
}

function oldTrades(listing: WireListing, now: number): Happening[] {
  const { market } = listing
  return market.ticks(Math.max(market.genesis, now - MEMORY_MS), now).flatMap((tick): Happening[] => {
    return tick.type === 'trade' ? [{ kind: 'trade', listing, time: tick.time, ticks: [tick] }] : []
  })
}

function oldLiquidations({ everyMs }: Topic, listing: WireListing, perSecond: number | null, now: number): Happening[] {
  const { market } = listing
  const told = new LiquidationWindow(perSecond).told(market.forcedOrders(market.genesis, now), now, everyMs)
  return told.map(({ time, orders }) => ({ kind: 'liquidation', listing, time, orders }))
}

function oldMarks({ everyMs }: Topic, listing: WireListing, count: number, now: number): Happening[] {
  const { market } = listing
  const out: Happening[] = []
  const last = floorTo(now, everyMs)
  const steps = Math.min(count, Math.floor(MEMORY_MS / everyMs))
  for (let time = last - (steps - 1) * everyMs; time <= last; time += everyMs) {
    if (time < market.genesis) continue
    const lastPrice = market.candleAt(time).close
    out.push({ kind: 'mark', listing, time, mark: market.markAt(time), openInterest: market.openInterestAt(time), lastPrice })
  }
  return out
}
