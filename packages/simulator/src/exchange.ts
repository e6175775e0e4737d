/**
 * The exchange: a mark price, a book whose depth resists what is traded into it, and the triggers of all positions. Every
 * change of price goes through one sweep, which stops at each liquidation, stop and target on the way; what they trade
 * pushes the price on, and that is how a cascade runs.
 */
import { HOUR_MS } from '@faultline/market/units'
import type { Books, NewPosition, Position } from './books.ts'
import { pushOf } from './impact.ts'
import { bankruptcyPrice } from './margin.ts'
import type { Random } from './random.ts'
import { type Trigger, TriggerHeap, type TriggerHeapState } from './trigger-heap.ts'

export const TRIGGER = { liquidation: 0, stop: 1, target: 2 } as const

/** A liquidation as it happened, unthrottled. */
export interface ForcedOrder {
  /** UTC ms */
  time: number
  /** +1: a long died */
  direction: 1 | -1
  lots: number
  /** where equity met maintenance margin */
  liquidationPrice: number
  /** the mark at that moment */
  mark: number
  bankruptcyPrice: number
  /** average fill */
  fillPrice: number
  /** what is left of a position that was liquidated in part; absent where liquidations close all */
  lotsLeft?: number
}

/** What the exchange tells the tape. */
export interface Tape {
  trade(takerBuys: boolean, lots: number, price: number, prints: number): void
  /** Day trading that is spread over the whole step, told at its end. */
  churn(takerBuys: boolean, lots: number, price: number, prints: number): void
  touch(price: number): void
  forced(order: ForcedOrder): void
}

/**
 * A push is partly taken for information and fades within a day, the rest is pressure on the book and fades in minutes.
 * Nothing of it stays for ever: the crowd's flow can be foreseen, and a market that kept it would trend.
 */
const LASTING = 0.22
const LASTING_HALF_LIFE_MS = 10 * HOUR_MS
const PRESSURE_HALF_LIFE_MS = 90_000

/** How it is outside. */
export interface Conditions {
  /** USD that moves the price by 1 in log */
  readonly depthUsd: number
  /** volatility over its long-run mean */
  readonly stress: number
  /** premium over the index that the crowd's lean gives */
  readonly basis: number
}

export interface ExchangeOptions {
  price: number
  depthUsd: number
  stepMs: number
  workedLots: number
  /** once trades have pushed the log price this far the book is twice as deep */
  thickening: number
  usdPerPrint: number
}

export type ExchangeState = {
  mark: number
  value: number
  lasting: number
  pressure: number
  depthUsd: number
  now: number
  stepLeft: number
  below: TriggerHeapState
  above: TriggerHeapState
}

export class Exchange {
  readonly books: Books
  mark: number
  /** Log price that news alone would give, and what the crowd's trades add to it: lasting for hours, and for minutes. */
  protected value: number
  protected lasting = 0
  pressure = 0
  /** USD that moves the price by 1 in log, at normal distance; set each step from the weather */
  depthUsd: number
  now = 0
  protected readonly stepMs: number
  /** orders above this size are worked into the market without haste */
  private readonly workedLots: number
  readonly thickening: number
  private readonly usdPerPrint: number
  private readonly fade: number
  private readonly slowFade: number
  protected readonly below: TriggerHeap
  protected readonly above: TriggerHeap
  protected readonly tape: Tape
  private readonly random: Random
  /** share of the step that is left for the next liquidation to happen in */
  private stepLeft = 1

  constructor(books: Books, tape: Tape, random: Random, options: ExchangeOptions) {
    this.books = books
    this.tape = tape
    this.random = random
    this.mark = options.price
    this.value = Math.log(options.price)
    this.depthUsd = options.depthUsd
    this.stepMs = options.stepMs
    this.workedLots = options.workedLots
    this.thickening = options.thickening
    this.usdPerPrint = options.usdPerPrint
    this.fade = Math.exp((-Math.LN2 * options.stepMs) / PRESSURE_HALF_LIFE_MS)
    this.slowFade = Math.exp((-Math.LN2 * options.stepMs) / LASTING_HALF_LIFE_MS)
    this.below = new TriggerHeap('below', books.isCurrent)
    this.above = new TriggerHeap('above', books.isCurrent)
  }

