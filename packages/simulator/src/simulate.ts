import type { CandleTable, FundingTable, LongShortRatioTable, OpenInterestTable } from '@faultline/market/event-table'
import { HOUR_MS } from '@faultline/market/units'
import type { Books } from './books.ts'
import { CROWDS } from './crowds.ts'
import type { ForcedOrder } from './exchange.ts'
import { thinnedPrints } from './liquidation-feed.ts'
import type { Bracket } from './margin.ts'
import { MarketRun } from './market-run.ts'
import { METRICS_MS } from './metrics.ts'
import { Recorder, type TruthTable } from './recorder.ts'
import { type Settings, type SimulationOptions, settle } from './settings.ts'

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
  /** at the end of each funding interval, start ≤ time < end */
  readonly funding: FundingTable
  /** every liquidation */
  readonly forcedOrders: readonly ForcedOrder[]
  /** those of them that were published */
  readonly prints: readonly ForcedOrder[]
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
  const run = new MarketRun({ seed, character, lotSize, start, warmUpDays, tape: recorder, ...populations })
  const { books, exchange, begin } = run
  const total = (end - begin) / HOUR_MS
  while (run.time < end) {
    const { time } = run
    if (time === start) {
      recorder.recording = true
      recorder.beginMetrics()
    }
    if (time >= start && (time - start) % intervalMs === 0) recorder.beginCandle(exchange.mark)
    const settlement = run.step()
    if (settlement) recorder.funding(settlement.time, settlement.rate, character.fundingIntervalHours)
    const now = run.time
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
    brackets: character.brackets,
    ...recorder.tables(),
    takerBuyQuote: recorder.takerBuyQuote,
    forcedOrders: recorder.forcedOrders,
    prints: thinnedPrints(recorder.forcedOrders, settings.degrade.hidePrints, seed),
    truth: recorder.truth,
  }
}
