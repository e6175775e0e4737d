/** One instrument of the simulated venue that lives on: `advance` it, ask it, put it away with `checkpoint`. */
import type { FundingTable, LongShortRatioTable, OpenInterestTable } from '@faultline/market/event-table'
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { Wire } from '@faultline/market/venue'
import type { Position } from '../books.ts'
import { MarketRun, type MarketRunState, STEP_MS } from '../market-run.ts'
import { METRICS_MS } from '../metrics.ts'
import { Random } from '../random.ts'
import { units as unitsOf } from '../settings.ts'
import { bookSide } from './book-depth.ts'
import { candleOfTicks } from './candle-of-ticks.ts'
import { characterOf, type ListedCharacter, venueInstrument } from './characters.ts'
import { decodeCheckpoint, encodeCheckpoint, refuse } from './market-checkpoint.ts'
import { MarketHistory, type MarketHistoryState } from './market-history.ts'
import { MarketSplit, type MarketSplitState } from './market-split.ts'
import { MarketUnits } from './market-units.ts'
import { ticksBetween } from './public-ticks.ts'
import { RollingTable, type RollingTableState } from './rolling-table.ts'
import { addressOf, type Shares } from './shares.ts'
import { KEPT_TICKS_MS, LiveTape, type LiveTapeState } from './tape.ts'
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
import type { VenueShare, WholeMarket } from './venue-share.ts'

/** Which market it is: all that happens follows from these. */
export interface LiveMarketOptions {
  /** whole number from 0 */
  seed: number
  /** one of VENUE_SYMBOLS */
  symbol: string
  /** UTC ms, a whole five minutes */
  genesis: number
  /** days that the market runs before genesis, so that its positions have entries that were real prices */
  warmUpDays: number
  /** splits the flow over venues, each of which `venue` then answers for; one venue that has it all where left out */
  shares?: Shares
}

/** What was between two steps, kept as long as the ticks. */
const MOMENT_COLUMNS = ['time', 'mark', 'premium', 'predictedRate', 'openInterest', 'pressure', 'depthUsd'] as const
type MomentColumn = (typeof MOMENT_COLUMNS)[number]

type LiveMarketState = {
  identity: { symbol: string; character: string; seed: number; genesis: number; warmUpDays: number; shares?: Record<string, number> }
  run: MarketRunState
  tape: LiveTapeState
  history: MarketHistoryState
  moments: RollingTableState<MomentColumn>
  split?: MarketSplitState
}

export class LiveMarket implements VenueMarket, WholeMarket {
  readonly options: LiveMarketOptions
  readonly instrument: VenueInstrument
  readonly units: MarketUnits
  private readonly character: ListedCharacter
  private readonly split: MarketSplit | null
  private readonly addresses = new Map<number, string>()
  private readonly tape: LiveTape
  private readonly run: MarketRun
  private readonly history = new MarketHistory()
  private readonly moments: RollingTable<MomentColumn> = new RollingTable(MOMENT_COLUMNS)

  /** @throws FaultlineError bad_input for a symbol that the venue does not list */
  constructor(options: LiveMarketOptions, state?: LiveMarketState) {
    const { seed, symbol, genesis, warmUpDays, shares } = options
    if (genesis % METRICS_MS !== 0) throw new RangeError(`genesis ${genesis} is not a whole five minutes`)
    const character = characterOf(symbol)
    const { lotSize } = unitsOf(character.price)
    const streams = `${symbol}/`
    this.options = { seed, symbol, genesis, warmUpDays, ...(shares ? { shares } : {}) }
    this.split = shares ? new MarketSplit(this, { seed, symbol, shares }) : null
    this.character = character
    this.instrument = venueInstrument(symbol)
    this.units = new MarketUnits(character.priceDecimals, lotSize)
    this.tape = new LiveTape({
      units: this.units,
      random: new Random(seed, `${streams}tape`),
      usdPerPrint: character.usdPerPrint,
      split: this.split,
      onForced: ({ time, direction, lots, orderTicks, ticks }) =>
        this.history.forced.push(time, direction, this.units.coins(lots), this.units.price(orderTicks), this.units.price(ticks)),
    })
    this.run = new MarketRun({ seed, streams, character, lotSize, start: genesis, warmUpDays, tape: this.tape }, state?.run)
    this.split?.watch(this.run.books)
    if (!state) return
    this.tape.restore(state.tape)
    this.tape.recording = this.run.time > genesis
    this.history.restore(state.history)
    this.moments.restore(state.moments)
    if (state.split) this.split?.restore(state.split)
  }

