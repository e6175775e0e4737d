import { lineItem, type RenderItem, type TimeScale } from './custom-item.ts'
import type { Rect } from './layout.ts'

/** Half open, UTC ms. */
export interface TimeSpan {
  from: number
  to: number
}

const PERIOD = 7

/** Diagonal lines over the spans of time in which a pane's channel has no data. */
export function hatchItem(spans: readonly TimeSpan[], x: TimeScale, plot: Rect, stroke: string, period = PERIOD): RenderItem {
  const points = spans.flatMap((span) =>
    hatchLines(Math.max(plot.x, x.toX(span.from)), Math.min(plot.x + plot.width, x.toX(span.to)), plot.y, plot.y + plot.height, period),
  )
  return lineItem(Float64Array.from(points), { stroke, lineWidth: 1 })
}

/** Rising diagonals cut to the box; interleaved x, y with NaN pairs between them. */
export function hatchLines(left: number, right: number, top: number, bottom: number, period = PERIOD): number[] {
  const out: number[] = []
  const height = bottom - top
  // Multiples of the period, so that neighbouring boxes and later frames continue the same lines.
  for (let k = Math.ceil((left - height) / period) * period; k < right; k += period) {
    const a = Math.max(left, k)
    const b = Math.min(right, k + height)
    if (b > a) out.push(a, bottom - (a - k), b, bottom - (b - k), Number.NaN, Number.NaN)
  }
  return out
}

/** What of `spans` lies in none of `holes`, in order and without overlaps. */
export function without(spans: readonly TimeSpan[], holes: readonly TimeSpan[]): TimeSpan[] {
  const out: TimeSpan[] = []
  const taken = [...holes].sort((a, b) => a.from - b.from)
  let at = Number.NEGATIVE_INFINITY
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    at = Math.max(at, span.from)
    for (const hole of taken) {
      if (hole.from >= span.to) break
      if (hole.from > at) out.push({ from: at, to: hole.from })
      at = Math.max(at, hole.to)
    }
    if (at < span.to) out.push({ from: at, to: span.to })
    at = Math.max(at, span.to)
  }
  return out
}
