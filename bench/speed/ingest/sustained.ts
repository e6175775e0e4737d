/** Events per second that the worker takes, from a venue of its own process to rows that others see. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Database, inTransaction, openDatabase } from '@faultline/db/database'
import { startPostgres } from '@faultline/db/embedded-postgres'
import { listen } from '@faultline/db/notify'
import { provision } from '@faultline/db/provision'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { instrumentsByIds, upsertInstrument } from '@faultline/db/repositories/instruments'
import { type LiveRow, storeLive } from '@faultline/db/repositories/live-events'
import { floorTo, isoTime, MINUTE_MS } from '@faultline/market/units'
import type { Counts, FromVenue, Phase, PhaseReport } from './loud-venue.ts'
import { cpuSeconds, cpuSecondsOfTree, folderBytes, residentMegabytes, round, type Spread, spread } from './measure.ts'
import { barAt, INSTRUMENTS, symbolOf } from './synthetic-market.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const STREAMS = 4 * INSTRUMENTS
/** Columns need candles and open interest of the time before. */
const HISTORY_MINUTES = 30
/** What the instruments cost while their markets are quiet is measured for this long at least. */
const QUIET_MS = 30_000
const PROBES = 8
const PROBE_EVERY_MS = 20
const READY_WITHIN_MS = 240_000
const DRAINED_WITHIN_MS = 120_000
const COLUMNS_WITHIN_MS = 30_000

export interface SustainedOptions {
  minutes: number
  perSecond: number
  burstPerSecond: number
  burstMinutes: number
}

export async function measureSustained(options: SustainedOptions) {
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-bench-ingest-'))
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  const postgres = await startPostgres({ dataDir: path.join(folder, 'pg'), port, database: 'faultline' })
  const children: ChildProcess[] = []
  try {
    const { appUrl } = await provision({ ownerUrl: postgres.url, stateDir: folder, log: () => {} })
    const db = openDatabase({ url: appUrl, poolSize: 4 })
    try {
      const venue = await startVenue(children)
      await ensureDataSource(db, {
        name: 'Loud venue',
        venue: 'binance-usdm',
        restUrl: `http://127.0.0.1:${venue.port}`,
        wsUrl: `ws://127.0.0.1:${venue.port}`,
        // Four ratios of 200 markets every five minutes are more requests than Binance lets one address send.
        options: { backfillDays: (HISTORY_MINUTES - 2) / 1_440, ratioPollMs: 15 * MINUTE_MS },
      })
      const history = await storeHistory(db)
      const worker = startWorker(children, appUrl, folder)
      return await run(options, { db, appUrl, venue, worker, ...history, folder, postmaster: postgres.pid })
    } finally {
      await db.close()
    }
  } catch (error) {
    throw new Error(`${String(error)}\n${tail(path.join(folder, 'worker.log'))}`, { cause: error })
  } finally {
    await Promise.all(children.map(stop))
    await postgres.stop()
    // Where the checkout is out of the server account's reach, the cluster lies elsewhere.
    for (const leftover of [postgres.dataDir, `${postgres.dataDir}.log`, folder]) rmSync(leftover, { recursive: true, force: true })
  }
}

interface Stage {
  db: Database
  appUrl: string
  venue: Awaited<ReturnType<typeof startVenue>>
  worker: ChildProcess & { pid: number }
  instrumentIds: number[]
  /** end of the stored history: candles from here on come by the socket */
  historyTo: number
  folder: string
  postmaster: number
}