  /**
   * One venue's share of a split market: what it sums up to over the venues is what this market says of itself.
   * @throws RangeError for a venue that has none
   */
  venue(wire: Wire): VenueMarket {
    const share = this.split?.of(wire)
    if (!share) throw new RangeError(`${this.options.symbol} has no share for ${wire}`)
    return share
  }

  get genesis(): number {
    return this.options.genesis
  }

  get simulatedTo(): number {
    return this.run.time
  }

  /** Where the first candle starts from. */
  get firstPrice(): number {
    return this.units.price(this.units.ticksDown(this.character.price))
  }

  advance(time: number): void {
    while (this.run.time < time) this.step()
  }

  candles(from: number, to: number): VenueCandles {
    return this.history.candlesIn(from, to)
  }

  candleAt(time: number): CandleSoFar {
    this.checkRecent(time)
    const openTime = floorTo(time, MINUTE_MS)
    return candleOfTicks(this.tape.ticks, this.units, openTime, time, this.before(openTime))
  }

  openInterestHistory(from: number, to: number): OpenInterestTable {
    return this.history.openInterestIn(from, to)
  }

  ratioHistory(from: number, to: number): LongShortRatioTable {
    return this.history.ratiosIn(from, to)
  }

  fundingHistory(from: number, to: number): FundingTable {
    return this.history.fundingIn(from, to)
  }

  openInterestAt(time: number): number {
    return this.moments.at('openInterest', this.momentAt(time))
  }

  markAt(time: number): MarkAt {
    const moment = this.momentAt(time)
    const markPrice = this.markWithin(moment, time)
    const fundingMs = this.character.fundingIntervalHours * HOUR_MS
    return {
      markPrice,
      indexPrice: markPrice * Math.exp(-this.moments.at('premium', moment)),
      predictedFundingRate: this.moments.at('predictedRate', moment),
      nextFundingTime: floorTo(time, fundingMs) + fundingMs,
    }
  }

  depthAt(time: number, levels: number): DepthAt {
    return this.book(time, levels, 1, this.options.seed)
  }

  depthOf(venue: number, time: number, levels: number): DepthAt {
    return this.book(time, levels, this.split?.dealer.parts[venue] ?? 0, this.options.seed + 1 + venue)
  }

  ticks(after: number, upTo: number): readonly Tick[] {
    return ticksBetween(this.tape.ticks, this.units, after, upTo)
  }

  forcedOrders(from: number, to: number): readonly ForcedTick[] {
    return this.history.forcedIn(from, to)
  }

  positions(): readonly OpenPosition[] {
    const { books } = this.run
    return Array.from({ length: books.count }, (_, i) => this.position(books.at(i)))
  }

  positionsOf(venue: number): OpenPosition[] {
    const { books } = this.run
    const out: OpenPosition[] = []
    for (let i = 0; i < books.count; i++) {
      const position = books.at(i)
      if (this.split?.dealer.ofPosition(position.id) === venue) out.push(this.position(position))
    }
    return out
  }

  accountsOf(venue: number): Account[] {
    return this.positionsOf(venue).map((position) => ({ address: this.addressOf(position.id), positions: [position] }))
  }

  addressOf(position: number): string {
    const known = this.addresses.get(position)
    if (known !== undefined) return known
    const address = addressOf(this.options.seed, position)
    this.addresses.set(position, address)
    return address
  }

  checkpoint(): Uint8Array {
    const state: LiveMarketState = {
      identity: { ...this.options, character: JSON.stringify(this.character) },
      run: this.run.state(),
      tape: this.tape.state(),
      history: this.history.state(),
      moments: this.moments.state(),
      ...(this.split ? { split: this.split.state() } : {}),
    }
    return encodeCheckpoint(state)
  }

