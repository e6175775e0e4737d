import path from 'node:path'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { SecretBox } from '@faultline/db/secret-box'
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
    .option('--defaults', 'first make the data sources of a new installation: the simulated venues, and BTC and ETH of the real ones')
    .action(run)
}

/** Hundreds of lines step when a minute ends, and each waits for a connection for a while only. */
const POOL_SIZE = 12

const SIMULATED = { symbols: [], options: { backfillDays: 7 } }
const DEFAULT_SOURCES: readonly Parameters<typeof ensureDataSource>[1][] = [
  { name: 'Simulated market', venue: 'simulated', ...SIMULATED },
  { name: 'Simulated Bybit', venue: 'simulated-bybit', ...SIMULATED },
  { name: 'Simulated OKX', venue: 'simulated-okx', ...SIMULATED },
  { name: 'Simulated Gate', venue: 'simulated-gate', ...SIMULATED },
  { name: 'Simulated Hyperliquid', venue: 'simulated-hyperliquid', ...SIMULATED },
  { name: 'Binance USDⓈ-M', venue: 'binance-usdm', symbols: ['BTCUSDT', 'ETHUSDT'] },
  { name: 'Bybit linear', venue: 'bybit-linear', symbols: ['BTCUSDT', 'ETHUSDT'] },
  { name: 'OKX swap', venue: 'okx-swap', symbols: ['BTC-USDT-SWAP', 'ETH-USDT-SWAP'] },
  { name: 'Gate USDT', venue: 'gate-usdt', symbols: ['BTC_USDT', 'ETH_USDT'] },
  { name: 'Hyperliquid', venue: 'hyperliquid', symbols: ['BTC', 'ETH'] },
]

async function run({ defaults = false }: { defaults?: boolean }): Promise<void> {
  const env = readLiveEnv()
  await untilStopped((signal) =>
    withDatabase(
      'worker',
      async (db) => {
        if (defaults) for (const source of DEFAULT_SOURCES) await ensureDataSource(db, source)
        const log = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`)
        const { stateDir, workerName: name, addresses, leaseMs, sumGraceMs } = env
        const metrics = env.metrics && new WorkerMetrics()
        const served = env.metrics && metrics && (await serveMetrics(metrics, env.metrics))
        if (served) log(`metrics are served at port ${served.port}`)
        const worker = new Worker({
          db,
          stateDir: path.join(stateDir, 'worker'),
          name,
          addresses,
          leaseMs,
          sumGraceMs,
          log,
          box: env.encryptionKeys === undefined ? undefined : new SecretBox(env.encryptionKeys),
          metrics: metrics ?? undefined,
          jobs: env,
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
      },
      POOL_SIZE,
    ),
  )
}
