/**
 * From the fields of one line to rows of tables: what each dump's columns mean (docs/import-formats.md) and what is refused.
 */
import { RATIO_KINDS } from '@faultline/market/event'
import { PRICE_KINDS } from '@faultline/market/event-table'
import { resolutionName } from '@faultline/market/resolution'
import { isoTime, MINUTE_MS, SIDES } from '@faultline/market/units'
import { type FieldReader, fieldReader } from './fields.ts'
import { type Layout, printable } from './formats.ts'
import type { GatheredTable } from './gathered-table.ts'

/** Times this far from the boundary that they mean are taken for it: rows are stamped when they are written. */
export const SNAP_MS = 30_000
/** Binance publishes open interest and ratios for the full five minutes; a row that is none of these is of its minute. */
const METRICS_STEP_MS = 5 * MINUTE_MS

/** What one market gathers; `candles(intervalMs)` because a dump may hold several lengths. */
export interface MarketTables {
  candles(intervalMs: number): GatheredTable<'candle'>
  openInterest: GatheredTable<'openInterest'>
  funding: GatheredTable<'funding'>
  ratios: GatheredTable<'longShortRatio'>
  liquidations: GatheredTable<'liquidation'>
}

export interface RowContext {
  file: string
  layout: Layout
  now: number
  /** length of the candles of this file, klines only */
  intervalMs: number
  /** added to times of metrics: see `labelShift` in read-table.ts */
  shiftMs: number
  /** tables of the market of a row, by the row's symbol column (undefined where the file has none) */
  tablesOf(symbol: string | undefined, line: number): MarketTables
}

export type RowReader = (row: readonly string[], line: number) => void

export function rowReader(context: RowContext): RowReader {
  const fields = fieldReader(context.file, context.now)
  const at = (name: string) => context.layout.names.indexOf(name)
  const width = context.layout.names.length
  const read = READERS[context.layout.kind](context, fields, at)
  return (row, line) => {
    if (row.length !== width) {
      fields.fail(
        line,
        context.layout.names[Math.min(row.length, width - 1)] as string,
        `the row has ${row.length} fields instead of ${width}`,
      )
    }
    read(row, line)
  }
}

type MakeReader = (context: RowContext, fields: FieldReader, at: (name: string) => number) => RowReader

