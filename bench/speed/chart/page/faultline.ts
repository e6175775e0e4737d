import { HeatmapChart } from '@faultline/ui/chart/heatmap-chart'
import type { HeatmapData } from '@faultline/ui/chart/heatmap-data'
import { PANE_IDS } from '@faultline/ui/chart/panes'
import '@faultline/ui/styles.css'
import type { Peer } from './peer.ts'

/** The workspace's chart with every pane it has; without `heat`, the data come without it. */
export function faultline(heat = true): Peer {
  let chart: HeatmapChart
  return {
    open(host: HTMLElement, data: HeatmapData) {
      chart = new HeatmapChart(host, { theme: 'dark', timeZone: 'utc' })
      chart.setPanes(PANE_IDS.map((id) => ({ id })))
      chart.setData(heat ? data : { ...data, heat: null })
    },
    show(from, to) {
      chart.setView({ ...chart.view(), from, to })
    },
    heat(on) {
      chart.setHeatVisible(on)
    },
    recolour(step) {
      chart.setThreshold(1e5 * (step + 1), 1e7)
      chart.internals().chart.getZr().flush()
    },
  }
}
