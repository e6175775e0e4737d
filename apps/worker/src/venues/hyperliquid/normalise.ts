/** One raw message of Hyperliquid, of a socket or of its info endpoint: what `normalise` prints. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { FeedError } from '../../feed/venue-feed.ts'
import type { Normalised, NormalisedChannel, NormalisedEvent, NormaliseOptions, Normaliser } from '../normaliser.ts'
import { decimal, type Fields, isFields, isFundingRate, timeOf } from '../values.ts'
import { replyOf, rowsOf } from './mapper.ts'
import { readContexts } from './rest-mapper.ts'
import {
  type AssetContext,
  isCoin,
  markOf,
  nextFullHour,
  type Owner,
  openInterestOf,
  readCandle,
  readContext,
  readFunding,
  readLiquidationFill,
} from './rows.ts'

type Found = readonly (NormalisedEvent | string)[]

interface Asked {
  /** our clock: contexts have no time, and no candle says that it is closed */
  now: number
  options: NormaliseOptions
}

/** The open interest of a message is read as counting each contract once. */
const SIDES_COUNTED = 1
const NO_LIQUIDATIONS =
  'Hyperliquid publishes no liquidations of its market: only the fills of an address (userFills, userEvents) tell those that it took part in'
const NO_RATIOS = 'Hyperliquid publishes no long/short ratios'

export const hyperliquidNormaliser =
  (now: () => number): Normaliser =>
  (channel, message, options) => {
    if (channel === 'longShortRatio') return nothing(NO_RATIOS)
    if (isFields(message) && replyOf(message)) return nothing('an answer to a request, which holds no data')
    try {
      return collect(READERS[channel](message, { now: now(), options }))
    } catch (error) {
      if (error instanceof FeedError) return nothing(error.message)
      throw error
    }
  }

export const normaliseHyperliquid: Normaliser = hyperliquidNormaliser(Date.now)

const READERS: Readonly<Record<Exclude<NormalisedChannel, 'longShortRatio'>, (message: unknown, asked: Asked) => Found>> = {
  liquidation: readLiquidations,
  candle: readCandles,
  openInterest: (message, { now, options }) =>
    contextsOf(message, options).map((found) => {
      if (typeof found === 'string') return found
      return asEvent(found[0], openInterestOf(found[1], now, SIDES_COUNTED), 'ctx openInterest is missing')
    }),
  markPrice: (message, { now, options }) =>
    contextsOf(message, options).map((found) =>
      typeof found === 'string' ? found : asEvent(found[0], markOf(found[1], now), 'ctx markPx is missing'),
    ),
  funding: readFundings,
}

const asEvent = (symbol: string | null, event: LiveEvent | undefined, missing: string): NormalisedEvent | string =>
  event === undefined ? missing : { symbol, event }

/** What is around the data of a socket's message; of an answer of REST there is nothing. */
function dataOf(message: unknown): { channel: string | null; data: unknown } {
  return isFields(message) && typeof message.channel === 'string'
    ? { channel: message.channel, data: message.data }
    : { channel: null, data: message }
}

function readLiquidations(message: unknown, { options }: Asked): Found {
  const { channel, data } = dataOf(message)
  if (channel !== null && !['user', 'userEvents', 'userFills'].includes(channel)) return [NO_LIQUIDATIONS]
  if (isFields(data) && isFields(data.liquidation) && data.coin === undefined)
    return ['the notice of a liquidation names no coin and no side: the fills of the same address do']
  const owner: Owner = isFields(data) && typeof data.user === 'string' ? data.user : null
  const fills = rowsOf(isFields(data) && data.fills !== undefined ? data.fills : data)
  if (!fills) return ['fills is no list with something in it']
  const read = fills.map((fill) => readLiquidationFill(fill, owner)).filter((found) => found !== undefined)
  if (read.length === 0)
    return [fills.some((fill) => isFields(fill) && fill.sz !== undefined) ? 'none of the fills is of a liquidation' : NO_LIQUIDATIONS]
  const { contractSize } = options
  return read.map((found) => {
    if (typeof found === 'string' || contractSize === null) return found
    const quantity = found.event.quantity * contractSize
    return { ...found, event: { ...found.event, quantity, quantityUsd: quantity * found.event.price } }
  })
}

