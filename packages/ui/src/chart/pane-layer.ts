import type { TimeZone } from '../format.ts'
import type { ThemeTokens } from '../tokens.ts'
import type { RenderItem, TimeScale } from './custom-item.ts'
import type { TimeSpan } from './hatch.ts'
import type { HeatmapData } from './heatmap-data.ts'
import type { Rect } from './layout.ts'
import type { PaneId } from './panes.ts'
import { type HeightScale, linearHeight } from './scales.ts'
import { niceStep } from './ticks.ts'

/** What is on screen of a pane. */
export interface PaneSpan {
  from: number
  to: number
  msPerPixel: number
}

/** A piece of a pane's title; `strong` is the value, sides have their colour beside their word. */
export interface TitlePart {
  text: string
  tone?: 'strong' | 'long' | 'short'
}

export interface PaneLabel {
  value: number
  text: string
}

export interface PaneDrawing {
  plot: Rect
  x: TimeScale
  y: HeightScale
  dpr: number
  colours: ThemeTokens
}

/** One pane under the heat: its data, its scale, its picture (one path per colour) and its words. */
export interface PaneLayer {
  readonly id: PaneId
  setData(data: HeatmapData): void
  /** chooses scale and bars for what is on screen; called before `scale`, `draw`, `title` and `labels` */
  prepare(span: PaneSpan): void
  /** values at the bottom and the top of the plot */
  scale(): { low: number; high: number }
  draw(drawing: PaneDrawing): RenderItem[]
  /** values at `time`: at the crosshair, or the last ones */
  title(time: number, zone: TimeZone): TitlePart[]
  /** values to label, from the bottom to the top */
  labels(): PaneLabel[]
  /** a value as the crosshair's tag shows it */
  write(value: number): string
  /** no data at all: the pane says so */
  empty(): boolean
}

export const gapsOf = (data: HeatmapData, channel: string): TimeSpan[] => data.gaps.filter((gap) => gap.channel === channel)

/** Scale of the pane's plot. */
export const heightOf = (layer: PaneLayer, plot: Rect): HeightScale => {
  const { low, high } = layer.scale()
  return linearHeight(low, high > low ? high : low + 1, plot)
}

/** At most three round values between `low` and `high`. Steps finer than what a shortened number tells apart would repeat a label. */
export function roundLabels(low: number, high: number, write: (value: number) => string): PaneLabel[] {
  const out: PaneLabel[] = []
  if (!(high > low)) return out
  const step = niceStep(high - low, 3.2)
  for (let value = Math.ceil(low / step) * step; value <= high && out.length < 3; value += step) {
    const text = write(value)
    if (text !== out.at(-1)?.text) out.push({ value, text })
  }
  return out
}

/** A round value below `peak`, 0 and its opposite. */
export function symmetricLabels(peak: number, write: (value: number) => string): PaneLabel[] {
  const round = niceStep(peak, 1.6)
  const mark = round > peak ? round / 2 : round
  return [-mark, 0, mark].map((value) => ({ value, text: value === 0 ? '0' : write(value) }))
}
