import { findBuild } from '@faultline/db/repositories/builds'
import { readColumns } from '@faultline/db/repositories/columns'
import { findInstrument } from '@faultline/db/repositories/instruments'
import type { Column, PlaneData } from '@faultline/market/column'
import { FaultlineError } from '@faultline/market/errors'
import { binCentrePrice } from '@faultline/market/price-grid'
import { type Command, InvalidArgumentError } from 'commander'
import { decimal, estimateHeader } from '../estimate/estimate-rows.ts'
import { minute } from './format.ts'
import { checkOutput, writeOutput } from './output-file.ts'
import { outputPath } from './paths.ts'
import { withDatabase } from './with-database.ts'

interface Options {
  instrument: string
  from: number
  to: number
  out?: string
}

export function register(program: Command): void {
  program
    .command('export')
    .summary('write stored columns as CSV')
    .description(
      [
        'Writes the columns of an instrument as CSV, header "time,price,long,short": one row per bin of the price grid that holds anything. As in "estimate", time is UTC milliseconds at which the column was known, the END of its bucket; price is the bin’s centre; long and short are the estimated USD of positions that would be liquidated there.',
        'The range is half open: from ≤ time < to.',
      ].join('\n\n'),
    )
    .requiredOption('--instrument <id>', 'number, key (venue:SYMBOL) or symbol')
    .requiredOption('--from <time>', 'ISO date or time (UTC unless it says otherwise), or UTC milliseconds', parseTime)
    .requiredOption('--to <time>', 'the same, exclusive', parseTime)
    .option('--out <file>', 'write this file, whole or not at all; standard output without it or with -')
    .addHelpText(
      'after',
      '\nExample:\n  npm run -s faultline -- export --instrument ETHUSDT --from 2026-01-01 --to 2026-01-02T12:00 --out eth.csv',
    )
    .action(run)
}

async function run({ instrument, from, to, out }: Options): Promise<void> {
  if (from >= to) throw new FaultlineError('bad_input', '--from must be earlier than --to.')
  const path = outputPath(out)
  await checkOutput(path)
  await withDatabase('export', async (db) => {
    const row = await findInstrument(db, instrument)
    const build = row.currentBuildId === null ? null : await findBuild(db, row.currentBuildId)
    if (!build || build.firstBucket === null || build.lastBucket === null)
      throw new FaultlineError('not_found', `${row.key} has no columns yet. Import open interest for it, or see "instruments".`)
    const known = { from: build.firstBucket + build.bucketMs, to: build.lastBucket + build.bucketMs }
    if (to <= known.from || from > known.to)
      throw new FaultlineError('not_found', `${row.key} has columns from ${minute(known.from)} to ${minute(known.to)}, none in that range.`)
    if (build.status === 'building') process.stderr.write(`${row.key}: the import of this market is not finished; this is what is there.\n`)
    const columns = readColumns(db, build, { from: from - build.bucketMs, to: to - build.bucketMs })
    const whole = async (): Promise<void> => {
      const now = await findBuild(db, build.id)
      if (now && now.status !== 'retired') return
      throw new FaultlineError(
        'conflict',
        `A new generation of ${row.key} replaced this one while it was read. Run the same command again.`,
      )
    }
    await writeOutput(path, csvOf(columns, whole))
  })
}

/** `whole` throws where the columns may have been dropped while they were read: a file that ends early must not look like one. */
async function* csvOf(columns: AsyncIterable<Column>, whole: () => Promise<void>): AsyncGenerator<string, void, undefined> {
  yield estimateHeader()
  for await (const column of columns) yield* columnRows(column)
  await whole()
}

/** The CSV rows of one column, lowest price first; bins that hold nothing on either side are left out. */
export function* columnRows({ bucketStart, bucketMs, planes: { long, short } }: Column): Generator<string, void, undefined> {
  const time = bucketStart + bucketMs
  const occupied = [long, short].filter((plane) => plane.usd.length > 0)
  if (occupied.length === 0) return
  const first = Math.min(...occupied.map((plane) => plane.firstBin))
  const end = Math.max(...occupied.map((plane) => plane.firstBin + plane.usd.length))
  for (let bin = first; bin < end; bin++) {
    const [l, s] = [usdAt(long, bin), usdAt(short, bin)]
    if (l > 0 || s > 0) yield `${time},${decimal(binCentrePrice(bin), 10)},${float32(l)},${float32(s)}`
  }
}

const usdAt = ({ firstBin, usd }: PlaneData, bin: number): number => usd[bin - firstBin] ?? 0

/** Nine digits give back the same Float32. */
const float32 = (value: number): number => Number(value.toPrecision(9))

/** UTC milliseconds of what the person typed. A time without a zone is UTC, unlike in Date.parse. */
export function parseTime(text: string): number {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text)
  const time = /^\d{12,14}$/.test(text)
    ? Number(text)
    : parts
      ? Date.parse(`${parts[1]}T${parts[2] ?? '00:00'}${parts[3] ?? 'Z'}`)
      : Number.NaN
  // Date.parse turns the 31st of February into March.
  const day = parts ? new Date(`${parts[1]}T00:00Z`) : null
  const rolled = day !== null && !Number.isNaN(day.getTime()) && !day.toISOString().startsWith(parts?.[1] as string)
  if (Number.isNaN(time) || rolled)
    throw new InvalidArgumentError('give a date (2026-01-31), a time (2026-01-31T09:30, UTC) or UTC milliseconds.')
  return time
}
