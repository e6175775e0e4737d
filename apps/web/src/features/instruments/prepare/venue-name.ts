import { VENUES } from '@faultline/market/venue'

/**
 * `Binance USDS-M`, as Binance's own documentation also writes it: few fonts have its circled S, and a box says nothing.
 * A venue that this version does not know keeps its id.
 */
export const venueName = (venue: string): string =>
  Object.hasOwn(VENUES, venue) ? VENUES[venue as keyof typeof VENUES].name.replace('Ⓢ', 'S') : venue
