/**
 * From stored or imported events to the estimator's steps: the only way there. Estimate, import and rebuild go through it,
 * so the same events give the same steps, and nothing that was not known at a bucket's close gets into its step.
 */
import type { BucketInput } from '@faultline/engine/estimator/estimator'
import type { ObservedStock } from '@faultline/engine/estimator/observed-stock'
import { type LiquidationEvent, RATIO_KINDS } from '@faultline/market/event'
import {
  type CandleTable,
  type FundingTable,
  type LiquidationTable,
  type LongShortRatioTable,
  type OpenInterestTable,
  PRICE_KINDS,
} from '@faultline/market/event-table'
import { DAY_MS, MINUTE_MS, SIDES } from '@faultline/market/units'

/** Events of one instrument, each table sorted by its natural key and free of duplicates. */
export interface BucketEvents {
  bucketMs: number
  /** of length bucketMs; a missing candle is a skipped bucket */
  candles: CandleTable
  openInterest: OpenInterestTable
  funding: FundingTable
  ratios: LongShortRatioTable
  liquidations: LiquidationTable
  /** stretches in which nobody listened to liquidations, UTC ms, [from, to), in order of their beginning */
  silences?: readonly Stretch[]
  /** what was told of observed positions, in order of time; `knownAfter` as below, null where it came in time */
  observed?: readonly ToldStock[]
  /** per row of a table the end of the last bucket that was stepped without it, NaN where it came in time; absent: all came in time */
  knownAfter?: Partial<Record<LateTable, Float64Array | null>>
}

interface Stretch {
  from: number
  to: number
}

export interface ToldStock {
  stock: ObservedStock
  knownAfter: number | null
}

/** Tables whose rows may arrive after the bucket of their own time was stepped. */
export type LateTable = 'openInterest' | 'funding' | 'ratios' | 'liquidations'

/**
 * A row that came later than this after its own time is kept and shown, but no step sees it: what a venue hands out of its past
 * on subscribing is not what the market does now. It bounds how far back a resuming caller has to read.
 */
export const LATE_MS = 10 * MINUTE_MS

/**
 * A funding rate or ratio older than this at a bucket's close no longer counts as known. It bounds how far back a resuming
 * caller has to read; the longest funding interval is 8 hours.
 */
const CONTEXT_MS = DAY_MS

/**
 * What must be in the tables for `bucketInputs(events, from)`: for each table the earliest time (inclusive) that matters.
 * More does no harm.
 */
export function neededFrom(from: number): {
  candles: number
  openInterest: number
  funding: number
  ratios: number
  liquidations: number
  observed: number
} {
  return {
    candles: from,
    openInterest: from - LATE_MS,
    funding: from - CONTEXT_MS,
    ratios: from - CONTEXT_MS,
    liquidations: from - LATE_MS,
    observed: from - LATE_MS,
  }
}

/**
 * One BucketInput per candle, in order of time.
 *
 * - open interest: the newest figure with time ≤ bucket end, given once (only when newer than the one given before);
 * - funding and long/short ratio (accounts): the newest with time in (bucket end − 24 h, bucket end], given in every bucket;
 * - observed positions: like open interest;
 * - liquidations: those with time in [bucketStart, bucketEnd); known unless the bucket overlaps a silence.
 *
 * A row with `knownAfter` K is seen by buckets that end after K only; liquidations of this kind belong to the first of them.
 *
 * To resume after bucket B was stepped, pass `from = B + bucketMs` and the rows named by `neededFrom(from)` (or all rows):
 * the inputs are then those that an uninterrupted run would have given from there on. What B's step could see counts as given;
 * so `from` must be the end of the last bucket stepped, not the start of the next candle after a gap. Without `from`
 * everything is emitted and nothing counts as given.
 */
