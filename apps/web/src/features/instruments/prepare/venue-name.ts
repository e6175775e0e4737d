import { VENUES } from '@faultline/market/venue'

/** `Binance USDⓈ-M`; a venue that this version does not know keeps its id. */
export const venueName = (venue: string): string => (Object.hasOwn(VENUES, venue) ? VENUES[venue as keyof typeof VENUES].name : venue)
