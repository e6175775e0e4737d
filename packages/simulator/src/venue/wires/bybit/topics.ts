/** Names of Bybit's topics, as clients subscribe to them. */
import { SECOND_MS } from '@faultline/market/units'
import type { Topic } from '../wire-format.ts'
import { INTERVALS } from './words.ts'

const TICKER_EVERY_MS = 100
const CANDLE_EVERY_MS = SECOND_MS
const LIQUIDATIONS_EVERY_MS = 500
/** Levels of a book that can be had, and how often each is told. */
const BOOKS: Readonly<Record<string, number>> = { 1: 10, 50: 20, 200: 100, 1000: 200 }

/** What a name means; undefined for a name that is no topic of linear contracts. */
export function parseTopic(name: string): Topic | undefined {
  const parts = name.split('.')
  const [channel, middle] = parts
  const symbol = parts.at(-1)
  if (!symbol) return undefined
  if (parts.length === 2) {
    if (channel === 'tickers') return { name, kind: 'mark', symbol, everyMs: TICKER_EVERY_MS }
    if (channel === 'publicTrade') return { name, kind: 'trade', symbol, everyMs: 0 }
    if (channel === 'allLiquidation') return { name, kind: 'liquidation', symbol, everyMs: LIQUIDATIONS_EVERY_MS }
  }
  if (parts.length !== 3 || middle === undefined) return undefined
  if (channel === 'orderbook' && Object.hasOwn(BOOKS, middle)) return { name, kind: 'depth', symbol, everyMs: BOOKS[middle] as number }
  if (channel === 'kline' && Object.hasOwn(INTERVALS, middle)) {
    return { name, kind: 'candle', symbol, interval: INTERVALS[middle] as string, everyMs: CANDLE_EVERY_MS }
  }
  return undefined
}

/** `kline.5.SIMOAKUSDT` → `5`, `orderbook.50.SIMOAKUSDT` → `50` */
export const middleOf = (topic: Topic): string => topic.name.split('.')[1] as string
