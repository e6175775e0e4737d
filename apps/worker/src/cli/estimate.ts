import { tiersFor } from '@faultline/engine/margin/tiers'
import { FaultlineError } from '@faultline/market/errors'
import { isoTime } from '@faultline/market/units'
import type { Command } from 'commander'
import type { Dump, DumpMarket } from '../dump/dump.ts'
import { readDump } from '../dump/read-dump.ts'
import { type EstimateOutcome, estimateHeader, estimateRows } from '../estimate/estimate-rows.ts'
import { parseEvery, timesEvery, timesOfCsv } from '../estimate/requested-times.ts'
import { bucketInputs } from '../pipeline/bucket-inputs.ts'
import { tiersOfDump } from '../pipeline/tiers.ts'
import { checkOutput, writeOutput } from './output-file.ts'
import { outputPath, userPath } from './paths.ts'
import { createProgress, type Progress } from './progress.ts'

export interface EstimateCommandOptions {
  dump: string
  every?: string
  at?: string
  out?: string
  symbol?: string
  interval?: string
  bands?: boolean
}

export function register(program: Command): void {
  program
    .command('estimate')
    .summary('estimate the liquidation map of a dump folder, without a database')
    .description(
      'Estimates where positions would be liquidated, from a folder of one instrument: klines.csv of any length, metrics.csv,\n' +
        'and where they are there fundingRate.csv, liquidationSnapshot.csv and brackets.json (any of them may be gzipped), or\n' +
        "Binance's public dumps as they are served. Writes CSV time,price,long,short: UTC milliseconds, the bin's centre,\n" +
        'estimated USD; one row per bin within ×0.5 to ×2 of the price in which any number is at least 1 USD. Each time sees\n' +
        'only what was known then: the last bucket closed at or before it.',
    )
    .requiredOption('--dump <dir>', 'the folder')
    .option('--every <length>', 'a map at each multiple of 15m, 1h, 4h, 1d …')
    .option('--at <csv>', 'a map at each distinct time in the first column of this CSV (UTC milliseconds)')
    .option('--out <file>', 'the CSV to write; standard output without it or with -')
    .option('--bands', 'how sure each bin is: further columns long_p10,long_p50,long_p90,short_p10,short_p50,short_p90')
    .option('--symbol <symbol>', 'the symbol, where the files do not name it, or which one of several')
    .option('--interval <length>', 'the klines to use where there are several lengths (without it the finest)')
    .action((options: EstimateCommandOptions) => runEstimate(options))
}

/** Nothing is written unless all input could be read; the output file then appears whole. */
export async function runEstimate(options: EstimateCommandOptions, progress: Progress = createProgress()): Promise<void> {
  if ((options.every === undefined) === (options.at === undefined)) {
    throw new FaultlineError('bad_input', 'say for which times: either --every 1h or --at FILE')
  }
  const out = outputPath(options.out)
  await checkOutput(out)
  const every = options.every === undefined ? null : parseEvery(options.every)
  const at = options.at === undefined ? null : await timesOfCsv(userPath(options.at))
  try {
    const dump = await readDump(userPath(options.dump), {
      symbol: options.symbol,
      only: options.symbol?.trim().toUpperCase(),
      interval: options.interval,
      anonymousSymbol: 'UNNAMED',
      onProgress: ({ done, total, file }) => progress.update({ phase: 'reading', done, total, detail: file }),
    })
    for (const { files, reason } of dump.skipped) {
      progress.note(`left aside: ${files[0]}${files.length > 1 ? ` and ${files.length - 1} more` : ''}: ${reason}`)
    }
    const market = onlyMarket(dump)
    const tiers = tiersOfDump(market) ?? tiersFor(market.symbol)
    const { openTime } = market.candles.table.columns
    const from = (openTime[0] as number) + market.bucketMs
    const to = (openTime.at(-1) as number) + market.bucketMs
    const rows = estimateRows({
      bucketMs: market.bucketMs,
      tiers,
      inputs: inputsOf(market),
      bands: options.bands ?? false,
      times: at ?? timesEvery(every as number, from, to),
      onStep: (done) => {
        if (done % 64 === 0) progress.update({ phase: 'estimating', done, total: openTime.length })
      },
    })
    await writeOutput(
      out,
      (function* () {
        yield estimateHeader(options.bands)
        warn(yield* rows, market, to, progress)
      })(),
    )
  } finally {
    progress.finish()
  }
}

export function onlyMarket(dump: Dump): DumpMarket {
  const [market, ...others] = dump.markets
  if (!market) throw new FaultlineError('not_found', 'no market in the folder')
  if (others.length > 0) {
    throw new FaultlineError(
      'bad_input',
      `the folder holds several markets: choose one with --symbol ${dump.markets.map((m) => m.symbol).join(' | ')}`,
    )
  }
  if (market.openInterest.table.length === 0) {
    throw new FaultlineError(
      'bad_input',
      'open interest is needed and there is none: add metrics.csv (or SYMBOL-metrics-DATE.zip) to the folder',
    )
  }
  return market
}

export function inputsOf(market: DumpMarket) {
  return bucketInputs({
    bucketMs: market.bucketMs,
    candles: market.candles.table,
    openInterest: market.openInterest.table,
    funding: market.funding.table,
    ratios: market.ratios.table,
    liquidations: market.liquidations.table,
  })
}

function warn({ before, after }: EstimateOutcome, market: DumpMarket, end: number, progress: Progress): void {
  const range = (times: readonly number[]) =>
    `${times.length === 1 ? '1 time' : `${times.length} times`} (${isoTime(times[0] as number)}${times.length > 1 ? ` to ${isoTime(times.at(-1) as number)}` : ''})`
  if (before.length > 0) {
    const known = Math.max(
      (market.candles.table.columns.openTime[0] as number) + market.bucketMs,
      market.openInterest.table.columns.time[0] as number,
    )
    progress.note(`no rows for ${range(before)}: price and open interest are known from ${isoTime(known)} on`)
  }
  if (after.length > 0) progress.note(`${range(after)} after the last candle: they carry the map as it was at ${isoTime(end)}`)
}
