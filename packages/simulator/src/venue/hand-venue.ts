/** A venue of markets made by hand, whose time passes when a test says so. */
import { VenueClock } from './clock.ts'
import { GENESIS, HandMarket, type HandMarketOptions, handInstrument } from './hand-market.ts'
import { BINANCE_LIMITS, type Limits } from './limits.ts'
import { Listings } from './listings.ts'
import { RawClient } from './raw-client.ts'
import { serveVenue, type VenueServer } from './venue-server.ts'

export interface HandVenue extends VenueServer {
  listings: Listings
  /** Lets venue time pass, and everything go out that became due. */
  pass: (ms: number) => void
  /** Lets it pass without anybody looking, as on a machine that is too busy. */
  oversleep: (ms: number) => void
  get: (path: string) => Promise<Answer>
  /** A client on `path`, subscribed to `streams`. */
  listen: (path: string, streams?: readonly string[]) => Promise<RawClient>
}

export interface Answer {
  status: number
  headers: Headers
  body: unknown
}

/** Limits that no test meets by chance; its own replace them. */
const WIDE: Limits = { ...BINANCE_LIMITS, weightPerMinute: 1e9, messagesPerSecond: 1e9 }

/** `pending`: listed, and without a market until the test opens one. */
export type HandListing = HandMarketOptions & { pending?: boolean }

export async function handVenue(markets: readonly HandListing[], limits: Partial<Limits> = {}, speed = 1): Promise<HandVenue> {
  let wall = 0
  const clock = new VenueClock(GENESIS, speed, () => wall)
  const listings = new Listings(
    markets.map(({ symbol }) => ({ instrument: handInstrument(symbol), genesis: GENESIS, simulatedTo: GENESIS })),
  )
  const server = await serveVenue({
    listings,
    clock,
    limits: { ...WIDE, ...limits },
    seed: 7,
    host: '127.0.0.1',
    port: 0,
    controlPort: 0,
    wall: () => wall,
  })
  for (const options of markets) {
    if (options.pending) continue
    const market = new HandMarket(options)
    await server.open(market.instrument.symbol, market)
  }
  return {
    ...server,
    listings,
    pass: (ms) => {
      wall += ms / speed
      while (server.time() < clock.now()) server.run()
    },
    oversleep: (ms) => {
      wall += ms / speed
    },
    get: async (path) => {
      const response = await fetch(server.rest + path)
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
    listen: async (path, streams) => {
      const client = await RawClient.open(server.ws + path)
      if (streams) await client.request('SUBSCRIBE', streams)
      return client
    },
  }
}
