import { formatAge, formatAmount } from '../format.ts'
import { type Bins, barPlaces, binAtOrLast, binsOnScreen, NO_BINS } from './bins.ts'
import { lastAtOrBefore } from './candles.ts'
import { boxesItem, lineItem, type RenderItem, snap } from './custom-item.ts'
import { hatchItem, type TimeSpan } from './hatch.ts'
import type { CandleRow, FlowRow, HeatmapData } from './heatmap-data.ts'
import { gapsOf, type PaneDrawing, type PaneLabel, type PaneLayer, type PaneSpan, roundLabels, type TitlePart } from './pane-layer.ts'
import { linearHeight } from './scales.ts'
import { WORDS } from './words.ts'

/**
 * What takers bought less what they sold, per candle, in base coin: twice what they bought less the volume. NaN where it is not known: no
 * figure, or no candle to set it against.
 */
export function takerDeltas(flow: readonly FlowRow[], candles: readonly CandleRow[], candleTimes: Float64Array): Float64Array {
  return Float64Array.from(flow, ([time, bought]) => {
    const i = lastAtOrBefore(candleTimes, time)
    return bought === null || i < 0 || candleTimes[i] !== time ? Number.NaN : 2 * bought - (candles[i] as CandleRow)[5]
  })
}

/** Running sum at the end of each bin, from 0 at the left of the screen; NaN where a bin is not known, after which the sum goes on. */
export function cumulative(deltas: Float64Array): Float64Array {
  const out = new Float64Array(deltas.length)
  let sum = 0
  for (let i = 0; i < deltas.length; i++) {
    const delta = deltas[i] as number
    if (!Number.isNaN(delta)) sum += delta
    out[i] = Number.isNaN(delta) ? Number.NaN : sum
  }
  return out
}

/** Taker delta as bars about the middle, and its sum over what is on screen as a line with a scale of its own. */
export class FlowLayer implements PaneLayer {
  readonly id = 'flow'
  private time = new Float64Array(0)
  private delta: Float64Array = new Float64Array(0)
  private baseMs = 60_000
  private gaps: readonly TimeSpan[] = []
  private bins: Bins = NO_BINS
  private sums: Float64Array = new Float64Array(0)
  private extent = { low: -1, high: 1 }
  private peak = 1

  setData(data: HeatmapData): void {
    const flow = data.flow ?? []
    this.time = Float64Array.from(flow, (r) => r[0])
    this.delta = takerDeltas(
      flow,
      data.candles.rows,
      Float64Array.from(data.candles.rows, (r) => r[0]),
    )
    this.baseMs = data.candles.intervalMs
    this.gaps = gapsOf(data, 'candle')
  }

  empty(): boolean {
    return this.time.length === 0 || this.delta.every(Number.isNaN)
  }

  prepare(span: PaneSpan): void {
    this.bins = binsOnScreen(this.time, [this.delta], this.baseMs, span)
    const deltas = this.bins.sums[0] ?? new Float64Array(0)
    this.sums = cumulative(deltas)
    let peak = 0
    let low = 0
    let high = 0
    for (let i = 0; i < deltas.length; i++) {
      const delta = Math.abs(deltas[i] as number)
      if (delta > peak) peak = delta
      const sum = this.sums[i] as number
      if (sum < low) low = sum
      if (sum > high) high = sum
    }
    this.peak = peak > 0 ? peak * 1.15 : 1
    const margin = (high - low || 1) * 0.1
    this.extent = { low: low - margin, high: high + margin }
  }

  /** of the line: bars are read in the title */
  scale() {
    return this.extent
  }

  title(time: number): TitlePart[] {
    if (this.empty()) return []
    const i = binAtOrLast(this.bins, time)
    const write = (value: number | undefined) =>
      value === undefined || Number.isNaN(value) ? WORDS.unknown : formatAmount(value, { sign: true })
    return [
      { text: `${formatAge(this.bins.intervalMs)} ${WORDS.delta}` },
      { text: write(this.bins.sums[0]?.[i]), tone: 'strong' },
      { text: `· ━ ${WORDS.cumulative}` },
      { text: write(this.sums[i]), tone: 'strong' },
      { text: WORDS.coins },
    ]
  }

  labels(): PaneLabel[] {
    return roundLabels(this.extent.low, this.extent.high, (value) => this.write(value))
  }

  write(value: number): string {
    return formatAmount(Number(value.toPrecision(3)), { sign: value !== 0 })
  }

  draw({ plot, x, y, dpr, colours: c }: PaneDrawing): RenderItem[] {
    const pixel = 1 / dpr
    const bars = linearHeight(-this.peak, this.peak, plot)
    const middle = snap(bars.toY(0), dpr)
    const { left, width } = barPlaces(this.bins, x, dpr)
    const deltas = this.bins.sums[0]
    const boxes = { up: [] as number[], down: [] as number[] }
    const points: number[] = []
    for (let i = 0; i < this.bins.count; i++) {
      const delta = deltas?.[i] as number
      const end = (this.bins.start[i] as number) + this.bins.intervalMs
      const broken = i > 0 && (this.bins.start[i] as number) > (this.bins.start[i - 1] as number) + this.bins.intervalMs
      if (broken || Number.isNaN(delta)) points.push(Number.NaN, Number.NaN)
      if (Number.isNaN(delta)) continue
      points.push(x.toX(end), y.toY(this.sums[i] as number))
      const height = Math.max(pixel, Math.abs(snap(bars.toY(delta), dpr) - middle))
      if (delta >= 0) boxes.up.push(left[i] as number, middle - height, width, height)
      else boxes.down.push(left[i] as number, middle, width, height)
    }
    return [
      hatchItem(this.gaps, x, plot, c.line2),
      boxesItem(Float64Array.of(plot.x, middle, plot.width, pixel), { fill: c.line2 }),
      boxesItem(Float64Array.from(boxes.up), { fill: `${c.up}b3` }),
      boxesItem(Float64Array.from(boxes.down), { fill: `${c.dn}b3` }),
      lineItem(Float64Array.from(points), { stroke: c.accfg, lineWidth: 1.25 }),
    ]
  }
}
