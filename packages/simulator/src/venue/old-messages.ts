/** What the `dump` fault gives to a new subscription: messages of the past, as they were. */
import { floorTo, MINUTE_MS } from '@faultline/market/units'
import { bars } from './bars.ts'
import { forcedPrints, printTime } from './forced-prints.ts'
import type { Trading } from './listings.ts'
import type { Outgoing } from './sockets.ts'
import type { Stream } from './streams.ts'
import { aggregateTradeMessage, forceOrderMessage, klineMessage, markPriceMessage } from './wire.ts'

/** Marks and trades are remembered for ten minutes. */
const MEMORY_MS = 9 * MINUTE_MS

/**
 * The last `count` messages of a stream before `now`, oldest first; each batch is one frame. Of a book there is none: an old
 * change of it means nothing to anybody.
 */
export function oldMessages(stream: Stream, trading: readonly Trading[], count: number, now: number): Outgoing[][] {
  const listings = trading.filter(({ instrument }) => stream.symbol === undefined || instrument.symbol === stream.symbol)
  switch (stream.channel) {
    case 'kline':
      return listings.flatMap((l) => oldBars(stream, l, count, now)).map((o) => [o])
    case 'aggTrade':
      return listings
        .flatMap((l) => oldTrades(l, now))
        .slice(-count)
        .map((o) => [o])
    case 'forceOrder': {
      const all = listings.flatMap((l) => oldForceOrders(l, count, now))
      return all
        .sort((a, b) => a.time - b.time)
        .slice(-count)
        .map((o) => [o])
    }
    case 'markPrice':
      return oldMarks(stream.everyMs, listings, count, now)
    case 'depth':
      return []
  }
}

function oldBars(stream: Extract<Stream, { channel: 'kline' }>, { instrument, market }: Trading, count: number, now: number): Outgoing[] {
  const { interval, intervalMs } = stream
  const open = floorTo(now, intervalMs)
  const closed = bars(market, intervalMs, open - count * intervalMs, open - intervalMs, now).filter((bar) => bar.tradeCount > 0)
  return closed.map((bar) => {
    const time = bar.openTime + intervalMs
    const message = klineMessage(instrument, interval, intervalMs, bar, true, time)
    return { channel: 'kline', symbol: instrument.symbol, time, names: [], message, closed: true }
  })
}

function oldTrades({ instrument, market }: Trading, now: number): Outgoing[] {
  return market.ticks(Math.max(market.genesis, now - MEMORY_MS), now).flatMap((tick) => {
    if (tick.type !== 'trade') return []
    const message = aggregateTradeMessage(instrument, tick, tick.time)
    return { channel: 'aggTrade', symbol: instrument.symbol, time: tick.time, names: [], message }
  })
}

function oldForceOrders({ instrument, market }: Trading, count: number, now: number): Outgoing[] {
  const told = forcedPrints(market.forcedOrders(market.genesis, now)).filter((order) => printTime(order) <= now)
  return told.slice(-count).map((order) => {
    const time = printTime(order)
    const message = forceOrderMessage(instrument, order, time)
    return { channel: 'forceOrder', symbol: instrument.symbol, time, names: [], message }
  })
}

function oldMarks(everyMs: number, listings: readonly Trading[], count: number, now: number): Outgoing[][] {
  const out: Outgoing[][] = []
  const last = floorTo(now, everyMs)
  const steps = Math.min(count, Math.floor(MEMORY_MS / everyMs))
  for (let time = last - (steps - 1) * everyMs; time <= last; time += everyMs) {
    const batch = listings
      .filter(({ market }) => time >= market.genesis)
      .map(({ instrument, market }): Outgoing => {
        const message = markPriceMessage(instrument, market.markAt(time), time)
        return { channel: 'markPrice', symbol: instrument.symbol, time, names: [], message }
      })
    if (batch.length > 0) out.push(batch)
  }
  return out
}