const READERS: Readonly<Record<Layout['kind'], MakeReader>> = {
  klines(context, fields, at) {
    const { intervalMs, file } = context
    const openTime = at('open_time')
    const [open, high, low, close, volume] = [at('open'), at('high'), at('low'), at('close'), at('volume')]
    const [closeTime, quoteVolume, count, takerVolume] = [at('close_time'), at('quote_volume'), at('count'), at('taker_buy_volume')]
    const ordered = orderCheck(fields, 'open_time')
    const symbol = at('symbol')
    return (row, line) => {
      const tables = context.tablesOf(row[symbol], line)
      const stamped = fields.time(row[openTime] as string, line, 'open_time')
      ordered(tables, stamped, line)
      const time = snap(stamped, intervalMs)
      if (Number.isNaN(time)) {
        fields.fail(
          line,
          'open_time',
          `${isoTime(stamped)} is not within 30 s of a ${resolutionName(intervalMs)} boundary, the length of the candles in this file`,
        )
      }
      const end = closeTime < 0 || row[closeTime] === '' ? time + intervalMs : fields.time(row[closeTime] as string, line, 'close_time')
      // A close_time is the last millisecond of the candle.
      if (Math.abs(end - time - intervalMs) > SNAP_MS + 1) {
        const length = Math.round((end - time) / 1000)
        fields.fail(line, 'close_time', `${length} s after the open; the candles of this file are ${resolutionName(intervalMs)} long`)
      }
      if (time + intervalMs > context.now + MINUTE_MS)
        fields.fail(line, 'open_time', `the candle of ${isoTime(time)} is not closed yet; leave it out`)
      const o = fields.price(row[open] as string, line, 'open')
      const h = fields.price(row[high] as string, line, 'high')
      const l = fields.price(row[low] as string, line, 'low')
      const c = fields.price(row[close] as string, line, 'close')
      if (h < l) fields.fail(line, 'high', `${h} is below the low ${l}`)
      if (h < o || h < c) fields.fail(line, 'high', `${h} is below ${h < o ? 'the open' : 'the close'} ${Math.max(o, c)}`)
      if (l > o || l > c) fields.fail(line, 'low', `${l} is above ${l > o ? 'the open' : 'the close'} ${Math.min(o, c)}`)
      const v = fields.notNegative(row[volume] as string, line, 'volume')
      const taker = fields.optional(row[takerVolume], line, 'taker_buy_volume')
      // The tolerance is for sums that were rounded apart.
      if (taker > v * 1.000001) fields.fail(line, 'taker_buy_volume', `${taker} is more than the volume ${v}`)
      const quote = fields.optional(row[quoteVolume], line, 'quote_volume')
      const trades = fields.optional(row[count], line, 'count')
      if (!Number.isNaN(trades) && !(Number.isInteger(trades) && trades < 2 ** 31))
        fields.fail(line, 'count', `${trades} is not a number of trades`)
      tables.candles(intervalMs).push(file, line, time, o, h, l, c, v, quote, taker, trades)
    }
  },

  metrics(context, fields, at) {
    const { file } = context
    const [createTime, symbol, base, usd] = [at('create_time'), at('symbol'), at('sum_open_interest'), at('sum_open_interest_value')]
    const ratios = Object.entries(RATIO_COLUMNS).map(([name, kind]) => ({ name, column: at(name), kind: RATIO_KINDS.indexOf(kind) }))
    const ordered = orderCheck(fields, 'create_time')
    return (row, line) => {
      const tables = context.tablesOf(row[symbol], line)
      const stamped = fields.time(row[createTime] as string, line, 'create_time', 'dates')
      ordered(tables, stamped, line)
      const published = snap(stamped, METRICS_STEP_MS)
      const time = (Number.isNaN(published) ? snap(stamped, MINUTE_MS) : published) + context.shiftMs
      tables.openInterest.push(
        file,
        line,
        time,
        fields.notNegative(row[base] as string, line, 'sum_open_interest'),
        fields.optional(row[usd], line, 'sum_open_interest_value'),
      )
      for (const { name, column, kind } of ratios) {
        const ratio = fields.optional(row[column], line, name)
        if (!Number.isNaN(ratio)) tables.ratios.push(file, line, time, kind, ratio)
      }
    }
  },

  fundingRate(context, fields, at) {
    const { file } = context
    const [calcTime, hours, rate, symbol] = [at('calc_time'), at('funding_interval_hours'), at('last_funding_rate'), at('symbol')]
    const ordered = orderCheck(fields, 'calc_time')
    return (row, line) => {
      const tables = context.tablesOf(row[symbol], line)
      const stamped = fields.time(row[calcTime] as string, line, 'calc_time', 'dates')
      ordered(tables, stamped, line)
      const value = fields.number(row[rate] as string, line, 'last_funding_rate')
      if (Math.abs(value) > 1) fields.fail(line, 'last_funding_rate', `${value} is more than 100 % per interval`)
      const intervalHours = fields.optional(row[hours], line, 'funding_interval_hours')
      if (intervalHours === 0) fields.fail(line, 'funding_interval_hours', 'is zero; leave it empty where it is not known')
      tables.funding.push(file, line, snap(stamped, MINUTE_MS), value, intervalHours)
    }
  },

  liquidationSnapshot(context, fields, at) {
    const { file } = context
    const [timeAt, symbol, side] = [at('time'), at('symbol'), at('side')]
    const [price, average, original, filled] = [at('price'), at('average_price'), at('original_quantity'), at('accumulated_fill_quantity')]
    const fill = PRICE_KINDS.indexOf('fill')
    const order = PRICE_KINDS.indexOf('order')
    const ordered = orderCheck(fields, 'time')
    return (row, line) => {
      const tables = context.tablesOf(row[symbol], line)
      const time = fields.time(row[timeAt] as string, line, 'time')
      ordered(tables, time, line)
      const text = (row[side] as string).toUpperCase()
      if (text !== 'SELL' && text !== 'BUY') fields.fail(line, 'side', `${printable(row[side] as string)} is neither SELL nor BUY`)
      // The order's side: selling closes a long.
      const died = SIDES.indexOf(text === 'SELL' ? 'long' : 'short')
      const averagePrice = fields.optional(row[average], line, 'average_price')
      const orderPrice = fields.notNegative(row[price] as string, line, 'price')
      const paid = averagePrice > 0 ? averagePrice : orderPrice
      if (paid === 0) fields.fail(line, 'price', 'neither price nor average_price is above zero')
      const filledQuantity = fields.optional(row[filled], line, 'accumulated_fill_quantity')
      const orderQuantity = fields.notNegative(row[original] as string, line, 'original_quantity')
      const quantity = filledQuantity > 0 ? filledQuantity : orderQuantity
      if (quantity === 0) fields.fail(line, 'original_quantity', 'neither original_quantity nor accumulated_fill_quantity is above zero')
      tables.liquidations.push(file, line, time, died, paid, quantity, averagePrice > 0 ? fill : order, paid * quantity)
    }
  },
}

/** Column of metrics for each kind of ratio. */
export const RATIO_COLUMNS = {
  count_long_short_ratio: 'accounts',
  count_toptrader_long_short_ratio: 'topAccounts',
  sum_toptrader_long_short_ratio: 'topPositions',
  sum_taker_long_short_vol_ratio: 'takerVolume',
} as const

/** The nearest multiple of `step`, NaN where it is more than SNAP_MS away. */
function snap(time: number, step: number): number {
  const nearest = Math.round(time / step) * step
  return Math.abs(nearest - time) <= SNAP_MS ? nearest : Number.NaN
}

/** Inside one file the times of a market never go back. */
function orderCheck(fields: FieldReader, field: string): (market: MarketTables, time: number, line: number) => void {
  const last = new Map<MarketTables, number>()
  return (market, time, line) => {
    const before = last.get(market)
    if (before !== undefined && time < before) fields.fail(line, field, `out of order: ${isoTime(time)} after ${isoTime(before)}`)
    last.set(market, time)
  }
}
