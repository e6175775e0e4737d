import type { FeedSocket } from './venue-feed.ts'

/** One connection of a plan, from the moment it was asked for. Times of receipt are our monotonic clock. */
export class Session {
  /** a change of its symbols is under way */
  subscribing = false
  /** null until the venue has acknowledged */
  socket: FeedSocket | null = null
  /** nothing of it is listened to any more */
  over = false
  /** calls off the end of our patience with a venue that does not acknowledge */
  stopWaiting: (() => void) | null = null
  acknowledgedAt = 0
  /** when a message came that was neither old nor a control */
  liveAt: number | null = null
  /** the first such */
  liveSince: number | null = null
  /** venue's clock, of such messages; the socket has proven its channels up to here */
  newest: number | null = null
  /** the same of all messages */
  newestOfAny: number | null = null
  anyAt: number | null = null
  /** when a planned replacement is due; null: the venue lets it live */
  replaceAt: number | null = null
  private readonly from = new Map<string, { edge: number | null; since: number; first: number | null }>()

  /**
   * These symbols are subscribed to from `edge` on (the venue's clock when it acknowledged, null: not known yet). Symbols that
   * were subscribed to already keep theirs.
   */
  subscribed(symbols: readonly string[], edge: number | null, at: number): void {
    for (const symbol of [...this.from.keys()]) if (!symbols.includes(symbol)) this.from.delete(symbol)
    for (const symbol of symbols) if (!this.from.has(symbol)) this.from.set(symbol, { edge, since: at, first: null })
  }

  /** Is it subscribed to these and no others? */
  covers(symbols: readonly string[]): boolean {
    return symbols.length === this.from.size && symbols.every((symbol) => this.from.has(symbol))
  }

  /** The venue's clock from which on everything of this symbol arrives; null: not known (yet), or not subscribed to. */
  edgeOf(symbol: string): number | null {
    return this.from.get(symbol)?.edge ?? null
  }

  /** The venue's clock of the first message of this symbol that was sent after the subscription; null: none came. */
  firstOf(symbol: string): number | null {
    return this.from.get(symbol)?.first ?? null
  }

  /** Since when this symbol is subscribed to; null: it is not. */
  subscribedAt(symbol: string): number | null {
    return this.from.get(symbol)?.since ?? null
  }

  /** A message of the symbol came. Returns whether it counts as new: sent after the subscription began. The same one again is no sign of life. */
  see(symbol: string, venueTime: number, at: number): boolean {
    this.anyAt = at
    if (this.newestOfAny === null || venueTime > this.newestOfAny) this.newestOfAny = venueTime
    const entry = this.from.get(symbol)
    if (!entry || entry.edge === null || venueTime < entry.edge) return false
    entry.first ??= venueTime
    if (this.newest === null || venueTime > this.newest) {
      this.newest = venueTime
      this.alive(at)
    }
    return true
  }

  alive(at: number): void {
    this.liveAt = at
    this.liveSince ??= at
  }

  /** Has it delivered beyond the beginning of every subscription, with `marginMs` to spare? */
  provenBy(newest: number | null, marginMs: number): boolean {
    if (newest === null) return false
    for (const { edge } of this.from.values()) if (edge === null || newest - marginMs < edge) return false
    return true
  }

  /**
   * Settles where subscriptions begin if that is not known, or was estimated wrongly: nothing but messages from before it have
   * come for `patienceMs`.
   */
  settleEdges(at: number, settleMs: number, patienceMs: number): void {
    const { newestOfAny, anyAt } = this
    if (newestOfAny === null || anyAt === null) return
    for (const entry of this.from.values()) {
      const age = at - entry.since
      if (entry.edge === null ? age >= settleMs : entry.edge > newestOfAny && age >= patienceMs && at - anyAt < settleMs)
        entry.edge = newestOfAny
    }
  }
}