async function run(options: SustainedOptions, stage: Stage) {
  const { db, venue, worker, instrumentIds, folder } = stage
  await until('every instrument is live', READY_WITHIN_MS, async () => {
    if (worker.exitCode !== null) throw new Error(`the worker ended with ${worker.exitCode}`)
    const { rows } = await db.pool.query<{ count: number }>(
      `select count(*)::int as count from feed_state f join instrument i on i.id = f.instrument_id join build b on b.id = i.current_build_id
        where f.state = 'live' and b.last_bucket is not null`,
    )
    return venue.streams() >= STREAMS && rows[0]?.count === INSTRUMENTS
  })
  // From full minutes on: then it is known which books and candles have to be there.
  const from = Math.max(stage.historyTo, Math.ceil((Date.now() + QUIET_MS) / MINUTE_MS) * MINUTE_MS)
  const middle = from + options.minutes * MINUTE_MS
  const to = middle + options.burstMinutes * MINUTE_MS
  const phases: Phase[] = [
    { from, to: middle, perSecond: options.perSecond },
    { from: middle, to, perSecond: options.burstPerSecond },
  ].filter((phase) => phase.to > phase.from)
  say(`all ${INSTRUMENTS} instruments are live; it begins at ${isoTime(from)}`)
  const sent = venue.send(phases)
  const quiet = { since: Date.now(), before: useOf(stage) }
  await sleep(from - Date.now())
  const quietCores = coresBetween(quiet.before, useOf(stage), Date.now() - quiet.since)

  const watching = watch(stage, phases)
  const reports = await sent
  const total = reports.reduce((sum, { rows }) => sum + sumOf(rows), 0)
  let stored: Counts | undefined
  await until('all of it is stored', DRAINED_WITHIN_MS, async () => {
    stored = await storedIn(db, instrumentIds, from, to)
    return sumOf(stored) >= total
  }).catch((error: unknown) => say(String(error)))
  const drainedMs = Date.now() - to
  const minutes = (to - from) / MINUTE_MS
  await until('every column is there', COLUMNS_WITHIN_MS, async () => watching.columns() >= minutes * INSTRUMENTS).catch((error: unknown) =>
    say(String(error)),
  )
  const seen = await watching.end()
  const { rows: gaps } = await db.pool.query<{ count: number }>('select count(*)::int as count from gap where to_time > $1', [
    new Date(from),
  ])
  return {
    instruments: INSTRUMENTS,
    quietCores,
    ...seen,
    phases: phases.map((phase, i) => ({ ...sentIn(phase, reports[i] as PhaseReport), ...seen.phases[i] })),
    sentRows: reports.map(({ rows }) => rows).reduce(sumOfCounts),
    storedRows: stored,
    missing: total - (stored ? sumOf(stored) : 0),
    gapsEntered: gaps[0]?.count,
    lastRowSeenAfterEndMs: drainedMs,
    databaseMegabytes: await databaseMegabytes(db),
    droppedLines: readFileSync(path.join(folder, 'worker.log'), 'utf8')
      .split('\n')
      .filter((line) => /dropped|slower|away|could not/.test(line)).length,
  }
}

function sentIn({ from, to, perSecond }: Phase, { messages, rows, lateMs }: PhaseReport) {
  const seconds = (to - from) / 1_000
  return {
    seconds,
    asked: perSecond,
    rowsPerSecond: round(sumOf(rows) / seconds),
    messagesPerSecond: round(messages / seconds),
    senderLateMsAtMost: lateMs,
  }
}

/**
 * What can be seen from outside while it runs. Lag: a connection of its own asks every 20 ms for the rows of eight instruments
 * that are new, and takes the time since each row's own, the moment at which its message was due. So it counts up to 20 ms and
 * the question itself as lag, never less than the truth.
 */
