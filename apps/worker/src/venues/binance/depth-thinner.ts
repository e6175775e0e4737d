import { floorTo, MINUTE_MS } from '@faultline/market/units'
import type { Reading } from '../../feed/venue-feed.ts'

/**
 * Books come twice a second and are stored once a minute: the first one of each minute of the venue's clock. The others pass
 * without their event, as a sign that the channel is alive. Sockets that overlap share one thinner.
 */
export class DepthThinner {
  private readonly minutes = new Map<string, number>()

  /** No symbol but these is subscribed to. */
  keep(symbols: ReadonlySet<string>): void {
    for (const symbol of this.minutes.keys()) if (!symbols.has(symbol)) this.minutes.delete(symbol)
  }

  thin(reading: Reading): Reading {
    if (reading.kind !== 'data' || reading.channel !== 'depth') return reading
    const minute = floorTo(reading.venueTime, MINUTE_MS)
    const last = this.minutes.get(reading.symbol)
    // The minute before is what a slower socket still tells. Anything older is history, or the venue's clock set back.
    if (last !== undefined && minute <= last && minute >= last - MINUTE_MS) return { ...reading, events: [] }
    this.minutes.set(reading.symbol, minute)
    return reading
  }
}
