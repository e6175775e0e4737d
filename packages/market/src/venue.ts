/** Venues that an instrument may belong to. `simulated` is a market of our own whose true positions are known. */
export const VENUES = {
  'binance-usdm': { name: 'Binance USDⓈ-M', simulated: false },
  simulated: { name: 'Simulated market', simulated: true },
} as const satisfies Record<string, { name: string; simulated: boolean }>

export type VenueId = keyof typeof VENUES
