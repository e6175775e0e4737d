/**
 * Venues that send as much as they are told to, in one process of their own: five wire formats over real sockets, on the same
 * coins. Binance's words are here, those of the others are the simulator's.
 *
 * At any time they send what quiet markets send: of each instrument twice a second a trade, the open candle, the mark and the
 * book, as far as somebody listens to them; the closed candle at each minute's end. In a phase come liquidations on top, round
 * the instruments (from Binance, whose feed stores every mark, three marks to one liquidation; from Hyperliquid none: it has no
 * channel for them), each with a time of its own: the moment at which it was due. A sender that is late sends late, and that
 * counts as lag. It counts what it sends that has to become a row.
 *
 *   node loud-venue.ts INSTRUMENTS-PER-VENUE WIRE …
 */
import { floorTo, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { WIRES, type Wire } from '@faultline/market/venue'
import type { Topic } from '@faultline/simulator/wire-format'
import { FORMATS } from '@faultline/simulator/wire-formats'
import { binanceFormat } from './binance-words.ts'
import { TICK_MS, TURN_MS, turnOf } from './loud-market.ts'
import { type Counts, type FromVenue, type Kind, leastPerSecond, type Phase, type PhaseReport } from './loud-plan.ts'
import { LoudSockets } from './loud-sockets.ts'

/** Rates of funding are told more seldom than marks, in messages of their own. */
const SELDOM_MS = 30 * SECOND_MS
/** Binance's marks outside phases. */
const BINANCE_MARK_MS = 3 * SECOND_MS

const [perVenue = '40', ...names] = process.argv.slice(2)
const count = Number(perVenue)
const venues = WIRES.filter((wire) => names.includes(wire)).map((wire) => {
  const format = wire === 'binance' ? binanceFormat : FORMATS[wire]
  if (!format) throw new Error(`nobody here speaks as ${wire}`)
  const sockets: LoudSockets = new LoudSockets(wire, format, count, (symbol, time) => {
    const index = sockets.listings.findIndex((listing) => listing.symbol === symbol)
    if (index >= 0) note(phaseAt(time), wire, 'depth', index)
  })
  return { wire, sockets, due: 0, turn: 0, sentBefore: 0 }
})
type Venue = (typeof venues)[number]

let phases: Phase[] = []
let reports: PhaseReport[] = []
const say = (message: FromVenue): void => void process.send?.(message)
const zeros = (): Counts => {
  const none = (): number[] => Array.from({ length: count }, () => 0)
  return { mark_price: none(), liquidation: none(), candle: none(), depth: none() }
}
const phaseAt = (time: number): number => phases.findIndex(({ from, to }) => time >= from && time < to)

function note(phase: number, wire: Wire, kind: Kind, index: number): void {
  const counts = reports[phase]?.rows[wire]?.[kind]
  if (counts) counts[index] = (counts[index] ?? 0) + 1
}

process.on('message', (plan: Phase[]) => {
  phases = plan
  reports = plan.map(() => ({
    rows: Object.fromEntries(venues.map(({ wire }) => [wire, zeros()])),
    messages: {},
    lateMs: 0,
    waitingBytes: 0,
  }))
})
process.on('disconnect', () => process.exit(0))

function tick(time: number, lateMs: number): void {
  const at = phaseAt(time)
  const report = reports[at]
  for (const venue of venues) {
    const { sockets, wire } = venue
    if (report) report.waitingBytes = Math.max(report.waitingBytes, sockets.waitingBytes())
    sockets.cork()
    if (time % MINUTE_MS === 0) closeCandles(venue, time)
    for (let index = 0; index < count; index++) if (time % TURN_MS === turnOf(index, count)) turnOfOne(venue, index, time, at)
    const perSecond = phases[at]?.perSecond[wire]
    if (perSecond !== undefined) extra(venue, perSecond, time, at)
    sockets.uncork()
    if (report) report.messages[wire] = (report.messages[wire] ?? 0) + sockets.messages - venue.sentBefore
    venue.sentBefore = sockets.messages
  }
  if (report) report.lateMs = Math.max(report.lateMs, lateMs)
}

function closeCandles({ sockets, wire }: Venue, time: number): void {
  // The one that is told at the very end of a phase is of its last minute.
  const ended = phases.findIndex(({ from, to }) => time > from && time <= to)
  sockets.listings.forEach((listing, index) => {
    const bar = listing.market.candleAt(time - 1)
    sockets.tell({ kind: 'candle', listing, time, interval: '1m', intervalMs: MINUTE_MS, bar, closed: true }, time - TURN_MS)
    note(ended, wire, 'candle', index)
  })
}

/** The book comes first: it tells what time it is in the messages that do not say it. */
function turnOfOne({ sockets, wire }: Venue, index: number, time: number, phase: number): void {
  const listing = sockets.listings[index]
  const market = sockets.markets[index]
  if (!listing || !market) return
  const toldAt = time - TURN_MS
  sockets.tell({ kind: 'depth', listing, time, book: market.depthAt(time, 50) }, toldAt)
  // The first of each minute is stored, where books come by the socket.
  if ((wire === 'binance' || wire === 'hyperliquid') && time % MINUTE_MS < TURN_MS) note(phase, wire, 'depth', index)
  sockets.tell({ kind: 'trade', listing, time, ticks: market.ticks(toldAt, time) }, toldAt)
  const bar = market.candleAt(time)
  sockets.tell({ kind: 'candle', listing, time, interval: '1m', intervalMs: MINUTE_MS, bar, closed: false }, toldAt)
  if (wire === 'binance') {
    if (phase < 0 && time % BINANCE_MARK_MS < TURN_MS) sendMark(sockets, index, time, toldAt)
    return
  }
  const seldom = time % SELDOM_MS < TURN_MS
  sendMark(sockets, index, time, toldAt, ({ everyMs }) => seldom || everyMs < SELDOM_MS)
  // The first of each second is stored.
  if (time % SECOND_MS < TURN_MS) note(phase, wire, 'mark_price', index)
}

function sendMark(sockets: LoudSockets, index: number, time: number, toldAt: number, wanted?: (topic: Topic) => boolean): void {
  const listing = sockets.listings[index]
  const market = sockets.markets[index]
  if (!listing || !market) return
  const [mark, openInterest] = [market.markAt(time), market.openInterestAt(time)]
  sockets.tell({ kind: 'mark', listing, time, mark, openInterest, lastPrice: mark.markPrice }, toldAt, wanted)
}

/** What makes it loud. */
function extra(venue: Venue, perSecond: number, time: number, phase: number): void {
  const { sockets, wire } = venue
  if (wire === 'hyperliquid') return
  const more = ((perSecond - leastPerSecond(wire, count)) * TICK_MS) / SECOND_MS
  venue.due += more
  for (; venue.due >= 1; venue.due--, venue.turn++) {
    const index = venue.turn % count
    const rounds = Math.floor(venue.turn / count)
    if (wire === 'binance' && (venue.turn + rounds) % 4 !== 3) {
      sendMark(sockets, index, time, time - TURN_MS)
      note(phase, wire, 'mark_price', index)
      continue
    }
    const listing = sockets.listings[index]
    const price = sockets.markets[index]?.priceAt(time) ?? 1
    const direction = rounds % 2 === 0 ? 1 : -1
    if (!listing) continue
    const order = { type: 'forced', time, direction, quantity: 12.5, orderPrice: price, averagePrice: price } as const
    sockets.tell({ kind: 'liquidation', listing, time, orders: [order] }, time - TURN_MS)
    note(phase, wire, 'liquidation', index)
  }
}

let next = floorTo(Date.now(), TICK_MS) + TICK_MS
function pump(): void {
  const now = Date.now()
  for (; next <= now; next += TICK_MS) tick(next, now - next)
  const last = phases.at(-1)
  // The candles of the last minute go out at its end, and books may have been asked for until then.
  if (last && next > last.to + SECOND_MS) {
    phases = []
    say({ kind: 'sent', phases: reports })
  }
  setTimeout(pump, Math.max(1, next - Date.now()))
}

const listening = await Promise.all(
  venues.map(async ({ wire, sockets }) => ({
    wire,
    port: await sockets.listen(),
    instruments: sockets.listings.map(({ symbol, contractSize, instrument: { baseAsset } }) => ({
      ...{ symbol, baseAsset, contractSize },
      quoteAsset: wire === 'hyperliquid' ? 'USDC' : 'USDT',
    })),
  })),
)
say({ kind: 'listening', venues: listening })
pump()
