import type { UserActor } from '@faultline/db/actor'
import type { Database } from '@faultline/db/database'
import { type ChannelCoverage, type ChannelWindow, readCoverage, summariseGaps } from '@faultline/db/repositories/coverage'
import { listDataSources } from '@faultline/db/repositories/data-sources'
import { type FeedStateRow, readFeedStates, readSourceStates } from '@faultline/db/repositories/feed-states'
import { countQuarantine, QUARANTINE_KEPT } from '@faultline/db/repositories/quarantine'
import { credentialHints } from '@faultline/db/repositories/source-credentials'
import { type ChannelStatus, type ChannelStatuses, FEED_CHANNELS, type FeedChannel } from '@faultline/market/feed'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import type { SourceInstrument, SourceList } from './schema.ts'
import { settingsOf } from './settings.ts'

const CELL_MS = 30 * MINUTE_MS
export const CELLS = DAY_MS / CELL_MS

/** All sources with their instruments, as their workers last described them, and what the gap ledger says of the last day. */
export async function readSources(db: Database, actor: UserActor): Promise<SourceList> {
  const [clock, rows, reports, feeds, symbols, credentials] = await Promise.all([
    db.pool.query<{ now: number }>('SELECT (extract(epoch FROM now()) * 1000)::float8 AS now'),
    listDataSources(db),
    readSourceStates(db),
    readFeedStates(db),
    db.pool.query<{ id: number; key: string; symbol: string }>(
      'SELECT i.id, i.key, i.symbol FROM instrument i JOIN feed_state f ON f.instrument_id = i.id ORDER BY i.key',
    ),
    credentialHints(db, actor),
  ])
  const asked = clock.rows[0]?.now as number
  const windows = feeds.flatMap((feed) => windowsOf(feed, asked))
  const [covered, gaps, quarantined] = await Promise.all([
    readCoverage(db, windows, CELL_MS),
    summariseGaps(
      db,
      feeds.map((feed) => feed.instrumentId),
    ),
    countQuarantine(db, asked - DAY_MS),
  ])

  const feedOf = new Map(feeds.map((feed, i) => [feed.instrumentId, { feed, gaps: gaps[i] }]))
  const coveredOf = new Map<number, ChannelCoverage[]>()
  for (const channel of covered) coveredOf.set(channel.instrumentId, [...(coveredOf.get(channel.instrumentId) ?? []), channel])
  const instruments = symbols.rows.flatMap(({ id, key, symbol }) => {
    const { feed, gaps } = feedOf.get(id) ?? {}
    if (!feed) return [] // it came between the two questions
    const instrument: SourceInstrument = {
      id,
      key,
      symbol,
      state: feed.state,
      message: feed.message,
      reportedAt: feed.updatedAt,
      backfill: feed.backfill,
      ...coverageOf(feed, coveredOf.get(id) ?? [], asked),
      lastGap: gaps?.last ?? null,
      openGaps: { count: gaps?.openCount ?? 0, oldest: gaps?.oldestOpen ?? null },
    }
    return [{ dataSourceId: feed.dataSourceId, instrument }]
  })

  return {
    asked,
    sources: rows.map((row) => {
      const report = reports.find((state) => state.dataSourceId === row.id)
      const quarantine = quarantined.find((count) => count.dataSourceId === row.id)
      return {
        ...settingsOf(row),
        credentials: credentials.get(row.id) ?? [],
        report: report
          ? {
              state: report.state,
              message: report.message,
              blockedUntil: report.blockedUntil,
              nextAttemptAt: report.nextAttemptAt,
              details: report.details,
              at: report.updatedAt,
            }
          : null,
        // what the source no longer listens to keeps its last state in the table, and says nothing here
        instruments: instruments.flatMap(({ dataSourceId, instrument }) =>
          dataSourceId === row.id && (row.symbols.length === 0 || row.symbols.includes(instrument.symbol)) ? [instrument] : [],
        ),
        quarantine: {
          count: quarantine?.count ?? 0,
          atLeast: (quarantine?.count ?? 0) >= QUARANTINE_KEPT,
          newest: quarantine?.newest ?? null,
        },
      }
    }),
  }
}

const channelsOf = (channels: ChannelStatuses): [FeedChannel, ChannelStatus][] =>
  FEED_CHANNELS.flatMap((channel) => (channels[channel] ? [[channel, channels[channel]]] : []))

/** The venue's clock may be elsewhere, or run faster where it is simulated: its now is its newest message and what went by since. */
export function venueNow(channels: ChannelStatuses, asked: number): number {
  let newest: { lastTime: number; receivedAt: number } | null = null
  for (const [, { lastTime, receivedAt }] of channelsOf(channels))
    if (lastTime !== null && receivedAt !== null && receivedAt > (newest?.receivedAt ?? 0)) newest = { lastTime, receivedAt }
  return newest === null ? asked : newest.lastTime + Math.max(0, asked - newest.receivedAt)
}

/** 24 hours on the clock's half-hours, the last of which is still running. */
function windowOf(channels: ChannelStatuses, asked: number): { from: number; to: number } {
  const to = venueNow(channels, asked)
  return { from: Math.ceil(to / CELL_MS) * CELL_MS - DAY_MS, to }
}

const windowsOf = ({ instrumentId, channels }: FeedStateRow, asked: number): ChannelWindow[] =>
  channelsOf(channels).map(([channel, { coveredTo, limitMs }]) => ({
    instrumentId,
    channel,
    ...windowOf(channels, asked),
    coveredTo,
    limitMs,
  }))

function coverageOf(feed: FeedStateRow, covered: ChannelCoverage[], asked: number): Pick<SourceInstrument, 'channels' | 'coverage'> {
  const channels = channelsOf(feed.channels).map(([channel, status]) => {
    const found = covered.find((c) => c.channel === channel)
    return { ...status, channel, coverage: { expectedMs: found?.expectedMs ?? 0, coveredMs: found?.coveredMs ?? 0 } }
  })
  const cells = Array.from({ length: CELLS }, (_, i) => {
    const known = covered.flatMap((c) => (typeof c.cells[i] === 'number' ? [c.cells[i]] : []))
    if (known.length === 0) return null
    // cut: nothing but a whole half-hour reads as whole
    return Math.floor((known.reduce((sum, share) => sum + share, 0) / known.length) * 1000) / 1000
  })
  return {
    channels,
    coverage: {
      from: windowOf(feed.channels, asked).from,
      expectedMs: covered.reduce((sum, c) => sum + c.expectedMs, 0),
      coveredMs: covered.reduce((sum, c) => sum + c.coveredMs, 0),
      cells,
    },
  }
}
