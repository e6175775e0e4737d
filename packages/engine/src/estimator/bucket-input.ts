import { FaultlineError } from '@faultline/market/errors'
import type { LiquidationEvent } from '@faultline/market/event'
import { binOf, MAX_BIN, MIN_BIN } from '@faultline/market/price-grid'
import { isoTime, SIDES } from '@faultline/market/units'
import { checkObserved, type ObservedStock } from './observed-stock.ts'

/** What is known of one bucket at its close. Nothing that became known later may be in it. */
export interface BucketInput {
  /** UTC ms, a multiple of the bucket's length */
  bucketStart: number
  open: number
  high: number
  low: number
  close: number
  /** base coin */
  volume: number
  /** base coin bought by takers; its place is kept, nothing is made of it yet */
  takerBuyVolume?: number
  /** newest figure with time ≤ bucketStart + bucketMs, base coin of one side; only where it is newer than the one given before */
  openInterest?: { time: number; base: number }
  /** newest known, per interval: who pays tilts the leverage of what opens */
  fundingRate?: number
  /** newest known, accounts long per account short: tilts like funding, never splits open interest */
  longShortRatio?: number
  /** prints of this bucket */
  liquidations?: readonly LiquidationEvent[]
  /** false: nobody listened for all of this bucket, so that what is not among its prints may have been printed all the same */
  printsKnown?: boolean
  /**
   * positions that the venue shows, as they stood at the newest look with time ≤ bucketStart + bucketMs; only where it is newer than the one
   * given before. Nothing seen (shares of 0) takes back what was.
   */
  observed?: ObservedStock
}

/** Sizes beyond this are no market; the books hold single-precision numbers. */
const MAX_BASE = 1e24

/**
 * Refuses what no market can have shown: FaultlineError `bad_input` with the bucket's time and the field. `lastBucket` and
 * `lastFigureTime` are those of the state that the bucket is to be applied to.
 */
export function checkBucket(input: BucketInput, bucketMs: number, lastBucket: number | null, lastFigureTime: number | null): void {
  const { bucketStart, open, high, low, close, openInterest } = input
  if (!isTime(bucketStart)) throw bad(null, 'bucketStart', `${bucketStart} is not a time in UTC milliseconds`)
  if (bucketStart % bucketMs !== 0) throw bad(input, 'bucketStart', `is not a multiple of the bucket's length, ${bucketMs} ms`)
  if (lastBucket !== null && bucketStart <= lastBucket)
    throw bad(input, 'bucketStart', `does not come after the last bucket, ${isoTime(lastBucket)}`)

  checkPrice(input, 'open', open)
  checkPrice(input, 'high', high)
  checkPrice(input, 'low', low)
  checkPrice(input, 'close', close)
  if (high < low) throw bad(input, 'high', `${high} is below the low, ${low}`)
  if (high < open || high < close) throw bad(input, 'high', `${high} is below the open or the close`)
  if (low > open || low > close) throw bad(input, 'low', `${low} is above the open or the close`)

  if (!isSize(input.volume)) throw bad(input, 'volume', `${input.volume} is not a size in base coin`)
  if (input.takerBuyVolume !== undefined && !isSize(input.takerBuyVolume))
    throw bad(input, 'takerBuyVolume', `${input.takerBuyVolume} is not a size in base coin`)
  if (openInterest !== undefined) {
    const { time, base } = openInterest
    if (!isSize(base)) throw bad(input, 'openInterest.base', `${base} is not a size in base coin`)
    if (!isTime(time)) throw bad(input, 'openInterest.time', `${time} is not a time in UTC milliseconds`)
    if (time > bucketStart + bucketMs) throw bad(input, 'openInterest.time', 'lies after the end of the bucket: it was not known yet')
    if (lastFigureTime !== null && time <= lastFigureTime)
      throw bad(input, 'openInterest.time', `is not newer than the figure given before, ${isoTime(lastFigureTime)}; leave it out`)
  }
  if (input.fundingRate !== undefined && !Number.isFinite(input.fundingRate))
    throw bad(input, 'fundingRate', `${input.fundingRate} is not a number`)
  if (input.longShortRatio !== undefined && !(Number.isFinite(input.longShortRatio) && input.longShortRatio >= 0))
    throw bad(input, 'longShortRatio', `${input.longShortRatio} is not a ratio`)
  if (input.liquidations !== undefined) checkPrints(input, input.liquidations)
  if (input.observed === undefined) return
  checkObserved(input.observed)
  if (input.observed.time > bucketStart + bucketMs)
    throw bad(input, 'observed.time', 'lies after the end of the bucket: it was not known yet')
}

/** A print may lie outside its candle, in price and in time: feeds round and lag. */
function checkPrints(input: BucketInput, prints: readonly LiquidationEvent[]): void {
  prints.forEach((print, i) => {
    if (!isTime(print.time)) throw bad(input, `liquidations[${i}].time`, `${print.time} is not a time in UTC milliseconds`)
    if (!SIDES.includes(print.side)) throw bad(input, `liquidations[${i}].side`, `${print.side} is neither long nor short`)
    checkPrice(input, `liquidations[${i}].price`, print.price)
    if (!(print.quantity > 0 && isSize(print.quantity)))
      throw bad(input, `liquidations[${i}].quantity`, `${print.quantity} is not a size in base coin`)
  })
}

function checkPrice(input: BucketInput, field: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw bad(input, field, `${value} is not a price`)
  const bin = binOf(value)
  if (bin < MIN_BIN || bin > MAX_BIN) throw bad(input, field, `${value} lies outside the price grid, 1e-12 to 1e12`)
}

const isTime = (value: number) => Number.isSafeInteger(value) && value >= 0 && value <= 8.64e15
const isSize = (value: number) => Number.isFinite(value) && value >= 0 && value <= MAX_BASE

function bad(input: BucketInput | null, field: string, message: string): FaultlineError {
  const where = input === null ? '' : ` (bucket ${isoTime(input.bucketStart)})`
  return new FaultlineError('bad_input', `${message}${where}`, { place: { field } })
}
