import type { CustomSeriesOption } from 'echarts'
import type { ThemeTokens } from '../tokens.ts'
import { lastAtOrBefore } from './candles.ts'
import {
  boxesItem,
  customSeries,
  groupItem,
  plotOf,
  type RenderApi,
  type RenderItem,
  type RenderParams,
  snap,
  timeScale,
} from './custom-item.ts'
import { hatchItem, type TimeSpan } from './hatch.ts'
import type { FundingRow } from './heatmap-data.ts'

const HOUR = 3_600_000
const MAX_INTERVAL = 24 * HOUR

/** Funding settled at `time` accrued over the interval before it: that is the span of its bar. */
export interface FundingBars {
  start: Float64Array
  end: Float64Array
  rate: Float64Array
  intervalHours: Float64Array
}

/** Bars of settlements; where the venue gives no interval, the distance to the settlement before (8 h for the first). */
export function fundingBars(rows: readonly FundingRow[]): FundingBars {
  const size = rows.length
  const bars = {
    start: new Float64Array(size),
    end: new Float64Array(size),
    rate: new Float64Array(size),
    intervalHours: new Float64Array(size),
  }
  rows.forEach(([time, rate, hours], i) => {
    const before = rows[i - 1]?.[0]
    const next = rows[i + 1]?.[0]
    const distance = before !== undefined ? time - before : next !== undefined ? next - time : 8 * HOUR
    const interval = hours === null ? Math.min(MAX_INTERVAL, distance) : hours * HOUR
    bars.start[i] = Math.max(time - interval, before ?? Number.NEGATIVE_INFINITY)
    bars.end[i] = time
    bars.rate[i] = rate
    bars.intervalHours[i] = interval / HOUR
  })
  return bars
}

/** Index of the bar that covers `time`, else of the last one settled before it; −1 before the first. */
export function fundingAt(bars: FundingBars, time: number): number {
  const next = lastAtOrBefore(bars.end, time) + 1
  return next < bars.end.length && time >= (bars.start[next] as number) ? next : next - 1
}

/** Largest absolute rate among bars that touch [from, to]; 0 when there is none. */
export function fundingPeak(bars: FundingBars, from: number, to: number): number {
  let peak = 0
  for (let i = Math.max(0, lastAtOrBefore(bars.end, from)); i < bars.end.length && (bars.start[i] as number) < to; i++)
    if ((bars.end[i] as number) > from) peak = Math.max(peak, Math.abs(bars.rate[i] as number))
  return peak
}

/** Bars filled when longs pay, hollow when shorts pay. */
export class FundingLayer {
  bars: FundingBars = fundingBars([])
  private gaps: readonly TimeSpan[] = []
  private readonly colours: () => ThemeTokens
  private readonly pane: number

  constructor(pane: number, colours: () => ThemeTokens) {
    this.pane = pane
    this.colours = colours
  }

  setFunding(rows: readonly FundingRow[], gaps: readonly TimeSpan[]): void {
    this.gaps = gaps
    this.bars = fundingBars(rows)
  }

  series(): CustomSeriesOption {
    return customSeries('funding', this.pane, this.renderItem, { z: 3 })
  }

  private renderItem = (params: RenderParams, api: RenderApi): RenderItem => {
    const { start, end, rate } = this.bars
    const count = end.length
    if (count === 0) return undefined as unknown as RenderItem
    const plot = plotOf(params)
    const dpr = api.getDevicePixelRatio()
    const x = timeScale(api, start[0] as number, end[count - 1] as number, 0)
    const zero = snap((api.coord([end[0] as number, 0]) as number[])[1] as number, dpr)
    const pixel = 1 / dpr
    const filled: number[] = []
    const hollow: number[] = []
    const left = x.toTime(plot.x)
    const right = x.toTime(plot.x + plot.width)
    for (let i = Math.max(0, lastAtOrBefore(end, left)); i < count && (start[i] as number) < right; i++) {
      const y = snap((api.coord([end[i] as number, rate[i] as number]) as number[])[1] as number, dpr)
      const x0 = snap(x.toX(start[i] as number), dpr) + pixel
      const x1 = Math.max(x0 + pixel, snap(x.toX(end[i] as number), dpr))
      const height = Math.max(pixel, Math.abs(zero - y))
      if ((rate[i] as number) >= 0) filled.push(x0, zero - height, x1 - x0, height)
      else if (x1 - x0 < 4 * pixel || height < 3 * pixel) hollow.push(x0, zero, x1 - x0, height)
      // A hollow bar as four thin boxes: a stroke would straddle pixels.
      else
        hollow.push(
          x0,
          zero,
          pixel,
          height,
          x1 - pixel,
          zero,
          pixel,
          height,
          x0,
          zero + height - pixel,
          x1 - x0,
          pixel,
          x0,
          zero,
          x1 - x0,
          pixel,
        )
    }
    const c = this.colours()
    return groupItem([
      hatchItem(this.gaps, x, plot, c.line2),
      boxesItem(Float64Array.of(plot.x, zero, plot.width, pixel), { fill: c.line2 }),
      boxesItem(Float64Array.from(filled), { fill: c.acc }),
      boxesItem(Float64Array.from(hollow), { fill: c.acc }),
    ])
  }
}
