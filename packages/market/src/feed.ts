/** How live feeds are described: between the worker that runs them, the database that keeps it and the pages that show it. */
import { z } from 'zod'
import { CHANNELS } from './event.ts'

/** Channels that a venue's feed may bring, each watched on its own. */
export const FEED_CHANNELS = CHANNELS
export type FeedChannel = (typeof FEED_CHANNELS)[number]

/**
 * - `connecting`: nothing has arrived yet
 * - `backfilling`: history is being fetched and nothing is estimated up to now yet
 * - `live`: every required channel is fresh and the last closed bucket has its column
 * - `late`: a channel is silent beyond its limit, or the next column is overdue
 * - `stale`: two or more columns are overdue; what is shown is old
 * - `blocked`: the venue has told us to wait (429, 418); nothing is asked before
 * - `unreachable`: the venue's hosts do not answer; attempts go on with backoff
 * - `paused`: an administrator paused the source
 */
export const FEED_STATES = ['connecting', 'backfilling', 'live', 'late', 'stale', 'blocked', 'unreachable', 'paused'] as const
export type FeedStateName = (typeof FEED_STATES)[number]

const time = z.number().int()

/**
 * `waiting`: nothing arrived yet; `fresh`; `late`: silent for longer than `limitMs`; `suspect`: silent although other channels
 * of the same market are busy, for longer than this channel's own history explains.
 */
export const channelStatus = z.object({
  state: z.enum(['waiting', 'fresh', 'late', 'suspect']),
  /** the venue's time of the newest message, UTC ms */
  lastTime: time.nullable(),
  /** our clock when it came */
  receivedAt: time.nullable(),
  /** everything that the venue sent before this (venue's time) is stored or stands in the gap ledger */
  coveredTo: time.nullable(),
  /** longest silence that is normal; null: silence is normal */
  limitMs: z.number().nullable(),
})
export type ChannelStatus = z.infer<typeof channelStatus>
export const channelStatuses = z.partialRecord(z.enum(FEED_CHANNELS), channelStatus)
export type ChannelStatuses = z.infer<typeof channelStatuses>

/** `done` and `total` count buckets of history within one phase. */
export const backfillProgress = z.object({
  phase: z.enum(['fetching', 'estimating']),
  done: z.number(),
  total: z.number(),
  etaMs: z.number().nullable(),
  /** start of the history that is wanted, UTC ms */
  from: time,
  /** start of what has been fetched without a hole up to now; null while there is nothing */
  reached: time.nullable(),
})
export type BackfillProgress = z.infer<typeof backfillProgress>

/** What an administrator (or a test) may set per data source; defaults are the feed's own. */
export const sourceOptions = z.object({
  /** days of history to fetch when an instrument is new */
  backfillDays: z.number().positive().max(366).optional(),
  openInterestPollMs: z.int().min(200).optional(),
  ratioPollMs: z.int().min(200).optional(),
  /** longest normal silence per channel */
  maxSilenceMs: z.partialRecord(z.enum(FEED_CHANNELS), z.int().min(100)).optional(),
  /** how long after a bucket's end late messages of it are waited for */
  graceMs: z.int().min(0).optional(),
  /** how long estimating waits for a hole in the candles to be filled before it goes on without */
  refillPatienceMs: z.int().min(0).optional(),
  /**
   * How many sides the venue counts in its open interest, where that is not certain (Hyperliquid). 1, or absent: each contract once; 2: its
   * long and its short, and half of it is taken.
   */
  openInterestSides: z.union([z.literal(1), z.literal(2)]).optional(),
  /**
   * Positions of addresses that an administrator names, where the venue shows them (Hyperliquid). Off, or absent: they are not asked for,
   * not shown, and the estimator is not told of them. `everyMs`: how often an account is asked for, those with much at stake near the price
   * more often; `lookMs`: how often the layer is written down.
   */
  observed: z
    .object({
      enabled: z.boolean(),
      everyMs: z.int().min(1_000).max(86_400_000).optional(),
      lookMs: z.int().min(1_000).max(3_600_000).optional(),
    })
    .optional(),
})
export type SourceOptions = z.infer<typeof sourceOptions>

/** What is known of a source beside its state. */
export const sourceDetails = z.object({
  sockets: z
    .array(z.object({ name: z.string(), state: z.enum(['connecting', 'open', 'waiting']), since: time, attempts: z.int() }))
    .optional(),
  /** of the venue's request limit */
  requestWeight: z.object({ used: z.number(), limit: z.number() }).nullable().optional(),
  /** venue's clock minus ours */
  clockOffsetMs: z.number().nullable().optional(),
  /** messages kept in quarantine since the worker started */
  quarantined: z.int().optional(),
  /** the most frequent reasons of these; of each the first ones are kept, then one a minute */
  quarantineReasons: z.array(z.object({ reason: z.string(), count: z.int() })).optional(),
  /** events that wait on disk because the database is away */
  spool: z.object({ bytes: z.number(), capBytes: z.number(), droppedEvents: z.int() }).nullable().optional(),
})
export type SourceDetails = z.infer<typeof sourceDetails>
