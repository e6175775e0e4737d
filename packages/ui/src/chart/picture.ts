import { FONT_FAMILY, type ThemeTokens } from '../tokens.ts'
import type { Rect } from './layout.ts'

export interface PictureOptions {
  /** over the chart, e.g. the instrument and the price */
  title: string
  /** under the title, e.g. the range, the time and "Estimated, not exact" */
  subtitle?: string
  /** under the chart, e.g. where it comes from */
  footer?: string
  /** something that stands to the right of the chart and is to be in the picture too, e.g. the profile's element */
  beside?: HTMLElement | null
}

const HEAD = { title: 34, both: 54 }
const FOOT = 30
const MARGIN = 12

/** What is seen of `root` (a chart: canvases, and elements with text over them) as one canvas of device pixels, with words around it. */
export function pictureOf(root: HTMLElement, colours: ThemeTokens, options: PictureOptions): HTMLCanvasElement {
  const dpr = window.devicePixelRatio || 1
  const box = root.getBoundingClientRect()
  const beside = options.beside?.getBoundingClientRect()
  const right = beside ? Math.max(box.right, beside.right) : box.right
  const head = options.subtitle ? HEAD.both : HEAD.title
  const foot = options.footer ? FOOT : 8
  const size = { width: right - box.left, height: head + Math.max(box.height, beside ? beside.bottom - box.top : 0) + foot }
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(size.width * dpr)
  canvas.height = Math.round(size.height * dpr)
  const context = canvas.getContext('2d')
  if (!context) return canvas
  context.scale(dpr, dpr)
  context.fillStyle = colours.s1
  context.fillRect(0, 0, size.width, size.height)
  const write = (text: string, y: number, colour: string, font: string) => {
    context.font = `${font} ${FONT_FAMILY}`
    context.fillStyle = colour
    context.textBaseline = 'middle'
    context.fillText(fitted(context, text, size.width - 2 * MARGIN), MARGIN, y)
  }
  write(options.title, 20, colours.t1, '600 15px')
  if (options.subtitle) write(options.subtitle, 41, colours.t2, '400 12px')
  if (options.footer) write(options.footer, size.height - foot / 2, colours.t3, '400 11px')
  for (const part of options.beside ? [root, options.beside] : [root]) {
    const rect = part.getBoundingClientRect()
    context.save()
    context.beginPath()
    context.rect(rect.left - box.left, rect.top - box.top + head, rect.width, rect.height)
    context.clip()
    paint(part, { context, left: box.left, top: box.top - head })
    context.restore()
  }
  return canvas
}

/** Cut at the end where it is too long. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text
  let end = text.length
  while (end > 0 && context.measureText(`${text.slice(0, end)}…`).width > width) end--
  return `${text.slice(0, end)}…`
}

interface Page {
  context: CanvasRenderingContext2D
  /** of the picture's origin, in client pixels */
  left: number
  top: number
}

/** An element as it is styled: ground, borders, shape, text; its children over it. Shadows and pseudo elements are left out. */
function paint(element: HTMLElement, page: Page): void {
  const style = getComputedStyle(element)
  if (style.display === 'none' || style.visibility === 'hidden' || style.opacity === '0') return
  if (element.classList.contains('fl-sr-only') || element.tagName === 'BUTTON' || element.tagName === 'HR') return
  const client = element.getBoundingClientRect()
  const rect = { x: client.left - page.left, y: client.top - page.top, width: client.width, height: client.height }
  if (element instanceof HTMLCanvasElement) {
    if (element.width > 0 && element.height > 0) page.context.drawImage(element, rect.x, rect.y, rect.width, rect.height)
    return
  }
  if (element.dataset.shape) paintShape(page.context, element.dataset.shape, rect, style)
  else paintBox(page.context, rect, style)
  for (const child of element.childNodes) {
    if (child instanceof HTMLElement) paint(child, page)
    else if (child instanceof Text && child.data.trim() !== '') paintText(child, style, page)
  }
}

