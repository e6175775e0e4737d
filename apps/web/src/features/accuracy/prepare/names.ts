import { VENUES, type VenueId } from '@faultline/market/venue'

/** `BTCUSDT` and `Binance` of `binance-usdm:BTCUSDT`; a venue that is not known keeps its key. */
export function nameOf(instrumentKey: string): { symbol: string; venue: string } {
  const cut = instrumentKey.indexOf(':')
  const venue = instrumentKey.slice(0, cut)
  return { symbol: instrumentKey.slice(cut + 1), venue: venue in VENUES ? VENUES[venue as VenueId].shortName : venue }
}
