/** A venue's feed out of its parts: the limits of its requests, its dialect on sockets, its calls of REST. */
import { SECOND_MS } from '@faultline/market/units'
import type { BanFile } from '../../feed/ban-file.ts'
import { type Limit, type Priority, RequestGate } from '../../feed/request-gate.ts'
import { FeedError, type SocketPlan, type VenueFeed, type VenueRest } from '../../feed/venue-feed.ts'
import { type Answer, httpRefusal, placeOf, type ReadRefusal } from './answers.ts'
import { CarriedSocket } from './carried-socket.ts'
import { type Carrier, connectCarrier, type Parameters, type Patience } from './ccxt-client.ts'
import type { Dialect } from './dialect.ts'
import { EXCHANGES, type ExchangeId } from './exchanges.ts'

const PATIENCE: Patience = { connectMs: 10 * SECOND_MS, acknowledgeMs: 10 * SECOND_MS, beginMs: 10 * SECOND_MS, answerMs: 30 * SECOND_MS }

/** What whoever starts a feed gives. `null`: the venue's own hosts. */
export interface FeedOptions {
  restUrl: string | null
  wsUrl: string | null
  banFile: BanFile
  /** keys of an account at the venue, as ccxt names them; public data need none */
  credentials?: { apiKey?: string; secret?: string; password?: string }
  log: (line: string) => void
  patience?: Patience
  /** where it is not certain how the venue counts: 1 (the default), each contract once; 2, its long and its short */
  openInterestSides?: 1 | 2
}

/** Asks when it is this request's turn; `costs` is what it takes of each limit. @throws FeedError */
export type Call<B extends string> = (
  endpoint: string,
  parameters: Parameters,
  priority: Priority,
  costs: Readonly<Partial<Record<B, number>>>,
) => Promise<unknown>

export interface CarriedVenue<B extends string> {
  /** for people */
  name: string
  exchange: ExchangeId
  /** per address; the gate uses a part of them */
  limits: Readonly<Record<B, Limit>>
  /** absent: by the status alone */
  readRefusal?: ReadRefusal
  /** takes from an answer what the venue says of its limits */
  readLimits?: (answer: Answer, gate: RequestGate<B>) => void
  /** whether the venue answers pings of the protocol; absent: its dialect has a heartbeat */
  protocolPings?: boolean
  sockets: readonly SocketPlan[]
  /** where a plan's socket is, with every address that is in use now; `wsUrl` is without a slash at the end, null: the venue's own */
  urlOf: (plan: SocketPlan, wsUrl: string | null, inUse: ReadonlySet<string>) => string
  /** one for each socket */
  dialectOf: (plan: SocketPlan) => Dialect
  rest: (call: Call<B>, gate: RequestGate<B>) => VenueRest
  /** what is known of the venue beside */
  facts: Pick<VenueFeed, 'maxSilenceMs' | 'pollMs' | 'history' | 'socketLifeMs'>
}

/** Nothing is connected, and ccxt is not loaded, before the first request or socket. */
export function carriedFeed<B extends string>(venue: CarriedVenue<B>, options: FeedOptions): VenueFeed {
  const { banFile, log, patience = PATIENCE } = options
  const { readRefusal = httpRefusal } = venue
  const [restUrl, wsUrl] = [withoutSlash(options.restUrl), withoutSlash(options.wsUrl)]
  const host = restUrl === null ? EXCHANGES[venue.exchange].restHost : new URL(restUrl).host
  const gate = new RequestGate({ host, banFile, limits: venue.limits, log })
  const sockets = new Map<CarriedSocket, string>()
  let connecting: Promise<Carrier> | null = null
  let closed = false

  // Of this very answer: ccxt keeps the headers of the last one only, and several are under way at once.
  const onAnswer = (answer: Answer): void => {
    venue.readLimits?.(answer, gate)
    const refusal = readRefusal(answer)
    if (refusal?.code === 'blocked') throw gate.refused(refusal)
    gate.accepted()
    if (refusal) throw new FeedError(refusal.code, `${placeOf(answer)} answered ${refusal.says}`)
  }
  const carrier = (): Promise<Carrier> => {
    if (closed) throw new FeedError('unreachable', 'the feed was closed')
    const { exchange, protocolPings = false } = venue
    connecting ??= connectCarrier({ exchange, restUrl, protocolPings, patience, onAnswer, credentials: options.credentials ?? {} })
    return connecting
  }
  const call: Call<B> = (endpoint, parameters, priority, costs) =>
    gate.run(priority, costs, async () => (await carrier()).get(endpoint, parameters))

  return {
    sockets: venue.sockets,
    ...venue.facts,
    rest: venue.rest(call, gate),

    async openSocket(plan, symbols, handlers) {
      const known = venue.sockets.find(({ name }) => name === plan.name)
      if (!known) throw new FeedError('refused', `there is no socket “${plan.name}” at ${venue.name}`)
      const connected = await carrier()
      const url = venue.urlOf(known, wsUrl, new Set(sockets.values()))
      const dialect = venue.dialectOf({ ...known, channels: plan.channels })
      const onEnded = () => sockets.delete(socket)
      const socket = new CarriedSocket({ carrier: connected, url, dialect, handlers, patience, log, onEnded })
      sockets.set(socket, url)
      await socket.open(symbols)
      return socket
    },

    async close() {
      closed = true
      gate.close()
      await Promise.all([...sockets.keys()].map((socket) => socket.close()))
      await (await connecting?.catch(() => null))?.close()
    },
  }
}

const withoutSlash = (url: string | null): string | null => url?.replace(/\/+$/, '') ?? null
