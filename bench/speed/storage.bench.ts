/**
 * What a live instrument weighs: days of a simulated market, stored as a feed stores it, estimated minute by minute, tiles
 * closed, and the size of every table on disk. Extrapolated to a year, with everything kept and by the policy that an
 * installation begins with (docs/operations.md).
 *
 *   node bench/speed/storage.bench.ts [--days=4] [--write]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Database, inTransaction, openDatabase } from '@faultline/db/database'
import { startPostgres } from '@faultline/db/embedded-postgres'
import { provision } from '@faultline/db/provision'
import { appendColumns, completeBuild, startBuild } from '@faultline/db/repositories/builds'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { writeFeedStates } from '@faultline/db/repositories/feed-states'
import { upsertInstrument } from '@faultline/db/repositories/instruments'
import { acquireLease, type Lease } from '@faultline/db/repositories/leases'
import { type LiveEvent, storeLive } from '@faultline/db/repositories/live-events'
import { applyRetention, readRetention, setRetention, storageByTable } from '@faultline/db/repositories/retention'
import { closeTiles } from '@faultline/db/repositories/tiles'
import { Estimator, MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { tiersOf } from '@faultline/engine/margin/tiers'
import type { Column } from '@faultline/market/column'
import { RATIO_KINDS } from '@faultline/market/event'
import { DAY_MS, floorTo, MINUTE_MS } from '@faultline/market/units'
import { storedInputs } from '../../apps/worker/src/pipeline/stored-inputs.ts'
import { LiveMarket } from '../../packages/simulator/src/venue/live-market.ts'

const SYMBOL = 'SIMRIDGEUSDT'
const MARK_EVERY_MS = 3_000
const BATCH_MS = 30 * MINUTE_MS
const YEAR_DAYS = 365
/** Tables that grow with time; the others hold a row or a state per instrument. */
const GROWING = ['column', 'mark_price', 'depth', 'candle', 'open_interest', 'tile', 'long_short_ratio', 'liquidation', 'funding']

const { values } = parseArgs({ options: { days: { type: 'string', default: '4' }, write: { type: 'boolean', default: false } } })
const days = Number(values.days)

async function measure(db: Database) {
  const empty = await sizes(db)
  // Old enough that the policy has something to thin.
  const genesis = floorTo(Date.now() - (days + 40) * DAY_MS, DAY_MS)
  const market = new LiveMarket({ seed: 7, symbol: SYMBOL, genesis, warmUpDays: 3 })
  const definition = { venue: 'simulated' as const, symbol: SYMBOL, baseAsset: 'SIMRIDGE', quoteAsset: 'USDT', contractSize: 1 }
  const instrument = await upsertInstrument(db.pool, { ...definition, simulated: true })
  const source = await ensureDataSource(db, { name: 'Bench', venue: 'simulated', enabled: false })
  const state = {
    instrumentId: instrument.id,
    dataSourceId: source.id,
    state: 'live' as const,
    message: null,
    channels: {},
    backfill: null,
    worker: 'bench',
  }
  await writeFeedStates(db.pool, [state])
  const counts = await storeEvents(db, market, instrument.id, genesis)
  const lease = await acquireLease(db, instrument.id, 'bench', 3_600_000)
  const build = await estimate(db, lease, instrument, genesis)
  await db.pool.query('vacuum analyze')
  const all = difference(await sizes(db), empty)
  const full = Object.fromEntries(Object.entries(all).filter(([table]) => GROWING.includes(table)))

  for (const kind of ['markPrice', 'depth'] as const) await setRetention(db, { kind: 'operator' }, kind, (await readRetention(db))[kind])
  // As after a month: the columns of all days but the last are thinned, as they would be in time.
  await setRetention(db, { kind: 'operator' }, 'column1m', 2)
  const before = await bytesOf(db, 'column')
  const done = await applyRetention(db, Date.now())
  await db.pool.query('vacuum analyze')
  const thinnedColumnBytes = await bytesOf(db, 'column')
  const perYear = Object.fromEntries(Object.entries(full).map(([table, bytes]) => [table, megabytes((bytes / days) * YEAR_DAYS)]))
  const kept = keptInAYear(full, { before, after: thinnedColumnBytes })
  return {
    days,
    rowsPerDay: Object.fromEntries(Object.entries(counts).map(([kind, rows]) => [kind, Math.round(rows / days)])),
    columns: build.columns,
    /** the estimator's state, rewritten every minute, and rows about the instrument */
    constantMegabytes: megabytes(sum(Object.values(all)) - sum(Object.values(full))),
    megabytesPerYear: { everything: megabytes(sum(Object.values(full)) * (YEAR_DAYS / days)), byTable: perYear },
    thinning: {
      columnsRemoved: done?.columns ?? 0,
      columnMegabytesBefore: megabytes(before),
      columnMegabytesAfter: megabytes(thinnedColumnBytes),
    },
    megabytesAfterAYearByPolicy: kept,
  }
}

/** By the first policy: marks and books live up to 14 days and a month, minutes have columns for 30, every fifth for ever. */
function keptInAYear(full: Record<string, number>, thinned: { before: number; after: number }) {
  const perDay = (table: string): number => (full[table] ?? 0) / days
  const raw = (14 + 30) * (perDay('mark_price') + perDay('depth'))
  const column = perDay('column')
  const columns = 30 * column + (YEAR_DAYS - 30) * column * (thinned.after / thinned.before)
  // Fine tiles go with the minutes; what is coarser is a quarter of all.
  const inputs = YEAR_DAYS * sum(['candle', 'open_interest', 'funding', 'long_short_ratio', 'liquidation'].map(perDay))
  const tiles = YEAR_DAYS * perDay('tile')
  return {
    total: megabytes(raw + columns + inputs + tiles),
    marksAndBooks: megabytes(raw),
    columns: megabytes(columns),
    inputs: megabytes(inputs),
    tilesAtMost: megabytes(tiles),
  }
}

