import { formatPrice } from '../format.ts'
import { FONT_FAMILY, type ThemeTokens } from '../tokens.ts'
import type { Drawing, DrawingColour } from './drawings.ts'
import { clipSegment, type DrawingPlace, handlesOf, type PixelPoint, rectOf, wrapText } from './drawings-geometry.ts'
import type { Rect } from './layout.ts'

const FONT = `500 12px ${FONT_FAMILY}`
const LINE_HEIGHT = 16
/** Words are broken at this width, and stand so far from their ground's edge; those of a level begin beside the tools, px. */
const TEXT_WIDTH = 240
const PAD = 5
const LEVEL_START = 44
const HANDLE = 7

/** Words of a drawing, as they are written beside it. */
interface Words {
  lines: readonly string[]
  width: number
  height: number
}

export const drawingColour = (colour: DrawingColour, tokens: ThemeTokens): string =>
  colour === 'accent' ? tokens.acc : colour === 'neutral' ? tokens.t1 : tokens[colour]

/** Draws onto a canvas, words as text. What was measured is kept as long as the drawing is the same. */
export class DrawingPainter {
  private words = new WeakMap<Drawing, Words>()
  private readonly context: CanvasRenderingContext2D

  constructor(context: CanvasRenderingContext2D) {
    this.context = context
  }

  /** A font that came later measures differently. */
  forget(): void {
    this.words = new WeakMap()
  }

  readonly sizeOf = (drawing: Drawing): Words => {
    const known = this.words.get(drawing)
    if (known) return known
    const { context } = this
    context.font = FONT
    const widthOf = (text: string) => context.measureText(text).width
    const lines = drawing.text === '' ? [] : wrapText(drawing.text, TEXT_WIDTH, widthOf)
    const width = Math.max(0, ...lines.map(widthOf))
    const words = { lines, width: width + 2 * PAD, height: lines.length * LINE_HEIGHT + 2 }
    this.words.set(drawing, words)
    return words
  }

  /** The canvas' origin is the plot's corner. */
  paint(drawing: Drawing, place: DrawingPlace, tokens: ThemeTokens, selected: boolean): void {
    const { context } = this
    const { plot } = place
    const colour = drawingColour(drawing.colour, tokens)
    context.strokeStyle = colour
    context.lineWidth = selected ? 2 : 1.5
    const [first, second] = drawing.points.map(({ time, price }) => ({ x: place.toX(time), y: place.toY(price) })) as [
      PixelPoint,
      PixelPoint,
    ]
    const [ground, halo] = [`${tokens.heatbg}C8`, `${tokens.heatbg}8C`]
    if (drawing.kind === 'horizontal') {
      if (first.y < plot.y || first.y > plot.y + plot.height) return
      const y = Math.round(first.y)
      this.stroke(halo, segment({ x: plot.x, y }, { x: plot.x + plot.width, y }))
      const price = formatPrice(drawing.points[0]?.price ?? 0)
      this.write([price], { x: plot.x + LEVEL_START, y: y - LINE_HEIGHT - 4 }, colour, ground)
      if (drawing.text) this.write(this.sizeOf(drawing).lines, { x: plot.x + LEVEL_START, y: y + 3 }, colour, ground)
    } else if (drawing.kind === 'line') {
      const seen = clipSegment(first, second, plot)
      if (!seen) return
      this.stroke(halo, segment(...seen))
      if (drawing.text) this.write(this.sizeOf(drawing).lines, { x: first.x + 4, y: first.y + 4 }, colour, ground)
    } else if (drawing.kind === 'box') {
      const rect = cut(rectOf(drawing, place, this.sizeOf(drawing)), plot)
      if (rect.width < 0 || rect.height < 0) return
      context.fillStyle = `${colour}1F`
      context.fillRect(rect.x, rect.y, rect.width, rect.height)
      this.stroke(halo, (on) => on.rect(rect.x, rect.y, rect.width, rect.height))
      if (drawing.text) this.write(this.sizeOf(drawing).lines, { x: rect.x + 4, y: rect.y + 4 }, colour, ground)
    } else {
      const { lines, width, height } = this.sizeOf(drawing)
      this.write(lines, first, colour, ground)
      context.lineWidth = 1
      if (selected) context.strokeRect(Math.round(first.x) - 1.5, Math.round(first.y) - 1.5, width + 3, height + 3)
    }
    if (selected) for (const handle of handlesOf(drawing, place)) this.handle(handle, colour, tokens.bg)
  }

  /** With a ground under it: over the brightest heat a line alone would not be seen. */
  private stroke(ground: string, path: (context: CanvasRenderingContext2D) => void): void {
    const { context } = this
    const { strokeStyle, lineWidth } = context
    context.beginPath()
    path(context)
    context.strokeStyle = ground
    context.lineWidth = lineWidth + 2
    context.stroke()
    context.strokeStyle = strokeStyle
    context.lineWidth = lineWidth
    context.stroke()
  }

  private write(lines: readonly string[], at: PixelPoint, colour: string, ground: string): void {
    const { context } = this
    context.font = FONT
    context.textBaseline = 'middle'
    const width = Math.max(...lines.map((line) => context.measureText(line).width)) + 2 * PAD
    context.fillStyle = ground
    context.beginPath()
    context.roundRect(at.x, at.y, width, lines.length * LINE_HEIGHT + 2, 3)
    context.fill()
    context.fillStyle = colour
    lines.forEach((line, i) => {
      context.fillText(line, at.x + PAD, at.y + 1 + (i + 0.5) * LINE_HEIGHT)
    })
  }

  private handle({ x, y }: PixelPoint, colour: string, ground: string): void {
    const { context } = this
    context.fillStyle = ground
    context.strokeStyle = colour
    context.lineWidth = 2
    context.beginPath()
    context.rect(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE)
    context.fill()
    context.stroke()
  }
}

const segment = (a: PixelPoint, b: PixelPoint) => (on: CanvasRenderingContext2D) => {
  on.moveTo(a.x, a.y)
  on.lineTo(b.x, b.y)
}

/** As much of it as matters: edges just outside the plot are as good as far outside. */
function cut(r: Rect, plot: Rect): Rect {
  const x = Math.max(r.x, plot.x - 4)
  const y = Math.max(r.y, plot.y - 4)
  return {
    x,
    y,
    width: Math.min(r.x + r.width, plot.x + plot.width + 4) - x,
    height: Math.min(r.y + r.height, plot.y + plot.height + 4) - y,
  }
}
