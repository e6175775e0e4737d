import type { EChartsType } from 'echarts/core'
import type { HeatLayer } from './heat-series.ts'
import type { HoverReading } from './heatmap-data.ts'
import type { ChartLayout } from './layout.ts'
import type { ChartOverlay } from './overlay.ts'
import { type ReadingSources, readingAt } from './reading.ts'
import { PANE, type Scene } from './scene.ts'

/** What the crosshair needs of the chart; read anew on each move. */
export interface CrosshairHost {
  chart: EChartsType
  heat: HeatLayer
  overlay: ChartOverlay
  scene: Scene
  layout(): ChartLayout
  /** null while there are no data */
  sources(): ReadingSources | null
}

/** Lines through all panes, tags, tooltip and pane values at the pointer; the last values when there is none. */
export class Crosshair {
  /** called with what is under the pointer, and with null when it leaves */
  onReading: ((reading: HoverReading | null) => void) | null = null
  private readonly host: CrosshairHost
  private pointer: { x: number; y: number } | null = null

  constructor(host: CrosshairHost) {
    this.host = host
  }

  /** After a change of data or view: the same place, read again. */
  refresh(): void {
    if (this.pointer) this.move(this.pointer.x, this.pointer.y)
    else this.showLastValues()
  }

  /** `x`, `y` in CSS pixels of the chart, inside a pane. */
  move(x: number, y: number): void {
    const { chart, heat, overlay, scene } = this.host
    const sources = this.host.sources()
    if (!sources) return
    this.pointer = { x, y }
    const pane = this.host.layout().heat
    const over = y <= pane.y + pane.height
    const cells = heat.cellsAt(x, over ? y : pane.y + pane.height / 2)
    const [time, price] = chart.convertFromPixel({ gridIndex: PANE.heat }, [x, y]) as [number, number]
    const reading = readingAt(sources, time, price, over ? cells : null)
    const at = this.snapped(x, y, over, reading)
    chart.dispatchAction({ type: 'updateAxisPointer', currTrigger: 'mousemove', x: at.x, y: at.y }, { silent: true })
    overlay.setValues(scene, sources.funding, sources.interest, time)
    overlay.setCrosshair(at.y)
    if (over) overlay.tooltip.show(reading, scene.zone, at.x, at.y, pane)
    else overlay.tooltip.hide()
    this.onReading?.(reading)
  }

  leave(): void {
    if (!this.pointer) return
    this.pointer = null
    this.host.overlay.tooltip.hide()
    this.host.overlay.setCrosshair(null)
    this.host.chart.dispatchAction({ type: 'updateAxisPointer', currTrigger: 'leave' }, { silent: true })
    this.showLastValues()
    this.onReading?.(null)
  }

  private showLastValues(): void {
    const sources = this.host.sources()
    if (!sources) return
    const { lastBucket, bucketMs } = sources.data
    this.host.overlay.setValues(this.host.scene, sources.funding, sources.interest, lastBucket + bucketMs)
  }

  /** The crosshair stands in the middle of the cell under the pointer, as far as that is on screen. */
  private snapped(x: number, y: number, over: boolean, reading: HoverReading): { x: number; y: number } {
    if (reading.cells === 0) return { x, y }
    const pane = this.host.layout().heat
    const toPixel = (t: number, p: number) => this.host.chart.convertToPixel({ gridIndex: PANE.heat }, [t, p]) as [number, number]
    const [left, bottom] = toPixel(reading.from, reading.priceLow)
    const [right, top] = toPixel(reading.to, reading.priceHigh)
    return {
      x: clamp((left + right) / 2, pane.x, pane.x + pane.width),
      y: over ? clamp((top + bottom) / 2, pane.y, pane.y + pane.height) : y,
    }
  }
}

const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v))
