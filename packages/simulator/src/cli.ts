#!/usr/bin/env node
/** `simulate`: a market whose every position is known, as a folder of dump files. */
import { resolve } from 'node:path'
import { FaultlineError } from '@faultline/market/errors'
import { BUCKETS_MS } from '@faultline/market/resolution'
import { isoTime, MINUTE_MS } from '@faultline/market/units'
import { Command, CommanderError } from 'commander'
import { CROWD_NAMES, crowdNamed } from './crowds.ts'
import { type StylisedFacts, stylisedFacts } from './facts.ts'
import type { Mechanics } from './market-run.ts'
import { DEFAULT_START } from './settings.ts'
import { type SimulatedMarket, simulate } from './simulate.ts'
import { characterOf, VENUE_SYMBOLS } from './venue/characters.ts'
import { checkTarget, writeDump } from './write-dump.ts'

interface Flags {
  days: string
  seed: string
  out: string
  interval: string
  start: string
  symbol?: string
  price?: string
  character?: string
  crowd?: string
  mechanics?: string
  hidePrints?: string
  prints: boolean
  taker: boolean
  ratios: boolean
  oiLag?: string
  gaps?: string
  json?: boolean
}

function command(): Command {
  return new Command('simulate')
    .description(
      'Make a simulated market and write it as a folder in the formats of Binance’s public dumps, with truth.csv: what would ' +
        'really be liquidated, by price and hour. The same options give the same bytes.',
    )
    .requiredOption('--days <n>', 'length of the market in days')
    .requiredOption('--seed <s>', 'whole number from 0; another seed is another market')
    .requiredOption('--out <dir>', 'folder to write: new, empty, or a simulated market that is replaced')
    .option('--interval <name>', `candle length: ${Object.keys(BUCKETS_MS).join(', ')}`, '1m')
    .option('--start <iso>', 'first candle, ISO 8601; without a zone it is UTC; rounded down to the candle', isoTime(DEFAULT_START))
    .option('--symbol <symbol>', 'symbol of the market (default: "SIMUSDT", or the character)')
    .option('--price <p>', 'price at which the first candle opens, within 1 % (default: "3000", or the character\'s)')
    .option('--character <symbol>', `behave as an instrument of the simulated venue: ${VENUE_SYMBOLS.join(', ')} (default: a large coin)`)
    .option('--crowd <name>', `who trades: ${CROWD_NAMES.join(', ')} (default: as on the simulated venue)`)
    .option('--mechanics <kind>', 'how the exchange works: plain or full (default: full with --crowd, else plain)')
    .option('--hide-prints <share>', 'share of the published liquidations that the feed loses, 0 to 1')
    .option('--no-prints', 'the venue publishes no liquidations')
    .option('--no-taker', 'nobody says who was the taker')
    .option('--no-ratios', 'no long/short ratios')
    .option('--oi-lag <minutes>', 'open interest is this old when it is published; a multiple of 5')
    .option('--gaps <share>', 'share of candles, and of rows of open interest, that are missing in stretches')
    .option('--json', 'print the result as one line of JSON')
    .allowExcessArguments(false)
}

