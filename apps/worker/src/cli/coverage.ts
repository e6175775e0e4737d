/** `coverage`: what of a stretch of time was heard, per venue and channel. */
import type { Database } from '@faultline/db/database'
import { readCoverage } from '@faultline/db/repositories/coverage'
import { eventRange } from '@faultline/db/repositories/events'
import { type FeedStateRow, readFeedStates } from '@faultline/db/repositories/feed-states'
import { type Gap, gapsWithin } from '@faultline/db/repositories/gaps'
import { type InstrumentListing, listInstruments } from '@faultline/db/repositories/instruments'
import { FaultlineError } from '@faultline/market/errors'
import { FEED_CHANNELS, type FeedChannel } from '@faultline/market/feed'
import { isoTime } from '@faultline/market/units'
import { publishes, VENUES, type VenueId } from '@faultline/market/venue'
import type { Command } from 'commander'
import { parseTime } from './export.ts'
import { minute } from './format.ts'
import { withDatabase } from './with-database.ts'

interface Flags {
  from: number
  to: number
  venue?: string
  json?: true
}

export interface ChannelReport {
  channel: FeedChannel
  /** false: the venue does not publish this; nothing is missing, and nothing is zero */
  published: boolean
  instruments: number
  /** since each feed of the channel began, summed over instruments */
  expectedMs: number
  coveredMs: number
  /** coveredMs / expectedMs, 0 to 1; null where nothing was to be expected */
  coverage: number | null
  gaps: { instrument: string; from: number; to: number; status: Gap['status']; reason: string | null }[]
}

export interface VenueReport {
  venue: VenueId
  name: string
  simulated: boolean
  liquidations: 'all' | 'sample' | 'none'
  instruments: string[]
  channels: ChannelReport[]
}

export function register(program: Command): void {
  program
    .command('coverage')
    .summary('how much of a stretch of time each venue and channel covers')
    .description(
      [
        'Per venue and channel: the share of time for which the feed says that everything was heard, and the gaps in it. A feed counts from when',
        'it began. It is a statement about the feed, never that nothing is missing: a venue may publish samples only (liquidations "sample"),',
        'or nothing at all (published: false).',
        'The stretch is half open: from ≤ time < to, by the venues’ clocks.',
      ].join('\n'),
    )
    .requiredOption('--from <time>', 'ISO date or time (UTC unless it says otherwise), or UTC milliseconds', parseTime)
    .requiredOption('--to <time>', 'the same, exclusive', parseTime)
    .option('--venue <id>', 'of this venue only')
    .option('--json', 'JSON, times in ISO')
    .addHelpText('after', '\nExample:\n  npm run -s faultline -- coverage --from 2026-01-01 --to 2026-01-02 --json')
    .action(run)
}

async function run({ from, to, venue, json }: Flags): Promise<void> {
  if (from >= to) throw new FaultlineError('bad_input', '--from must be earlier than --to.')
  if (venue !== undefined && !Object.hasOwn(VENUES, venue))
    throw new FaultlineError('bad_input', `--venue ${venue}: there is no such venue here; choose ${Object.keys(VENUES).join(' | ')}`)
  const venues = await withDatabase('coverage', (db) => reportCoverage(db, { from, to, venue: venue as VenueId | undefined }))
  process.stdout.write(json ? `${JSON.stringify(asJson({ from, to }, venues), null, 2)}\n` : `${lines({ from, to }, venues).join('\n')}\n`)
}

