import path from 'node:path'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import type { Command } from 'commander'
import { readLiveEnv } from '../env.ts'
import { Worker } from '../live/worker.ts'
import { serveMetrics } from '../metrics/serve-metrics.ts'
import { WorkerMetrics } from '../metrics/worker-metrics.ts'
import { untilStopped } from './stop-signal.ts'
import { withDatabase } from './with-database.ts'

export function register(program: Command): void {
  program
    .command('worker')
    .summary('listen to the data sources and keep their maps growing')
    .description(
      [
        'Follows every data source that is enabled: fetches history, listens to the venue, estimates each bucket as it closes. It runs until it is stopped.',
        'Several workers may run side by side, on several machines: each instrument is written by one of them, and another takes over when that one dies.',
      ].join('\n\n'),
    )
    .option('--defaults', 'first make the data sources of a new installation: the simulated market and Binance USDⓈ-M')
    .action(run)
}

const DEFAULT_SOURCES = [
  { name: 'Simulated market', venue: 'simulated' as const, symbols: [], options: { backfillDays: 7 } },
  { name: 'Binance USDⓈ-M', venue: 'binance-usdm' as const, symbols: ['BTCUSDT', 'ETHUSDT'], options: {} },
]

async function run({ defaults = false }: { defaults?: boolean }): Promise<void> {
  const env = readLiveEnv()
  await untilStopped((signal) =>
    withDatabase('worker', async (db) => {
      if (defaults) for (const source of DEFAULT_SOURCES) await ensureDataSource(db, source)
      const log = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`)
      const { stateDir, workerName: name, addresses, leaseMs } = env
      const metrics = env.metrics && new WorkerMetrics()
      const served = env.metrics && metrics && (await serveMetrics(metrics, env.metrics))
      if (served) log(`metrics are served at port ${served.port}`)
      const worker = new Worker({
        db,
        stateDir: path.join(stateDir, 'worker'),
        name,
        addresses,
        leaseMs,
        log,
        metrics: metrics ?? undefined,
      })
      const stopped = new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      try {
        // It waits for the database for as long as that takes; whoever wants it to stop meanwhile does not.
        await Promise.race([worker.start().then(() => process.send?.('ready')), stopped])
        await stopped
        await worker.stop()
      } finally {
        await served?.close()
      }
    }),
  )
}
