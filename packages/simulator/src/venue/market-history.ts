/** What the venue published of one instrument since genesis, of the last 90 days. */
import { type ColumnName, type FundingTable, type LongShortRatioTable, type OpenInterestTable, TABLES } from '@faultline/market/event-table'
import { DAY_MS } from '@faultline/market/units'
import { RollingTable, type RollingTableState } from './rolling-table.ts'
import type { CandleSoFar, ForcedTick, VenueCandles } from './venue-market.ts'

/** Older history is forgotten, at midnight UTC: that bounds the memory (15 MB per instrument) and the checkpoint. */
export const KEPT_HISTORY_DAYS = 90

const CANDLE_COLUMNS = [...TABLES.candle.columns, 'takerBuyQuoteVolume', 'lastTradeId'] as const
type CandleColumn = (typeof CANDLE_COLUMNS)[number]
const FORCED_COLUMNS = ['time', 'direction', 'quantity', 'orderPrice', 'averagePrice'] as const

export type MarketHistoryState = {
  candles: RollingTableState<CandleColumn>
  openInterest: RollingTableState<ColumnName<'openInterest'>>
  ratios: RollingTableState<ColumnName<'longShortRatio'>>
  funding: RollingTableState<ColumnName<'funding'>>
  forced: RollingTableState<(typeof FORCED_COLUMNS)[number]>
}

export class MarketHistory {
  readonly forced = new RollingTable(FORCED_COLUMNS)
  readonly openInterest: RollingTable<ColumnName<'openInterest'>> = new RollingTable(TABLES.openInterest.columns)
  readonly ratios: RollingTable<ColumnName<'longShortRatio'>> = new RollingTable(TABLES.longShortRatio.columns)
  readonly funding: RollingTable<ColumnName<'funding'>> = new RollingTable(TABLES.funding.columns)
  private readonly candles: RollingTable<CandleColumn> = new RollingTable(CANDLE_COLUMNS)

  addCandle(c: CandleSoFar): void {
    this.candles.push(
      c.openTime,
      c.open,
      c.high,
      c.low,
      c.close,
      c.volume,
      c.quoteVolume,
      c.takerBuyVolume,
      c.tradeCount,
      c.takerBuyQuoteVolume,
      c.lastTradeId,
    )
  }

  /** Where the candle that opens at `openTime` starts from: the one before, if it is kept. */
  candleBefore(openTime: number): { close: number; lastTradeId: number } | undefined {
    const row = this.candles.lowerBound(openTime) - 1
    return row < 0 ? undefined : { close: this.candles.at('close', row), lastTradeId: this.candles.at('lastTradeId', row) }
  }

  candlesIn(from: number, to: number): VenueCandles {
    const { takerBuyQuoteVolume, lastTradeId, ...columns } = this.candles.between(from, to)
    return { kind: 'candle', length: columns.openTime.length, columns, takerBuyQuoteVolume, lastTradeId }
  }

  openInterestIn(from: number, to: number): OpenInterestTable {
    const columns = this.openInterest.between(from, to)
    return { kind: 'openInterest', length: columns.time.length, columns }
  }

  ratiosIn(from: number, to: number): LongShortRatioTable {
    const columns = this.ratios.between(from, to)
    return { kind: 'longShortRatio', length: columns.time.length, columns }
  }

  fundingIn(from: number, to: number): FundingTable {
    const columns = this.funding.between(from, to)
    return { kind: 'funding', length: columns.time.length, columns }
  }

  forcedIn(from: number, to: number): ForcedTick[] {
    const { forced: table } = this
    const out: ForcedTick[] = []
    const end = table.lowerBound(to)
    for (let row = table.lowerBound(from); row < end; row++) {
      out.push({
        type: 'forced',
        time: table.at('time', row),
        direction: table.at('direction', row) > 0 ? 1 : -1,
        quantity: table.at('quantity', row),
        orderPrice: table.at('orderPrice', row),
        averagePrice: table.at('averagePrice', row),
      })
    }
    return out
  }

  /** Forgets what is too old; `now` is a midnight. */
  forget(now: number): void {
    const oldest = now - KEPT_HISTORY_DAYS * DAY_MS
    for (const table of [this.candles, this.openInterest, this.ratios, this.funding, this.forced]) table.dropBefore(oldest)
  }

  state(): MarketHistoryState {
    return {
      candles: this.candles.state(),
      openInterest: this.openInterest.state(),
      ratios: this.ratios.state(),
      funding: this.funding.state(),
      forced: this.forced.state(),
    }
  }

  restore(state: MarketHistoryState): void {
    this.candles.restore(state.candles)
    this.openInterest.restore(state.openInterest)
    this.ratios.restore(state.ratios)
    this.funding.restore(state.funding)
    this.forced.restore(state.forced)
  }
}
