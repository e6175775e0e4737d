/**
 * Works off the open rows of the gap ledger. A row stays open until what the venue has for it is committed: after a crash, an
 * error or a ban in the middle the next call begins it again, and natural keys make the repetition harmless.
 */
import type { Database } from '@faultline/db/database'
import { type Gap, openGaps, resolveGap } from '@faultline/db/repositories/gaps'
import { floorTo, isoTime, MINUTE_MS } from '@faultline/market/units'
import { FeedError, type HistoryLimit, type VenueFeed, type VenueRest } from '../feed/venue-feed.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { leaveIfStopped } from '../pipeline/stop.ts'
import { answersAtAll } from './answers-at-all.ts'
import { fetchPage, type HistoryChannel, isHistoryChannel } from './channel-history.ts'
import { orStopped } from './or-stopped.ts'
import { oldestAvailable, pagesOf } from './pages.ts'
import { candleHoles } from './plan-history.ts'
import { CANDLES_CERTAIN_MS, NO_CANDLES } from './run-backfill.ts'
import type { Stretch } from './windows.ts'

/** Venues publish the figures of a moment a little after it: until then an answer without them is not the last word. */
const PUBLISHED_MS = MINUTE_MS

export interface RefillOptions {
  db: Database
  rest: VenueRest
  limits: VenueFeed['history']
  ingest: Pick<Ingest, 'store'>
  symbol: string
  instrumentId: number
  /** the venue's clock, UTC ms */
  now(): number
  signal: AbortSignal
  log(line: string): void
}

export interface RefillResult {
  /** gaps that have everything that the venue has for them */
  filled: number
  /** gaps of which a part or all is lost */
  unrecoverable: number
  /** gaps that are still open: the caller calls again */
  left: number
  /** why it ended early: the venue is away, has told us to wait (`until`), or refuses everything */
  stoppedBy: FeedError | null
}

type Outcome = 'filled' | 'unrecoverable' | 'left'
/** What is known of a gap now: stretches that stay missing for ever and why; null: it is too early to say */
type Finding = { lost: Stretch[]; reason: string | null } | null

/**
 * Refills an instrument's open gaps, the oldest first.
 * @throws FaultlineError unavailable when the signal ends it; whatever ingest.store() throws
 */
export async function refillGaps(options: RefillOptions): Promise<RefillResult> {
  const { db, instrumentId, signal, log } = options
  const gaps = await openGaps(db, instrumentId)
  const result: RefillResult = { filled: 0, unrecoverable: 0, left: 0, stoppedBy: null }
  for (const [i, gap] of gaps.entries()) {
    leaveIfStopped(signal)
    try {
      result[await refill(options, gap)]++
    } catch (error) {
      if (!(error instanceof FeedError)) throw error
      log(`refilling ${gap.channel} from ${isoTime(gap.from)} waits: ${error.message}`)
      return { ...result, left: result.left + gaps.length - i, stoppedBy: error }
    }
  }
  return result
}

async function refill(options: RefillOptions, gap: Gap): Promise<Outcome> {
  const { db, rest, symbol, now, signal, log } = options
  const finding = await work(options, gap).catch(async (error: unknown): Promise<Finding> => {
    const refused = error instanceof FeedError && error.code === 'refused'
    if (!refused || !(await orStopped(answersAtAll(rest, symbol, now()), signal))) throw error
    return lost(gap, `the venue refuses it: ${error.message}`)
  })
  // A row that has grown meanwhile is worked off as it is now, by the next call.
  if (!finding || !(await resolveGap(db.pool, gap, finding.lost, finding.reason))) return 'left'
  if (finding.lost.length === 0) return 'filled'
  log(`${gap.channel} from ${isoTime(gap.from)} to ${isoTime(gap.to)} cannot be refilled: ${finding.reason}`)
  return 'unrecoverable'
}

async function work(options: RefillOptions, gap: Gap): Promise<Finding> {
  const { channel } = gap
  const limit = isHistoryChannel(channel) ? options.limits[channel] : undefined
  if (!isHistoryChannel(channel) || !limit) return lost(gap, 'the venue has no history of this channel')
  if (gap.to <= oldestAvailable(limit, options.now())) return lost(gap, TOO_OLD)
  return channel === 'candle' ? refillMinutes(options, gap, limit) : refillFigures(options, gap, channel, limit)
}

const TOO_OLD = 'older than what the venue keeps'
const lost = ({ from, to }: Stretch, reason: string): Finding => ({ lost: [{ from, to }], reason })

/** Candles are asked for where minutes are missing, and the gap is closed when none is, or the rest will never come. */
async function refillMinutes(options: RefillOptions, gap: Gap, limit: HistoryLimit): Promise<Finding> {
  const { db, instrumentId, now } = options
  // The message that closed a minute may have been the first one that was missed, just after the minute's end; the minute in
  // which the gap ends is closed by a later one.
  const range = { instrumentId, bucketMs: MINUTE_MS, from: floorTo(gap.from, MINUTE_MS) - MINUTE_MS, to: floorTo(gap.to, MINUTE_MS) }
  const before = await candleHoles(db, range)
  const [first, last] = [before[0], before.at(-1)]
  if (first && last) await storePages(options, 'candle', { from: first.from, to: last.to }, limit)
  const holes = (await candleHoles(db, range)).filter((hole) => hole.to > gap.from)
  if (holes.some((hole) => hole.to > now() - CANDLES_CERTAIN_MS)) return null
  return { lost: holes, reason: holes.length > 0 ? NO_CANDLES : null }
}

/** Figures come when the venue has some: the gap is closed when it has told all that it has of that time. */
async function refillFigures(options: RefillOptions, gap: Gap, channel: HistoryChannel, limit: HistoryLimit): Promise<Finding> {
  const complete = options.now() >= gap.to + PUBLISHED_MS
  const oldest = oldestAvailable(limit, options.now())
  await storePages(options, channel, gap, limit)
  if (!complete) return null
  return gap.from < oldest ? lost({ from: gap.from, to: oldest }, TOO_OLD) : { lost: [], reason: null }
}

async function storePages(options: RefillOptions, channel: HistoryChannel, range: Stretch, limit: HistoryLimit): Promise<void> {
  const { rest, symbol, ingest, instrumentId, now, signal } = options
  for (const page of pagesOf(range, limit, now())) {
    leaveIfStopped(signal)
    const events = await orStopped(fetchPage(rest, channel, symbol, page), signal)
    if (events.length > 0) await ingest.store(instrumentId, events, { late: channel !== 'candle' })
  }
}
