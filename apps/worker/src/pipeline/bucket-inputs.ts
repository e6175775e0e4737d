/**
 * From stored or imported events to the estimator's steps: the only way there. Estimate, import and rebuild go through it,
 * so the same events give the same steps, and nothing that was not known at a bucket's close gets into its step.
 */
import type { BucketInput } from '@faultline/engine/estimator/estimator'
import { type LiquidationEvent, RATIO_KINDS } from '@faultline/market/event'
import {
  type CandleTable,
  type FundingTable,
  type LiquidationTable,
  type LongShortRatioTable,
  type OpenInterestTable,
  PRICE_KINDS,
} from '@faultline/market/event-table'
import { DAY_MS, SIDES } from '@faultline/market/units'

/** Events of one instrument, each table sorted by its natural key and free of duplicates. */
export interface BucketEvents {
  bucketMs: number
  /** of length bucketMs; a missing candle is a skipped bucket */
  candles: CandleTable
  openInterest: OpenInterestTable
  funding: FundingTable
  ratios: LongShortRatioTable
  liquidations: LiquidationTable
}

/**
 * A funding rate or ratio older than this at a bucket's close no longer counts as known. It bounds how far back a resuming
 * caller has to read; the longest funding interval is 8 hours.
 */
const CONTEXT_MS = DAY_MS

/**
 * What must be in the tables for `bucketInputs(events, from)`: for each table the earliest time (inclusive) that matters.
 * More does no harm.
 */
export function neededFrom(from: number): { candles: number; openInterest: number; funding: number; ratios: number; liquidations: number } {
  return { candles: from, openInterest: from, funding: from - CONTEXT_MS, ratios: from - CONTEXT_MS, liquidations: from }
}

/**
 * One BucketInput per candle, in order of time.
 *
 * - open interest: the newest figure with time ≤ bucket end, given once (only when newer than the one given before);
 * - funding and long/short ratio (accounts): the newest with time in (bucket end − 24 h, bucket end], given in every bucket;
 * - liquidations: those with time in [bucketStart, bucketEnd).
 *
 * To resume after bucket B was stepped, pass `from = B + bucketMs` and the rows named by `neededFrom(from)` (or all rows):
 * the inputs are then those that an uninterrupted run would have given from there on. Open interest with time ≤ `from`
 * counts as given, because B's step could see it; so `from` must be the end of the last bucket stepped, not the start of
 * the next candle after a gap. Without `from` everything is emitted and nothing counts as given.
 */
export function* bucketInputs(events: BucketEvents, from?: number): Generator<BucketInput, void, undefined> {
  const { bucketMs, candles, openInterest, funding, ratios, liquidations } = events
  const { openTime, open, high, low, close, volume, takerBuyVolume } = candles.columns
  const accounts = RATIO_KINDS.indexOf('accounts')

  let row = from === undefined ? 0 : lowerBound(openTime, from)
  // Index of the first figure that has not been given: everything the last stepped bucket could see was given.
  let nextOpenInterest = from === undefined ? 0 : upperBound(openInterest.columns.time, from)
  let nextFunding = 0
  let nextRatio = 0
  let nextLiquidation = 0
  let fundingRow = -1
  let ratioRow = -1

  for (; row < candles.length; row++) {
    const bucketStart = openTime[row] as number
    const end = bucketStart + bucketMs
    const input: BucketInput = {
      bucketStart,
      open: open[row] as number,
      high: high[row] as number,
      low: low[row] as number,
      close: close[row] as number,
      volume: volume[row] as number,
    }
    const taker = takerBuyVolume[row] as number
    if (!Number.isNaN(taker)) input.takerBuyVolume = taker

    const firstNew = nextOpenInterest
    while (nextOpenInterest < openInterest.length && (openInterest.columns.time[nextOpenInterest] as number) <= end) nextOpenInterest++
    if (nextOpenInterest > firstNew) {
      const newest = nextOpenInterest - 1
      input.openInterest = { time: openInterest.columns.time[newest] as number, base: openInterest.columns.openInterest[newest] as number }
    }

    for (; nextFunding < funding.length && (funding.columns.time[nextFunding] as number) <= end; nextFunding++) fundingRow = nextFunding
    if (fundingRow >= 0 && (funding.columns.time[fundingRow] as number) > end - CONTEXT_MS)
      input.fundingRate = funding.columns.rate[fundingRow] as number

    for (; nextRatio < ratios.length && (ratios.columns.time[nextRatio] as number) <= end; nextRatio++) {
      if (ratios.columns.kind[nextRatio] === accounts) ratioRow = nextRatio
    }
    if (ratioRow >= 0 && (ratios.columns.time[ratioRow] as number) > end - CONTEXT_MS)
      input.longShortRatio = ratios.columns.ratio[ratioRow] as number

    const times = liquidations.columns.time
    while (nextLiquidation < liquidations.length && (times[nextLiquidation] as number) < bucketStart) nextLiquidation++
    if (nextLiquidation < liquidations.length && (times[nextLiquidation] as number) < end) {
      const prints: LiquidationEvent[] = []
      for (; nextLiquidation < liquidations.length && (times[nextLiquidation] as number) < end; nextLiquidation++) {
        prints.push(liquidationAt(liquidations, nextLiquidation))
      }
      input.liquidations = prints
    }
    yield input
  }
}

function liquidationAt(table: LiquidationTable, row: number): LiquidationEvent {
  const c = table.columns
  return {
    type: 'liquidation',
    time: c.time[row] as number,
    side: SIDES[c.side[row] as number] as LiquidationEvent['side'],
    price: c.price[row] as number,
    priceKind: PRICE_KINDS[c.priceKind[row] as number] as LiquidationEvent['priceKind'],
    quantity: c.quantity[row] as number,
    quantityUsd: c.quantityUsd[row] as number,
  }
}

/** First index whose value is ≥ `value` in a sorted array. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** First index whose value is > `value` in a sorted array. */
const upperBound = (sorted: Float64Array, value: number): number => {
  let index = lowerBound(sorted, value)
  while (index < sorted.length && sorted[index] === value) index++
  return index
}
