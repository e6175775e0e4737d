/** `venues check`: what each venue gives, from where this runs. */
import path from 'node:path'
import { FaultlineError } from '@faultline/market/errors'
import { isoTime, SECOND_MS } from '@faultline/market/units'
import { FEED_VENUES, type FeedVenueId, VENUES } from '@faultline/market/venue'
import type { Command } from 'commander'
import { readLiveEnv } from '../env.ts'
import { BanFile } from '../feed/ban-file.ts'
import { type ChannelCheck, checkVenue, type Part, type VenueCheck } from '../venues/check/check-venue.ts'
import { FEEDS } from '../venues/feeds.ts'
import { checkOutput, writeOutput } from './output-file.ts'
import { outputPath } from './paths.ts'
import { untilStopped } from './stop-signal.ts'

interface Flags {
  venue?: string[]
  seconds: string
  symbol?: string[]
  base?: string[]
  rest?: string
  ws?: string
  json?: true
  out?: string
}

/** Every real venue has these. */
const REAL_BASES = ['BTC', 'ETH']

export function register(program: Command): void {
  const venues = program.command('venues').summary('the venues that feeds listen to')
  venues
    .command('check')
    .summary('connect to each venue and say per channel what arrived')
    .description(
      [
        'Listens to each venue for a while and asks each of its calls once, from the machine that this runs on, and says per channel what',
        'arrived against the evidence table (docs/add-a-venue.md). Nothing is stored. With --out a redacted sample of every kind of message is',
        'written as JSON: shapes and values, no addresses or user numbers, long lists cut.',
        'The exit code is 0 only when every venue gave all that it should.',
      ].join('\n'),
    )
    .option('--venue <id...>', `some of ${FEED_VENUES.join(', ')}; the real ones unless told`)
    .option('--seconds <n>', 'how long to listen', '60')
    .option('--symbol <symbol...>', 'as the venue writes it; with one --venue')
    .option('--base <asset...>', 'base assets to listen to; BTC and ETH unless told, of a simulated venue the first that it lists')
    .option('--rest <url>', 'base of its REST instead of its own host; with one --venue')
    .option('--ws <url>', 'base of its sockets; with one --venue')
    .option('--json', 'the whole result as JSON')
    .option('--out <file>', 'write the redacted sample here')
    .addHelpText('after', '\nExample:\n  npm run -s faultline -- venues check --venue bybit-linear --out bybit.json')
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  const venues = venuesOf(flags)
  const seconds = Number(flags.seconds)
  if (!(seconds >= 1 && seconds <= 3_600))
    throw new FaultlineError('bad_input', `--seconds: 1 to 3600 are possible, not “${flags.seconds}”`)
  const out = outputPath(flags.out)
  await checkOutput(flags.out === undefined ? null : out)
  // The worker's own: whom a venue has told to wait does not ask here either, and what it tells us here the worker keeps to.
  const banFile = new BanFile(path.join(readLiveEnv().stateDir, 'bans.json'))
  const places = venues.map((venue) => ({ venue, addresses: addressesOf(venue, flags) }))
  const checks: VenueCheck[] = []
  await untilStopped(async (signal) => {
    const work = places.map(async ({ venue, addresses }) => {
      const feed = (await FEEDS[VENUES[venue].wire]())({
        ...addresses,
        banFile,
        log: (line) => process.stderr.write(`${venue}: ${line}\n`),
      })
      try {
        const check = await checkVenue({
          venue,
          feed,
          durationMs: seconds * SECOND_MS,
          symbols: flags.symbol ?? [],
          baseAssets: flags.base ?? (VENUES[venue].simulated ? [] : REAL_BASES),
          signal,
        })
        process.stderr.write(`${venue}: ${check.ok ? 'everything arrived' : (check.unreachable ?? 'not everything arrived')}\n`)
        return check
      } finally {
        await feed.close()
      }
    })
    checks.push(...(await Promise.all(work)))
  })
  if (flags.out !== undefined) await writeOutput(out, [JSON.stringify(checks.map(sampleOf), null, 2)])
  if (flags.json) process.stdout.write(`${JSON.stringify(checks.map(withoutSamples), null, 2)}\n`)
  else if (out !== null || flags.out === undefined) process.stdout.write(`${checks.flatMap((check) => [...lines(check)]).join('\n')}\n`)
  const failed = checks.filter((check) => !check.ok)
  if (failed.length > 0)
    throw new FaultlineError(
      'unavailable',
      `${failed.map((check) => VENUES[check.venue].name).join(', ')}: not everything arrived that should.`,
    )
}

function venuesOf({ venue, symbol, rest, ws }: Flags): FeedVenueId[] {
  const given = venue ?? FEED_VENUES.filter((id) => !VENUES[id].simulated)
  const venues = given.map((id) => {
    const known = FEED_VENUES.find((v) => v === id)
    if (known) return known
    throw new FaultlineError('bad_input', `--venue ${id}: there is no such venue; choose ${FEED_VENUES.join(' | ')}`)
  })
  if (venues.length !== 1 && (symbol ?? rest ?? ws) !== undefined)
    throw new FaultlineError('bad_input', '--symbol, --rest and --ws are about one venue: name it with --venue.')
  return venues
}

function addressesOf(venue: FeedVenueId, flags: Flags): { restUrl: string | null; wsUrl: string | null } {
  const own = readLiveEnv().addresses[venue]
  const restUrl = flags.rest ?? own?.rest ?? null
  const wsUrl = flags.ws ?? own?.ws ?? null
  if (VENUES[venue].simulated && (restUrl === null || wsUrl === null))
    throw new FaultlineError(
      'unavailable',
      `${VENUES[venue].name}: no simulated venue runs here. Give its --rest and --ws, or start one (npm start).`,
    )
  return { restUrl, wsUrl }
}

const sampleOf = ({ venue, wire, samples }: VenueCheck) => ({ venue, wire, samples })
const withoutSamples = ({ samples: _samples, ...check }: VenueCheck) => check

function* lines(check: VenueCheck): Generator<string> {
  const { venue, unreachable, listed, symbols, clockOffsetMs, marginTiers, channels, unread } = check
  yield `${VENUES[venue].name}${VENUES[venue].simulated ? ' (simulated)' : ''}`
  if (unreachable !== null) {
    yield `  not reached: ${unreachable}`
    yield ''
    return
  }
  yield `  ${listed} perpetuals, listened to ${symbols.join(', ')}; its clock is ${clockOffsetMs} ms from ours; margin tiers: ${marginTiers}`
  for (const channel of channels) yield `  ${channel.channel.padEnd(16)}${channel.verdict.padEnd(13)}${partsOf(channel)}`
  for (const { reason, count } of unread.slice(0, 10)) yield `  unread          ${count} × ${reason}`
  yield ''
}

function partsOf({ socket, rest }: ChannelCheck): string {
  const tell = (part: Part, unit: string): string => {
    const newest = part.newest === null ? '' : `, the newest of ${isoTime(part.newest)}`
    return `${part.source}: ${part.message ?? `${part.count} ${unit}${newest}`}`
  }
  return [socket ? tell(socket, 'messages') : null, rest ? tell(rest, 'events') : null].filter((text) => text !== null).join('; ')
}
