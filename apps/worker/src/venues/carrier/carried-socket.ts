/** One socket to a venue: connects, subscribes in the venue's dialect, keeps it alive, and hands on what each message means. */
import { SECOND_MS } from '@faultline/market/units'
import { FeedError, type FeedSocket, type Reading, type SocketHandlers } from '../../feed/venue-feed.ts'
import type { Carrier, Connection, Patience } from './ccxt-client.ts'
import type { Acknowledgement, Dialect, Frame, Request } from './dialect.ts'
import { withinTime } from './within-time.ts'

export interface SocketOptions {
  carrier: Carrier
  url: string
  dialect: Dialect
  handlers: SocketHandlers
  patience: Patience
  log: (line: string) => void
  /** whichever way it ended */
  onEnded: () => void
}

/** Somebody waits for these keys to be acknowledged. */
interface Pending {
  keys: Set<string>
  resolve(): void
  reject(error: FeedError): void
}

const CONTROL: readonly Reading[] = [{ kind: 'control' }]
/** What a mapper that threw leaves of its message. */
const UNREAD: readonly Reading[] = [{ kind: 'unknown', reason: 'reading it failed' }]

export class CarriedSocket implements FeedSocket {
  private readonly options: SocketOptions
  private readonly connection: Connection
  private readonly connected: Promise<void>
  private opened: Pick<Pending, 'resolve' | 'reject'> = { resolve: () => undefined, reject: () => undefined }
  private readonly pending = new Set<Pending>()
  private subscribed: ReadonlySet<string> = new Set()
  private changes: Promise<unknown> = Promise.resolve()
  private lastSentAt = Number.NEGATIVE_INFINITY
  private beat: NodeJS.Timeout | undefined
  /** what ended it; null while it lives */
  private ended: string | null = null
  /** somebody holds it: from then on its end is told by onClosed */
  private handedOver = false
  private complained = false

  /** Begins to connect. @throws FeedError when the address is none */
  constructor(options: SocketOptions) {
    this.options = options
    this.connected = new Promise((resolve, reject) => {
      this.opened = { resolve, reject }
    })
    this.connected.catch(() => undefined)
    options.dialect.begin?.((reading, raw, receivedAt) => this.hand(reading, raw, receivedAt))
    this.connection = options.carrier.dial(options.url, {
      onOpen: () => this.opened.resolve(),
      onMessage: (message) => this.receive(message),
      onClosed: (reason) => this.end(reason),
    })
  }

