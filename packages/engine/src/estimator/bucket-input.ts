import { FaultlineError } from '@faultline/market/errors'
import type { LiquidationEvent } from '@faultline/market/event'
import { binOf, MAX_BIN, MIN_BIN } from '@faultline/market/price-grid'
import { isoTime } from '@faultline/market/units'

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
  /** newest known, per interval; its place is kept, nothing is made of it yet */
  fundingRate?: number
  /** newest known, longs per short; its place is kept, nothing is made of it yet */
  longShortRatio?: number
  /** prints of this bucket; their place is kept, nothing is made of them yet */
  liquidations?: readonly LiquidationEvent[]
}

/** Sizes beyond this are no market; the books hold single-precision numbers. */
const MAX_BASE = 1e24

/**
 * Refuses what no market can have shown: FaultlineError `bad_input` with the bucket's time and the field. `lastBucket` and
 * `lastFigureTime` are those of the state that the bucket is to be applied to.
 */
export function checkBucket(input: BucketInput, bucketMs: number, lastBucket: number | null, lastFigureTime: number | null): void {
  const { bucketStart, open, high, low, close, openInterest } = input
  if (!Number.isSafeInteger(bucketStart) || bucketStart < 0 || bucketStart > 8.64e15)
    throw new FaultlineError('bad_input', `${bucketStart} is not a time in UTC milliseconds`, { place: { field: 'bucketStart' } })
  const bad = (field: string, message: string) =>
    new FaultlineError('bad_input', `${message} (bucket ${isoTime(bucketStart)})`, { place: { field } })
  if (bucketStart % bucketMs !== 0) throw bad('bucketStart', `is not a multiple of the bucket's length, ${bucketMs} ms`)
  if (lastBucket !== null && bucketStart <= lastBucket)
    throw bad('bucketStart', `does not come after the last bucket, ${isoTime(lastBucket)}`)

  const price = (field: string, value: number) => {
    if (!(Number.isFinite(value) && value > 0)) throw bad(field, `${value} is not a price`)
    const bin = binOf(value)
    if (bin < MIN_BIN || bin > MAX_BIN) throw bad(field, `${value} lies outside the price grid, 1e-12 to 1e12`)
  }
  price('open', open)
  price('high', high)
  price('low', low)
  price('close', close)
  if (high < low) throw bad('high', `${high} is below the low, ${low}`)
  if (high < open || high < close) throw bad('high', `${high} is below the open or the close`)
  if (low > open || low > close) throw bad('low', `${low} is above the open or the close`)

  const size = (field: string, value: number) => {
    if (!(value >= 0 && value <= MAX_BASE)) throw bad(field, `${value} is not a size in base coin`)
  }
  size('volume', input.volume)
  if (input.takerBuyVolume !== undefined) size('takerBuyVolume', input.takerBuyVolume)
  if (openInterest !== undefined) {
    size('openInterest.base', openInterest.base)
    if (!Number.isSafeInteger(openInterest.time) || openInterest.time < 0)
      throw bad('openInterest.time', `${openInterest.time} is not a time in UTC milliseconds`)
    if (openInterest.time > bucketStart + bucketMs) throw bad('openInterest.time', 'lies after the end of the bucket: it was not known yet')
    if (lastFigureTime !== null && openInterest.time <= lastFigureTime)
      throw bad('openInterest.time', `is not newer than the figure given before, ${isoTime(lastFigureTime)}; leave it out`)
  }
  if (input.fundingRate !== undefined && !Number.isFinite(input.fundingRate))
    throw bad('fundingRate', `${input.fundingRate} is not a number`)
  if (input.longShortRatio !== undefined && !(Number.isFinite(input.longShortRatio) && input.longShortRatio >= 0))
    throw bad('longShortRatio', `${input.longShortRatio} is not a ratio`)
  input.liquidations?.forEach((print, i) => {
    if (!(Number.isFinite(print.price) && print.price > 0)) throw bad(`liquidations[${i}].price`, `${print.price} is not a price`)
    if (!(print.quantity > 0 && print.quantity <= MAX_BASE)) throw bad(`liquidations[${i}].quantity`, `${print.quantity} is not a size`)
  })
}
