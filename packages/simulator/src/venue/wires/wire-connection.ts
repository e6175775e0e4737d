/** One client's socket on a venue of some wire format: what it listens to, and when it is let go. */
import type { WebSocket } from 'ws'
import type { ClientRequest, Topic } from './wire-format.ts'

/** Codes of RFC 6455 for closing. */
const GOING_AWAY = 1001
const POLICY = 1008
/** A socket that does not finish its closing handshake is cut. */
const CLOSING_MS = 1_000

export interface WireHousehold {
  /** the client must say something within this long; null: never */
  idleMs: number | null
  connectionMs: number | null
  bufferedBytes: number
  read: (text: string) => ClientRequest
  /** A topic begins on this socket, after its subscription was acknowledged. */
  joined: (connection: WireConnection, topic: Topic) => void
  left: (connection: WireConnection, topic: Topic) => void
  gone: (connection: WireConnection) => void
}

export class WireConnection {
  private readonly socket: WebSocket
  private readonly house: WireHousehold
  private readonly heard = new Map<string, Topic>()
  private readonly idle: NodeJS.Timeout | undefined
  private readonly lifetime: NodeJS.Timeout | undefined

  constructor(socket: WebSocket, house: WireHousehold) {
    this.socket = socket
    this.house = house
    const { idleMs, connectionMs } = house
    if (idleMs !== null) this.idle = setTimeout(() => this.close(GOING_AWAY, 'nothing was heard for too long'), idleMs)
    if (connectionMs !== null) {
      this.lifetime = setTimeout(() => this.close(GOING_AWAY, 'the connection is as old as it may become'), connectionMs)
    }
    socket.on('message', (data) => this.hear(String(data)))
    for (const sign of ['ping', 'pong'] as const) socket.on(sign, () => this.idle?.refresh())
    // A reset connection; `close` follows.
    socket.on('error', () => {})
    socket.on('close', () => this.end())
  }

  get topics(): readonly Topic[] {
    return [...this.heard.values()]
  }

  /** False when the socket cannot take it. */
  send(frame: string | Buffer): boolean {
    const { socket } = this
    if (socket.readyState !== socket.OPEN) return false
    if (socket.bufferedAmount > this.house.bufferedBytes) {
      this.close(POLICY, 'the reader is too slow')
      return false
    }
    socket.send(frame)
    return true
  }

  close(code: number, reason: string): void {
    this.end()
    this.socket.close(code, reason)
    setTimeout(() => this.socket.terminate(), CLOSING_MS).unref()
  }

  /** Without a goodbye. */
  cut(): void {
    this.end()
    this.socket.terminate()
  }

  private end(): void {
    clearTimeout(this.idle)
    clearTimeout(this.lifetime)
    this.house.gone(this)
  }

  private hear(text: string): void {
    this.idle?.refresh()
    const request = this.house.read(text)
    for (const reply of request.replies) this.send(reply)
    if (request.kind === 'none') return
    for (const topic of request.topics) {
      const has = this.heard.has(topic.name)
      if (request.kind === 'subscribe') {
        this.heard.set(topic.name, topic)
        if (!has) this.house.joined(this, topic)
      } else if (has) {
        this.heard.delete(topic.name)
        this.house.left(this, topic)
      }
    }
  }
}
