/** Names of streams, as clients subscribe to them. */
import { BUCKETS_MS } from '@faultline/market/resolution'

export const CHANNELS = ['kline', 'aggTrade', 'markPrice', 'forceOrder', 'depth'] as const
export type Channel = (typeof CHANNELS)[number]

/** Since April 2026 each stream is served under one of Binance's paths only: books under /public, the rest under /market. */
export type Route = 'public' | 'market'

interface OfSymbol {
  symbol: string
}
export type Stream =
  | ({ channel: 'kline'; interval: string; intervalMs: number } & OfSymbol)
  | ({ channel: 'aggTrade' } & OfSymbol)
  /** without a symbol: all instruments in one array */
  | { channel: 'markPrice'; everyMs: number; symbol?: string }
  | { channel: 'forceOrder'; symbol?: string }
  /** with `levels` the best so many, without them the changes of the whole book */
  | ({ channel: 'depth'; everyMs: number; levels?: number } & OfSymbol)

export const routeOf = (stream: Stream): Route => (stream.channel === 'depth' ? 'public' : 'market')

const MARK_EVERY_MS = 3_000
const DEPTH_EVERY_MS = 250

/** What a name means; undefined for a name that is no stream of this venue. Symbols are in small letters in names only. */
export function parseStream(name: string): Stream | undefined {
  const marks = /^!markPrice@arr(@1s)?$/.exec(name)
  if (marks) return { channel: 'markPrice', everyMs: marks[1] ? 1_000 : MARK_EVERY_MS }
  if (name === '!forceOrder@arr') return { channel: 'forceOrder' }

  const [, lower, rest] = /^([a-z0-9_]+)@(.+)$/.exec(name) ?? []
  if (lower === undefined || rest === undefined) return undefined
  const symbol = lower.toUpperCase()
  if (rest === 'aggTrade' || rest === 'forceOrder') return { channel: rest, symbol }
  if (rest === 'markPrice') return { channel: 'markPrice', everyMs: MARK_EVERY_MS, symbol }
  if (rest === 'markPrice@1s') return { channel: 'markPrice', everyMs: 1_000, symbol }

  const interval = /^kline_(\w+)$/.exec(rest)?.[1]
  if (interval !== undefined) {
    const intervalMs = Object.hasOwn(BUCKETS_MS, interval) ? BUCKETS_MS[interval] : undefined
    return intervalMs === undefined ? undefined : { channel: 'kline', interval, intervalMs, symbol }
  }
  const depth = /^depth(5|10|20)?(?:@(100|250|500)ms)?$/.exec(rest)
  if (!depth) return undefined
  const everyMs = depth[2] === undefined ? DEPTH_EVERY_MS : Number(depth[2])
  return { channel: 'depth', everyMs, symbol, ...(depth[1] === undefined ? {} : { levels: Number(depth[1]) }) }
}
