/**
 * The public tape of one instrument. The exchange tells the trades of a five-second step in their order; at the step's end
 * they get prices on ticks, times inside the step, and ids. Day trading, which the model makes in one go at the end of a
 * step, is spread over it in small pieces at the price of the moment. Only the last ten minutes are kept.
 */
import { MINUTE_MS } from '@faultline/market/units'
import type { ForcedOrder, Tape } from '../exchange.ts'
import { STEP_MS } from '../market-run.ts'
import { RatioMeter, type RatioMeterState } from '../metrics.ts'
import type { Random, RandomState } from '../random.ts'
import type { MarketSplit } from './market-split.ts'
import type { MarketUnits } from './market-units.ts'
import { RollingTable, type RollingTableState } from './rolling-table.ts'

/** What of the past the tape answers for. */
export const KEPT_TICKS_MS = 10 * MINUTE_MS

export const TICK_COLUMNS = ['time', 'kind', 'ticks', 'lots', 'count', 'tradeId', 'aggregateId', 'orderTicks', 'mark'] as const
export type TickTable = RollingTable<(typeof TICK_COLUMNS)[number]>

export const TICK = { sell: 0, buy: 1, longDied: 2, shortDied: 3 } as const
export const isTrade = (kind: number): boolean => kind <= TICK.buy

/** Prints of day trading that make one piece, and the most pieces that a side of a step is cut into. */
const PRINTS_PER_PIECE = 5
const MOST_PIECES = 8

interface Pending {
  takerBuys: boolean
  lots: number
  price: number
  count: number
  /** the mark when it traded */
  mark: number
  forced: ForcedOrder | null
  /** of a split market: whose it is; null: it is dealt out when it is written */
  trader: { readonly position: number; readonly venue: number } | null
}

export type LiveTapeState = {
  mark: number
  nextTradeId: number
  nextAggregateId: number
  random: RandomState
  meter: RatioMeterState
  ticks: RollingTableState<(typeof TICK_COLUMNS)[number]>
}

export class LiveTape implements Tape {
  /** off before genesis: what happens then has no public record */
  recording = false
  readonly ticks: TickTable = new RollingTable(TICK_COLUMNS, 4096)
  readonly meter = new RatioMeter()
  private readonly units: MarketUnits
  private readonly random: Random
  private readonly usdPerPrint: number
  /** called with each liquidation as the public could see it, in order of time */
  private readonly onForced: (row: { time: number; direction: 1 | -1; lots: number; orderTicks: number; ticks: number }) => void
  private readonly split: MarketSplit | null
  private mark = 0
  private nextTradeId = 1
  private nextAggregateId = 1
  private pending: Pending[] = []
  private churns: Pending[] = []

  constructor(options: {
    units: MarketUnits
    random: Random
    usdPerPrint: number
    onForced: LiveTape['onForced']
    split?: MarketSplit | null
  }) {
    this.units = options.units
    this.random = options.random
    this.usdPerPrint = options.usdPerPrint
    this.onForced = options.onForced
    this.split = options.split ?? null
  }

  /** The id of the latest trade; 0 before the first. */
  get lastTradeId(): number {
    return this.nextTradeId - 1
  }

  touch(price: number): void {
    this.mark = price
  }

  trade(takerBuys: boolean, lots: number, price: number, count: number): void {
    if (!this.recording) return
    this.meter.trade(takerBuys, lots)
    this.pending.push({ takerBuys, lots, price, count, mark: this.mark, forced: null, trader: this.split?.trader ?? null })
  }

  churn(takerBuys: boolean, lots: number, price: number, count: number): void {
    if (!this.recording) return
    this.meter.trade(takerBuys, lots)
    this.churns.push({ takerBuys, lots, price, count, mark: price, forced: null, trader: null })
  }

  /** Told right after the trade that it made. */
  forced(order: ForcedOrder): void {
    const trade = this.pending.at(-1)
    if (trade) trade.forced = order
  }

