/** Opens the venue's instruments: from its folder or anew, each brought to the venue's time, one after the other ready. */
import { availableParallelism } from 'node:os'
import { setImmediate as breathe } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS, floorTo } from '@faultline/market/units'
import { METRICS_MS } from '../metrics.ts'
import { type CatchUpJob, type CaughtUp, catchUp } from './catch-up.ts'
import type { CatchUpReport } from './catch-up-worker.ts'
import { characterOf, VENUE_SYMBOLS } from './characters.ts'
import { settleIdentity, type VenueIdentity, writeCheckpoint } from './checkpoint-files.ts'
import { type LiveMarket, openMarket } from './live-market.ts'
import type { Shares } from './shares.ts'

export interface OpenMarketsOptions {
  /** whole number from 0; another seed is another venue */
  seed: number
  /** some of VENUE_SYMBOLS, in the order in which they become ready; all of them by default */
  symbols?: readonly string[]
  /** how long before its first start the venue's history begins; a stored venue keeps its own */
  historyDays: number
  /** days before that, in which positions arise; a stored venue keeps its own. 3 by default. */
  warmUpDays?: number
  /** over which venues an instrument's flow is split; undefined: over none */
  sharesOf?: (symbol: string) => Shares | undefined
  /** folder of checkpoints, made where it is missing; null: nothing on disk */
  stateDir: string | null
  /** the venue's time, UTC ms */
  now: () => number
  /** in this thread instead of in worker threads: for tests */
  inline?: boolean
  /** an instrument has been brought to about `now()`; from here on it is the caller's to advance */
  onReady: (market: LiveMarket) => void
  onProgress?: (symbol: string, simulatedTo: number) => void
  /** a checkpoint could not be used (damaged, another version) and its market was made anew: why, in a sentence */
  onRefused?: (message: string) => void
  /** stops the catching-up: `ready` then fails with the signal's reason */
  signal?: AbortSignal
}

export interface OpenedMarkets extends VenueIdentity {
  /** resolves when every instrument is ready; fails when one of them cannot be */
  readonly ready: Promise<void>
}

/**
 * Gives at once which venue it is; the instruments follow by `onReady`.
 * @throws FaultlineError bad_input for options that cannot be, conflict when a venue of another seed lives in the folder
 */
export async function openMarkets(options: OpenMarketsOptions): Promise<OpenedMarkets> {
  const symbols = options.symbols ?? VENUE_SYMBOLS
  for (const symbol of symbols) characterOf(symbol)
  const fresh = freshIdentity(options)
  const { stateDir } = options
  const identity = stateDir === null ? fresh : await settleIdentity(stateDir, fresh)
  if (identity.genesis > options.now()) {
    const began = new Date(identity.genesis).toISOString()
    throw new FaultlineError(
      'bad_input',
      `the venue in ${stateDir} begins at ${began}, after the venue's clock. Set the clock to later, or choose another folder.`,
    )
  }
  const { seed, genesis, warmUpDays } = identity
  const jobs = symbols.map((symbol) => (): CatchUpJob => {
    const shares = options.sharesOf?.(symbol)
    return { market: { seed, symbol, genesis, warmUpDays, ...(shares ? { shares } : {}) }, stateDir, to: options.now() }
  })
  const ready = options.inline ? catchUpHere(jobs, options) : catchUpInThreads(jobs, options)
  // Whoever waits for it is told; who does not is not brought down by it.
  ready.catch(() => undefined)
  return { ...identity, ready }
}

/** Writes the checkpoints of markets, one after the other; each is a few ten milliseconds of this thread. */
export async function saveMarkets(markets: Iterable<LiveMarket>, stateDir: string): Promise<void> {
  for (const market of markets) {
    await writeCheckpoint(stateDir, market)
    await breathe()
  }
}

function freshIdentity({ seed, historyDays, warmUpDays = 3, now }: OpenMarketsOptions): VenueIdentity {
  const refuse = (field: string, message: string): never => {
    throw new FaultlineError('bad_input', message, { place: { field } })
  }
  if (!Number.isSafeInteger(seed) || seed < 0) refuse('seed', `a whole number from 0 to 2^53 − 1 is needed, not ${seed}`)
  if (!(historyDays >= 0 && historyDays <= 366)) refuse('historyDays', `from 0 to 366 days are needed, not ${historyDays}`)
  if (!(warmUpDays >= 0 && warmUpDays <= 30)) refuse('warmUpDays', `from 0 to 30 days are needed, not ${warmUpDays}`)
  return { seed, genesis: floorTo(now() - historyDays * DAY_MS, METRICS_MS), warmUpDays }
}

type Jobs = readonly (() => CatchUpJob)[]

async function catchUpHere(jobs: Jobs, options: OpenMarketsOptions): Promise<void> {
  await breathe()
  for (const makeJob of jobs) {
    const job = makeJob()
    const caughtUp = await catchUp(job, async (simulatedTo) => {
      options.onProgress?.(job.market.symbol, simulatedTo)
      await breathe()
      options.signal?.throwIfAborted()
    })
    hand(caughtUp, options)
  }
}

/** At most a thread per core that is left beside this one; the first instruments first. */
async function catchUpInThreads(jobs: Jobs, options: OpenMarketsOptions): Promise<void> {
  const waiting = [...jobs]
  const threads = Math.min(waiting.length, Math.max(1, availableParallelism() - 1))
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL('./catch-up-worker.ts', import.meta.url))
      try {
        for (let makeJob = waiting.shift(); makeJob; makeJob = waiting.shift()) hand(await inThread(worker, makeJob(), options), options)
      } finally {
        await worker.terminate()
      }
    }),
  )
}

function inThread(worker: Worker, job: CatchUpJob, { onProgress, signal }: OpenMarketsOptions): Promise<CaughtUp> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void): void => {
      worker.off('message', heard).off('error', failed).off('exit', gone)
      signal?.removeEventListener('abort', aborted)
      act()
    }
    const heard = (report: CatchUpReport): void => {
      if (report.type === 'progress') onProgress?.(job.market.symbol, report.simulatedTo)
      else if (report.type === 'failed') end(() => reject(new FaultlineError('internal', `${job.market.symbol}: ${report.message}`)))
      else {
        const { checkpoint, refused } = report
        end(() => resolve({ market: openMarket(checkpoint), ...(refused === undefined ? {} : { refused }) }))
      }
    }
    const failed = (error: Error): void => end(() => reject(error))
    const gone = (): void => end(() => reject(new FaultlineError('internal', 'the thread that catches markets up has ended')))
    const aborted = (): void => end(() => reject(signal?.reason))
    if (signal?.aborted) return aborted()
    worker.on('message', heard).on('error', failed).on('exit', gone)
    signal?.addEventListener('abort', aborted)
    worker.postMessage(job)
  })
}

function hand({ market, refused }: CaughtUp, { now, onReady, onRefused }: OpenMarketsOptions): void {
  if (refused !== undefined) onRefused?.(refused)
  // What passed while it caught up: seconds.
  market.advance(now())
  onReady(market)
}
