import { backfillProgress, channelStatus, FEED_CHANNELS, FEED_STATES, sourceDetails } from '@faultline/market/feed'
import { z } from 'zod'

const time = z.number()

/** What an administrator has set. */
export const sourceSettings = z.object({
  id: z.int(),
  name: z.string(),
  venue: z.string(),
  simulated: z.boolean(),
  /** null: the venue's own; never with a user, a password or a query */
  restUrl: z.string().nullable(),
  wsUrl: z.string().nullable(),
  enabled: z.boolean(),
  /** empty: all that the venue trades */
  symbols: z.array(z.string()),
  /** null: the feed's own */
  backfillDays: z.number().nullable(),
  /** of sources that name the same market, the one with the lower number feeds it */
  priority: z.int(),
  version: z.int(),
  /** when it was last changed, UTC ms */
  updatedAt: time,
})
export type SourceSettings = z.infer<typeof sourceSettings>

/** A share of time: `coveredMs` of `expectedMs`, which is 0 where nothing was expected yet. */
const coverage = z.object({ expectedMs: z.number(), coveredMs: z.number() })
export type CoverageShare = z.infer<typeof coverage>

const sourceChannel = channelStatus.extend({ channel: z.enum(FEED_CHANNELS), coverage })
export type SourceChannel = z.infer<typeof sourceChannel>

const lastGap = z.object({
  channel: z.enum(FEED_CHANNELS),
  from: time,
  to: time,
  status: z.enum(['open', 'filled', 'unrecoverable']),
  reason: z.string().nullable(),
})

/** The feed of one instrument, as its worker last described it. */
const sourceInstrument = z.object({
  id: z.int(),
  key: z.string(),
  symbol: z.string(),
  state: z.enum(FEED_STATES),
  message: z.string().nullable(),
  reportedAt: time,
  backfill: backfillProgress.nullable(),
  channels: z.array(sourceChannel),
  /** of all channels together */
  coverage: coverage.extend({
    /** start of the first half-hour, on the venue's clock */
    from: time,
    /** one per half-hour, 0 to 1, cut and not rounded; null where nothing was heard */
    cells: z.array(z.number().nullable()),
  }),
  lastGap: lastGap.nullable(),
  openGaps: z.object({ count: z.int(), oldest: time.nullable() }),
})
export type SourceInstrument = z.infer<typeof sourceInstrument>

/** A venue's key: that it is there. */
export const credentialHint = z.object({
  name: z.enum(['apiKey', 'secret', 'password']),
  /** the last characters, where it is long enough for that to tell nothing */
  hint: z.string(),
  updatedAt: time,
})
export type CredentialHint = z.infer<typeof credentialHint>

/** History that an administrator asked for. */
export const backfillItem = z.object({
  id: z.string(),
  dataSourceId: z.int(),
  symbol: z.string(),
  from: time,
  to: time,
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  /** 0 to 1 */
  progress: z.number(),
  etaMs: z.number().nullable(),
  message: z.string().nullable(),
  createdAt: time,
  finishedAt: time.nullable(),
})
export type BackfillItem = z.infer<typeof backfillItem>

const checkPart = z.object({
  source: z.string(),
  verdict: z.enum(['arrived', 'quiet', 'missing', 'failed']),
  count: z.number(),
  newest: time.nullable(),
  message: z.string().nullable(),
})
/** What arrived of a venue within some seconds (VenueCheck of the worker, without raw messages). */
export const venueCheckResult = z.object({
  /** why nothing could be checked; null: it could */
  unreachable: z.string().nullable(),
  symbols: z.array(z.string()),
  listed: z.number(),
  clockOffsetMs: z.number().nullable(),
  marginTiers: z.string(),
  channels: z.array(
    z.object({
      channel: z.enum(FEED_CHANNELS),
      verdict: z.enum(['arrived', 'quiet', 'missing', 'failed', 'unpublished']),
      socket: checkPart.nullable(),
      rest: checkPart.nullable(),
    }),
  ),
  unread: z.array(z.object({ reason: z.string(), count: z.number() })),
  ok: z.boolean(),
})
export type VenueCheckResult = z.infer<typeof venueCheckResult>
export const venueCheckState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('waiting') }),
  z.object({ state: z.literal('active') }),
  z.object({ state: z.literal('done'), result: venueCheckResult }),
  z.object({ state: z.literal('failed'), message: z.string() }),
])

export const sourceItem = sourceSettings.extend({
  credentials: z.array(credentialHint),
  /** null: no worker has ever reported */
  report: z
    .object({
      state: z.enum(FEED_STATES),
      message: z.string().nullable(),
      blockedUntil: time.nullable(),
      nextAttemptAt: time.nullable(),
      details: sourceDetails,
      at: time,
    })
    .nullable(),
  instruments: z.array(sourceInstrument),
  /** of the last 24 hours */
  quarantine: z.object({
    count: z.int(),
    /** more may have come: only so many are kept */
    atLeast: z.boolean(),
    newest: time.nullable(),
  }),
})
export type SourceItem = z.infer<typeof sourceItem>

export const sourceList = z.object({
  /** the database's clock when this was read */
  asked: time,
  sources: z.array(sourceItem),
})
export type SourceList = z.infer<typeof sourceList>
