import { lastAtOrBefore } from './candles.ts'
import { boxesItem, type RenderItem } from './custom-item.ts'
import type { HeatmapData } from './heatmap-data.ts'
import { breakBeyond, lineItems, medianStep } from './line-points.ts'
import type { PaneDrawing, PaneLabel, PaneLayer, TitlePart } from './pane-layer.ts'
import { WORDS } from './words.ts'

/** From here on the index is called elevated, and high. */
const ELEVATED = 40
const HIGH = 70

/** The risk index, 0 to 100, over its three bands. */
export class RiskLayer implements PaneLayer {
  readonly id = 'risk'
  private time = new Float64Array(0)
  private value = new Float64Array(0)
  private breakMs = Number.POSITIVE_INFINITY

  setData(data: HeatmapData): void {
    const rows = data.risk ?? []
    this.time = Float64Array.from(rows, (r) => r[0])
    this.value = Float64Array.from(rows, (r) => r[1])
    this.breakMs = 4 * medianStep(this.time)
  }

  empty(): boolean {
    return this.time.length === 0
  }

  /** The scale is always the same. */
  prepare(): void {}

  scale() {
    return { low: 0, high: 100 }
  }

  title(time: number): TitlePart[] {
    const i = lastAtOrBefore(this.time, time)
    const value = this.value[i]
    if (value === undefined || time - (this.time[i] as number) > this.breakMs) return this.empty() ? [] : [{ text: '–', tone: 'strong' }]
    const { low, elevated, high } = WORDS.riskLevels
    return [{ text: this.write(value), tone: 'strong' }, { text: value >= HIGH ? high : value >= ELEVATED ? elevated : low }]
  }

  labels(): PaneLabel[] {
    return [0, ELEVATED, HIGH].map((value) => ({ value, text: String(value) }))
  }

  write(value: number): string {
    return String(Math.round(value))
  }

  draw({ plot, x, y, dpr, colours: c }: PaneDrawing): RenderItem[] {
    const band = (low: number, high: number, colour: string) =>
      boxesItem(Float64Array.of(plot.x, y.toY(high), plot.width, y.toY(low) - y.toY(high)), { fill: `${colour}1f` })
    const line = { time: this.time, value: this.value, breakAfter: breakBeyond(this.time, this.breakMs) }
    return [
      band(0, ELEVATED, c.ok),
      band(ELEVATED, HIGH, c.warn),
      band(HIGH, 100, c.err),
      ...lineItems(line, { x, y, plot, dpr }, { stroke: c.t1, lineWidth: 1.25 }),
    ]
  }
}