async function storeEvents(db: Database, market: LiveMarket, instrumentId: number, genesis: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let from = genesis; from < genesis + days * DAY_MS; from += BATCH_MS) {
    const events: LiveEvent[] = []
    for (let time = from + MARK_EVERY_MS; time <= from + BATCH_MS; time += MARK_EVERY_MS) {
      market.advance(time)
      const { markPrice, indexPrice, predictedFundingRate, nextFundingTime } = market.markAt(time)
      events.push({ type: 'markPrice', time, markPrice, indexPrice, predictedFundingRate, nextFundingTime })
      if (time % MINUTE_MS !== 0) continue
      events.push({ type: 'openInterest', time, openInterest: market.openInterestAt(time) })
      const { bids, asks } = market.depthAt(time, 20)
      events.push({ type: 'depth', time, bids, asks })
    }
    const to = from + BATCH_MS
    const { columns: candle, length } = market.candles(from, to)
    for (let i = 0; i < length; i++)
      events.push({
        type: 'candle',
        openTime: candle.openTime[i] as number,
        intervalMs: MINUTE_MS,
        open: candle.open[i] as number,
        high: candle.high[i] as number,
        low: candle.low[i] as number,
        close: candle.close[i] as number,
        volume: candle.volume[i] as number,
        quoteVolume: candle.quoteVolume[i] as number,
        takerBuyVolume: candle.takerBuyVolume[i] as number,
        tradeCount: candle.tradeCount[i] as number,
      })
    const ratios = market.ratioHistory(from, to)
    for (let i = 0; i < ratios.length; i++) {
      const { time, kind, ratio } = ratios.columns
      events.push({
        type: 'longShortRatio',
        time: time[i] as number,
        kind: RATIO_KINDS[kind[i] as number] as (typeof RATIO_KINDS)[number],
        ratio: ratio[i] as number,
      })
    }
    const funding = market.fundingHistory(from, to)
    for (let i = 0; i < funding.length; i++)
      events.push({ type: 'funding', time: funding.columns.time[i] as number, rate: funding.columns.rate[i] as number, intervalHours: 8 })
    for (const { time, direction, averagePrice: price, quantity } of market.forcedOrders(from, to))
      events.push({
        type: 'liquidation',
        time,
        side: direction > 0 ? 'long' : 'short',
        price,
        priceKind: 'fill',
        quantity,
        quantityUsd: price * quantity,
      })
    await inTransaction(db, (client) =>
      storeLive(
        client,
        events.map((event) => ({ instrumentId, event, knownAfter: null })),
      ),
    )
    for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1
  }
  return counts
}

async function estimate(db: Database, lease: Lease, instrument: Parameters<typeof tiersOf>[0] & { id: number }, genesis: number) {
  const build = await startBuild(db, lease, { modelVersion: MODEL_VERSION, bucketMs: MINUTE_MS })
  const estimator = new Estimator({ bucketMs: MINUTE_MS, tiers: tiersOf(instrument) })
  let total = 0
  const range = { instrumentId: instrument.id, bucketMs: MINUTE_MS, from: genesis, to: genesis + days * DAY_MS, chunkMs: 60 * MINUTE_MS }
  for await (const inputs of storedInputs(db.pool, range)) {
    const columns: Column[] = []
    for (const input of inputs) {
      estimator.step(input)
      const column = estimator.column()
      if (column) columns.push(column)
    }
    const checkpointBucket = estimator.lastBucket
    if (checkpointBucket === null) continue
    await appendColumns(db, lease, { buildId: build.id, columns, checkpoint: estimator.checkpoint(), checkpointBucket, firstStep: genesis })
    total += columns.length
  }
  await completeBuild(db, lease, build.id)
  await closeTiles(db, build.id)
  return { columns: total }
}

const sizes = async (db: Database): Promise<Record<string, number>> =>
  Object.fromEntries((await storageByTable(db)).map(({ table, bytes }) => [table, bytes]))
const bytesOf = async (db: Database, table: string): Promise<number> => (await sizes(db))[table] ?? 0
const difference = (after: Record<string, number>, before: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).flatMap(([table, bytes]) => (bytes > (before[table] ?? 0) ? [[table, bytes - (before[table] ?? 0)]] : [])),
  )
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10

const folder = mkdtempSync(path.join(tmpdir(), 'faultline-bench-storage-'))
const postgres = await startPostgres({
  dataDir: path.join(folder, 'pg'),
  port: 20_000 + Math.floor(Math.random() * 12_000),
  database: 'faultline',
})
try {
  const { appUrl } = await provision({ ownerUrl: postgres.url, stateDir: folder, log: () => {} })
  const db = openDatabase({ url: appUrl, poolSize: 4 })
  try {
    const figures = {
      measured: new Date().toISOString(),
      cpu: cpus()[0]?.model ?? 'unknown',
      node: process.version,
      ...(await measure(db)),
    }
    console.log(JSON.stringify(figures, null, 2))
    if (values.write) {
      const file = path.join(import.meta.dirname, 'results', 'storage.json')
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`)
    }
  } finally {
    await db.close()
  }
} finally {
  await postgres.stop()
  for (const left of [postgres.dataDir, `${postgres.dataDir}.log`, folder]) rmSync(left, { recursive: true, force: true })
}
