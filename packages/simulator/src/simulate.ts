import type { FundingTable } from '@faultline/market/event-table'
import { HOUR_MS } from '@faultline/market/units'
import type { Books } from './books.ts'
import { CROWDS } from './crowds.ts'
import { degradedFeed, type PublicFeed } from './degrade.ts'
import type { Exchange, ForcedOrder } from './exchange.ts'
import type { Bracket } from './margin.ts'
import { MarketRun } from './market-run.ts'
import { METRICS_MS } from './metrics.ts'
import { type LeverageOfOpenInterest, Recorder, type TruthTable } from './recorder.ts'
import { type Settings, type SimulationOptions, settle } from './settings.ts'

/**
 * Everything that a simulated market was: what is public of it, as the feed gives it (open interest and ratios every five minutes,
 * start < time ≤ end), and what is secret. Tables are in the market's vocabulary.
 */
export interface SimulatedMarket extends PublicFeed {
  readonly settings: Settings
  readonly brackets: readonly Bracket[]
  /** at the end of each funding interval, start ≤ time < end */
  readonly funding: FundingTable
  /** every liquidation */
  readonly forcedOrders: readonly ForcedOrder[]
  /** each full hour, start < time ≤ end */
  readonly truth: TruthTable
  /** over the full hours */
  readonly leverage: LeverageOfOpenInterest
}

/** What a watcher may look at after each step. */
export interface StepView {
  /** end of the step, UTC ms */
  readonly time: number
  readonly mark: number
  readonly books: Books
  readonly exchange: Exchange
}

export interface Hooks {
  /** `done` and `total` count simulated hours, the time before the first candle included */
  onProgress?: (done: number, total: number) => void
  onStep?: (view: StepView) => void
}

/**
 * Runs a market. Pure: the same options give the same market, byte for byte; no clock, no other source of chance.
 * @throws FaultlineError bad_input for options that cannot be
 */
export function simulate(options: SimulationOptions, hooks: Hooks = {}): SimulatedMarket {
  const settings = settle(options)
  const { seed, start, end, intervalMs, lotSize, warmUpDays } = settings
  const recorder = new Recorder(lotSize, (p) => Number(p.toFixed(settings.priceDecimals)), (end - start) / intervalMs)
  const crowd = settings.crowd === null ? null : CROWDS[settings.crowd]
  const own = settings.character
  const character = crowd ? { ...own, depthPerPercent: own.depthPerPercent * crowd.depth } : own
  const populations = crowd ? { populations: crowd.populations } : {}
  const run = new MarketRun({ seed, character, lotSize, start, warmUpDays, mechanics: settings.mechanics, tape: recorder, ...populations })
  const { books, exchange, begin } = run
  const total = (end - begin) / HOUR_MS
  while (run.time < end) {
    const { time } = run
    if (time === start) {
      recorder.recording = true
      recorder.beginMetrics()
    }
    if (time >= start && (time - start) % intervalMs === 0) recorder.beginCandle(exchange.price)
    const settlement = run.step()
    if (settlement) recorder.funding(settlement.time, settlement.rate, character.fundingIntervalHours)
    const now = run.time
    if (time >= start) {
      if ((now - start) % intervalMs === 0) recorder.endCandle(now - intervalMs)
      if (now % METRICS_MS === 0) recorder.metrics(now, books, exchange.mark)
      if (now % HOUR_MS === 0) recorder.snapshotTruth(now, exchange)
    }
    hooks.onStep?.({ time: now, mark: exchange.mark, books, exchange })
    if ((now - begin) % HOUR_MS === 0) hooks.onProgress?.((now - begin) / HOUR_MS, total)
  }
  const { forcedOrders, takerBuyQuote, truth, leverage } = recorder
  const { funding, ...tables } = recorder.tables()
  return {
    settings,
    brackets: character.brackets,
    ...degradedFeed({ ...tables, takerBuyQuote, prints: forcedOrders }, settings.degrade, seed),
    funding,
    forcedOrders,
    truth,
    leverage,
  }
}
