/** The servers of a simulated venue: one per wire format, before shares of the same markets. */
import { FaultlineError } from '@faultline/market/errors'
import type { Wire } from '@faultline/market/venue'
import { venueInstrument } from './characters.ts'
import type { VenueClock } from './clock.ts'
import { Convoy } from './convoy.ts'
import { BINANCE_LIMITS, type Limits } from './limits.ts'
import { type Listing, Listings } from './listings.ts'
import type { LiveMarket } from './live-market.ts'
import type { VenueMarket } from './venue-market.ts'
import { serveVenue, type VenueServer } from './venue-server.ts'
import { FORMATS } from './wires/formats.ts'
import type { WireFormat } from './wires/wire-format.ts'
import { serveWire } from './wires/wire-server.ts'

export interface Ports {
  port: number
  controlPort: number
}

export interface VenueServersOptions {
  wires: readonly Wire[]
  /** of the market's symbols, those that a wire lists */
  listedBy: (wire: Wire) => readonly string[]
  clock: VenueClock
  seed: number
  host: string
  portsOf: (wire: Wire) => Ports
  limits: Partial<Limits>
  /** the market as a whole, where it has caught up */
  whole: (symbol: string) => VenueMarket | undefined
}

export interface ServedWire {
  server: VenueServer
  listings: Listings
}

export interface VenueServers {
  readonly byWire: ReadonlyMap<Wire, ServedWire>
  /** Lets a market that has caught up trade at every venue that lists it; resolves when it does at all of them. */
  open(market: LiveMarket): Promise<void>
  /** How far the catching-up of an instrument is. */
  progress(symbol: string, at: Partial<Pick<Listing, 'genesis' | 'simulatedTo'>>): void
  close(): Promise<void>
}

/** @throws FaultlineError bad_input for a wire that nobody speaks here, unavailable when a port cannot be had */
export async function serveVenues(options: VenueServersOptions): Promise<VenueServers> {
  const { wires, clock } = options
  const byWire = new Map<Wire, ServedWire>()
  const formats = new Map<Wire, WireFormat>(wires.filter((wire) => wire !== 'binance').map((wire) => [wire, formatOf(wire)]))
  const convoy = wires.length > 1 ? new Convoy(clock) : undefined
  const close = async (): Promise<void> => {
    await Promise.all(Array.from(byWire.values(), ({ server }) => server.close()))
  }
  try {
    for (const wire of wires) {
      const served = await serve(wire, formats.get(wire), convoy ?? clock, options)
      byWire.set(wire, served)
      convoy?.join(() => served.server.time())
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    byWire,
    close,
    open: async (market) => {
      const { symbol } = market.instrument
      const listing = [...byWire].filter(([, { listings }]) => listings.get(symbol))
      await Promise.all(listing.map(([wire, { server }]) => server.open(symbol, market.options.shares ? market.venue(wire) : market)))
    },
    progress: (symbol, at) => {
      for (const { listings } of byWire.values()) {
        const listing = listings.get(symbol)
        if (listing) Object.assign(listing, at)
      }
    },
  }
}

async function serve(
  wire: Wire,
  format: WireFormat | undefined,
  clock: VenueClock,
  { listedBy, seed, host, portsOf, limits, whole }: VenueServersOptions,
): Promise<ServedWire> {
  const listed = listedBy(wire).map((symbol): Listing => {
    const instrument = venueInstrument(symbol)
    return { instrument, genesis: clock.start, simulatedTo: 0, ...(format ? { wireSymbol: format.symbolOf(instrument) } : {}) }
  })
  const listings = new Listings(listed)
  const common = { listings, clock, seed, host, whole, ...portsOf(wire) }
  const server = format
    ? await serveWire({ ...common, format, limits })
    : await serveVenue({ ...common, limits: { ...BINANCE_LIMITS, ...limits } })
  return { server, listings }
}

function formatOf(wire: Wire): WireFormat {
  const format = FORMATS[wire]
  if (format) return format
  const spoken = ['binance', ...Object.keys(FORMATS)].join(', ')
  throw new FaultlineError('bad_input', `no simulated venue speaks ${wire}; there are ${spoken}`, { place: { field: 'venues' } })
}
