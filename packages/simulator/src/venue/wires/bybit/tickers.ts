import type { WireListing } from '../wire-format.ts'
import type { TickerMoment } from './words.ts'

/** What a ticker is made of at `time`, which is recent. */
export const momentAt = ({ market }: WireListing, time: number): TickerMoment => ({
  time,
  mark: market.markAt(time),
  openInterest: market.openInterestAt(time),
  lastPrice: market.candleAt(time).close,
})
