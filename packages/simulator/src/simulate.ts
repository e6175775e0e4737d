import type { CandleTable, FundingTable, LongShortRatioTable, OpenInterestTable } from '@faultline/market/event-table'
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { Books } from './books.ts'
import { Crowd } from './crowd.ts'
import { Exchange, type ForcedOrder } from './exchange.ts'
import { BRACKETS, type Bracket } from './margin.ts'
import { Random } from './random.ts'
import { Recorder, type TruthTable } from './recorder.ts'
import { type Settings, type SimulationOptions, settle } from './settings.ts'
import { Weather } from './weather.ts'

/** Everything that a simulated market was, public and secret. Tables are in the market's vocabulary. */
export interface SimulatedMarket {
  readonly settings: Settings
  readonly brackets: readonly Bracket[]
  readonly candles: CandleTable
  /** USD bought by takers, per candle */
  readonly takerBuyQuote: readonly number[]
  /** every five minutes, start < time ≤ end */
  readonly openInterest: OpenInterestTable
  readonly ratios: LongShortRatioTable
  /** every eight hours, start ≤ time < end */
  readonly funding: FundingTable
  /** every liquidation; the feed shows fewer (liquidation-feed) */
  readonly forcedOrders: readonly ForcedOrder[]
  /** each full hour, start < time ≤ end */
  readonly truth: TruthTable
}

/** What a watcher may look at after each step. */
export interface StepView {
  /** end of the step, UTC ms */
  readonly time: number
  readonly mark: number
  readonly books: Books
}

export interface Hooks {
  /** `done` and `total` count simulated hours, the time before the first candle included */
  onProgress?: (done: number, total: number) => void
  onStep?: (view: StepView) => void
}

/** The inner step. A candle's high and low are those of the path over these steps and of the fills between. */
export const STEP_MS = 5_000
const FUNDING_MS = 8 * HOUR_MS
const METRICS_MS = 5 * MINUTE_MS
/** USD in the book within one per cent of the price on one side, as a share of the open interest. */
const DEPTH_PER_PERCENT = 0.03
/** Orders above this share of the open interest are worked, not thrown at the book. */
const WORKED_SHARE = 3e-4
/** Premium of the perpetual over its index for a crowd that is wholly on one side. */
const CROWDING_PREMIUM = 0.005
/** As Binance: interest of 0.01 % per interval, damped within 0.05 %, capped. */
const INTEREST = 0.0001
const DAMPER = 0.0005
const FUNDING_CAP = 0.0075

/**
 * Runs a market. Pure: the same options give the same market, byte for byte; no clock, no other source of chance.
 * @throws FaultlineError bad_input for options that cannot be
 */
export function simulate(options: SimulationOptions, hooks: Hooks = {}): SimulatedMarket {
  const settings = settle(options)
  const { seed, start, end, intervalMs, price, lotSize, openInterestUsd } = settings
  const stream = (name: string): Random => new Random(seed, name)
  const recorder = new Recorder(lotSize, (p) => Number(p.toFixed(settings.priceDecimals)), (end - start) / intervalMs)
  const books = new Books(lotSize)
  const weather = new Weather(stream('weather'), STEP_MS)
  const normalDepth = DEPTH_PER_PERCENT * openInterestUsd * 100
  const exchange = new Exchange(books, recorder, stream('exchange'), {
    price,
    depthUsd: normalDepth,
    stepMs: STEP_MS,
    workedLots: Math.ceil((WORKED_SHARE * openInterestUsd) / (price * lotSize)),
  })
  const crowd = new Crowd(exchange, stream('crowd'), { openInterestUsd, stepMs: STEP_MS })
  const jitter = stream('jitter')
  crowd.populate()

  const begin = start - floorTo(settings.warmUpDays * DAY_MS, HOUR_MS)
  const total = (end - begin) / HOUR_MS
  let premiumSum = 0
  let premiumCount = 0
  for (let time = begin; time < end; time += STEP_MS) {
    if (time === start) {
      recorder.recording = true
      recorder.beginMetrics()
    }
    if (time >= start && (time - start) % intervalMs === 0) recorder.beginCandle(exchange.mark)

    if (time % FUNDING_MS === 0) {
      const rate = fundingRate(premiumCount > 0 ? premiumSum / premiumCount : 0)
      payFunding(books, exchange, rate)
      if (time >= start) recorder.funding(time + jitter.below(9), rate, FUNDING_MS / HOUR_MS)
      premiumSum = premiumCount = 0
    }

    // Before the first candle the path is a bridge to the price that was asked for.
    const pull = time < start ? ((Math.log(price) - exchange.logPrice) * STEP_MS) / Math.max(STEP_MS, start - time) : 0
    const before = exchange.logPrice
    const news = weather.step(time)
    exchange.depthUsd = normalDepth * weather.depth
    exchange.drift(time, news + pull)
    crowd.step(time, weather)
    const own = Math.abs(exchange.logPrice - before - news - pull)
    // Moves that the crowd makes itself (cascades) alarm it as news does.
    if (own > 0.002) weather.shock(own)

    const now = time + STEP_MS
    if (now % MINUTE_MS === 0) {
      premiumSum += exchange.pressure + CROWDING_PREMIUM * crowd.crowding()
      premiumCount++
    }
    if (time >= start) {
      if ((now - start) % intervalMs === 0) recorder.endCandle(now - intervalMs)
      if (now % METRICS_MS === 0) recorder.metrics(now, books, exchange.mark)
      if (now % HOUR_MS === 0) recorder.snapshotTruth(now, books, exchange.mark)
    }
    hooks.onStep?.({ time: now, mark: exchange.mark, books })
    if ((now - begin) % HOUR_MS === 0) hooks.onProgress?.((now - begin) / HOUR_MS, total)
  }
  return {
    settings,
    brackets: BRACKETS,
    ...recorder.tables(),
    takerBuyQuote: recorder.takerBuyQuote,
    forcedOrders: recorder.forcedOrders,
    truth: recorder.truth,
  }
}

/** Rate per interval from the mean premium, as Binance forms it. */
function fundingRate(premium: number): number {
  const damped = premium + Math.min(DAMPER, Math.max(-DAMPER, INTEREST - premium))
  return Number(Math.min(FUNDING_CAP, Math.max(-FUNDING_CAP, damped)).toFixed(8))
}

/** Longs pay shorts (or get) from the wallet: it moves the liquidation price only where the wallet is the margin. */
function payFunding(books: Books, exchange: Exchange, rate: number): void {
  for (let i = 0; i < books.count; i++) {
    const p = books.at(i)
    if (p.cross) exchange.addMargin(p, -p.direction * rate * p.lots * books.lotSize * exchange.mark)
  }
  exchange.settle()
}
