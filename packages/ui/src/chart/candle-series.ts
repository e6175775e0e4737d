import type { CustomSeriesOption } from 'echarts'
import type { ThemeTokens } from '../tokens.ts'
import { aggregateCandles, bodyWidth, type CandleSet, chooseCandleInterval, lastAtOrBefore } from './candles.ts'
import {
  boxesItem,
  customSeries,
  groupItem,
  lineItem,
  plotOf,
  type RenderApi,
  type RenderItem,
  type RenderParams,
  snap,
  timeScale,
} from './custom-item.ts'
import type { CandleRow } from './heatmap-data.ts'

/** Candles over the heat: five paths in all, whatever their number, and the line of the last price. */
export class CandleLayer {
  /** length of the candles last drawn, ms; 0 before the first paint */
  drawnIntervalMs = 0
  private rows: readonly CandleRow[] = []
  private baseMs = 60_000
  private readonly sets = new Map<number, CandleSet>()
  private readonly colours: () => ThemeTokens

  constructor(colours: () => ThemeTokens) {
    this.colours = colours
  }

  setCandles(rows: readonly CandleRow[], intervalMs: number): void {
    this.rows = rows
    this.baseMs = intervalMs
    this.sets.clear()
  }

  series(): CustomSeriesOption {
    return customSeries('candles', 0, this.renderItem, { z: 3 })
  }

  private setFor(intervalMs: number): CandleSet {
    let set = this.sets.get(intervalMs)
    if (!set) {
      // A few zoom steps are kept; a long session would otherwise hold every interval ever shown.
      if (this.sets.size > 6) this.sets.clear()
      set = aggregateCandles(this.rows, intervalMs)
      this.sets.set(intervalMs, set)
    }
    return set
  }

  private renderItem = (params: RenderParams, api: RenderApi): RenderItem => {
    const first = this.rows[0]
    const last = this.rows[this.rows.length - 1]
    if (!first || !last) return undefined as unknown as RenderItem
    const plot = plotOf(params)
    const dpr = api.getDevicePixelRatio()
    const x = timeScale(api, first[0], last[0] + this.baseMs, last[4])
    const toY = (price: number) => (api.coord([last[0], price]) as number[])[1] as number
    const intervalMs = chooseCandleInterval(x.msPerPixel, this.baseMs)
    this.drawnIntervalMs = intervalMs
    const set = this.setFor(intervalMs)
    const from = Math.max(0, lastAtOrBefore(set.time, x.toTime(plot.x) - intervalMs))
    const to = lastAtOrBefore(set.time, x.toTime(plot.x + plot.width)) + 1

    const pixel = 1 / dpr
    const width = Math.max(pixel, snap(bodyWidth(intervalMs, x.msPerPixel), dpr))
    const wick = Math.max(pixel, snap(1, dpr))
    const paths = { upEdge: new Boxes(to - from), up: new Boxes(to - from), downEdge: new Boxes(to - from), down: new Boxes(to - from) }
    for (let i = from; i < to; i++) {
      const middle = x.toX((set.time[i] as number) + intervalMs / 2)
      const rising = (set.close[i] as number) >= (set.open[i] as number)
      const [yOpen, yClose] = [toY(set.open[i] as number), toY(set.close[i] as number)]
      const top = snap(Math.min(yOpen, yClose), dpr)
      const height = Math.max(pixel, snap(Math.max(yOpen, yClose), dpr) - top)
      const left = snap(middle - width / 2, dpr)
      const high = snap(toY(set.high[i] as number), dpr)
      const low = snap(toY(set.low[i] as number), dpr)
      const edge = rising ? paths.upEdge : paths.downEdge
      // Wicks above and below the body only: through a hollow or dark body they would show.
      const wickX = snap(left + (width - wick) / 2, dpr)
      if (high < top) edge.push(wickX, high, wick, top - high)
      if (low > top + height) edge.push(wickX, top + height, wick, low - top - height)
      edge.push(left, top, width, height)
      const inner = width - 2 * pixel
      if (inner > 0 && height > 2 * pixel) (rising ? paths.up : paths.down).push(left + pixel, top + pixel, inner, height - 2 * pixel)
    }
    const c = this.colours()
    const y = snap(toY(last[4]), dpr) + pixel / 2
    return groupItem([
      lineItem(Float64Array.of(plot.x, y, plot.x + plot.width, y), { stroke: c.t1, lineWidth: 1, lineDash: [4, 4] }),
      boxesItem(paths.upEdge.done(), { fill: c.candleUpEdge }),
      boxesItem(paths.up.done(), { fill: c.candleUp }),
      boxesItem(paths.downEdge.done(), { fill: c.candleDownEdge }),
      boxesItem(paths.down.done(), { fill: c.candleDown }),
    ])
  }
}

/** Boxes to be filled as one path: at most three per candle. */
class Boxes {
  private readonly values: Float64Array
  private size = 0
  constructor(candles: number) {
    this.values = new Float64Array(Math.max(0, candles) * 12)
  }
  push(x: number, y: number, width: number, height: number): void {
    this.values[this.size++] = x
    this.values[this.size++] = y
    this.values[this.size++] = width
    this.values[this.size++] = height
  }
  done(): Float64Array {
    return this.values.subarray(0, this.size)
  }
}
