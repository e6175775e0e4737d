/**
 * A dump that was read and validated, into the store: the events of all its markets in one transaction, with the decision
 * about their builds. Whatever is wrong leaves the database as it was.
 */
import { type Database, inTransaction, type Transaction } from '@faultline/db/database'
import { ContradictionError, storeTable } from '@faultline/db/repositories/events'
import { replaceCandleGaps } from '@faultline/db/repositories/gaps'
import { findInstrument, type InstrumentRow, upsertInstrument } from '@faultline/db/repositories/instruments'
import { acquireLease, assertLease } from '@faultline/db/repositories/leases'
import { FaultlineError } from '@faultline/market/errors'
import { type EventTable, PRICE_KINDS, TABLES, type TableKind } from '@faultline/market/event-table'
import { type InstrumentDefinition, type InstrumentKey, instrumentKey, type MarginTier, splitSymbol } from '@faultline/market/instrument'
import { isoTime } from '@faultline/market/units'
import type { DumpMarket, Sourced } from '../dump/dump.ts'
import { fieldNameOf } from '../dump/field-names.ts'
import { type BuildChoice, chooseBuild, type EarliestNew } from './choose-build.ts'
import { type HeldLease, keepLease, LEASE_MS, takeLease } from './held-lease.ts'
import { leaveIfStopped } from './stop.ts'
import { tiersOfDump } from './tiers.ts'

/** Rows between two looks at the clock and at the stop signal. */
const SLICE_ROWS = 20_000

export interface RowCounts {
  read: number
  /** not stored before */
  inserted: number
  /** stored before without a value that this dump has */
  filled: number
  /** stored before exactly like this */
  duplicate: number
}

export interface StoredMarket {
  market: DumpMarket
  instrument: InstrumentRow
  lease: HeldLease
  choice: BuildChoice
  counts: Record<TableKind, RowCounts>
  gaps: { count: number; missingBuckets: number }
}

export interface StoreDumpOptions {
  holder: string
  leaseMs?: number | undefined
  signal?: AbortSignal | undefined
  onWait?: (reason: string) => void
  onProgress?: (done: number, total: number, key: InstrumentKey) => void
}

/**
 * The instruments of the result are leased to the caller, who releases them.
 *
 * @throws FaultlineError bad_input naming file, line and field of a row that contradicts what is stored; conflict when another
 * process writes one of the markets
 */
export async function storeDump(db: Database, markets: readonly DumpMarket[], options: StoreDumpOptions): Promise<StoredMarket[]> {
  const planned = markets.map(planMarket).sort((a, b) => (a.key < b.key ? -1 : 1))
  const total = planned.reduce((rows, { market }) => rows + rowsOf(market), 0)
  const leases = new Map<InstrumentKey, HeldLease>()
  try {
    // Known markets are leased before anything is written, new ones with the row that makes them.
    for (const { key } of planned) {
      const known = await knownInstrument(db, key)
      if (known) leases.set(key, await takeLease(db, known.id, { ...options, ttlMs: options.leaseMs }))
    }
    let done = 0
    const rows = await inTransaction(db, async (client) => {
      // Two first imports of one market meet at its instrument row: the later one gives up instead of waiting for ever.
      await client.query(`SET LOCAL lock_timeout = '15s'`)
      const stored: (Omit<StoredMarket, 'lease'> & { newLease: Awaited<ReturnType<typeof acquireLease>> | null; key: InstrumentKey })[] = []
      for (const { key, market, definition, tiers } of planned) {
        const instrument = await upsertInstrument(client, {
          ...definition,
          simulated: market.simulated,
          ...(tiers ? { marginTiers: tiers } : {}),
        })
        const held = leases.get(key)
        const newLease = held ? null : await acquireLease(client, instrument.id, options.holder, options.leaseMs ?? LEASE_MS)
        const earliestNew: EarliestNew = {}
        const store = async <K extends TableKind>(source: Sourced<K>): Promise<RowCounts> => {
          const onRows = (n: number): void => options.onProgress?.(done + n, total, key)
          const result = await storeSource(client, { instrument, source, bucketMs: market.bucketMs, signal: options.signal, onRows })
          done += source.table.length
          earliestNew[source.table.kind] = result.earliestNew
          return result.counts
        }
        const counts = {
          candle: await store(market.candles),
          openInterest: await store(market.openInterest),
          funding: await store(market.funding),
          longShortRatio: await store(market.ratios),
          liquidation: await store(market.liquidations),
        }
        const gaps = await replaceCandleGaps(client, instrument.id, market.bucketMs)
        const lease = held?.lease ?? newLease
        if (!lease) throw new FaultlineError('internal', `no lease on ${key}`)
        await assertLease(client, lease)
        const choice = await chooseBuild(client, { instrument, lease, bucketMs: market.bucketMs, earliestNew })
        stored.push({ key, market, instrument, newLease, choice, counts, gaps })
      }
      leaveIfStopped(options.signal)
      return stored
    })
    return rows.map(({ key, newLease, ...row }) => {
      const lease = leases.get(key) ?? (newLease && keepLease(db, newLease, options.leaseMs))
      if (!lease) throw new FaultlineError('internal', `no lease on ${key}`)
      leases.set(key, lease)
      return { ...row, lease }
    })
  } catch (error) {
    await Promise.all([...leases.values()].map((lease) => lease.release()))
    throw lockTimedOut(error)
      ? new FaultlineError('conflict', 'Another import is storing the same market. Wait until it has ended, then run this command again.')
      : error
  }
}

