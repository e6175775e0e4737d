import type { Channel as FeedChannel } from './event.ts'

/** Message formats that our feeds read and the simulated venue speaks. */
export const WIRES = ['binance', 'bybit', 'okx', 'gate', 'hyperliquid'] as const
export type Wire = (typeof WIRES)[number]

interface Venue {
  name: string
  /** of a line of figures: `Bybit` where `name` says which of its markets */
  shortName: string
  simulated: boolean
  /** null: it has no feed of its own, being the sum of others */
  wire: Wire | null
  /**
   * `all`: the venue says that it publishes every liquidation; `sample`: at most one per instrument and second, so prints never
   * add up to a total; `none`: it publishes none
   */
  liquidations: 'all' | 'sample' | 'none'
  /** what nobody can hear there: unknown, never zero and never a gap */
  unpublished?: readonly FeedChannel[]
}

/**
 * Venues that an instrument may belong to. Simulated ones are one market of our own whose flow is split over five wire formats
 * and whose true positions are known. `market` and `simulated-market` are sums over venues per base asset, real and simulated
 * apart.
 */
export const VENUES = {
  'binance-usdm': { name: 'Binance USDⓈ-M', shortName: 'Binance', simulated: false, wire: 'binance', liquidations: 'sample' },
  'bybit-linear': { name: 'Bybit linear', shortName: 'Bybit', simulated: false, wire: 'bybit', liquidations: 'all' },
  'okx-swap': { name: 'OKX swap', shortName: 'OKX', simulated: false, wire: 'okx', liquidations: 'sample' },
  'gate-usdt': { name: 'Gate USDT', shortName: 'Gate', simulated: false, wire: 'gate', liquidations: 'sample' },
  hyperliquid: {
    name: 'Hyperliquid',
    shortName: 'Hyperliquid',
    simulated: false,
    wire: 'hyperliquid',
    liquidations: 'none',
    unpublished: ['liquidation', 'longShortRatio'],
  },
  market: { name: 'All venues', shortName: 'All', simulated: false, wire: null, liquidations: 'sample' },
  simulated: { name: 'Simulated market', shortName: 'Simulated', simulated: true, wire: 'binance', liquidations: 'sample' },
  'simulated-bybit': { name: 'Simulated Bybit', shortName: 'Sim. Bybit', simulated: true, wire: 'bybit', liquidations: 'all' },
  'simulated-okx': { name: 'Simulated OKX', shortName: 'Sim. OKX', simulated: true, wire: 'okx', liquidations: 'sample' },
  'simulated-gate': { name: 'Simulated Gate', shortName: 'Sim. Gate', simulated: true, wire: 'gate', liquidations: 'sample' },
  'simulated-hyperliquid': {
    name: 'Simulated Hyperliquid',
    shortName: 'Sim. Hyperliquid',
    simulated: true,
    wire: 'hyperliquid',
    liquidations: 'none',
    unpublished: ['liquidation', 'longShortRatio'],
  },
  'simulated-market': { name: 'All simulated venues', shortName: 'All simulated', simulated: true, wire: null, liquidations: 'sample' },
} as const satisfies Record<string, Venue>

export type VenueId = keyof typeof VENUES

/** Venues that a feed can listen to. */
export type FeedVenueId = { [V in VenueId]: (typeof VENUES)[V]['wire'] extends Wire ? V : never }[VenueId]
export const FEED_VENUES = (Object.keys(VENUES) as VenueId[]).filter((v): v is FeedVenueId => VENUES[v].wire !== null)

/** Where sums over venues are kept: real markets apart from simulated ones. */
export const SUM_VENUES = { real: 'market', simulated: 'simulated-market' } as const satisfies Record<string, VenueId>

/** Whether a venue publishes a channel at all. */
export const publishes = (venue: VenueId, channel: FeedChannel): boolean => {
  const { unpublished = [] }: Venue = VENUES[venue]
  return !unpublished.includes(channel)
}
