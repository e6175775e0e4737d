import { binOf } from '@faultline/market/price-grid'
import { type Cumulative, cumulativeAt, type MapSide } from '../cumulative-profile.ts'
import { barInterval } from './interval.ts'
import { barPrices, type MapBars, type MapProfile } from './profile.ts'

export interface SideReading {
  side: MapSide
  usd: number
  /** the middle 80 %, USD; null where it is not known */
  interval: { low: number; high: number } | null
  /** USD from the price to the far edge of the bar */
  running: number
}

/** All that is said of one bar. */
export interface BarReading {
  bar: number
  low: number
  high: number
  /** of the bar's middle from the price, signed ratio */
  distance: number
  /** the side that the bar belongs to; the bar at the price may hold both, the larger one is the main one */
  main: MapSide
  sides: SideReading[]
  /** of the main side; empty where it is not known what the bar consists of */
  parts: { name: string; index: number; share: number }[]
}

/** What bar number `bar` says, of the side that it lies on; of both where the price is in it. USD. */
export function readBar(profile: MapProfile, bars: MapBars, running: Readonly<Record<MapSide, Cumulative>>, bar: number): BarReading {
  const { low, high } = barPrices(bars, bar)
  const first = bars.firstBin + bar * bars.binsPerBar
  const last = first + bars.binsPerBar - 1
  const priceBin = binOf(profile.price)
  const both: MapSide[] = last < priceBin ? ['long'] : first > priceBin ? ['short'] : ['long', 'short']
  const sides = both.map((side): SideReading => {
    const far = side === 'long' ? first : last
    const usd = bars[side][bar] as number
    return { side, usd, interval: barInterval(profile, bars, side, bar), running: cumulativeAt(running[side], side, far) }
  })
  const main = sides.reduce((a, b) => (b.usd > a.usd ? b : a)).side
  const held = sides.some((side) => side.usd > 0) ? sides.filter((side) => side.usd > 0) : sides.filter((side) => side.side === main)
  const total = bars[main][bar] as number
  const parts = profile.parts.map(({ name }, index) => ({
    name,
    index,
    share: total > 0 ? (bars.parts[index]?.[main][bar] as number) / total : 0,
  }))
  return {
    bar,
    low,
    high,
    distance: Math.sqrt(low * high) / profile.price - 1,
    main,
    sides: held,
    parts: parts.filter((part) => part.share > 0),
  }
}
