import type { Database } from '@faultline/db/database'
import { newestBreakouts, type ScreenedInstrument, screenedInstruments } from '@faultline/db/repositories/market-readings'
import { SUM_VENUES } from '@faultline/market/venue'
import { InstrumentList } from '../../instruments/server/instrument-list.ts'
import { per8h } from '../../venues/prepare/combine-series.ts'
import type { ScreenerBreakout, ScreenerList, ScreenerReading, ScreenerRow } from './schema.ts'

const BREAKOUTS = 50
/** A reading that is stored a moment later may carry a time that is a moment earlier. */
const OVERLAP_MS = 5_000

interface Timed {
  row: ScreenerRow
  updatedAt: number | null
}

/** What all viewers of the screener share: read once per news. */
export class ScreenerStore {
  private readonly rows: InstrumentList<Timed[]>
  private readonly feed: InstrumentList<ScreenerBreakout[]>

  constructor({ db, versionOf }: { db: Database; versionOf: () => number | undefined }) {
    const read = async () => (await screenedInstruments(db)).map((row) => ({ row: rowOf(row), updatedAt: row.updatedAt }))
    this.rows = new InstrumentList({ read, versionOf })
    this.feed = new InstrumentList({ read: () => readBreakouts(db), versionOf })
  }

  /** All rows, or those that changed after `since`. */
  async list(since?: number): Promise<ScreenerList> {
    const all = await this.rows.read()
    const newest = all.reduce((time, { updatedAt }) => Math.max(time, updatedAt ?? 0), 0)
    return {
      rows: all.filter(({ updatedAt }) => since === undefined || updatedAt === null || updatedAt > since).map(({ row }) => row),
      asOf: Math.max(0, newest - OVERLAP_MS),
    }
  }

  breakouts(): Promise<ScreenerBreakout[]> {
    return this.feed.read()
  }

  /** Base assets by key, of all rows. */
  async baseAssets(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.rows.read()).map(({ row }) => [row.key, row.baseAsset]))
  }
}

export function rowOf({ key, venue, symbol, baseAsset, simulated, status, columnCount, reading }: ScreenedInstrument): ScreenerRow {
  const sum = venue === SUM_VENUES.real || venue === SUM_VENUES.simulated
  return {
    key,
    venue,
    symbol: sum ? baseAsset : symbol,
    baseAsset,
    simulated,
    sum,
    reading: reading && readingOf(reading),
    waiting: reading ? null : status === null || columnCount === 0 ? 'map' : 'reading',
    locked: false,
  }
}

function readingOf(stored: NonNullable<ScreenedInstrument['reading']>): ScreenerReading {
  const { instrumentId: _, buildId: __, fundingRate, fundingHours, sparkline, ...reading } = stored
  return {
    ...reading,
    funding8h: fundingRate === null ? null : (per8h(fundingRate, fundingHours) ?? fundingRate),
    sparkline: scaled(sparkline),
  }
}

/** A line of 60 pixels shows no more. */
function scaled(closes: readonly number[]): number[] {
  const low = Math.min(...closes)
  const span = Math.max(...closes) - low
  return closes.map((close) => (span > 0 ? Math.round((100 * (close - low)) / span) : 50))
}

async function readBreakouts(db: Database): Promise<ScreenerBreakout[]> {
  const rows = await newestBreakouts(db, BREAKOUTS)
  return rows.map(({ key, venue, symbol, simulated, side, time, marketTime, low, high, usd, n }) => ({
    key,
    venue,
    symbol,
    simulated,
    side,
    time,
    age: Math.max(0, marketTime - time),
    low,
    high,
    usd,
    n,
  }))
}
