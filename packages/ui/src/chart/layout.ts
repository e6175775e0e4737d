/** Where things stand in the chart, in CSS pixels. */
export interface Rect {
  x: number
  y: number
  width: number
  height: number
}

export interface ChartLayout {
  compact: boolean
  heat: Rect
  /** whole panes with their title rows, and the plots inside them */
  panes: readonly Rect[]
  plots: readonly Rect[]
  /** top of the time labels */
  timeAxisTop: number
  axisWidth: number
}

/** Below this width: narrower margins, shorter panes. */
export const COMPACT_WIDTH = 720

/** Width of a figure in the axis' 11 px semi-bold, and what stands around the text of a tag. */
const DIGIT_WIDTH = 6.7
const TAG_ROOM = 16

const REGULAR = { left: 10, axis: 60, top: 10, pane: 70, gap: 12, time: 24, title: 20 }
const COMPACT = { left: 8, axis: 52, top: 8, pane: 50, gap: 8, time: 22, title: 17 }

/** `priceLength`: characters of a written price (the axis makes room for it). Heat on top takes what panes and the time axis leave; in a low window panes shrink before the heat does. */
export function chartLayout(width: number, height: number, paneCount: number, priceLength = 7): ChartLayout {
  const compact = width < COMPACT_WIDTH
  const m = compact ? COMPACT : REGULAR
  const axisWidth = Math.max(m.axis, Math.ceil(priceLength * DIGIT_WIDTH + TAG_ROOM))
  const plotWidth = Math.max(20, width - m.left - axisWidth)
  const room = height - m.top - m.time
  const pane = Math.max(m.title + 14, Math.min(m.pane, (room * 0.45) / Math.max(1, paneCount) - m.gap))
  const heatHeight = Math.max(60, room - paneCount * (pane + m.gap))
  const panes = Array.from({ length: paneCount }, (_, i) => ({
    x: m.left,
    y: m.top + heatHeight + m.gap + i * (pane + m.gap),
    width: plotWidth,
    height: pane,
  }))
  return {
    compact,
    heat: { x: m.left, y: m.top, width: plotWidth, height: heatHeight },
    panes,
    plots: panes.map((p) => ({ ...p, y: p.y + m.title, height: p.height - m.title })),
    timeAxisTop: m.top + heatHeight + paneCount * (pane + m.gap),
    axisWidth,
  }
}
