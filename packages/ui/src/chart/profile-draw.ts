import { formatUsd } from '../format.ts'
import { FONT_FAMILY, LEVERAGE_COLOURS, type Theme, TOKENS } from '../tokens.ts'
import type { Rect } from './layout.ts'
import {
  cumulativeOf,
  type ProfileAxis,
  type ProfileData,
  type ProfileRow,
  profileRows,
  type ShownSide,
  SIDES,
  type Side,
  sumOver,
} from './profile-data.ts'
import { type HeightScale, priceHeight } from './scales.ts'
import { niceStep } from './ticks.ts'
import { WORDS } from './words.ts'

/** Room for the figures under the plot. */
const AXIS = 20
/** Part of the width that the longest bar and the highest sum take. */
const REACH = 0.92
/** Where leverage is not known, the colour of the middle class. */
const PLAIN_CLASS = 2
/** Between two bars, where they are high enough. */
const GAP = 1

/** What is on screen of a profile. */
export interface Picture {
  plot: Rect
  y: HeightScale
  rows: ProfileRow[]
  /** USD at the plot's right edge, of bars and of sums */
  widest: number
  deepest: number
}

export function pictureOf(sides: Record<Side, ShownSide>, axis: ProfileAxis, plot: Rect): Picture {
  const y = priceHeight(axis, plot, axis.scale)
  const rows = profileRows(axis.priceLow, axis.priceHigh, y, plot)
  let widest = 0
  let deepest = 0
  for (const side of SIDES)
    for (const row of rows) {
      widest = Math.max(widest, sumOver(sides[side].total, sides[side].firstBin, row))
      deepest = Math.max(deepest, cumulativeOf(sides[side], side, row))
    }
  return { plot, y, rows, widest: (widest || 1) / REACH, deepest: (deepest || 1) / REACH }
}

export interface Pen {
  context: CanvasRenderingContext2D
  dpr: number
  theme: Theme
}

/** One path per class: some hundred rectangles, five fills. */
export function drawBars({ context, dpr, theme }: Pen, picture: Picture, side: ShownSide, which: Side): void {
  const { rows, plot, widest } = picture
  const perUsd = plot.width / widest
  const snapped = (v: number) => Math.round(v * dpr) / dpr
  const left = new Float64Array(rows.length)
  const box = (row: ProfileRow) => {
    const top = snapped(row.top)
    const full = snapped(row.bottom) - top
    return { top, height: Math.max(1 / dpr, full > 2 ? full - GAP : full) }
  }
  for (const { index, usd } of side.classes) {
    context.fillStyle = LEVERAGE_COLOURS[theme][which][index ?? PLAIN_CLASS] ?? TOKENS[theme][which]
    context.beginPath()
    rows.forEach((row, i) => {
      const width = sumOver(usd, side.firstBin, row) * perUsd
      if (width <= 0) return
      const { top, height } = box(row)
      context.rect(left[i] as number, top, width, height)
      left[i] = (left[i] as number) + width
    })
    context.fill()
  }
  if (!side.band) return
  const { p10, p90 } = side.band
  context.globalAlpha = 0.34
  context.fillStyle = TOKENS[theme][which]
  context.beginPath()
  for (const row of rows) {
    const [from, to] = [sumOver(p10, side.firstBin, row) * perUsd, sumOver(p90, side.firstBin, row) * perUsd]
    if (to - from < 1) continue
    const { top, height } = box(row)
    const thin = Math.max(1 / dpr, snapped(height / 3))
    context.rect(from, snapped(top + (height - thin) / 2), to - from, thin)
  }
  context.fill()
  context.globalAlpha = 1
}

/** A curve from the price outwards, with a dark edge that keeps it apart from the bars. */
export function drawSums({ context, theme }: Pen, picture: Picture, side: ShownSide, which: Side): void {
  const { rows, plot, deepest } = picture
  context.beginPath()
  let begun = false
  for (const row of which === 'short' ? rows : [...rows].reverse()) {
    const sum = cumulativeOf(side, which, row)
    if (sum <= 0) continue
    const [near, far] = which === 'short' ? [row.bottom, row.top] : [row.top, row.bottom]
    if (!begun) context.moveTo(0, near)
    begun = true
    context.lineTo((sum / deepest) * plot.width, far)
  }
  if (!begun) return
  context.lineJoin = 'round'
  context.strokeStyle = TOKENS[theme].heatbg
  context.lineWidth = 4
  context.stroke()
  context.strokeStyle = TOKENS[theme][which]
  context.lineWidth = 1.75
  context.stroke()
}

export function drawLevel({ context, dpr }: Pen, { y, plot }: Picture, price: number, colour: string, dash: number[]): void {
  const at = (Math.floor(y.toY(price) * dpr) + 0.5) / dpr
  if (!(at >= plot.y && at <= plot.y + plot.height)) return
  context.setLineDash(dash)
  context.strokeStyle = colour
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(0, at)
  context.lineTo(plot.width, at)
  context.stroke()
  context.setLineDash([])
}

/** Sums at both ends, the name of the level of max pain, and the bars' scale. */
export function drawWords({ context, theme }: Pen, picture: Picture, sides: Record<Side, ShownSide>, data: ProfileData): void {
  const { plot, rows, y, widest } = picture
  const c = TOKENS[theme]
  const write = (text: string, x: number, at: number, colour: string, align: CanvasTextAlign, weight = 600) => {
    context.font = `${weight} 11px ${FONT_FAMILY}`
    context.textAlign = align
    context.textBaseline = 'middle'
    context.lineWidth = 3
    context.strokeStyle = c.heatbg
    if (at < plot.y + plot.height) context.strokeText(text, x, at)
    context.fillStyle = colour
    context.fillText(text, x, at)
  }
  const ends = { short: { row: rows.at(-1), at: plot.y + 10 }, long: { row: rows[0], at: plot.y + plot.height - 10 } }
  for (const side of SIDES) {
    const { row, at } = ends[side]
    const sum = row ? cumulativeOf(sides[side], side, row) : 0
    if (sum > 0) write(formatUsd(sum), plot.width - 6, at, c[side], 'right')
  }
  if (data.maxPain) {
    const at = y.toY(data.maxPain.price)
    const nearPrice = Math.abs(at - y.toY(data.price)) < 16
    if (at > plot.y + 24 && at < plot.y + plot.height - 24 && !nearPrice)
      write(WORDS.profile.maxPain, plot.width - 6, at - 8, c.accfg, 'right')
  }
  const step = niceStep(widest, 3)
  for (let usd = 0; usd <= widest; usd += step) {
    const x = (usd / widest) * plot.width
    const first = usd === 0
    if (x > plot.width - 18) break
    write(first ? '0' : formatUsd(usd), first ? 2 : x, plot.y + plot.height + AXIS / 2 + 2, c.t3, first ? 'left' : 'center', 400)
  }
}
