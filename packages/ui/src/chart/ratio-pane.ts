import { lastAtOrBefore } from './candles.ts'
import type { RenderItem } from './custom-item.ts'
import { hatchItem, type TimeSpan } from './hatch.ts'
import type { HeatmapData } from './heatmap-data.ts'
import { breakBeyond, lineExtent, lineItems, medianStep } from './line-points.ts'
import { gapsOf, type PaneDrawing, type PaneLabel, type PaneLayer, type PaneSpan, roundLabels, type TitlePart } from './pane-layer.ts'
import { WORDS } from './words.ts'

interface RatioLine {
  kind: string
  time: Float64Array
  value: Float64Array
  breakMs: number
}

/** Dash of the first line, the second, and so on; the title shows the same before each name. */
const DASHES: readonly (readonly [number, number] | undefined)[] = [undefined, [3, 2], [1, 2], [6, 3]]
const DASH_SIGNS = ['━', '╍', '┈', '┅']

/** One line per kind of long/short ratio. */
export class RatioLayer implements PaneLayer {
  readonly id = 'ratios'
  private lines: readonly RatioLine[] = []
  private gaps: readonly TimeSpan[] = []
  private extent = { low: 0, high: 2 }

  setData(data: HeatmapData): void {
    this.lines = (data.ratios ?? [])
      .filter(({ rows }) => rows.length > 0)
      .map(({ kind, rows }) => {
        const time = Float64Array.from(rows, (r) => r[0])
        return { kind, time, value: Float64Array.from(rows, (r) => r[1]), breakMs: 4 * medianStep(time) }
      })
    this.gaps = gapsOf(data, 'longShortRatio')
  }

  empty(): boolean {
    return this.lines.length === 0
  }

  prepare({ from, to }: PaneSpan): void {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (const line of this.lines) {
      const extent = lineExtent(line.time, line.value, from, to)
      if (!extent) continue
      low = Math.min(low, extent[0])
      high = Math.max(high, extent[1])
    }
    if (low > high) [low, high] = [0.5, 1.5]
    const margin = (high - low || 0.1) * 0.12
    this.extent = { low: Math.max(0, low - margin), high: high + margin }
  }

  scale() {
    return this.extent
  }

  title(time: number): TitlePart[] {
    return this.lines.flatMap(({ kind, time: times, value, breakMs }, k): TitlePart[] => {
      const i = lastAtOrBefore(times, time)
      const known = i >= 0 && time - (times[i] as number) <= breakMs
      return [
        { text: `${DASH_SIGNS[k % DASH_SIGNS.length]} ${WORDS.ratioKinds[kind] ?? kind}` },
        { text: known ? (value[i] as number).toFixed(2) : '–', tone: 'strong' },
      ]
    })
  }

  labels(): PaneLabel[] {
    return roundLabels(this.extent.low, this.extent.high, (value) => this.write(value))
  }

  write(value: number): string {
    return value.toFixed(2)
  }

  draw({ plot, x, y, dpr, colours: c }: PaneDrawing): RenderItem[] {
    const colours = [c.acc, c.t2, c.accfg, c.t3]
    return [
      hatchItem(this.gaps, x, plot, c.line2),
      ...this.lines.flatMap(({ time, value, breakMs }, k) => {
        const style = { stroke: colours[k % colours.length] as string, lineWidth: 1.25, lineDash: DASHES[k % DASHES.length] }
        return lineItems({ time, value, breakAfter: breakBeyond(time, breakMs) }, { x, y, plot, dpr }, style)
      }),
    ]
  }
}
