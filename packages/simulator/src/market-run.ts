/**
 * A market that goes step by step: news, exchange, crowd and funding, without anybody who writes it down. What happens is a
 * function of its options and of how many steps were made; its whole state can be put away and taken up again.
 */
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { Books, type BooksState } from './books.ts'
import { type Character, wildness } from './character.ts'
import { Crowd, type CrowdState } from './crowd.ts'
import { Exchange, type ExchangeState, type Tape } from './exchange.ts'
import { FullExchange } from './full/full-exchange.ts'
import type { Population } from './populations.ts'
import { Random, type RandomState } from './random.ts'
import { Weather, type WeatherState } from './weather.ts'

/** The inner step. A candle's high and low are those of the path over these steps and of the fills between. */
export const STEP_MS = 5_000
/** Orders above this share of the open interest are worked, not thrown at the book. */
const WORKED_SHARE = 3e-4
/** Log price that doubles the depth of the book, in a market of usual wildness. */
const THICKENING = 0.01
/** Premium of the perpetual over its index for a crowd that is wholly on one side, in a market of usual wildness. */
const CROWDING_PREMIUM = 0.005
/** As Binance: interest of 0.01 % per eight hours, damped within 0.05 %, capped. */
const INTEREST = 0.0001
const DAMPER = 0.0005
export const FUNDING_CAP = 0.0075
const FUNDING_BASE_HOURS = 8

/**
 * `plain`: every position dies whole where the traded price reaches its liquidation price, a wallet stands behind one position,
 * the book is a function. `full`: index, mark, levels that are eaten and come back, shared wallets, partial liquidation.
 */
export type Mechanics = 'plain' | 'full'

export interface MarketRunOptions {
  seed: number
  /** before the names of the random streams, so that instruments of one seed are different markets */
  streams?: string
  character: Character
  /** how the exchange works; plain by default */
  mechanics?: Mechanics
  /** who trades; POPULATIONS by default */
  populations?: readonly Population[]
  /** base coin per lot */
  lotSize: number
  /** UTC ms of the first candle; up to there the path is a bridge to the character's price */
  start: number
  /** days before it, whole hours of them */
  warmUpDays: number
  tape: Tape
}

/** A funding payment that was made. */
export interface Settlement {
  /** UTC ms, some milliseconds late, as venues stamp it */
  time: number
  rate: number
}

const STREAMS = ['weather', 'exchange', 'crowd', 'jitter'] as const

export type MarketRunState = {
  time: number
  premiumSum: number
  premiumCount: number
  random: Record<(typeof STREAMS)[number], RandomState>
  weather: WeatherState
  books: BooksState
  exchange: ExchangeState
  crowd: CrowdState
}

export class MarketRun {
  readonly start: number
  /** where the first step begins */
  readonly begin: number
  readonly books: Books
  readonly exchange: Exchange
  private readonly character: Character
  private readonly fundingMs: number
  private readonly normalDepth: number
  private readonly crowdingPremium: number
  private readonly random: Record<(typeof STREAMS)[number], Random>
  private readonly weather: Weather
  private readonly crowd: Crowd
  private premiumSum = 0
  private premiumCount = 0
  private reached: number

  /** With `state`, goes on where that was taken; the options must be those of the run that gave it. */
  constructor(options: MarketRunOptions, state?: MarketRunState) {
    const { seed, streams = '', character, lotSize, start } = options
    const stream = (name: string): Random => new Random(seed, streams + name)
    this.character = character
    this.start = start
    this.begin = start - floorTo(options.warmUpDays * DAY_MS, HOUR_MS)
    this.reached = this.begin
    this.fundingMs = character.fundingIntervalHours * HOUR_MS
    this.normalDepth = character.depthPerPercent * character.openInterestUsd * 100
    this.crowdingPremium = CROWDING_PREMIUM * wildness(character)
    this.random = { weather: stream('weather'), exchange: stream('exchange'), crowd: stream('crowd'), jitter: stream('jitter') }
    this.books = new Books(lotSize, character.brackets)
    this.weather = new Weather(this.random.weather, STEP_MS, character)
    const exchangeOptions = {
      price: character.price,
      depthUsd: this.normalDepth,
      stepMs: STEP_MS,
      workedLots: Math.ceil((WORKED_SHARE * character.openInterestUsd) / (character.price * lotSize)),
      thickening: THICKENING * wildness(character),
      usdPerPrint: character.usdPerPrint,
    }
    this.exchange =
      options.mechanics === 'full'
        ? new FullExchange(this.books, options.tape, this.random.exchange, { ...exchangeOptions, character, random: stream('wallets') })
        : new Exchange(this.books, options.tape, this.random.exchange, exchangeOptions)
    this.crowd = new Crowd(this.exchange, this.random.crowd, {
      character,
      stepMs: STEP_MS,
      ...(options.populations && { populations: options.populations }),
    })
    if (state) {
      this.restore(state)
      return
    }
    this.exchange.now = this.begin
    this.crowd.populate()
  }

