import type { LongShortRatioTable, OpenInterestTable } from '@faultline/market/event-table'
import { type CandleTable, EventTableBuilder, type FundingTable, type LiquidationTable } from '@faultline/market/event-table'
import type { MarginTier } from '@faultline/market/instrument'
import { HOUR_MS, type Side } from '@faultline/market/units'
import type { SimulationOptions } from '@faultline/simulator/settings'
import { simulate } from '@faultline/simulator/simulate'

/** One open position as its venue would show it. */
export interface TruePosition {
  /** of the position; another one after it has the same number never */
  id: string
  side: Side
  entry: number
  /** null: nothing liquidates it */
  liquidation: number | null
  /** base coin */
  size: number
}

/** A simulated market with what is public of it, and every open position at each full hour. */
export interface SeenMarket {
  bucketMs: number
  tiers: MarginTier[]
  candles: CandleTable
  openInterest: OpenInterestTable
  funding: FundingTable
  ratios: LongShortRatioTable
  liquidations: LiquidationTable
  /** `openInterest`: one side's, base coin; the maker's own part is in it and not among the positions */
  hours: { time: number; mark: number; openInterest: number; positions: TruePosition[] }[]
}

export function seenMarket(options: SimulationOptions): SeenMarket {
  const hours: SeenMarket['hours'] = []
  const market = simulate(options, {
    onStep: ({ time, mark, books }) => {
      if (time % HOUR_MS !== 0) return
      const positions = Array.from({ length: books.count }, (_, i): TruePosition => {
        const p = books.at(i)
        return {
          id: `${p.id}.${books.generation(p.id)}`,
          side: p.direction > 0 ? 'long' : 'short',
          entry: p.entry,
          liquidation: p.liquidation > 0 ? p.liquidation : null,
          size: p.lots * books.lotSize,
        }
      })
      hours.push({ time, mark, openInterest: books.openInterestLots * books.lotSize, positions })
    },
  })
  const { settings, brackets } = market
  const prints = new EventTableBuilder('liquidation')
  for (const { time, direction, lots, fillPrice } of market.prints ?? []) {
    const quantity = lots * settings.lotSize
    prints.push(time, direction > 0 ? 0 : 1, fillPrice, quantity, 0, quantity * fillPrice)
  }
  return {
    bucketMs: settings.intervalMs,
    tiers: brackets.map((b, i) => ({
      floorUsd: b.notionalFloor,
      capUsd: i + 1 < brackets.length ? b.notionalCap : null,
      maintMarginRatio: b.maintMarginRatio,
      maxLeverage: b.initialLeverage,
    })),
    candles: market.candles,
    openInterest: market.openInterest,
    funding: market.funding,
    ratios: market.ratios,
    liquidations: prints.finish(),
    hours: hours.filter(({ time }) => time > settings.start && time <= settings.end),
  }
}
