/**
 * Positions of Hyperliquid's addresses, which anybody may read: what `clearinghouseState` says of one. No I/O. Nothing here
 * carries the address, so that a position can be passed on without it.
 */
import type { Side } from '@faultline/market/units'
import { FeedError } from '../../feed/venue-feed.ts'
import { decimal, isFields, isPrice, isSize, timeOf } from '../values.ts'

export interface ObservedPosition {
  /** as the venue writes it: `BTC`, `kPEPE` */
  symbol: string
  side: Side
  /** base coin, above zero */
  sizeBase: number
  entryPrice: number
  /** as the holder set it: of the position when isolated, of the symbol when cross */
  leverage: number
  marginMode: 'isolated' | 'cross'
  /** null: the account's other money keeps it from any */
  liquidationPrice: number | null
  /** at the mark price, USD, above zero */
  positionUsd: number
  /** USD */
  marginUsed: number
  /** the venue's time of the answer, UTC ms */
  time: number
}

/** `unread`: how many positions were left out, and what was wrong with the first. */
export interface ObservedState {
  time: number
  positions: ObservedPosition[]
  unread: { count: number; reason: string } | null
}

/** What the feed offers to whoever polls addresses. */
export interface ObservedPositions {
  /**
   * Weighs little in the venue's limit and has a small allowance of its own, so that polling never holds up the market's feeds.
   * @param address as `readAddress` (packages/market) gives it
   * @throws FeedError
   */
  clearinghouseState(address: string): Promise<ObservedState>
}

/** @throws FeedError failed when the answer is none */
export function readClearinghouseState(answer: unknown): ObservedState {
  if (!isFields(answer) || !Array.isArray(answer.assetPositions))
    throw new FeedError('failed', 'clearinghouseState answered something without a list of positions')
  const time = timeOf(answer.time)
  if (time === undefined) throw new FeedError('failed', 'clearinghouseState answered no time')
  const positions: ObservedPosition[] = []
  const reasons: string[] = []
  for (const row of answer.assetPositions as unknown[]) {
    const position = readPosition(isFields(row) ? row.position : undefined, time)
    if (typeof position === 'string') reasons.push(position)
    else if (position !== null) positions.push(position)
  }
  const [reason] = reasons
  return { time, positions, unread: reason === undefined ? null : { count: reasons.length, reason: `clearinghouseState: ${reason}` } }
}

/** null: nothing is held; a text says what is wrong. */
function readPosition(position: unknown, time: number): ObservedPosition | string | null {
  if (!isFields(position)) return 'position is no object'
  const { coin, leverage } = position
  if (typeof coin !== 'string' || coin === '') return 'coin is no symbol'
  const held = decimal(position.szi)
  if (!isSize(Math.abs(held))) return 'szi is no size'
  if (held === 0) return null
  const entryPrice = decimal(position.entryPx)
  if (!isPrice(entryPrice)) return 'entryPx is no price'
  if (!isFields(leverage)) return 'leverage is no object'
  const times = decimal(leverage.value)
  if (!(times > 0 && times <= 1_000)) return 'leverage.value is no leverage'
  if (leverage.type !== 'isolated' && leverage.type !== 'cross') return 'leverage.type is neither isolated nor cross'
  const liquidationPrice = position.liquidationPx === null || position.liquidationPx === undefined ? null : decimal(position.liquidationPx)
  // Below zero: the account would have to lose more than the coin is worth.
  if (Number.isNaN(liquidationPrice)) return 'liquidationPx is no price'
  const positionUsd = decimal(position.positionValue)
  if (!isSize(positionUsd) || positionUsd === 0) return 'positionValue is no size above zero'
  const marginUsed = decimal(position.marginUsed)
  if (!isSize(marginUsed)) return 'marginUsed is no size'
  return {
    symbol: coin,
    side: held > 0 ? 'long' : 'short',
    sizeBase: Math.abs(held),
    entryPrice,
    leverage: times,
    marginMode: leverage.type,
    liquidationPrice: liquidationPrice !== null && isPrice(liquidationPrice) ? liquidationPrice : null,
    positionUsd,
    marginUsed,
    time,
  }
}
