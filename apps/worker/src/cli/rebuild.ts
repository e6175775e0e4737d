import { findInstrument, listInstruments } from '@faultline/db/repositories/instruments'
import { FaultlineError } from '@faultline/market/errors'
import { isSumVenue } from '@faultline/market/sum'
import { isoTime } from '@faultline/market/units'
import type { VenueId } from '@faultline/market/venue'
import type { Command } from 'commander'
import { createJobProgress } from '../pipeline/job-progress.ts'
import { type GenerationHash, type RebuildResult, rebuild } from '../pipeline/rebuild.ts'
import { count } from './format.ts'
import { createProgress } from './progress.ts'
import { untilStopped } from './stop-signal.ts'
import { withDatabase } from './with-database.ts'

interface Options {
  instrument?: string
  verify?: boolean
}

export function register(program: Command): void {
  program
    .command('rebuild')
    .summary('estimate anew from the stored events, and compare')
    .description(
      [
        'Makes a new generation of each instrument’s columns from the stored events alone. The old one is served until the new one is complete, and is dropped then.',
        'With --verify it compares the two: it prints the hash of columns and checkpoint of the old generation as far as it got, those of the new one at that same bucket, and "equal" or "DIFFERENT". A complete old generation that is equal stays and the new one is discarded, so that nothing changes for readers. One that is different, or that a killed import left unfinished, is replaced. Exit code 1 when any is different.',
      ].join('\n\n'),
    )
    .option('--instrument <id>', 'number, key (venue:SYMBOL) or symbol; all of them otherwise')
    .option('--verify', 'compare with the generation that is there')
    .addHelpText('after', '\nExample:\n  npm run -s faultline -- rebuild --verify --instrument binance-usdm:ETHUSDT')
    .action(run)
}

async function run({ instrument, verify = false }: Options): Promise<void> {
  const outcomes = await untilStopped((signal) =>
    withDatabase('rebuild', async (db) => {
      const progress = createJobProgress(db, 'rebuild', createProgress())
      try {
        const rows = instrument === undefined ? await listInstruments(db) : [await findInstrument(db, instrument)]
        const outcomes: RebuildResult['outcome'][] = []
        for (const row of [...rows].sort((a, b) => a.id - b.id)) {
          const result = await rebuild(db, row, { verify, progress, signal })
          outcomes.push(result.outcome)
          process.stdout.write(describeResult(result, verify))
        }
        await progress.end('done')
        return outcomes
      } catch (error) {
        await progress.end('failed', error instanceof FaultlineError ? error.message : 'unexpected error')
        throw error
      }
    }),
  )
  if (outcomes.length === 0) process.stdout.write(`The database holds no instrument: nothing to ${verify ? 'verify' : 'rebuild'}.\n`)
  if (outcomes.includes('different')) process.exitCode = 1
}

/** The result of one instrument, for standard output; the lines of --verify are stable. */
function describeResult({ key, outcome, compared, alone, build, keptOld }: RebuildResult, verify: boolean): string {
  const lines: string[] = []
  if (compared) {
    lines.push(
      hashLine(key, 'old', compared.old),
      hashLine(key, 'new', compared.fresh),
      `${key} ${outcome === 'equal' ? 'equal' : 'DIFFERENT'}`,
    )
    if (keptOld) lines.push(`${key} generation ${compared.old.generation} stays`)
  } else if (outcome === 'empty' && isSumVenue(key.split(':')[0] as VenueId))
    lines.push(`${key} is the sum of others’ columns, which a worker adds up${verify ? ': there is none yet' : ''}`)
  else if (outcome === 'empty') lines.push(`${key} has no candles: nothing to ${verify ? 'verify' : 'rebuild'}`)
  else if (verify) {
    lines.push(`${key} has no earlier columns that its stored events belong to: nothing to compare, built from the stored events`)
    if (alone) lines.push(hashLine(key, 'new', alone))
  }
  if (build && !keptOld) lines.push(`${key} generation ${build.generation} is served, ${count(build.columnCount)} columns`)
  return `${lines.join('\n')}\n`
}

const hashLine = (key: string, which: string, h: GenerationHash): string =>
  `${key} ${which} generation=${h.generation} model=${h.modelVersion} last=${isoTime(h.bucket)} count=${h.columnCount} columns=${h.columns} checkpoint=${h.checkpoint}`
