/** Gate's socket: what a client asks for, and what it is told. */
import { floorTo } from '@faultline/market/units'
import type { DepthAt } from '../../venue-market.ts'
import type { Json } from '../../wire.ts'
import { bestOf, bookChanges } from '../book-changes.ts'
import type { ClientRequest, Happening, Topic, WireContext, WireListing } from '../wire-format.ts'
import { contracts, price, seconds } from './numbers.ts'
import { INTERVALS } from './params.ts'
import { BOOK_STEP_MS } from './rest.ts'
import { candleUpdate, levelRows, liquidationUpdate, tickerUpdate, tradeUpdate } from './rows.ts'

const ALL = '!all'
const TICKER_MS = 1_000
const CANDLE_MS = 500
/** What `futures.order_book` and `futures.order_book_update` can be asked for. */
const BOOK_LEVELS = ['100', '50', '20', '10', '5', '1']
const UPDATE_LEVELS = ['100', '50', '20']
const UPDATE_RATES: Readonly<Record<string, number>> = { '100ms': BOOK_STEP_MS, '20ms': 20 }

/** How many books before the present one a message of changes looks at. */
const MOST_STEPS = 50

/** A payload that Gate refuses. */
class Refused extends Error {}

const unknownContract = (name: string): Refused => new Refused(`unknown contract: ${name}`)

/** Name of a topic: the channel, and what the payload says. */
const nameOf = (channel: string, ...parts: string[]): string => [channel, ...parts].join(' ')
const partsOf = (topic: Topic): string[] => topic.name.split(' ')

type Reader = (payload: readonly string[], context: WireContext) => Topic[]

const listed = (context: WireContext, contract: string | undefined): string => {
  if (contract === undefined) throw new Refused('invalid argument')
  if (!context.listings.some((l) => l.symbol === contract)) throw unknownContract(contract)
  return contract
}

/** Contracts one after another; `!all` where the channel has it. */
const perContract =
  (channel: string, topic: Pick<Topic, 'kind' | 'everyMs'>, all: boolean): Reader =>
  (payload, context) => {
    if (payload.length === 0) throw new Refused('invalid argument')
    return payload.map((contract) => {
      if (all && contract === ALL) return { ...topic, name: nameOf(channel, ALL), symbol: null }
      return { ...topic, name: nameOf(channel, contract), symbol: listed(context, contract) }
    })
  }

const READERS: Readonly<Record<string, Reader>> = {
  'futures.trades': perContract('futures.trades', { kind: 'trade', everyMs: 0 }, false),
  'futures.tickers': perContract('futures.tickers', { kind: 'mark', everyMs: TICKER_MS }, true),
  'futures.public_liquidates': perContract('futures.public_liquidates', { kind: 'liquidation', everyMs: 0 }, true),
  'futures.candlesticks': ([interval, contract], context) => {
    if (interval === undefined || !Object.hasOwn(INTERVALS, interval)) throw new Refused('invalid argument')
    const symbol = listed(context, contract)
    return [{ name: nameOf('futures.candlesticks', interval, symbol), kind: 'candle', symbol, interval, everyMs: CANDLE_MS }]
  },
  'futures.order_book': ([contract, levels = '20', aggregation = '0'], context) => {
    const symbol = listed(context, contract)
    if (!BOOK_LEVELS.includes(levels) || aggregation !== '0') throw new Refused('invalid argument')
    return [{ name: nameOf('futures.order_book', symbol, levels), kind: 'depth', symbol, everyMs: BOOK_STEP_MS }]
  },
  'futures.order_book_update': ([contract, rate = '', levels = '100'], context) => {
    const symbol = listed(context, contract)
    const everyMs = Object.hasOwn(UPDATE_RATES, rate) ? UPDATE_RATES[rate] : undefined
    if (everyMs === undefined || !UPDATE_LEVELS.includes(levels)) throw new Refused('invalid argument')
    return [{ name: nameOf('futures.order_book_update', symbol, levels, rate), kind: 'depth', symbol, everyMs }]
  },
}

interface Frame {
  id?: Json
  channel?: unknown
  event?: unknown
  payload?: unknown
}

function frameOf(text: string): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? (frame as Frame) : undefined
  } catch {
    return undefined
  }
}

function envelope(time: number, channel: string, event: string, rest: { [key: string]: Json }): string {
  return JSON.stringify({ time: seconds(time), time_ms: Math.round(time), channel, event, ...rest })
}

const refused = (code: number, message: string): { [key: string]: Json } => ({
  error: { code, message },
  result: { status: 'fail' },
})