  state(): ExchangeState {
    const { mark, value, lasting, pressure, depthUsd, now, stepLeft } = this
    return { mark, value, lasting, pressure, depthUsd, now, stepLeft, below: this.below.state(), above: this.above.state() }
  }

  restore(state: ExchangeState): void {
    this.mark = state.mark
    this.value = state.value
    this.lasting = state.lasting
    this.pressure = state.pressure
    this.depthUsd = state.depthUsd
    this.now = state.now
    this.stepLeft = state.stepLeft
    this.below.restore(state.below)
    this.above.restore(state.above)
  }

  /** What the latest trade was made at. */
  get price(): number {
    return this.mark
  }

  /** Log of the price over the index, where a crowd on one side adds `basis` to it. */
  premium(basis: number): number {
    return this.pressure + basis
  }

  /** Notional at entry over margin, of all that the wallet of a position holds. */
  leverageOf({ lots, entry, margin }: Position): number {
    return (lots * this.books.lotSize * entry) / Math.max(margin, Number.MIN_VALUE)
  }

  /** When a position was opened, UTC ms; NaN where nobody keeps that. */
  openedAt(_position: Position): number {
    return Number.NaN
  }

  /** What comes from outside, once per step and before `drift`. */
  set({ depthUsd }: Conditions): void {
    this.depthUsd = depthUsd
  }

  get logPrice(): number {
    return this.value + this.lasting + this.pressure
  }

  /** News moves the price; what trades pushed before fades. */
  drift(time: number, news: number): void {
    this.begin(time, news)
    this.sweep()
  }

  protected begin(time: number, news: number): void {
    this.now = time
    this.stepLeft = 1
    this.value += news
    this.lasting *= this.slowFade
    this.pressure *= this.fade
  }

  /** Opens a position by market order (`taker`) or patiently; large orders are always patient. */
  open(order: Omit<NewPosition, 'entry' | 'margin'>, leverage: number, spare: number, taker: boolean): Position {
    const hasty = taker && order.lots <= this.workedLots
    const push = hasty ? this.impact(order.direction, order.lots) : 0
    const entry = this.price * Math.exp(push / 2)
    const margin = ((order.lots * this.books.lotSize * entry) / leverage) * (1 + spare)
    const position = this.books.open({ ...order, entry, margin })
    this.watch(position)
    if (hasty) this.print(order.direction > 0, order.lots, entry)
    else this.printPatient(order.direction, order.lots)
    this.yieldTo(push)
    return position
  }

  add(position: Position, lots: number, margin: number): void {
    const hasty = lots <= this.workedLots
    const push = hasty ? this.impact(position.direction, lots) : 0
    const price = this.price * Math.exp(push / 2)
    this.books.add(position, lots, price, margin)
    // Stop and target belong to the entry that they were set for.
    position.stop = 0
    position.takeProfit = 0
    this.watch(position)
    if (hasty) this.print(position.direction > 0, lots, price)
    else this.printPatient(position.direction, lots)
    this.yieldTo(push)
  }

  /** Changes the margin behind a position (a top-up, or funding when negative). */
  addMargin(position: Position, usd: number): void {
    position.margin += usd
    this.books.revalue(position)
    this.watch(position)
  }

  close(position: Position, taker: boolean): void {
    const { direction, lots } = position
    this.books.close(position)
    const order = direction > 0 ? -1 : 1
    if (!taker || lots > this.workedLots) {
      this.printPatient(order, lots)
      return
    }
    const push = this.impact(order, lots)
    this.print(direction < 0, lots, this.price * Math.exp(push / 2))
    this.yieldTo(push)
  }