interface PlannedMarket {
  key: InstrumentKey
  market: DumpMarket
  definition: InstrumentDefinition
  tiers: MarginTier[] | null
}

function planMarket(market: DumpMarket): PlannedMarket {
  const venue = market.simulated ? 'simulated' : 'binance-usdm'
  const definition = market.definition ?? { venue, symbol: market.symbol, ...splitSymbol(market.symbol), contractSize: 1 }
  return { key: instrumentKey(definition.venue, market.symbol), market, definition, tiers: tiersOfDump(market) }
}

const rowsOf = (m: DumpMarket): number =>
  [m.candles, m.openInterest, m.funding, m.ratios, m.liquidations].reduce((rows, { table }) => rows + table.length, 0)

async function knownInstrument(db: Database, key: InstrumentKey): Promise<InstrumentRow | null> {
  try {
    return await findInstrument(db, key)
  } catch (error) {
    if (error instanceof FaultlineError && error.code === 'not_found') return null
    throw error
  }
}

async function storeSource<K extends TableKind>(
  client: Transaction,
  input: {
    instrument: InstrumentRow
    source: Sourced<K>
    bucketMs: number
    signal: AbortSignal | undefined
    onRows: (done: number) => void
  },
): Promise<{ counts: RowCounts; earliestNew: number | null }> {
  const { instrument, source, bucketMs, signal, onRows } = input
  const { table } = source
  const counts: RowCounts = { read: table.length, inserted: 0, filled: 0, duplicate: 0 }
  let earliestNew: number | null = null
  for (let from = 0; from < table.length; from += SLICE_ROWS) {
    leaveIfStopped(signal)
    const slice = sliceTable(table, from, Math.min(from + SLICE_ROWS, table.length))
    try {
      const result = await storeTable(client, instrument.id, slice, table.kind === 'candle' ? { intervalMs: bucketMs } : {})
      counts.inserted += result.inserted
      counts.filled += result.filled
      counts.duplicate += result.duplicate
      if (result.earliestNew !== null) earliestNew = Math.min(earliestNew ?? Number.POSITIVE_INFINITY, result.earliestNew)
    } catch (error) {
      throw error instanceof ContradictionError ? contradiction(error, instrument, source) : error
    }
    onRows(from + slice.length)
  }
  return { counts, earliestNew }
}

const WORDS: Record<TableKind, string> = {
  candle: 'candle',
  openInterest: 'open interest',
  funding: 'funding rate',
  longShortRatio: 'long/short ratio',
  liquidation: 'liquidation',
}

function contradiction<K extends TableKind>(error: ContradictionError, instrument: InstrumentRow, source: Sourced<K>): FaultlineError {
  const { kind, key } = error
  const row = rowOfKey(source.table, key)
  const names: readonly string[] = TABLES[kind].columns
  // the name that the file gives the column, as in every other message about a row
  const field = fieldNameOf(kind)(error.field, (name) => key[names.indexOf(name)] as number)
  const place = row < 0 ? { field } : { ...source.place(row), field }
  const what = `${WORDS[kind]} of ${isoTime(key[0] as number)}`
  const [given, stored] = [error.given, error.stored].map((value) => (error.field === 'priceKind' ? PRICE_KINDS[value] : value))
  return new FaultlineError(
    'bad_input',
    `the ${what} is ${given} here, but ${stored} is stored for ${instrument.key}. Nothing of this import was kept; correct or remove that row.`,
    { place, cause: error },
  )
}

function rowOfKey<K extends TableKind>(table: EventTable<K>, key: readonly number[]): number {
  const { key: width, columns: names } = TABLES[table.kind]
  const columns = names.slice(0, width).map((name) => (table.columns as Record<string, Float64Array>)[name] as Float64Array)
  for (let row = 0; row < table.length; row++) if (columns.every((values, i) => values[row] === key[i])) return row
  return -1
}

/** Views, no copies. */
function sliceTable<K extends TableKind>(table: EventTable<K>, from: number, to: number): EventTable<K> {
  const columns: Record<string, Float64Array> = {}
  for (const [name, values] of Object.entries<Float64Array>(table.columns)) columns[name] = values.subarray(from, to)
  return { kind: table.kind, length: to - from, columns: columns as EventTable<K>['columns'] }
}

const lockTimedOut = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '55P03'
