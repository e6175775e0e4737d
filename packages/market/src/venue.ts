interface Venue {
  name: string
  simulated: boolean
  /** `sample`: the venue publishes at most one liquidation per instrument and second, so prints never add up to a total */
  liquidations: 'all' | 'sample'
}

/** Venues that an instrument may belong to. `simulated` is a market of our own whose true positions are known. */
export const VENUES = {
  'binance-usdm': { name: 'Binance USDⓈ-M', simulated: false, liquidations: 'sample' },
  simulated: { name: 'Simulated market', simulated: true, liquidations: 'sample' },
} as const satisfies Record<string, Venue>

export type VenueId = keyof typeof VENUES