function watch(stage: Stage, phases: readonly Phase[]) {
  const { db, appUrl, worker, instrumentIds, folder } = stage
  const stopping = new AbortController()
  const lags: number[][] = phases.map(() => [])
  const columns: number[][] = phases.map(() => [])
  const spools: number[] = [0]
  const memory: { second: number; workerMegabytes: number }[] = []
  const begin = phases[0]?.from ?? Date.now()
  const phaseOf = (time: number): number => phases.findIndex(({ from, to }) => time >= from && time < to)

  const probes = Array.from({ length: PROBES }, (_, i) => instrumentIds[Math.floor((i + 0.5) * (INSTRUMENTS / PROBES))] as number)
  const lagLoop = async (): Promise<void> => {
    const newest = new Map(['mark_price', 'liquidation'].map((table) => [table, probes.map(() => new Date(begin - 1))]))
    while (!stopping.signal.aborted) {
      for (const [table, since] of newest) {
        const { rows } = await db.pool.query<{ i: number; time: Date }>(
          `select p.i::int as i, e.time from unnest($1::int[], $2::timestamptz[]) with ordinality as p(id, since, i)
             cross join lateral (select time from ${table} where instrument_id = p.id and time > p.since) e`,
          [probes, since],
        )
        const at = Date.now()
        for (const { i, time } of rows) {
          lags[phaseOf(time.getTime())]?.push(at - time.getTime())
          if (time > (since[i - 1] as Date)) since[i - 1] = time
        }
      }
      await sleep(PROBE_EVERY_MS)
    }
  }

  const uses = new Map([[begin, useOf(stage)]])
  const processLoop = async (): Promise<void> => {
    let due = begin
    while (!stopping.signal.aborted) {
      spools.push(folderBytes(path.join(folder, 'worker', 'spool')))
      const now = Date.now()
      for (const { to } of phases) if (now >= to && !uses.has(to)) uses.set(to, useOf(stage))
      if (now >= due) {
        memory.push({ second: round((now - begin) / 1_000), workerMegabytes: residentMegabytes(worker.pid) })
        due += 30_000
      }
      await sleep(100)
    }
  }

  const listener = listen({
    url: appUrl,
    onMessage: ({ channel, payload }) => {
      if (channel !== 'columns') return
      const end = payload.lastBucket + MINUTE_MS
      columns[phaseOf(end - 1)]?.push(Date.now() - end)
    },
  })
  const loops = Promise.all([lagLoop(), processLoop()])
  return {
    columns: () => columns.reduce((sum, times) => sum + times.length, 0),
    async end() {
      stopping.abort()
      await loops
      await listener.close()
      memory.push({ second: round((Date.now() - begin) / 1_000), workerMegabytes: residentMegabytes(worker.pid) })
      const cores = (from: number, to: number) => {
        const [before, after] = [uses.get(from), uses.get(to)]
        return before && after ? coresBetween(before, after, to - from) : null
      }
      return {
        phases: phases.map(({ from, to }, i): { lagMs: Spread; columnMs: Spread; cores: unknown } => ({
          lagMs: spread(lags[i] as number[]),
          // from the bucket's end to the notice of its column
          columnMs: spread(columns[i] as number[]),
          cores: cores(from, to),
        })),
        memory,
        spoolBytesAtMost: Math.max(...spools),
      }
    },
  }
}

/** Seconds of processor time until now. */
const useOf = ({ worker, postmaster, venue }: Stage) => ({
  worker: cpuSeconds(worker.pid),
  postgres: cpuSecondsOfTree(postmaster),
  sender: cpuSeconds(venue.pid),
  bench: cpuSeconds(process.pid),
})
type Use = ReturnType<typeof useOf>

const coresBetween = (before: Use, after: Use, ms: number): Use => {
  const cores = (who: keyof Use): number => round(((after[who] - before[who]) * 1_000) / ms, 2)
  return { worker: cores('worker'), postgres: cores('postgres'), sender: cores('sender'), bench: cores('bench') }
}

async function startVenue(children: ChildProcess[]) {
  const child = fork(path.join(import.meta.dirname, 'loud-venue.ts'))
  children.push(child)
  let streams = 0
  const port = await new Promise<number>((resolve, reject) => {
    child.on('message', (message: FromVenue) => {
      if (message.kind === 'listening') resolve(message.port)
      if (message.kind === 'streams') streams = message.count
    })
    child.once('exit', (code) => reject(new Error(`the venue ended with ${code}`)))
  })
  return {
    port,
    pid: child.pid as number,
    streams: () => streams,
    send: (phases: Phase[]) =>
      new Promise<PhaseReport[]>((resolve, reject) => {
        child.on('message', (message: FromVenue) => {
          if (message.kind === 'sent') resolve(message.phases)
        })
        child.once('exit', (code) => reject(new Error(`the venue ended with ${code}`)))
        child.send(phases)
      }),
  }
}

