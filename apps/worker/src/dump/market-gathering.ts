import type { TableKind } from '@faultline/market/event-table'
import { resolutionName } from '@faultline/market/resolution'
import type { DumpMarket, Sourced } from './dump.ts'
import { fieldNameOf } from './field-names.ts'
import { GatheredTable } from './gathered-table.ts'
import type { MarketTables } from './row-readers.ts'
import type { Skipped } from './skipped.ts'

/** All rows of one market while its files are read. */
export class MarketGathering implements MarketTables {
  simulated = false
  readonly openInterest = new GatheredTable('openInterest')
  readonly funding = new GatheredTable('funding')
  readonly ratios = new GatheredTable('longShortRatio')
  readonly liquidations = new GatheredTable('liquidation')
  private readonly byInterval = new Map<number, GatheredTable<'candle'>>()

  candles(intervalMs: number): GatheredTable<'candle'> {
    let table = this.byInterval.get(intervalMs)
    if (!table) {
      table = new GatheredTable('candle')
      this.byInterval.set(intervalMs, table)
    }
    return table
  }

  get files(): string[] {
    const tables = [...this.byInterval.values(), this.openInterest, this.funding, this.ratios, this.liquidations]
    return [...new Set(tables.flatMap((table) => table.files))]
  }

  append(other: MarketGathering): void {
    this.simulated ||= other.simulated
    for (const [intervalMs, table] of other.byInterval) this.candles(intervalMs).append(table)
    this.openInterest.append(other.openInterest)
    this.funding.append(other.funding)
    this.ratios.append(other.ratios)
    this.liquidations.append(other.liquidations)
  }

  /** The market with its finest candles; null where it has none. */
  finish(symbol: string, skipped: Skipped): DumpMarket | null {
    const [finest, ...coarser] = [...this.byInterval].sort(([a], [b]) => a - b)
    if (!finest) return null
    const [bucketMs, candles] = finest
    for (const [intervalMs, table] of coarser) skipped.add(symbol, table.files, coarserReason(intervalMs, bucketMs))
    return {
      symbol,
      simulated: this.simulated,
      brackets: null,
      bracketsFile: null,
      bucketMs,
      candles: merged(candles),
      openInterest: merged(this.openInterest),
      funding: merged(this.funding),
      ratios: merged(this.ratios),
      liquidations: merged(this.liquidations),
    }
  }
}

export const coarserReason = (intervalMs: number, usedMs: number): string =>
  `${resolutionName(intervalMs)} klines beside ${resolutionName(usedMs)} ones, which are used (--interval chooses)`

const merged = <K extends TableKind>(table: GatheredTable<K>): Sourced<K> => table.merge(fieldNameOf(table.kind))
