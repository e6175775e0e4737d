import { FaultlineError } from '@faultline/market/errors'
import { symbolSchema } from '@faultline/market/instrument'
import { BUCKETS_MS } from '@faultline/market/resolution'
import { classify, namesAbove } from './classify.ts'
import type { Dump, ReadDumpOptions, SkippedInput } from './dump.ts'
import { bracketsFor, type FolderFacts, readFacts, symbolOfBrackets } from './folder-facts.ts'
import { listInputFiles } from './input-files.ts'
import { MarketGathering } from './market-gathering.ts'
import { planTables, type TableSource } from './plan-tables.ts'
import { readTable } from './read-table.ts'
import { Skipped } from './skipped.ts'

/** Files that name no symbol gather here until it is known whose they are. */
const UNNAMED = ''

/**
 * Reads a folder of Binance's public dumps as they are served, or a plain folder of one instrument (docs/import-formats.md).
 * Nothing is returned unless everything that is used could be read: bad input is a FaultlineError `bad_input` that names
 * file (relative to the folder), line and field.
 */
export async function readDump(folder: string, options: ReadDumpOptions = {}): Promise<Dump> {
  const now = options.now ?? Date.now()
  const wantedSymbol = options.symbol === undefined ? undefined : parseSymbol(options.symbol)
  const wantedInterval = options.interval === undefined ? undefined : parseInterval(options.interval)
  const skipped = new Skipped()

  const above = namesAbove(folder)
  const files = await listInputFiles(folder, (path) => {
    if (options.wanted?.(path) === false) return false
    const { unread, symbol, kind } = classify(path, above)
    if (unread && kind !== null) skipped.add(symbol, path, unread)
    else if (unread && !/\.json(\.gz)?$/i.test(path)) skipped.add(symbol, path, unread)
    return unread === null
  })
  if (files.length === 0 && skipped.list().length === 0) {
    throw new FaultlineError('bad_input', `${folder}: no dump files in it (.csv, .csv.gz or .zip)`)
  }
  const facts: FolderFacts = await readFacts(files, above)
  const sources = await planTables({
    files,
    above,
    facts,
    now,
    symbol: wantedSymbol,
    intervalMs: wantedInterval,
    only: options.only,
    skipped,
  })

  const total = sources.reduce((sum, source) => sum + source.file.bytes, 0)
  let done = 0
  const markets = new Map<string, MarketGathering>()
  for (const source of sources) {
    const start = done
    await readTable({
      ...source,
      now,
      tablesOf: tablesOf(source, markets),
      onBytes: (bytes) => {
        done = Math.min(start + source.file.bytes, done + bytes)
        options.onProgress?.({ done, total, file: source.file.path })
      },
    })
    done = start + source.file.bytes
    options.onProgress?.({ done, total, file: source.file.path })
  }
  placeUnnamed(markets, symbolOfBrackets(facts) ?? options.anonymousSymbol)

  const dump: Dump = { markets: [], skipped: [] }
  for (const [symbol, gathered] of [...markets].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (options.only !== undefined && symbol !== options.only) continue
    const market = gathered.finish(symbol, skipped)
    if (market) dump.markets.push(market)
    else skipped.add(symbol, gathered.files, `no klines of ${symbol}`)
  }
  for (const market of dump.markets) {
    const brackets = bracketsFor(facts, market.symbol, dump.markets.length)
    if (brackets) [market.brackets, market.bracketsFile] = [brackets.json, brackets.file]
  }
  for (const { file } of facts.brackets) {
    if (!dump.markets.some((market) => market.bracketsFile === file)) skipped.add(null, file, 'brackets of no market that was read')
  }
  dump.skipped = skipped.list()
  if (dump.markets.length === 0) throw nothingLeft(folder, dump.skipped)
  return dump
}

/** The tables of a row's market: the file's symbol and the row's must not differ; a row of no symbol goes to the unnamed. */
function tablesOf(source: TableSource, markets: Map<string, MarketGathering>) {
  const gathering = (symbol: string): MarketGathering => {
    const market = markets.get(symbol) ?? new MarketGathering()
    markets.set(symbol, market)
    market.simulated ||= source.simulated
    return market
  }
  let lastText: string | undefined
  let last: MarketGathering | null = null
  return (text: string | undefined, line: number): MarketGathering => {
    if (last && text === lastText) return last
    const fail = (message: string): never => {
      throw new FaultlineError('bad_input', message, { place: { file: source.file.path, line, field: 'symbol' } })
    }
    let symbol = source.symbol
    if (text) {
      const given = text.toUpperCase() // as in names and options
      if (!symbolSchema.safeParse(given).success) fail('not a symbol: letters and digits')
      if (symbol !== null && given !== symbol) fail(`${given} in a file that its name says to be of ${symbol}`)
      symbol = given
    }
    lastText = text
    last = gathering(symbol ?? source.otherwise ?? UNNAMED)
    return last
  }
}

function placeUnnamed(markets: Map<string, MarketGathering>, anonymousSymbol: string | undefined): void {
  const unnamed = markets.get(UNNAMED)
  if (!unnamed) return
  markets.delete(UNNAMED)
  const known = [...markets.keys()]
  const symbol = known.length === 1 ? known[0] : known.length === 0 ? anonymousSymbol : undefined
  if (symbol === undefined) {
    const why =
      known.length > 0 ? `names no symbol, and the folder holds several (${known.join(', ')})` : 'no file of the folder names its symbol'
    throw new FaultlineError('bad_input', `${why}; say whose it is with --symbol`, { place: { file: unnamed.files[0] ?? '' } })
  }
  const market = markets.get(symbol)
  if (market) market.append(unnamed)
  else markets.set(symbol, unnamed)
}

function nothingLeft(folder: string, skipped: readonly SkippedInput[]): FaultlineError {
  const reasons = skipped
    .slice(0, 5)
    .map(({ files, reason }) => `${files[0]}${files.length > 1 ? ` and ${files.length - 1} more` : ''}: ${reason}`)
  const told = reasons.length > 0 ? ` Left aside: ${reasons.join('; ')}` : ''
  return new FaultlineError(
    'bad_input',
    `${folder}: no klines to read; a market needs klines.csv or …/klines/SYMBOL/1m/SYMBOL-1m-2024-01.zip.${told}`,
  )
}

function parseSymbol(text: string): string {
  const symbol = text.trim().toUpperCase()
  if (!symbolSchema.safeParse(symbol).success)
    throw new FaultlineError('bad_input', `--symbol: ${JSON.stringify(text)} is not a symbol such as BTCUSDT`)
  return symbol
}

function parseInterval(text: string): number {
  const ms = BUCKETS_MS[text]
  if (ms === undefined)
    throw new FaultlineError('bad_input', `--interval: ${JSON.stringify(text)} is not one of ${Object.keys(BUCKETS_MS).join(', ')}`)
  return ms
}
