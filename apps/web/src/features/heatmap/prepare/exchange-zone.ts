import { VENUES, type VenueId } from '@faultline/market/venue'

/** OKX's day begins at midnight in Hong Kong; the others count in UTC. */
const OFFSET_MINUTES: Readonly<Record<string, number>> = { okx: 8 * 60 }

/** How far a venue's clock is ahead of UTC, minutes. */
export const exchangeOffset = (venue: string): number => OFFSET_MINUTES[VENUES[venue as VenueId]?.wire ?? ''] ?? 0
