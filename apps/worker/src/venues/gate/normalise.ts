/** One raw message of Gate, of a socket or of REST: what `normalise` prints. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { type LongShortRatioEvent, RATIO_KINDS } from '@faultline/market/event'
import { MINUTE_MS } from '@faultline/market/units'
import type { Normalised, NormalisedChannel, NormalisedEvent, NormaliseOptions, Normaliser } from '../normaliser.ts'
import { decimal, type Fields, isFields, isSymbol } from '../values.ts'
import { isInverse, usualContractSize } from './contract-sizes.ts'
import { replyOf, rowsOf, sentAt, tickerTime } from './mapper.ts'
import {
  type Context,
  markOf,
  openInterestOf,
  readCandle,
  readLiquidation,
  readSettlement,
  readStatOpenInterest,
  readStatRatio,
  readTicker,
  type Ticker,
} from './rows.ts'
import { instantOf, intervalOf } from './values.ts'

/** A row in its message. */
interface Row {
  fields: Fields
  /** of the socket's channel; null: of REST, or bare */
  channel: string | null
  /** the venue's time of the message; undefined where it has none */
  sent: number | undefined
  /** as the row or the options name it; null: neither does */
  symbol: string | null
  /** of a candle; null: its name is none */
  intervalMs: number | null
  context: Context
}

type Read = (row: Row) => readonly (NormalisedEvent | string)[]

/** `now`: our clock, for answers that have no time of their own, and to tell whether a candle of REST is over. */
export const gateNormaliser =
  (now: () => number): Normaliser =>
  (channel, message, options) => {
    const rows = unwrap(channel, message, options)
    if (typeof rows === 'string') return { events: [], quarantined: rows }
    const read = readerOf(channel, now)
    return collect(rows.flatMap((row) => (typeof row === 'string' ? [row] : read(row))))
  }

export const normaliseGate: Normaliser = gateNormaliser(Date.now)

/** Channels of the sockets that say something about each of ours. */
const CHANNELS: Readonly<Record<NormalisedChannel, readonly string[]>> = {
  liquidation: ['futures.public_liquidates', 'futures.liquidates'],
  openInterest: ['futures.tickers', 'futures.contract_stats'],
  funding: ['futures.tickers'],
  candle: ['futures.candlesticks'],
  markPrice: ['futures.tickers'],
  longShortRatio: ['futures.contract_stats'],
}

function unwrap(wanted: NormalisedChannel, message: unknown, options: NormaliseOptions): (Row | string)[] | string {
  let rows: readonly unknown[] | undefined = rowsOf(message)
  let channel: string | null = null
  let sent: number | undefined
  if (isFields(message) && typeof message.channel === 'string') {
    if (replyOf(message)) return 'an answer to a request, which holds no data'
    channel = message.channel
    if (!CHANNELS[wanted].includes(channel)) return `the message's channel says nothing about ${wanted}`
    rows = rowsOf(message.result)
    sent = sentAt(message)
  }
  if (!rows) return channel === null ? 'neither an object nor a list with something in it' : 'result is no list with something in it'
  return rows.map((fields) => {
    if (!isFields(fields)) return 'a row is no object'
    const own = fields.contract ?? fields.name ?? nameOf(fields.n)
    if (own !== undefined && !isSymbol(own)) return 'contract is no symbol'
    const symbol = own ?? options.symbol
    const intervalMs = wanted === 'candle' ? intervalOfRow(fields, rows ?? []) : null
    return { fields, channel, sent, symbol, intervalMs, context: contextOf(fields, options) }
  })
}

/** `BTC_USDT` of `1m_BTC_USDT`. */
const nameOf = (name: unknown): string | undefined => (typeof name === 'string' ? /^[0-9a-z]+_(.+)$/.exec(name)?.[1] : undefined)

/** What is given, else what the row says of its contract, else what is usual. */
function contextOf({ quanto_multiplier: told }: Fields, { contractSize }: NormaliseOptions): Context {
  const own = decimal(told)
  return {
    contractSize: (symbol) => contractSize ?? (own > 0 && !isInverse(symbol) ? own : usualContractSize(symbol)),
  }
}

