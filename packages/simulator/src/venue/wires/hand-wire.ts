/** A venue of some wire format over markets made by hand, whose time passes when a test says so. */
import { WebSocket } from 'ws'
import { VenueClock } from '../clock.ts'
import { GENESIS, HandMarket, type HandMarketOptions } from '../hand-market.ts'
import { Listings } from '../listings.ts'
import type { VenueServer } from '../venue-server.ts'
import type { WireFormat } from './wire-format.ts'
import { serveWire, type WireServerOptions } from './wire-server.ts'

export interface HandWire extends VenueServer {
  /** Lets venue time pass, and everything go out that became due. */
  pass: (ms: number) => void
  get: (path: string) => Promise<{ status: number; headers: Headers; body: unknown }>
}

export async function handWire(
  format: WireFormat,
  markets: readonly (HandMarketOptions | HandMarket)[],
  limits: NonNullable<WireServerOptions['limits']> = {},
): Promise<HandWire> {
  let wall = 0
  const clock = new VenueClock(GENESIS, 1, () => wall)
  const made = markets.map((market) => (market instanceof HandMarket ? market : new HandMarket(market)))
  const listings = new Listings(made.map(({ instrument }) => ({ instrument, genesis: GENESIS, simulatedTo: GENESIS })))
  const server = await serveWire({
    ...{ format, listings, clock, seed: 7, host: '127.0.0.1', port: 0, controlPort: 0, limits },
    wall: () => wall,
  })
  for (const market of made) await server.open(market.instrument.symbol, market)
  return {
    ...server,
    pass: (ms) => {
      wall += ms
      while (server.time() < clock.now()) server.run()
    },
    get: async (path) => {
      const response = await fetch(server.rest + path)
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
  }
}

/** A client without any knowledge of the venue. */
export class FrameClient {
  readonly socket: WebSocket
  readonly texts: string[] = []
  readonly closed: Promise<number>
  private watchers: (() => void)[] = []

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      this.texts.push(String(data))
      for (const look of this.watchers) look()
    })
    socket.on('error', () => {})
    this.closed = new Promise((done) => socket.on('close', done))
  }

  /** @throws when the server refuses */
  static open(url: string): Promise<FrameClient> {
    return new Promise((done, failed) => {
      const socket = new WebSocket(url)
      const client = new FrameClient(socket)
      socket.once('open', () => done(client))
      socket.once('error', failed)
    })
  }

  say(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** Waits for something that frames bring about. The test's own time limit ends it. */
  until(condition: (texts: readonly string[]) => boolean): Promise<void> {
    return new Promise((done) => {
      const look = (): void => {
        if (!condition(this.texts)) return
        this.watchers = this.watchers.filter((w) => w !== look)
        done()
      }
      this.watchers.push(look)
      look()
    })
  }

  close(): void {
    this.socket.terminate()
  }
}
