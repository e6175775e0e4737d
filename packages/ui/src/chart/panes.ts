/** Panes under the heat, in the order in which they are offered. The ids stand in addresses: they stay. */
export const PANE_IDS = ['funding', 'interest', 'liquidations', 'ratios', 'flow', 'volume', 'risk'] as const
export type PaneId = (typeof PANE_IDS)[number]

/** A pane that is shown. `height` in CSS pixels with its title; absent: the layout's own. */
export interface PaneState {
  id: PaneId
  height?: number
}
