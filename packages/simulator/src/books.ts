/**
 * Every account of the market, double entry: a contract that one account buys another sells. Sizes are whole lots, so that
 * sums are exact. One maker account is the counterparty of everybody; what it is left with is its own position and counts
 * as such in the open interest.
 */
import { Census } from './census.ts'
import { BRACKETS, type Bracket, liquidationPrice } from './margin.ts'

export interface NewPosition {
  population: number
  direction: 1 | -1
  lots: number
  entry: number
  /** USD */
  margin: number
  cross: boolean
  /** 0 = none */
  stop: number
  takeProfit: number
}

export interface Position extends NewPosition {
  id: number
  /** index in the list of open positions */
  place: number
  liquidation: number
}

/** Who keeps counts of their own beside the books. */
export interface BooksWatcher {
  /** a position as it is from now on, and as it was up to now: a change is the latter and the former */
  enter(position: Position): void
  leave(position: Position): void
  /** The size that makes a top trader was looked up again. */
  ranked(): void
}

/** Open positions in the order in which they lie, and what is known of free places. */
export type BooksState = {
  makerLots: number
  longLots: number
  shortLots: number
  topLots: number
  heldBy: Float64Array
  generations: Int32Array
  free: Int32Array
  ids: Int32Array
  populations: Uint8Array
  longs: Uint8Array
  crossed: Uint8Array
  lots: Float64Array
  entries: Float64Array
  margins: Float64Array
  stops: Float64Array
  takeProfits: Float64Array
  liquidations: Float64Array
}

export class Books {
  /** base coin per lot */
  readonly lotSize: number
  /** The maker's net position in lots: positive when it is long. */
  makerLots = 0
  /** Sums over the accounts of the crowd. */
  longLots = 0
  shortLots = 0
  /** The same per population. */
  readonly heldBy: { long: number; short: number }[] = []
  readonly census = new Census()
  watcher: BooksWatcher | null = null
  private readonly brackets: readonly Bracket[]
  private readonly slots: (Position | null)[] = []
  private readonly generations: number[] = []
  private readonly free: number[] = []
  /** Open positions in no order; `place` of each is its index. Walked often, so without a detour over ids. */
  private readonly live: Position[] = []

  constructor(lotSize: number, brackets: readonly Bracket[] = BRACKETS) {
    this.lotSize = lotSize
    this.brackets = brackets
  }

  state(): BooksState {
    const { live } = this
    const n = live.length
    const doubles = (): Float64Array => new Float64Array(n)
    const state: BooksState = {
      makerLots: this.makerLots,
      longLots: this.longLots,
      shortLots: this.shortLots,
      topLots: this.census.topLots,
      heldBy: Float64Array.from(this.heldBy.flatMap(({ long, short }) => [long, short])),
      generations: new Int32Array(this.generations),
      free: new Int32Array(this.free),
      ids: new Int32Array(n),
      populations: new Uint8Array(n),
      longs: new Uint8Array(n),
      crossed: new Uint8Array(n),
      lots: doubles(),
      entries: doubles(),
      margins: doubles(),
      stops: doubles(),
      takeProfits: doubles(),
      liquidations: doubles(),
    }
    // One walk for all columns: the positions lie scattered in memory.
    for (let i = 0; i < n; i++) {
      const p = live[i] as Position
      state.ids[i] = p.id
      state.populations[i] = p.population
      state.longs[i] = p.direction > 0 ? 1 : 0
      state.crossed[i] = p.cross ? 1 : 0
      state.lots[i] = p.lots
      state.entries[i] = p.entry
      state.margins[i] = p.margin
      state.stops[i] = p.stop
      state.takeProfits[i] = p.takeProfit
      state.liquidations[i] = p.liquidation
    }
    return state
  }

