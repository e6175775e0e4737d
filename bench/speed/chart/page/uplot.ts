import type { HeatmapData } from '@faultline/ui/chart/heatmap-data'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { COLOURS, type Peer, strongest } from './peer.ts'

/** uPlot with its heatmap demo's way of drawing: one path per colour, in the hook that draws. */
export function uplot(): Peer {
  let chart: uPlot
  return {
    open(host: HTMLElement, data: HeatmapData) {
      const { values, columns, bins } = strongest(data)
      const times = Array.from({ length: columns }, (_, i) => (data.from + i * data.resolutionMs) / 1000)
      const draw = (u: uPlot) => {
        const { ctx } = u
        const step = data.resolutionMs / 1000
        const first = Math.max(0, Math.floor(((u.scales.x?.min ?? 0) - (times[0] as number)) / step))
        const last = Math.min(columns - 1, Math.ceil(((u.scales.x?.max ?? 0) - (times[0] as number)) / step))
        const xs = Array.from({ length: last - first + 2 }, (_, i) =>
          Math.round(u.valToPos((times[0] as number) + (first + i) * step, 'x', true)),
        )
        const ys = Array.from({ length: bins + 1 }, (_, i) => Math.round(u.valToPos(i, 'y', true)))
        const paths: Path2D[] = COLOURS.map(() => new Path2D())
        for (let column = first; column <= last; column++)
          for (let row = 0; row < bins; row++) {
            const value = values[row * columns + column] as number
            if (value === 0) continue
            const left = xs[column - first] as number
            const top = ys[row + 1] as number
            paths[value]?.rect(left, top, Math.max(1, (xs[column - first + 1] as number) - left), Math.max(1, (ys[row] as number) - top))
          }
        ctx.save()
        ctx.beginPath()
        ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height)
        ctx.clip()
        paths.forEach((path, value) => {
          ctx.fillStyle = COLOURS[value] as string
          ctx.fill(path)
        })
        ctx.restore()
      }
      chart = new uPlot(
        {
          width: 1400,
          height: 800,
          legend: { show: false },
          scales: { y: { range: [0, bins] } },
          series: [{}, { paths: () => null, points: { show: false } }],
          hooks: { draw: [draw] },
        },
        [times, times.map(() => 0)],
        host,
      )
    },
    show(from, to) {
      chart.setScale('x', { min: from / 1000, max: to / 1000 })
    },
  }
}
