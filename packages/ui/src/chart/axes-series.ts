import type { CustomSeriesOption } from 'echarts'
import { formatClock, formatDay, formatPrice, priceDecimals, type TimeZone, timeParts } from '../format.ts'
import { FONT_FAMILY } from '../tokens.ts'
import { boxesItem, customSeries, groupItem, type RenderApi, type RenderItem, type RenderParams, snap, textItem } from './custom-item.ts'
import type { ChartLayout } from './layout.ts'
import { priceHeight, viewTimeScale } from './scales.ts'
import { GRID, type Scene } from './scene.ts'
import { decimalsOfStep, priceTicks } from './ticks.ts'
import { timeTicks } from './time-ticks.ts'

const FONT = `400 11px ${FONT_FAMILY}`
const BOLD = `600 11px ${FONT_FAMILY}`
/** Least distance of labels, CSS pixels, along and up. */
const LABEL_ROOM_X = 88
const LABEL_ROOM_Y = 56
/** Labels nearer than this to the ends of their axis are left out. */
const EDGE = 12

/**
 * Lines and labels of time and price. The chart's own axes are hidden: they know no exchange's time, label a log axis over less than a
 * decade at its ends only, and cost more at each step of a pan than all layers together.
 */
export class AxesLayer {
  private readonly scene: Scene
  private readonly layout: () => ChartLayout

  constructor(scene: Scene, layout: () => ChartLayout) {
    this.scene = scene
    this.layout = layout
  }

  series(): CustomSeriesOption {
    return customSeries('axes', GRID.frame, this.renderItem, { z: 0, clip: false })
  }

  private renderItem = (_: RenderParams, api: RenderApi): RenderItem => {
    const pixel = 1 / api.getDevicePixelRatio()
    const layout = this.layout()
    const { heat, timeAxisTop: bottom } = layout
    const { view, colours: c, zone, scale } = this.scene
    const right = heat.x + heat.width
    const x = viewTimeScale(view, heat)
    const y = priceHeight(view, heat, scale)
    const lines: number[] = []
    const labels: RenderItem[] = []

    const times = timeTicks(view.from, view.to, Math.max(2, Math.min(12, heat.width / LABEL_ROOM_X)), zone)
    for (const time of times) {
      const at = x.toX(time)
      lines.push(snap(at, 1 / pixel), heat.y, pixel, bottom - heat.y)
      if (at < heat.x + 2 * EDGE || at > right - 2 * EDGE) continue
      const { text, bold } = timeLabel(time, zone)
      labels.push(
        textItem({ text, x: at, y: bottom + 7, fill: bold ? c.t2 : c.t3, font: bold ? BOLD : FONT, align: 'center', verticalAlign: 'top' }),
      )
    }

    const ticks = priceTicks(view.priceLow, view.priceHigh, Math.max(3, Math.round(heat.height / LABEL_ROOM_Y)), scale)
    const decimals = decimalsOfStep(leastStep(ticks))
    for (const price of ticks) {
      const at = y.toY(price)
      lines.push(heat.x, snap(at, 1 / pixel), heat.width, pixel)
      if (at < heat.y + EDGE || at > heat.y + heat.height - EDGE) continue
      const text = formatPrice(price, Math.min(priceDecimals(price), decimals))
      labels.push(textItem({ text, x: right + 8, y: at, fill: c.t3, font: FONT, align: 'left', verticalAlign: 'middle' }))
    }

    const edges = [heat.x, bottom, heat.width, pixel, right, heat.y, pixel, heat.height]
    return groupItem([
      // a veil, not a line: it has to be faint over black and over the brightest heat alike
      boxesItem(Float64Array.from(lines), { fill: `${c.t3}24` }),
      boxesItem(Float64Array.from(edges), { fill: c.line }),
      ...labels,
    ])
  }
}

/** The smallest distance between neighbours; 0.01 of the price where there is but one. */
function leastStep(ticks: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 1; i < ticks.length; i++) least = Math.min(least, Number(((ticks[i] as number) - (ticks[i - 1] as number)).toPrecision(6)))
  return Number.isFinite(least) ? least : (ticks[0] ?? 1) / 100
}

/** Clock time; the day at midnight, the year at its first day. */
export function timeLabel(time: number, zone: TimeZone): { text: string; bold: boolean } {
  const p = timeParts(time, zone)
  if (p.hour + p.minute > 0) return { text: formatClock(time, zone), bold: false }
  return { text: p.month === 0 && p.day === 1 ? String(p.year) : formatDay(time, zone), bold: true }
}
