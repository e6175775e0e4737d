import type { Listings } from '../listings.ts'
import { isTrading } from '../listings.ts'
import type { VenueInstrument, VenueMarket } from '../venue-market.ts'
import type { WireFormat, WireListing } from './wire-format.ts'

/** The instruments of a venue as its format names them: those that trade. */
export class WireListings {
  private readonly format: WireFormat
  private readonly listings: Listings
  private readonly made = new Map<string, WireListing>()

  constructor(format: WireFormat, listings: Listings) {
    this.format = format
    this.listings = listings
  }

  trading(): WireListing[] {
    return this.listings.all().flatMap((listing) => (isTrading(listing) ? [this.of(listing.instrument, listing.market)] : []))
  }

  private of(instrument: VenueInstrument, market: VenueMarket): WireListing {
    const known = this.made.get(instrument.symbol)
    if (known) return known
    const { format } = this
    const listing = { symbol: format.symbolOf(instrument), instrument, contractSize: format.contractSizeOf(instrument), market }
    this.made.set(instrument.symbol, listing)
    return listing
  }
}
