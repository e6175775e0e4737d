/** An ingest over a fresh database, with instruments that it holds, and events to give it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Database, openDatabase } from '@faultline/db/database'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { acquireLease, type Lease } from '@faultline/db/repositories/leases'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, START } from '@faultline/testkit/factories'
import { afterEach } from 'vitest'
import type { Committed, Ingest } from '../src/ingest/ingest.ts'
import { createIngest, type IngestOptions } from '../src/ingest/writer.ts'

export interface Held {
  id: number
  dataSourceId: number
  lease: Lease
  commits: Committed[]
  /** times that onLeaseLost was called */
  lost: number
}

const cleaning: (() => Promise<void> | void)[] = []
/** Runs at the end of the test, the last one first. */
export const atEnd = (work: () => Promise<void> | void): void => void cleaning.push(work)
afterEach(async () => {
  for (const work of cleaning.splice(0).reverse()) await work()
})

export function freshFolder(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'faultline-spool-'))
  atEnd(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Closed at the end of the test. Nothing is written before it is asked for, unless `flushMs` says so. */
export async function openIngest(options: Partial<IngestOptions> & { db: Database }): Promise<{ ingest: Ingest; said: string[] }> {
  const said: string[] = []
  const ingest = await createIngest({
    spoolDir: options.spoolDir ?? freshFolder(),
    worker: 'test',
    flushMs: 3_600_000,
    log: (line) => said.push(line),
    ...options,
  })
  atEnd(() => ingest.close())
  return { ingest, said }
}

/** The application's database at another address (a proxy's). */
export function openAt(url: string): Database {
  const db = openDatabase({ url, poolSize: 3, applicationName: 'faultline test' })
  atEnd(() => db.close())
  return db
}

let leased = 0
/** A new instrument whose lease `holder` has. */
export async function holdInstrument(db: Database, holder = 'test'): Promise<Held> {
  const { id } = await makeInstrument(db, { symbol: `HELD${++leased}USDT`, baseAsset: `HELD${leased}` })
  const { id: dataSourceId } = await ensureDataSource(db, { name: 'ingest', venue: 'binance-usdm' })
  return { id, dataSourceId, lease: await acquireLease(db, id, holder, 60_000), commits: [], lost: 0 }
}

export function attach(ingest: Ingest, held: Held, steppedTo: number | null = null): void {
  ingest.attach(
    {
      instrumentId: held.id,
      dataSourceId: held.dataSourceId,
      lease: held.lease,
      onCommitted: (committed) => held.commits.push(committed),
      onLeaseLost: () => {
        held.lost++
      },
    },
    steppedTo,
  )
}

/** Another holder takes the lease, as after its expiry. */
export async function takeOver(db: Database, held: Held, holder = 'another'): Promise<Lease> {
  await db.pool.query('update lease set expires_at = to_timestamp(0) where instrument_id = $1', [held.id])
  return acquireLease(db, held.id, holder, 60_000)
}

export const candle = (i: number): LiveEvent => ({
  type: 'candle',
  openTime: START + i * MINUTE_MS,
  intervalMs: MINUTE_MS,
  open: 100,
  high: 101,
  low: 99,
  close: 100,
  volume: 1,
})
/** `at`: ms after START */
export const interest = (at: number, value = 1): LiveEvent => ({ type: 'openInterest', time: START + at, openInterest: value })
export const print = (at: number, price = 100): LiveEvent => ({
  type: 'liquidation',
  time: START + at,
  side: 'long',
  price,
  priceKind: 'fill',
  quantity: 1,
  quantityUsd: price,
})

/** Times after START and `known_after` of what is stored of an instrument, in order. */
export async function storedTimes(db: Database, table: 'open_interest' | 'liquidation' | 'candle', id: number): Promise<number[]> {
  const column = table === 'candle' ? 'open_time' : 'time'
  const { rows } = await db.pool.query<{ time: Date }>(`select ${column} as time from ${table} where instrument_id = $1 order by 1`, [id])
  return rows.map(({ time }) => time.getTime() - START)
}
export async function storedKnown(db: Database, table: 'open_interest' | 'liquidation', id: number): Promise<(number | null)[]> {
  const { rows } = await db.pool.query<{ known: Date | null }>(
    `select known_after as known from ${table} where instrument_id = $1 order by time`,
    [id],
  )
  return rows.map(({ known }) => (known ? known.getTime() - START : null))
}

/** How many connections to this database wait for a lock, of those whose query contains `text`. */
export async function waitingForLock(db: Database, text = ''): Promise<number> {
  const { rowCount } = await db.pool.query(
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and strpos(query, $1) > 0",
    [text],
  )
  return rowCount ?? 0
}

/** A transaction that has done this, and keeps its locks until it is let go. */
export async function blocking(db: Database, sql: string, values: unknown[]): Promise<{ letGo(): Promise<void> }> {
  const client = await db.pool.connect()
  let holds = true
  const letGo = async (): Promise<void> => {
    if (!holds) return
    holds = false
    await client.query('rollback')
    client.release()
  }
  atEnd(letGo)
  await client.query('begin')
  await client.query(sql, values)
  return { letGo }
}
/** Whoever stores this row waits for it, after having looked at the leases. */
export const blockingRow = (db: Database, id: number, at: number): Promise<{ letGo(): Promise<void> }> =>
  blocking(db, 'insert into open_interest (instrument_id, time, open_interest) values ($1, $2, 1)', [id, new Date(START + at)])
