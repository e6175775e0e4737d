/**
 * Answers of Hyperliquid's info endpoint in the house's vocabulary (docs/venues/hyperliquid.md). No I/O. A row that cannot be read
 * is left out and reported; an answer of another shape than the type's is an error.
 */
import type { CandleEvent, FundingEvent } from '@faultline/market/event'
import { type InstrumentDefinition, instrumentSchema, type MarginTier, marginTier } from '@faultline/market/instrument'
import { inOrder, type Rows } from '../binance/rest-mapper.ts'
import { failed, readRows } from '../read-rows.ts'
import { decimal, type Fields, isFields, timeOf } from '../values.ts'
import { type AssetContext, isCoin, readCandle, readContext, readFunding } from './rows.ts'

/** Tables of one tier are not listed: their number is their leverage. */
const FIRST_LISTED_TABLE = 50

export function readServerTime(answer: unknown): number {
  const time = timeOf(isFields(answer) ? answer.time : undefined)
  if (time === undefined) throw failed('exchangeStatus', 'no time')
  return time
}

/** A coin of the universe that trades. */
export interface Asset {
  instrument: InstrumentDefinition
  tiers: MarginTier[]
}

/** `meta`: what is traded, in the universe's order, and the margin tables. Delisted coins keep their place and are not given. */
export function readMeta(answer: unknown): Rows<Asset> {
  const { universe, marginTables } = metaOf(answer)
  const tables = tablesOf(marginTables)
  const { rows, unread } = readRows('meta', universe, (row) => {
    if (!isFields(row)) return 'a coin is no object'
    if (!isCoin(row.name)) return 'name is no coin'
    if (row.isDelisted === true) return null
    // Prices are in USD, whatever they are settled in.
    const definition = { venue: 'hyperliquid', symbol: row.name, baseAsset: row.name, quoteAsset: 'USDC', contractSize: 1 }
    const instrument = instrumentSchema.safeParse(definition)
    if (!instrument.success) return 'name is no coin'
    const tiers = tiersOf(row, tables)
    return typeof tiers === 'string' ? tiers : { instrument: instrument.data, tiers }
  })
  return { rows: rows.filter((row) => row !== null), unread }
}

const metaOf = (answer: unknown): Fields => (isFields(answer) && Array.isArray(answer.universe) ? answer : noUniverse())
const noUniverse = (): never => {
  throw failed('meta', 'no universe')
}

type Tables = ReadonlyMap<number, unknown>

/** Pairs of a number and a table. */
function tablesOf(value: unknown): Tables {
  const pairs = Array.isArray(value) ? (value as unknown[]) : []
  return new Map(
    pairs.flatMap((pair) =>
      Array.isArray(pair) && Number.isInteger(pair[0]) && isFields(pair[1]) ? [[pair[0] as number, pair[1].marginTiers]] : [],
    ),
  )
}

/** Maintenance is half of the initial margin at the highest leverage of the tier. */
function tiersOf({ maxLeverage, marginTableId }: Fields, tables: Tables): MarginTier[] | string {
  const id = decimal(marginTableId)
  const listed = tables.get(id)
  const highest = decimal(maxLeverage)
  const flat = id >= 1 && id < FIRST_LISTED_TABLE ? id : highest
  const rows = Array.isArray(listed) && listed.length > 0 ? (listed as unknown[]) : [{ lowerBound: 0, maxLeverage: flat }]
  const read = rows.map((row) =>
    isFields(row) ? { floorUsd: decimal(row.lowerBound), maxLeverage: decimal(row.maxLeverage) } : { floorUsd: Number.NaN, maxLeverage: 1 },
  )
  if (read.some(({ floorUsd }) => !(floorUsd >= 0))) return 'marginTiers lowerBound is no size'
  if (read.some((tier) => !(tier.maxLeverage >= 1 && tier.maxLeverage <= 1_000))) return 'maxLeverage is no leverage'
  const sorted = read.sort((a, b) => a.floorUsd - b.floorUsd)
  return sorted.map(({ floorUsd, maxLeverage: times }, i) =>
    marginTier.parse({
      floorUsd: i === 0 ? 0 : floorUsd,
      capUsd: sorted[i + 1]?.floorUsd ?? null,
      maintMarginRatio: 1 / (2 * times),
      maxLeverage: times,
    }),
  )
}

/** `metaAndAssetCtxs`: the context of each coin that trades, by its place in the universe. */
export function readContexts(answer: unknown): Rows<readonly [coin: string, context: AssetContext]> {
  const [meta, contexts] = Array.isArray(answer) ? (answer as unknown[]) : []
  const { universe } = metaOf(meta)
  if (!Array.isArray(contexts)) throw failed('metaAndAssetCtxs', 'no list of contexts')
  const coins = universe as unknown[]
  const { rows, unread } = readRows(
    'metaAndAssetCtxs',
    contexts.map((ctx: unknown, i) => [coins[i], ctx]),
    (pair) => {
      const [coin, ctx] = pair as [unknown, unknown]
      if (!isFields(coin) || !isCoin(coin.name)) return 'name is no coin'
      if (coin.isDelisted === true) return null
      const context = readContext(ctx)
      return typeof context === 'string' ? context : ([coin.name, context] as const)
    },
  )
  return { rows: rows.filter((row) => row !== null), unread }
}

/** `newest`: the latest open time in the answer. Candles before it are closed, whatever any clock says. */
export function readCandles(answer: unknown, coin: string, intervalMs: number): Rows<CandleEvent> & { newest: number | null } {
  const { rows, unread } = readRows('candleSnapshot', answer, (row) => {
    const candle = readCandle(row)
    if (typeof candle === 'string') return candle
    if (candle.symbol !== coin) return 'candle s is another coin'
    return candle.event.intervalMs === intervalMs ? candle.event : 'candle i is another interval'
  })
  const sorted = inOrder(rows, (c) => c.openTime)
  return { rows: sorted, unread, newest: sorted.at(-1)?.openTime ?? null }
}

export function readFundings(answer: unknown, coin: string): Rows<FundingEvent> {
  const { rows, unread } = readRows('fundingHistory', answer, (row) => {
    const funding = readFunding(row)
    if (typeof funding === 'string') return funding
    return funding.symbol === coin ? funding.event : 'fundingHistory coin is another one'
  })
  return { rows: inOrder(rows, (e) => e.time), unread }
}
