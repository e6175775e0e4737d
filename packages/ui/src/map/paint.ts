/** What both canvases of the map draw alike. Lengths in CSS pixels; the context is scaled by the device's. */
import { FONT_FAMILY, type ThemeTokens } from '../tokens.ts'
import type { PlotRect, PriceTick } from './map-layout.ts'

export type Context = CanvasRenderingContext2D

export const LABEL_FONT = `400 11px ${FONT_FAMILY}`
export const SMALL_FONT = `400 10.5px ${FONT_FAMILY}`
export const STRONG_FONT = `600 11px ${FONT_FAMILY}`

/** A canvas of whole device pixels; gives its context, cleared and scaled to CSS pixels. */
export function prepare(canvas: HTMLCanvasElement, width: number, height: number): Context | null {
  const ratio = globalThis.devicePixelRatio || 1
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w
    canvas.height = h
  }
  const ctx = canvas.getContext('2d')
  ctx?.setTransform(ratio, 0, 0, ratio, 0, 0)
  ctx?.clearRect(0, 0, width, height)
  return ctx
}

export function text(ctx: Context, words: string, x: number, y: number, colour: string, align: CanvasTextAlign, font = LABEL_FONT): void {
  ctx.font = font
  ctx.fillStyle = colour
  ctx.textAlign = align
  ctx.textBaseline = 'middle'
  ctx.fillText(words, x, y)
}

export function line(ctx: Context, x0: number, y0: number, x1: number, y1: number, colour: string, dash: readonly number[] = []): void {
  ctx.strokeStyle = colour
  ctx.lineWidth = 1
  ctx.setLineDash([...dash])
  ctx.beginPath()
  ctx.moveTo(x0, y0)
  ctx.lineTo(x1, y1)
  ctx.stroke()
  ctx.setLineDash([])
}

/** On the middle of a pixel, so that a line of 1 px is not smeared over two. */
export const crisp = (at: number): number => Math.round(at) + 0.5

/** Prices under the plot, and under them how far that is; labels that would run into each other or out of the picture are left out. */
export function paintPriceAxis(
  ctx: Context,
  ticks: readonly PriceTick[],
  plot: PlotRect,
  width: number,
  tokens: ThemeTokens,
  distances: boolean,
): void {
  const y = plot.y + plot.height
  let right = 0
  for (const tick of ticks) {
    const x = plot.x + tick.x
    ctx.font = LABEL_FONT
    const half = Math.max(ctx.measureText(tick.price).width, distances ? ctx.measureText(tick.distance).width : 0) / 2
    if (x - half < right || x + half > width) continue
    right = x + half + 8
    line(ctx, crisp(x), y, crisp(x), y + 4, tokens.line2)
    text(ctx, tick.price, x, y + 13, tokens.t2, 'center')
    if (distances) text(ctx, tick.distance, x, y + 27, tokens.t3, 'center', SMALL_FONT)
  }
}

/** One path for all boxes of a colour: interleaved x, y, width, height. */
export function fillBoxes(ctx: Context, boxes: readonly number[], colour: string): void {
  if (boxes.length === 0) return
  ctx.fillStyle = colour
  ctx.beginPath()
  for (let i = 0; i + 3 < boxes.length; i += 4)
    ctx.rect(boxes[i] as number, boxes[i + 1] as number, boxes[i + 2] as number, boxes[i + 3] as number)
  ctx.fill()
}

/** A line through interleaved x, y, and what is under it down to `floor`. */
export function paintArea(ctx: Context, points: readonly number[], floor: number, colour: string, fill: string | null, width = 1.75): void {
  if (points.length < 4) return
  ctx.beginPath()
  ctx.moveTo(points[0] as number, points[1] as number)
  for (let i = 2; i + 1 < points.length; i += 2) ctx.lineTo(points[i] as number, points[i + 1] as number)
  ctx.strokeStyle = colour
  ctx.lineWidth = width
  ctx.lineJoin = 'round'
  ctx.stroke()
  if (fill === null) return
  ctx.lineTo(points[points.length - 2] as number, floor)
  ctx.lineTo(points[0] as number, floor)
  ctx.closePath()
  ctx.fillStyle = fill
  ctx.fill()
}

/** `#RRGGBB` with an opacity between 0 and 1. */
export const faint = (hex: string, opacity: number): string =>
  `${hex}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`

/** A label on a filled tag, its middle at x, kept between `from` and `to`. */
export function tag(
  ctx: Context,
  words: string,
  x: number,
  y: number,
  { fill, colour, from, to }: { fill: string; colour: string; from: number; to: number },
): void {
  ctx.font = STRONG_FONT
  const width = ctx.measureText(words).width + 16
  const left = Math.min(Math.max(x - width / 2, from), to - width)
  ctx.fillStyle = fill
  ctx.beginPath()
  ctx.roundRect(left, y - 10, width, 20, 4)
  ctx.fill()
  text(ctx, words, left + width / 2, y + 0.5, colour, 'center', STRONG_FONT)
}
