/** Hyperliquid's socket: what a client asks for, and what it is told. */
import { barAt } from '../../bars.ts'
import type { Json } from '../../wire.ts'
import { latestTrades } from '../recent-trades.ts'
import type { ClientRequest, Happening, Topic, WireContext, WireListing } from '../wire-format.ts'
import { fillsOf } from './accounts.ts'
import { allMids, assetContext, figuresOf } from './contexts.ts'
import { INTERVALS } from './info.ts'
import { BOOK_LEVELS, bookRow, candleRow, liquidationFill, tradeRow } from './rows.ts'

const BOOK_MS = 500
const CONTEXT_MS = 1_000
const CANDLE_MS = 500
/** Trades that a new subscription begins with. */
const RECENT_TRADES = 10
const ADDRESS = /^0x[0-9a-f]{40}$/i

type Subscription = Readonly<Record<string, unknown>>
type Reader = (subscription: Subscription, context: WireContext) => Topic | undefined

/** Types and what they are about: `candle SIMOAK 1m`, `userFills 0x…`. */
const nameOf = (...parts: string[]): string => parts.join(' ')
const partsOf = ({ name }: Topic): [type: string, ...rest: string[]] => name.split(' ') as [string, ...string[]]

const perCoin =
  (type: string, topic: Pick<Topic, 'kind' | 'everyMs'>): Reader =>
  ({ coin }, { listings }) =>
    listings.some(({ symbol }) => symbol === coin) ? { ...topic, name: nameOf(type, String(coin)), symbol: String(coin) } : undefined

const perUser =
  (type: string): Reader =>
  ({ user }) =>
    typeof user === 'string' && ADDRESS.test(user)
      ? { kind: 'liquidation', everyMs: 0, name: nameOf(type, user.toLowerCase()), symbol: null }
      : undefined

const READERS: Readonly<Record<string, Reader>> = {
  trades: perCoin('trades', { kind: 'trade', everyMs: 0 }),
  activeAssetCtx: perCoin('activeAssetCtx', { kind: 'mark', everyMs: CONTEXT_MS }),
  l2Book: perCoin('l2Book', { kind: 'depth', everyMs: BOOK_MS }),
  allMids: () => ({ kind: 'mark', everyMs: CONTEXT_MS, name: 'allMids', symbol: null }),
  candle: ({ coin, interval }, { listings }) => {
    if (typeof interval !== 'string' || !Object.hasOwn(INTERVALS, interval)) return undefined
    if (!listings.some(({ symbol }) => symbol === coin)) return undefined
    return { kind: 'candle', everyMs: CANDLE_MS, name: nameOf('candle', String(coin), interval), symbol: String(coin), interval }
  },
  userFills: perUser('userFills'),
  userEvents: perUser('userEvents'),
}

const isObject = (value: unknown): value is Subscription => typeof value === 'object' && value !== null && !Array.isArray(value)
const frame = (channel: string, data: Json): string => JSON.stringify({ channel, data })

function parsed(text: string): Subscription | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function readRequest(text: string, context: WireContext): ClientRequest {
  const refuse = (): ClientRequest => ({
    kind: 'none',
    replies: [frame('error', `Error parsing JSON into valid websocket request: ${text}`)],
  })
  const request = parsed(text)
  if (request?.method === 'ping') return { kind: 'none', replies: [JSON.stringify({ channel: 'pong' })] }
  const { method, subscription } = request ?? {}
  if ((method !== 'subscribe' && method !== 'unsubscribe') || !isObject(subscription)) return refuse()
  const type = String(subscription.type)
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (!reader) return refuse()
  const topic = reader(subscription, context)
  if (!topic) return { kind: 'none', replies: [frame('error', `Invalid subscription ${JSON.stringify(subscription)}`)] }
  const filled = type === 'l2Book' ? { nSigFigs: null, mantissa: null, ...subscription } : subscription
  const data = { method, subscription: filled as { [key: string]: Json } }
  return { kind: method, topics: [topic], replies: [frame('subscriptionResponse', data)] }
}

export function messages(topic: Topic, happening: Happening, context: WireContext): string[] {
  const [type, about] = partsOf(topic)
  const { listing } = happening
  if (topic.kind !== happening.kind || (topic.symbol !== null && topic.symbol !== listing.symbol)) return []
  switch (happening.kind) {
    case 'trade':
      return [
        frame(
          'trades',
          happening.ticks.map((t) => tradeRow(listing, t)),
        ),
      ]
    case 'candle':
      if (topic.interval !== happening.interval) return []
      return [frame('candle', candleRow(listing, happening.interval, happening.intervalMs, happening.bar))]
    case 'depth':
      return [frame('l2Book', bookRow(listing, happening.book, happening.time))]
    case 'mark': {
      const { mark, openInterest, time } = happening
      if (type === 'activeAssetCtx') return [contextFrame(listing, assetContext(listing, { mark, openInterest, now: time }))]
      // One frame holds all coins: told once, not with each of them.
      return listing.symbol === context.listings[0]?.symbol ? [midsFrame(context, time)] : []
    }
    case 'liquidation': {
      const { markPrice } = listing.market.markAt(happening.time)
      const fills = happening.orders
        .filter(({ address }) => address !== undefined && address === about)
        .map((order) => liquidationFill(listing, order, about as string, markPrice))
      if (fills.length === 0) return []
      return type === 'userEvents' ? [frame('user', { fills })] : [frame('userFills', { user: about as string, fills })]
    }
  }
}

const contextFrame = ({ symbol }: WireListing, ctx: Json): string => frame('activeAssetCtx', { coin: symbol, ctx })
const midsFrame = (context: WireContext, now: number): string => frame('allMids', { mids: allMids(context, now) })

/** What it tells a new subscription at once: how things stand, and the latest trades. */
export function snapshot(topic: Topic, context: WireContext): string[] {
  const [type, about] = partsOf(topic)
  const { now } = context
  if (type === 'allMids') return [midsFrame(context, now)]
  if (type === 'userEvents') return []
  if (type === 'userFills') {
    const user = about as string
    return [frame('userFills', { isSnapshot: true, user, fills: fillsOf(context, user, 0, now) })]
  }
  const listing = context.listings.find(({ symbol }) => symbol === topic.symbol)
  return listing ? [ofCoin(type, topic, listing, now)].filter((text) => text !== undefined) : []
}

function ofCoin(type: string, topic: Topic, listing: WireListing, now: number): string | undefined {
  if (type === 'activeAssetCtx') return contextFrame(listing, assetContext(listing, figuresOf(listing, now)))
  if (type === 'l2Book') return frame('l2Book', bookRow(listing, listing.market.depthAt(now, BOOK_LEVELS), now))
  if (type === 'trades') {
    const latest = latestTrades(listing.market, now, RECENT_TRADES)
    return latest.length > 0
      ? frame(
          'trades',
          latest.map((t) => tradeRow(listing, t)),
        )
      : undefined
  }
  const { interval } = topic
  const intervalMs = INTERVALS[interval ?? '']
  if (interval === undefined || intervalMs === undefined) return undefined
  const bar = barAt(listing.market, intervalMs, now, false)
  return bar && frame('candle', candleRow(listing, interval, intervalMs, bar))
}
