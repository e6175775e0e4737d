/** One raw message of Binance USDⓈ-M, or one body of its REST, in the house's vocabulary. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { FeedError, type Reading } from '../../feed/venue-feed.ts'
import type { Normalised, NormalisedChannel, NormalisedEvent, NormaliseOptions, Normaliser } from '../normaliser.ts'
import { decimal, type Fields, isFields, isFundingRate, isPrice, isSize, isSymbol, isTime, timeOf } from '../values.ts'
import { readKline, readMessage } from './mapper.ts'
import { type Rows, readFunding, readKlines, readOpenInterest, readOpenInterestHistory, readRatios } from './rest-mapper.ts'

const EVENTS: Readonly<Partial<Record<NormalisedChannel, string>>> = {
  liquidation: 'forceOrder',
  candle: 'kline',
  markPrice: 'markPriceUpdate',
  funding: 'markPriceUpdate',
}

/** Sizes are in coins: a contract is one. `contractSize` takes its place where somebody knows better. */
export const normaliseBinance: Normaliser = (channel, message, options) => {
  try {
    const normalised = linearOnly(read(channel, unwrap(message), options), options)
    return options.contractSize === null ? normalised : { ...normalised, events: normalised.events.map(scaled(options.contractSize)) }
  } catch (error) {
    if (error instanceof FeedError) return { events: [], quarantined: error.message }
    throw error
  }
}

/** BTCUSD_PERP, BTCUSD_261225: coin-margined. BTCUSDT_261225 is not. */
const COIN_MARGINED = /^[A-Z0-9]+USD_/
const SIZED: ReadonlySet<LiveEvent['type']> = new Set(['liquidation', 'openInterest', 'candle'])

/** Coin-margined contracts have the same messages on hosts of their own: their sizes are contracts of USD, and would be taken for coins. */
function linearOnly(normalised: Normalised, { symbol: given }: NormaliseOptions): Normalised {
  const events = normalised.events.filter(({ symbol, event }) => !(SIZED.has(event.type) && COIN_MARGINED.test(symbol ?? given ?? '')))
  if (events.length === normalised.events.length) return normalised
  return { events, quarantined: normalised.quarantined ?? 'the contract is coin-margined, whose sizes are in USD: USDⓈ-M alone is read' }
}

/** Without what combined streams and the WebSocket API put around the data. */
function unwrap(message: unknown): unknown {
  if (!isFields(message)) return message
  if (typeof message.stream === 'string' && message.data !== undefined) return message.data
  return message.result !== undefined && typeof message.e !== 'string' ? message.result : message
}

function read(channel: NormalisedChannel, data: unknown, options: NormaliseOptions): Normalised {
  const rows = Array.isArray(data) && !isRow(data) ? (data as unknown[]) : [data]
  if (rows.length === 0) return nothing('the list is empty')
  const [first] = rows
  if (isFields(first) && typeof first.e === 'string') return merge(rows.map((row) => ofStream(channel, row)))
  if (isFields(first) && first.code !== undefined && first.msg !== undefined) return nothing('the venue answered an error')
  return merge(READERS[channel](rows, options))
}

/** A candle of REST is a list by itself. */
const isRow = (list: readonly unknown[]): boolean => list.length > 0 && list.every((field) => typeof field !== 'object' || field === null)

function ofStream(channel: NormalisedChannel, row: unknown): Normalised {
  const wanted = EVENTS[channel]
  if (wanted === undefined) return nothing(`no stream tells ${channel}: it is in REST alone`)
  if (!isFields(row)) return nothing('a part of the list is no object')
  if (row.e !== wanted) return nothing(`${channel} comes as ${wanted}, and this is another event`)
  const reading: Reading = channel === 'candle' ? readKline(row, true) : readMessage(row)[0]
  if (reading.kind === 'unknown') return nothing(reading.reason)
  if (reading.kind === 'control') return nothing('an acknowledgement')
  return {
    events: reading.events.flatMap((event) =>
      channel === 'funding' ? predictedOf(reading.symbol, event) : [{ symbol: reading.symbol, event }],
    ),
    quarantined: null,
  }
}

/** A mark says which rate would be settled, and when. */
function predictedOf(symbol: string, event: LiveEvent): NormalisedEvent[] {
  if (event.type !== 'markPrice' || event.predictedFundingRate === undefined || event.nextFundingTime === undefined) return []
  return [{ symbol, event: { type: 'funding', time: event.nextFundingTime, rate: event.predictedFundingRate }, predicted: true }]
}

