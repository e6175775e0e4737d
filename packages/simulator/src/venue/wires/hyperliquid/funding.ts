/**
 * Funding is hourly at Hyperliquid, and the markets settle every four or eight hours. A settlement is therefore paid in equal
 * hourly parts, the first of them at its own time: their sum over an interval is the market's rate, and no part has to be known
 * before the market knows it.
 */
import { floorTo, HOUR_MS } from '@faultline/market/units'
import type { VenueMarket } from '../../venue-market.ts'

export interface HourlyFunding {
  time: number
  /** per hour */
  rate: number
}

/** Parts with time in [from, to). */
export function hourlyFundings(market: VenueMarket, from: number, to: number): HourlyFunding[] {
  const parts = market.instrument.fundingIntervalHours
  const { columns } = market.fundingHistory(from - parts * HOUR_MS, to)
  const out: HourlyFunding[] = []
  columns.time.forEach((settled, i) => {
    for (let hour = 0; hour < parts; hour++) {
      const time = settled + hour * HOUR_MS
      if (time >= from && time < to) out.push({ time, rate: (columns.rate[i] as number) / parts })
    }
  })
  return out
}

/** The part that is due at the next full hour: of what was settled last, or, where the market settles then, of what it predicts. */
export function nextPart(market: VenueMarket, now: number): HourlyFunding {
  const parts = market.instrument.fundingIntervalHours
  const { predictedFundingRate, nextFundingTime } = market.markAt(now)
  const time = floorTo(now, HOUR_MS) + HOUR_MS
  const settled = market.fundingHistory(now - parts * HOUR_MS, now + 1).columns.rate.at(-1)
  return { time, rate: (nextFundingTime <= time || settled === undefined ? predictedFundingRate : settled) / parts }
}
