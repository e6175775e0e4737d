/** One venue's share of a market: its own traders, trades, candles and open interest, at prices that all venues have in common. */
import type { FundingTable, LongShortRatioTable, OpenInterestTable } from '@faultline/market/event-table'
import { DAY_MS, floorTo, MINUTE_MS } from '@faultline/market/units'
import type { Position } from '../books.ts'
import { Census } from '../census.ts'
import { RatioMeter, type RatioMeterState } from '../metrics.ts'
import { candleOfTicks } from './candle-of-ticks.ts'
import { KEPT_HISTORY_DAYS, MarketHistory, type MarketHistoryState } from './market-history.ts'
import type { MarketUnits } from './market-units.ts'
import { ticksBetween } from './public-ticks.ts'
import { RollingTable, type RollingTableState } from './rolling-table.ts'
import { KEPT_TICKS_MS, TICK, TICK_COLUMNS, type TickTable } from './tape.ts'
import type {
  Account,
  CandleSoFar,
  DepthAt,
  ForcedTick,
  MarkAt,
  OpenPosition,
  Tick,
  VenueCandles,
  VenueInstrument,
  VenueMarket,
} from './venue-market.ts'

/** What a share asks of the market that it is a share of. */
export interface WholeMarket {
  readonly instrument: VenueInstrument
  readonly genesis: number
  readonly simulatedTo: number
  readonly units: MarketUnits
  /** before the first trade */
  readonly firstPrice: number
  advance(time: number): void
  fundingHistory(from: number, to: number): FundingTable
  markAt(time: number): MarkAt
  /** The book of one venue alone. */
  depthOf(venue: number, time: number, levels: number): DepthAt
  /** Row of the tables of moments. @throws RangeError for a time that is too old */
  momentAt(time: number): number
  positionsOf(venue: number): OpenPosition[]
  accountsOf(venue: number): Account[]
  /** whose position that is or was */
  addressOf(position: number): string
  checkpoint(): Uint8Array
}

export interface TickRow {
  time: number
  kind: number
  ticks: number
  lots: number
  count: number
  mark: number
}

type MomentColumn = 'time' | 'openInterest'
type OwnerColumn = 'time' | 'position'

export type VenueShareState = {
  nextTradeId: number
  nextAggregateId: number
  meter: RatioMeterState
  ticks: RollingTableState<(typeof TICK_COLUMNS)[number]>
  history: MarketHistoryState
  moments: RollingTableState<MomentColumn>
  owners: RollingTableState<OwnerColumn>
}

export class VenueShare implements VenueMarket {
  readonly census = new Census()
  private readonly whole: WholeMarket
  private readonly venue: number
  private readonly tape: TickTable = new RollingTable(TICK_COLUMNS, 1024)
  private readonly meter = new RatioMeter()
  private readonly history = new MarketHistory()
  private readonly moments: RollingTable<MomentColumn> = new RollingTable(['time', 'openInterest'])
  /** row by row those whose liquidations are in the history */
  private readonly owners: RollingTable<OwnerColumn> = new RollingTable(['time', 'position'])
  private nextTradeId = 1
  private nextAggregateId = 1
  private longLots = 0
  private shortLots = 0

  constructor(whole: WholeMarket, venue: number) {
    this.whole = whole
    this.venue = venue
  }

  get instrument(): VenueInstrument {
    return this.whole.instrument
  }

  get genesis(): number {
    return this.whole.genesis
  }

  get simulatedTo(): number {
    return this.whole.simulatedTo
  }

  /** One side of all contracts: who makes the market here takes what the traders of this venue leave. */
  get openInterestLots(): number {
    return Math.max(this.longLots, this.shortLots)
  }

  /** `n` is +1 for a position that is there from now on, −1 for one that was. */
  count(position: Position, n: 1 | -1): void {
    if (n > 0) this.census.enter(position)
    else this.census.leave(position)
    if (position.direction > 0) this.longLots += n * position.lots
    else this.shortLots += n * position.lots
  }

  recount(positions: readonly Position[], topLots: number): void {
    this.census.recount(positions, topLots)
    this.longLots = this.shortLots = 0
    for (const { direction, lots } of positions) {
      if (direction > 0) this.longLots += lots
      else this.shortLots += lots
    }
  }

  trade({ time, kind, ticks, lots, count, mark }: TickRow): void {
    this.meter.trade(kind === TICK.buy, lots)
    this.tape.push(time, kind, ticks, lots, count, this.nextTradeId, this.nextAggregateId, 0, mark)
    this.nextTradeId += count
    this.nextAggregateId++
  }

