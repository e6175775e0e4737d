import { binCentrePrice } from '@faultline/market/price-grid'
import type { CustomSeriesOption } from 'echarts'
import type { ThemeTokens } from '../tokens.ts'
import { customSeries, groupItem, lineItem, plotOf, type RenderApi, type RenderItem, type RenderParams, timeScale } from './custom-item.ts'
import type { ObservedRun } from './heatmap-data.ts'

/**
 * Lines by size, from this share of the largest run in view on: width in CSS pixels, and opacity as two hexadecimal digits. Many small ones
 * together must not hide the heat.
 */
const LINES = [
  { from: 0, width: 1, opacity: '59' },
  { from: 0.04, width: 1.5, opacity: 'b3' },
  { from: 0.15, width: 2.5, opacity: '' },
  { from: 0.5, width: 4, opacity: '' },
] as const
/** Smaller ones than this share are not drawn. */
const LEAST_SHARE = 0.004
const DASH = [5, 3]
/** A level that was seen for a moment is to be seen in a picture of a month, and what stands now at its edge all the more. */
const LEAST_WIDTH = 4
const LEAST_NOW_WIDTH = 22

/**
 * Liquidation levels of observed positions: dashed lines in a colour of their own over the estimated heat, the thicker the more stands
 * there. They are no part of the heat: what is drawn here was seen, and not estimated.
 */
export class ObservedLayer {
  private runs: readonly ObservedRun[] = []
  private readonly colours: () => ThemeTokens

  constructor(colours: () => ThemeTokens) {
    this.colours = colours
  }

  /** Takes effect with the next update of the chart; true when that changes anything. */
  setRuns(runs: readonly ObservedRun[]): boolean {
    if (runs === this.runs || (runs.length === 0 && this.runs.length === 0)) return false
    this.runs = runs
    return true
  }

  series(): CustomSeriesOption {
    return customSeries('observed', 0, this.renderItem, { z: 1 })
  }

  private renderItem = (params: RenderParams, api: RenderApi): RenderItem => {
    if (this.runs.length === 0) return undefined as unknown as RenderItem
    const plot = plotOf(params)
    const x = timeScale(api, Math.min(...this.runs.map((r) => r.from)), Math.max(...this.runs.map((r) => r.to)), binCentrePrice(0))
    const newest = Math.max(...this.runs.map((r) => r.to))
    const points = LINES.map((): number[] => [])
    const inView = this.runs
      .map((run) => ({ ...run, y: (api.coord([run.from, binCentrePrice(run.bin)]) as number[])[1] as number }))
      .filter(({ y }) => y >= plot.y - 4 && y <= plot.y + plot.height + 4)
    const most = Math.max(...inView.map((r) => r.usd))
    for (const { y, from, to, usd } of inView) {
      if (usd < LEAST_SHARE * most) continue
      const begin = to === newest ? Math.min(x.toX(from), x.toX(to) - LEAST_NOW_WIDTH) : x.toX(from)
      const left = Math.max(plot.x, begin)
      const right = Math.min(plot.x + plot.width, Math.max(x.toX(to), begin + LEAST_WIDTH))
      if (right <= left) continue
      points[lineClass(usd / most)]?.push(left, y, right, y, Number.NaN, Number.NaN)
    }
    const { heatbg, accfg } = this.colours()
    return groupItem(
      LINES.flatMap(({ width, opacity }, i) => {
        const values = Float64Array.from(points[i] as number[])
        if (values.length === 0) return []
        const line = lineItem(values, { stroke: `${accfg}${opacity}`, lineWidth: width, lineDash: DASH })
        // A dark edge keeps the large ones apart from the brightest heat.
        return opacity === '' ? [lineItem(values, { stroke: heatbg, lineWidth: width + 1.5 }), line] : [line]
      }),
    )
  }
}

/** Index into LINES. */
export function lineClass(share: number): number {
  let i = LINES.length - 1
  while (i > 0 && share < (LINES[i] as { from: number }).from) i--
  return i
}
