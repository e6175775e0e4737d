/** Bars of Binance's intervals, put together from a market's one-minute candles. */
import { floorTo, MINUTE_MS } from '@faultline/market/units'
import type { VenueMarket } from './venue-market.ts'

export interface Bar {
  openTime: number
  open: number
  high: number
  low: number
  close: number
  /** base coin */
  volume: number
  quoteVolume: number
  /** base coin bought by takers */
  takerBuyVolume: number
  takerBuyQuoteVolume: number
  tradeCount: number
  /** of the latest trade, in this bar or before it; the first id is `tradeCount` − 1 lower */
  lastTradeId: number
}

/**
 * The bars with openTime in [from, to] as they stood at `now`, oldest first; the last one may still be open.
 * `from` and `to` are rounded to the interval inwards.
 */
export function bars(market: VenueMarket, intervalMs: number, from: number, to: number, now: number): Bar[] {
  const first = Math.max(Math.ceil(from / intervalMs) * intervalMs, floorTo(market.genesis, intervalMs))
  const last = Math.min(floorTo(to, intervalMs), floorTo(now, intervalMs))
  if (last < first) return []
  const thisMinute = floorTo(now, MINUTE_MS)
  const out: Bar[] = []
  const take = (minute: Bar): void => {
    const openTime = floorTo(minute.openTime, intervalMs)
    const bar = out.at(-1)
    if (bar?.openTime === openTime) extend(bar, minute)
    else out.push({ ...minute, openTime })
  }
  const { columns, length, takerBuyQuoteVolume, lastTradeId } = market.candles(first, Math.min(last + intervalMs, thisMinute))
  for (let i = 0; i < length; i++) {
    take({
      openTime: columns.openTime[i] as number,
      open: columns.open[i] as number,
      high: columns.high[i] as number,
      low: columns.low[i] as number,
      close: columns.close[i] as number,
      volume: columns.volume[i] as number,
      quoteVolume: columns.quoteVolume[i] as number,
      takerBuyVolume: columns.takerBuyVolume[i] as number,
      takerBuyQuoteVolume: takerBuyQuoteVolume[i] as number,
      tradeCount: columns.tradeCount[i] as number,
      lastTradeId: lastTradeId[i] as number,
    })
  }
  if (thisMinute < last + intervalMs && thisMinute >= market.genesis) take(market.candleAt(now))
  return out
}

/** The bar that contains `now` as it stood then, or, with `closed`, the one that ends at `now`. `now` as for `candleAt`. */
export function barAt(market: VenueMarket, intervalMs: number, now: number, closed: boolean): Bar | undefined {
  const openTime = floorTo(closed ? now - 1 : now, intervalMs)
  return bars(market, intervalMs, openTime, openTime, now)[0]
}

function extend(bar: Bar, m: Bar): void {
  bar.high = Math.max(bar.high, m.high)
  bar.low = Math.min(bar.low, m.low)
  bar.close = m.close
  bar.volume += m.volume
  bar.quoteVolume += m.quoteVolume
  bar.takerBuyVolume += m.takerBuyVolume
  bar.takerBuyQuoteVolume += m.takerBuyQuoteVolume
  bar.tradeCount += m.tradeCount
  bar.lastTradeId = m.lastTradeId
}