  /** A liquidation of a position, right after the trade that it made. */
  forced({ time, kind, ticks, lots, mark }: TickRow, orderTicks: number, position: number): void {
    const { units } = this.whole
    this.tape.push(time, kind, ticks, lots, 0, 0, 0, orderTicks, mark)
    const direction = kind === TICK.longDied ? 1 : -1
    this.history.forced.push(time, direction, units.coins(lots), units.price(orderTicks), units.price(ticks))
    this.owners.push(time, position)
  }

  keepMoment(time: number): void {
    this.moments.push(time, this.whole.units.coins(this.openInterestLots))
  }

  endMinute(now: number): void {
    const openTime = now - MINUTE_MS
    this.history.addCandle(candleOfTicks(this.tape, this.whole.units, openTime, now - 1, this.before(openTime)))
    this.tape.dropBefore(now - KEPT_TICKS_MS)
    this.moments.dropBefore(now - KEPT_TICKS_MS)
  }

  addMetrics(now: number, mark: number): void {
    const coins = this.whole.units.coins(this.openInterestLots)
    this.history.openInterest.push(now, coins, coins * mark)
    this.meter.take(this.census).forEach((ratio, kind) => {
      if (Number.isFinite(ratio)) this.history.ratios.push(now, kind, ratio)
    })
  }

  forget(now: number): void {
    this.history.forget(now)
    this.owners.dropBefore(now - KEPT_HISTORY_DAYS * DAY_MS)
  }

  advance(time: number): void {
    this.whole.advance(time)
  }

  candles(from: number, to: number): VenueCandles {
    return this.history.candlesIn(from, to)
  }

  candleAt(time: number): CandleSoFar {
    this.whole.momentAt(time)
    const openTime = floorTo(time, MINUTE_MS)
    return candleOfTicks(this.tape, this.whole.units, openTime, time, this.before(openTime))
  }

  openInterestHistory(from: number, to: number): OpenInterestTable {
    return this.history.openInterestIn(from, to)
  }

  ratioHistory(from: number, to: number): LongShortRatioTable {
    return this.history.ratiosIn(from, to)
  }

  fundingHistory(from: number, to: number): FundingTable {
    return this.whole.fundingHistory(from, to)
  }

  openInterestAt(time: number): number {
    return this.moments.at('openInterest', this.whole.momentAt(time))
  }

  markAt(time: number): MarkAt {
    return this.whole.markAt(time)
  }

  depthAt(time: number, levels: number): DepthAt {
    return this.whole.depthOf(this.venue, time, levels)
  }

  ticks(after: number, upTo: number): readonly Tick[] {
    const forced = this.forcedOrders(after + 1, upTo + 1).values()
    const ticks = ticksBetween(this.tape, this.whole.units, after, upTo)
    return ticks.map((tick) => (tick.type === 'forced' ? (forced.next().value ?? tick) : tick))
  }

  forcedOrders(from: number, to: number): readonly ForcedTick[] {
    const first = this.owners.lowerBound(from)
    const owner = (i: number): string => this.whole.addressOf(this.owners.at('position', first + i))
    return this.history.forcedIn(from, to).map((order, i) => ({ ...order, address: owner(i) }))
  }

  positions(): readonly OpenPosition[] {
    return this.whole.positionsOf(this.venue)
  }

  accounts(): readonly Account[] {
    return this.whole.accountsOf(this.venue)
  }

  /** Of the whole market: a share cannot go on by itself. */
  checkpoint(): Uint8Array {
    return this.whole.checkpoint()
  }

  state(): VenueShareState {
    return {
      nextTradeId: this.nextTradeId,
      nextAggregateId: this.nextAggregateId,
      meter: this.meter.state(),
      ticks: this.tape.state(),
      history: this.history.state(),
      moments: this.moments.state(),
      owners: this.owners.state(),
    }
  }

  restore(state: VenueShareState): void {
    this.nextTradeId = state.nextTradeId
    this.nextAggregateId = state.nextAggregateId
    this.meter.restore(state.meter)
    this.tape.restore(state.ticks)
    this.history.restore(state.history)
    this.moments.restore(state.moments)
    this.owners.restore(state.owners)
  }

  /** What the candle that opens then starts from. */
  private before(openTime: number): { close: number; lastTradeId: number } {
    return this.history.candleBefore(openTime) ?? { close: this.whole.firstPrice, lastTradeId: 0 }
  }
}