/** As scripts/start.mjs does. WORKER_NODE_ARGS are further arguments of Node, to look closer (--cpu-prof). */
function startWorker(children: ChildProcess[], appUrl: string, folder: string): ChildProcess & { pid: number } {
  const args = (process.env.WORKER_NODE_ARGS ?? '').split(' ').filter(Boolean)
  const child = spawn(process.execPath, [...args, path.join(root, 'apps/worker/src/cli/main.ts'), 'worker'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DATABASE_APP_URL: appUrl, FAULTLINE_STATE_DIR: folder },
  })
  children.push(child)
  child.stderr?.pipe(createWriteStream(path.join(folder, 'worker.log')))
  if (child.pid === undefined) throw new Error('the worker did not start')
  return Object.assign(child, { pid: child.pid })
}

/** The instruments with half an hour of candles and open interest, so that there is a map from the start. */
async function storeHistory(db: Database): Promise<{ instrumentIds: number[]; historyTo: number }> {
  // The worker begins within this time, and has nothing to ask for.
  const end = floorTo(Date.now() + MINUTE_MS / 2, MINUTE_MS) + MINUTE_MS
  const ids: number[] = []
  for (let index = 0; index < INSTRUMENTS; index++) {
    const symbol = symbolOf(index)
    const base = { venue: 'binance-usdm' as const, symbol, baseAsset: symbol.slice(0, -4), quoteAsset: 'USDT', contractSize: 1 }
    const { id } = await upsertInstrument(db.pool, { ...base, simulated: false })
    ids.push(id)
    const rows: LiveRow[] = []
    for (let time = end - HISTORY_MINUTES * MINUTE_MS; time < end; time += MINUTE_MS) {
      const { volume, close, ...bar } = barAt(index, time)
      const sizes = { volume, close, quoteVolume: volume * close, takerBuyVolume: volume / 2, tradeCount: 60 }
      rows.push({ instrumentId: id, knownAfter: null, event: { type: 'candle', intervalMs: MINUTE_MS, ...bar, ...sizes } })
      rows.push({ instrumentId: id, knownAfter: null, event: { type: 'openInterest', time: time - 5_000, openInterest: 1e6 + time / 1e7 } })
    }
    await inTransaction(db, (client) => storeLive(client, rows))
  }
  if ((await instrumentsByIds(db.pool, ids)).length !== INSTRUMENTS) throw new Error('instruments are missing')
  return { instrumentIds: ids, historyTo: end }
}

async function storedIn(db: Database, instrumentIds: number[], from: number, to: number): Promise<Counts> {
  const count = async (table: keyof Counts, time: string): Promise<number> => {
    const { rows } = await db.pool.query<{ count: number }>(
      `select count(*)::int as count from ${table} where instrument_id = any($1) and ${time} >= $2 and ${time} < $3`,
      [instrumentIds, new Date(from), new Date(to)],
    )
    return rows[0]?.count ?? 0
  }
  return {
    mark_price: await count('mark_price', 'time'),
    liquidation: await count('liquidation', 'time'),
    candle: await count('candle', 'open_time'),
    depth: await count('depth', 'time'),
  }
}

async function databaseMegabytes(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ bytes: number }>('select pg_database_size(current_database())::float8 as bytes')
  return round((rows[0]?.bytes ?? 0) / 1e6)
}

async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await sleep(500)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await ended
  clearTimeout(patience)
}

const sumOf = (counts: Counts): number => Object.values(counts).reduce((a: number, b: number) => a + b, 0)
const sumOfCounts = (a: Counts, b: Counts): Counts => ({
  mark_price: a.mark_price + b.mark_price,
  liquidation: a.liquidation + b.liquidation,
  candle: a.candle + b.candle,
  depth: a.depth + b.depth,
})
const say = (line: string): void => void process.stderr.write(`${isoTime(Date.now())} ${line}\n`)

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(-20).join('\n')
  } catch {
    return ''
  }
}
