import { formatClock, formatFunding, formatPercent, type TimeZone } from '../format.ts'
import { lastAtOrBefore } from './candles.ts'
import { boxesItem, lineItem, type RenderItem, snap } from './custom-item.ts'
import { hatchItem, type TimeSpan } from './hatch.ts'
import type { FundingRow, HeatmapData } from './heatmap-data.ts'
import type { Rect } from './layout.ts'
import { gapsOf, type PaneDrawing, type PaneLabel, type PaneLayer, type PaneSpan, symmetricLabels, type TitlePart } from './pane-layer.ts'
import { WORDS } from './words.ts'

const YEAR_HOURS = 365 * 24
/** Half the height of the scale while nothing is known. */
const LEAST_PEAK = 0.0001
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

/** Span of the bar of the settlement to come: from the last one before it, as long as the last interval at most. */
export function predictedSpan(bars: FundingBars, time: number): { start: number; end: number } {
  const last = lastAtOrBefore(bars.end, time - 1)
  const interval = last < 0 ? 8 * HOUR : (bars.intervalHours[last] as number) * HOUR
  return { start: Math.max(time - interval, last < 0 ? Number.NEGATIVE_INFINITY : (bars.end[last] as number)), end: time }
}

/** Bars filled when longs pay, hollow when shorts pay; the predicted next one dashed. */
export class FundingLayer implements PaneLayer {
  readonly id = 'funding'
  bars: FundingBars = fundingBars([])
  private gaps: readonly TimeSpan[] = []
  private next: { time: number; rate: number } | null = null
  private peak = LEAST_PEAK

  setData(data: HeatmapData): void {
    this.gaps = gapsOf(data, 'funding')
    this.bars = fundingBars(data.funding)
    const next = data.predictedFunding ?? null
    const settled = this.bars.end[this.bars.end.length - 1] ?? Number.NEGATIVE_INFINITY
    this.next = next && next.time > settled ? next : null
  }

  empty(): boolean {
    return this.bars.end.length === 0 && this.next === null
  }

  prepare({ from, to }: PaneSpan): void {
    let peak = fundingPeak(this.bars, from, to)
    if (this.next && predictedSpan(this.bars, this.next.time).start < to) peak = Math.max(peak, Math.abs(this.next.rate))
    this.peak = peak > 0 ? peak * 1.15 : LEAST_PEAK
  }

  scale() {
    return { low: -this.peak, high: this.peak }
  }

  title(time: number, zone: TimeZone): TitlePart[] {
    const i = fundingAt(this.bars, time)
    const rate = this.bars.rate[i]
    const hours = this.bars.intervalHours[i]
    const parts: TitlePart[] = []
    if (rate !== undefined && hours !== undefined)
      parts.push(
        { text: `${trimmed(hours)} h ·` },
        { text: formatFunding(rate), tone: 'strong' },
        { text: `(${formatPercent(rate * (YEAR_HOURS / hours), { sign: true })} ${WORDS.perYear})` },
      )
    if (this.next)
      parts.push(
        { text: `${parts.length ? '· ' : ''}${WORDS.next} ${formatClock(this.next.time, zone)}` },
        { text: formatFunding(this.next.rate), tone: 'strong' },
      )
    return parts
  }

  labels(): PaneLabel[] {
    return symmetricLabels(this.peak, shortRate)
  }

  write(value: number): string {
    return formatFunding(value)
  }

  draw({ plot, x, y, dpr, colours: c }: PaneDrawing): RenderItem[] {
    const { start, end, rate } = this.bars
    const count = end.length
    const zero = snap(y.toY(0), dpr)
    const pixel = 1 / dpr
    const filled: number[] = []
    const hollow: number[] = []
    const left = x.toTime(plot.x)
    const right = x.toTime(plot.x + plot.width)
    const place = (from: number, to: number, value: number) => {
      const x0 = snap(x.toX(from), dpr) + pixel
      const height = Math.max(pixel, Math.abs(zero - snap(y.toY(value), dpr)))
      return { x: x0, y: value >= 0 ? zero - height : zero, width: Math.max(pixel, snap(x.toX(to), dpr) - x0), height }
    }
    for (let i = Math.max(0, lastAtOrBefore(end, left)); i < count && (start[i] as number) < right; i++) {
      const box = place(start[i] as number, end[i] as number, rate[i] as number)
      if ((rate[i] as number) >= 0) filled.push(box.x, box.y, box.width, box.height)
      else if (box.width < 4 * pixel || box.height < 3 * pixel) hollow.push(box.x, box.y, box.width, box.height)
      else pushOutline(hollow, box, pixel)
    }
    const items = [
      hatchItem(this.gaps, x, plot, c.line2),
      boxesItem(Float64Array.of(plot.x, zero, plot.width, pixel), { fill: c.line2 }),
      boxesItem(Float64Array.from(filled), { fill: c.acc }),
      boxesItem(Float64Array.from(hollow), { fill: c.acc }),
    ]
    if (!this.next) return items
    const span = predictedSpan(this.bars, this.next.time)
    if (span.start >= right || span.end <= left) return items
    const box = place(span.start, span.end, this.next.rate)
    const [x0, y0] = [box.x + pixel / 2, box.y + pixel / 2]
    const [x1, y1] = [x0 + box.width - pixel, y0 + Math.max(0, box.height - pixel)]
    items.push(lineItem(Float64Array.of(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0), { stroke: c.accfg, lineWidth: pixel, lineDash: [3, 2] }))
    return items
  }
}

/** A hollow bar as four thin boxes: a stroke would straddle pixels. */
function pushOutline(boxes: number[], { x, y, width, height }: Rect, pixel: number): void {
  boxes.push(x, y, pixel, height, x + width - pixel, y, pixel, height)
  boxes.push(x, y + height - pixel, width, pixel, x, y, width, pixel)
}

const trimmed = (hours: number): string => String(Number(hours.toFixed(1)))
const shortRate = (rate: number): string => formatPercent(rate, { decimals: Math.abs(rate) < 0.000_01 ? 4 : 3, sign: true })
