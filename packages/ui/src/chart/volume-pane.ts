import { formatAge, formatAmount } from '../format.ts'
import { type Bins, barPlaces, binAtOrLast, binsOnScreen, NO_BINS } from './bins.ts'
import { boxesItem, type RenderItem, snap } from './custom-item.ts'
import { hatchItem, type TimeSpan } from './hatch.ts'
import type { HeatmapData } from './heatmap-data.ts'
import { gapsOf, type PaneDrawing, type PaneLabel, type PaneLayer, type PaneSpan, roundLabels, type TitlePart } from './pane-layer.ts'
import { WORDS } from './words.ts'

/** Volume in base coin, added up over the interval of the candles on screen. */
export class VolumeLayer implements PaneLayer {
  readonly id = 'volume'
  private time = new Float64Array(0)
  private volume = new Float64Array(0)
  private baseMs = 60_000
  private gaps: readonly TimeSpan[] = []
  private bins: Bins = NO_BINS
  private peak = 1

  setData(data: HeatmapData): void {
    const { rows, intervalMs } = data.candles
    this.time = Float64Array.from(rows, (r) => r[0])
    this.volume = Float64Array.from(rows, (r) => r[5])
    this.baseMs = intervalMs
    this.gaps = gapsOf(data, 'candle')
  }

  empty(): boolean {
    return this.time.length === 0
  }

  prepare(span: PaneSpan): void {
    this.bins = binsOnScreen(this.time, [this.volume], this.baseMs, span)
    let peak = 0
    for (const volume of this.bins.sums[0] ?? []) if (volume > peak) peak = volume
    this.peak = peak > 0 ? peak * 1.1 : 1
  }

  scale() {
    return { low: 0, high: this.peak }
  }

  title(time: number): TitlePart[] {
    if (this.empty()) return []
    const volume = this.bins.sums[0]?.[binAtOrLast(this.bins, time)]
    return [
      { text: `${formatAge(this.bins.intervalMs)} ·` },
      { text: volume === undefined ? '–' : this.write(volume), tone: 'strong' },
      { text: WORDS.coins },
    ]
  }

  labels(): PaneLabel[] {
    return roundLabels(0, this.peak, (value) => this.write(value))
  }

  write(value: number): string {
    return formatAmount(value)
  }

  draw({ plot, x, y, dpr, colours: c }: PaneDrawing): RenderItem[] {
    const bottom = snap(plot.y + plot.height, dpr)
    const { left, width } = barPlaces(this.bins, x, dpr)
    const boxes = new Float64Array(this.bins.count * 4)
    for (let i = 0; i < this.bins.count; i++) {
      const top = Math.min(bottom - 1 / dpr, snap(y.toY(this.bins.sums[0]?.[i] as number), dpr))
      boxes.set([left[i] as number, top, width, bottom - top], i * 4)
    }
    return [hatchItem(this.gaps, x, plot, c.line2), boxesItem(boxes, { fill: c.t3 })]
  }
}
