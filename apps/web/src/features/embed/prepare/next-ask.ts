import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'

/** A column is written a few seconds after its bucket has closed. */
const SETTLE_MS = 8 * SECOND_MS

/** How long until the view should have a newer column, ms from when it was answered; where that is overdue, a bucket, and at least a minute. */
export function nextAsk({ build, serverTime }: { build: { lastBucket: number; bucketMs: number }; serverTime: number }): number {
  const due = build.lastBucket + 2 * build.bucketMs + SETTLE_MS - serverTime
  return due > 0 ? due : Math.max(build.bucketMs, MINUTE_MS)
}
