/** OKX's channels, as clients subscribe to them: a channel and an instrument, or a channel and a type of instruments. */
import { SECOND_MS } from '@faultline/market/units'
import type { HappeningKind, Topic, WireContext } from '../wire-format.ts'
import { BARS } from './rest-params.ts'
import { familyOf } from './words.ts'

export const PUBLIC_PATH = '/ws/v5/public'
/** Candles are served here, and nowhere else. */
export const BUSINESS_PATH = '/ws/v5/business'

interface Channel {
  kind: HappeningKind
  everyMs: number
}

const CHANNELS: Readonly<Record<string, Channel>> = {
  trades: { kind: 'trade', everyMs: 0 },
  'mark-price': { kind: 'mark', everyMs: 200 },
  'index-tickers': { kind: 'mark', everyMs: 100 },
  tickers: { kind: 'mark', everyMs: 100 },
  'open-interest': { kind: 'mark', everyMs: 3 * SECOND_MS },
  'funding-rate': { kind: 'mark', everyMs: 30 * SECOND_MS },
  books: { kind: 'depth', everyMs: 100 },
  books5: { kind: 'depth', everyMs: 100 },
  'bbo-tbt': { kind: 'depth', everyMs: 10 },
}
export const LEVELS: Readonly<Record<string, number>> = { books: 400, books5: 5, 'bbo-tbt': 1 }

/** What a client names; more fields than these are nobody's. */
export interface Arg {
  channel?: unknown
  instId?: unknown
  instType?: unknown
}

/** What an argument means on this path; undefined where there is no such thing. */
export function topicOf({ channel, instId, instType }: Arg, { listings }: WireContext, path: string): Topic | undefined {
  if (typeof channel !== 'string') return undefined
  const candles = channel.startsWith('candle')
  if (candles !== (path === BUSINESS_PATH)) return undefined
  if (channel === 'liquidation-orders') {
    return instType === 'SWAP' ? { name: `${channel}:SWAP`, kind: 'liquidation', symbol: null, everyMs: 0 } : undefined
  }
  const listing = listings.find((l) => instId === (channel === 'index-tickers' ? familyOf(l.instrument) : l.symbol))
  if (!listing) return undefined
  const { symbol } = listing
  const name = `${channel}:${String(instId)}`
  if (candles) {
    const bar = channel.slice('candle'.length)
    if (!Object.hasOwn(BARS, bar)) return undefined
    return { name, kind: 'candle', symbol, interval: BARS[bar] as string, everyMs: SECOND_MS }
  }
  const known = Object.hasOwn(CHANNELS, channel) ? CHANNELS[channel] : undefined
  return known && { name, symbol, ...known }
}

export const channelOf = (topic: Topic): string => topic.name.slice(0, topic.name.indexOf(':'))

/** The argument that a topic's messages bear. */
export function argOf(topic: Topic): object {
  const channel = channelOf(topic)
  const rest = topic.name.slice(channel.length + 1)
  return topic.kind === 'liquidation' ? { channel, instType: rest } : { channel, instId: rest }
}