export function readRequest(text: string, context: WireContext): ClientRequest {
  const time = context.serverTime
  const frame = frameOf(text)
  const nothing = (...replies: string[]): ClientRequest => ({ kind: 'none', replies })
  if (!frame || typeof frame.channel !== 'string') return nothing(envelope(time, '', '', refused(1, 'invalid argument struct')))
  const { channel, event } = frame
  const id: { [key: string]: Json } = frame.id === undefined ? {} : { id: frame.id }
  if (channel === 'futures.ping') return nothing(envelope(time, 'futures.pong', '', { ...id, result: null }))
  const reply = (rest: { [key: string]: Json }): string =>
    envelope(time, channel, typeof event === 'string' ? event : '', { ...id, ...rest })
  const reader = Object.hasOwn(READERS, channel) ? READERS[channel] : undefined
  if (!reader) return nothing(reply(refused(2, `unknown channel ${channel}`)))
  if (event !== 'subscribe' && event !== 'unsubscribe') return nothing(reply(refused(2, 'unknown event')))
  const payload = Array.isArray(frame.payload) ? frame.payload.filter((part) => typeof part === 'string') : []
  try {
    const topics = reader(payload, context)
    return { kind: event, topics, replies: [reply({ payload, result: { status: 'success' } })] }
  } catch (error) {
    if (error instanceof Refused) return nothing(reply({ payload, ...refused(2, error.message) }))
    throw error
  }
}

export function messages(topic: Topic, happening: Happening, context: WireContext, toldAt: number): string[] {
  const { listing } = happening
  if (topic.kind !== happening.kind || (topic.symbol !== null && topic.symbol !== listing.symbol)) return []
  const [channel] = partsOf(topic) as [string]
  // The envelope is stamped by the venue's clock, the data by the market.
  const at = happening.time + context.serverTime - context.now
  const update = (result: Json): string[] => [envelope(at, channel, 'update', { result })]
  switch (happening.kind) {
    case 'trade':
      return update(happening.ticks.map((t) => tradeUpdate(listing, t)))
    case 'liquidation':
      return update(happening.orders.map((order) => liquidationUpdate(listing, order)))
    case 'mark': {
      const { mark, openInterest, lastPrice, time } = happening
      return update([tickerUpdate(listing, { mark, openInterest, last: lastPrice, now: time })])
    }
    case 'candle':
      if (happening.interval !== topic.interval) return []
      return update([candleUpdate(listing, happening.interval, happening.bar, happening.closed)])
    case 'depth':
      return channel === 'futures.order_book'
        ? [wholeBook(topic, listing, happening.book, happening.time, at)]
        : changes(topic, happening, at, toldAt)
  }
}

function wholeBook(topic: Topic, listing: WireListing, book: DepthAt, time: number, at: number): string {
  const [channel, contract, levels] = partsOf(topic) as [string, string, string]
  const result = {
    t: time,
    id: book.lastUpdateId,
    contract,
    asks: levelRows(listing, book.asks.slice(0, Number(levels))),
    bids: levelRows(listing, book.bids.slice(0, Number(levels))),
  }
  return envelope(at, channel, 'all', { result })
}

/**
 * What changed since the topic was told last, or since any book that REST could give out in between: a client applies it to
 * either. The market can be asked for those books again, so that nothing has to be remembered.
 */
function changes(topic: Topic, happening: Extract<Happening, { kind: 'depth' }>, at: number, toldAt: number): string[] {
  const { listing, time } = happening
  const { market } = listing
  const [channel, contract, text] = partsOf(topic) as [string, string, string]
  const bookAt = (moment: number): DepthAt => bestOf(market.depthAt(Math.max(moment, market.genesis), Number(text)), Number(text))
  const now = bookAt(time)
  const before = bookAt(toldAt)
  if (now.lastUpdateId === before.lastUpdateId) return []
  const bids = new Map<number, number>()
  const asks = new Map<number, number>()
  const earliest = Math.max(toldAt, time - MOST_STEPS * BOOK_STEP_MS)
  for (let step = floorTo(earliest, BOOK_STEP_MS) + BOOK_STEP_MS; step < time; step += BOOK_STEP_MS) collect(bookAt(step))
  collect(before)
  function collect(earlier: DepthAt): void {
    const changed = bookChanges(earlier, now)
    for (const [p, quantity] of changed.bids) bids.set(p, quantity)
    for (const [p, quantity] of changed.asks) asks.set(p, quantity)
  }
  const rows = (levels: ReadonlyMap<number, number>, order: 1 | -1): Json[] =>
    [...levels].sort(([a], [b]) => order * (a - b)).map(([p, q]) => ({ p: price(listing, p), s: contracts(listing, q) }))
  const result = { t: time, s: contract, U: before.lastUpdateId + 1, u: now.lastUpdateId, b: rows(bids, -1), a: rows(asks, 1) }
  return [envelope(at, channel, 'update', { result })]
}
