/** One column of the map as the page draws it: what stands at each price, per side, and what it consists of. USD; bins of the global price grid. */
import { binCoordinate, binLowerPrice, binOf } from '@faultline/market/price-grid'
import { type BinPlane, isAhead, type MapSide } from '../cumulative-profile.ts'

export interface SideProfile extends BinPlane {
  /** 10th and 90th percentile per bin; null where they are not known */
  p10: ArrayLike<number> | null
  p90: ArrayLike<number> | null
}

/** One colour of the stack: a class of leverage, or a venue. */
export interface MapPart {
  name: string
  long: BinPlane
  short: BinPlane
}

export interface MapProfile {
  /** levels of longs above it, and of shorts below it, could not exist any more and are left out */
  price: number
  long: SideProfile
  short: SideProfile
  /** bottom of the stack first; none: not known what it consists of */
  parts: readonly MapPart[]
  /** maps of equal weight, drawn from what is thought possible; with enough of them the interval comes from them */
  draws: readonly { long: BinPlane; short: BinPlane }[]
}

/** Bars of one width. `at`: bar k covers bins [firstBin + k × binsPerBar, … + binsPerBar). */
export interface MapBars {
  firstBin: number
  binsPerBar: number
  count: number
  long: Float64Array
  short: Float64Array
  /** per part one value per bar; parts of a bar add up to the bar */
  parts: readonly { long: Float64Array; short: Float64Array }[]
}

/** Widths of bars that can be said in words: 0.1 %, 0.2 %, 0.5 % … of price. */
const STEPS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200]
/** The least width of a bar, CSS pixels. */
export const MIN_BAR_PX = 6

/** Bins under one bar, so that a bar is at least MIN_BAR_PX wide on average. */
export function chooseBinsPerBar(lowPrice: number, highPrice: number, widthPx: number): number {
  const bins = binCoordinate(highPrice) - binCoordinate(lowPrice)
  const least = (MIN_BAR_PX * bins) / Math.max(1, widthPx)
  return STEPS.find((step) => step >= least) ?? Math.ceil(least)
}

/**
 * Sums of bins between two prices. Bars begin at whole multiples of their width on the grid, so they stay where they are while the axis
 * moves and the price does. The outermost bars may reach beyond the prices.
 */
export function makeBars(profile: MapProfile, lowPrice: number, highPrice: number, binsPerBar: number): MapBars {
  const firstBin = Math.floor(binOf(lowPrice) / binsPerBar) * binsPerBar
  const count = Math.max(0, Math.ceil((binOf(highPrice) + 1 - firstBin) / binsPerBar))
  const at = { firstBin, binsPerBar, count, priceBin: binOf(profile.price) }
  const long = sums(profile.long, 'long', at)
  const short = sums(profile.short, 'short', at)
  const parts = profile.parts.map((part) => ({ long: sums(part.long, 'long', at), short: sums(part.short, 'short', at) }))
  scaleParts(
    long,
    parts.map((part) => part.long),
  )
  scaleParts(
    short,
    parts.map((part) => part.short),
  )
  return { firstBin, binsPerBar, count, long, short, parts }
}

function sums(
  plane: BinPlane,
  side: MapSide,
  { firstBin, binsPerBar, count, priceBin }: { firstBin: number; binsPerBar: number; count: number; priceBin: number },
): Float64Array {
  const out = new Float64Array(count)
  const from = Math.max(0, firstBin - plane.firstBin)
  const to = Math.min(plane.usd.length, firstBin + count * binsPerBar - plane.firstBin)
  for (let i = from; i < to; i++) {
    const bin = plane.firstBin + i
    if (!isAhead(side, bin, priceBin)) continue
    const bar = Math.floor((bin - firstBin) / binsPerBar)
    out[bar] = (out[bar] as number) + (plane.usd[i] as number)
  }
  return out
}

/**
 * What a bar consists of is known apart from what it holds (a part may be rounded, or a moment older): parts say shares, the bar says
 * how much. A bar of which no part is known goes to the first part.
 */
function scaleParts(totals: Float64Array, parts: readonly Float64Array[]): void {
  if (parts.length === 0) return
  for (let bar = 0; bar < totals.length; bar++) {
    const total = totals[bar] as number
    let known = 0
    for (const part of parts) known += part[bar] as number
    if (known > 0) for (const part of parts) part[bar] = ((part[bar] as number) * total) / known
    else (parts[0] as Float64Array)[bar] = total
  }
}

/** Lower and upper price of a bar. */
export const barPrices = (
  { firstBin, binsPerBar }: Pick<MapBars, 'firstBin' | 'binsPerBar'>,
  bar: number,
): { low: number; high: number } => ({
  low: binLowerPrice(firstBin + bar * binsPerBar),
  high: binLowerPrice(firstBin + (bar + 1) * binsPerBar),
})

/** Whether none of the bars holds anything. */
export const barIsEmpty = ({ long, short }: Pick<MapBars, 'long' | 'short'>): boolean =>
  long.every((usd) => usd === 0) && short.every((usd) => usd === 0)

/** The bar that a price falls into, within those that there are; −1 where there is none. */
export function barAt({ firstBin, binsPerBar, count }: MapBars, price: number): number {
  if (count === 0) return -1
  return Math.min(count - 1, Math.max(0, Math.floor((binOf(price) - firstBin) / binsPerBar)))
}

/** USD of bins whose centre lies between two prices. */
export function totalWithin(plane: BinPlane, side: MapSide, price: number, lowPrice: number, highPrice: number): number {
  const priceBin = binOf(price)
  const from = Math.max(plane.firstBin, Math.ceil(binCoordinate(lowPrice) - 0.5))
  const to = Math.min(plane.firstBin + plane.usd.length - 1, Math.floor(binCoordinate(highPrice) - 0.5))
  let sum = 0
  for (let bin = from; bin <= to; bin++) if (isAhead(side, bin, priceBin)) sum += plane.usd[bin - plane.firstBin] as number
  return sum
}
