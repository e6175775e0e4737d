import { LineChart } from 'echarts/charts'
import { DataZoomInsideComponent, GridComponent } from 'echarts/components'
import { type EChartsType, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([LineChart, GridComponent, DataZoomInsideComponent, CanvasRenderer])

/** A bare ECharts page: one line on a time axis with a price axis, as its own examples draw it. The floor that others are held against. */
export function bareLine(element: HTMLElement, points: readonly (readonly [number, number])[]): EChartsType {
  const chart = init(element, null, { renderer: 'canvas' })
  chart.setOption({
    animation: false,
    grid: { left: 10, right: 60, top: 10, bottom: 24 },
    xAxis: { type: 'time' },
    yAxis: { type: 'value', scale: true, position: 'right' },
    dataZoom: [{ type: 'inside', filterMode: 'none' }],
    series: [{ type: 'line', showSymbol: false, data: points }],
  })
  return chart
}
