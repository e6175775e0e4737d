/** What the venue sent and what it was asked, for tests to compare with what arrived. */
import type { Channel } from './streams.ts'
import type { Message } from './wire.ts'

export interface LedgerEntry {
  seq: number
  /** wall clock, UTC ms */
  at: number
  /** the venue's event time, without a `clock` fault */
  time: number
  channel: Channel
  symbol: string
  /** sockets that it went out to; 0 when nobody listened or a fault held it back */
  delivered: number
  /** the data object as it was sent */
  message: Message
}

export interface RequestEntry {
  seq: number
  /** when it arrived; wall clock, UTC ms */
  at: number
  method: string
  path: string
  /** without the question mark */
  query: string
  /** 0: the connection was dropped without an answer */
  status: number
  weight: number
}

export interface LedgerQuery {
  channel?: string
  symbol?: string
  /** entries with a higher `seq` only */
  after?: number
  /** 1,000 unless told */
  limit?: number
  /** of candles the closed ones only */
  closed?: boolean
}

/** Liquidations and closed candles are what a reader must not miss; books are large and soon stale. */
const KEPT = { forceOrder: 200_000, closedKline: 200_000, aggTrade: 200_000, kline: 20_000, markPrice: 50_000, depth: 500 } as const
type RingName = keyof typeof KEPT
const REQUESTS_KEPT = 100_000
const USUAL_LIMIT = 1_000

/** The newest `capacity` entries in order of `seq`. */
class Ring<T extends { seq: number }> {
  private readonly capacity: number
  private readonly items: T[] = []
  private head = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  push(item: T): void {
    if (this.items.length < this.capacity) {
      this.items.push(item)
      return
    }
    this.items[this.head] = item
    this.head = (this.head + 1) % this.capacity
  }

  /** Entries with a higher `seq`, oldest first. */
  *after(seq: number): Generator<T> {
    const { length } = this.items
    let low = 0
    let high = length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.at(middle).seq > seq) high = middle
      else low = middle + 1
    }
    for (let i = low; i < length; i++) yield this.at(i)
  }

  private at(index: number): T {
    return this.items[(this.head + index) % this.items.length] as T
  }
}

/** Messages are kept as text: a third of the memory of objects. */
type Stored = Omit<LedgerEntry, 'message'> & { text: string }

export class Ledger {
  private readonly rings: Record<RingName, Ring<Stored>>
  private readonly requestRing = new Ring<RequestEntry>(REQUESTS_KEPT)
  private seq = 0
  private requestSeq = 0

  constructor() {
    this.rings = Object.fromEntries(Object.entries(KEPT).map(([name, size]) => [name, new Ring<Stored>(size)])) as typeof this.rings
  }

  /** Notes a message of the data object `text`; `delivered` of what is returned may still grow. */
  record(entry: { time: number; channel: Channel; symbol: string; text: string; closed?: boolean }): { delivered: number } {
    const { time, channel, symbol, text, closed } = entry
    const stored: Stored = { seq: ++this.seq, at: Date.now(), time, channel, symbol, delivered: 0, text }
    this.rings[channel === 'kline' && closed ? 'closedKline' : channel].push(stored)
    return stored
  }

  /** In order of `seq`; `next` is the `after` of the following page. */
  entries(query: LedgerQuery = {}): { entries: LedgerEntry[]; next: number } {
    const { channel, symbol, after = 0, limit = USUAL_LIMIT, closed = false } = query
    const names = (Object.keys(KEPT) as RingName[]).filter((name) => {
      if (name === 'kline' && closed) return false
      return channel === undefined || channel === name || (channel === 'kline' && name === 'closedKline')
    })
    const wanted = (e: Stored): boolean => symbol === undefined || e.symbol === symbol
    const found = names.flatMap((name) => take(this.rings[name].after(after), wanted, limit))
    const page = found.sort((a, b) => a.seq - b.seq).slice(0, limit)
    const next = page.length === limit ? (page.at(-1)?.seq ?? after) : Math.max(after, this.seq)
    return { entries: page.map(({ text, ...entry }) => ({ ...entry, message: JSON.parse(text) as Message })), next }
  }

  recordRequest(entry: Omit<RequestEntry, 'seq'>): void {
    this.requestRing.push({ seq: ++this.requestSeq, ...entry })
  }

  requests(query: { after?: number; limit?: number } = {}): { entries: RequestEntry[]; next: number } {
    const { after = 0, limit = USUAL_LIMIT } = query
    const entries = take(this.requestRing.after(after), () => true, limit)
    return { entries, next: entries.length === limit ? (entries.at(-1)?.seq ?? after) : Math.max(after, this.requestSeq) }
  }
}

function take<T>(items: Iterable<T>, wanted: (item: T) => boolean, limit: number): T[] {
  const out: T[] = []
  for (const item of items) {
    if (out.length >= limit) break
    if (wanted(item)) out.push(item)
  }
  return out
}
