import { Estimator, MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { tiersFor } from '@faultline/engine/margin/tiers'
import { scoreMarket } from '@faultline/engine/score/score-market'
import { summariseOutcomes, summariseTruth } from '@faultline/engine/score/summarise'
import { SIMULATED_OPTIONS, type TruthOptions } from '@faultline/engine/score/truth-measures'
import { FaultlineError } from '@faultline/market/errors'
import { isoTime } from '@faultline/market/units'
import type { Command } from 'commander'
import { readDump } from '../dump/read-dump.ts'
import { readTruth } from '../estimate/truth-file.ts'
import { tiersOfDump } from '../pipeline/tiers.ts'
import { inputsOf, onlyMarket } from './estimate.ts'
import { userPath } from './paths.ts'
import { createProgress, type Progress } from './progress.ts'

export interface ScoreCommandOptions {
  dump: string
  json?: boolean
  symbol?: string
  interval?: string
  fromDay?: string
  span?: string
  bin?: string
  smooth?: string
}

export function register(program: Command): void {
  program
    .command('score')
    .summary('score the estimate of a dump folder against what is known to be true, without a database')
    .description(
      'Estimates a folder as `estimate` does, with its default settings, and scores the maps: against truth.csv\n' +
        '(time,price,long,short) where it is there, and on the liquidations that followed where there are prints, beside the nulls\n' +
        'that a map has to beat. Every measure is explained in docs/score.md. Prints JSON.',
    )
    .requiredOption('--dump <dir>', 'the folder')
    .option('--json', 'one line of JSON instead of indented lines')
    .option('--symbol <symbol>', 'the symbol, where the files do not name it, or which one of several')
    .option('--interval <length>', 'the klines to use where there are several lengths (without it the finest)')
    .option('--from-day <days>', 'score from so many days after the first candle on (6)')
    .option('--span <x>', 'how far from price maps are compared with truth, in log price (0.15; real samples: 0.4)')
    .option('--bin <x>', 'width of a bin of distance (0.002; real samples: 0.005)')
    .option('--smooth <x>', 'standard deviation of the smoothing of both (0.003; real samples: 0.01)')
    .action((options: ScoreCommandOptions) => runScore(options))
}

export async function runScore(
  options: ScoreCommandOptions,
  progress: Progress = createProgress(),
  write: (text: string) => void = (text) => process.stdout.write(text),
): Promise<void> {
  const truthOptions = truthOptionsOf(options)
  const fromDay = numberOf(options.fromDay, '--from-day', 6, (v) => v >= 0 && v <= 3650)
  const folder = userPath(options.dump)
  try {
    const dump = await readDump(folder, {
      symbol: options.symbol,
      only: options.symbol?.trim().toUpperCase(),
      interval: options.interval,
      anonymousSymbol: 'UNNAMED',
      onProgress: ({ done, total, file }) => progress.update({ phase: 'reading', done, total, detail: file }),
    })
    for (const { files, reason } of dump.skipped)
      progress.note(`left aside: ${files[0]}${files.length > 1 ? ` and ${files.length - 1} more` : ''}: ${reason}`)
    const market = onlyMarket(dump)
    const truth = await readTruth(folder)
    const tiers = tiersOfDump(market) ?? tiersFor(market.symbol)
    const { openTime } = market.candles.table.columns
    const score = scoreMarket({
      estimator: new Estimator({ bucketMs: market.bucketMs, tiers }),
      bucketMs: market.bucketMs,
      tiers,
      inputs: inputsOf(market),
      ...(truth && { truth }),
      truthOptions,
      fromDay,
      onStep: (done) => {
        if (done % 64 === 0) progress.update({ phase: 'scoring', done, total: openTime.length })
      },
    })
    if (!truth && score.prints === 0) {
      throw new FaultlineError(
        'bad_input',
        'nothing to score against: add truth.csv (time,price,long,short) or liquidationSnapshot.csv to the folder',
      )
    }
    if (!score.truth?.rows.length && score.outcomes.length === 0)
      progress.note(`nothing was scored: the first ${fromDay} days are left out, and nothing after them could be compared; see --from-day`)
    const report = {
      model: MODEL_VERSION,
      symbol: market.symbol,
      bucketMs: market.bucketMs,
      buckets: score.buckets,
      from: isoTime((openTime[0] as number) + fromDay * 86_400_000),
      to: isoTime((openTime.at(-1) as number) + market.bucketMs),
      truth: score.truth && { ...truthOptions, ...summariseTruth(score.truth) },
      prints:
        score.prints === 0 ? null : { count: score.prints, droppedOutcomes: score.dropped, horizons: summariseOutcomes(score.outcomes) },
    }
    write(`${JSON.stringify(report, rounded, options.json ? 0 : 2)}\n`)
  } finally {
    progress.finish()
  }
}

/** Six significant digits are more than an estimate of this kind has. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value

function truthOptionsOf(options: ScoreCommandOptions): TruthOptions {
  const of = (name: keyof TruthOptions, most: number) =>
    numberOf(options[name], `--${name}`, SIMULATED_OPTIONS[name], (v) => v > 0 && v <= most)
  const asked = { span: of('span', 0.69), bin: of('bin', 0.1), smooth: of('smooth', 0.1) }
  if (asked.span < 10 * asked.bin) throw new FaultlineError('bad_input', `--span ${asked.span} holds fewer than ten bins of ${asked.bin}`)
  return asked
}

function numberOf(text: string | undefined, name: string, otherwise: number, fits: (value: number) => boolean): number {
  if (text === undefined) return otherwise
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!fits(value)) throw new FaultlineError('bad_input', `${name}: ${text} does not fit; see --help`)
  return value
}