export function* bucketInputs(events: BucketEvents, from?: number): Generator<BucketInput, void, undefined> {
  const { bucketMs, candles, openInterest, funding, ratios, liquidations, silences = [], observed = [], knownAfter = {} } = events
  const { openTime, open, high, low, close, volume, takerBuyVolume } = candles.columns
  const accounts = RATIO_KINDS.indexOf('accounts')

  // A figure is seen by the first bucket that ends at or after this moment; a liquidation by the one that contains it.
  const interest = arrivals(openInterest.columns.time, knownAfter.openInterest, 1)
  const rates = arrivals(funding.columns.time, knownAfter.funding, 1)
  const shares = arrivals(ratios.columns.time, knownAfter.ratios, 1)
  const prints = arrivals(liquidations.columns.time, knownAfter.liquidations, 0)

  const lookTimes = Float64Array.from(observed, (told) => told.stock.time)
  const looks = arrivals(
    lookTimes,
    observed.some((told) => told.knownAfter !== null) ? Float64Array.from(observed, (told) => told.knownAfter ?? Number.NaN) : null,
    1,
  )

  let row = from === undefined ? 0 : lowerBound(openTime, from)
  let given = Number.NEGATIVE_INFINITY
  let interestRow = -1
  let rateRow = -1
  let shareRow = -1
  let lookRow = -1
  let lookGiven = Number.NEGATIVE_INFINITY
  let silence = 0
  let silentTo = Number.NEGATIVE_INFINITY
  if (from !== undefined) {
    interestRow = newest(interest, openInterest.columns.time, from, -1)
    if (interestRow >= 0) given = openInterest.columns.time[interestRow] as number
    lookRow = newest(looks, lookTimes, from, -1)
    if (lookRow >= 0) lookGiven = lookTimes[lookRow] as number
  }

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

    interestRow = newest(interest, openInterest.columns.time, end, interestRow)
    const figureTime = interestRow < 0 ? Number.NEGATIVE_INFINITY : (openInterest.columns.time[interestRow] as number)
    if (figureTime > given) {
      given = figureTime
      input.openInterest = { time: figureTime, base: openInterest.columns.openInterest[interestRow] as number }
    }

    rateRow = newest(rates, funding.columns.time, end, rateRow)
    if (rateRow >= 0 && (funding.columns.time[rateRow] as number) > end - CONTEXT_MS)
      input.fundingRate = funding.columns.rate[rateRow] as number

    shareRow = newest(shares, ratios.columns.time, end, shareRow, (r) => ratios.columns.kind[r] === accounts)
    if (shareRow >= 0 && (ratios.columns.time[shareRow] as number) > end - CONTEXT_MS)
      input.longShortRatio = ratios.columns.ratio[shareRow] as number

    lookRow = newest(looks, lookTimes, end, lookRow)
    if (lookRow >= 0 && (lookTimes[lookRow] as number) > lookGiven) {
      lookGiven = lookTimes[lookRow] as number
      input.observed = (observed[lookRow] as ToldStock).stock
    }

    const seen = printsOf(prints, liquidations, bucketStart, end)
    if (seen.length > 0) input.liquidations = seen
    // What began before this bucket ended, and how far the farthest of it reaches.
    for (; silence < silences.length && (silences[silence] as Stretch).from < end; silence++)
      silentTo = Math.max(silentTo, (silences[silence] as Stretch).to)
    if (silentTo > bucketStart) input.printsKnown = false
    yield input
  }
}

/** Rows in the order in which they became visible, with that moment; `next` is the first one that has not been looked at. */
interface Arrivals {
  order: ArrayLike<number> | null
  at: ArrayLike<number>
  length: number
  next: number
}

/** `after`: how long after `knownAfter` a row that came late becomes visible. Rows that came too late are left out. */
function arrivals(times: Float64Array, known: Float64Array | null | undefined, after: 0 | 1): Arrivals {
  if (!known) return { order: null, at: times, length: times.length, next: 0 }
  const moment = Float64Array.from(times, (time, row) => {
    const late = known[row] as number
    return Number.isNaN(late) ? time : Math.max(time, late + after)
  })
  const rows = [...times.keys()].filter((row) => !((known[row] as number) - (times[row] as number) > LATE_MS))
  rows.sort((a, b) => (moment[a] as number) - (moment[b] as number) || a - b)
  return { order: rows, at: rows.map((row) => moment[row] as number), length: rows.length, next: 0 }
}

/** The row with the latest time of those visible at `end`, given the one found before (-1: none). */
function newest(a: Arrivals, times: Float64Array, end: number, before: number, counts: (row: number) => boolean = () => true): number {
  let best = before
  for (; a.next < a.length && (a.at[a.next] as number) <= end; a.next++) {
    const row = a.order ? (a.order[a.next] as number) : a.next
    if (counts(row) && (best < 0 || (times[row] as number) >= (times[best] as number))) best = row
  }
  return best
}

function printsOf(a: Arrivals, table: LiquidationTable, start: number, end: number): LiquidationEvent[] {
  while (a.next < a.length && (a.at[a.next] as number) < start) a.next++
  const prints: LiquidationEvent[] = []
  for (; a.next < a.length && (a.at[a.next] as number) < end; a.next++)
    prints.push(liquidationAt(table, a.order ? (a.order[a.next] as number) : a.next))
  return prints
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
