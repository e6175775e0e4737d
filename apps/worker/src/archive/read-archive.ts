/** Fetched files of a public archive as a dump, which is stored and estimated like any other. */
import path from 'node:path'
import { FaultlineError } from '@faultline/market/errors'
import { type InstrumentDefinition, splitSymbol, symbolSchema } from '@faultline/market/instrument'
import { MINUTE_MS } from '@faultline/market/units'
import type { VenueId } from '@faultline/market/venue'
import type { Dump } from '../dump/dump.ts'
import { openInputFile } from '../dump/input-files.ts'
import { MarketGathering } from '../dump/market-gathering.ts'
import { readDump } from '../dump/read-dump.ts'
import { Skipped } from '../dump/skipped.ts'
import { usualContractSize } from '../venues/okx/contract-sizes.ts'
import { type FetchOptions, fetchFiles } from './fetch-files.ts'
import { ARCHIVE_BASES, type Archive, planFiles } from './plan-files.ts'
import { BYBIT_TRADES, OKX_TRADES, tradesToCandles } from './trade-candles.ts'

export interface ArchiveRequest {
  archive: Archive
  /** as the venue writes it */
  symbol: string
  /** UTC ms, [from, to) */
  from: number
  to: number
  /** the venue's own unless given */
  base?: string | undefined
  /** base coin per contract, where the built-in table does not know the instrument */
  contractSize?: number | undefined
  now?: number
}

export interface ArchiveDump {
  dump: Dump
  /** files that the archive does not have */
  absent: string[]
}

const VENUE: Readonly<Record<Archive, VenueId>> = { binance: 'binance-usdm', bybit: 'bybit-linear', okx: 'okx-swap' }

/**
 * Fetches what is missing and reads it.
 * @throws FaultlineError bad_input, not_found where the archive has nothing of the stretch, unavailable
 */
export async function readArchive(
  request: ArchiveRequest,
  options: Omit<FetchOptions, 'base'> & { onRead?: (progress: { done: number; total: number; file: string }) => void },
): Promise<ArchiveDump> {
  const { archive, symbol, from, to, now = Date.now(), base = ARCHIVE_BASES[archive] } = request
  if (!symbolSchema.safeParse(symbol).success)
    throw new FaultlineError('bad_input', `--symbol ${symbol}: a symbol as the venue writes it is needed, such as ${EXAMPLES[archive]}`)
  const definition = definitionOf(request)
  const planned = planFiles(archive, symbol, { from, to, now })
  if (planned.length === 0)
    throw new FaultlineError('bad_input', 'The archive holds days that are over: there is none between --from and --to.')
  const { folder, files, absent } = await fetchFiles(planned, { ...options, base })
  if (files.length === 0)
    throw new FaultlineError(
      'not_found',
      `${base} has none of the ${planned.length} files, the first being ${planned[0]?.path}. Is the symbol right?`,
    )
  if (archive === 'binance') {
    const wanted = new Set(files)
    const dump = await readDump(folder, { only: symbol, symbol, now, wanted: (file) => wanted.has(file), onProgress: options.onRead })
    return { dump, absent }
  }
  return { dump: await readTrades({ ...request, now }, definition, { folder, files, onRead: options.onRead }), absent }
}

const EXAMPLES: Readonly<Record<Archive, string>> = { binance: 'BTCUSDT', bybit: 'BTCUSDT', okx: 'BTC-USDT-SWAP' }

function definitionOf({ archive, symbol, contractSize }: ArchiveRequest): InstrumentDefinition {
  const venue = VENUE[archive]
  if (archive !== 'okx') return { venue, symbol, ...splitSymbol(symbol), contractSize: 1 }
  const [baseAsset, quoteAsset, kind] = symbol.split('-')
  if (!baseAsset || !quoteAsset || kind !== 'SWAP' || quoteAsset === 'USD')
    throw new FaultlineError('bad_input', `--symbol ${symbol}: a linear swap is needed, such as ${EXAMPLES.okx}`)
  const size = contractSize ?? usualContractSize(symbol)
  if (size === undefined)
    throw new FaultlineError(
      'bad_input',
      `--symbol ${symbol}: how many ${baseAsset} a contract is, is not known here; give --contract-size`,
    )
  return { venue, symbol, baseAsset, quoteAsset, contractSize: size }
}

async function readTrades(
  { archive, symbol, from, to, now }: ArchiveRequest & { now: number },
  definition: InstrumentDefinition,
  {
    folder,
    files,
    onRead,
  }: { folder: string; files: readonly string[]; onRead: ((p: { done: number; total: number; file: string }) => void) | undefined },
): Promise<Dump> {
  const gathering = new MarketGathering()
  const candles = gathering.candles(MINUTE_MS)
  const format = archive === 'bybit' ? BYBIT_TRADES : OKX_TRADES
  // Of a minute that is not wholly asked for, some trades would make a candle that is none.
  const whole = { from: Math.ceil(from / MINUTE_MS) * MINUTE_MS, to: Math.floor(to / MINUTE_MS) * MINUTE_MS }
  for (const [i, file] of files.entries()) {
    for (const input of await openInputFile(path.join(folder, file), file))
      await tradesToCandles(input, candles, { format, symbol, contractSize: definition.contractSize, ...whole, now })
    onRead?.({ done: i + 1, total: files.length, file })
  }
  const skipped = new Skipped()
  const market = gathering.finish(symbol, skipped)
  if (!market || market.candles.table.length === 0)
    throw new FaultlineError('not_found', `no trade of ${symbol} between --from and --to in ${files.length} files`)
  return { markets: [{ ...market, definition }], skipped: skipped.list() }
}
