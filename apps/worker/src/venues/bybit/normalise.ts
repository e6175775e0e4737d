/** One raw message of Bybit, or one body of its REST, in the house's vocabulary. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { Normalised, NormalisedChannel, NormalisedEvent, NormaliseOptions, Normaliser } from '../normaliser.ts'
import { type Fields, isFields, isSymbol, isTime, timeOf } from '../values.ts'
import { topicOf } from './mapper.ts'
import { readFundingRow, readKlineRow, readOpenInterestRow, readRatioRow } from './rest-mapper.ts'
import {
  intervalOf,
  isInverse,
  markOf,
  openInterestOf,
  readBar,
  readLiquidation,
  readTicker,
  SIDES_IN_OPEN_INTEREST,
  type Ticker,
} from './rows.ts'

/** What is around the rows: of a socket's message its topic, of REST's body its result. */
interface Envelope {
  rows: readonly unknown[]
  /** `kline` of `kline.1.BTCUSDT`; null: the message has no topic */
  topic: string | null
  interval: unknown
  symbol: string | null
  inverse: boolean
  /** the venue's clock when it was sent */
  sentAt: number | undefined
}

/** An event, nothing (a candle that is open), or what is wrong. */
type Read = NormalisedEvent | null | string

export const normaliseBybit: Normaliser = (channel, message, options) => {
  const envelope = open(message, options)
  if (typeof envelope === 'string') return { events: [], quarantined: envelope }
  const wrong = wrongTopic(channel, envelope)
  if (wrong) return { events: [], quarantined: wrong }
  const reads = envelope.rows.map((row) => READERS[channel](row, envelope, options))
  return gather(reads)
}

function gather(reads: readonly Read[]): Normalised {
  const faults = reads.filter((read) => typeof read === 'string')
  return { events: reads.filter((read) => read !== null && typeof read !== 'string'), quarantined: faults[0] ?? null }
}

function open(message: unknown, options: NormaliseOptions): Envelope | string {
  const bare = { topic: null, interval: undefined, symbol: options.symbol, sentAt: undefined }
  if (Array.isArray(message)) {
    // A candle of REST by itself is a list as well.
    const rows = message.length > 0 && message.every((field) => typeof field !== 'object') ? [message] : message
    return rows.length === 0 ? 'the list is empty' : { ...bare, rows, inverse: inverseOf(options.symbol) }
  }
  if (!isFields(message)) return typeof message === 'string' ? 'not JSON' : 'not a JSON object'
  if (message.retCode !== undefined && message.retCode !== 0 && message.retCode !== '0') return 'retCode says that the request was refused'
  if (isFields(message.result)) return openResult(message.result, timeOf(message.time), options)
  if (Array.isArray(message.list)) return openResult(message, timeOf(message.time), options)
  const topic = topicOf(message)
  if (message.data === undefined) {
    if (topic || typeof message.op === 'string' || typeof message.success === 'boolean') return 'a message without data'
    return { ...bare, rows: [message], inverse: inverseOf(options.symbol) }
  }
  const rows = Array.isArray(message.data) ? (message.data as unknown[]) : [message.data]
  if (rows.length === 0) return 'data is an empty list'
  const symbol = isSymbol(topic?.symbol) ? topic.symbol : options.symbol
  const interval = topic?.name === 'kline' && typeof message.topic === 'string' ? message.topic.split('.')[1] : undefined
  return { rows, topic: topic?.name ?? null, interval, symbol, inverse: inverseOf(symbol), sentAt: timeOf(message.ts) }
}

function openResult(result: Fields, sentAt: number | undefined, options: NormaliseOptions): Envelope | string {
  if (!Array.isArray(result.list)) return 'result has no list'
  if (result.list.length === 0) return 'result.list is empty'
  const symbol = isSymbol(result.symbol) ? result.symbol : options.symbol
  const inverse = result.category === 'inverse' ? true : result.category === 'linear' ? false : inverseOf(symbol)
  return { rows: result.list as unknown[], topic: null, interval: intervalBetween(result.list), symbol, inverse, sentAt }
}

/** Without a symbol it is taken as linear, as what is followed here. */
const inverseOf = (symbol: string | null): boolean => symbol !== null && isInverse(symbol)

/** Candles of REST do not say how long they are: as long as they are apart. A single one counts as a minute. */
function intervalBetween(list: readonly unknown[]): string | undefined {
  const starts = list.flatMap((row) => (Array.isArray(row) ? [timeOf(row[0]) ?? Number.NaN] : [])).sort((a, b) => a - b)
  const [first, second] = starts
  if (first === undefined || second === undefined) return undefined
  const minutes = (second - first) / 60_000
  return minutes === 1_440 ? 'D' : minutes === 10_080 ? 'W' : String(minutes)
}

const TOPICS: Readonly<Record<NormalisedChannel, readonly string[]>> = {
  liquidation: ['allLiquidation', 'liquidation'],
  openInterest: ['tickers'],
  funding: ['tickers'],
  candle: ['kline'],
  markPrice: ['tickers'],
  longShortRatio: [],
}

