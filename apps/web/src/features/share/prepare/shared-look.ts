import {
  HEAT_SCALES,
  type HeatScale,
  PALETTES,
  type Palette,
  PRICE_STYLES,
  type PriceStyle,
  SHOWN_SIDES,
  type ShownSides,
} from '@faultline/ui/chart/palette'
import type { PaneState } from '@faultline/ui/chart/panes'
import { readPanes } from '../../heatmap/prepare/url-values.ts'

/** How a shared view is drawn. What its query does not say, or not so that it can be understood, is as in the workspace. */
export interface SharedLook {
  heat: boolean
  heatScale: HeatScale
  palette: Palette
  sides: ShownSides
  priceStyle: PriceStyle
  log: boolean
  /** null: those of a first visit */
  panes: readonly PaneState[] | null
  zone: 'utc' | 'local' | 'exchange'
  /** USD; null: chosen from what is loaded */
  lo: number | null
  hi: number | null
}

type Query = Readonly<Record<string, string | undefined>>

const oneOf = <T extends string>(names: readonly T[], asked: string | undefined, otherwise: T): T =>
  names.find((name) => name === asked) ?? otherwise
const amountOf = (text: string | undefined): number | null =>
  text !== undefined && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null

export const sharedLook = (query: Query): SharedLook => ({
  heat: query.heat !== '0',
  heatScale: oneOf(HEAT_SCALES, query.scale, 'absolute'),
  palette: oneOf(PALETTES, query.pal, 'twin'),
  sides: oneOf(SHOWN_SIDES, query.side, 'both'),
  priceStyle: oneOf(PRICE_STYLES, query.ps, 'candles'),
  log: query.log === '1',
  panes: query.p === undefined ? null : readPanes(query.p),
  zone: oneOf(['utc', 'local', 'exchange'], query.tz, 'utc'),
  lo: amountOf(query.lo),
  hi: amountOf(query.hi),
})
