/** What tests and the benchmark drive from outside: window.probe. */
import { HeatmapChart } from '../../src/chart/heatmap-chart.ts'
import type { HeatmapData } from '../../src/chart/heatmap-data.ts'
import type { HeatLut } from '../../src/chart/lut.ts'
import type { PaneId } from '../../src/chart/panes.ts'
import { fullPriceRange } from '../../src/chart/price-range.ts'
import { type AlignmentOptions, type AlignmentResult, checkAlignment, heatCanvas } from './alignment.ts'
import { generator, type SyntheticOptions, syntheticData } from './synthetic.ts'
import { withPanes } from './synthetic-panes.ts'
import '../../src/styles.css'

const host = document.getElementById('host') as HTMLElement
let chart: HeatmapChart | null = null
let data: HeatmapData | null = null

export interface Probe {
  open(
    options: SyntheticOptions & {
      noise?: boolean
      scale?: 'linear' | 'log'
      symbol?: string
      theme?: 'dark' | 'light'
      panes?: readonly PaneId[]
    },
  ): void
  chart(): HeatmapChart
  data(): HeatmapData
  align(options: AlignmentOptions): AlignmentResult
  /** hash of the heat canvas as it is */
  picture(): number
  /** milliseconds of main thread for each of `steps` pans, zooms, whole views */
  frames(steps: number): Record<'pan' | 'zoom' | 'whole' | 'hover', number[]>
  recolourMs(times: number): number[]
  /** the widest price range that can be zoomed to */
  fullPrices(): { priceLow: number; priceHigh: number }
}

/** Every byte has a colour of its own on each side, so that equal colours mean equal cells. */
const distinctLut = (): HeatLut => ({
  long: Uint32Array.from({ length: 256 }, (_, b) => (0xff000000 | (b << 8) | 0x40) >>> 0),
  short: Uint32Array.from({ length: 256 }, (_, b) => (0xff000000 | (b << 16) | 0x80) >>> 0),
})

function noisy(base: HeatmapData): HeatmapData {
  const random = generator(99)
  if (!base.heat) return base
  const fill = (cells: Uint8Array) => {
    for (let i = 0; i < cells.length; i++) cells[i] = Math.floor(random() * 256)
  }
  fill(base.heat.long)
  fill(base.heat.short)
  return base
}

const must = <T>(value: T | null): T => {
  if (value === null) throw new Error('open() first')
  return value
}

const probe: Probe = {
  open({ noise = false, scale = 'linear', symbol, theme = 'dark', panes, ...options }) {
    chart?.dispose()
    const made = syntheticData(options)
    data = noise ? noisy(made) : made
    if (symbol) data = { ...data, symbol }
    if (panes) data = withPanes(data)
    chart = new HeatmapChart(host, { theme, timeZone: 'utc', priceScale: scale })
    if (panes) chart.setPanes(panes.map((id) => ({ id })))
    chart.setData(data)
  },
  chart: () => must(chart),
  data: () => must(data),
  align(options) {
    const lut = distinctLut()
    const { heat } = must(chart).internals()
    heat.setLut(lut)
    const grid = must(data).heat
    if (!grid) throw new Error('no grid')
    return checkAlignment(must(chart), grid, lut, options)
  },
  picture() {
    const { chart: echarts } = must(chart).internals()
    echarts.getZr().flush()
    const canvas = heatCanvas(must(chart))
    const pixels = new Uint32Array(
      (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, canvas.width, canvas.height).data.buffer,
    )
    let hash = 0
    for (const pixel of pixels) hash = Math.imul(hash ^ pixel, 16777619)
    return hash
  },
  frames(steps) {
    const it = must(chart)
    const { from, to } = must(data)
    const { priceLow, priceHigh } = it.view()
    const span = to - from
    const timed = (view: { from: number; to: number }) => {
      const start = performance.now()
      it.setView({ priceLow, priceHigh, ...view })
      // Reading a pixel back waits until the canvas has really been drawn.
      for (const canvas of host.querySelectorAll('canvas')) canvas.getContext('2d')?.getImageData(0, 0, 1, 1)
      return performance.now() - start
    }
    const each = (run: (i: number) => number) => Array.from({ length: steps }, (_, i) => run(i))
    const { heat } = it.internals().layout
    return {
      pan: each((i) => timed({ from: from + ((i % 20) / 40) * span, to: from + ((i % 20) / 40 + 0.5) * span })),
      zoom: each((i) => timed({ from: from + ((i % 20) / 44) * span, to })),
      whole: each((i) => timed({ from: from + (i % 2) * 60_000, to })),
      hover: each((i) => {
        const start = performance.now()
        const box = host.getBoundingClientRect()
        const at = { clientX: box.left + heat.x + 20 + i * 7, clientY: box.top + heat.y + 30 + i * 3 }
        host.querySelector('.fl-chart')?.dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true, pointerType: 'mouse' }))
        it.internals().chart.getZr().flush()
        return performance.now() - start
      }),
    }
  },
  fullPrices() {
    const range = fullPriceRange(must(data).candles.rows, must(data).heat)
    if (!range) throw new Error('no data')
    return { priceLow: range.low, priceHigh: range.high }
  },
  recolourMs(times) {
    const it = must(chart)
    return Array.from({ length: times }, (_, i) => {
      const start = performance.now()
      it.setThreshold(1e5 * (i + 1), 1e7)
      it.internals().chart.getZr().flush()
      return performance.now() - start
    })
  },
}

declare global {
  interface Window {
    probe: Probe
  }
}
window.probe = probe
