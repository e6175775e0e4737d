/** All sockets of the venue: who listens to what, and how a message gets to them, faults included. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { Random } from '../random.ts'
import { Connection, parseAddress } from './connection.ts'
import type { Fault, Faults } from './faults.ts'
import { garbageFrame } from './garbage.ts'
import type { Ledger } from './ledger.ts'
import type { Limits } from './limits.ts'
import type { Channel, Stream } from './streams.ts'
import type { Message } from './wire.ts'

/** A client says what it wants to hear, no more. */
const LONGEST_REQUEST = 256 * 1024
const REORDER_WINDOW_MS = 500
const GARBAGE_EVERY_MS = 200

/** One message of the venue, whoever hears it. */
export interface Outgoing {
  channel: Channel
  symbol: string
  /** event time */
  time: number
  /** names of the streams that carry it by itself */
  names: readonly string[]
  message: Message
  /** a closed candle */
  closed?: boolean
}

/** A message that was noted in the ledger and went out, unless a fault held it back. */
export interface Published {
  channel: Channel
  text: string
  held: boolean
  arrivedAt: (connection: Connection) => void
}

interface Waiting {
  connection: Connection
  name: string
  text: string
  arrived: (connection: Connection) => void
}

export interface SocketOptions {
  limits: Limits
  faults: Faults
  ledger: Ledger
  seed: number
  /** A stream begins on a socket, after its subscription was acknowledged. */
  onSubscribe: (connection: Connection, name: string, stream: Stream) => void
}

export class Sockets {
  private readonly options: SocketOptions
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: LONGEST_REQUEST, perMessageDeflate: false })
  private readonly connections = new Set<Connection>()
  private readonly listeners = new Map<string, { stream: Stream; connections: Set<Connection> }>()
  private readonly random: Random
  private waiting: Waiting[] = []
  private windowEnds: NodeJS.Timeout | undefined
  private garbage: NodeJS.Timeout | undefined

  constructor(options: SocketOptions) {
    this.options = options
    this.random = new Random(options.seed, 'faults')
    options.faults.onChange({ begun: (fault) => this.begin(fault), ended: (fault) => this.end(fault) })
  }

  /** An upgrade request of the HTTP server. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that is gone before its answer is nobody's fault.
    socket.on('error', () => {})
    const address = parseAddress(request.url ?? '/')
    if (this.options.faults.active('cut')) {
      socket.destroy()
    } else if (!address) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    } else {
      this.server.handleUpgrade(request, socket, head, (client) => {
        const connection = new Connection(client, address, {
          limits: this.options.limits,
          joined: (c, name, stream) => this.join(c, name, stream),
          left: (c, name) => this.leave(c, name),
          gone: (c) => this.forget(c),
        })
        this.connections.add(connection)
      })
    }
  }

  get size(): number {
    return this.connections.size
  }

  /** Subscriptions on all sockets, those to which nothing is sent included. */
  get subscriptions(): number {
    let sum = 0
    for (const connection of this.connections) sum += connection.subscriptions
    return sum
  }

  /** Streams that somebody listens to. */
  *active(): Generator<Stream> {
    for (const { stream } of this.listeners.values()) yield stream
  }

  hears(name: string): boolean {
    return this.listeners.has(name)
  }

  /** Notes a message in the ledger and sends it to all who listen to its streams. */
  publish(outgoing: Outgoing): Published {
    const { channel, symbol, time, names, message, closed } = outgoing
    const { faults, ledger } = this.options
    message.E += faults.clockOffset()
    const text = JSON.stringify(message)
    const entry = ledger.record({ time, channel, symbol, text, ...(closed === undefined ? {} : { closed }) })
    const reached = new Set<Connection>()
    const arrivedAt = (connection: Connection): void => {
      entry.delivered = reached.add(connection).size
    }
    const published = { channel, text, held: faults.stalled(channel, symbol), arrivedAt }
    if (!published.held) for (const name of names) this.send(name, channel, text, arrivedAt)
    return published
  }

  /** One array of messages that were published by themselves before. */
  publishArray(name: string, published: readonly Published[]): void {
    const sent = published.filter((p) => !p.held)
    const [first] = sent
    if (!first || !this.hears(name)) return
    const text = `[${sent.map((p) => p.text).join(',')}]`
    this.send(name, first.channel, text, (connection) => {
      for (const p of sent) p.arrivedAt(connection)
    })
  }

  /** Messages of the past to one socket, each batch in one frame: an array, or its only message. */
  replay(connection: Connection, name: string, batches: readonly (readonly Outgoing[])[], asArray: boolean): void {
    for (const batch of batches) {
      const noted = batch.map(({ channel, symbol, time, message }) => {
        const text = JSON.stringify(message)
        return { text, entry: this.options.ledger.record({ time, channel, symbol, text, closed: channel === 'kline' }) }
      })
      const text = noted.map((n) => n.text).join(',')
      if (connection.tell(name, asArray ? `[${text}]` : text)) for (const { entry } of noted) entry.delivered = 1
    }
  }

  close(): void {
    clearInterval(this.garbage)
    clearTimeout(this.windowEnds)
    for (const connection of [...this.connections]) connection.close(1001, 'the venue closes')
  }

  private join(connection: Connection, name: string, stream: Stream): void {
    const listeners = this.listeners.get(name)
    if (listeners) listeners.connections.add(connection)
    else this.listeners.set(name, { stream, connections: new Set([connection]) })
    this.options.onSubscribe(connection, name, stream)
  }

  private leave(connection: Connection, name: string): void {
    const listeners = this.listeners.get(name)
    listeners?.connections.delete(connection)
    if (listeners?.connections.size === 0) this.listeners.delete(name)
  }

  private forget(connection: Connection): void {
    this.connections.delete(connection)
    for (const name of [...this.listeners.keys()]) this.leave(connection, name)
  }

  private send(name: string, channel: Channel, text: string, arrived: (connection: Connection) => void): void {
    const listeners = this.listeners.get(name)
    if (!listeners) return
    const { faults } = this.options
    const copies = faults.copies(channel)
    const reorder = faults.active('reorder')
    for (const connection of [...listeners.connections]) {
      for (let copy = 0; copy < copies; copy++) {
        if (reorder) this.waiting.push({ connection, name, text, arrived })
        else if (connection.tell(name, text)) arrived(connection)
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
    for (const { connection, name, text, arrived } of batch) if (connection.tell(name, text)) arrived(connection)
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

  private litter(): void {
    for (const connection of [...this.connections]) {
      const served = connection.served()
      if (served.length > 0) connection.send(garbageFrame(this.random, served[this.random.below(served.length)] as string))
    }
  }
}
