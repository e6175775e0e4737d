import { lastAtOrBefore } from './candles.ts'
import { boxesItem, lineItem, type RenderItem, type TimeScale } from './custom-item.ts'
import { decimateLine } from './decimate.ts'
import type { Rect } from './layout.ts'
import type { HeightScale } from './scales.ts'

/** A line's entries (ascending UTC ms) and where it breaks: after entry `i`, and at NaN. */
export interface LineData {
  time: Float64Array
  value: Float64Array
  breakAfter: (i: number) => boolean
}

export interface LinePlace {
  x: TimeScale
  y: HeightScale
  plot: Rect
  dpr: number
}

export interface LineStyle {
  stroke: string
  lineWidth: number
  lineDash?: readonly [number, number]
  /** colour of the area down to the plot's bottom */
  area?: string
}

/** From this many entries per device pixel on, a line is filled column by column. */
const DENSE = 0.75

/**
 * The part of a line that is on screen. Few entries are a stroke; where they crowd, every column of device pixels is filled from its lowest to
 * its highest: that is what the stroke would look like, and a stroke of five thousand points takes ten times as long as all else.
 */
export function lineItems(line: LineData, place: LinePlace, style: LineStyle): RenderItem[] {
  const { x, plot } = place
  const from = Math.max(0, lastAtOrBefore(line.time, x.toTime(plot.x)))
  const to = Math.min(line.time.length, lastAtOrBefore(line.time, x.toTime(plot.x + plot.width)) + 2)
  if (to - from > DENSE * plot.width * place.dpr) return denseItems(line, place, style, from, to)
  const points = linePoints(line, place, from, to)
  const items = style.area ? [lineItem(points, { fill: style.area }, plot.y + plot.height)] : []
  items.push(lineItem(points, { stroke: style.stroke, lineWidth: style.lineWidth, lineDash: style.lineDash && [...style.lineDash] }))
  return items
}

/** Interleaved x, y in CSS pixels of entries [from, to), NaN pairs at breaks. */
function linePoints({ time, value, breakAfter }: LineData, { x, y }: LinePlace, from: number, to: number): Float64Array {
  const xs = new Float64Array(Math.max(0, to - from))
  const ys = new Float64Array(xs.length)
  const breaks = new Uint8Array(xs.length)
  let n = 0
  for (let i = from; i < to; i++) {
    const v = value[i] as number
    if (Number.isNaN(v)) {
      if (n > 0) breaks[n - 1] = 1
      continue
    }
    xs[n] = x.toX(time[i] as number)
    ys[n] = y.toY(v)
    if (i + 1 < time.length && breakAfter(i)) breaks[n] = 1
    n++
  }
  return decimateLine(xs.subarray(0, n), ys.subarray(0, n), (i) => breaks[i] === 1)
}

/** Boxes, one per column of device pixels at most, x, y, width, height; and the tops of the columns as an area's outline. */
export function denseColumns(
  { time, value, breakAfter }: LineData,
  { x, y, plot, dpr }: LinePlace,
  style: Pick<LineStyle, 'lineWidth' | 'lineDash'>,
  from: number,
  to: number,
): { boxes: Float64Array; outline: Float64Array } {
  const most = Math.min(to - from, Math.ceil(plot.width * dpr) + 2)
  const boxes = new Float64Array(most * 4)
  const outline = new Float64Array(most * 4)
  const pixel = 1 / dpr
  const thick = Math.max(1, Math.round(style.lineWidth * dpr))
  const [on, off] = style.lineDash ?? [1, 0]
  let b = 0
  let o = 0
  // Where the line came from: NaN after a break.
  let before = Number.NaN
  for (let i = from; i < to; ) {
    const column = Math.floor(x.toX(time[i] as number) * dpr)
    let top = Number.isNaN(before) ? Number.POSITIVE_INFINITY : before
    let bottom = Number.isNaN(before) ? Number.NEGATIVE_INFINITY : before
    let last = before
    let broken = false
    for (; i < to && !broken && Math.floor(x.toX(time[i] as number) * dpr) === column; i++) {
      const v = value[i] as number
      last = y.toY(v)
      if (last < top) top = last
      if (last > bottom) bottom = last
      broken = Number.isNaN(v) || breakAfter(i)
    }
    before = broken ? Number.NaN : last
    if (top <= bottom) {
      const edge = Math.round(top * dpr - thick / 2)
      if (((column * pixel) % (on + off)) - on < 0) {
        // Up to the next column with an entry, else an uneven line would have holes.
        const next = i < to && !broken ? Math.floor(x.toX(time[i] as number) * dpr) : column + 1
        boxes[b++] = column * pixel
        boxes[b++] = edge * pixel
        boxes[b++] = (next - column) * pixel
        boxes[b++] = (Math.round((bottom - top) * dpr) + thick) * pixel
      }
      outline[o++] = column * pixel
      outline[o++] = edge * pixel
    }
    if (broken) {
      outline[o++] = Number.NaN
      outline[o++] = Number.NaN
    }
  }
  return { boxes: boxes.subarray(0, b), outline: outline.subarray(0, o) }
}

function denseItems(line: LineData, place: LinePlace, style: LineStyle, from: number, to: number): RenderItem[] {
  const { boxes, outline } = denseColumns(line, place, style, from, to)
  const drawn = boxesItem(boxes, { fill: style.stroke })
  return style.area ? [lineItem(outline, { fill: style.area }, place.plot.y + place.plot.height), drawn] : [drawn]
}

/** A break wherever the next entry is further away than `breakMs`. */
export const breakBeyond =
  (time: Float64Array, breakMs: number) =>
  (i: number): boolean =>
    (time[i + 1] as number) - (time[i] as number) > breakMs

/** The usual distance between entries; infinite for fewer than two. */
export function medianStep(time: Float64Array): number {
  if (time.length < 2) return Number.POSITIVE_INFINITY
  const steps = new Float64Array(time.length - 1)
  for (let i = 0; i < steps.length; i++) steps[i] = (time[i + 1] as number) - (time[i] as number)
  steps.sort()
  return steps[steps.length >> 1] as number
}

/** Lowest and highest value over [from, to], with the one in force at `from`; null when there is none. NaN does not count. */
export function lineExtent(time: Float64Array, value: Float64Array, from: number, to: number): [number, number] | null {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = Math.max(0, lastAtOrBefore(time, from)); i < time.length && (time[i] as number) <= to; i++) {
    const v = value[i] as number
    if (v < low) low = v
    if (v > high) high = v
  }
  return low <= high ? [low, high] : null
}
