import type { TimeZone } from '../format.ts'
import type { ThemeTokens } from '../tokens.ts'
import type { PriceStyle } from './palette.ts'
import type { PriceScale, View } from './viewport.ts'

/** What axes and layers read while they are drawn. The chart writes it before each update. */
export interface Scene {
  view: View
  colours: ThemeTokens
  zone: TimeZone
  /** length of a heat column: the crosshair names its start */
  resolutionMs: number
  scale: PriceScale
  priceStyle: PriceStyle
}

/** `heat`: time and price; `frame`: the same time over the heat and all panes, without values. */
export const GRID = { heat: 0, frame: 1 } as const