  /** Resolves when the venue has acknowledged. @throws FeedError; the socket is closed then */
  async open(symbols: readonly string[]): Promise<void> {
    const { dialect, patience } = this.options
    try {
      await withinTime(patience.connectMs, this.connected, 'the socket did not open')
      this.keepAlive()
      await this.request(dialect.opening?.() ?? [], 'a subscription')
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
    const { dialect } = this.options
    this.throwIfEnded()
    const gone = [...this.subscribed].filter((symbol) => !wanted.has(symbol))
    const added = [...wanted].filter((symbol) => !this.subscribed.has(symbol))
    for (const batch of this.batches(gone)) {
      await this.request(dialect.unsubscribe(batch), 'UNSUBSCRIBE')
      this.setSubscribed([...this.subscribed].filter((symbol) => !batch.includes(symbol)))
    }
    for (const batch of this.batches(added)) {
      await this.request(dialect.subscribe(batch), 'SUBSCRIBE')
      this.setSubscribed([...this.subscribed, ...batch])
    }
  }

  private setSubscribed(symbols: readonly string[]): void {
    this.subscribed = new Set(symbols)
    this.options.dialect.subscribed?.(this.subscribed)
  }

  private batches(symbols: readonly string[]): string[][] {
    const size = Math.max(1, this.options.dialect.symbolsPerBatch)
    return Array.from({ length: Math.ceil(symbols.length / size) }, (_, i) => symbols.slice(i * size, (i + 1) * size))
  }

  /** Sends one frame after the other, and resolves when all of them are acknowledged. */
  private async request(requests: readonly Request[], what: string): Promise<void> {
    if (requests.length === 0) return
    let pending: Pending | undefined
    const acknowledged = new Promise<void>((resolve, reject) => {
      pending = { keys: new Set(requests.flatMap(({ awaits }) => awaits)), resolve, reject }
      if (pending.keys.size === 0) resolve()
      else this.pending.add(pending)
    })
    acknowledged.catch(() => undefined)
    try {
      for (const { frame } of requests) {
        await this.turn()
        // What cannot be sent is followed by the end of the socket, which says why.
        this.connection.send(frame).catch((error: unknown) => pending?.reject(gone(String(error))))
      }
      await withinTime(this.options.patience.acknowledgeMs, acknowledged, `${what} was not acknowledged`)
    } finally {
      if (pending) this.pending.delete(pending)
    }
  }

  /** When the next frame may be sent. */
  private async turn(): Promise<void> {
    for (let wait = this.waitMs(); wait > 0; wait = this.waitMs()) await new Promise((resolve) => setTimeout(resolve, wait))
    this.throwIfEnded()
    this.lastSentAt = performance.now()
  }

  private waitMs(): number {
    return this.lastSentAt + this.options.dialect.betweenMs - performance.now()
  }

  private receive(message: unknown): void {
    const receivedAt = Date.now()
    const { dialect } = this.options
    const beats = dialect.heartbeat?.isAnswer(message) ?? false
    if (beats) this.keepAlive()
    const reply = beats ? undefined : dialect.acknowledgement(message)
    if (reply) this.settle(reply)
    let readings = beats || reply ? CONTROL : UNREAD
    if (!beats && !reply)
      this.heedless(() => {
        readings = dialect.read(message, receivedAt)
      })
    for (const reading of readings) this.hand(reading, message, receivedAt)
  }

  private hand(reading: Reading, raw: unknown, receivedAt: number): void {
    if (this.ended === null) this.heedless(() => this.options.handlers.onReading(reading, raw, receivedAt))
  }

  /** One message that cannot be handled must not stand in the way of the next. */
  private heedless(work: () => void): void {
    try {
      work()
    } catch (error) {
      // ccxt would swallow it.
      if (!this.complained)
        this.options.log(`a message could not be handled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      this.complained = true
    }
  }

  private settle({ keys, refusal }: Acknowledgement): void {
    for (const pending of this.pending) {
      const named = keys === null || keys.some((key) => pending.keys.has(key))
      if (!named) continue
      if (refusal !== null) pending.reject(new FeedError('refused', `the venue refused to subscribe, ${refusal}`))
      else for (const key of keys ?? [...pending.keys]) pending.keys.delete(key)
      if (refusal === null && pending.keys.size === 0) pending.resolve()
    }
  }

  /** Waits for the next heartbeat, sends it, and ends the socket when its answer does not come in time. */
  private keepAlive(): void {
    const { dialect, patience } = this.options
    const { heartbeat } = dialect
    clearTimeout(this.beat)
    if (!heartbeat || this.ended !== null) return
    this.beat = setTimeout(() => {
      this.beat = setTimeout(
        () => this.giveUp(`no answer to a heartbeat within ${patience.acknowledgeMs / SECOND_MS} s`),
        patience.acknowledgeMs,
      )
      void this.send(heartbeat.frame())
    }, heartbeat.everyMs)
  }

  private async send(frame: Frame): Promise<void> {
    try {
      await this.turn()
      await this.connection.send(frame)
    } catch {
      // The end of the socket follows, or the missing answer does.
    }
  }

  private giveUp(reason: string): void {
    this.end(reason)
    void this.connection.close()
  }

  private end(reason: string): void {
    if (this.ended !== null) return
    if (!this.handedOver) this.ended = reason
    this.heedless(() => this.options.dialect.end?.())
    this.ended = reason
    clearTimeout(this.beat)
    this.opened.reject(dialError(reason))
    for (const pending of this.pending) pending.reject(dialError(reason))
    this.pending.clear()
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
