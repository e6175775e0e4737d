/** All sockets of a venue of some wire format: who listens to what, and how a happening gets to them, faults included. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { MINUTE_MS } from '@faultline/market/units'
import { WebSocketServer } from 'ws'
import { Random } from '../../random.ts'
import type { Fault, Faults } from '../faults.ts'
import type { Ledger } from '../ledger.ts'
import type { Channel } from '../streams.ts'
import { CHANNEL_OF, concerns, isClosed, noted } from './happenings.ts'
import { WireConnection } from './wire-connection.ts'
import type { Happening, Topic, WireContext, WireFormat } from './wire-format.ts'
import { brokenFrame } from './wire-garbage.ts'

/** A client says what it wants to hear, no more. */
const LONGEST_REQUEST = 256 * 1024
const REORDER_WINDOW_MS = 500
const GARBAGE_EVERY_MS = 200
/** Markets know ten minutes of moments: of what was told before that nobody can ask, as after a long stall. */
const MEMORY_MS = 9 * MINUTE_MS

interface Listeners {
  topic: Topic
  connections: Set<WireConnection>
  /** a good frame to make bad ones of */
  lastFrame: string
  /** the time of the latest happening that was told, by symbol; that of the first snapshot is without one */
  toldAt: Map<string, number>
}

interface Waiting {
  connection: WireConnection
  frame: string
  arrived: (connection: WireConnection) => void
}

export interface WireSocketOptions {
  format: WireFormat
  faults: Faults
  ledger: Ledger
  seed: number
  bufferedBytes: number
  /** sockets end after this long; null: never */
  connectionMs: number | null
  /** what is known at `time`; now unless told */
  context: (time?: number) => WireContext
  /** A topic begins on a socket, after its subscription was acknowledged and before anything else is sent. */
  onSubscribe: (connection: WireConnection, topic: Topic) => void
}

