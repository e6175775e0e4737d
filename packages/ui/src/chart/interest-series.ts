import type { CustomSeriesOption } from 'echarts'
import type { ThemeTokens } from '../tokens.ts'
import { lastAtOrBefore } from './candles.ts'
import { customSeries, groupItem, lineItem, plotOf, type RenderApi, type RenderItem, type RenderParams, timeScale } from './custom-item.ts'
import { decimateLine } from './decimate.ts'
import { hatchItem, type TimeSpan } from './hatch.ts'
import type { CandleRow, OpenInterestRow } from './heatmap-data.ts'

/** Open interest ready to draw: in USD where that is known or follows from the price, else in base coin. */
export interface InterestLine {
  unit: 'usd' | 'base'
  time: Float64Array
  value: Float64Array
  base: Float64Array
  /** longer than this between two figures is a gap: the line breaks */
  breakMs: number
}

/** USD as the venue gives it, else base coin × the close of the candle at that time; base coin when neither is known. */
export function interestLine(rows: readonly OpenInterestRow[], candles: readonly CandleRow[]): InterestLine {
  const closes = Float64Array.from(candles, (c) => c[0])
  const usd = rows.map(([time, base, given]) => {
    if (given !== null) return given
    const close = candles[lastAtOrBefore(closes, time)]?.[4]
    return close === undefined ? Number.NaN : base * close
  })
  const unit = usd.length > 0 && usd.every((v) => Number.isFinite(v)) ? 'usd' : 'base'
  const time = Float64Array.from(rows, (r) => r[0])
  const base = Float64Array.from(rows, (r) => r[1])
  return { unit, time, base, value: unit === 'usd' ? Float64Array.from(usd) : base, breakMs: 4 * medianStep(time) }
}

/** Lowest and highest value over [from, to], with the figure in force at `from`; null when there is none. */
export function interestExtent(line: InterestLine, from: number, to: number): [number, number] | null {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = Math.max(0, lastAtOrBefore(line.time, from)); i < line.time.length && (line.time[i] as number) <= to; i++) {
    const v = line.value[i] as number
    if (v < low) low = v
    if (v > high) high = v
  }
  return low <= high ? [low, high] : null
}

/** By how much the value at figure `i` differs from the one `spanMs` before `time`; null when there was none then, or a gap. */
export function interestChange(line: InterestLine, i: number, time: number, spanMs: number): number | null {
  const before = lastAtOrBefore(line.time, time - spanMs)
  if (before < 0 || time - spanMs - (line.time[before] as number) > line.breakMs) return null
  return (line.value[i] as number) - (line.value[before] as number)
}

function medianStep(time: Float64Array): number {
  if (time.length < 2) return Number.POSITIVE_INFINITY
  const steps = new Float64Array(time.length - 1)
  for (let i = 0; i < steps.length; i++) steps[i] = (time[i + 1] as number) - (time[i] as number)
  steps.sort()
  return steps[steps.length >> 1] as number
}

export class InterestLayer {
  line: InterestLine = interestLine([], [])
  private gaps: readonly TimeSpan[] = []
  private readonly colours: () => ThemeTokens
  private readonly pane: number

  constructor(pane: number, colours: () => ThemeTokens) {
    this.pane = pane
    this.colours = colours
  }

  setInterest(rows: readonly OpenInterestRow[], candles: readonly CandleRow[], gaps: readonly TimeSpan[]): void {
    this.gaps = gaps
    this.line = interestLine(rows, candles)
  }

  series(): CustomSeriesOption {
    return customSeries('open-interest', this.pane, this.renderItem, { z: 3 })
  }

  private renderItem = (params: RenderParams, api: RenderApi): RenderItem => {
    const { time, value, breakMs } = this.line
    if (time.length === 0) return undefined as unknown as RenderItem
    const plot = plotOf(params)
    const first = time[0] as number
    const x = timeScale(api, first, first + Math.max(60_000, (time[time.length - 1] as number) - first), value[0] as number)
    // One point more on each side, so that the line runs into the plot's edges.
    const from = Math.max(0, lastAtOrBefore(time, x.toTime(plot.x)))
    const to = Math.min(time.length, lastAtOrBefore(time, x.toTime(plot.x + plot.width)) + 2)
    const xs = new Float64Array(Math.max(0, to - from))
    const ys = new Float64Array(xs.length)
    for (let i = from; i < to; i++) {
      xs[i - from] = x.toX(time[i] as number)
      ys[i - from] = (api.coord([time[i] as number, value[i] as number]) as number[])[1] as number
    }
    const points = decimateLine(
      xs,
      ys,
      (i) => from + i + 1 < time.length && (time[from + i + 1] as number) - (time[from + i] as number) > breakMs,
    )
    const c = this.colours()
    return groupItem([
      hatchItem(this.gaps, x, plot, c.line2),
      lineItem(points, { fill: c.s3 }, plot.y + plot.height),
      lineItem(points, { stroke: c.t2, lineWidth: 1.25 }),
    ])
  }
}
