import type { MarkPriceEvent } from '@faultline/market/event'
import { floorTo, SECOND_MS } from '@faultline/market/units'
import type { Reading } from '../feed/venue-feed.ts'

/** What a slower socket still tells; anything older is history, or the venue's clock set back. */
const OUT_OF_STEP_MS = 10 * SECOND_MS

/**
 * Marks come several times a second and one of each second of the venue's clock is stored: the first. The others pass without
 * their event, as a sign that the channel is alive. A settlement that has just been announced is told at once. Sockets that
 * overlap share one thinner.
 */
export class MarkThinner {
  private readonly told = new Map<string, { second: number; settlement: number | undefined }>()

  thin(reading: Reading): Reading {
    if (reading.kind !== 'data' || reading.channel !== 'markPrice') return reading
    const mark = reading.events.find((event): event is MarkPriceEvent => event.type === 'markPrice')
    if (!mark) return reading
    const second = floorTo(mark.time, SECOND_MS)
    const settlement = mark.nextFundingTime
    const before = this.told.get(reading.symbol)
    const sameSettlement = settlement === undefined || settlement <= (before?.settlement ?? 0)
    if (before && sameSettlement && second <= before.second && second >= before.second - OUT_OF_STEP_MS) return { ...reading, events: [] }
    this.told.set(reading.symbol, { second, settlement: settlement ?? before?.settlement })
    return reading
  }

  /** No symbol but these is subscribed to any more. */
  keep(symbols: ReadonlySet<string>): void {
    for (const symbol of this.told.keys()) if (!symbols.has(symbol)) this.told.delete(symbol)
  }
}
