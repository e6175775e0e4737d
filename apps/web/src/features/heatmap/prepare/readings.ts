/**
 * What the newest column says near the price: totals by side and the largest peaks. Read from the tile of the finest
 * resolution, so no maximum over time is in it; what remains is the tile's rounding, steps of 8.5 %.
 */
import { binCentrePrice, binCoordinate, binLowerPrice, binUpperPrice } from '@faultline/market/price-grid'
import { TILE_COLUMNS, type Tile } from '@faultline/market/tile'
import type { Side } from '@faultline/market/units'
import { byteToUsd } from '@faultline/market/usd-scale'

export interface Level {
  side: Side
  /** centre of the bin */
  price: number
  /** signed ratio of the price now */
  distance: number
  usd: number
}

export interface Readings {
  /** USD within ±5 % of the price */
  longUsd: number
  shortUsd: number
  /** nearest first */
  levels: Level[]
}

/** Distance inside which totals are summed and levels are looked for. */
export const WITHIN = 0.05
const LEVEL_WITHIN = 0.12
const PER_SIDE = 4
/** Two levels of one side stand at least this many bins (of 0.1 %) apart: a bin's neighbours are the same level. */
const APART = 8
/** A level is a peak: no bin this near holds more. On a slope there is none, however large its bins are. */
const PEAK_RADIUS = 4
/** A peak under this share of the side's largest is not worth a row. */
const WORTH = 0.08

/**
 * @param time start of the bucket that is read; a tile that does not hold it, or a column without data, gives null
 * @param price the last close
 */
export function readColumn(tile: Tile, time: number, price: number): Readings | null {
  const column = Math.floor((time - tile.startTime) / tile.resolutionMs)
  if (column < 0 || column >= TILE_COLUMNS || tile.columnState[column] === 0 || !(price > 0)) return null
  const long = bins(tile, 'long', column, price)
  const short = bins(tile, 'short', column, price)
  return {
    longUsd: total(long, price),
    shortUsd: total(short, price),
    levels: [...largest(long), ...largest(short)].sort((a, b) => Math.abs(a.distance) - Math.abs(b.distance)),
  }
}

interface Bin extends Level {
  bin: number
}

function bins(tile: Tile, side: Side, column: number, price: number): Bin[] {
  const cells = tile[side]
  // a little more than is looked at: whether the outermost bin is a peak, its neighbours say
  const from = Math.max(tile.firstBin, Math.floor(binCoordinate(price * (1 - LEVEL_WITHIN))) - PEAK_RADIUS)
  const to = Math.min(tile.firstBin + tile.binCount - 1, Math.floor(binCoordinate(price * (1 + LEVEL_WITHIN))) + PEAK_RADIUS)
  const out: Bin[] = []
  for (let bin = from; bin <= to; bin++) {
    const byte = cells[(bin - tile.firstBin) * TILE_COLUMNS + column] ?? 0
    if (byte > 0) out.push({ bin, side, price: binCentrePrice(bin), distance: binCentrePrice(bin) / price - 1, usd: byteToUsd(byte) })
  }
  return out
}

/** Bins that straddle the edge of ±5 % count as a whole when most of them is inside. */
function total(list: readonly Bin[], price: number): number {
  let sum = 0
  for (const b of list) {
    const middle = Math.sqrt(binLowerPrice(b.bin) * binUpperPrice(b.bin))
    if (Math.abs(middle / price - 1) <= WITHIN) sum += b.usd
  }
  return sum
}

function largest(list: readonly Bin[]): Level[] {
  const usdAt = new Map(list.map((b) => [b.bin, b.usd]))
  const peaks = list.filter(({ bin, usd, distance }) => {
    if (Math.abs(distance) > LEVEL_WITHIN) return false
    for (let d = 1; d <= PEAK_RADIUS; d++) if ((usdAt.get(bin - d) ?? 0) > usd || (usdAt.get(bin + d) ?? 0) > usd) return false
    return true
  })
  const taken: Bin[] = []
  const bySize = peaks.sort((a, b) => b.usd - a.usd || Math.abs(a.distance) - Math.abs(b.distance))
  const worth = (bySize[0]?.usd ?? 0) * WORTH
  for (const candidate of bySize) {
    if (taken.length === PER_SIDE || candidate.usd < worth) break
    if (taken.every((t) => Math.abs(t.bin - candidate.bin) >= APART)) taken.push(candidate)
  }
  return taken.map(({ side, price, distance, usd }) => ({ side, price, distance, usd }))
}
