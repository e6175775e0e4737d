import { MINUTE_MS } from '@faultline/market/units'
import type { MarketUnits } from './market-units.ts'
import { isTrade, TICK, type TickTable } from './tape.ts'
import type { CandleSoFar } from './venue-market.ts'

/**
 * The one-minute candle that opened at `openTime`, made of its trades up to `time` and of nothing else. Without a trade it
 * stands at `previousClose`, and its first id is one above its last: `lastTradeId`, that of the latest trade before.
 */
export function candleOfTicks(
  table: TickTable,
  units: MarketUnits,
  openTime: number,
  time: number,
  before: { close: number; lastTradeId: number },
): CandleSoFar {
  const from = table.lowerBound(openTime)
  const to = table.lowerBound(Math.min(time, openTime + MINUTE_MS - 1) + 1)
  let open = 0
  let high = 0
  let low = Number.POSITIVE_INFINITY
  let close = 0
  let lots = 0
  let buyLots = 0
  let quote = 0
  let buyQuote = 0
  let tradeCount = 0
  let firstTradeId = 0
  for (let row = from; row < to; row++) {
    const kind = table.at('kind', row)
    if (!isTrade(kind)) continue
    const ticks = table.at('ticks', row)
    const size = table.at('lots', row)
    if (tradeCount === 0) {
      open = ticks
      firstTradeId = table.at('tradeId', row)
    }
    if (ticks > high) high = ticks
    if (ticks < low) low = ticks
    close = ticks
    lots += size
    quote += ticks * size
    if (kind === TICK.buy) {
      buyLots += size
      buyQuote += ticks * size
    }
    tradeCount += table.at('count', row)
  }
  const traded = tradeCount > 0
  const price = (ticks: number): number => (traded ? units.price(ticks) : before.close)
  return {
    openTime,
    open: price(open),
    high: price(high),
    low: price(low),
    close: price(close),
    volume: units.coins(lots),
    quoteVolume: units.usd(quote),
    takerBuyVolume: units.coins(buyLots),
    takerBuyQuoteVolume: units.usd(buyQuote),
    tradeCount,
    firstTradeId: traded ? firstTradeId : before.lastTradeId + 1,
    lastTradeId: traded ? firstTradeId + tradeCount - 1 : before.lastTradeId,
  }
}