  private step(): void {
    const { run, tape, history, genesis } = this
    const { time } = run
    if (time === genesis) {
      tape.recording = true
      this.keepMoment()
    }
    const settlement = run.step()
    if (time < genesis) return
    if (settlement) history.funding.push(settlement.time, settlement.rate, this.character.fundingIntervalHours)
    tape.endStep(time)
    this.keepMoment()
    const now = run.time
    if (now % MINUTE_MS === 0) this.endMinute(now)
    if (now % METRICS_MS === 0) this.addMetrics(now)
    if (now % DAY_MS !== 0) return
    history.forget(now)
    for (const share of this.shares) share.forget(now)
  }

  private endMinute(now: number): void {
    const openTime = now - MINUTE_MS
    this.history.addCandle(candleOfTicks(this.tape.ticks, this.units, openTime, now - 1, this.before(openTime)))
    this.tape.forgetBefore(now - KEPT_TICKS_MS)
    this.moments.dropBefore(now - KEPT_TICKS_MS)
    for (const share of this.shares) share.endMinute(now)
  }

  private addMetrics(now: number): void {
    const { books, exchange } = this.run
    const coins = this.openInterest
    this.history.openInterest.push(now, coins, coins * exchange.mark)
    this.tape.meter.read(now, books).forEach((ratio, kind) => {
      if (Number.isFinite(ratio)) this.history.ratios.push(now, kind, ratio)
    })
    for (const share of this.shares) share.addMetrics(now, exchange.mark)
  }

  private keepMoment(): void {
    const { run } = this
    const { exchange } = run
    this.moments.push(run.time, exchange.mark, run.premium, run.predictedRate, this.openInterest, exchange.pressure, exchange.depthUsd)
    for (const share of this.shares) share.keepMoment(run.time)
  }

  private get shares(): readonly VenueShare[] {
    return this.split?.shares ?? []
  }

  /** Base coin now. */
  private get openInterest(): number {
    return this.units.coins((this.split ?? this.run.books).openInterestLots)
  }

  private position({ id, direction, lots, entry, margin, cross, liquidation }: Position): OpenPosition {
    return { id, direction, quantity: this.units.coins(lots), entryPrice: entry, margin, cross, liquidationPrice: liquidation }
  }

  private book(time: number, levels: number, part: number, seed: number): DepthAt {
    const moment = this.momentAt(time)
    const book = {
      mark: this.markWithin(moment, time),
      pressure: this.moments.at('pressure', moment),
      depthUsd: part * this.moments.at('depthUsd', moment),
      thickening: this.run.exchange.thickening,
    }
    const asked = { time, levels, seed }
    return {
      lastUpdateId: 1 + time - this.genesis,
      bids: bookSide(book, this.units, -1, asked),
      asks: bookSide(book, this.units, 1, asked),
    }
  }

  /** What the candle that opens then starts from. */
  private before(openTime: number): { close: number; lastTradeId: number } {
    return this.history.candleBefore(openTime) ?? { close: this.firstPrice, lastTradeId: 0 }
  }

  /** The mark at `time`: where the latest trade of its step found it, or where the step began. */
  private markWithin(moment: number, time: number): number {
    const { ticks } = this.tape
    const row = ticks.lowerBound(time + 1) - 1
    const traded = row >= 0 && ticks.at('time', row) >= this.moments.at('time', moment)
    return traded ? ticks.at('mark', row) : this.moments.at('mark', moment)
  }

  momentAt(time: number): number {
    this.checkRecent(time)
    return this.moments.lowerBound(floorTo(time, STEP_MS))
  }

  private checkRecent(time: number): void {
    const oldest = Math.max(this.genesis, this.simulatedTo - KEPT_TICKS_MS)
    if (time >= oldest && time <= this.simulatedTo) return
    throw new RangeError(`${this.options.symbol} knows the moments from ${oldest} to ${this.simulatedTo}, not ${time}`)
  }
}

/**
 * A market as its `checkpoint` was taken: it goes on as if it had never stopped.
 * @throws FaultlineError bad_input for damaged bytes, another version, or an instrument that is not what it was
 */
export function openMarket(checkpoint: Uint8Array): LiveMarket {
  const state = decodeCheckpoint(checkpoint) as LiveMarketState
  const { symbol, seed, genesis, warmUpDays, character, shares } = state.identity
  if (character !== JSON.stringify(characterOf(symbol))) refuse(`${symbol} has got another character since it was written`)
  return new LiveMarket({ symbol, seed, genesis, warmUpDays, ...(shares ? { shares: shares as Shares } : {}) }, state)
}