/** Runs the command. Returns the exit code; the result goes to standard output, progress and errors to standard error. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = command().exitOverride()
  try {
    program.parse([...argv], { from: 'user' })
    const flags = program.opts<Flags>()
    const out = resolve(process.env.INIT_CWD ?? process.cwd(), flags.out)
    // Before minutes of work, not after.
    await checkTarget(out)
    const progress = progressLine()
    const market = simulate(
      {
        days: number('--days', flags.days),
        seed: number('--seed', flags.seed),
        intervalMs:
          BUCKETS_MS[flags.interval] ??
          refuse('--interval', `one of ${Object.keys(BUCKETS_MS).join(', ')} is needed, not ${flags.interval}`),
        start: startTime(flags.start),
        ...(flags.character !== undefined && { character: characterOf(flags.character), symbol: flags.character }),
        ...(flags.crowd !== undefined && { crowd: crowdNamed(flags.crowd) }),
        ...(flags.mechanics !== undefined && { mechanics: mechanicsNamed(flags.mechanics) }),
        degrade: {
          hidePrints: number('--hide-prints', flags.hidePrints ?? '0'),
          noPrints: !flags.prints,
          noTaker: !flags.taker,
          noRatios: !flags.ratios,
          oiLagMs: number('--oi-lag', flags.oiLag ?? '0') * MINUTE_MS,
          gaps: number('--gaps', flags.gaps ?? '0'),
        },
        ...(flags.symbol !== undefined && { symbol: flags.symbol }),
        ...(flags.price !== undefined && { price: number('--price', flags.price) }),
      },
      { onProgress: progress.update },
    )
    progress.end()
    await writeOrCleanUp(market, out)
    process.stdout.write(`${flags.json ? JSON.stringify({ out, ...stylisedFacts(market) }) : resultLine(market, out)}\n`)
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (!(error instanceof FaultlineError) && (error as NodeJS.ErrnoException).code === undefined) throw error
    process.stderr.write(`${(error as Error).message}\n`)
    return 1
  }
}

/** An interrupted write leaves no draft behind. */
async function writeOrCleanUp(market: SimulatedMarket, out: string): Promise<void> {
  const abort = new AbortController()
  const stop = (): void => abort.abort(new FaultlineError('unavailable', 'interrupted; nothing was written'))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    await writeDump(market, out, { signal: abort.signal })
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

function refuse(option: string, message: string): never {
  throw new FaultlineError('bad_input', `${option}: ${message}`)
}

function number(option: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) refuse(option, `a number is needed, not “${text}”`)
  return value
}

function mechanicsNamed(name: string): Mechanics {
  return name === 'plain' || name === 'full' ? name : refuse('--mechanics', `plain or full is needed, not “${name}”`)
}

function startTime(text: string): number {
  const withZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes('T') ? text : `${text}Z`
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(withZone) : Number.NaN
  return Number.isNaN(time) ? refuse('--start', `a time such as 2026-01-01T00:00:00Z is needed, not “${text}”`) : time
}

function resultLine(market: SimulatedMarket, out: string): string {
  const { settings, candles, forcedOrders, prints } = market
  const f: StylisedFacts = stylisedFacts(market)
  const per = (x: number): string => `${(100 * x).toFixed(2)} %`
  return [
    `${settings.symbol} ${isoTime(settings.start)} – ${isoTime(settings.end)}: ${candles.length} candles, ${prints?.length ?? 'none'} of ${forcedOrders.length} liquidations printed`,
    `open interest $${(f.openInterestUsd / 1e9).toFixed(2)}B, volume ${f.volumePerOpenInterest.toFixed(1)} × and liquidations ${per(f.liquidatedPerOpenInterest)} of it per day`,
    `daily volatility ${per(f.dailyVolatility)}, tail exponent ${f.tailExponent.toFixed(1)}`,
    out,
  ].join('; ')
}

/** One line on a terminal, rewritten; a line every five seconds elsewhere. */
function progressLine(): { update: (done: number, total: number) => void; end: () => void } {
  const begun = performance.now()
  const live = process.stderr.isTTY === true
  let last = begun
  let shown = false
  const update = (done: number, total: number): void => {
    const now = performance.now()
    if (now - last < (live ? 200 : 5_000)) return
    last = now
    shown = true
    const left = Math.ceil((((now - begun) / done) * (total - done)) / 1000)
    const text = `simulating: ${Math.floor((100 * done) / total)} %, ${left} s left`
    process.stderr.write(live ? `\r${text}   ` : `${text}\n`)
  }
  const end = (): void => {
    if (shown && live) process.stderr.write('\r\u001b[K')
  }
  return { update, end }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
