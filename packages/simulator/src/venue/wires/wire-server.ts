/**
 * A venue of any wire format: one port for its HTTP calls and its sockets, and the control port beside it. What it does is the
 * same for every format (limits, faults, the ledger); what it says is the format's.
 */
import { createServer } from 'node:http'
import type { VenueClock } from '../clock.ts'
import { Control } from '../control.ts'
import { Faults } from '../faults.ts'
import { Ledger } from '../ledger.ts'
import { BINANCE_LIMITS } from '../limits.ts'
import type { Listings } from '../listings.ts'
import { addressOf, answering, closed, listen } from '../ports.ts'
import type { VenueMarket } from '../venue-market.ts'
import type { VenueServer } from '../venue-server.ts'
import { CHANNEL_OF } from './happenings.ts'
import { oldHappenings } from './old-happenings.ts'
import type { WireContext, WireFormat } from './wire-format.ts'
import type { WireLimits } from './wire-limiter.ts'
import { WireListings } from './wire-listings.ts'
import { WirePump } from './wire-pump.ts'
import { WireRest } from './wire-rest.ts'
import { WireSockets } from './wire-sockets.ts'

export interface WireServerOptions {
  format: WireFormat
  /** by the market's symbols */
  listings: Listings
  clock: VenueClock
  seed: number
  host: string
  port: number
  controlPort: number
  /** the market that this venue has a share of, by the market's symbol */
  whole?: (symbol: string) => VenueMarket | undefined
  /** what comes after refusals, how much may wait for a slow reader, when sockets end; the rest of the limits is the format's */
  limits?: Partial<WireLimits & { bufferedBytes: number; connectionMs: number }>
  /** the clock that limits are counted by; the machine's unless told */
  wall?: () => number
}

/** Listens, and lets the venue's time pass. @throws FaultlineError unavailable when a port cannot be had */
export async function serveWire(options: WireServerOptions): Promise<VenueServer> {
  const { format, listings, clock, seed, host } = options
  const { refusalsBeforeBan, firstBanMs, longestBanMs, bufferedBytes } = { ...BINANCE_LIMITS, ...options.limits }
  const { liquidationsPerSecond } = format
  const faults = new Faults()
  const ledger = new Ledger()
  const wires = new WireListings(format, listings)
  const context = (time?: number): WireContext => {
    const now = time ?? pump.time
    return { listings: wires.trading(), now, serverTime: (time ?? clock.now()) + faults.clockOffset() }
  }
  const present = (): WireContext => {
    pump.run()
    return context()
  }
  const sockets: WireSockets = new WireSockets({
    format,
    faults,
    ledger,
    seed,
    bufferedBytes,
    connectionMs: options.limits?.connectionMs ?? format.connectionMs,
    context,
    onSubscribe: (connection, topic) => {
      pump.run()
      const own = wires.trading().filter(({ symbol }) => topic.symbol === null || topic.symbol === symbol)
      const told = own.filter((listing) => !sockets.stalled({ kind: topic.kind, listing }))
      if (told.length === 0) return
      const count = faults.dumped(CHANNEL_OF[topic.kind])
      if (count > 0) sockets.replay(connection, topic, oldHappenings(topic, told, liquidationsPerSecond, count, pump.time))
      sockets.snapshot(connection, topic, { ...context(), listings: told })
    },
  })
  const pump = new WirePump({ clock, listings, wires, sockets, liquidationsPerSecond })
  const limits = { refusalsBeforeBan, firstBanMs, longestBanMs }
  const rest = new WireRest({ format, limits, faults, ledger, context: present, wall: options.wall ?? Date.now })
  const control = new Control({
    faults,
    ledger,
    listings,
    ...(options.whole ? { whole: options.whole } : {}),
    refresh: () => pump.run(),
    state: () => ({ time: clock.now(), speed: clock.speed, seed, connections: sockets.size, subscriptions: sockets.subscriptions }),
  })

  const publicServer = createServer(answering((request, response) => rest.handle(request, response)))
  publicServer.on('upgrade', (request, socket, head) => sockets.accept(request, socket, head))
  const controlServer = createServer(answering((request, response) => control.handle(request, response)))
  const close = async (): Promise<void> => {
    pump.stop()
    faults.clear()
    sockets.close()
    await Promise.all([closed(publicServer), closed(controlServer)])
  }
  try {
    await listen(publicServer, host, options.port, '--venue-ports')
    await listen(controlServer, host, options.controlPort, '--venue-ports')
  } catch (error) {
    await close()
    throw error
  }
  pump.start()
  const at = addressOf(publicServer, host)
  return {
    rest: `http://${at}`,
    ws: `ws://${at}`,
    control: `http://${addressOf(controlServer, host)}`,
    faults,
    ledger,
    open: (symbol, market) => pump.open(symbol, market),
    run: () => pump.run(),
    time: () => pump.time,
    close,
  }
}
