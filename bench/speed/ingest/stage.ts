/** What a measurement of the live line stands on: an embedded Postgres, loud venues and a worker, each in a process of its own. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Database, inTransaction, openDatabase } from '@faultline/db/database'
import { startPostgres } from '@faultline/db/embedded-postgres'
import { provision } from '@faultline/db/provision'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { upsertInstrument } from '@faultline/db/repositories/instruments'
import { type LiveRow, storeLive } from '@faultline/db/repositories/live-events'
import { floorTo, isoTime, MINUTE_MS } from '@faultline/market/units'
import { type FeedVenueId, VENUES, type Wire } from '@faultline/market/venue'
import { LoudMarket } from './loud-market.ts'
import type { FromVenue, Listening, Phase, PhaseReport } from './loud-plan.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** Columns need candles and open interest of the time before. */
const HISTORY_MINUTES = 30
/** Hyperliquid lets an address ask for the history of some twenty coins a minute. */
const READY_WITHIN_MS = 600_000
const REAL: Readonly<Record<Wire, FeedVenueId>> = {
  binance: 'binance-usdm',
  bybit: 'bybit-linear',
  okx: 'okx-swap',
  gate: 'gate-usdt',
  hyperliquid: 'hyperliquid',
}

export interface StageOptions {
  wires: readonly Wire[]
  /** of each venue */
  instrumentsEach: number
}

export interface VenueOnStage {
  wire: Wire
  /** in the order of the venue's list */
  instrumentIds: number[]
}

export interface Stage {
  db: Database
  appUrl: string
  venues: VenueOnStage[]
  instrumentIds: number[]
  /** end of the stored history: candles from here on come by the sockets */
  historyTo: number
  worker: ChildProcess & { pid: number }
  senderPid: number
  postmaster: number
  folder: string
  metricsPort: number
  /** Begins to send, and tells what was sent when all of it is. */
  send(phases: Phase[]): Promise<PhaseReport[]>
  log(): string[]
}

/** Sets it up, waits until every instrument is live, and takes it down after `measure`. */
export async function onStage<T>(options: StageOptions, measure: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-bench-ingest-'))
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  const postgres = await startPostgres({ dataDir: path.join(folder, 'pg'), port, database: 'faultline' })
  const children: ChildProcess[] = []
  const logFile = path.join(folder, 'worker.log')
  try {
    const { appUrl } = await provision({ ownerUrl: postgres.url, stateDir: folder, log: () => {} })
    const db = openDatabase({ url: appUrl, poolSize: 4 })
    try {
      const sender = await startVenues(children, options)
      for (const { wire, port: at } of sender.listening) {
        const address = { restUrl: `http://127.0.0.1:${at}`, wsUrl: `ws://127.0.0.1:${at}` }
        const hundreds = options.instrumentsEach > 150
        // Four ratios of 200 markets every five minutes are more requests than Binance lets one address send.
        const backfill = { backfillDays: (HISTORY_MINUTES - 2) / 1_440, ...(hundreds ? { ratioPollMs: 15 * MINUTE_MS } : {}) }
        await ensureDataSource(db, { name: `Loud ${VENUES[REAL[wire]].shortName}`, venue: REAL[wire], ...address, options: backfill })
      }
      const { venues, historyTo } = await storeHistory(db, sender.listening)
      const instrumentIds = venues.flatMap((venue) => venue.instrumentIds)
      const metricsPort = port + 12_000
      const worker = startWorker(children, { appUrl, folder, logFile, metricsPort })
      const log = (): string[] => readFileSync(logFile, 'utf8').split('\n')
      const processes = { worker, senderPid: sender.pid, postmaster: postgres.pid, metricsPort }
      await untilLive(db, worker, instrumentIds.length)
      return await measure({ db, appUrl, venues, instrumentIds, historyTo, ...processes, folder, send: sender.send, log })
    } finally {
      await db.close()
    }
  } catch (error) {
    throw new Error(`${String(error)}\n${tail(logFile)}`, { cause: error })
  } finally {
    await Promise.all(children.map(stop))
    await postgres.stop()
    // Where the checkout is out of the server account's reach, the cluster lies elsewhere.
    for (const leftover of [postgres.dataDir, `${postgres.dataDir}.log`, folder]) rmSync(leftover, { recursive: true, force: true })
  }
}

