import type { HeatmapData } from '@faultline/ui/chart/heatmap-data'
import * as echarts from 'echarts'
import { COLOURS, type Peer, strongest } from './peer.ts'

/** The floor: ECharts with one line of the closes and nothing else. */
export function echartsLine(): Peer {
  let chart: echarts.ECharts
  return {
    open(host: HTMLElement, data: HeatmapData) {
      chart = echarts.init(host, null, { renderer: 'canvas' })
      chart.setOption({
        animation: false,
        grid: { left: 10, right: 60, top: 10, bottom: 24 },
        xAxis: { type: 'time', min: data.from, max: data.to },
        yAxis: { type: 'value', scale: true, position: 'right' },
        dataZoom: [{ type: 'inside', filterMode: 'none' }],
        series: [{ type: 'line', showSymbol: false, data: data.candles.rows.map((row) => [row[0], row[4]]) }],
      })
      chart.getZr().flush()
    },
    show: (from, to) => zoom(chart, from, to),
  }
}

/** ECharts' own heatmap series: it needs category axes. */
export function echartsHeatmap(): Peer {
  let chart: echarts.ECharts
  let first = 0
  let step = 1
  let columns = 0
  return {
    open(host: HTMLElement, data: HeatmapData) {
      const grid = strongest(data)
      first = data.from
      step = data.resolutionMs
      columns = grid.columns
      const cells: [number, number, number][] = []
      for (let row = 0; row < grid.bins; row++)
        for (let column = 0; column < columns; column++) {
          const value = grid.values[row * columns + column] as number
          if (value > 0) cells.push([column, row, value])
        }
      chart = echarts.init(host, null, { renderer: 'canvas' })
      chart.setOption({
        animation: false,
        grid: { left: 10, right: 60, top: 10, bottom: 24 },
        xAxis: { type: 'category', data: Array.from({ length: columns }, (_, i) => String(i)) },
        yAxis: { type: 'category', data: Array.from({ length: grid.bins }, (_, i) => String(i)), position: 'right' },
        visualMap: { show: false, min: 0, max: 255, inRange: { color: [...COLOURS.slice(1)] } },
        dataZoom: [{ type: 'inside' }],
        series: [{ type: 'heatmap', data: cells, progressive: 0 }],
      })
      chart.getZr().flush()
    },
    show(from, to) {
      const at = (time: number) => Math.max(0, Math.min(columns - 1, Math.round((time - first) / step)))
      zoom(chart, at(from), at(to))
    },
  }
}

function zoom(chart: echarts.ECharts, startValue: number, endValue: number): void {
  chart.dispatchAction({ type: 'dataZoom', startValue, endValue })
  chart.getZr().flush()
}
