import type {
  CustomSeriesOption,
  CustomSeriesRenderItem,
  CustomSeriesRenderItemAPI,
  CustomSeriesRenderItemParams,
  CustomSeriesRenderItemReturn,
} from 'echarts'
import { BOXES, LINE } from './echarts-setup.ts'
import type { Rect } from './layout.ts'

export type {
  CustomSeriesRenderItemAPI as RenderApi,
  CustomSeriesRenderItemParams as RenderParams,
  CustomSeriesRenderItemReturn as RenderItem,
}

export interface PathStyle {
  fill?: string
  stroke?: string
  lineWidth?: number
  lineDash?: number[]
}

// ECharts' types list only its own shapes; a registered shape is looked up by name at run time.
const asItem = (item: object): CustomSeriesRenderItemReturn => item as CustomSeriesRenderItemReturn

export const boxesItem = (boxes: Float64Array, style: PathStyle): CustomSeriesRenderItemReturn =>
  asItem({ type: BOXES, shape: { boxes: { values: boxes } }, style: { fill: 'none', ...style }, emphasisDisabled: true, transition: [] })

export const lineItem = (points: Float64Array, style: PathStyle, floor: number | null = null): CustomSeriesRenderItemReturn =>
  asItem({
    type: LINE,
    shape: { points: { values: points }, floor },
    style: { fill: 'none', ...style },
    emphasisDisabled: true,
    transition: [],
  })

export interface TextStyle {
  text: string
  x: number
  y: number
  fill: string
  font: string
  align?: 'left' | 'center' | 'right'
  verticalAlign?: 'top' | 'middle' | 'bottom'
}

export const textItem = (style: TextStyle): CustomSeriesRenderItemReturn =>
  asItem({ type: 'text', style, emphasisDisabled: true, transition: [] })

export const groupItem = (children: readonly CustomSeriesRenderItemReturn[]): CustomSeriesRenderItemReturn =>
  asItem({ type: 'group', children, transition: [], $mergeChildren: false })

/** One custom series with a single item on grid `pane` (a number of GRID); clipped to the plot, deaf to the mouse, never animated. */
export function customSeries(
  id: string,
  pane: number,
  renderItem: CustomSeriesRenderItem,
  extra: Partial<CustomSeriesOption> = {},
): CustomSeriesOption {
  return {
    type: 'custom',
    id,
    xAxisIndex: pane,
    yAxisIndex: pane,
    renderItem,
    data: [0],
    // −1 = bound to no dimension: the item stands for the whole layer. Bound to x, a dataZoom that filters would drop it
    // as soon as that value leaves the window, and the layer would vanish.
    encode: { x: -1, y: -1 },
    clip: true,
    silent: true,
    animation: false,
    ...extra,
  }
}

/** The pane's plot in CSS pixels. */
export const plotOf = (params: CustomSeriesRenderItemParams): Rect => params.coordSys as unknown as Rect

/** Time along the plot: the axis is asked for two places, between them time is linear. */
export interface TimeScale {
  toX(time: number): number
  toTime(x: number): number
  msPerPixel: number
}

export function timeScale(api: CustomSeriesRenderItemAPI, from: number, to: number, y: number): TimeScale {
  const a = (api.coord([from, y]) as number[])[0] as number
  const b = (api.coord([to, y]) as number[])[0] as number
  const msPerPixel = (to - from) / (b - a)
  return { toX: (time) => a + (time - from) / msPerPixel, toTime: (x) => from + (x - a) * msPerPixel, msPerPixel }
}

/** Nearest whole device pixel, in CSS pixels: edges of boxes then stay sharp. */
export const snap = (v: number, dpr: number): number => Math.round(v * dpr) / dpr
