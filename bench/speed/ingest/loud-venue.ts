/**
 * A venue that sends as much as it is told to, in a process of its own: the wire format of Binance USDⓈ-M over real sockets.
 *
 * At any time it sends what 200 quiet markets send: a mark price of each every three seconds, the open candle four times a
 * second, the closed one at each minute's end, books twice a second. In a phase come mark prices and liquidations on top, three
 * to one, round the instruments, each with a time of its own: the moment at which it was due. A sender that is late sends late,
 * and that counts as lag. It counts what it sends that has to become a row.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { MINUTE_MS } from '@faultline/market/units'
import { type WebSocket, WebSocketServer } from 'ws'
import { answer, depth, INSTRUMENTS, kline, liquidation, markPrice, symbolOf } from './synthetic-market.ts'

/** Everything happens on this grid of the clock. */
const TICK_MS = 10
const MARK_MS = 3_000
const OPEN_CANDLE_MS = 250
const DEPTH_MS = 500

export interface Phase {
  /** UTC ms, full minutes */
  from: number
  to: number
  perSecond: number
}
/** What has to be a row, by table. */
export interface Counts {
  mark_price: number
  liquidation: number
  candle: number
  depth: number
}
export interface PhaseReport {
  rows: Counts
  /** all messages, those among them that are not stored */
  messages: number
  /** behind its own schedule, ms at most */
  lateMs: number
}
export type FromVenue = { kind: 'listening'; port: number } | { kind: 'streams'; count: number } | { kind: 'sent'; phases: PhaseReport[] }

interface Listener {
  ws: WebSocket
  socket: Socket
  streams: Set<string>
}

const listeners = new Set<Listener>()
const say = (message: FromVenue): void => void process.send?.(message)
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://venue')
  const body = answer(pathname, searchParams)
  response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body ?? { code: -1, msg: `no ${pathname} here` }))
})
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (ws: WebSocket, request: IncomingMessage) => {
  const listener: Listener = { ws, socket: request.socket, streams: new Set() }
  listeners.add(listener)
  ws.on('close', () => listeners.delete(listener))
  ws.on('message', (text) => {
    const { method, params, id } = JSON.parse(String(text)) as { method: string; params: string[]; id: number }
    for (const stream of params) method === 'SUBSCRIBE' ? listener.streams.add(stream) : listener.streams.delete(stream)
    ws.send(JSON.stringify({ result: null, id }))
    say({ kind: 'streams', count: [...listeners].reduce((sum, { streams }) => sum + streams.size, 0) })
  })
})
server.listen(0, '127.0.0.1', () => say({ kind: 'listening', port: (server.address() as AddressInfo).port }))

let phases: Phase[] = []
let reports: PhaseReport[] = []
let next = Math.ceil(Date.now() / TICK_MS) * TICK_MS
let turn = 0
process.on('message', (plan: Phase[]) => {
  phases = plan
  reports = plan.map(() => ({ rows: { mark_price: 0, liquidation: 0, candle: 0, depth: 0 }, messages: 0, lateMs: 0 }))
})
process.on('disconnect', () => process.exit(0))

/** Sent with one write per socket and tick: what a network card does as well. */
function tick(time: number, lateMs: number): void {
  const at = phases.findIndex(({ from, to }) => time >= from && time < to)
  const phase = phases[at]
  const report = reports[at]
  const market: string[] = []
  const books: string[] = []
  if (time % MINUTE_MS === 0) {
    for (let i = 0; i < INSTRUMENTS; i++) market.push(kline(i, time - MINUTE_MS, time, true))
    // The one that is told at the very end of a phase is of its last minute.
    const ended = reports[phases.findIndex(({ from, to }) => time > from && time <= to)]
    if (ended) ended.rows.candle += INSTRUMENTS
  }
  for (let i = 0; i < INSTRUMENTS; i++) {
    if ((time / TICK_MS + i) % (OPEN_CANDLE_MS / TICK_MS) === 0 && time % MINUTE_MS > 0)
      market.push(kline(i, Math.floor(time / MINUTE_MS) * MINUTE_MS, time, false))
    if ((time / TICK_MS + i) % (DEPTH_MS / TICK_MS) === 0) {
      books.push(depth(i, time))
      // The first of each minute is stored.
      if (report && time % MINUTE_MS < DEPTH_MS) report.rows.depth++
    }
    if (!phase && (time / TICK_MS + i) % (MARK_MS / TICK_MS) === 0) market.push(markPrice(i, time))
  }
  if (phase && report) {
    for (let n = (phase.perSecond * TICK_MS) / 1_000; n > 0; n--, turn++) {
      const index = turn % INSTRUMENTS
      const isLiquidation = (turn + Math.floor(turn / INSTRUMENTS)) % 4 === 3
      report.rows[isLiquidation ? 'liquidation' : 'mark_price']++
      market.push(isLiquidation ? liquidation(index, time) : markPrice(index, time))
    }
    report.messages += market.length + books.length
    report.lateMs = Math.max(report.lateMs, lateMs)
  }
  for (const listener of listeners) {
    if (listener.streams.size === 0) continue
    const ofMarket = listener.streams.has(`${symbolOf(0).toLowerCase()}@markPrice`)
    listener.socket.cork()
    for (const message of ofMarket ? market : books) listener.ws.send(message)
    listener.socket.uncork()
  }
}

function pump(): void {
  const now = Date.now()
  for (; next <= now; next += TICK_MS) tick(next, now - next)
  const last = phases.at(-1)
  // The candles of the last minute go out at its end.
  if (last && next > last.to + TICK_MS) {
    phases = []
    say({ kind: 'sent', phases: reports })
  }
  setTimeout(pump, Math.max(1, next - Date.now()))
}
pump()
