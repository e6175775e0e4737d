/** OKX's channels, as clients subscribe to them: a channel and an instrument, or a channel and a type of instruments. */
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { HappeningKind, Topic, WireContext } from '../wire-format.ts'
import { BARS } from './rest-params.ts'
import { familyOf } from './words.ts'

export const PUBLIC_PATH = '/ws/v5/public'
/** Candles and single trades are served here, and nowhere else. */
export const BUSINESS_PATH = '/ws/v5/business'

/** A change is told against a moment that markets still know well; after a longer silence all is told anew. */
export const LONGEST_SILENCE_MS = 5 * MINUTE_MS

interface Channel {
  kind: HappeningKind
  everyMs: number
  /** what has not changed is told again after this long; 0: at every turn */
  quietMs?: number
}

const CHANNELS: Readonly<Record<string, Channel>> = {
  trades: { kind: 'trade', everyMs: 0 },
  'trades-all': { kind: 'trade', everyMs: 0 },
  'mark-price': { kind: 'mark', everyMs: 200, quietMs: 10 * SECOND_MS },
  'index-tickers': { kind: 'mark', everyMs: 100, quietMs: MINUTE_MS },
  tickers: { kind: 'mark', everyMs: 100, quietMs: LONGEST_SILENCE_MS },
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
  if ((candles || channel === 'trades-all') !== (path === BUSINESS_PATH)) return undefined
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
  return known && { name, symbol, kind: known.kind, everyMs: known.everyMs }
}

export const quietMsOf = (topic: Topic): number => CHANNELS[channelOf(topic)]?.quietMs ?? 0

export const channelOf = (topic: Topic): string => topic.name.slice(0, topic.name.indexOf(':'))

/** The argument that a topic's messages bear. */
export function argOf(topic: Topic): object {
  const channel = channelOf(topic)
  const rest = topic.name.slice(channel.length + 1)
  return topic.kind === 'liquidation' ? { channel, instType: rest } : { channel, instId: rest }
}
