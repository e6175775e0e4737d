import path from 'node:path'
import { FaultlineError } from '@faultline/market/errors'
import type { TableKind } from '@faultline/market/event-table'
import { BUCKETS_MS, resolutionName } from '@faultline/market/resolution'
import { type Command, Option } from 'commander'
import { isUrl } from '../archive/fetch-files.ts'
import { ARCHIVES, type Archive } from '../archive/plan-files.ts'
import { readArchive } from '../archive/read-archive.ts'
import type { Dump } from '../dump/dump.ts'
import { readDump } from '../dump/read-dump.ts'
import { readLiveEnv } from '../env.ts'
import { type ImportedMarket, type ImportReport, importDump } from '../pipeline/import-dump.ts'
import { createJobProgress, type JobProgress } from '../pipeline/job-progress.ts'
import { parseTime } from './export.ts'
import { count, span } from './format.ts'
import { userPath } from './paths.ts'
import { createProgress } from './progress.ts'
import { untilStopped } from './stop-signal.ts'
import { withDatabase } from './with-database.ts'

interface Options {
  dump?: string
  archive?: Archive
  base?: string
  cache?: string
  from?: number
  to?: number
  contractSize?: string
  symbol?: string
  interval?: string
}

export function register(program: Command): void {
  program
    .command('import')
    .summary('read an exchange’s public dump into the store and estimate its map')
    .description(
      [
        'Reads a folder of Binance’s public dumps (klines, metrics, fundingRate, liquidationSnapshot; .csv, .csv.gz or .zip, daily or monthly, in any arrangement) or of a simulated market, checks all of it, stores it, and estimates the map.',
        'Nothing is stored unless every row of every market in the folder is sound and agrees with what is stored. Rows that are stored already count once, so a folder may be imported again with more files in it: later data is appended to the map, earlier data makes a new generation of it, which replaces the old one when it is complete.',
        'With --archive the files are fetched first, the newest first, and kept; what the archive does not have is named. Binance’s archive has candles, open interest, ratios and funding; those of Bybit and OKX have every trade, of which candles with the takers’ side are made, and their open interest comes from the venue’s REST, by a data source.',
        'An import that was stopped or killed is finished by the same command.',
      ].join('\n\n'),
    )
    .option('--dump <dir>', 'the folder')
    .addOption(new Option('--archive <venue>', 'instead of a folder: fetch the venue’s public archive').choices(ARCHIVES))
    .option('--from <time>', 'with --archive: ISO date or time, UTC', parseTime)
    .option('--to <time>', 'with --archive: the same, exclusive; the last day that is over without it', parseTime)
    .option('--base <url|dir>', 'with --archive: another place with the same paths, a URL or a folder')
    .option('--cache <dir>', 'with --archive: where fetched files are kept (.data/archive unless told)')
    .option('--contract-size <x>', 'with --archive okx: base coin per contract, where it is not known here')
    .option(
      '--symbol <symbol>',
      'whose the rows are that name no symbol, neither in the file’s name nor in a column; with --archive: what to fetch',
    )
    .addOption(
      new Option('--interval <interval>', 'candles to use where a market has several; the finest otherwise').choices(
        Object.keys(BUCKETS_MS),
      ),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s faultline -- import --dump ~/data/futures/um\n  npm run -s faultline -- import --archive bybit --symbol ETHUSDT --from 2026-01-01 --to 2026-02-01',
    )
    .action(run)
}

async function run(options: Options): Promise<void> {
  const report = await untilStopped((signal) =>
    withDatabase('import', async (db) => {
      const progress = createJobProgress(db, 'import', createProgress())
      try {
        const dump = options.archive ? await fromArchive(options, options.archive, progress, signal) : await fromFolder(options, progress)
        requireMarket(dump)
        const report = await importDump(db, dump, { progress, signal })
        await progress.end('done', report.markets.map((m) => m.key).join(', '))
        return report
      } catch (error) {
        await progress.end('failed', error instanceof FaultlineError ? error.message : 'unexpected error')
        throw error
      }
    }),
  )
  process.stdout.write(describeReport(report))
}

function fromFolder(options: Options, progress: JobProgress): Promise<Dump> {
  if (options.dump === undefined)
    throw new FaultlineError('bad_input', 'Say what to import: --dump and a folder, or --archive and a venue (add --help for all of it).')
  return readDump(userPath(options.dump), {
    ...(options.symbol === undefined ? {} : { symbol: options.symbol }),
    ...(options.interval === undefined ? {} : { interval: options.interval }),
    onProgress: ({ done, total, file }) => progress.update({ phase: 'reading', done, total, detail: file }),
  })
}

