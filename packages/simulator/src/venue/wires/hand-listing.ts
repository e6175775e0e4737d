/** A listing of a market in some wire format, asked without a server: for tests of formats. */
import type { VenueMarket } from '../venue-market.ts'
import type { Happening, RestAnswer, Topic, WireContext, WireFormat, WireListing } from './wire-format.ts'

export interface HandListing {
  listing: WireListing
  /** Lets the market go on to `time`, which is what answers are about from then on. */
  at: (time: number) => WireContext
  /** A GET, `path` with its query. */
  get: (path: string) => RestAnswer
  /** What a client's frame asks for, as the server hears it. */
  ask: (frame: unknown, path?: string) => ReturnType<WireFormat['readRequest']>
  /** The one topic that a frame subscribes to. */
  topic: (frame: unknown, path?: string) => Topic
  /** Frames as they are told of what happened, parsed. */
  told: (topic: Topic, happening: Happening, toldAt?: number) => Record<string, unknown>[]
  snapshot: (topic: Topic, toldAt?: number) => Record<string, unknown>[]
}

export function handListing(format: WireFormat, market: VenueMarket): HandListing {
  const { instrument } = market
  const listing = { symbol: format.symbolOf(instrument), instrument, contractSize: format.contractSizeOf(instrument), market }
  let context: WireContext = { listings: [listing], now: market.simulatedTo, serverTime: market.simulatedTo }
  const ask: HandListing['ask'] = (frame, path = '') =>
    format.readRequest(typeof frame === 'string' ? frame : JSON.stringify(frame), context, path)
  const parsed = (frames: readonly string[]): Record<string, unknown>[] => frames.map((text) => JSON.parse(text) as Record<string, unknown>)
  return {
    listing,
    at: (time) => {
      market.advance(time)
      context = { ...context, now: time, serverTime: time }
      return context
    },
    get: (path) => {
      const url = new URL(path, 'http://venue')
      return format.answer({ method: 'GET', path: url.pathname, query: url.searchParams, body: undefined }, context)
    },
    ask,
    topic: (frame, path) => {
      const request = ask(frame, path)
      const [topic] = request.kind === 'none' ? [] : request.topics
      if (!topic) throw new Error(`no topic: ${request.replies.join(' ')}`)
      return topic
    },
    told: (topic, happening, toldAt = context.now) => parsed(format.messages(topic, happening, context, toldAt)),
    snapshot: (topic, toldAt = context.now) => parsed(format.snapshot(topic, context, toldAt)),
  }
}