  /** Trades that open and close inside a step between the same accounts: volume without a change of any position. */
  churn(buys: number, sells: number): void {
    if (buys > 0) this.tape.churn(true, buys, this.price, this.prints(buys, this.price))
    if (sells > 0) this.tape.churn(false, sells, this.price, this.prints(sells, this.price))
  }

  /** Applies triggers that lie beyond the price already (after funding was paid). */
  settle(): void {
    this.sweep()
  }

  /** Puts the triggers of a position into the heaps; those of before are void by its generation. */
  watch(position: Position): void {
    const { id, direction, liquidation, stop, takeProfit } = position
    const generation = this.books.generation(id)
    const [losing, winning] = direction > 0 ? [this.below, this.above] : [this.above, this.below]
    if (liquidation > 0) losing.push(liquidation, id, generation, TRIGGER.liquidation)
    if (stop > 0) losing.push(stop, id, generation, TRIGGER.stop)
    if (takeProfit > 0) winning.push(takeProfit, id, generation, TRIGGER.target)
  }

  /** Log price move of a market order, signed. */
  protected impact(direction: 1 | -1, lots: number): number {
    return pushOf(this, direction, lots * this.books.lotSize * this.mark)
  }

  protected yieldTo(push: number): void {
    if (push === 0) return
    this.press(push)
    this.sweep()
  }

  protected press(push: number): void {
    this.lasting += LASTING * push
    this.pressure += (1 - LASTING) * push
  }

  /** Walks the mark to where news and pushes put it, through every trigger on the way. */
  protected sweep(): void {
    for (;;) {
      const goal = Math.exp(this.logPrice)
      // What waits below fires when the price falls to it, and at once where it lies above the mark already.
      const low = this.below.takeReached(Math.min(goal, this.mark))
      if (low) {
        this.fire(low, Math.min(low.price, this.mark))
        continue
      }
      const high = this.above.takeReached(Math.max(goal, this.mark))
      if (high) {
        this.fire(high, Math.max(high.price, this.mark))
        continue
      }
      this.mark = goal
      this.tape.touch(goal)
      return
    }
  }

  private fire(trigger: Trigger, at: number): void {
    this.mark = at
    this.tape.touch(at)
    const position = this.books.get(trigger.position)
    const { direction, lots, liquidation } = position
    this.books.close(position)
    if (trigger.kind === TRIGGER.target) {
      this.printPatient(direction > 0 ? -1 : 1, lots)
      return
    }
    const push = this.impact(direction > 0 ? -1 : 1, lots)
    const fillPrice = at * Math.exp(push / 2)
    this.print(direction < 0, lots, fillPrice)
    if (trigger.kind === TRIGGER.liquidation) {
      const size = lots * this.books.lotSize
      const bankruptcy = bankruptcyPrice({ direction, size, entry: position.entry, margin: position.margin })
      this.tape.forced({
        time: this.forcedTime(),
        direction,
        lots,
        liquidationPrice: liquidation,
        mark: at,
        bankruptcyPrice: bankruptcy,
        fillPrice,
      })
    }
    this.press(push)
  }

  /** Each liquidation of a chain comes a little after the one before; all stay inside the step. */
  protected forcedTime(): number {
    this.stepLeft *= this.random.between(0.6, 0.98)
    return this.now + Math.floor(this.stepMs * (1 - this.stepLeft))
  }

  /** A small limit order is hit by a taker of the other side; a large one is worked from both sides of the book. */
  protected printPatient(direction: 1 | -1, lots: number): void {
    const crossing = lots > this.workedLots ? Math.floor(lots / 2) : 0
    if (crossing > 0) this.print(direction > 0, crossing, this.price)
    this.print(direction < 0, lots - crossing, this.price)
  }

  protected print(takerBuys: boolean, lots: number, price: number): void {
    this.tape.trade(takerBuys, lots, price, this.prints(lots, price))
  }

  private prints(lots: number, price: number): number {
    return 1 + Math.floor((lots * this.books.lotSize * price) / this.usdPerPrint)
  }
}
