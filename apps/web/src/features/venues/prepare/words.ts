/** What is said of sums, in words of the catalogue: pure. */
import { type FeedVenueId, VENUES } from '@faultline/market/venue'
import { formatClock, formatDay, formatDayClock } from '@faultline/ui/format'
import { messages } from '../../../messages.ts'
import { venueName } from '../../instruments/prepare/venue-name.ts'
import type { SumFacts } from '../server/schema.ts'
import { missingVenues } from './sum-status.ts'
import { isSum, type MarketRow } from './venue-choice.ts'

const text = messages.venues

/** `Binance`: the market it is of, where nobody has to tell a venue's markets apart. A venue that is not known keeps its id. */
export const shortName = (venue: string): string => (Object.hasOwn(VENUES, venue) ? VENUES[venue as FeedVenueId].shortName : venue)

/** What an instrument is called in lists and headers: a coin, and where it is traded. */
export function nameOf(row: MarketRow): { symbol: string; venue: string } {
  if (!isSum(row) || row.summedAs === null) return { symbol: row.symbol, venue: venueName(row.venue) }
  return { symbol: row.summedAs, venue: row.sumOf?.length ? row.sumOf.map(shortName).join(' + ') : text.all }
}

/** `12:03` of the day that is shown, `22 Nov 12:03` of another one: since when a venue is out. */
export const sinceText = (time: number, { end }: Pick<SumFacts, 'end'>): string =>
  formatDay(time, 'utc') === formatDay(end, 'utc') ? formatClock(time, 'utc') : formatDayClock(time, 'utc')

/** `4 of 5 venues · OKX missing since 12:03`; the second part only where one is missing. */
export function coverageLine(facts: SumFacts): { count: string; missing: string | null } {
  const missing = missingVenues(facts)
  return {
    count: text.count(String(facts.venues.length - missing.length), String(facts.venues.length)),
    missing:
      missing.length === 0
        ? null
        : missing
            .map(({ venue, missingSince }) =>
              missingSince === null ? text.never(shortName(venue)) : text.missing(shortName(venue), sinceText(missingSince, facts)),
            )
            .join(', '),
  }
}

/** Who says nothing of liquidations: a sum without them is no total. */
export const withoutLiquidations = ({ venues }: SumFacts): string[] =>
  venues.flatMap(({ venue, liquidations }) => (liquidations === null ? [shortName(venue)] : []))