  /** Writes down the step that began at `time`. */
  endStep(time: number): void {
    const sequence = this.churns.length > 0 ? this.withChurn() : this.pending
    this.pending = []
    this.churns = []
    let from = time
    let first = 0
    for (let i = 0; i <= sequence.length; i++) {
      const forced = sequence[i]?.forced
      if (i < sequence.length && !forced) continue
      // Liquidations have times of their own (those that funding makes carry the step before); trades lie between them.
      const to = forced ? Math.max(from, forced.time) : time + STEP_MS
      for (let k = first; k < i; k++) {
        const share = (k - first + this.random.uniform()) / (i - first)
        this.write(sequence[k] as Pending, from + Math.floor(share * (to - from)))
      }
      if (forced) this.write(sequence[i] as Pending, to)
      from = to
      first = i + 1
    }
  }

  /** Forgets ticks before `time`. */
  forgetBefore(time: number): void {
    this.ticks.dropBefore(time)
  }

  state(): LiveTapeState {
    return {
      mark: this.mark,
      nextTradeId: this.nextTradeId,
      nextAggregateId: this.nextAggregateId,
      random: this.random.state(),
      meter: this.meter.state(),
      ticks: this.ticks.state(),
    }
  }

  restore(state: LiveTapeState): void {
    this.mark = state.mark
    this.nextTradeId = state.nextTradeId
    this.nextAggregateId = state.nextAggregateId
    this.random.restore(state.random)
    this.meter.restore(state.meter)
    this.ticks.restore(state.ticks)
  }

  /** The trades of the step with the pieces of day trading between them, each at the mark that the next trade finds. */
  private withChurn(): Pending[] {
    const { pending, random } = this
    const pieces: { place: number; trade: Pending }[] = []
    for (const churn of this.churns) {
      let left = churn.lots
      for (let more = Math.min(MOST_PIECES, left, 1 + Math.floor(churn.count / PRINTS_PER_PIECE)); more > 0; more--) {
        // The last one closes the step, so that the tape ends where the mark does.
        const place = more === 1 ? pending.length : random.below(pending.length + 1)
        const lots = more === 1 ? left : Math.max(1, Math.min(left - more + 1, Math.round((left / more) * random.between(0.4, 1.6))))
        left -= lots
        const price = pending[place]?.mark ?? churn.price
        const count = 1 + Math.floor((lots * this.units.lotSize * price) / this.usdPerPrint)
        pieces.push({ place, trade: { takerBuys: churn.takerBuys, lots, price, count, mark: price, forced: null, trader: null } })
      }
    }
    pieces.sort((a, b) => a.place - b.place)
    const out: Pending[] = []
    let next = 0
    for (let i = 0; i <= pending.length; i++) {
      for (; pieces[next]?.place === i; next++) out.push((pieces[next] as { trade: Pending }).trade)
      if (i < pending.length) out.push(pending[i] as Pending)
    }
    return out
  }

  private write({ takerBuys, lots, price, count, mark, forced, trader }: Pending, time: number): void {
    const { units, split } = this
    const ticks = takerBuys ? units.ticksUp(price) : units.ticksDown(price)
    const kind = takerBuys ? TICK.buy : TICK.sell
    const venue = trader?.venue ?? split?.venueOfChurn(this.nextAggregateId) ?? 0
    this.ticks.push(time, kind, ticks, lots, count, this.nextTradeId, this.nextAggregateId, 0, mark)
    split?.trade(venue, { time, kind, ticks, lots, count, mark })
    this.nextTradeId += count
    this.nextAggregateId++
    if (!forced) return
    const { direction } = forced
    const orderTicks = direction > 0 ? units.ticksDown(forced.bankruptcyPrice) : units.ticksUp(forced.bankruptcyPrice)
    const died = direction > 0 ? TICK.longDied : TICK.shortDied
    this.ticks.push(time, died, ticks, lots, 0, 0, 0, orderTicks, mark)
    split?.forced(venue, { time, kind: died, ticks, lots, count: 0, mark }, orderTicks, trader?.position ?? 0)
    this.onForced({ time, direction, lots, orderTicks, ticks })
  }
}