/** `from` and `to` in UTC ms of the venues' clocks, [from, to). Venues in the order of VENUES; those without instruments are left out. */
export async function reportCoverage(
  db: Database,
  { from, to, venue }: { from: number; to: number; venue?: VenueId | undefined },
): Promise<VenueReport[]> {
  const rows = (await listInstruments(db)).filter((row) => VENUES[row.venue].wire !== null && (venue === undefined || row.venue === venue))
  const ids = rows.map((row) => row.id)
  const feeds = new Map((await readFeedStates(db, ids)).map((feed) => [feed.instrumentId, feed]))
  const asked: { row: InstrumentListing; channel: FeedChannel; coveredTo: number | null; limitMs: number | null }[] = []
  for (const row of rows)
    for (const channel of FEED_CHANNELS) {
      if (!publishes(row.venue, channel)) continue
      asked.push({ row, channel, ...(await coveredTo(db, row, channel, feeds.get(row.id))) })
    }
  const covered = await readCoverage(
    db,
    asked.map(({ row, channel, ...known }) => ({ instrumentId: row.id, channel, from, to, ...known })),
    to - from,
  )
  const gaps = await gapsWithin(db, ids, { from, to })
  const keys = new Map(rows.map((row) => [row.id, row.key]))
  return (Object.keys(VENUES) as VenueId[]).flatMap((id) => {
    const own = rows.filter((row) => row.venue === id)
    if (own.length === 0) return []
    const { name, simulated, liquidations } = VENUES[id]
    const channels = FEED_CHANNELS.map((channel): ChannelReport => {
      const parts = covered.filter((_, i) => asked[i]?.channel === channel && asked[i]?.row.venue === id)
      const [expectedMs, coveredMs] = [sum(parts.map((p) => p.expectedMs)), sum(parts.map((p) => p.coveredMs))]
      return {
        channel,
        published: publishes(id, channel),
        instruments: parts.length,
        expectedMs,
        coveredMs,
        coverage: expectedMs > 0 ? coveredMs / expectedMs : null,
        gaps: gaps
          .filter((gap) => gap.channel === channel && own.some((row) => row.id === gap.instrumentId))
          .map((gap) => ({
            instrument: keys.get(gap.instrumentId) ?? '',
            from: gap.from,
            to: gap.to,
            status: gap.status,
            reason: gap.reason,
          })),
      }
    })
    return [{ venue: id, name, simulated, liquidations, instruments: own.map((row) => row.key).sort(), channels }]
  })
}

/** As its feed has it; an instrument that was imported and never fed is covered as far as its rows reach. */
async function coveredTo(
  db: Database,
  row: InstrumentListing,
  channel: FeedChannel,
  feed: FeedStateRow | undefined,
): Promise<{ coveredTo: number | null; limitMs: number | null }> {
  if (feed) return { coveredTo: feed.channels[channel]?.coveredTo ?? null, limitMs: feed.channels[channel]?.limitMs ?? null }
  if (channel === 'markPrice' || channel === 'depth') return { coveredTo: null, limitMs: null }
  const stored = await eventRange(db, row.id, channel)
  return { coveredTo: stored?.to ?? null, limitMs: null }
}

const asJson = ({ from, to }: { from: number; to: number }, venues: readonly VenueReport[]) => ({
  from: isoTime(from),
  to: isoTime(to),
  venues: venues.map((venue) => ({
    ...venue,
    channels: venue.channels.map((channel) => ({
      ...channel,
      gaps: channel.gaps.map((gap) => ({ ...gap, from: isoTime(gap.from), to: isoTime(gap.to) })),
    })),
  })),
})

/** For people. */
function* text({ from, to }: { from: number; to: number }, venues: readonly VenueReport[]): Generator<string> {
  yield `${minute(from)} to ${minute(to)}`
  if (venues.length === 0) yield 'No venue has an instrument here yet.'
  for (const { name, instruments, channels, liquidations } of venues) {
    yield ''
    yield `${name}: ${instruments.length === 1 ? instruments[0] : `${instruments.length} instruments`}`
    for (const { channel, published, coverage, gaps } of channels) {
      const open = gaps.filter((gap) => gap.status !== 'filled')
      const share = !published ? 'not published' : coverage === null ? 'nothing yet' : `${(100 * coverage).toFixed(2)} %`
      const sample = channel === 'liquidation' && published && liquidations === 'sample' ? ', a sample by the venue’s own rules' : ''
      yield `  ${channel.padEnd(16)}${share.padStart(13)}${sample}${open.length > 0 ? `, ${open.length} ${open.length === 1 ? 'gap' : 'gaps'}` : ''}`
    }
  }
}
const lines = (range: { from: number; to: number }, venues: readonly VenueReport[]): string[] => [...text(range, venues)]

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
