/** How the line of an instrument looks from outside, in one word and a sentence. No I/O, no clock of its own. */
import type { BackfillProgress, ChannelStatuses, FeedStateName } from '@faultline/market/feed'

/** A column may be this late before anybody is told, ms of our clock. */
export const LATE_AFTER_MS = 10_000
/** The market counts as lost from sight when this many columns are missing. */
const STALE_BUCKETS = 2

export interface LineSight {
  /** our monotonic clock */
  now: number
  /** the venue's clock; null: nothing arrived yet */
  venueNow: number | null
  bucketMs: number
  /** end of the next bucket to be estimated; null: nothing was estimated yet */
  nextEnd: number | null
  /** our monotonic clock when the venue's reached `nextEnd`; null: it has not */
  dueSince: number | null
  channels: ChannelStatuses
  source: { state: FeedStateName; message: string | null }
  backfill: BackfillProgress | null
  /** why the backfill does not move; null while it does */
  waitsFor: string | null
  /** buckets were estimated, and none of them has a column */
  empty: boolean
  /** the first map is being made */
  preparing: boolean
}

/** Channels without which there is no column. */
const REQUIRED = ['candle', 'openInterest'] as const

export function lineState(sight: LineSight): { state: FeedStateName; message: string | null } {
  const { now, venueNow, bucketMs, nextEnd, dueSince, channels, source, backfill, waitsFor, empty, preparing } = sight
  const behind = nextEnd === null || venueNow === null ? null : (venueNow - nextEnd) / bucketMs
  const overdue = dueSince === null ? 0 : now - dueSince
  const onTime = nextEnd !== null && overdue <= LATE_AFTER_MS

  // What stops everything is said first, unless the map is up to date all the same (a ban does not close sockets).
  if ((source.state === 'blocked' || source.state === 'unreachable') && !onTime) return source
  if (preparing || (backfill !== null && (nextEnd === null || (behind !== null && behind > STALE_BUCKETS))))
    return { state: 'backfilling', message: waitsFor }
  if (nextEnd === null || venueNow === null) return { state: 'connecting', message: source.message }
  if (behind !== null && behind > STALE_BUCKETS && overdue > LATE_AFTER_MS)
    return { state: 'stale', message: `no candle for ${minutes(behind * bucketMs)}: what is shown is old` }
  if (!onTime || (behind !== null && behind > STALE_BUCKETS))
    return {
      state: 'late',
      message:
        behind !== null && behind > 1 ? `${Math.floor(behind) + 1} columns are missing` : `the next column is ${seconds(overdue)} late`,
    }
  if (empty) return { state: 'late', message: 'no open interest has come yet: without it nothing can be estimated' }
  const late = Object.entries(channels).filter(
    ([name, status]) => status.state === 'late' && (REQUIRED as readonly string[]).includes(name),
  )
  if (late.length > 0) return { state: 'late', message: `silent: ${late.map(([name]) => WORDS[name] ?? name).join(', ')}` }
  const suspect = Object.entries(channels).find(([, status]) => status.state === 'suspect')
  if (suspect) return { state: 'late', message: `${WORDS[suspect[0]] ?? suspect[0]} suspiciously silent while the market trades` }
  return { state: 'live', message: null }
}

const WORDS: Record<string, string> = {
  candle: 'candles',
  markPrice: 'mark prices',
  openInterest: 'open interest',
  funding: 'funding',
  longShortRatio: 'long/short ratios',
  liquidation: 'liquidations',
  depth: 'order book',
}
const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`
const minutes = (ms: number): string => `${Math.floor(ms / 60_000)} min`
