/** What is seen of one instrument at one moment, as it is written down: pure. */
import type { ObservedLook, ObservedPositionRow } from '@faultline/db/repositories/observed'
import { nothingObserved, type ObservedStock, observedStock } from '@faultline/engine/estimator/observed-stock'
import { COLUMN_FLOOR_USD, type Column, type PlaneData } from '@faultline/market/column'
import { binOf, MAX_BIN, MIN_BIN } from '@faultline/market/price-grid'
import { floorTo, type Side } from '@faultline/market/units'

export interface LookInput {
  instrumentId: number
  /** the venue's clock, UTC ms */
  time: number
  bucketMs: number
  positions: readonly Omit<ObservedPositionRow, 'account'>[]
  /** newest figure, base coin of one side; null: not known */
  openInterest: number | null
  /** how many accounts were answered for at least once */
  accounts: number
}

/** The layer, and what of it the estimator may be told: null without an open interest to hold it against. */
export function lookOf(input: LookInput): { look: ObservedLook; stock: ObservedStock | null } {
  const { instrumentId, time, bucketMs, positions, openInterest, accounts } = input
  const sums = { long: { usd: 0, size: 0 }, short: { usd: 0, size: 0 } }
  let oldestAt: number | null = null
  for (const { side, usd, size, seenAt } of positions) {
    sums[side].usd += usd
    sums[side].size += size
    oldestAt = oldestAt === null ? seenAt : Math.min(oldestAt, seenAt)
  }
  const shareOf = (side: Side) => (openInterest !== null && openInterest > 0 ? Math.min(1, sums[side].size / openInterest) : null)
  const look: ObservedLook = {
    instrumentId,
    time,
    column: columnOf(floorTo(time, bucketMs), bucketMs, positions),
    accounts,
    longUsd: sums.long.usd,
    shortUsd: sums.short.usd,
    longShare: shareOf('long'),
    shortShare: shareOf('short'),
    oldestAt,
  }
  if (positions.length === 0) return { look, stock: nothingObserved(time) }
  if (openInterest === null || !(openInterest > 0)) return { look, stock: null }
  const seen = positions.map(({ side, entryPrice, liquidationPrice, size }) => ({
    side,
    entry: entryPrice,
    liquidation: liquidationPrice,
    size,
  }))
  return { look, stock: observedStock(time, seen, openInterest) }
}

/** Levels farther from the mark than this factor are no part of the layer: they would make it as wide as the grid. */
const REACH = 5

/** USD (size × liquidation price) by bin of liquidation price, like a true map's. */
function columnOf(bucketStart: number, bucketMs: number, positions: LookInput['positions']): Column {
  const planeOf = (side: Side): PlaneData => {
    const bins = new Map<number, number>()
    for (const p of positions) {
      if (p.side !== side || p.liquidationPrice === null) continue
      const away = (p.liquidationPrice * p.size) / p.usd
      if (!(away >= 1 / REACH && away <= REACH)) continue
      const bin = binOf(p.liquidationPrice)
      if (bin >= MIN_BIN && bin <= MAX_BIN) bins.set(bin, (bins.get(bin) ?? 0) + p.size * p.liquidationPrice)
    }
    for (const [bin, usd] of bins) if (usd < COLUMN_FLOOR_USD) bins.delete(bin)
    if (bins.size === 0) return { firstBin: 0, usd: new Float32Array(0) }
    const firstBin = Math.min(...bins.keys())
    const usd = new Float32Array(Math.max(...bins.keys()) - firstBin + 1)
    for (const [bin, value] of bins) usd[bin - firstBin] = value
    return { firstBin, usd }
  }
  return { bucketStart, bucketMs, planes: { long: planeOf('long'), short: planeOf('short') } }
}
