import { RATIO_KINDS } from '@faultline/market/event'
import type { TableKind } from '@faultline/market/event-table'
import type { FieldName } from './gathered-table.ts'
import { RATIO_COLUMNS } from './row-readers.ts'

const NAMES: Readonly<Record<TableKind, Readonly<Record<string, string>>>> = {
  candle: { openTime: 'open_time', quoteVolume: 'quote_volume', takerBuyVolume: 'taker_buy_volume', tradeCount: 'count' },
  openInterest: { openInterest: 'sum_open_interest', openInterestUsd: 'sum_open_interest_value' },
  funding: { rate: 'last_funding_rate', intervalHours: 'funding_interval_hours' },
  longShortRatio: {},
  liquidation: { priceKind: 'average_price', quantityUsd: 'price' },
}

/** The name of a table's column in the dump files. A ratio's is that of its kind. */
export function fieldNameOf(kind: TableKind): FieldName {
  return (column, value) => {
    if (kind !== 'longShortRatio') return NAMES[kind][column] ?? column
    const ratio = RATIO_KINDS[value('kind')]
    return Object.entries(RATIO_COLUMNS).find(([, of]) => of === ratio)?.[0] ?? column
  }
}
