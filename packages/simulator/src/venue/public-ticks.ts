import type { MarketUnits } from './market-units.ts'
import { isTrade, TICK, type TickTable } from './tape.ts'
import type { Tick } from './venue-market.ts'

/** Rows of a tape with time in (after, upTo] as the public sees them. */
export function ticksBetween(table: TickTable, units: MarketUnits, after: number, upTo: number): Tick[] {
  const out: Tick[] = []
  const to = table.lowerBound(upTo + 1)
  for (let row = table.lowerBound(after + 1); row < to; row++) {
    const kind = table.at('kind', row)
    const time = table.at('time', row)
    const price = units.price(table.at('ticks', row))
    const quantity = units.coins(table.at('lots', row))
    if (isTrade(kind)) {
      const aggregateId = table.at('aggregateId', row)
      const firstTradeId = table.at('tradeId', row)
      out.push({
        type: 'trade',
        time,
        aggregateId,
        firstTradeId,
        count: table.at('count', row),
        price,
        quantity,
        takerBuys: kind === TICK.buy,
      })
    } else {
      const orderPrice = units.price(table.at('orderTicks', row))
      out.push({ type: 'forced', time, direction: kind === TICK.longDied ? 1 : -1, quantity, orderPrice, averagePrice: price })
    }
  }
  return out
}