async function fromArchive(options: Options, archive: Archive, progress: JobProgress, signal: AbortSignal): Promise<Dump> {
  const { symbol, from, to = Date.now(), base, cache, dump, contractSize } = options
  if (dump !== undefined) throw new FaultlineError('bad_input', 'Either --dump or --archive, not both.')
  if (symbol === undefined || from === undefined) throw new FaultlineError('bad_input', '--archive needs --symbol and --from.')
  if (from >= to) throw new FaultlineError('bad_input', '--from must be earlier than --to.')
  const size = contractSize === undefined ? undefined : Number(contractSize)
  if (size !== undefined && !(size > 0 && Number.isFinite(size)))
    throw new FaultlineError('bad_input', `--contract-size: a number above zero is needed, not “${contractSize}”`)
  const { dump: read, absent } = await readArchive(
    { archive, symbol, from, to, base: base === undefined || isUrl(base) ? base : userPath(base), contractSize: size },
    {
      cache: path.join(cache === undefined ? path.join(readLiveEnv().stateDir, 'archive') : userPath(cache), archive),
      signal,
      onFile: (done, total, file) => progress.update({ phase: 'fetching', done, total, detail: file }),
      onRead: ({ done, total, file }) => progress.update({ phase: 'reading', done, total, detail: file }),
    },
  )
  if (absent.length > 0) progress.note(`the archive does not have ${someOf(absent)}`)
  return read
}

function requireMarket(dump: Dump): void {
  if (dump.markets.length > 0) return
  const why = dump.skipped.map((s) => `${s.symbol ?? s.files.join(', ')}: ${s.reason}`)
  throw new FaultlineError('bad_input', ['There is no market with candles in this folder.', ...why].join('\n  '))
}

/** The result, for standard output. */
function describeReport(report: ImportReport): string {
  const lines = report.markets.flatMap(describeMarket)
  if (report.skipped.length > 0) lines.push('skipped')
  for (const { symbol, files, reason } of report.skipped) lines.push(`  ${symbol ?? 'no market'}: ${reason} (${someOf(files)})`)
  return `${lines.join('\n')}\n`
}

const someOf = (files: readonly string[]): string =>
  files.length > 3 ? `${files.slice(0, 2).join(', ')} and ${count(files.length - 2)} more` : files.join(', ')

function describeMarket(m: ImportedMarket): string[] {
  const out = [`${m.key}${m.simulated ? ' (simulated market)' : ''}`]
  for (const [kind, label] of KINDS) {
    const { read, inserted, filled, duplicate } = m.counts[kind]
    if (read === 0) continue
    const name = kind === 'candle' ? `${label} ${resolutionName(m.bucketMs)}` : label
    out.push(
      `  ${name.padEnd(18)} ${count(read)} read, ${count(inserted)} new, ${count(duplicate)} stored before${filled > 0 ? ` (${count(filled)} completed)` : ''}`,
    )
  }
  if (m.gaps.count > 0)
    out.push(`  ${'gaps'.padEnd(18)} ${count(m.gaps.count)}, ${count(m.gaps.missingBuckets)} candles are missing: no columns there`)
  const { build } = m
  const range =
    build.firstBucket !== null && build.lastBucket !== null ? `, ${span(build.firstBucket, build.lastBucket + build.bucketMs)}` : ''
  out.push(`  ${'columns'.padEnd(18)} ${count(m.columns)} new, ${count(build.columnCount)} in all${range}`)
  if (build.columnCount === 0)
    out.push('  No open interest at or before these candles: there is nothing to estimate from. Add the metrics files.')
  out.push(`  ${'estimate'.padEnd(18)} ${describeBuild(m)}`)
  return out
}

function describeBuild(m: ImportedMarket): string {
  const name = `generation ${m.build.generation} of model ${m.build.modelVersion}`
  if (m.how !== 'next') return `${name}, ${m.how === 'first' ? 'made' : 'made anew'}: ${m.reason}`
  const fresh = Object.values(m.counts).some((c) => c.inserted + c.filled > 0)
  if (m.resumed) return `${name}, finished what an earlier run had left${fresh ? ', with the new data' : ''}`
  if (m.steps > 0) return `${name}, continued`
  return `${name}, ${fresh ? 'nothing to add to it yet' : 'nothing new: unchanged'}`
}

const KINDS: readonly (readonly [TableKind, string])[] = [
  ['candle', 'candles'],
  ['openInterest', 'open interest'],
  ['funding', 'funding rates'],
  ['longShortRatio', 'long/short ratios'],
  ['liquidation', 'liquidations'],
]