const READERS: Readonly<Record<NormalisedChannel, (rows: readonly unknown[], options: NormaliseOptions) => Normalised[]>> = {
  liquidation: (rows) => rows.map(readForcedOrder),
  openInterest: (rows, options) =>
    rows.map((row) => {
      if (!isFields(row)) return nothing('openInterest is no object')
      const symbol = symbolOf(row, options)
      if (row.openInterest === undefined) return ofRows(symbol, readOpenInterestHistory([{ ...row, symbol }], symbol ?? ''))
      return { events: [{ symbol, event: readOpenInterest({ ...row, symbol }, symbol ?? '') }], quarantined: null }
    }),
  funding: (rows, options) => rows.map((row) => readFundingRow(row, options)),
  candle: (rows, options) =>
    rows.map((row) => {
      const length = Array.isArray(row) && isTime(row[0]) && isTime(row[6]) ? row[6] + 1 - row[0] : undefined
      return ofRows(options.symbol, readKlines([row], length))
    }),
  markPrice: (rows) => rows.map(readPremiumIndex),
  longShortRatio: (rows, options) =>
    rows.map((row) => {
      if (!isFields(row)) return nothing('a ratio is no object')
      const kind = row.buySellRatio === undefined ? 'accounts' : 'takerVolume'
      return ofRows(symbolOf(row, options), readRatios('the ratio', [row], kind))
    }),
}

/** `allForceOrders` and `forceOrders`: the side is the order's, as in the stream. */
function readForcedOrder(row: unknown): Normalised {
  if (!isFields(row)) return nothing('a forced order is no object')
  const { symbol, side } = row
  if (!isSymbol(symbol)) return nothing('forced order symbol is none')
  if (side !== 'SELL' && side !== 'BUY') return nothing('forced order side is neither SELL nor BUY')
  const time = timeOf(row.time ?? row.updateTime)
  if (time === undefined) return nothing('forced order time is no time')
  const [average, filled] = [decimal(row.averagePrice ?? row.avgPrice ?? 0), decimal(row.executedQty ?? 0)]
  const price = average > 0 ? average : decimal(row.price)
  const quantity = filled > 0 ? filled : decimal(row.origQty)
  if (!isPrice(price)) return nothing('forced order price is no price')
  if (!isSize(quantity) || quantity === 0) return nothing('forced order origQty is no size above zero')
  const event: LiveEvent = {
    type: 'liquidation',
    time,
    side: side === 'SELL' ? 'long' : 'short',
    price,
    priceKind: average > 0 ? 'fill' : 'order',
    quantity,
    quantityUsd: price * quantity,
  }
  return { events: [{ symbol, event }], quarantined: null }
}

/** A settlement of `fundingRate`, or what `premiumIndex` says would be settled. */
function readFundingRow(row: unknown, options: NormaliseOptions): Normalised {
  if (!isFields(row)) return nothing('a funding rate is no object')
  const symbol = symbolOf(row, options)
  if (row.fundingTime !== undefined) {
    const { rows } = readFunding([{ ...row, symbol }], symbol ?? '', 1)
    // How long the interval is, is not in the answer.
    return { events: rows.map(({ intervalHours: _unknown, ...event }) => ({ symbol, event })), quarantined: null }
  }
  const [rate, next] = [decimal(row.lastFundingRate), timeOf(row.nextFundingTime)]
  if (!isFundingRate(rate)) return nothing('lastFundingRate is no rate')
  if (next === undefined) return nothing('nextFundingTime is no time')
  return { events: [{ symbol, event: { type: 'funding', time: next, rate }, predicted: true }], quarantined: null }
}

function readPremiumIndex(row: unknown): Normalised {
  if (!isFields(row)) return nothing('premiumIndex is no object')
  const { symbol, markPrice, indexPrice, lastFundingRate, nextFundingTime, time } = row
  if (timeOf(time) === undefined) return nothing('premiumIndex time is no time')
  if (!isPrice(decimal(markPrice))) return nothing('premiumIndex markPrice is no price')
  // The same fields as in the stream, by longer names; 0 for the next settlement where there is none.
  const asStream = { e: 'markPriceUpdate', E: timeOf(time), s: symbol, p: markPrice, i: indexPrice, r: lastFundingRate, T: nextFundingTime }
  return ofStream('markPrice', asStream)
}

const symbolOf = (row: Fields, { symbol }: NormaliseOptions): string | null => (isSymbol(row.symbol) ? row.symbol : symbol)

const nothing = (reason: string): Normalised => ({ events: [], quarantined: reason })

function ofRows(symbol: string | null, { rows, unread }: Rows<LiveEvent>): Normalised {
  return { events: rows.map((event) => ({ symbol, event })), quarantined: unread?.reason ?? null }
}

function merge(parts: readonly Normalised[]): Normalised {
  return { events: parts.flatMap((part) => part.events), quarantined: parts.find((part) => part.quarantined !== null)?.quarantined ?? null }
}

const scaled =
  (contractSize: number) =>
  ({ symbol, event, ...more }: NormalisedEvent): NormalisedEvent => {
    if (event.type === 'liquidation') {
      const quantity = event.quantity * contractSize
      return { symbol, event: { ...event, quantity, quantityUsd: quantity * event.price }, ...more }
    }
    if (event.type === 'openInterest') return { symbol, event: { ...event, openInterest: event.openInterest * contractSize }, ...more }
    return { symbol, event, ...more }
  }
