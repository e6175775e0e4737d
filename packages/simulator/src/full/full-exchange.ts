/**
 * The exchange with all that real venues have: a book of levels that market orders walk, an index from outside, a mark of its
 * own that liquidations go by, tiered partial liquidation, and wallets that stand behind several positions. Stops and targets
 * go by the last price.
 */
import { HOUR_MS } from '@faultline/market/units'
import type { Books, Position } from '../books.ts'
import type { Character } from '../character.ts'
import { type Conditions, Exchange, type ExchangeOptions, type ExchangeState, type Tape, TRIGGER } from '../exchange.ts'
import { bankruptcyPrice, lowerTierCap } from '../margin.ts'
import type { Random, RandomState } from '../random.ts'
import { type Trigger, TriggerHeap, type TriggerHeapState } from '../trigger-heap.ts'
import { Accounts, type AccountsState } from './accounts.ts'
import { OrderBook, type OrderBookState } from './order-book.ts'

/**
 * Of a push: what stays for hours, what other venues go along with for minutes (both are in the index), and the rest, which
 * is this venue's own premium until arbitrage has taken it away.
 */
const LASTING = 0.22
const COMMON = 0.43
const PREMIUM_HALF_LIFE_MS = 45_000
/** The mark reckons with the mean premium of about this time. */
const MEAN_PREMIUM_MS = 150_000
/** Width of a level of the book, in a market of usual wildness. */
const LEVEL_WIDTH = 1e-4
/** Nobody is let in whose liquidation lies closer than this to the mark. */
const NEAREST = 0.0015

export interface FullExchangeOptions extends ExchangeOptions {
  character: Character
  /** for the wallets */
  random: Random
}

export type FullExchangeState = ExchangeState & {
  premium: number
  meanPremium: number
  index: number
  last: number
  basis: number
  stress: number
  book: OrderBookState
  accounts: AccountsState
  random: RandomState
  dyingBelow: TriggerHeapState
  dyingAbove: TriggerHeapState
}

export class FullExchange extends Exchange {
  readonly accounts: Accounts
  readonly book: OrderBook
  private readonly character: Character
  private readonly walletRandom: Random
  private readonly premiumKeep: number
  private readonly meanKeep: number
  private readonly dyingBelow: TriggerHeap
  private readonly dyingAbove: TriggerHeap
  /** log of the last price over the index, what it tends to, and its mean of the last minutes */
  private venuePremium = 0
  private basis = 0
  private meanPremium = 0
  private stress = 1
  /** as published at the beginning of the step */
  index: number
  private last: number

  constructor(books: Books, tape: Tape, random: Random, options: FullExchangeOptions) {
    super(books, tape, random, options)
    const { character, stepMs } = options
    this.character = character
    this.walletRandom = options.random
    this.accounts = new Accounts(books, options.random, character.dayVolatility)
    this.book = new OrderBook({
      depthUsd: options.depthUsd,
      thickening: options.thickening,
      width: (LEVEL_WIDTH * options.thickening) / 0.01,
    })
    this.premiumKeep = 0.5 ** (stepMs / PREMIUM_HALF_LIFE_MS)
    this.meanKeep = Math.exp(-stepMs / MEAN_PREMIUM_MS)
    this.dyingBelow = new TriggerHeap('below', books.isCurrent)
    this.dyingAbove = new TriggerHeap('above', books.isCurrent)
    this.index = this.last = options.price
  }

  override state(): FullExchangeState {
    return {
      ...super.state(),
      premium: this.venuePremium,
      meanPremium: this.meanPremium,
      index: this.index,
      last: this.last,
      basis: this.basis,
      stress: this.stress,
      book: this.book.state(),
      accounts: this.accounts.state(),
      random: this.walletRandom.state(),
      dyingBelow: this.dyingBelow.state(),
      dyingAbove: this.dyingAbove.state(),
    }
  }

  override restore(state: ExchangeState): void {
    super.restore(state)
    const full = state as FullExchangeState
    this.venuePremium = full.premium
    this.meanPremium = full.meanPremium
    this.index = full.index
    this.last = full.last
    this.basis = full.basis
    this.stress = full.stress
    this.book.restore(full.book)
    this.accounts.restore(full.accounts)
    this.walletRandom.restore(full.random)
    this.dyingBelow.restore(full.dyingBelow)
    this.dyingAbove.restore(full.dyingAbove)
  }

  override get price(): number {
    return this.last
  }

  override get logPrice(): number {
    return this.value + this.lasting + this.pressure + this.venuePremium
  }

  override premium(): number {
    return this.venuePremium
  }

  override leverageOf(position: Position): number {
    const elsewhere = this.accounts.elsewhere(position) / Math.max(position.margin, Number.MIN_VALUE)
    return super.leverageOf(position) + elsewhere
  }

  override openedAt(position: Position): number {
    return this.accounts.openedAt(position)
  }

  override set({ depthUsd, stress, basis }: Conditions): void {
    this.depthUsd = this.book.depthUsd = depthUsd
    this.stress = stress
    this.basis = basis
  }

