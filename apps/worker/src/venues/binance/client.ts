/**
 * Binance through ccxt: connections, TLS, name resolution, ping and pong. ccxt is large (a third of a second, some 80 MB), so
 * it is loaded when the first request or socket needs it, and here only. What it would do beyond that is taken from it:
 * parsing (it drops fields), its queue of requests (it knows no bans and no priorities), its own reconnecting.
 */
import { FeedError } from '../../feed/venue-feed.ts'
import { type Answer, checkAnswer, transportError } from './answers.ts'
import { withinTime } from './within-time.ts'

/** ccxt's implicit methods, and how our messages call them. */
export type Endpoint =
  | 'fapiPublicGetTime'
  | 'fapiPublicGetExchangeInfo'
  | 'fapiPublicGetKlines'
  | 'fapiPublicGetOpenInterest'
  | 'fapiPublicGetFundingRate'
  | 'fapiPublicGetFundingInfo'
  | 'fapiDataGetOpenInterestHist'
  | 'fapiDataGetGlobalLongShortAccountRatio'
  | 'fapiDataGetTopLongShortAccountRatio'
  | 'fapiDataGetTopLongShortPositionRatio'
  | 'fapiDataGetTakerlongshortRatio'

export type Parameters = Readonly<Record<string, string | number>>
/** Binance's paths for market data: books are under one, everything else under the other. */
export type Route = 'market' | 'public'

export interface ConnectionHandlers {
  onOpen(): void
  /** as parsed from JSON; text when it was none */
  onMessage(message: unknown): void
  /** once; not after close() */
  onClosed(reason: string): void
}
export interface Connection {
  /** @throws when it is not open */
  send(message: object): Promise<void>
  close(): Promise<void>
}

export interface BinanceClient {
  /** The raw answer. @throws FeedError */
  get(endpoint: Endpoint, parameters: Parameters): Promise<unknown>
  /** Begins to connect. @throws FeedError when the address is none */
  dial(route: Route, handlers: ConnectionHandlers): Connection
  close(): Promise<void>
}

/** The little of ccxt that is used, as it is in 4.5.84. */
interface CcxtSocket {
  url: string
  connection?: { terminate(): void }
  connect(delayMs: number): unknown
  send(message: object): Promise<unknown>
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
interface CcxtExchange extends Record<Endpoint, (parameters: Parameters) => Promise<unknown>> {
  urls: { api: Record<string, unknown> }
  clients: Record<string, unknown>
  fetchDispatcher?: { close(): Promise<void> }
  handleErrors: HandleErrors
  /** takes a whole client of ccxt's, of which we know as little as CcxtSocket */
  handleMessage(socket: never, message: unknown): void
  onConnected(socket: CcxtSocket): void
  onError(socket: CcxtSocket, error: Error): void
  onClose(socket: CcxtSocket, event: { code?: number; reason?: string }): void
  log(...values: unknown[]): void
  loadHttpProxyAgent(): Promise<unknown>
  getWsUrl(type: 'future', route: Route): string
  client(url: string): CcxtSocket
}

export interface ClientOptions {
  /** without a slash at the end; null: the venue's own hosts */
  restUrl: string | null
  wsUrl: string | null
  patience: Patience
  /** Every answer of REST, before it is read. @throws FeedError to refuse it */
  onAnswer(answer: Answer): void
}

/** How long the venue may take, ms. */
export interface Patience {
  /** to open a socket */
  connectMs: number
  acknowledgeMs: number
  /** to begin an answer */
  beginMs: number
  /** to begin and end it */
  answerMs: number
}
/** A venue that does not answer our closing has this long. */
const CLOSING_MS = 1_000

export async function connectBinance({ restUrl, wsUrl, patience, onAnswer }: ClientOptions): Promise<BinanceClient> {
  const { default: ccxt } = await import('ccxt')
  // Our own gate holds the limits: ccxt's queue would let old polls wait behind a backfill, and go on after a ban.
  const exchange: CcxtExchange = new ccxt.pro.binanceusdm({
    enableRateLimit: false,
    timeout: patience.beginMs,
    enableLastHttpResponse: false,
    enableLastJsonResponse: false,
    quoteJsonNumbers: false,
  })
  const { api } = exchange.urls
  if (restUrl !== null) Object.assign(api, { fapiPublic: `${restUrl}/fapi/v1`, fapiData: `${restUrl}/futures/data` })
  // ccxt puts the route before the last part, and refuses plain ws:// until its agent is loaded.
  if (wsUrl !== null) api.ws = { future: `${wsUrl}/ws` }
  const { host } = new URL(String(api.fapiPublic))
  await exchange.loadHttpProxyAgent()
  // It would print every frame that is no JSON.
  exchange.log = () => undefined

  exchange.handleErrors = (status, _reason, url, _method, headers, body, parsed) => {
    const answer = { status, url, headers, body, parsed }
    onAnswer(answer)
    checkAnswer(answer)
    return true // ccxt's own classes of errors are not asked
  }

  exchange.clients ??= {}
  const open = new Map<CcxtSocket, ConnectionHandlers>()
  const forget = (socket: CcxtSocket): ConnectionHandlers | undefined => {
    const handlers = open.get(socket)
    open.delete(socket)
    if (exchange.clients[socket.url] === socket) delete exchange.clients[socket.url]
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
      try {
        // ccxt's timeout ends with the headers; an answer whose body never ends would keep its place for minutes.
        return await withinTime(patience.answerMs, exchange[endpoint](parameters), `${host}: the answer did not end`)
      } catch (error) {
        throw transportError(error)
      }
    },

    dial(route, handlers) {
      // ccxt keeps one socket per URL; the venue takes any number behind the path.
      const base = exchange.getWsUrl('future', route)
      let number = 0
      while (`${base}/${number}` in exchange.clients) number++
      let socket: CcxtSocket
      try {
        socket = exchange.client(`${base}/${number}`)
        open.set(socket, handlers)
        socket.connect(0) // no delay of ccxt's: when to try again is the supervisor's business
      } catch (error) {
        delete exchange.clients[`${base}/${number}`]
        throw new FeedError('refused', `${base} cannot be dialled: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        })
      }
      return { send: async (message) => void (await socket.send(message)), close: () => end(socket) }
    },

    async close() {
      await Promise.all([...open.keys()].map(end))
      await exchange.fetchDispatcher?.close()
    },
  }
}