function readCandles(message: unknown, { now }: Asked): Found {
  const rows = rowsOf(dataOf(message).data)
  if (!rows) return ['candle data is no list with something in it']
  return rows.flatMap((row): Found => {
    const candle = readCandle(row)
    if (typeof candle === 'string') return [candle]
    return candle.event.openTime + candle.event.intervalMs <= now ? [candle] : []
  })
}

type ContextOf = readonly [symbol: string | null, context: AssetContext] | string

/** Of `activeAssetCtx`, `metaAndAssetCtxs`, or a context by itself. */
function contextsOf(message: unknown, options: NormaliseOptions): ContextOf[] {
  const { channel, data } = dataOf(message)
  if (channel === 'allDexsAssetCtxs') return ['the contexts of all exchanges name no coins: their order is that of each universe']
  if (Array.isArray(data)) {
    const { rows, unread } = readContexts(data)
    return [...rows.map(([coin, context]) => scaled(coin, context, options)), ...(unread ? [unread.reason] : [])]
  }
  if (!isFields(data)) return ['data is no object']
  const ctx = isFields(data.ctx) ? data.ctx : data
  const symbol = data.coin ?? options.symbol
  if (symbol !== null && !isCoin(symbol)) return ['coin is no coin']
  const context = readContext(ctx)
  return [typeof context === 'string' ? context : scaled(symbol, context, options)]
}

function scaled(symbol: string | null, context: AssetContext, { contractSize }: NormaliseOptions): ContextOf {
  const { openInterest } = context
  return [symbol, contractSize === null || openInterest === undefined ? context : { ...context, openInterest: openInterest * contractSize }]
}

/** Settled ones, or what would be settled at the end of the hour. */
function readFundings(message: unknown, { now, options }: Asked): Found {
  const { channel, data } = dataOf(message)
  const rows = rowsOf(data)
  const [first] = rows ?? []
  if (channel === null && rows && isFields(first) && first.fundingRate !== undefined) return rows.map(readFunding)
  if (channel === null && Array.isArray(first) && Array.isArray(first[1])) return (rows ?? []).flatMap(predictionsOf)
  return contextsOf(message, options).map((found) => {
    if (typeof found === 'string') return found
    const [symbol, { fundingRate: rate }] = found
    if (rate === undefined) return 'ctx funding is missing'
    return { symbol, event: { type: 'funding', time: nextFullHour(now), rate, intervalHours: 1 }, predicted: true }
  })
}

/** A pair of `predictedFundings`: the coin, and what each venue will settle; of these, what is said of Hyperliquid itself. */
function predictionsOf(pair: unknown): Found {
  const [symbol, venues] = Array.isArray(pair) ? (pair as unknown[]) : []
  if (!isCoin(symbol) || !Array.isArray(venues)) return ['predictedFundings row is no coin with its venues']
  const own = (venues as unknown[]).find(
    (venue): venue is [string, Fields] => Array.isArray(venue) && venue[0] === 'HlPerp' && isFields(venue[1]),
  )
  if (!own) return []
  const [rate, time, hours] = [decimal(own[1].fundingRate), timeOf(own[1].nextFundingTime), decimal(own[1].fundingIntervalHours)]
  if (!isFundingRate(rate)) return ['predictedFundings fundingRate is no funding rate']
  if (time === undefined) return ['predictedFundings nextFundingTime is no time']
  const event = { type: 'funding', time, rate } as const
  return [{ symbol, event: hours > 0 && hours <= 168 ? { ...event, intervalHours: hours } : event, predicted: true }]
}

const nothing = (reason: string): Normalised => ({ events: [], quarantined: reason })

function collect(found: Found): Normalised {
  return {
    events: found.filter((f): f is NormalisedEvent => typeof f !== 'string'),
    quarantined: found.find((f): f is string => typeof f === 'string') ?? null,
  }
}