  /** End of what has happened, UTC ms: where the next step begins. */
  get time(): number {
    return this.reached
  }

  /** Log of the perpetual's price over its index: pressure of trades, and crowding. */
  get premium(): number {
    return this.exchange.premium(this.crowdingPremium * this.crowd.crowding())
  }

  /** What funding would settle at if its interval ended now. */
  get predictedRate(): number {
    return fundingRate(this.premiumCount > 0 ? this.premiumSum / this.premiumCount : 0, this.character.fundingIntervalHours)
  }

  /** One step on. Gives the funding that was paid at its beginning, if any (from the first candle on). */
  step(): Settlement | null {
    const { exchange, weather, start } = this
    const time = this.reached
    const settlement = time % this.fundingMs === 0 ? this.settle(time) : null

    // Before the first candle the path is a bridge to the price that was asked for.
    const away = time < start ? Math.log(this.character.price) - exchange.logPrice : 0
    const pull = time < start ? (away * STEP_MS) / Math.max(STEP_MS, start - time) : 0
    const before = exchange.logPrice
    const news = weather.step(time)
    exchange.set({
      depthUsd: this.normalDepth * weather.depth,
      stress: weather.stress,
      basis: this.crowdingPremium * this.crowd.crowding(),
    })
    exchange.drift(time, news + pull)
    this.crowd.step(time, weather)
    weather.alarm(Math.abs(exchange.logPrice - before - news - pull))

    this.reached = time + STEP_MS
    if (this.reached % MINUTE_MS === 0) {
      this.premiumSum += this.premium
      this.premiumCount++
    }
    return settlement
  }

  state(): MarketRunState {
    return {
      time: this.reached,
      premiumSum: this.premiumSum,
      premiumCount: this.premiumCount,
      random: {
        weather: this.random.weather.state(),
        exchange: this.random.exchange.state(),
        crowd: this.random.crowd.state(),
        jitter: this.random.jitter.state(),
      },
      weather: this.weather.state(),
      books: this.books.state(),
      exchange: this.exchange.state(),
      crowd: this.crowd.state(),
    }
  }

  private restore(state: MarketRunState): void {
    this.reached = state.time
    this.premiumSum = state.premiumSum
    this.premiumCount = state.premiumCount
    for (const name of STREAMS) this.random[name].restore(state.random[name])
    this.weather.restore(state.weather)
    this.books.restore(state.books)
    this.exchange.restore(state.exchange)
    this.crowd.restore(state.crowd)
  }

  /** Longs pay shorts (or get) from the wallet: it moves the liquidation price only where the wallet is the margin. */
  private settle(time: number): Settlement | null {
    const { books, exchange } = this
    const rate = this.predictedRate
    for (let i = 0; i < books.count; i++) {
      const p = books.at(i)
      if (p.cross) exchange.addMargin(p, -p.direction * rate * p.lots * books.lotSize * exchange.mark)
    }
    exchange.settle()
    this.premiumSum = this.premiumCount = 0
    return time >= this.start ? { time: time + this.random.jitter.below(9), rate } : null
  }
}

/** Rate per interval from the mean premium, as Binance forms it; shorter intervals pay their share of eight hours. */
function fundingRate(premium: number, intervalHours: number): number {
  const damped = (premium + Math.min(DAMPER, Math.max(-DAMPER, INTEREST - premium))) / (FUNDING_BASE_HOURS / intervalHours)
  return Number(Math.min(FUNDING_CAP, Math.max(-FUNDING_CAP, damped)).toFixed(8))
}
