/** The venue's two ports: the public one, and the control port for tests. */
import { createServer } from 'node:http'
import type { VenueClock } from './clock.ts'
import { Control } from './control.ts'
import { Faults } from './faults.ts'
import { Ledger } from './ledger.ts'
import type { Limits } from './limits.ts'
import type { Listings } from './listings.ts'
import { oldMessages } from './old-messages.ts'
import { addressOf, answering, closed, listen } from './ports.ts'
import { Pump } from './pump.ts'
import type { RestContext } from './rest.ts'
import { RestServer } from './rest-server.ts'
import { Sockets } from './sockets.ts'
import type { VenueMarket } from './venue-market.ts'

export interface ServerOptions {
  listings: Listings
  clock: VenueClock
  limits: Limits
  seed: number
  host: string
  port: number
  controlPort: number
  /** the market that this venue has a share of, by the market's symbol */
  whole?: (symbol: string) => VenueMarket | undefined
  /** the clock that limits are counted by; the machine's unless told */
  wall?: () => number
}

export interface VenueServer {
  /** `http://host:port` */
  rest: string
  /** `ws://host:port` */
  ws: string
  control: string
  faults: Faults
  ledger: Ledger
  /** Lets an instrument trade whose market has caught up; resolves when it does. */
  open(symbol: string, market: VenueMarket): Promise<void>
  /** Brings the venue up to its clock now, as far as one turn allows. */
  run(): void
  /** What is sent and answered is about times up to here, UTC ms. */
  time(): number
  close(): Promise<void>
}

/** Listens, and lets the venue's time pass. @throws FaultlineError unavailable when a port cannot be had */
export async function serveVenue(options: ServerOptions): Promise<VenueServer> {
  const { listings, clock, limits, seed, host } = options
  const faults = new Faults()
  const ledger = new Ledger()
  const sockets: Sockets = new Sockets({
    limits,
    faults,
    ledger,
    seed,
    onSubscribe: (connection, name, stream) => {
      pump.run()
      pump.listen()
      const count = faults.dumped(stream.channel)
      if (count === 0 || faults.stalled(stream.channel, stream.symbol ?? '')) return
      const asArray = stream.channel === 'markPrice' && stream.symbol === undefined
      sockets.replay(connection, name, oldMessages(stream, listings.trading(), count, pump.time), asArray)
    },
  })
  const pump = new Pump({ clock, listings, sockets })
  const context = (): RestContext => {
    pump.run()
    const offset = faults.clockOffset()
    return { listings, limits, now: pump.time, serverTime: clock.now() + offset, eventOffset: offset, book: (s) => pump.book(s) }
  }
  const rest = new RestServer({ limits, faults, ledger, context, wall: options.wall ?? Date.now })
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
    await listen(publicServer, host, options.port, '--port')
    await listen(controlServer, host, options.controlPort, '--control-port')
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