/** Computed colours: `rgba(0, 0, 0, 0)`, or with a slash in newer notations. */
const isSeen = (colour: string): boolean => colour !== 'transparent' && !/^rgba\(.*,\s*0\)$|\/\s*0\)$/.test(colour)

function paintBox(context: CanvasRenderingContext2D, rect: Rect, style: CSSStyleDeclaration): void {
  if (isSeen(style.backgroundColor)) {
    const radius = Number.parseFloat(style.borderTopLeftRadius) || 0
    const part = style.borderTopLeftRadius.endsWith('%') ? (Math.min(rect.width, rect.height) * radius) / 100 : radius
    context.fillStyle = style.backgroundColor
    context.beginPath()
    context.roundRect(rect.x, rect.y, rect.width, rect.height, part)
    context.fill()
  }
  const right = rect.x + rect.width
  const bottom = rect.y + rect.height
  const sides = [
    ['Top', rect.x, rect.y, right, rect.y, 0, 1],
    ['Right', right, rect.y, right, bottom, -1, 0],
    ['Bottom', rect.x, bottom, right, bottom, 0, -1],
    ['Left', rect.x, rect.y, rect.x, bottom, 1, 0],
  ] as const
  for (const [side, x0, y0, x1, y1, inX, inY] of sides) {
    const width = Number.parseFloat(style[`border${side}Width`])
    const kind = style[`border${side}Style`]
    const colour = style[`border${side}Color`]
    if (!(width > 0) || kind === 'none' || kind === 'hidden' || !isSeen(colour)) continue
    context.strokeStyle = colour
    context.lineWidth = width
    context.setLineDash(kind === 'dashed' ? [3 * width, 3 * width] : kind === 'dotted' ? [width, 2 * width] : [])
    context.beginPath()
    context.moveTo(x0 + (inX * width) / 2, y0 + (inY * width) / 2)
    context.lineTo(x1 + (inX * width) / 2, y1 + (inY * width) / 2)
    context.stroke()
  }
  context.setLineDash([])
}

/** Marks that CSS turns or cuts out of a box. */
function paintShape(context: CanvasRenderingContext2D, shape: string, rect: Rect, style: CSSStyleDeclaration): void {
  const x = rect.x + rect.width / 2
  const y = rect.y + rect.height / 2
  const rx = rect.width / 2
  const ry = (shape === 'up' ? -1 : 1) * (rect.height / 2)
  context.beginPath()
  context.moveTo(x, y + (shape === 'diamond' ? -ry : ry))
  context.lineTo(x + rx, y + (shape === 'diamond' ? 0 : -ry))
  if (shape === 'diamond') context.lineTo(x, y + ry)
  context.lineTo(x - rx, y + (shape === 'diamond' ? 0 : -ry))
  context.closePath()
  context.lineWidth = 1.5
  context.lineJoin = 'round'
  context.fillStyle = style.getPropertyValue('--fl-side') || style.backgroundColor
  context.fill()
  context.strokeStyle = shape === 'diamond' ? style.borderTopColor : style.backgroundColor
  context.stroke()
}

/** Line by line, as the browser has broken it. */
function paintText(node: Text, style: CSSStyleDeclaration, page: Page): void {
  const { context } = page
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
  context.fillStyle = style.color
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  const range = document.createRange()
  const draw = (from: number, to: number) => {
    range.setStart(node, from)
    range.setEnd(node, to)
    const rect = range.getClientRects()[0]
    const text = node.data.slice(from, to)
    if (rect && text.trim() !== '') context.fillText(text, rect.left - page.left, (rect.top + rect.bottom) / 2 - page.top)
  }
  range.selectNodeContents(node)
  if (range.getClientRects().length <= 1) {
    draw(0, node.data.length)
    return
  }
  for (const word of node.data.matchAll(/\S+/g)) draw(word.index, word.index + word[0].length)
}
