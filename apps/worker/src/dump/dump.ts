import type { EventTable, TableKind } from '@faultline/market/event-table'
import type { InstrumentDefinition } from '@faultline/market/instrument'

/** Everything that a dump folder gave, market by market, and what was left aside and why. */
export interface Dump {
  /** sorted by symbol; every market has candles */
  markets: DumpMarket[]
  skipped: SkippedInput[]
}

/** Files that were seen and not used; `symbol` is null where the file belongs to no market. Paths are relative to the folder. */
export interface SkippedInput {
  symbol: string | null
  files: string[]
  reason: string
}

export interface DumpMarket {
  /** as Binance writes it, capital letters */
  symbol: string
  /** the folder carries a market.json that says so: file the instrument under the venue `simulated` */
  simulated: boolean
  /** what the market is, where it is none of Binance's */
  definition?: InstrumentDefinition
  /** parsed JSON of brackets.json, not checked here: tiers are made of it by the engine's tiersFromBinanceBrackets */
  brackets: unknown | null
  /** where they stood, for messages */
  bracketsFile: string | null
  /** length of the candles, whole minutes that divide a day */
  bucketMs: number
  candles: Sourced<'candle'>
  openInterest: Sourced<'openInterest'>
  funding: Sourced<'funding'>
  ratios: Sourced<'longShortRatio'>
  liquidations: Sourced<'liquidation'>
}

/** A table sorted by its natural key and free of duplicates; `place(row)` names file and line of a row for messages. */
export interface Sourced<K extends TableKind> {
  table: EventTable<K>
  place(row: number): { file: string; line: number }
}

export interface ReadDumpOptions {
  /** the symbol of rows that name none, neither in the file's name nor in a symbol column */
  symbol?: string | undefined
  /** read this market only */
  only?: string | undefined
  /** the name of the market where nothing at all names one; without it that is an error */
  anonymousSymbol?: string | undefined
  /** a name of BUCKETS_MS; without it the finest candles of each market are used */
  interval?: string | undefined
  /** false: a file, by its path below the folder, is none of our business */
  wanted?: (path: string) => boolean
  /** bytes of input files read so far */
  onProgress?: ((progress: { done: number; total: number; file: string }) => void) | undefined
  /** the present, for refusing time stamps of the future; the clock of the machine unless a test says otherwise */
  now?: number
}
