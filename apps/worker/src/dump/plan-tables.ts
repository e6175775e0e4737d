import { symbolSchema } from '@faultline/market/instrument'
import { BUCKETS_MS, resolutionName } from '@faultline/market/resolution'
import { type Classified, classify } from './classify.ts'
import { type FolderFacts, folderOf } from './folder-facts.ts'
import type { DumpKind } from './formats.ts'
import type { InputFile } from './input-files.ts'
import { coarserReason } from './market-gathering.ts'
import { peekTable } from './peek-table.ts'
import type { Skipped } from './skipped.ts'

/** A table that will be read. */
export interface TableSource {
  file: InputFile
  kind: DumpKind
  named: Classified
  /** by name or folder: every row must be of it */
  symbol: string | null
  /** whose the rows are that name no symbol; null: not known yet */
  otherwise: string | null
  /** what can be said of the file's market before it is read: name, first row, or `otherwise` */
  market: string | null
  intervalMs: number | null
  simulated: boolean
}

export interface PlanOptions {
  files: readonly InputFile[]
  above: readonly string[]
  facts: FolderFacts
  now: number
  symbol: string | undefined
  intervalMs: number | undefined
  only: string | undefined
  skipped: Skipped
}

/** Which files are read, as what. What is not needed is left aside before it costs anything. */
export async function planTables(options: PlanOptions): Promise<TableSource[]> {
  const { skipped } = options
  const all: TableSource[] = []
  for (const file of options.files) {
    const source = await planTable(file, options)
    if (source) all.push(source)
  }
  const sources = all.filter((source) => options.only === undefined || source.symbol === null || source.symbol === options.only)

  const klines = sources.filter((source) => source.kind === 'klines')
  // With klines of an unknown market every other table may turn out to belong to it.
  if (klines.some((source) => source.market === null)) return sources
  const finest = new Map<string, number>()
  for (const { market, intervalMs } of klines) {
    if (market !== null && intervalMs !== null) finest.set(market, Math.min(intervalMs, finest.get(market) ?? intervalMs))
  }
  return sources.filter(({ kind, symbol, intervalMs, file }) => {
    if (symbol === null) return true
    const used = finest.get(symbol)
    if (used === undefined) skipped.add(symbol, file.path, `no klines of ${symbol}`)
    else if (kind === 'klines' && intervalMs !== null && intervalMs > used) skipped.add(symbol, file.path, coarserReason(intervalMs, used))
    else return true
    return false
  })
}

async function planTable(file: InputFile, options: PlanOptions): Promise<TableSource | null> {
  const { facts, skipped, now } = options
  const named = classify(file.path, options.above)
  if (named.unread) {
    skipped.add(named.symbol, file.path, named.unread)
    return null
  }
  if (named.kind === 'brackets' || named.kind === 'market' || isTruth(file.path, facts)) return null
  const { symbol } = named
  let { kind } = named
  let intervalMs = named.interval === null ? null : (BUCKETS_MS[named.interval] ?? null)
  if (kind === 'klines' && named.interval !== null && intervalMs === null) {
    skipped.add(symbol, file.path, `candles of ${named.interval} are not read, only ${Object.keys(BUCKETS_MS).join(', ')}`)
    return null
  }

  let rowSymbol: string | null = null
  if (kind === null || symbol === null || (kind === 'klines' && intervalMs === null)) {
    const peeked = await peekTable(file, kind, now)
    if (peeked.kind === null) {
      skipped.add(symbol, file.path, 'neither its name nor its header is that of a table of the dumps')
      return null
    }
    kind = peeked.kind
    if (peeked.symbol !== null && symbolSchema.safeParse(peeked.symbol).success) rowSymbol = peeked.symbol
    intervalMs ??= peeked.intervalMs
  }
  if (kind === 'klines' && options.intervalMs !== undefined && intervalMs !== null && intervalMs !== options.intervalMs) {
    skipped.add(symbol, file.path, `${resolutionName(intervalMs)} klines, --interval asks for ${resolutionName(options.intervalMs)}`)
    return null
  }
  const told = facts.markets.get(folderOf(file.path))
  const otherwise = options.symbol ?? told?.symbol ?? null
  return { file, kind, named, symbol, otherwise, market: symbol ?? rowSymbol ?? otherwise, intervalMs, simulated: told?.simulated ?? false }
}

/** What a simulated market truly held: it lies beside the dump for whoever scores the estimate, and is no input. */
const isTruth = (path: string, facts: FolderFacts): boolean =>
  /^truth\.csv(\.gz)?$/.test(path.slice(path.lastIndexOf('/') + 1)) && facts.markets.has(folderOf(path))
