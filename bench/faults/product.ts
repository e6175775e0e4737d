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
const SYMBOLS = ['SIMOAKUSDT', 'SIMSPARKUSDT']

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

/** `hours`: how long the bench may take at most; the venue's clock begins so early that it does not reach ours. */
export async function openProduct(options: { hours: number }): Promise<Product> {
  // An embedded Postgres of its own: others are not ours to kill.
  delete process.env.DATABASE_URL
  delete process.env.DATABASE_APP_URL
  const start = new Date(Date.now() - options.hours * SPEED * 3_600_000 - 3_600_000).toISOString()
  process.env.FAULTLINE_VENUE_OPTIONS = `--speed ${SPEED} --history-days 2 --symbols ${SYMBOLS.join(',')} --clock-start ${start}`
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
