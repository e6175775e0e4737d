import { messages } from '../../../messages.ts'
import { shortName } from '../../venues/prepare/words.ts'
import type { ScreenerRow } from '../server/schema.ts'

/** Where a row is traded, in a word. */
export const venueOf = ({ venue, sum }: Pick<ScreenerRow, 'venue' | 'sum'>): string => (sum ? messages.venues.all : shortName(venue))
