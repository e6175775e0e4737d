import type { HeatmapData } from '@faultline/ui/chart/heatmap-data'
import Plotly from 'plotly.js-dist-min'
import { type Peer, strongest } from './peer.ts'

/** Plotly's heatmap trace. */
export function plotly(): Peer {
  let element: HTMLElement
  return {
    async open(host: HTMLElement, data: HeatmapData) {
      element = host
      const { values, columns, bins } = strongest(data)
      const z = Array.from({ length: bins }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)))
      const x = Array.from({ length: columns }, (_, i) => data.from + i * data.resolutionMs)
      await Plotly.newPlot(
        host,
        [{ type: 'heatmap', z, x, colorscale: 'Viridis', showscale: false, zsmooth: false }],
        { width: 1400, height: 800, margin: { l: 10, r: 60, t: 10, b: 24 }, xaxis: { type: 'date' } },
        { staticPlot: false, displayModeBar: false },
      )
    },
    async show(from, to) {
      // its types know no paths to an attribute
      await Plotly.relayout(element, { 'xaxis.range': [from, to] } as object)
    },
  }
}
