/** A wire format that no venue has, as plain as one can be: what the server does is tested with it. */
import type { ClientRequest, HappeningKind, RestCost, Topic, WireFormat } from './wire-format.ts'

const KINDS: readonly HappeningKind[] = ['trade', 'liquidation', 'candle', 'mark', 'depth']
const EVERY_MS: Readonly<Record<HappeningKind, number>> = { trade: 0, liquidation: 0, candle: 1_000, mark: 1_000, depth: 500 }

/** `mark:SIMHAND`, `candle:SIMHAND:1m`, `liquidation:*` */
function topicOf(name: string): Topic | undefined {
  const [kind, symbol = '*', interval] = name.split(':')
  const known = KINDS.find((k) => k === kind)
  if (!known) return undefined
  return { name, kind: known, symbol: symbol === '*' ? null : symbol, everyMs: EVERY_MS[known], ...(interval ? { interval } : {}) }
}

const COST: RestCost = { bucket: 'all', weight: 1, limit: 5, windowMs: 60_000 }

/** Clients say `+topic` and `-topic`, and `ping`. */
export const plainFormat: WireFormat = {
  wire: 'bybit',
  symbolOf: ({ baseAsset }) => baseAsset,
  contractSizeOf: () => 1,
  liquidationsPerSecond: null,
  acceptsPath: (path) => path === '/plain',
  idleMs: null,
  connectionMs: null,
  readRequest: (text): ClientRequest => {
    const topic = topicOf(text.slice(1))
    if (!topic) return { kind: 'none', replies: [text === 'ping' ? 'pong' : 'what?'] }
    return { kind: text.startsWith('+') ? 'subscribe' : 'unsubscribe', topics: [topic], replies: [`ok ${text}`] }
  },
  messages: ({ name }, happening, { now, serverTime }, toldAt) => {
    const { listing, kind, time, ...fields } = happening
    return [JSON.stringify({ topic: name, symbol: listing.symbol, time, now, sent: serverTime, toldAt, ...fields })]
  },
  snapshot: ({ name, kind }, { now }, toldAt) => (kind === 'depth' ? [JSON.stringify({ topic: name, snapshot: now, toldAt })] : []),
  limitHeaders: (_, left) => ({ 'x-left': String(left) }),
  costOf: ({ path }) => (path === '/time' || path === '/echo' ? COST : undefined),
  answer: ({ path, query, body }, { serverTime, listings }) => ({
    status: 200,
    body: path === '/echo' ? { body, query: query.toString() } : { serverTime, symbols: listings.map(({ symbol }) => symbol) },
  }),
  refusal: (reason, retryAfterMs) => ({ status: reason === 'ban' ? 418 : 429, body: { reason, retryAfterMs } }),
  serverError: (status) => ({ status, body: { status } }),
}
