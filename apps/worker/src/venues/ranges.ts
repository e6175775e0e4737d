/** Ranges of time that REST is asked for. */
import { HOUR_MS, isoTime, MINUTE_MS } from '@faultline/market/units'
import type { Priority } from '../feed/request-gate.ts'
import { FeedError } from '../feed/venue-feed.ts'

/** Shorter ranges are polls and small holes, which the map waits for; longer ones are a backfill. */
const SHORT_RANGE_MS = HOUR_MS

export const priorityOf = (from: number, to: number): Priority => (to - from <= SHORT_RANGE_MS ? 'live' : 'history')

export const within = <T extends { time: number }>(rows: readonly T[], from: number, to: number): T[] =>
  rows.filter(({ time }) => time >= from && time < to)

/** @throws FeedError refused */
export function refuseLong(call: string, from: number, to: number, pageMs: number): void {
  if (to - from <= pageMs) return
  throw new FeedError('refused', `${call}: ${isoTime(from)} to ${isoTime(to)} is more than one page of ${pageMs / MINUTE_MS} minutes`)
}
