import { formatPercent } from '@faultline/ui/format'
import type { CurrentReadings } from '../../readings/server/schema.ts'
import type { PriceRange } from './figures.ts'

type Book = NonNullable<CurrentReadings['book']>

/** From the farthest bid to the farthest ask; null of a book without levels. */
export function bookReach({ bids, asks }: Pick<Book, 'bids' | 'asks'>): PriceRange | null {
  const prices = [bids[0], bids.at(-1), asks[0], asks.at(-1)].flatMap((level) => (level ? [level[0]] : []))
  return prices.length === 0 ? null : { low: Math.min(...prices), high: Math.max(...prices) }
}

/** A book narrower than this part of what is shown is a mere line. */
const NARROW = 0.15

/** The part of the shown range that the book reaches over, in words, where that is little; null where it is enough. */
export function narrowBook(book: Pick<Book, 'bids' | 'asks'>, shown: PriceRange): string | null {
  const reach = bookReach(book)
  if (!reach) return null
  const part = (reach.high - reach.low) / (shown.high - shown.low)
  return part < NARROW ? formatPercent(part, { decimals: part < 0.01 ? 2 : 0 }) : null
}
