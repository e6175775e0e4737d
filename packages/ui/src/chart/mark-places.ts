import type { BreakoutMark, ClusterLabel } from './heatmap-data.ts'
import type { Rect } from './layout.ts'
import type { Sweep } from './sweeps.ts'

/** Where a place of the chart is, in CSS pixels. */
export interface Place {
  toX(time: number): number
  toY(price: number): number
}

export const LABEL_HEIGHT = 20
/** Least distance between the middles of two labels at the right edge. */
export const LABELS_APART = 22
export const LEADER = 46
/** Height of the words of a swept mark, and half its diamond. */
export const SWEPT_HEIGHT = 16
export const DIAMOND = 6
const BREAKOUT = 9
/** A swept level is marked from this share of the largest one in view on. */
const LEAST_SHARE = 0.25
/** Width of a character in 11 px; more than most of them take. */
const CHARACTER = 6.3

export interface PlacedLabel {
  label: ClusterLabel
  y: number
}

/** The largest clusters in view, at most `most`, none nearer than 22 px to another; the others stay in the table. From the top down. */
export function placeLabels(clusters: readonly ClusterLabel[], place: Place, plot: Rect, most = 8): PlacedLabel[] {
  const taken: PlacedLabel[] = []
  for (const label of [...clusters].sort((a, b) => b.usd - a.usd)) {
    if (taken.length >= most) break
    const y = place.toY(label.price)
    if (!(y >= plot.y && y <= plot.y + plot.height)) continue
    // At the very edge a label stays whole: its leader still points at the level.
    const inside = Math.min(plot.y + plot.height - LABEL_HEIGHT / 2 - 2, Math.max(plot.y + LABEL_HEIGHT / 2 + 2, y))
    if (taken.every((other) => Math.abs(other.y - inside) >= LABELS_APART)) taken.push({ label, y: inside })
  }
  return taken.sort((a, b) => a.y - b.y)
}

export interface PlacedSweep {
  sweep: Sweep
  /** of the diamond's middle */
  x: number
  y: number
  /** of the words */
  box: Rect
}

/** The largest swept levels in view, at most `most` and none below `leastUsd`, whose marks touch neither each other nor `kept`. */
export function placeSweeps(
  sweeps: readonly Sweep[],
  place: Place,
  plot: Rect,
  options: { words: (sweep: Sweep) => string; kept?: readonly Rect[]; most?: number; leastUsd?: number },
): PlacedSweep[] {
  const { words, kept = [], most = 6, leastUsd = 0 } = options
  const inView = sweeps.flatMap((sweep) => {
    const x = place.toX(sweep.time)
    const y = place.toY(sweep.price)
    const seen = x >= plot.x + DIAMOND && x <= plot.x + plot.width - DIAMOND && y >= plot.y + DIAMOND && y <= plot.y + plot.height - DIAMOND
    return seen ? [{ sweep, x, y }] : []
  })
  inView.sort((a, b) => b.sweep.usd - a.sweep.usd)
  const least = Math.max(leastUsd, (inView[0]?.sweep.usd ?? 0) * LEAST_SHARE)
  const boxes = [...kept]
  const out: PlacedSweep[] = []
  for (const { sweep, x, y } of inView) {
    if (out.length >= most || sweep.usd < least) break
    const diamond = { x: x - DIAMOND, y: y - DIAMOND, width: 2 * DIAMOND, height: 2 * DIAMOND }
    if (boxes.some((b) => touch(b, diamond))) continue
    const box = wordsBox(words(sweep), sweep.side, x, y, plot)
    if (boxes.some((b) => touch(b, box))) continue
    boxes.push(diamond, box)
    out.push({ sweep, x, y, box })
  }
  return out
}

/** Beyond the candle: above what was taken on the way up, below on the way down; the other way round at the plot's edge. */
function wordsBox(text: string, side: 'long' | 'short', x: number, y: number, plot: Rect): Rect {
  const width = Math.ceil(text.length * CHARACTER) + 8
  const above = y - DIAMOND - 4 - SWEPT_HEIGHT
  const below = y + DIAMOND + 4
  const fitsAbove = above >= plot.y + 2
  const fitsBelow = below + SWEPT_HEIGHT <= plot.y + plot.height - 2
  const top = side === 'short' ? (fitsAbove ? above : below) : fitsBelow ? below : above
  const left = Math.min(plot.x + plot.width - width - 2, Math.max(plot.x + 2, x - width / 2))
  return { x: left, y: top, width, height: SWEPT_HEIGHT }
}

export interface PlacedBreakout {
  mark: BreakoutMark
  x: number
  y: number
}

/** The largest breakouts in view that do not cover each other. */
export function placeBreakouts(
  marks: readonly BreakoutMark[],
  place: Place,
  plot: Rect,
  options: { kept?: readonly Rect[]; most?: number } = {},
): PlacedBreakout[] {
  const boxes = [...(options.kept ?? [])]
  const out: PlacedBreakout[] = []
  for (const mark of [...marks].sort((a, b) => b.usd - a.usd)) {
    if (out.length >= (options.most ?? 24)) break
    const x = place.toX(mark.time)
    // Price comes from below into shorts, and from above into longs.
    const y = mark.side === 'short' ? place.toY(mark.lowPrice) : place.toY(mark.highPrice)
    if (!(x >= plot.x && x <= plot.x + plot.width && y >= plot.y && y <= plot.y + plot.height)) continue
    const box = { x: x - BREAKOUT / 2, y: y - BREAKOUT / 2, width: BREAKOUT, height: BREAKOUT }
    if (boxes.some((b) => touch(b, box))) continue
    boxes.push(box)
    out.push({ mark, x, y })
  }
  return out
}

const touch = (a: Rect, b: Rect): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