function wrongTopic(channel: NormalisedChannel, { topic }: Envelope): string | null {
  if (topic === null || TOPICS[channel].includes(topic)) return null
  return TOPICS[channel].length === 0 ? `no topic tells ${channel}: it is in REST alone` : `the topic is not of ${channel}`
}

const READERS: Readonly<Record<NormalisedChannel, (row: unknown, envelope: Envelope, options: NormaliseOptions) => Read>> = {
  liquidation(row, _, { contractSize }) {
    const read = readLiquidation(row, contractSize ?? 1)
    return typeof read === 'string' ? read : { symbol: read.symbol, event: read.event }
  },

  openInterest(row, envelope) {
    if (isFields(row) && row.timestamp !== undefined)
      return asTold(row, eventOf(isSymbol(row.symbol) ? row.symbol : envelope.symbol, readOpenInterestRow(row, envelope.inverse)))
    return asTold(
      row,
      ofTicker(
        row,
        envelope,
        (ticker, time) => openInterestOf(ticker, time, isInverse(ticker.symbol)) ?? 'tickers openInterest is missing',
      ),
    )
  },

  funding(row, envelope) {
    if (isFields(row) && row.fundingRateTimestamp !== undefined) {
      const read = readFundingRow(row.symbol === undefined ? { ...row, symbol: envelope.symbol } : row)
      return typeof read === 'string' ? read : read
    }
    const read = ofTicker(row, envelope, ({ fundingRate, nextFundingTime, fundingHours }) => {
      if (fundingRate === undefined) return 'tickers fundingRate is missing'
      if (!isTime(nextFundingTime)) return 'tickers nextFundingTime is missing'
      const event: LiveEvent = { type: 'funding', time: nextFundingTime, rate: fundingRate }
      return fundingHours === undefined ? event : { ...event, intervalHours: fundingHours }
    })
    return read !== null && typeof read !== 'string' ? { ...read, predicted: true } : read
  },

  candle(row, envelope) {
    return isFields(row) ? candleOfSocket(row, envelope) : candleOfRest(row, envelope)
  },

  markPrice: (row, envelope) => ofTicker(row, envelope, (ticker, time) => markOf(ticker, time) ?? 'tickers markPrice is missing'),

  longShortRatio(row, envelope) {
    return readRatioRow(isFields(row) && row.symbol === undefined ? { ...row, symbol: envelope.symbol } : row)
  },
}

const eventOf = (symbol: string | null, event: LiveEvent | string): Read => (typeof event === 'string' ? event : { symbol, event })

/** A message that has only the sum of both sides is printed as it says, and says so: what a feed stores is half of it. */
function asTold(row: unknown, read: Read): Read {
  if (read === null || typeof read === 'string' || read.event.type !== 'openInterest') return read
  if (!isFields(row) || row.openInterest === undefined || (row.singleOpenInterest !== undefined && row.singleOpenInterest !== ''))
    return read
  const { openInterest, openInterestUsd } = read.event
  const event = { ...read.event, openInterest: openInterest * SIDES_IN_OPEN_INTEREST }
  if (openInterestUsd !== undefined) event.openInterestUsd = openInterestUsd * SIDES_IN_OPEN_INTEREST
  return { ...read, event, sides: SIDES_IN_OPEN_INTEREST }
}

function ofTicker(row: unknown, { sentAt }: Envelope, read: (ticker: Ticker, time: number) => LiveEvent | string): Read {
  const ticker = readTicker(row)
  if (typeof ticker === 'string') return ticker
  const time = sentAt ?? (isFields(row) ? timeOf(row.ts ?? row.time) : undefined)
  return time === undefined ? 'tickers ts is missing' : eventOf(ticker.symbol, read(ticker, time))
}

function candleOfSocket(row: Fields, envelope: Envelope): Read {
  const intervalMs = intervalOf(row.interval ?? envelope.interval)
  if (intervalMs === undefined) return 'kline interval is none that has a fixed length'
  if (typeof row.confirm !== 'boolean') return 'kline confirm is neither true nor false'
  const openTime = timeOf(row.start)
  if (openTime === undefined || openTime % 60_000 !== 0) return 'kline start is not the start of a minute'
  if (row.end !== undefined && timeOf(row.end) !== openTime + intervalMs - 1) return 'kline end is not the end of the interval'
  if (!row.confirm) return null
  const { open, high, low, close, volume, turnover } = row
  return eventOf(envelope.symbol, readBar({ openTime, open, high, low, close, volume, turnover }, intervalMs, envelope.inverse))
}

/** What the venue's clock says tells whether it has closed. */
function candleOfRest(row: unknown, envelope: Envelope): Read {
  const intervalMs = intervalOf(envelope.interval ?? '1')
  if (intervalMs === undefined) return 'kline rows are as far apart as no interval is long'
  const event = readKlineRow(row, intervalMs, envelope.inverse)
  if (typeof event !== 'string' && envelope.sentAt !== undefined && event.openTime + intervalMs > envelope.sentAt) return null
  return eventOf(envelope.symbol, event)
}
