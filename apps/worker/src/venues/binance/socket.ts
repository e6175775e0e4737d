/** One socket to Binance: connects, subscribes, and reads each message by our own mapper. */
import type { FeedChannel } from '@faultline/market/feed'
import { FeedError, type FeedSocket, type Reading, type SocketHandlers, type SocketPlan } from '../../feed/venue-feed.ts'
import type { BinanceClient, Connection, Patience, Route } from './client.ts'
import type { DepthThinner } from './depth-thinner.ts'
import { readMessage, replyOf } from './mapper.ts'
import { withinTime } from './within-time.ts'

/** Streams of a symbol, by channel. */
const STREAMS: Readonly<Partial<Record<FeedChannel, string>>> = {
  candle: 'kline_1m',
  markPrice: 'markPrice',
  liquidation: 'forceOrder',
  depth: 'depth20@500ms',
}
/** Binance takes ten messages a second from a client, pongs among them, and closes the socket of one that sends more. */
const BETWEEN_MESSAGES_MS = 200
const STREAMS_PER_MESSAGE = 100

export interface SocketOptions {
  client: BinanceClient
  plan: SocketPlan & { route: Route }
  handlers: SocketHandlers
  thinner: DepthThinner
  patience: Patience
  log: (line: string) => void
  /** whichever way it ended */
  onEnded: () => void
}

interface Pending {
  resolve(): void
  reject(error: FeedError): void
}

export class BinanceSocket implements FeedSocket {
  private readonly options: SocketOptions
  private readonly connection: Connection
  private readonly connected: Promise<void>
  private readonly pending = new Map<number, Pending>()
  private subscribed: ReadonlySet<string> = new Set()
  private changes: Promise<unknown> = Promise.resolve()
  private lastId = 0
  private lastSentAt = Number.NEGATIVE_INFINITY
  /** what ended it; null while it lives */
  private ended: string | null = null
  /** somebody holds it: from then on its end is told by onClosed */
  private handedOver = false
  private complained = false

  /** Begins to connect. @throws FeedError when the address is none */
  constructor(options: SocketOptions) {
    this.options = options
    let opened: Pending = { resolve: () => undefined, reject: () => undefined }
    this.connected = new Promise((resolve, reject) => {
      opened = { resolve, reject }
    })
    this.pending.set(0, opened) // the answer to dialling
    this.connection = options.client.dial(options.plan.route, {
      onOpen: () => this.settle(0, null),
      onMessage: (message) => this.read(message),
      onClosed: (reason) => this.end(reason),
    })
  }

  /** Resolves when the venue has acknowledged. @throws FeedError; the socket is closed then */
  async open(symbols: readonly string[]): Promise<void> {
    try {
      await withinTime(this.options.patience.connectMs, this.connected, 'the socket did not open')
      await this.setSymbols(symbols)
      this.throwIfEnded()
    } catch (error) {
      await this.close()
      throw error
    }
    this.handedOver = true
  }

  setSymbols(symbols: readonly string[]): Promise<void> {
    const done = this.changes.then(() => this.change(new Set(symbols)))
    this.changes = done.catch(() => undefined)
    return done
  }

  async close(): Promise<void> {
    this.handedOver = false
    this.end('it was closed')
    await this.connection.close()
  }

  private async change(wanted: ReadonlySet<string>): Promise<void> {
    this.throwIfEnded()
    const gone = [...this.subscribed].filter((symbol) => !wanted.has(symbol))
    const added = [...wanted].filter((symbol) => !this.subscribed.has(symbol))
    for (const batch of this.batches(gone)) {
      await this.request('UNSUBSCRIBE', batch)
      this.subscribed = new Set([...this.subscribed].filter((symbol) => !batch.includes(symbol)))
    }
    for (const batch of this.batches(added)) {
      await this.request('SUBSCRIBE', batch)
      this.subscribed = new Set([...this.subscribed, ...batch])
    }
  }

  private batches(symbols: readonly string[]): string[][] {
    const size = Math.max(1, Math.floor(STREAMS_PER_MESSAGE / this.options.plan.channels.length))
    return Array.from({ length: Math.ceil(symbols.length / size) }, (_, i) => symbols.slice(i * size, (i + 1) * size))
  }

  private async request(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', symbols: readonly string[]): Promise<void> {
    const { plan, patience } = this.options
    const wait = this.lastSentAt + BETWEEN_MESSAGES_MS - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    this.throwIfEnded()
    this.lastSentAt = performance.now()
    const id = ++this.lastId
    const params = symbols.flatMap((symbol) => plan.channels.flatMap((channel) => streamOf(symbol, channel)))
    const acknowledged = new Promise<void>((resolve, reject) => this.pending.set(id, { resolve, reject }))
    try {
      // What cannot be sent is followed by the end of the socket, which says why.
      this.connection.send({ method, params, id }).catch((error: unknown) => this.settle(id, gone(String(error))))
      await withinTime(patience.acknowledgeMs, acknowledged, `${method} was not acknowledged`)
    } finally {
      this.pending.delete(id)
    }
  }

  private read(message: unknown): void {
    const receivedAt = Date.now()
    const reply = replyOf(message)
    if (reply)
      this.settle(reply.id, reply.error === null ? null : new FeedError('refused', `the venue refused to subscribe, ${reply.error}`))
    const reading: Reading = reply ? { kind: 'control' } : this.options.thinner.thin(readMessage(message))
    try {
      this.options.handlers.onReading(reading, message, receivedAt)
    } catch (error) {
      // ccxt would swallow it.
      if (!this.complained)
        this.options.log(`a message could not be handled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      this.complained = true
    }
  }

  private settle(id: number, error: FeedError | null): void {
    const pending = this.pending.get(id)
    this.pending.delete(id)
    if (error) pending?.reject(error)
    else pending?.resolve()
  }

  private end(reason: string): void {
    if (this.ended !== null) return
    this.ended = reason
    for (const id of [...this.pending.keys()]) this.settle(id, dialError(reason))
    this.options.onEnded()
    if (this.handedOver) this.options.handlers.onClosed(reason)
  }

  private throwIfEnded(): void {
    if (this.ended !== null) throw gone(this.ended)
  }
}

const gone = (reason: string): FeedError => new FeedError('unreachable', `the socket is gone: ${reason}`)

/** A handshake that was answered by 4xx is a refusal; anything else is a venue that does not answer. */
function dialError(reason: string): FeedError {
  return /Unexpected server response: 4\d\d/.test(reason) ? new FeedError('refused', reason) : new FeedError('unreachable', reason)
}

function streamOf(symbol: string, channel: FeedChannel): string[] {
  const stream = STREAMS[channel]
  return stream === undefined ? [] : [`${symbol.toLowerCase()}@${stream}`]
}
