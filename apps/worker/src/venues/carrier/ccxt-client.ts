/**
 * A venue through ccxt: connections, TLS, name resolution, ping and pong. ccxt is large (a third of a second, some 80 MB), so
 * it is loaded when the first request or socket needs it, and here only. What it would do beyond that is taken from it:
 * parsing (it drops fields), its queue of requests (it knows no bans and no priorities), its own reconnecting.
 */
import { FeedError } from '../../feed/venue-feed.ts'
import { type Answer, transportError } from './answers.ts'
import { type Addresses, EXCHANGES, type Exchange, type ExchangeId } from './exchanges.ts'
import { withinTime } from './within-time.ts'

/** Of the query, or of the body where the method is POST. */
export type Parameters = Readonly<Record<string, unknown>>

export interface ConnectionHandlers {
  onOpen(): void
  /**
   * As parsed from JSON; text when it was none. Integers of 15 digits and more that stand before a comma come as strings: ccxt
   * keeps their digits so.
   */
  onMessage(message: unknown): void
  /** once; not after close() */
  onClosed(reason: string): void
}
export interface Connection {
  /** An object is sent as JSON, text as it is. @throws when it is not open */
  send(message: object | string): Promise<void>
  close(): Promise<void>
}

export interface Carrier {
  /**
   * The raw answer of one of ccxt's implicit methods (`publicGetV5MarketKline`), which are its paths in camel case.
   * @throws FeedError
   */
  get(endpoint: string, parameters: Parameters): Promise<unknown>
  /** Begins to connect to a ws:// or wss:// address; any number of connections may share one. @throws FeedError when the address is none */
  dial(url: string, handlers: ConnectionHandlers): Connection
  close(): Promise<void>
}

/** The little of ccxt that is used, as it is in 4.5.84. */
interface CcxtSocket {
  url: string
  connection?: { terminate(): void }
  connect(delayMs: number): unknown
  send(message: object | string): Promise<unknown>
  close(): Promise<unknown> | undefined
}
type HandleErrors = (
  status: number,
  reason: string,
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  parsed: unknown,
  requestHeaders: unknown,
  requestBody: unknown,
) => unknown
interface CcxtExchange {
  urls: { api: Addresses }
  clients: Record<string, unknown>
  streaming: Record<string, unknown>
  headers: Record<string, string>
  options: { ws?: object }
  fetchDispatcher?: { close(): Promise<void> }
  handleErrors: HandleErrors
  /** takes a whole client of ccxt's, of which we know as little as CcxtSocket */
  handleMessage(socket: never, message: unknown): void
  onConnected(socket: CcxtSocket): void
  onError(socket: CcxtSocket, error: Error): void
  onClose(socket: CcxtSocket, event: { code?: number; reason?: string }): void
  log(...values: unknown[]): void
  loadHttpProxyAgent(): Promise<unknown>
  client(url: string): CcxtSocket
}
type Implicit = (parameters: Parameters) => Promise<unknown>

export interface CarrierOptions {
  exchange: ExchangeId
  /** without a slash at the end; null: the venue's own hosts */
  restUrl: string | null
  /** whether the venue answers pings of the protocol; those that do not have a heartbeat of their own (dialect.ts) */
  protocolPings: boolean
  patience: Patience
  credentials?: { apiKey?: string; secret?: string; password?: string }
  /** Every answer of REST, before it is read. @throws FeedError to refuse it */
  onAnswer(answer: Answer): void
}

/** How long the venue may take, ms. */
export interface Patience {
  /** to open a socket */
  connectMs: number
  /** to acknowledge a subscription, or to answer a heartbeat */
  acknowledgeMs: number
  /** to begin an answer */
  beginMs: number
  /** to begin and end it */
  answerMs: number
}
/** A venue that does not answer our closing has this long. */
const CLOSING_MS = 1_000

export async function connectCarrier({
  exchange: id,
  restUrl,
  protocolPings,
  patience,
  onAnswer,
  credentials,
}: CarrierOptions): Promise<Carrier> {
  const { default: ccxt } = await import('ccxt')
  // Our own gate holds the limits: ccxt's queue would let old polls wait behind a backfill, and go on after a ban.
  const exchange: CcxtExchange = new ccxt.pro[id]({
    ...credentials,
    enableRateLimit: false,
    timeout: patience.beginMs,
    enableLastHttpResponse: false,
    enableLastJsonResponse: false,
    quoteJsonNumbers: false,
  })
  const { restHost, redirect, headers = {} }: Exchange = EXCHANGES[id]
  if (restUrl !== null) redirect(exchange.urls.api, restUrl)
  const host = restUrl === null ? restHost : new URL(restUrl).host
  exchange.headers = { ...exchange.headers, ...headers }
  exchange.options.ws = { ...exchange.options.ws, options: { headers } }
  // Plain ws:// is refused until its agent is loaded.
  await exchange.loadHttpProxyAgent()
  // It would print every frame that is no JSON.
  exchange.log = () => undefined
  // Its own heartbeats count answers that only its own handlers would see.
  if (!protocolPings) exchange.streaming = { ...exchange.streaming, keepAlive: 0 }

  exchange.handleErrors = (status, _reason, url, _method, headers, body, parsed) => {
    onAnswer({ status, url, headers, body, parsed: parsed ?? undefined })
    return true // ccxt's own classes of errors are not asked
  }

  exchange.clients ??= {}
  const open = new Map<CcxtSocket, ConnectionHandlers>()
  const forget = (socket: CcxtSocket): ConnectionHandlers | undefined => {
    const handlers = open.get(socket)
    open.delete(socket)
    return handlers
  }
  exchange.handleMessage = (socket: CcxtSocket, message) => open.get(socket)?.onMessage(message)
  exchange.onConnected = (socket) => open.get(socket)?.onOpen()
  exchange.onError = (socket, error) => forget(socket)?.onClosed(error.message)
  exchange.onClose = (socket, { code, reason }) =>
    forget(socket)?.onClosed(`closed by the venue (code ${code ?? 'unknown'}${reason ? `: ${reason}` : ''})`)

  const end = async (socket: CcxtSocket): Promise<void> => {
    // Of a socket that is gone already, ccxt would wait for the end in vain.
    const closed = forget(socket) ? socket.close() : undefined
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSING_MS)
    })
    await Promise.race([closed, patience])
    clearTimeout(timer)
    socket.connection?.terminate()
  }

  return {
    async get(endpoint, parameters) {
      const method: unknown = Reflect.get(exchange, endpoint)
      if (typeof method !== 'function') throw new Error(`ccxt has no method “${endpoint}” for ${id}`)
      try {
        // ccxt's timeout ends with the headers; an answer whose body never ends would keep its place for minutes.
        const answer = (method as Implicit).call(exchange, parameters)
        return await withinTime(patience.answerMs, answer, `${host}: the answer did not end`)
      } catch (error) {
        throw transportError(error)
      }
    },

    dial(url, handlers) {
      let socket: CcxtSocket
      try {
        socket = exchange.client(url)
        open.set(socket, handlers)
        socket.connect(0) // no delay of ccxt's: when to try again is the supervisor's business
      } catch (error) {
        throw new FeedError('refused', `${url} cannot be dialled: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        })
      } finally {
        // It would give the same socket again to whoever dials the same address.
        delete exchange.clients[url]
      }
      return { send: async (message) => void (await socket.send(message)), close: () => end(socket) }
    },

    async close() {
      await Promise.all([...open.keys()].map(end))
      await exchange.fetchDispatcher?.close()
    },
  }
}
