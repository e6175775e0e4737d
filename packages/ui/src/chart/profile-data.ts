import { binLowerPrice, binOf } from '@faultline/market/price-grid'
import { cumulative, cumulativeAt } from '../cumulative-profile.ts'
import type { Rect } from './layout.ts'
import type { HeightScale } from './scales.ts'
import type { PriceScale } from './viewport.ts'

export type Side = 'long' | 'short'
export const SIDES: readonly Side[] = ['long', 'short']

/** One side of the newest column (or of a past one), USD per bin of the global price grid. */
export interface ProfileSide {
  total: { firstBin: number; usd: readonly number[] }
  /** per class of effective leverage, from low to high, over the bins of `total`; null where it is not known */
  leverage: readonly (readonly number[])[] | null
  /** 10th and 90th percentile per bin of `total`; null where they are not known */
  p10: readonly number[] | null
  p90: readonly number[] | null
}

/** The heat's price axis: what is on screen, and where its plot stands, in CSS pixels from the profile's upper edge. */
export interface ProfileAxis {
  priceLow: number
  priceHigh: number
  scale: PriceScale
  top: number
  height: number
}

/** What moves a profile with the heat. */
export interface LinkedProfile {
  /** draws at once */
  setAxis(axis: ProfileAxis): void
  /** the heat's crosshair, null when it leaves */
  setCrosshair(price: number | null): void
}

/** What the profile shows: density by price at one moment. */
export interface ProfileData {
  price: number
  profile: { long: ProfileSide; short: ProfileSide }
  /** the price at which most would be liquidated */
  maxPain: { side: Side; price: number; usd: number } | null
}

/** A side as it is drawn: the classes that are shown, and their sums. */
export interface ShownSide {
  firstBin: number
  /** index of the class (null: leverage is not known) and its USD per bin */
  classes: { index: number | null; usd: readonly number[] }[]
  total: Float64Array
  /** from the price outwards to each bin, this one included; 0 on the other side of the price */
  cumulative: Float64Array
  /** only with all classes: of a part no interval is known */
  band: { p10: readonly number[]; p90: readonly number[] } | null
}

/** `leverageShown`: per class, absent ones count as shown; has no effect where leverage is not known. */
export function shownSide(side: ProfileSide, which: Side, price: number, leverageShown: readonly boolean[] = []): ShownSide {
  const { firstBin, usd } = side.total
  const all = side.leverage === null || side.leverage.every((_, i) => leverageShown[i] !== false)
  const classes =
    side.leverage === null
      ? [{ index: null, usd }]
      : side.leverage.flatMap((values, index) => (leverageShown[index] === false ? [] : [{ index, usd: values }]))
  // With every class the estimate itself is the sum: rounding of the parts does not enter.
  const total = all ? Float64Array.from(usd) : new Float64Array(usd.length)
  if (!all) for (const { usd: values } of classes) for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (values[i] ?? 0)
  return {
    firstBin,
    classes,
    total,
    cumulative: cumulative({ firstBin, usd: total }, which, price).usd,
    band: all && side.p10 && side.p90 ? { p10: side.p10, p90: side.p90 } : null,
  }
}

/** Some bins that share a bar. */
export interface ProfileRow {
  /** bins [fromBin, toBin) */
  fromBin: number
  toBin: number
  /** CSS pixels */
  top: number
  bottom: number
}

/** A bar is at least this high, its gap included. */
const LEAST_ROW = 3

/**
 * Bars for what is on screen, from the lowest price up: one bin each, or 2, 4, 8 … where bins are lower than 3 px. Counted from bin 0 of
 * the grid, so that a bar stays the same bar while prices are panned.
 */
export function profileRows(priceLow: number, priceHigh: number, y: HeightScale, plot: Pick<Rect, 'y' | 'height'>): ProfileRow[] {
  const low = binOf(priceLow)
  const high = binOf(priceHigh)
  const perBin = plot.height / Math.max(1, high - low)
  const bins = perBin >= LEAST_ROW ? 1 : 2 ** Math.ceil(Math.log2(LEAST_ROW / perBin))
  const rows: ProfileRow[] = []
  const first = Math.floor(low / bins) * bins
  let bottom = y.toY(binLowerPrice(first))
  for (let fromBin = first; fromBin <= high; fromBin += bins) {
    const top = y.toY(binLowerPrice(fromBin + bins))
    rows.push({ fromBin, toBin: fromBin + bins, top, bottom })
    bottom = top
  }
  return rows
}

/** Sum over bins [fromBin, toBin) of values that begin at `firstBin`. */
export function sumOver(values: ArrayLike<number>, firstBin: number, row: Pick<ProfileRow, 'fromBin' | 'toBin'>): number {
  let sum = 0
  const end = Math.min(values.length, row.toBin - firstBin)
  for (let i = Math.max(0, row.fromBin - firstBin); i < end; i++) sum += values[i] as number
  return sum
}

/** Cumulative value at the far end of a bar. */
export const cumulativeOf = (
  { firstBin, cumulative }: ShownSide,
  which: Side,
  { fromBin, toBin }: Pick<ProfileRow, 'fromBin' | 'toBin'>,
): number => cumulativeAt({ firstBin, usd: cumulative }, which, which === 'long' ? fromBin : toBin - 1)

/** What one bar says. Intervals of several bins are added up as if they moved together, which is the widest that they can be. */
export interface ProfileReading {
  priceLow: number
  priceHigh: number
  /** of the bar's middle, signed ratio of the price now */
  distance: number
  sides: Record<Side, { usd: number; p10: number | null; p90: number | null; leverage: number[] | null; cumulative: number }>
}

/** What one bar of the profile says of both sides. USD; `leverage` by class, null where it is not known. */
export function profileReading(sides: Record<Side, ShownSide>, price: number, row: ProfileRow): ProfileReading {
  const priceLow = binLowerPrice(row.fromBin)
  const priceHigh = binLowerPrice(row.toBin)
  const read = (which: Side) => {
    const side = sides[which]
    const sum = (values: ArrayLike<number>) => sumOver(values, side.firstBin, row)
    const known = side.classes.every((c) => c.index !== null)
    const leverage: number[] = []
    if (known) for (const { index, usd } of side.classes) leverage[index as number] = sum(usd)
    return {
      usd: sum(side.total),
      p10: side.band ? sum(side.band.p10) : null,
      p90: side.band ? sum(side.band.p90) : null,
      leverage: known ? Array.from(leverage, (v) => v ?? 0) : null,
      cumulative: cumulativeOf(side, which, row),
    }
  }
  return {
    priceLow,
    priceHigh,
    distance: Math.sqrt(priceLow * priceHigh) / price - 1,
    sides: { long: read('long'), short: read('short') },
  }
}

/** The sides in numbers, for a sentence or a table: what stands within `within` (ratio) of the price. */
export function profileTotals(data: ProfileData, within: number): Record<Side, { usd: number; leverage: number[] | null }> {
  const row = { long: { from: data.price / (1 + within), to: data.price }, short: { from: data.price, to: data.price * (1 + within) } }
  const read = (side: Side) => {
    const { total, leverage } = data.profile[side]
    const bins = { fromBin: binOf(row[side].from), toBin: binOf(row[side].to) + 1 }
    return {
      usd: sumOver(total.usd, total.firstBin, bins),
      leverage: leverage?.map((values) => sumOver(values, total.firstBin, bins)) ?? null,
    }
  }
  return { long: read('long'), short: read('short') }
}
