import { type ChartLayout, LEAST_HEAT } from './layout.ts'
import type { PaneId, PaneState } from './panes.ts'

/**
 * The panes after the divider above pane `index` moved down by `dy` pixels: what the pane loses goes to the one above it, or to the heat.
 * Neither becomes lower than the least.
 */
export function resizePane(panes: readonly PaneState[], index: number, dy: number, layout: ChartLayout): PaneState[] {
  const here = layout.panes[index]
  if (!here) return [...panes]
  const above = layout.panes[index - 1]
  const spare = above ? above.height - layout.leastPane : layout.heat.height - LEAST_HEAT
  const by = Math.min(here.height - layout.leastPane, Math.max(-Math.max(0, spare), dy))
  return panes.map((pane, i) => {
    if (i === index) return { ...pane, height: Math.round(here.height - by) }
    return above && i === index - 1 ? { ...pane, height: Math.round(above.height + by) } : pane
  })
}

/** `id` moved to place `to`, which is clamped to what is there. */
export function movePane(panes: readonly PaneState[], id: PaneId, to: number): PaneState[] {
  const pane = panes.find((p) => p.id === id)
  if (!pane) return [...panes]
  const rest = panes.filter((p) => p.id !== id)
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, pane)
  return rest
}

export const withoutPane = (panes: readonly PaneState[], id: PaneId): PaneState[] => panes.filter((p) => p.id !== id)

/** Place among the panes at which one let go at `y` stands. */
export function placeAt(layout: ChartLayout, id: PaneId, y: number): number {
  return layout.panes.filter((p) => p.id !== id && p.y + p.height / 2 < y).length
}

export const samePanes = (a: readonly PaneState[], b: readonly PaneState[]): boolean =>
  a === b || (a.length === b.length && a.every((p, i) => p.id === b[i]?.id && p.height === b[i]?.height))
