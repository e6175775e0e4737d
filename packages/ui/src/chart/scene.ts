import type { TimeZone } from '../format.ts'
import type { ThemeTokens } from '../tokens.ts'
import type { PriceScale, View } from './viewport.ts'

/** What axes and layers read while they are drawn. The chart writes it before each update. */
export interface Scene {
  view: View
  /** limits of the time axis at its widest */
  from: number
  to: number
  colours: ThemeTokens
  zone: TimeZone
  /** length of a heat column: the crosshair names its start */
  resolutionMs: number
  scale: PriceScale
  /** of the funding pane, symmetric around 0 */
  fundingPeak: number
  /** of the open-interest pane */
  interest: { low: number; high: number; unit: 'usd' | 'base' }
}

export const PANE = { heat: 0, funding: 1, interest: 2 } as const
export const PANE_COUNT = 3
