/** The whole product as `npm start` runs it, with a quick simulated venue, for benches that break parts of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Database, openDatabase } from '@faultline/db/database'
import { startProduct } from '../../e2e/start-product.mjs'
import { ownerUrl } from './processes.ts'
import { VenueControl } from './venue-control.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** The venue's time passes this many times as fast as ours: a minute is ten seconds. */
const SPEED = 6
const SYMBOLS = ['SIMGALEUSDT', 'SIMSPARKUSDT']
/** Hours in which both markets are liquidated often: always the same, and long before our own clock. */
const MARKET = { seed: 30, start: '2026-01-12T00:00:00Z' }

export interface Product {
  origin: string
  /** of scripts/start.mjs */
  pid: number
  stateDir: string
  symbols: readonly string[]
  db: Database
  venue: VenueControl
  /** The command line on this product's database; standard output line by line. @returns the exit code */
  cli(args: readonly string[], onLine: (line: string) => void): Promise<number>
  /** A worker beside the one of the start. */
  secondWorker(): ChildProcess
  stop(): Promise<void>
}

export async function openProduct(): Promise<Product> {
  // An embedded Postgres of its own: others are not ours to kill.
  delete process.env.DATABASE_URL
  delete process.env.DATABASE_APP_URL
  const options = { speed: SPEED, 'history-days': 2, seed: MARKET.seed, symbols: SYMBOLS.join(','), 'clock-start': MARKET.start }
  process.env.FAULTLINE_VENUE_OPTIONS = Object.entries(options)
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ')
  const product = await startProduct()
  const children = new Set<ChildProcess>()
  const run = (args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, ['scripts/faultline.mjs', ...args], {
      cwd: ROOT,
      env: product.env,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }
  const db = openDatabase({ url: ownerUrl(product.stateDir), poolSize: 4, applicationName: 'faultline bench' })
  return {
    origin: product.origin,
    pid: product.pid,
    stateDir: product.stateDir,
    symbols: SYMBOLS,
    db,
    venue: new VenueControl(product.stateDir),
    async cli(args, onLine) {
      const child = run(args)
      const exited = once(child, 'exit')
      if (child.stdout) for await (const line of createInterface({ input: child.stdout })) onLine(line)
      const [code] = await exited
      return typeof code === 'number' ? code : 1
    },
    secondWorker: () => run(['worker']),
    async stop() {
      await db.close()
      for (const child of children) {
        child.kill('SIGTERM')
        if (child.exitCode === null) await once(child, 'exit')
      }
      await product.stop()
    },
  }
}
