/** One client's socket: what it says, what it is told, when it is let go. */
import type { WebSocket } from 'ws'
import type { Limits } from './limits.ts'
import { parseStream, type Route, routeOf, type Stream } from './streams.ts'

/** Codes of RFC 6455 for closing. */
const GOING_AWAY = 1001
const POLICY = 1008
/** A socket that does not finish its closing handshake is cut. */
const CLOSING_MS = 1_000

/** What a socket's address asks for. */
export interface Address {
  /** absent on the legacy and the private paths: what is subscribed to there is acknowledged, and nothing comes */
  route: Route | undefined
  combined: boolean
  streams: string[]
}

/** Reads `/market/ws`, `/market/ws/0`, `/public/stream?streams=a/b`, the legacy `/ws` …; undefined for other paths. */
export function parseAddress(url: string): Address | undefined {
  const parsed = URL.parse(url, 'ws://venue')
  if (!parsed) return undefined
  const { pathname, searchParams } = parsed
  const [, prefix, kind, rest = ''] = /^(?:\/(public|market|private))?\/(ws|stream)(?:\/(.*))?$/.exec(pathname) ?? []
  if (kind === undefined) return undefined
  const named = kind === 'stream' ? (searchParams.get('streams') ?? '') : rest
  return {
    route: prefix === 'public' || prefix === 'market' ? prefix : undefined,
    combined: kind === 'stream',
    // ccxt numbers its sockets: /market/ws/0
    streams: named.split('/').filter((name) => name !== '' && !/^\d+$/.test(name)),
  }
}

export interface Household {
  limits: Limits
  /** A stream that this socket is served begins. */
  joined: (connection: Connection, name: string, stream: Stream) => void
  left: (connection: Connection, name: string) => void
  gone: (connection: Connection) => void
}

export class Connection {
  readonly socket: WebSocket
  private readonly address: Address
  private readonly house: Household
  private readonly streams = new Set<string>()
  private combined: boolean
  private lastPong = Date.now()
  private second = { start: 0, messages: 0 }
  private readonly pinging: NodeJS.Timeout
  private readonly lifetime: NodeJS.Timeout

  constructor(socket: WebSocket, address: Address, house: Household) {
    this.socket = socket
    this.address = address
    this.house = house
    this.combined = address.combined
    this.pinging = setInterval(() => this.ping(), house.limits.pingMs)
    this.lifetime = setTimeout(() => this.close(GOING_AWAY, 'the connection is as old as it may become'), house.limits.connectionMs)
    socket.on('message', (data) => this.hear(String(data)))
    socket.on('ping', () => this.countMessage())
    socket.on('pong', () => {
      this.lastPong = Date.now()
    })
    // A reset connection; `close` follows.
    socket.on('error', () => {})
    socket.on('close', () => this.end())
    for (const name of address.streams) this.add(name)
  }

  get subscriptions(): number {
    return this.streams.size
  }

  /** Streams that are served here. */
  served(): string[] {
    return [...this.streams].filter((name) => this.serves(name))
  }

  /** A data object, wrapped as this socket asked. False when the socket cannot take it. */
  tell(name: string, text: string): boolean {
    return this.send(this.combined ? `{"stream":"${name}","data":${text}}` : text)
  }

  send(frame: string | Buffer): boolean {
    const { socket } = this
    if (socket.readyState !== socket.OPEN) return false
    if (socket.bufferedAmount > this.house.limits.bufferedBytes) {
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
    clearInterval(this.pinging)
    clearTimeout(this.lifetime)
    this.house.gone(this)
  }

  private ping(): void {
    if (Date.now() - this.lastPong > this.house.limits.pongMs) this.cut()
    else if (this.socket.readyState === this.socket.OPEN) this.socket.ping(String(Date.now()))
  }

  /** False when the client says more than it may; its socket is closed then. */
  private countMessage(): boolean {
    const now = Date.now()
    if (now - this.second.start >= 1_000) this.second = { start: now, messages: 0 }
    if (++this.second.messages <= this.house.limits.messagesPerSecond) return true
    this.close(POLICY, 'Too many requests')
    return false
  }

  private serves(name: string): boolean {
    const stream = parseStream(name)
    return stream !== undefined && this.address.route !== undefined && routeOf(stream) === this.address.route
  }

  private add(name: string): void {
    const stream = parseStream(name)
    if (!stream || this.streams.has(name)) return
    this.streams.add(name)
    // Of the other path's streams Binance says that it is well, and sends nothing.
    if (this.serves(name)) this.house.joined(this, name, stream)
  }

  private hear(text: string): void {
    if (!this.countMessage()) return
    const request = parseRequest(text)
    if ('error' in request) {
      this.send(JSON.stringify(request))
      return
    }
    const { id, method, params } = request
    const done = (result: unknown): boolean => this.send(JSON.stringify({ result, id }))
    const refuse = (message: string): boolean => this.send(JSON.stringify(refusal(2, `Invalid request: ${message}`, id)))
    switch (method) {
      case 'SUBSCRIBE': {
        const names = texts(params)
        if (!names) return void refuse('params must be an array of strings')
        if (names.some((name) => !parseStream(name))) return void refuse('invalid stream')
        const most = this.house.limits.streamsPerConnection
        if (new Set([...this.streams, ...names]).size > most) return void refuse(`more than ${most} streams on one connection`)
        done(null)
        for (const name of names) this.add(name)
        return
      }
      case 'UNSUBSCRIBE': {
        const names = texts(params)
        if (!names) return void refuse('params must be an array of strings')
        for (const name of names) if (this.streams.delete(name)) this.house.left(this, name)
        return void done(null)
      }
      case 'LIST_SUBSCRIPTIONS':
        return void done([...this.streams])
      case 'GET_PROPERTY':
        return void (isCombined(params) ? done(this.combined) : refuse('unknown property'))
      case 'SET_PROPERTY': {
        const value = isCombined(params) ? (params as unknown[])[1] : undefined
        if (typeof value !== 'boolean') return void refuse('["combined", true] or ["combined", false] expected')
        this.combined = value
        return void done(null)
      }
      default:
        refuse(
          `unknown variant \`${method}\`, expected one of \`SUBSCRIBE\`, \`UNSUBSCRIBE\`, \`LIST_SUBSCRIPTIONS\`, \`SET_PROPERTY\`, \`GET_PROPERTY\``,
        )
    }
  }
}

const refusal = (code: number, msg: string, id: unknown) => ({ error: { code, msg }, id })

function parseRequest(text: string): { id: unknown; method: string; params: unknown } | ReturnType<typeof refusal> {
  let request: unknown
  try {
    request = JSON.parse(text)
  } catch {
    return refusal(3, 'Invalid JSON: expected value at line 1 column 1', null)
  }
  const { id = null, method, params } = (typeof request === 'object' && request !== null ? request : {}) as Record<string, unknown>
  return typeof method === 'string' ? { id, method, params } : refusal(2, 'Invalid request: missing field `method`', id)
}

const texts = (params: unknown): string[] | undefined =>
  Array.isArray(params) && params.every((p) => typeof p === 'string') ? params : undefined

const isCombined = (params: unknown): boolean => Array.isArray(params) && params[0] === 'combined'
