/** Where drawings stand on the plot, what of them is under a pointer, and what a drag makes of them. Pixels are CSS pixels of the chart. */
import type { Drawing, DrawingColour, DrawingKind, DrawingPoint } from './drawings.ts'
import { pointsOf } from './drawings.ts'
import type { Rect } from './layout.ts'
import { priceHeight, viewTimeScale } from './scales.ts'
import type { PriceScale, View } from './viewport.ts'

export interface PixelPoint {
  x: number
  y: number
}

/** Between time and price and pixels, as one frame has it. */
export interface DrawingPlace {
  toX(time: number): number
  toY(price: number): number
  toTime(x: number): number
  toPrice(y: number): number
  plot: Rect
}

/** What is taken hold of: all of it, or the time of one point and the price of one (null: none). */
export type DrawingGrip = 'whole' | { time: 0 | 1 | null; price: 0 | 1 | null }

export interface DrawingHit {
  id: string
  grip: DrawingGrip
}

/** How wide and high the words of a drawing are. */
export type TextSize = (drawing: Drawing) => { width: number; height: number }

/** A pointer so near to a line or a handle, px, means it. */
export const HIT_SLACK = { mouse: 6, touch: 14 }
const MOST_TIME = 8.64e15
const [LEAST_PRICE, MOST_PRICE] = [1e-12, 1e15]

export function drawingPlace(view: View, plot: Rect, scale: PriceScale): DrawingPlace {
  const { toX, toTime } = viewTimeScale(view, plot)
  const { toY, toValue } = priceHeight(view, plot, scale)
  return { toX, toTime, toY, toPrice: toValue, plot }
}

/** The point under a pixel, within what can be kept. */
export const pointAt = ({ x, y }: PixelPoint, place: DrawingPlace): DrawingPoint => ({
  time: Math.round(Math.min(MOST_TIME, Math.max(0, place.toTime(x)))),
  price: Math.min(MOST_PRICE, Math.max(LEAST_PRICE, place.toPrice(y))),
})

const pixelOf = ({ time, price }: DrawingPoint, { toX, toY }: DrawingPlace): PixelPoint => ({ x: toX(time), y: toY(price) })
const pixelsOf = (drawing: Drawing, place: DrawingPlace): PixelPoint[] => drawing.points.map((point) => pixelOf(point, place))

/** The rectangle of a box; of a text that is `size` large, the place of its words: they begin at its point. */
export function rectOf(drawing: Drawing, place: DrawingPlace, size: { width: number; height: number }): Rect {
  const [a, b] = pixelsOf(drawing, place) as [PixelPoint, PixelPoint | undefined]
  if (!b) return { x: a.x, y: a.y, ...size }
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) }
}

/** Handles of a selected drawing. A text has none: it is moved as a whole. */
export function handlesOf(drawing: Drawing, place: DrawingPlace): (PixelPoint & { grip: DrawingGrip })[] {
  const at = pixelsOf(drawing, place)
  const [a, b] = at as [PixelPoint, PixelPoint]
  switch (drawing.kind) {
    case 'line':
      return [
        { ...a, grip: { time: 0, price: 0 } },
        { ...b, grip: { time: 1, price: 1 } },
      ]
    case 'box':
      return ([0, 1] as const).flatMap((time) =>
        ([0, 1] as const).map((price) => ({ x: (at[time] as PixelPoint).x, y: (at[price] as PixelPoint).y, grip: { time, price } })),
      )
    case 'horizontal':
      return [{ x: place.plot.x + place.plot.width / 2, y: a.y, grip: { time: null, price: 0 } }]
    case 'text':
      return []
  }
}

/**
 * What a pointer takes hold of: the selected drawing's handles first, then what was drawn last. A box is taken by its edges, or
 * anywhere once it is selected: inside it the chart is to be moved as elsewhere.
 */
export function hitDrawing(
  drawings: readonly Drawing[],
  at: PixelPoint,
  place: DrawingPlace,
  { selected, size, slack }: { selected: string | null; size: TextSize; slack: number },
): DrawingHit | null {
  const chosen = drawings.find(({ id }) => id === selected)
  const handle = chosen && handlesOf(chosen, place).find(({ x, y }) => Math.hypot(x - at.x, y - at.y) <= slack + 2)
  if (chosen && handle) return { id: chosen.id, grip: handle.grip }
  const found = drawings.findLast((drawing) => isOn(drawing, at, place, { inside: drawing === chosen, size, slack }))
  return found ? { id: found.id, grip: 'whole' } : null
}

