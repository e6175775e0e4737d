import type { VenueInstrument, VenueMarket } from './venue-market.ts'

/** One instrument of the venue. It trades once its market has caught up with the venue's clock. */
export interface Listing {
  readonly instrument: VenueInstrument
  /** as the venue's own wire format writes it, where that is another one than the instrument's */
  readonly wireSymbol?: string
  /** where public history begins, UTC ms */
  genesis: number
  /** how far the catching-up is, UTC ms; the market says itself once it trades */
  simulatedTo: number
  /** absent while it is catching up */
  market?: VenueMarket
}

/** A listing whose market may be asked. */
export interface Trading extends Listing {
  market: VenueMarket
}

export const isTrading = (listing: Listing): listing is Trading => listing.market !== undefined

/** The venue's instruments by symbol, in the order in which they are listed. */
export class Listings {
  private readonly bySymbol = new Map<string, Listing>()

  constructor(listings: readonly Listing[] = []) {
    for (const listing of listings) this.bySymbol.set(listing.instrument.symbol, listing)
  }

  /** By either symbol. */
  get(symbol: string): Listing | undefined {
    return this.bySymbol.get(symbol) ?? this.all().find(({ wireSymbol }) => wireSymbol === symbol)
  }

  all(): Listing[] {
    return [...this.bySymbol.values()]
  }

  trading(): Trading[] {
    return this.all().filter(isTrading)
  }
}
