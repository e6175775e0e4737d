/**
 * One-minute candles with what takers bought, from the trades of a public archive. The venues' REST gives candles without the
 * takers' side; their archives give every trade.
 */
import { FaultlineError } from '@faultline/market/errors'
import { floorTo, MINUTE_MS } from '@faultline/market/units'
import { csvRows } from '../dump/csv-rows.ts'
import { fieldReader } from '../dump/fields.ts'
import type { GatheredTable } from '../dump/gathered-table.ts'
import type { InputFile } from '../dump/input-files.ts'

/** How an archive writes a trade. Names are tried in order; header cells are compared in small letters. */
export interface TradeFormat {
  time: { names: readonly string[]; unit: 'seconds' | 'milliseconds' }
  price: readonly string[]
  /** in contracts, or in base coin where a contract is one */
  size: readonly string[]
  side: readonly string[]
  /** null: the file's name says whose the trades are */
  symbol: readonly string[] | null
}

/** Bybit: seconds with a fraction, the size in base coin, `Buy` and `Sell` of the taker. */
export const BYBIT_TRADES: TradeFormat = {
  time: { names: ['timestamp'], unit: 'seconds' },
  price: ['price'],
  size: ['size'],
  side: ['side'],
  symbol: ['symbol'],
}
/** OKX: milliseconds, the size in contracts, `buy` and `sell` of the taker. Headers name each column in two languages. */
export const OKX_TRADES: TradeFormat = {
  time: { names: ['created_time', 'timestamp'], unit: 'milliseconds' },
  price: ['price'],
  size: ['size'],
  side: ['side'],
  symbol: ['instrument_name', 'instrument_id'],
}

interface Bar {
  openTime: number
  line: number
  open: number
  high: number
  low: number
  close: number
  volume: number
  quoteVolume: number
  bought: number
  count: number
}

/** Sums of decimals are rounded to this many places, so that they equal the venue's own. */
const PLACES = 1e8

/**
 * Adds the candles of the minutes in [from, to) to `table`. Trades come in order of time, as the archives have them, or newest
 * first: which of the two, the first and last trade of the file tell. A minute without trades gives no candle.
 * @throws FaultlineError bad_input naming file, line and field
 */
export async function tradesToCandles(
  file: InputFile,
  table: GatheredTable<'candle'>,
  options: {
    format: TradeFormat
    symbol: string
    contractSize: number
    from: number
    to: number
    now: number
    onBytes?: (bytes: number) => void
  },
): Promise<void> {
  const { format, symbol, contractSize, from, to, now } = options
  const fields = fieldReader(file.path, now)
  const bars = new Map<number, Bar>()
  let at: Columns | null = null
  let [firstTime, lastTime] = [Number.NaN, Number.NaN]
  for await (const { firstLine, rows } of csvRows(file, options.onBytes)) {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as string[]
      const line = firstLine + i
      if (row.length === 1 && row[0]?.trim() === '') continue
      if (at === null) {
        at = columnsOf(row, format, file.path, line)
        continue
      }
      if (at.symbol >= 0 && row[at.symbol] !== symbol) fields.fail(line, 'symbol', `another symbol in a file of ${symbol}`)
      const time = timeOf(fields, row[at.time] ?? '', line, format)
      if (Number.isNaN(firstTime)) firstTime = time
      lastTime = time
      if (time < from || time >= to) continue
      const price = fields.price(row[at.price] ?? '', line, 'price')
      const quantity = fields.notNegative(row[at.size] ?? '', line, 'size') * contractSize
      const side = row[at.side]?.toLowerCase()
      if (side !== 'buy' && side !== 'sell') fields.fail(line, 'side', 'is neither buy nor sell')
      add(bars, { time, line, price, quantity, bought: side === 'buy' })
    }
  }
  if (at === null) throw new FaultlineError('bad_input', 'the file is empty', { place: { file: file.path } })
  for (const bar of [...bars.values()].sort((a, b) => a.openTime - b.openTime)) {
    const { openTime, line, high, low, volume, quoteVolume, bought, count } = bar
    const [open, close] = lastTime < firstTime ? [bar.close, bar.open] : [bar.open, bar.close]
    table.push(file.path, line, openTime, open, high, low, close, round(volume), round(quoteVolume), round(bought), count)
  }
}

const round = (sum: number): number => Math.round(sum * PLACES) / PLACES

interface Columns {
  time: number
  price: number
  size: number
  side: number
  symbol: number
}

function columnsOf(header: readonly string[], format: TradeFormat, file: string, line: number): Columns {
  // OKX writes `price/价格`.
  const names = header.map((cell) => cell.trim().toLowerCase().split('/')[0] ?? '')
  const place = (field: string, wanted: readonly string[]): number => {
    const found = names.findIndex((name) => wanted.includes(name))
    if (found >= 0) return found
    throw new FaultlineError('bad_input', `no column ${wanted.join(' or ')}: not a file of trades`, { place: { file, line, field } })
  }
  return {
    time: place('time', format.time.names),
    price: place('price', format.price),
    size: place('size', format.size),
    side: place('side', format.side),
    symbol: format.symbol === null ? -1 : names.findIndex((name) => format.symbol?.includes(name)),
  }
}

function timeOf(fields: ReturnType<typeof fieldReader>, text: string, line: number, { time }: TradeFormat): number {
  if (time.unit === 'milliseconds') return fields.time(text, line, 'time')
  const ms = Math.floor(fields.number(text, line, 'time') * 1_000)
  return fields.time(String(ms), line, 'time')
}

function add(bars: Map<number, Bar>, trade: { time: number; line: number; price: number; quantity: number; bought: boolean }): void {
  const { time, line, price, quantity, bought } = trade
  const openTime = floorTo(time, MINUTE_MS)
  const bar = bars.get(openTime)
  if (!bar) {
    const sums = { volume: quantity, quoteVolume: quantity * price, bought: bought ? quantity : 0, count: 1 }
    bars.set(openTime, { openTime, line, open: price, high: price, low: price, close: price, ...sums })
    return
  }
  bar.high = Math.max(bar.high, price)
  bar.low = Math.min(bar.low, price)
  bar.close = price
  bar.volume += quantity
  bar.quoteVolume += quantity * price
  if (bought) bar.bought += quantity
  bar.count++
}
