import type { CustomSeriesOption } from 'echarts'
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
  type TimeScale,
} from './custom-item.ts'
import type { CandleRow } from './heatmap-data.ts'
import type { Rect } from './layout.ts'
import { breakBeyond, lineItems } from './line-points.ts'
import { type HeightScale, priceHeight, viewTimeScale } from './scales.ts'
import type { Scene } from './scene.ts'

/** Candles over the heat: five paths in all, whatever their number, and the line of the last price. */
export class CandleLayer {
  /** length of the candles last drawn, ms; 0 before the first paint */
  drawnIntervalMs = 0
  private rows: readonly CandleRow[] = []
  private price: number | null = null
  private baseMs = 60_000
  private readonly sets = new Map<number, CandleSet>()
  private times = new Float64Array(0)
  private closes = new Float64Array(0)
  private readonly scene: Scene

  constructor(scene: Scene) {
    this.scene = scene
  }

  /** `price`: of now, for the line across. */
  setCandles(rows: readonly CandleRow[], intervalMs: number, price: number | null): void {
    this.rows = rows
    this.price = price
    // A line of closes stands where each candle ends.
    this.times = Float64Array.from(rows, (r) => r[0] + intervalMs)
    this.closes = Float64Array.from(rows, (r) => r[4])
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
    const { price } = this
    if (this.rows.length === 0 && price === null) return undefined as unknown as RenderItem
    const plot = plotOf(params)
    const dpr = api.getDevicePixelRatio()
    const { view, colours: c, scale, priceStyle } = this.scene
    const x = viewTimeScale(view, plot)
    const height = priceHeight(view, plot, scale)
    const pixel = 1 / dpr
    const items: RenderItem[] = []
    if (price !== null) {
      const y = snap(height.toY(price), dpr) + pixel / 2
      items.push(lineItem(Float64Array.of(plot.x, y, plot.x + plot.width, y), { stroke: c.t1, lineWidth: 1, lineDash: [4, 4] }))
    }
    if (this.rows.length === 0) return groupItem(items)
    if (priceStyle === 'line') items.push(...this.line(x, height, plot, dpr))
    else if (priceStyle === 'candles') items.push(...this.bodies(x, height.toY, plot, dpr))
    return groupItem(items)
  }

  /** Closes as one line on a dark edge, so that it stands out of the brightest heat. */
  private line(x: TimeScale, y: HeightScale, plot: Rect, dpr: number): RenderItem[] {
    const c = this.scene.colours
    const data = { time: this.times, value: this.closes, breakAfter: breakBeyond(this.times, 1.5 * this.baseMs) }
    const place = { x, y, plot, dpr }
    return [...lineItems(data, place, { stroke: c.heatbg, lineWidth: 4 }), ...lineItems(data, place, { stroke: c.t1, lineWidth: 1.75 })]
  }

  private bodies(x: TimeScale, toY: (price: number) => number, plot: Rect, dpr: number): RenderItem[] {
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
    const c = this.scene.colours
    return [
      boxesItem(paths.upEdge.done(), { fill: c.candleUpEdge }),
      boxesItem(paths.up.done(), { fill: c.candleUp }),
      boxesItem(paths.downEdge.done(), { fill: c.candleDownEdge }),
      boxesItem(paths.down.done(), { fill: c.candleDown }),
    ]
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
