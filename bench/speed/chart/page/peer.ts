import type { HeatmapData } from '@faultline/ui/chart/heatmap-data'

/** What every chart of the comparison is asked to do, over the same grid and candles. */
export interface Peer {
  /** Draws everything for the first time into the element. */
  open(host: HTMLElement, data: HeatmapData): void | Promise<void>
  /** Shows this part of the data, prices as they are. UTC ms */
  show(from: number, to: number): void | Promise<void>
  /** our own chart only: the heat layer on or off */
  heat?(on: boolean): void
  /** another threshold, where the chart can do that */
  recolour?(step: number): void | Promise<void>
}

/** Bytes of the stronger side, and which it is: what peers of one hue per cell can show. */
export function strongest(data: HeatmapData): { values: Uint8Array; columns: number; bins: number } {
  const heat = data.heat
  if (!heat) throw new Error('no grid')
  const values = new Uint8Array(heat.long.length)
  for (let i = 0; i < values.length; i++) values[i] = Math.max(heat.long[i] as number, heat.short[i] as number)
  return { values, columns: heat.columns, bins: heat.bins }
}

/** 256 colours from dark to bright, transparent at 0. */
export const COLOURS: readonly string[] = Array.from({ length: 256 }, (_, i) =>
  i === 0 ? 'rgba(0,0,0,0)' : `rgb(${Math.round(i * 0.95)},${Math.round((i * i) / 300)},${Math.round(60 + i * 0.3)})`,
)