  override drift(time: number, news: number): void {
    const { stepMs, accounts } = this
    this.begin(time, news)
    this.venuePremium = this.basis + (this.venuePremium - this.basis) * this.premiumKeep
    this.meanPremium = this.venuePremium + (this.meanPremium - this.venuePremium) * this.meanKeep
    this.book.replenish(stepMs, this.stress)
    accounts.step(stepMs, news)
    accounts.review(time, stepMs, (position) => this.watch(position), (time + stepMs) % HOUR_MS === 0)
    this.index = Math.exp(this.value + this.lasting + this.pressure)
    this.sweep()
    this.mindTheMark(median(this.index, this.index * Math.exp(this.meanPremium), this.last))
  }

  override settle(): void {
    this.mindTheMark(this.mark)
  }

  override watch(position: Position): void {
    if (this.accounts.meet(position, this.now)) this.keepAway(position)
    const { id, direction, liquidation, stop, takeProfit } = position
    const generation = this.books.generation(id)
    const [losing, winning] = direction > 0 ? [this.below, this.above] : [this.above, this.below]
    const dying = direction > 0 ? this.dyingBelow : this.dyingAbove
    if (liquidation > 0) dying.push(liquidation, id, generation, TRIGGER.liquidation)
    if (stop > 0) losing.push(stop, id, generation, TRIGGER.stop)
    if (takeProfit > 0) winning.push(takeProfit, id, generation, TRIGGER.target)
  }

  protected override impact(direction: 1 | -1, lots: number): number {
    return this.book.take(direction, lots * this.books.lotSize * this.last)
  }

  protected override press(push: number): void {
    this.lasting += LASTING * push
    this.pressure += COMMON * push
    this.venuePremium += (1 - LASTING - COMMON) * push
  }

  /** Walks the last price to where news and trades put it, through the stops and targets on its way. */
  protected override sweep(): void {
    for (;;) {
      const goal = Math.exp(this.logPrice)
      const low = this.below.takeReached(Math.min(goal, this.last))
      const trigger = low ?? this.above.takeReached(Math.max(goal, this.last))
      if (!trigger) {
        this.last = goal
        this.tape.touch(goal)
        return
      }
      this.last = low ? Math.min(trigger.price, this.last) : Math.max(trigger.price, this.last)
      this.tape.touch(this.last)
      const { direction, lots } = this.books.get(trigger.position)
      this.books.close(this.books.get(trigger.position))
      if (trigger.kind === TRIGGER.target) {
        this.printPatient(direction > 0 ? -1 : 1, lots)
        continue
      }
      const push = this.impact(direction > 0 ? -1 : 1, lots)
      this.print(direction < 0, lots, this.last * Math.exp(push / 2))
      this.press(push)
    }
  }

  /** Walks the mark to `goal`, through every liquidation on its way. What these trade moves the last price at once, the mark later. */
  private mindTheMark(goal: number): void {
    for (;;) {
      const low = this.dyingBelow.takeReached(Math.min(goal, this.mark))
      const trigger = low ?? this.dyingAbove.takeReached(Math.max(goal, this.mark))
      if (!trigger) {
        this.mark = goal
        return
      }
      this.mark = low ? Math.min(trigger.price, this.mark) : Math.max(trigger.price, this.mark)
      this.liquidate(trigger)
    }
  }

  /** A venue lets nobody in who would be liquidated at once: more margin is asked for. */
  private keepAway(position: Position): void {
    const { direction } = position
    while (position.liquidation > 0 && direction * (this.mark - position.liquidation) < NEAREST * this.mark) {
      position.margin += 0.5 * NEAREST * position.lots * this.books.lotSize * this.mark
      this.books.revalue(position)
    }
  }

  private liquidate(trigger: Trigger): void {
    const { books, mark } = this
    const position = books.get(trigger.position)
    if (position.cross && this.accounts.reckon(position, this.now) && position.direction * (mark - position.liquidation) > 0) {
      this.watch(position)
      return
    }
    const { direction, lots, entry, margin, liquidation } = position
    // A large position is cut to the notional of the next lower tier, whose margin what it has left covers; a small one dies.
    const cap = lowerTierCap(lots * books.lotSize * mark, this.character.brackets)
    // At least a lot goes, whatever rounding says of a cap that the position only just exceeds.
    let rest = Math.min(lots - 1, Math.floor(cap / (books.lotSize * mark)))
    let push = this.impact(direction > 0 ? -1 : 1, lots - rest)
    let fillPrice = this.last * Math.exp(push / 2)
    const left = margin + direction * (lots - rest) * books.lotSize * (fillPrice - entry)
    if (rest > 0 && left <= 0) {
      // The book was too thin for that: nothing is left to go on with.
      push += this.impact(direction > 0 ? -1 : 1, rest)
      fillPrice = this.last * Math.exp(push / 2)
      rest = 0
    }
    if (rest > 0) books.reduce(position, lots - rest, left)
    else books.close(position)
    this.print(direction < 0, lots - rest, fillPrice)
    this.tape.forced({
      time: this.forcedTime(),
      direction,
      lots: lots - rest,
      liquidationPrice: liquidation,
      mark,
      bankruptcyPrice: bankruptcyPrice({ direction, size: lots * books.lotSize, entry, margin }),
      fillPrice,
      lotsLeft: rest,
    })
    if (rest > 0) this.watch(position)
    this.yieldTo(push)
  }
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}
