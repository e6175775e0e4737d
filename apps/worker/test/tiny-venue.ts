/** A server that answers what a test tells it to, in Binance's manner: for faults that a well-behaved venue never shows. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'

export interface TinyRequest {
  method: string
  params: string[]
  id: number
}

export interface TinyConnection {
  /** `/market/ws/0` */
  path: string
  socket: WebSocket
  requests: TinyRequest[]
}

export class TinyVenue {
  rest = ''
  ws = ''
  /** paths with their queries, in order */
  readonly asked: string[] = []
  readonly connections: TinyConnection[] = []
  /** what each request gets; 200 and `{}` unless told */
  answer: (path: string, query: URLSearchParams, response: ServerResponse) => void = (_, __, response) => json(response, 200, {})
  /** what a subscription is answered; undefined: nothing */
  acknowledge: (request: TinyRequest, connection: TinyConnection) => unknown = ({ id }) => ({ result: null, id })
  /** the status line of a refused handshake; null: accepted; 'hang': neither */
  handshake: string | null = null
  /** what the sockets run on */
  readonly raw = new Set<Duplex>()
  private readonly server = createServer((request, response) => this.handle(request, response))
  private readonly sockets = new WebSocketServer({ noServer: true })

  static async start(): Promise<TinyVenue> {
    const venue = new TinyVenue()
    venue.server.on('upgrade', (request, socket, head) => {
      venue.raw.add(socket.on('error', () => undefined))
      if (venue.handshake === 'hang') return
      if (venue.handshake !== null) socket.end(`HTTP/1.1 ${venue.handshake}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      else venue.sockets.handleUpgrade(request, socket, head, (client) => venue.accept(client, request.url ?? ''))
    })
    await new Promise<void>((done) => venue.server.listen(0, '127.0.0.1', done))
    const { port } = venue.server.address() as AddressInfo
    venue.rest = `http://127.0.0.1:${port}`
    venue.ws = `ws://127.0.0.1:${port}`
    return venue
  }

  /** To every open socket; text and bytes as they are, anything else as JSON. */
  tell(...messages: unknown[]): void {
    for (const { socket } of this.connections)
      for (const message of messages)
        socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }

  async stop(): Promise<void> {
    for (const socket of this.raw) socket.destroy()
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.url ?? '')
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://tiny')
    this.answer(pathname, searchParams, response)
  }

  private accept(socket: WebSocket, path: string): void {
    const connection: TinyConnection = { path, socket, requests: [] }
    this.connections.push(connection)
    socket.on('error', () => undefined)
    socket.on('message', (data) => {
      if (String(data) === 'ping') return socket.send('pong')
      const request = JSON.parse(String(data)) as TinyRequest
      connection.requests.push(request)
      const reply = this.acknowledge(request, connection)
      if (reply !== undefined) socket.send(JSON.stringify(reply))
    })
  }
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
