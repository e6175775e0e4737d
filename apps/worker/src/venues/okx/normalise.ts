/** One raw message of OKX, or one body of its REST, in the house's vocabulary. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { MINUTE_MS } from '@faultline/market/units'
import type { Normalised, NormalisedChannel, NormalisedEvent, NormaliseOptions, Normaliser } from '../normaliser.ts'
import { isFields, isSymbol, timeOf } from '../values.ts'
import { usualContractSize } from './contract-sizes.ts'
import { argOf, liquidationsOf } from './mapper.ts'
import { contractSizeOf, readOpenInterestRow, readRatioRow } from './rest-mapper.ts'
import {
  type ContractSize,
  intervalOf,
  readBarHead,
  readCandle,
  readFundingRate,
  readLiquidation,
  readMark,
  readOpenInterest,
  readSettlement,
} from './rows.ts'

/** What is around the rows: of a socket's message its `arg`. */
interface Envelope {
  rows: readonly unknown[]
  /** null: the message has no `arg` */
  channel: string | null
  symbol: string | null
  contractSize: ContractSize
}

/** An event, nothing (a candle that is open), or what is wrong. */
type Read = NormalisedEvent | null | string

export const normaliseOkx: Normaliser = (channel, message, options) => {
  const envelope = open(message, options)
  if (typeof envelope === 'string') return { events: [], quarantined: envelope }
  const wrong = wrongChannel(channel, envelope)
  if (wrong) return { events: [], quarantined: wrong }
  return gather(READERS[channel](envelope))
}

function gather(reads: readonly Read[]): Normalised {
  const faults = reads.filter((read) => typeof read === 'string')
  return { events: reads.filter((read) => read !== null && typeof read !== 'string'), quarantined: faults[0] ?? null }
}

function open(message: unknown, options: NormaliseOptions): Envelope | string {
  const { symbol } = options
  const sizes = sizesOf(message, options)
  if (Array.isArray(message)) {
    // A candle or a ratio by itself is a list as well.
    const rows = message.length > 0 && message.every((field) => typeof field !== 'object') ? [message] : message
    return rows.length === 0 ? 'the list is empty' : { rows, channel: null, symbol, contractSize: sizes }
  }
  if (!isFields(message)) return typeof message === 'string' ? 'not JSON' : 'not a JSON object'
  if (message.code !== undefined && message.code !== '0' && message.code !== 0) return 'code says that the request was refused'
  if (message.event !== undefined) return 'an answer to a request, without data'
  const arg = argOf(message)
  const named = isSymbol(arg?.instId) ? arg.instId : symbol
  if (message.data === undefined) {
    return arg ? 'a message without data' : { rows: [message], channel: null, symbol: named, contractSize: sizes }
  }
  const rows = Array.isArray(message.data) ? (message.data as unknown[]) : [message.data]
  return rows.length === 0 ? 'data is an empty list' : { rows, channel: arg?.channel ?? null, symbol: named, contractSize: sizes }
}

/** What was given on the command line, then what the message says of its own contract, then the table. */
function sizesOf(message: unknown, { contractSize }: NormaliseOptions): ContractSize {
  if (contractSize !== null) return () => contractSize
  const own = isFields(message) ? contractSizeOf(message) : undefined
  return own === undefined ? usualContractSize : () => own
}

const CHANNELS: Readonly<Record<NormalisedChannel, RegExp>> = {
  liquidation: /^(?:liquidation-orders|liquidations)$/,
  openInterest: /^open-interest$/,
  funding: /^funding-rate$/,
  candle: /^candle/,
  markPrice: /^mark-price$/,
  longShortRatio: /^$/,
}

function wrongChannel(channel: NormalisedChannel, envelope: Envelope): string | null {
  if (envelope.channel === null || CHANNELS[channel].test(envelope.channel)) return null
  return channel === 'longShortRatio' ? 'no channel tells longShortRatio: it is in REST alone' : `the channel is not of ${channel}`
}

const READERS: Readonly<Record<NormalisedChannel, (envelope: Envelope) => readonly Read[]>> = {
  liquidation: ({ rows, symbol, contractSize }) =>
    rows.flatMap((row) => liquidationsOf(row, symbol).map(([detail, of]) => readLiquidation(detail, of, contractSize))),

  openInterest: ({ rows, symbol, contractSize }) =>
    rows.map((row) => {
      if (!Array.isArray(row)) return readOpenInterest(isFields(row) ? { instId: symbol, ...row } : row, contractSize)
      return eventOf(symbol, readOpenInterestRow(row, symbol ?? NO_SYMBOL, contractSize))
    }),

  funding: ({ rows, symbol, channel }) =>
    rows.map((given) => {
      const row = isFields(given) ? { instId: symbol, ...given } : given
      // Rows of history are of what has been settled.
      if (isFields(row) && row.realizedRate !== undefined && channel === null) return readSettlement(row)
      const read = readFundingRate(row)
      if (typeof read === 'string') return read
      const event: LiveEvent = { type: 'funding', time: read.settlement, rate: read.rate }
      const lasting: LiveEvent = read.intervalHours === undefined ? event : { ...event, intervalHours: read.intervalHours }
      return { symbol: read.symbol, event: lasting, predicted: true }
    }),

  candle: candles,

  markPrice: ({ rows, symbol }) => rows.map((row) => readMark(isFields(row) ? { instId: symbol, ...row } : row)),

  longShortRatio: ({ rows, symbol }) =>
    rows.map((row) => {
      // Accounts and top traders come alike, `[ts, ratio]`; three fields are what takers sold and bought.
      const kind = Array.isArray(row) && row.length > 2 ? 'takerVolume' : 'accounts'
      const event = readRatioRow(row, kind)
      return typeof event === 'string' ? `longShortRatio ${event}` : { symbol, event }
    }),
}

/** Rows of REST name no instrument: what they say in coins needs none, what they say in contracts has no size. */
const NO_SYMBOL = ''
const eventOf = (symbol: string | null, event: LiveEvent | string): Read => (typeof event === 'string' ? event : { symbol, event })

/** Rows that do not say whether they have closed have, where a later one is beside them. */
function candles({ rows, channel, symbol, contractSize }: Envelope): readonly Read[] {
  const intervalMs = channel === null ? intervalBetween(rows) : intervalOf(channel.slice('candle'.length))
  if (intervalMs === undefined) return ['candle channel names no interval that has a fixed length']
  const newest = Math.max(...rows.map((row) => (Array.isArray(row) ? (timeOf(row[0]) ?? 0) : 0)))
  return rows.map((row) => {
    const head = readBarHead(row)
    if (typeof head === 'string') return head
    if (head.closed === undefined && head.openTime === newest) return 'candle confirm is missing'
    if (head.closed === false) return null
    return eventOf(symbol, readCandle(row as unknown[], head.openTime, intervalMs, symbol ?? NO_SYMBOL, contractSize))
  })
}

/** Candles of REST do not say how long they are: as long as they are apart. A single one counts as a minute. */
function intervalBetween(rows: readonly unknown[]): number {
  const starts = rows.flatMap((row) => (Array.isArray(row) ? [timeOf(row[0]) ?? Number.NaN] : [])).filter((start) => start > 0)
  const [first, second] = starts.sort((a, b) => a - b)
  return first === undefined || second === undefined || second === first ? MINUTE_MS : second - first
}
