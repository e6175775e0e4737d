/**
 * The command line. Each command lives in a module that exports `register(program)`; only the one that is called is loaded,
 * so that `estimate` never opens a database client.
 */
import { Command } from 'commander'
import { reportError } from './report-error.ts'

interface CommandModule {
  register(program: Command): void
}

const COMMANDS: Record<string, () => Promise<CommandModule>> = {
  import: () => import('./import.ts'),
  estimate: () => import('./estimate.ts'),
  score: () => import('./score.ts'),
  cascade: () => import('./cascade.ts'),
  margin: () => import('./margin.ts'),
  export: () => import('./export.ts'),
  rebuild: () => import('./rebuild.ts'),
  instruments: () => import('./instruments.ts'),
  coverage: () => import('./coverage.ts'),
  retention: () => import('./retention.ts'),
  venues: () => import('./venues.ts'),
  normalise: () => import('./normalise.ts'),
  worker: () => import('./worker.ts'),
}

async function main(args: string[]): Promise<void> {
  const program = new Command('faultline')
    .description('Liquidation heatmaps from public market data')
    .usage('<command> [options]')
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText('after', '\nA simulated market: faultline simulate --help')
  const asked = COMMANDS[args.find((a) => !a.startsWith('-')) ?? '']
  for (const load of asked ? [asked] : Object.values(COMMANDS)) (await load()).register(program)
  await program.parseAsync(args, { from: 'user' })
}

// A reader that has seen enough (`… | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = reportError(error)
}
