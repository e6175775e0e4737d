import type { PaneId, PaneState } from './panes.ts'

/** Where things stand in the chart, in CSS pixels. */
export interface Rect {
  x: number
  y: number
  width: number
  height: number
}

export interface PaneRect extends Rect {
  id: PaneId
}

export interface ChartLayout {
  compact: boolean
  heat: Rect
  /** whole panes with their title rows, from top to bottom, and the plots inside them */
  panes: readonly PaneRect[]
  plots: readonly Rect[]
  /** room between panes: where they are resized */
  gap: number
  leastPane: number
  /** top of the time labels */
  timeAxisTop: number
  axisWidth: number
}

/** Below this width: narrower margins, shorter panes. */
export const COMPACT_WIDTH = 720
/** Panes shrink before the heat becomes lower than this. */
export const LEAST_HEAT = 180
/** In a window so low that not even the lowest panes fit, panes are left out from the bottom until the heat has this. */
const LAST_HEAT = 60

/** Width of a figure in the axis' 11 px semi-bold, and what stands around the text of a tag. */
const DIGIT_WIDTH = 6.7
const TAG_ROOM = 16

const REGULAR = { left: 10, axis: 60, top: 10, pane: 70, gap: 12, time: 24, title: 20 }
const COMPACT = { left: 8, axis: 52, top: 8, pane: 50, gap: 8, time: 22, title: 17 }
/** Least height of a plot below its title. */
const LEAST_PLOT = 14

/**
 * `priceLength`: characters of a written price (the axis makes room for it). Heat on top takes what panes and the time axis leave; in a low
 * window panes shrink before the heat does.
 */
export function chartLayout(width: number, height: number, shown: readonly PaneState[], priceLength = 7): ChartLayout {
  const compact = width < COMPACT_WIDTH
  const m = compact ? COMPACT : REGULAR
  const axisWidth = Math.max(m.axis, Math.ceil(priceLength * DIGIT_WIDTH + TAG_ROOM))
  const plotWidth = Math.max(20, width - m.left - axisWidth)
  const room = height - m.top - m.time
  const least = m.title + LEAST_PLOT
  const count = Math.max(0, Math.min(shown.length, Math.floor((room - LAST_HEAT) / (least + m.gap))))
  const heights = paneHeights(shown.slice(0, count), room, m.pane, m.gap, least)
  const heatHeight = Math.max(LAST_HEAT, room - heights.reduce((sum, h) => sum + h + m.gap, 0))
  let y = m.top + heatHeight
  const panes = heights.map((paneHeight, i) => {
    const pane = { id: (shown[i] as PaneState).id, x: m.left, y: y + m.gap, width: plotWidth, height: paneHeight }
    y = pane.y + paneHeight
    return pane
  })
  return {
    compact,
    heat: { x: m.left, y: m.top, width: plotWidth, height: heatHeight },
    panes,
    plots: panes.map((p) => ({ x: p.x, width: p.width, y: p.y + m.title, height: p.height - m.title })),
    gap: m.gap,
    leastPane: least,
    timeAxisTop: y,
    axisWidth,
  }
}

/** Chosen heights, or the layout's own, shrunk alike as far as the heat needs it. More than four get more of the room, or nothing could be read in them. */
function paneHeights(shown: readonly PaneState[], room: number, own: number, gap: number, least: number): number[] {
  const count = shown.length
  const share = Math.min(0.6, 0.45 + 0.05 * Math.max(0, count - 4))
  const usual = Math.max(least, Math.min(own, (room * share) / Math.max(1, count) - gap))
  const wanted = shown.map((p) => Math.max(least, p.height ?? usual))
  const sum = wanted.reduce((a, b) => a + b, 0)
  const most = Math.max(count * least, room - count * gap - LEAST_HEAT)
  if (sum <= most) return wanted
  const part = (most - count * least) / (sum - count * least)
  return wanted.map((h) => least + (h - least) * part)
}