export class WireSockets {
  private readonly options: WireSocketOptions
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: LONGEST_REQUEST, perMessageDeflate: false })
  private readonly connections = new Set<WireConnection>()
  private readonly listeners = new Map<string, Listeners>()
  private readonly random: Random
  private waiting: Waiting[] = []
  private windowEnds: NodeJS.Timeout | undefined
  private garbage: NodeJS.Timeout | undefined

  constructor(options: WireSocketOptions) {
    this.options = options
    this.random = new Random(options.seed, `faults/${options.format.wire}`)
    options.faults.onChange({ begun: (fault) => this.begin(fault), ended: (fault) => this.end(fault) })
  }

  /** An upgrade request of the HTTP server. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { faults, format, bufferedBytes, connectionMs, context, onSubscribe } = this.options
    // A client that is gone before its answer is nobody's fault.
    socket.on('error', () => {})
    const path = URL.parse(request.url ?? '/', 'ws://venue')?.pathname ?? '/'
    if (faults.active('cut')) {
      socket.destroy()
    } else if (!format.acceptsPath(path)) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    } else {
      this.server.handleUpgrade(request, socket, head, (client) => {
        const connection = new WireConnection(client, {
          idleMs: format.idleMs,
          connectionMs,
          bufferedBytes,
          read: (text) => format.readRequest(text, context(), path),
          joined: (c, topic) => {
            this.join(c, topic)
            onSubscribe(c, topic)
          },
          left: (c, topic) => this.leave(c, topic.name),
          gone: (c) => this.forget(c),
        })
        this.connections.add(connection)
      })
    }
  }

  get size(): number {
    return this.connections.size
  }

  get subscriptions(): number {
    let sum = 0
    for (const { connections } of this.listeners.values()) sum += connections.size
    return sum
  }

  /** Topics that somebody listens to. */
  topics(): Topic[] {
    return Array.from(this.listeners.values(), ({ topic }) => topic)
  }

  /** Whether faults hold back what is told of this happening. */
  stalled({ kind, listing }: Pick<Happening, 'kind' | 'listing'>): boolean {
    const { faults } = this.options
    return faults.stalled(CHANNEL_OF[kind], listing.symbol) || faults.stalled(CHANNEL_OF[kind], listing.instrument.symbol)
  }

  /**
   * Notes a happening in the ledger and tells those of its topics that have this rate (all where none is given).
   * Frames of a topic are worded once, however many listen.
   */
  publish(happening: Happening, everyMs?: number): void {
    const arrived = this.note(happening)
    if (this.stalled(happening)) return
    for (const listeners of this.listeners.values()) {
      const { topic } = listeners
      if (!concerns(topic, happening) || (everyMs !== undefined && topic.everyMs !== everyMs)) continue
      for (const frame of this.word(listeners, happening)) {
        listeners.lastFrame = frame
        this.send(listeners, CHANNEL_OF[topic.kind], frame, arrived)
      }
    }
  }

  /** Happenings of the past to one socket; of what the topic told last they change nothing. */
  replay(connection: WireConnection, topic: Topic, happenings: readonly Happening[]): void {
    const { format, context } = this.options
    let toldAt = happenings[0]?.time ?? 0
    for (const happening of happenings) {
      const arrived = this.note(happening)
      for (const frame of format.messages(topic, happening, context(happening.time), toldAt))
        if (connection.send(frame)) arrived(connection)
      toldAt = happening.time
    }
  }

  /** What a new subscription is sent at once. */
  snapshot(connection: WireConnection, topic: Topic, context: WireContext): void {
    const toldAt = this.listeners.get(topic.name)?.toldAt
    const last = Math.max(...(toldAt?.values() ?? []))
    const since = Number.isFinite(last) ? Math.max(last, context.now - MEMORY_MS) : context.now
    if (toldAt?.size === 0) toldAt.set('', since)
    for (const frame of this.options.format.snapshot(topic, context, since)) connection.send(frame)
  }

  close(): void {
    clearInterval(this.garbage)
    clearTimeout(this.windowEnds)
    for (const connection of [...this.connections]) connection.close(1001, 'the venue closes')
  }

  private word({ topic, toldAt }: Listeners, happening: Happening): readonly string[] {
    const { time, listing } = happening
    const since = Math.max(toldAt.get(listing.symbol) ?? toldAt.get('') ?? time, time - MEMORY_MS)
    const frames = this.options.format.messages(topic, happening, this.options.context(time), since)
    // Of what was worth no frame clients know nothing: what comes next is told against what they know.
    if (frames.length > 0 || !toldAt.has(listing.symbol)) toldAt.set(listing.symbol, frames.length > 0 ? time : since)
    return frames
  }

  /** Gives what is to be called for each socket that was reached. */
  private note(happening: Happening): (connection: WireConnection) => void {
    const { kind, time, listing } = happening
    const text = JSON.stringify(noted(happening))
    const closed = kind === 'candle' ? { closed: isClosed(happening) } : {}
    const entry = this.options.ledger.record({ time, channel: CHANNEL_OF[kind], symbol: listing.symbol, text, ...closed })
    const reached = new Set<WireConnection>()
    return (connection) => {
      entry.delivered = reached.add(connection).size
    }
  }

  private join(connection: WireConnection, topic: Topic): void {
    const listeners = this.listeners.get(topic.name)
    if (listeners) listeners.connections.add(connection)
    else this.listeners.set(topic.name, { topic, connections: new Set([connection]), lastFrame: '', toldAt: new Map() })
  }

  private leave(connection: WireConnection, name: string): void {
    const listeners = this.listeners.get(name)
    listeners?.connections.delete(connection)
    if (listeners?.connections.size === 0) this.listeners.delete(name)
  }

  private forget(connection: WireConnection): void {
    this.connections.delete(connection)
    for (const name of [...this.listeners.keys()]) this.leave(connection, name)
  }

  private send({ connections }: Listeners, channel: Channel, frame: string, arrived: (connection: WireConnection) => void): void {
    const { faults } = this.options
    const copies = faults.copies(channel)
    const reorder = faults.active('reorder')
    for (const connection of [...connections]) {
      for (let copy = 0; copy < copies; copy++) {
        if (reorder) this.waiting.push({ connection, frame, arrived })
        else if (connection.send(frame)) arrived(connection)
      }
    }
    if (reorder && this.waiting.length > 0) {
      this.windowEnds ??= setTimeout(() => this.release(), reorder.windowMs ?? REORDER_WINDOW_MS)
    }
  }

  /** Sends what waited in this window, shuffled. */
  private release(): void {
    clearTimeout(this.windowEnds)
    this.windowEnds = undefined
    const batch = this.waiting
    this.waiting = []
    for (let i = batch.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1)
      ;[batch[i], batch[j]] = [batch[j] as Waiting, batch[i] as Waiting]
    }
    for (const { connection, frame, arrived } of batch) if (connection.send(frame)) arrived(connection)
  }

  private begin(fault: Fault): void {
    if (fault.kind === 'cut') for (const connection of [...this.connections]) connection.cut()
    if (fault.kind === 'garbage') {
      clearInterval(this.garbage)
      this.garbage = setInterval(() => this.litter(), fault.everyMs ?? GARBAGE_EVERY_MS)
    }
  }

  private end(fault: Fault): void {
    if (fault.kind === 'reorder') this.release()
    if (fault.kind === 'garbage' && !this.options.faults.active('garbage')) clearInterval(this.garbage)
  }

  /** A bad frame to each socket that listens to something, made of a good one of its own where there was one. */
  private litter(): void {
    for (const connection of [...this.connections]) {
      const { topics } = connection
      const topic = topics[this.random.below(topics.length)]
      if (topic) connection.send(brokenFrame(this.random, this.listeners.get(topic.name)?.lastFrame ?? ''))
    }
  }
}
