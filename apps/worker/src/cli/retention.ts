/** `retention`: how long what is kept, what it weighs, and the same applied now. */
import {
  applyRetention,
  RETENTION_KINDS,
  type RetentionKind,
  readRetention,
  setRetention,
  storageByTable,
} from '@faultline/db/repositories/retention'
import { FaultlineError } from '@faultline/market/errors'
import type { Command } from 'commander'
import { describeRun } from '../retention/retention-job.ts'
import { withDatabase } from './with-database.ts'

interface Flags {
  set?: string[]
  run?: true
  json?: true
}

export function register(program: Command): void {
  program
    .command('retention')
    .summary('how long what is kept, and what it weighs')
    .description(
      [
        'Without options: the policy and the size of every table. A worker applies the policy once an hour (docs/operations.md).',
        'Events are dropped by whole months, so they live at least as long as the policy says; of candles, half-hours and days stay.',
        'column1m is how long every minute keeps its column (after that every fifth), column5m how long every fifth does (after that',
        'every thirtieth). Markets that were imported and that no feed continues keep all columns.',
      ].join('\n'),
    )
    .option('--set <kind=days...>', `${RETENTION_KINDS.join(' | ')}; days from 2, or "forever"`)
    .option('--run', 'apply it now')
    .option('--json', 'JSON')
    .addHelpText('after', '\nExample:\n  npm run -s faultline -- retention --set depth=30 markPrice=forever --run')
    .action(run)
}

async function run({ set = [], run: now, json }: Flags): Promise<void> {
  const changes = set.map(parseChange)
  const result = await withDatabase('retention', async (db) => {
    for (const { kind, days } of changes) await setRetention(db, { kind: 'operator' }, kind, days)
    const done = now ? await applyRetention(db, Date.now()) : undefined
    if (done === null)
      throw new FaultlineError('conflict', 'A worker is applying the policy right now. Look again in a while: what it does is the same.')
    return { policy: await readRetention(db), done, tables: await storageByTable(db) }
  })
  const { policy, done, tables } = result
  if (json) {
    process.stdout.write(`${JSON.stringify({ policy, ...(done ? { done } : {}), tables }, null, 2)}\n`)
    return
  }
  const lines = RETENTION_KINDS.map((kind) => `${kind.padEnd(16)}${policy[kind] === null ? 'for ever' : `${policy[kind]} days`}`)
  if (done) lines.push('', describeRun(done) ?? 'nothing was to be done')
  lines.push('', ...tables.map(({ table, bytes }) => `${table.padEnd(20)}${megabytes(bytes).padStart(12)}`))
  process.stdout.write(`${lines.join('\n')}\n`)
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`

/** `depth=30`, `depth=forever`. @throws FaultlineError bad_input */
export function parseChange(text: string): { kind: RetentionKind; days: number | null } {
  const [name = '', value = '', ...more] = text.split('=')
  const kind = RETENTION_KINDS.find((k) => k === name)
  if (!kind || more.length > 0)
    throw new FaultlineError('bad_input', `--set ${text}: write KIND=DAYS with one of ${RETENTION_KINDS.join(', ')}, such as depth=30`)
  if (value === 'forever') return { kind, days: null }
  if (!/^\d{1,6}$/.test(value)) throw new FaultlineError('bad_input', `--set ${text}: a whole number of days is needed, or forever`)
  return { kind, days: Number(value) }
}
