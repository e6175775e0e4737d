import { FaultlineError } from '@faultline/market/errors'

/** The tables of Binance's public dumps that are read. */
export const DUMP_KINDS = ['klines', 'metrics', 'fundingRate', 'liquidationSnapshot'] as const
export type DumpKind = (typeof DUMP_KINDS)[number]

interface Format {
  /** every column that may occur, under the name that the dumps give it today */
  columns: readonly string[]
  required: readonly string[]
  /** orders of columns of files without header, told apart by their number */
  bare: readonly (readonly string[])[]
  /** other names that the venue or its interface has used */
  aliases: Readonly<Record<string, string>>
}

const KLINES = [
  'open_time',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'close_time',
  'quote_volume',
  'count',
  'taker_buy_volume',
  'taker_buy_quote_volume',
  'ignore',
]
const METRICS = [
  'create_time',
  'symbol',
  'sum_open_interest',
  'sum_open_interest_value',
  'count_toptrader_long_short_ratio',
  'sum_toptrader_long_short_ratio',
  'count_long_short_ratio',
  'sum_taker_long_short_vol_ratio',
]
const FUNDING = ['calc_time', 'funding_interval_hours', 'last_funding_rate']
const LIQUIDATIONS = [
  'time',
  'side',
  'order_type',
  'time_in_force',
  'original_quantity',
  'price',
  'average_price',
  'order_status',
  'last_fill_quantity',
  'accumulated_fill_quantity',
]
const LIQUIDATIONS_WITH_SYMBOL = ['time', 'symbol', ...LIQUIDATIONS.slice(1)]

export const FORMATS: Readonly<Record<DumpKind, Format>> = {
  klines: {
    columns: [...KLINES, 'symbol'],
    required: ['open_time', 'open', 'high', 'low', 'close', 'volume'],
    bare: [KLINES],
    aliases: {
      quote_asset_volume: 'quote_volume',
      number_of_trades: 'count',
      trades: 'count',
      taker_buy_base_volume: 'taker_buy_volume',
      taker_buy_base_asset_volume: 'taker_buy_volume',
      taker_buy_quote_asset_volume: 'taker_buy_quote_volume',
    },
  },
  metrics: { columns: METRICS, required: ['create_time', 'sum_open_interest'], bare: [METRICS], aliases: {} },
  fundingRate: {
    columns: [...FUNDING, 'symbol'],
    required: ['calc_time', 'last_funding_rate'],
    bare: [FUNDING],
    aliases: { funding_time: 'calc_time', funding_rate: 'last_funding_rate' },
  },
  liquidationSnapshot: {
    columns: LIQUIDATIONS_WITH_SYMBOL,
    required: ['time', 'side', 'original_quantity', 'price'],
    bare: [LIQUIDATIONS, LIQUIDATIONS_WITH_SYMBOL],
    aliases: {},
  },
}

/** Where each column of a file stands. */
export interface Layout {
  kind: DumpKind
  /** column names in the order of the fields */
  names: readonly string[]
  hasHeader: boolean
}

/** A first line whose first field starts like no number or date names the columns. */
export const isHeader = (row: readonly string[]): boolean => !/^\s*[-+.]?\d/.test(row[0] ?? '')

/** The kind whose header this is exactly (all required columns, no unknown one), else null. */
export function kindOfHeader(row: readonly string[]): DumpKind | null {
  if (!isHeader(row)) return null
  return DUMP_KINDS.find((kind) => headerFault(kind, headerNames(kind, row)) === null) ?? null
}

/** The layout of a file of `kind` by its first line. FaultlineError naming the column where the set of columns is a wrong one. */
export function layoutOf(kind: DumpKind, row: readonly string[], file: string, line: number): Layout {
  const format = FORMATS[kind]
  if (!isHeader(row)) {
    const names = format.bare.find((columns) => columns.length === row.length)
    if (names) return { kind, names, hasHeader: false }
    const expected = format.bare.map((columns) => columns.length).join(' or ')
    throw new FaultlineError(
      'bad_input',
      `${row.length} fields; a ${kind} file without header has ${expected}: ${format.bare[0]?.join(', ')}`,
      {
        place: { file, line, field: format.bare[0]?.[row.length] },
      },
    )
  }
  const names = headerNames(kind, row)
  const fault = headerFault(kind, names)
  if (fault) {
    const other = kindOfHeader(row)
    const told = other ? `the file is named as ${kind}, but its header is that of ${other}` : fault.message
    throw new FaultlineError('bad_input', `wrong columns: ${told}. Columns of ${kind}: ${format.columns.join(', ')}`, {
      place: { file, line, field: fault.column },
    })
  }
  return { kind, names, hasHeader: true }
}

/** `openTime`, `Open time` and `open_time` are one name. */
function headerNames(kind: DumpKind, row: readonly string[]): string[] {
  return row.map((cell) => {
    const name = cell
      .trim()
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .replace(/[ -]+/g, '_')
    return FORMATS[kind].aliases[name] ?? name
  })
}

function headerFault(kind: DumpKind, names: readonly string[]): { column: string; message: string } | null {
  const format = FORMATS[kind]
  const unknown = names.find((name) => !format.columns.includes(name))
  if (unknown !== undefined) return { column: printable(unknown), message: `${printable(unknown)} is not one of them` }
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) return { column: twice, message: `${twice} stands there twice` }
  const missing = format.required.find((name) => !names.includes(name))
  if (missing !== undefined) return { column: missing, message: `${missing} is missing` }
  return null
}

/** Text of a file as it may stand in a message: short, quoted, without control characters. */
export const printable = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
