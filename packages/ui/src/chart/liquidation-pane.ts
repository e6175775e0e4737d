import { formatAge, formatUsd } from '../format.ts'
import { type Bins, barPlaces, binAtOrLast, binsOnScreen, NO_BINS } from './bins.ts'
import { boxesItem, type RenderItem, snap } from './custom-item.ts'
import { hatchItem, type TimeSpan } from './hatch.ts'
import type { HeatmapData } from './heatmap-data.ts'
import { gapsOf, type PaneDrawing, type PaneLabel, type PaneLayer, type PaneSpan, symmetricLabels, type TitlePart } from './pane-layer.ts'
import { WORDS } from './words.ts'

const LEAST_PEAK = 1000

/** Liquidations that were reported: shorts upwards, longs downwards, added up over the interval of the candles on screen. */
export class LiquidationLayer implements PaneLayer {
  readonly id = 'liquidations'
  private time = new Float64Array(0)
  private longs = new Float64Array(0)
  private shorts = new Float64Array(0)
  private binMs = 60_000
  private sampled = false
  private gaps: readonly TimeSpan[] = []
  private bins: Bins = NO_BINS
  private peak = LEAST_PEAK

  setData(data: HeatmapData): void {
    const rows = data.liquidations?.rows ?? []
    this.time = Float64Array.from(rows, (r) => r[0])
    this.longs = Float64Array.from(rows, (r) => r[1])
    this.shorts = Float64Array.from(rows, (r) => r[2])
    this.binMs = data.liquidations?.binMs ?? 60_000
    this.sampled = data.liquidations?.sampled ?? false
    this.gaps = gapsOf(data, 'liquidation')
  }

  empty(): boolean {
    return this.time.length === 0
  }

  prepare(span: PaneSpan): void {
    this.bins = binsOnScreen(this.time, [this.longs, this.shorts], this.binMs, span)
    let peak = 0
    for (const sums of this.bins.sums) for (const usd of sums) if (usd > peak) peak = usd
    this.peak = peak > 0 ? peak * 1.1 : LEAST_PEAK
  }

  scale() {
    return { low: -this.peak, high: this.peak }
  }

  title(time: number): TitlePart[] {
    if (this.empty()) return []
    const i = binAtOrLast(this.bins, time)
    // A span without a row had no print: the rows hold only what happened.
    const usd = (channel: number) => (i < 0 ? 0 : (this.bins.sums[channel]?.[i] ?? 0))
    return [
      { text: `${this.sampled ? WORDS.sampled : WORDS.reported}, ${formatAge(this.bins.intervalMs)} ·` },
      { text: `▲ ${WORDS.shorts}`, tone: 'short' },
      { text: formatUsd(usd(1)), tone: 'strong' },
      { text: `▼ ${WORDS.longs}`, tone: 'long' },
      { text: formatUsd(usd(0)), tone: 'strong' },
    ]
  }

  labels(): PaneLabel[] {
    return symmetricLabels(this.peak, (value) => formatUsd(Math.abs(value)))
  }

  write(value: number): string {
    return formatUsd(Math.abs(value))
  }

  draw({ plot, x, y, dpr, colours: c }: PaneDrawing): RenderItem[] {
    const zero = snap(y.toY(0), dpr)
    const pixel = 1 / dpr
    const { left, width } = barPlaces(this.bins, x, dpr)
    const [longs, shorts] = this.bins.sums
    const boxes = { long: [] as number[], short: [] as number[] }
    for (let i = 0; i < this.bins.count; i++) {
      const x0 = left[i] as number
      const height = (usd: number) => Math.max(pixel, Math.abs(snap(y.toY(usd), dpr) - zero))
      const [long, short] = [longs?.[i] as number, shorts?.[i] as number]
      if (long > 0) boxes.long.push(x0, zero + pixel, width, height(long))
      if (short > 0) boxes.short.push(x0, zero - height(short), width, height(short))
    }
    return [
      hatchItem(this.gaps, x, plot, c.line2),
      boxesItem(Float64Array.of(plot.x, zero, plot.width, pixel), { fill: c.line2 }),
      boxesItem(Float64Array.from(boxes.long), { fill: c.long }),
      boxesItem(Float64Array.from(boxes.short), { fill: c.short }),
    ]
  }
}