async function untilLive(db: Database, worker: ChildProcess, instruments: number): Promise<void> {
  await until('every instrument is live', READY_WITHIN_MS, async () => {
    if (worker.exitCode !== null) throw new Error(`the worker ended with ${worker.exitCode}`)
    const { rows } = await db.pool.query<{ count: number }>(
      `select count(*)::int as count from feed_state f join instrument i on i.id = f.instrument_id join build b on b.id = i.current_build_id
        where f.state = 'live' and f.backfill is null and b.last_bucket is not null`,
    )
    return rows[0]?.count === instruments
  })
}

async function startVenues(children: ChildProcess[], { wires, instrumentsEach }: StageOptions) {
  const child = fork(fileURLToPath(import.meta.resolve('./loud-venue.ts')), [String(instrumentsEach), ...wires])
  children.push(child)
  const failed = (reject: (error: Error) => void) => child.once('exit', (code) => reject(new Error(`the loud venues ended with ${code}`)))
  const listening = await new Promise<Listening[]>((resolve, reject) => {
    child.on('message', (message: FromVenue) => message.kind === 'listening' && resolve(message.venues))
    failed(reject)
  })
  const send = (phases: Phase[]): Promise<PhaseReport[]> =>
    new Promise((resolve, reject) => {
      child.on('message', (message: FromVenue) => message.kind === 'sent' && resolve(message.phases))
      failed(reject)
      child.send(phases)
    })
  return { listening, pid: child.pid as number, send }
}

/** As scripts/start.mjs does. WORKER_NODE_ARGS are further arguments of Node, to look closer (--cpu-prof). */
function startWorker(
  children: ChildProcess[],
  { appUrl, folder, logFile, metricsPort }: { appUrl: string; folder: string; logFile: string; metricsPort: number },
): ChildProcess & { pid: number } {
  const args = (process.env.WORKER_NODE_ARGS ?? '').split(' ').filter(Boolean)
  const given = { DATABASE_APP_URL: appUrl, FAULTLINE_STATE_DIR: folder, FAULTLINE_METRICS_PORT: String(metricsPort) }
  const child = spawn(process.execPath, [...args, path.join(root, 'apps/worker/src/cli/main.ts'), 'worker'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...given },
  })
  children.push(child)
  child.stderr?.pipe(createWriteStream(logFile))
  if (child.pid === undefined) throw new Error('the worker did not start')
  return Object.assign(child, { pid: child.pid })
}

/** The instruments with half an hour of candles and open interest, so that there is a map from the start. */
async function storeHistory(db: Database, listening: readonly Listening[]): Promise<Pick<Stage, 'venues' | 'historyTo'>> {
  // The worker begins within this time, and has nothing to ask for.
  const historyTo = floorTo(Date.now() + MINUTE_MS / 2, MINUTE_MS) + MINUTE_MS
  const venues: VenueOnStage[] = []
  for (const { wire, instruments } of listening) {
    const instrumentIds: number[] = []
    for (const [index, definition] of instruments.entries()) {
      const { id } = await upsertInstrument(db.pool, { venue: REAL[wire], ...definition, simulated: false })
      instrumentIds.push(id)
      const market = new LoudMarket(index, instruments.length)
      const rows: LiveRow[] = []
      for (let time = historyTo - HISTORY_MINUTES * MINUTE_MS; time < historyTo; time += MINUTE_MS) {
        const { open, high, low, close, volume, quoteVolume, takerBuyVolume, tradeCount } = market.candleAt(time + MINUTE_MS - 1)
        const bar = { open, high, low, close, volume, quoteVolume, takerBuyVolume, tradeCount }
        rows.push({ instrumentId: id, knownAfter: null, event: { type: 'candle', openTime: time, intervalMs: MINUTE_MS, ...bar } })
        const openInterest = market.openInterestAt(time)
        rows.push({ instrumentId: id, knownAfter: null, event: { type: 'openInterest', time: time - 5_000, openInterest } })
      }
      await inTransaction(db, (client) => storeLive(client, rows))
    }
    venues.push({ wire, instrumentIds })
  }
  return { venues, historyTo }
}

/** @throws when `holds` does not become true in time */
export async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await sleep(500)
  }
}

export const say = (line: string): void => void process.stderr.write(`${isoTime(Date.now())} ${line}\n`)

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await ended
  clearTimeout(patience)
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(-20).join('\n')
  } catch {
    return ''
  }
}
