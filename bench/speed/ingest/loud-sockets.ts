/** The HTTP calls and sockets of one loud venue, in the words of its wire format. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Wire } from '@faultline/market/venue'
import type { Happening, HappeningKind, Topic, WireContext, WireFormat, WireListing } from '@faultline/simulator/wire-format'
import { type WebSocket, WebSocketServer } from 'ws'
import { LoudMarket } from './loud-market.ts'

/** What of a wire format a loud venue needs: it has no faults and no limits. */
export type LoudFormat = Pick<WireFormat, 'symbolOf' | 'contractSizeOf' | 'readRequest' | 'messages' | 'snapshot' | 'answer'>

interface Listener {
  ws: WebSocket
  socket: Socket
  topics: Map<string, Topic>
}

/** Books that are asked for, one call each. */
const BOOK_PATHS = new Set(['/v5/market/orderbook', '/api/v5/market/books', '/api/v4/futures/usdt/order_book'])
const ALL = '*'

export class LoudSockets {
  readonly wire: Wire
  readonly listings: readonly WireListing[]
  readonly markets: readonly LoudMarket[]
  /** of messages since the beginning */
  messages = 0
  private readonly format: LoudFormat
  private readonly listeners = new Set<Listener>()
  /** who listens, by kind and symbol */
  private readonly heard = new Map<string, { listener: Listener; topic: Topic }[]>()
  private readonly onBook: (symbol: string, time: number) => void

  /** `onBook`: a book was asked for, and told as of `time` */
  constructor(wire: Wire, format: LoudFormat, instruments: number, onBook: (symbol: string, time: number) => void) {
    this.wire = wire
    this.format = format
    this.onBook = onBook
    this.markets = Array.from({ length: instruments }, (_, index) => new LoudMarket(index, instruments))
    this.listings = this.markets.map((market) => {
      const { instrument } = market
      return { symbol: format.symbolOf(instrument), instrument, contractSize: format.contractSizeOf(instrument), market }
    })
  }

  /** The port that it is served at. */
  listen(): Promise<number> {
    const server = createServer((request, response) => {
      this.answer(request).then(
        ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
        (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error)),
      )
    })
    const sockets = new WebSocketServer({ server, perMessageDeflate: false })
    sockets.on('connection', (ws: WebSocket, request: IncomingMessage) => this.accept(ws, request))
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
  }

  /** Messages of a tick go out with one write per socket: what a network card does as well. */
  cork(): void {
    for (const { socket } of this.listeners) socket.cork()
  }

  uncork(): void {
    for (const { socket } of this.listeners) socket.uncork()
  }

  /** Bytes that the slowest listener has not taken. */
  waitingBytes(): number {
    return Math.max(0, ...Array.from(this.listeners, ({ ws }) => ws.bufferedAmount))
  }

  /** `toldAt`: what was told last was of this time. Topics for which `wanted` is false are not told. */
  tell(happening: Happening, toldAt: number, wanted?: (topic: Topic) => boolean): void {
    const context = this.context(happening.time)
    for (const key of [keyOf(happening.kind, happening.listing.symbol), keyOf(happening.kind, ALL)])
      for (const { listener, topic } of this.heard.get(key) ?? []) {
        if (wanted?.(topic) === false) continue
        for (const frame of this.format.messages(topic, happening, context, toldAt)) {
          listener.ws.send(frame)
          this.messages++
        }
      }
  }

  private context(now: number): WireContext {
    return { listings: this.listings, now, serverTime: now }
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://venue')
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const now = Date.now()
    const answer = this.format.answer({ method: request.method === 'POST' ? 'POST' : 'GET', path, query, body }, this.context(now))
    if (BOOK_PATHS.has(path)) this.onBook(query.get('symbol') ?? query.get('instId') ?? query.get('contract') ?? '', now)
    return answer
  }

  private accept(ws: WebSocket, request: IncomingMessage): void {
    const path = new URL(request.url ?? '/', 'ws://venue').pathname
    const listener: Listener = { ws, socket: request.socket, topics: new Map() }
    this.listeners.add(listener)
    ws.on('close', () => {
      this.listeners.delete(listener)
      for (const name of [...listener.topics.keys()]) this.leave(listener, name)
    })
    ws.on('message', (text) => {
      const now = Date.now()
      const { kind, replies, ...asked } = this.format.readRequest(String(text), this.context(now), path)
      for (const reply of replies) ws.send(reply)
      if (kind === 'none' || !('topics' in asked)) return
      for (const topic of asked.topics) {
        this.leave(listener, topic.name)
        if (kind === 'unsubscribe') continue
        listener.topics.set(topic.name, topic)
        const key = keyOf(topic.kind, topic.symbol ?? ALL)
        this.heard.set(key, [...(this.heard.get(key) ?? []), { listener, topic }])
        for (const frame of this.format.snapshot(topic, this.context(now), now)) ws.send(frame)
      }
    })
  }

  private leave(listener: Listener, name: string): void {
    const topic = listener.topics.get(name)
    if (!topic) return
    listener.topics.delete(name)
    const key = keyOf(topic.kind, topic.symbol ?? ALL)
    const left = this.heard.get(key)?.filter((one) => one.listener !== listener || one.topic.name !== name) ?? []
    this.heard.set(key, left)
  }
}

const keyOf = (kind: HappeningKind, symbol: string): string => `${kind} ${symbol}`