  /** Takes back what `state` gave; the books must be empty. */
  restore(state: BooksState): void {
    this.makerLots = state.makerLots
    this.longLots = state.longLots
    this.shortLots = state.shortLots
    for (let i = 0; i < state.heldBy.length; i += 2) {
      this.heldBy.push({ long: state.heldBy[i] as number, short: state.heldBy[i + 1] as number })
    }
    for (const generation of state.generations) {
      this.generations.push(generation)
      this.slots.push(null)
    }
    for (const id of state.free) this.free.push(id)
    state.ids.forEach((id, place) => {
      const position: Position = {
        population: state.populations[place] as number,
        direction: state.longs[place] === 1 ? 1 : -1,
        lots: state.lots[place] as number,
        entry: state.entries[place] as number,
        margin: state.margins[place] as number,
        cross: state.crossed[place] === 1,
        stop: state.stops[place] as number,
        takeProfit: state.takeProfits[place] as number,
        id,
        place,
        liquidation: state.liquidations[place] as number,
      }
      this.slots[id] = position
      this.live.push(position)
    })
    this.census.recount(this.live, state.topLots)
  }

  /** One side of all contracts, in lots. */
  get openInterestLots(): number {
    return this.longLots + Math.max(0, this.makerLots)
  }

  /** How many positions of the crowd are open. */
  get count(): number {
    return this.live.length
  }

  /** The i-th open position, 0 ≤ i < count; the order means nothing. */
  at(i: number): Position {
    return this.live[i] as Position
  }

  get(id: number): Position {
    return this.slots[id] as Position
  }

  generation(id: number): number {
    return this.generations[id] as number
  }

  isCurrent = (id: number, generation: number): boolean => this.generations[id] === generation

  open(order: NewPosition): Position {
    const id = this.free.pop() ?? this.slots.length
    const position: Position = {
      population: order.population,
      direction: order.direction,
      lots: order.lots,
      entry: order.entry,
      margin: order.margin,
      cross: order.cross,
      stop: order.stop,
      takeProfit: order.takeProfit,
      id,
      place: this.live.length,
      liquidation: 0,
    }
    this.slots[id] = position
    this.generations[id] = (this.generations[id] ?? 0) + 1
    this.live.push(position)
    this.enter(position)
    this.transfer(position, position.lots)
    this.revalue(position)
    return position
  }

  /** Adds to a position at `price` with `margin` USD more behind it. */
  add(position: Position, lots: number, price: number, margin: number): void {
    position.entry = (position.entry * position.lots + price * lots) / (position.lots + lots)
    this.leave(position)
    position.lots += lots
    this.enter(position)
    position.margin += margin
    this.transfer(position, lots)
    this.revalue(position)
  }

  /** Takes `lots` off a position, fewer than it has; `margin` USD stand behind the rest. */
  reduce(position: Position, lots: number, margin: number): void {
    this.leave(position)
    position.lots -= lots
    this.enter(position)
    position.margin = margin
    this.transfer(position, -lots)
    this.revalue(position)
  }

  close(position: Position): void {
    const { id } = position
    this.leave(position)
    this.transfer(position, -position.lots)
    this.generations[id] = (this.generations[id] as number) + 1
    const last = this.live.pop() as Position
    if (last !== position) {
      this.live[position.place] = last
      last.place = position.place
    }
    this.slots[id] = null
    this.free.push(id)
  }

  /** Makes the liquidation price that of the present size, entry and margin; older triggers of the position are void. */
  revalue(position: Position): void {
    const { direction, lots, entry, margin } = position
    position.liquidation = liquidationPrice({ direction, size: lots * this.lotSize, entry, margin }, this.brackets)
    this.generations[position.id] = (this.generations[position.id] as number) + 1
  }

  /** Looks up from which size on a position belongs to the largest fifth. */
  rank(): void {
    this.census.rank(this.live)
    this.watcher?.ranked()
  }

  private enter(position: Position): void {
    this.census.enter(position)
    this.watcher?.enter(position)
  }

  private leave(position: Position): void {
    this.census.leave(position)
    this.watcher?.leave(position)
  }

  /** The position grows by `lots` (shrinks when negative); the maker is on the other side of that trade. */
  private transfer({ direction, population }: Position, lots: number): void {
    this.heldBy[population] ??= { long: 0, short: 0 }
    const held = this.heldBy[population]
    if (direction > 0) {
      this.longLots += lots
      held.long += lots
    } else {
      this.shortLots += lots
      held.short += lots
    }
    this.makerLots -= direction * lots
  }
}
