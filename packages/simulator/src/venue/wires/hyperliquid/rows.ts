/** What Hyperliquid answers and streams of trades, candles and books, object by object. */
import type { Bar } from '../../bars.ts'
import type { DepthAt, ForcedTick, TradeTick } from '../../venue-market.ts'
import type { Json } from '../../wire.ts'
import type { WireListing } from '../wire-format.ts'
import { hex, mark, price, size } from './numbers.ts'

type JsonObject = { [key: string]: Json }

/** Levels of each side of a book. */
export const BOOK_LEVELS = 20
const HASH_DIGITS = 64
const ADDRESS_DIGITS = 40

/** `side`: B where the taker bought, A where it sold. */
export function tradeRow(listing: WireListing, t: TradeTick): JsonObject {
  const buyer = hex(ADDRESS_DIGITS, t.aggregateId, 1)
  const seller = hex(ADDRESS_DIGITS, t.aggregateId, 2)
  return {
    coin: listing.symbol,
    side: t.takerBuys ? 'B' : 'A',
    px: price(listing, t.price),
    sz: size(listing, t.quantity),
    time: t.time,
    hash: hex(HASH_DIGITS, t.time, t.aggregateId),
    tid: t.aggregateId,
    users: [buyer, seller],
  }
}

/** There is no mark of a bar that is closed: the next one begins instead. */
export function candleRow(listing: WireListing, interval: string, intervalMs: number, bar: Bar): JsonObject {
  return {
    t: bar.openTime,
    T: bar.openTime + intervalMs - 1,
    s: listing.symbol,
    i: interval,
    o: price(listing, bar.open),
    c: price(listing, bar.close),
    h: price(listing, bar.high),
    l: price(listing, bar.low),
    v: size(listing, bar.volume),
    n: bar.tradeCount,
  }
}

export function bookRow(listing: WireListing, book: DepthAt, time: number): JsonObject {
  const levels = (side: DepthAt['bids']): Json[] =>
    side.slice(0, BOOK_LEVELS).map(([p, q]) => ({ px: price(listing, p), sz: size(listing, q), n: 1 }))
  return { coin: listing.symbol, time, levels: [levels(book.bids), levels(book.asks)] }
}

/**
 * The fill that closed a liquidated position, as its account sees it: `markPx` is the mark that triggered it, `px` the average
 * fill. What the position had won or lost is not known any more.
 */
export function liquidationFill(listing: WireListing, order: ForcedTick, address: string, markPrice: number): JsonObject {
  const long = order.direction > 0
  const id = [order.time, Math.round(order.quantity * 10 ** listing.instrument.quantityDecimals), long ? 1 : 0]
  return {
    coin: listing.symbol,
    px: price(listing, order.averagePrice),
    sz: size(listing, order.quantity),
    side: long ? 'A' : 'B',
    time: order.time,
    startPosition: size(listing, order.direction * order.quantity),
    dir: long ? 'Close Long' : 'Close Short',
    closedPnl: '0.0',
    hash: hex(HASH_DIGITS, ...id),
    oid: Number.parseInt(hex(8, ...id), 16),
    crossed: true,
    fee: '0.0',
    tid: Number.parseInt(hex(12, ...id, 3), 16),
    liquidation: { liquidatedUser: address, markPx: mark(listing, markPrice), method: 'market' },
    feeToken: 'USDC',
    twapId: null,
  }
}