function isOn(
  drawing: Drawing,
  at: PixelPoint,
  place: DrawingPlace,
  { inside, size, slack }: { inside: boolean; size: TextSize; slack: number },
): boolean {
  const [a, b] = pixelsOf(drawing, place) as [PixelPoint, PixelPoint]
  switch (drawing.kind) {
    case 'horizontal':
      return Math.abs(at.y - a.y) <= slack
    case 'line':
      return distanceToSegment(at, a, b) <= slack
    case 'text':
      return within(rectOf(drawing, place, size(drawing)), at, 2)
    case 'box': {
      const rect = rectOf(drawing, place, size(drawing))
      const inner = { x: rect.x + slack, y: rect.y + slack, width: rect.width - 2 * slack, height: rect.height - 2 * slack }
      return within(rect, at, slack) && (inside || !within(inner, at, 0))
    }
  }
}

const within = (r: Rect, { x, y }: PixelPoint, slack: number): boolean =>
  x >= r.x - slack && x <= r.x + r.width + slack && y >= r.y - slack && y <= r.y + r.height + slack

/** From a point to the nearest of a segment. */
export function distanceToSegment(at: PixelPoint, a: PixelPoint, b: PixelPoint): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = dx * dx + dy * dy
  const part = length === 0 ? 0 : Math.max(0, Math.min(1, ((at.x - a.x) * dx + (at.y - a.y) * dy) / length))
  return Math.hypot(at.x - a.x - part * dx, at.y - a.y - part * dy)
}

/** The drawing as it is after a drag from one pixel to another, from how it was when the drag began: step by step, rounding would drift. */
export function dragDrawing(drawing: Drawing, grip: DrawingGrip, from: PixelPoint, to: PixelPoint, place: DrawingPlace): Drawing {
  const by = { x: to.x - from.x, y: to.y - from.y }
  const points = drawing.points.map((point, i) => {
    const at = pixelOf(point, place)
    const movesTime = grip === 'whole' ? drawing.kind !== 'horizontal' : grip.time === i
    const movesPrice = grip === 'whole' || grip.price === i
    const moved = pointAt({ x: at.x + by.x, y: at.y + by.y }, place)
    // what is not moved keeps its figures to the last digit
    return { time: movesTime && by.x !== 0 ? moved.time : point.time, price: movesPrice && by.y !== 0 ? moved.price : point.price }
  })
  return { ...drawing, points }
}

/** A new drawing between two pixels; of kinds with one point the first is taken. */
export function drawnBetween(
  kind: DrawingKind,
  from: PixelPoint,
  to: PixelPoint,
  place: DrawingPlace,
  { id, colour }: { id: string; colour: DrawingColour },
): Drawing {
  const points = [from, to].slice(0, pointsOf(kind)).map((at) => pointAt(at, place))
  return { id, kind, points, colour, text: '' }
}

/** The part of a segment inside `plot`; null where there is none. Ends far outside cost a canvas its precision. */
export function clipSegment(a: PixelPoint, b: PixelPoint, plot: Rect): [PixelPoint, PixelPoint] | null {
  let [start, end] = [0, 1]
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  for (const [p, q] of [
    [-dx, a.x - plot.x],
    [dx, plot.x + plot.width - a.x],
    [-dy, a.y - plot.y],
    [dy, plot.y + plot.height - a.y],
  ] as const) {
    if (p === 0 && q < 0) return null
    if (p < 0) start = Math.max(start, q / p)
    if (p > 0) end = Math.min(end, q / p)
  }
  if (start > end) return null
  const at = (part: number) => ({ x: a.x + part * dx, y: a.y + part * dy })
  return [at(start), at(end)]
}

/** Lines of at most `width`, broken between words, and inside a word that is longer than a line. */
export function wrapText(text: string, width: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = []
  for (const paragraph of text.split(/\r?\n/)) {
    let line = ''
    for (const word of paragraph.split(/\s+/).filter(Boolean)) {
      const longer = line === '' ? word : `${line} ${word}`
      if (widthOf(longer) <= width) {
        line = longer
        continue
      }
      if (line !== '') lines.push(line)
      line = ''
      for (const character of word) {
        if (line !== '' && widthOf(line + character) > width) {
          lines.push(line)
          line = ''
        }
        line += character
      }
    }
    lines.push(line)
  }
  return lines
}
