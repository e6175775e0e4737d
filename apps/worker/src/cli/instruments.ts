import { listInstruments } from '@faultline/db/repositories/instruments'
import { resolutionName } from '@faultline/market/resolution'
import { isoTime } from '@faultline/market/units'
import type { Command } from 'commander'
import { age, count, minute } from './format.ts'
import { withDatabase } from './with-database.ts'

type Listed = Awaited<ReturnType<typeof listInstruments>>[number]

export function register(program: Command): void {
  program
    .command('instruments')
    .summary('list what is stored')
    .description('Lists the instruments in the database, those with the freshest data first. All columns are estimates.')
    .option('--json', 'a JSON array, times in ISO')
    .addHelpText('after', '\nExample:\n  npm run -s faultline -- instruments --json')
    .action(run)
}

async function run({ json }: { json?: true }): Promise<void> {
  const rows = await withDatabase('instruments', listInstruments)
  process.stdout.write(json ? `${JSON.stringify(rows.map(asJson), null, 2)}\n` : table(rows, Date.now()))
}

const asJson = (row: Listed) => ({
  id: row.id,
  key: row.key,
  simulated: row.simulated,
  bucket: row.bucketMs === null ? null : resolutionName(row.bucketMs),
  columns: row.columnCount,
  from: row.firstBucket === null ? null : isoTime(row.firstBucket),
  to: row.lastBucket === null || row.bucketMs === null ? null : isoTime(row.lastBucket + row.bucketMs),
  buildId: row.currentBuildId,
  status: row.status,
})

/** For people: one line per instrument, columns aligned. */
export function table(rows: readonly Listed[], now: number): string {
  if (rows.length === 0) return 'The database holds no instrument yet. Import one: npm run -s faultline -- import --help\n'
  const cells = rows.map((row) => {
    const end = row.lastBucket === null || row.bucketMs === null ? null : row.lastBucket + row.bucketMs
    return [
      String(row.id),
      row.key,
      row.bucketMs === null ? '–' : resolutionName(row.bucketMs),
      row.firstBucket === null ? '–' : minute(row.firstBucket),
      end === null ? '–' : minute(end),
      count(row.columnCount),
      end === null ? '–' : age(now - end),
      row.status ?? 'no columns',
      row.simulated ? 'simulated' : '',
    ]
  })
  const all = [['id', 'instrument', 'bucket', 'from', 'to', 'columns', 'age', 'build', ''], ...cells]
  const widths = all[0]?.map((_, i) => Math.max(...all.map((line) => line[i]?.length ?? 0))) ?? []
  const right = new Set([0, 5, 6])
  const lines = all.map((line) =>
    line
      .map((cell, i) => (right.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}