function readerOf(channel: NormalisedChannel, now: () => number): Read {
  switch (channel) {
    case 'liquidation':
      return ({ fields, context }) => {
        const read = readLiquidation(fields, context)
        return [typeof read === 'string' ? read : { symbol: read.symbol, event: read.event }]
      }
    case 'candle':
      return (row) => readBar(row, now())
    case 'longShortRatio':
      return ({ fields, symbol }) => ratiosOf(fields).map((ratio) => asEvent(symbol, ratio))
    case 'openInterest':
      return (row) =>
        row.fields.open_interest === undefined
          ? withTicker(row, now, (ticker, time) => [asEvent(ticker.symbol, openInterestOf(ticker, time, row.context))])
          : [asEvent(row.symbol, readStatOpenInterest(row.fields, row.symbol ?? '', row.context))]
    case 'markPrice':
      return (row) =>
        withTicker(row, now, (ticker, time) => [asEvent(ticker.symbol, markOf(ticker, time) ?? 'ticker mark_price is missing')])
    case 'funding':
      return (row) =>
        row.fields.r === undefined ? withTicker(row, now, predictedFunding) : [asEvent(row.symbol, readSettlement(row.fields, undefined))]
  }
}

const asEvent = (symbol: string | null, event: LiveEvent | string): NormalisedEvent | string =>
  typeof event === 'string' ? event : { symbol, event }

function ratiosOf(fields: Fields): (LongShortRatioEvent | string)[] {
  const told = RATIO_KINDS.map((kind) => readStatRatio(fields, kind)).filter((ratio) => ratio !== null)
  return told.length > 0 ? told : ['contract_stats lsr_account is missing, and so are the other ratios']
}

/** Of tickers, and of REST's list of contracts, which has other names for two of the fields. */
function withTicker(
  { fields, sent }: Row,
  now: () => number,
  read: (ticker: Ticker, time: number) => (NormalisedEvent | string)[],
): (NormalisedEvent | string)[] {
  const { name, position_size, total_size = position_size, contract = name } = fields
  const ticker = readTicker({ ...fields, contract, total_size })
  return typeof ticker === 'string' ? [ticker] : read(ticker, tickerTime(fields, sent ?? now()))
}

/** The rate as it will be settled. Without the settlement's time there is only a mark price that carries it. */
function predictedFunding(ticker: Ticker, time: number): (NormalisedEvent | string)[] {
  const { symbol, fundingRate: rate, nextFundingTime, fundingHours } = ticker
  if (rate === undefined) return ['ticker funding_rate is missing']
  if (nextFundingTime === undefined) return [asEvent(symbol, markOf(ticker, time) ?? 'ticker mark_price is missing')]
  const event = { type: 'funding', time: nextFundingTime, rate } as const
  return [{ symbol, event: fundingHours === undefined ? event : { ...event, intervalHours: fundingHours }, predicted: true }]
}

/** Sockets say of each candle whether it is closed (`w`); older messages and rows of REST do not, and are when their time is over. */
function readBar({ fields, channel, sent, symbol, context, intervalMs }: Row, now: number): (NormalisedEvent | string)[] {
  if (intervalMs === null) return ['candlestick n is no interval']
  // A size that is given is enough to read a candle of which nobody knows whose it is.
  const known: Context = symbol === null ? { contractSize: () => context.contractSize('') } : context
  const candle = readCandle(fields, symbol ?? '', known, intervalMs)
  if (typeof candle === 'string') return [symbol === null ? `${candle} (a row of REST does not name its contract)` : candle]
  const end = candle.openTime + intervalMs
  const over = channel === null ? end <= now : sent !== undefined && end <= sent
  const closed = fields.w === undefined ? over : fields.w === true
  return closed ? [{ symbol, event: candle }] : []
}

/** By the name of the subscription; rows of REST have none, and stand as far apart as they are long. */
function intervalOfRow({ n: name, t }: Fields, rows: readonly unknown[]): number | null {
  if (name !== undefined) return (typeof name === 'string' && intervalOf(name.split('_')[0] ?? '')) || null
  const own = instantOf(t)
  const distances = rows.map((row) => Math.abs((instantOf(isFields(row) ? row.t : undefined) ?? Number.NaN) - (own ?? Number.NaN)))
  const nearest = Math.min(...distances.filter((ms) => ms > 0))
  return Number.isFinite(nearest) ? nearest : MINUTE_MS
}

function collect(read: readonly (NormalisedEvent | string)[]): Normalised {
  const events = read.filter((r): r is NormalisedEvent => typeof r !== 'string')
  const reason = read.find((r) => typeof r === 'string') ?? null
  return { events, quarantined: reason }
}
