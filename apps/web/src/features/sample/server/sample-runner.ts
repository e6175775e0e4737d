import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { FaultlineError } from '@faultline/market/errors'
import type { ProgressNews } from '../../stream/server/news.ts'
import type { SampleStatus } from './schema.ts'

interface Options {
  /** repository root; without it there is no command line to start */
  root: string | undefined
  /** newest progress that the database told of since a moment */
  latestProgress: (since: number, accepts: (news: ProgressNews) => boolean) => ProgressNews | null
  /** program and arguments; for tests */
  command?: readonly [string, ...string[]]
}

const KEPT_OUTPUT = 4_000

/**
 * Runs the product's own command line to make the sample market: one at a time, apart from the request that asked for it,
 * and no longer than the server lives.
 */
export class SampleRunner {
  private readonly options: Options
  private child: ChildProcess | null = null
  private startedAt = 0
  private error: string | undefined
  private said = ''

  constructor(options: Options) {
    this.options = options
  }

  /** @throws FaultlineError conflict while one runs, unavailable where the command line is not known */
  start(): SampleStatus {
    if (this.child) throw new FaultlineError('conflict', 'The sample market is being made already.')
    const [program, ...args] = this.command()
    this.startedAt = Date.now()
    this.error = undefined
    // the IPC channel tells the child when this process is gone, however it died
    const { NEXTAUTH_SECRET: _ours, ...env } = process.env
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env })
    this.child = child
    this.said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.said = (this.said + text).slice(-KEPT_OUTPUT)
    })
    const finish = (problem: string | undefined) => {
      if (this.child !== child) return
      this.child = null
      this.error = problem
    }
    child.once('error', (error) => finish(`The command line did not start: ${error.message}`))
    child.once('close', (code, signal) => {
      if (code === 0) return finish(undefined)
      finish(lastLines(this.said, 5) || `Making the sample market ended with ${signal ?? `exit code ${code}`}.`)
    })
    return this.status()
  }

  status(): SampleStatus {
    const running = this.child !== null
    const news = running
      ? this.options.latestProgress(this.startedAt, (n) => n.instrumentKey === undefined || n.instrumentKey.startsWith('simulated:'))
      : null
    return {
      running,
      // before the import begins there is nothing in the database yet: then what the simulator says of itself
      phase: news?.phase ?? ((running && lastLines(this.said, 1)) || null),
      done: news?.done ?? null,
      total: news?.total ?? null,
      etaMs: news?.etaMs ?? null,
      ...(this.error === undefined ? {} : { error: this.error }),
    }
  }

  /** Ends a running child and waits for it, a few seconds at most. */
  async close(): Promise<void> {
    const { child } = this
    if (!child) return
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
    child.kill('SIGTERM')
    const hard = setTimeout(() => child.kill('SIGKILL'), 3_000)
    await gone
    clearTimeout(hard)
  }

  private command(): readonly [string, ...string[]] {
    if (this.options.command) return this.options.command
    const { root } = this.options
    if (!root)
      throw new FaultlineError(
        'unavailable',
        'This server does not know where the command line is. Set FAULTLINE_ROOT to the repository, or use npm start.',
      )
    return [process.execPath, join(root, 'scripts/faultline.mjs'), 'sample']
  }
}

/** Progress bars rewrite their line with carriage returns: what stood last on each line counts. */
const lastLines = (text: string, count: number): string =>
  text
    .split('\n')
    .map((line) => (line.split('\r').filter(Boolean).at(-1) ?? '').trim())
    .filter(Boolean)
    .slice(-count)
    .join('\n')
