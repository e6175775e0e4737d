/**
 * The venues of a split market: who trades where. Of a trade that moves a position the books tell right before it whose it was;
 * day trading is dealt out piece by piece.
 */
import type { Wire } from '@faultline/market/venue'
import type { Books, BooksWatcher, Position } from '../books.ts'
import { Dealer, type Shares } from './shares.ts'
import { type TickRow, VenueShare, type VenueShareState, type WholeMarket } from './venue-share.ts'

export type MarketSplitState = Record<string, VenueShareState>

export class MarketSplit implements BooksWatcher {
  readonly dealer: Dealer
  readonly shares: readonly VenueShare[]
  private books: Books | undefined
  /** the position that changed last, and where it belongs */
  private latest = { position: 0, venue: 0 }

  constructor(whole: WholeMarket, identity: { seed: number; symbol: string; shares: Shares }) {
    this.dealer = new Dealer(identity.seed, identity.symbol, identity.shares)
    this.shares = this.dealer.wires.map((_, venue) => new VenueShare(whole, venue))
  }

  /** Begins to count the positions of books that are full already. */
  watch(books: Books): void {
    this.books = books
    books.watcher = this
    const dealt = this.shares.map((): Position[] => [])
    for (let i = 0; i < books.count; i++) {
      const position = books.at(i)
      dealt[this.dealer.ofPosition(position.id)]?.push(position)
    }
    for (const [venue, share] of this.shares.entries()) share.recount(dealt[venue] as Position[], books.census.topLots)
  }

  of(wire: Wire): VenueShare | undefined {
    return this.shares[this.dealer.wires.indexOf(wire)]
  }

  /** Both sides of a contract are at one venue. */
  get openInterestLots(): number {
    let sum = 0
    for (const share of this.shares) sum += share.openInterestLots
    return sum
  }

  enter(position: Position): void {
    this.count(position, 1)
  }

  leave(position: Position): void {
    this.count(position, -1)
  }

  ranked(): void {
    if (this.books) this.watch(this.books)
  }

  /** Whose the trade is that the exchange tells now. */
  get trader(): { readonly position: number; readonly venue: number } {
    return this.latest
  }

  /** Of the n-th trade of the whole tape, which belongs to no position. */
  venueOfChurn(n: number): number {
    return this.dealer.ofTrade(n)
  }

  trade(venue: number, row: TickRow): void {
    this.shares[venue]?.trade(row)
  }

  forced(venue: number, row: TickRow, orderTicks: number, position: number): void {
    this.shares[venue]?.forced(row, orderTicks, position)
  }

  private count(position: Position, n: 1 | -1): void {
    const venue = this.dealer.ofPosition(position.id)
    this.latest = { position: position.id, venue }
    this.shares[venue]?.count(position, n)
  }

  state(): MarketSplitState {
    return Object.fromEntries(this.dealer.wires.map((wire, venue) => [wire, (this.shares[venue] as VenueShare).state()]))
  }

  restore(state: MarketSplitState): void {
    for (const [venue, wire] of this.dealer.wires.entries()) this.shares[venue]?.restore(state[wire] as VenueShareState)
  }
}
