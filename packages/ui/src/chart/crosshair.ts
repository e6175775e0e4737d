import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { formatDayClock, formatPrice, formatPriceRange, formatTimeSpan, formatUsd } from '../format.ts'
import type { HeatLayer } from './heat-series.ts'
import type { HoverReading } from './heatmap-data.ts'
import type { ChartLayout, Rect } from './layout.ts'
import type { ChartOverlay } from './overlay.ts'
import { heightOf } from './pane-layer.ts'
import type { ShownPane } from './panes-series.ts'
import { type ReadingSources, readingAt } from './reading.ts'
import { priceHeight, viewTimeScale } from './scales.ts'
import type { Scene } from './scene.ts'
import { gapNote } from './tooltip.ts'
import type { View } from './viewport.ts'
import { WORDS } from './words.ts'

/** What the crosshair needs of the chart; read anew on each move. */
export interface CrosshairHost {
  heat: HeatLayer
  overlay: ChartOverlay
  scene: Scene
  layout(): ChartLayout
  panes(): readonly ShownPane[]
  /** null while there are no data */
  sources(): ReadingSources | null
  /** moves the view so that a walked crosshair stays on screen */
  show(view: View): void
}

/** Lines through all panes, tags, tooltip and pane values at the pointer, or where it was pinned; the last values when there is none. */
export class Crosshair {
  /** called with what is under the pointer, and with null when it leaves */
  onReading: ((reading: HoverReading | null) => void) | null = null
  private readonly host: CrosshairHost
  private pointer: { x: number; y: number } | null = null
  private pin: { time: number; price: number } | null = null

  constructor(host: CrosshairHost) {
    this.host = host
  }

  /** After a change of data or view: the same place, read again. */
  refresh(): void {
    if (this.pin) this.showPin()
    else if (this.pointer) this.show(this.pointer.x, this.pointer.y)
    else this.showLastValues()
  }

  isPinned(): boolean {
    return this.pin !== null
  }

  /** `x`, `y` in CSS pixels of the chart, inside a pane. A pinned crosshair stays where it is. */
  move(x: number, y: number): void {
    this.pointer = { x, y }
    if (!this.pin) this.show(x, y)
  }

  leave(): void {
    if (!this.pointer) return
    this.pointer = null
    if (!this.pin) this.clear()
  }

  /** Pins at the place in pixels, or in the middle of the newest column; what is there is read out. */
  pinAt(at: { x: number; y: number } | null): void {
    const sources = this.host.sources()
    if (!sources) return
    const { heat } = this.host.layout()
    const last = sources.data.candles.rows.at(-1)
    const { view } = this.host.scene
    if (at) this.pin = this.valuesAt(at.x, Math.min(at.y, heat.y + heat.height))
    else {
      const inView = last !== undefined && last[4] > view.priceLow && last[4] < view.priceHigh
      const time = Math.min(view.to, sources.data.lastBucket + sources.data.bucketMs) - sources.data.resolutionMs / 2
      this.pin = { time: Math.max(view.from, time), price: inView ? last[4] : Math.sqrt(view.priceLow * view.priceHigh) }
    }
    this.announce(this.showPin())
  }

  free(): void {
    if (!this.pin) return
    this.pin = null
    this.host.overlay.live.textContent = WORDS.free
    if (this.pointer) this.show(this.pointer.x, this.pointer.y)
    else this.clear()
  }

  toggle(): void {
    if (this.pin) this.free()
    else this.pinAt(this.pointer)
  }

  /** Walks a pinned crosshair by columns (to the right) and rows (upwards); never less than a pixel. */
  walk(columns: number, rows: number): void {
    const sources = this.host.sources()
    if (!this.pin || !sources) return
    const { heat } = this.host.layout()
    const view = this.host.scene.view
    const x = viewTimeScale(view, heat)
    const y = priceHeight(view, heat, this.host.scene.scale)
    const { data } = sources
    if (columns !== 0) {
      const step = Math.max(data.resolutionMs, x.msPerPixel) * columns
      const origin = data.heat?.from ?? data.from
      const column = Math.floor((this.pin.time + step - origin) / data.resolutionMs)
      const first = data.history?.from ?? data.from
      const end = data.history?.to ?? data.to
      const time = origin + (column + 0.5) * data.resolutionMs
      this.pin.time = Math.max(first, Math.min(end - data.resolutionMs / 2, time))
    }
    if (rows !== 0) {
      const walked = binCentrePrice(binOf(this.pin.price) + rows)
      const pixel = y.toValue(y.toY(this.pin.price) - Math.sign(rows) * Math.max(1, Math.abs(rows)))
      this.pin.price = rows > 0 ? Math.max(walked, pixel) : Math.min(walked, pixel)
    }
    const next = around(view, this.pin)
    if (next !== view) this.host.show(next)
    this.announce(this.showPin())
  }

  private valuesAt(px: number, py: number): { time: number; price: number } {
    const { heat } = this.host.layout()
    const { view, scale } = this.host.scene
    return { time: viewTimeScale(view, heat).toTime(px), price: priceHeight(view, heat, scale).toValue(py) }
  }

  private showPin(): HoverReading | null {
    if (!this.pin) return null
    const { heat } = this.host.layout()
    const { view, scale } = this.host.scene
    const x = viewTimeScale(view, heat).toX(this.pin.time)
    const y = priceHeight(view, heat, scale).toY(this.pin.price)
    if (x >= heat.x && x <= heat.x + heat.width && y >= heat.y && y <= heat.y + heat.height) return this.show(x, y)
    // Panned out of sight it is still pinned, and comes back with its place.
    this.host.overlay.hideCrosshair()
    this.host.overlay.tooltip.hide()
    this.showLastValues()
    return null
  }

  private show(x: number, y: number): HoverReading | null {
    const { heat, overlay, scene } = this.host
    const sources = this.host.sources()
    if (!sources) return null
    const layout = this.host.layout()
    const area = layout.heat
    const over = y <= area.y + area.height
    const cells = over ? heat.cellsAt(x, y) : null
    const { time, price } = this.valuesAt(x, y)
    const reading = readingAt(sources, time, price, cells)
    const at = this.snapped(x, y, over, reading)
    const start = Math.floor(time / scene.resolutionMs) * scene.resolutionMs
    overlay.showCrosshair({
      ...at,
      time: formatDayClock(start, scene.zone),
      value: over ? formatPrice(this.valuesAt(at.x, at.y).price) : this.paneValue(y),
    })
    overlay.setValues(this.host.panes(), time, scene.zone)
    if (over) overlay.tooltip.show(reading, scene.zone, at.x, at.y, area)
    else overlay.tooltip.hide()
    this.onReading?.(reading)
    return reading
  }

  private paneValue(y: number): string {
    const pane = this.host.panes().find(({ plot }) => y >= plot.y && y <= plot.y + plot.height)
    return pane && !pane.layer.empty() ? pane.layer.write(heightOf(pane.layer, pane.plot).toValue(y)) : ''
  }

  private clear(): void {
    this.host.overlay.tooltip.hide()
    this.host.overlay.hideCrosshair()
    this.showLastValues()
    this.onReading?.(null)
  }

  private showLastValues(): void {
    const sources = this.host.sources()
    if (!sources) return
    const { lastBucket, bucketMs } = sources.data
    const { view, zone } = this.host.scene
    this.host.overlay.setValues(this.host.panes(), Math.min(view.to, lastBucket + bucketMs), zone)
  }

  private announce(reading: HoverReading | null): void {
    if (!reading) return
    const usd = (value: number | null) => (value === null ? WORDS.unknown : value === 0 ? WORDS.noneThere : formatUsd(value))
    this.host.overlay.live.textContent = WORDS.reading({
      time: formatTimeSpan(reading.from, reading.to, this.host.scene.zone),
      prices: formatPriceRange(reading.priceLow, reading.priceHigh),
      longs: usd(reading.longUsd),
      shorts: usd(reading.shortUsd),
      note: reading.gaps.length > 0 || reading.columnState === 0 ? `. ${gapNote(reading)}` : WORDS.estimated,
    })
  }

  /** The crosshair stands in the middle of the cell under the pointer, as far as that is on screen. */
  private snapped(x: number, y: number, over: boolean, reading: HoverReading): { x: number; y: number } {
    const area: Rect = this.host.layout().heat
    const { view, scale, resolutionMs } = this.host.scene
    const times = viewTimeScale(view, area)
    if (reading.cells === 0) {
      const column = Math.floor(times.toTime(x) / resolutionMs) * resolutionMs
      return { x: clamp(times.toX(column + resolutionMs / 2), area.x, area.x + area.width), y }
    }
    const prices = priceHeight(view, area, scale)
    return {
      x: clamp((times.toX(reading.from) + times.toX(reading.to)) / 2, area.x, area.x + area.width),
      y: over ? clamp((prices.toY(reading.priceLow) + prices.toY(reading.priceHigh)) / 2, area.y, area.y + area.height) : y,
    }
  }
}

/** `view`, moved by a quarter of itself where `at` lies outside of it. */
function around(view: View, at: { time: number; price: number }): View {
  const { from, to, priceLow, priceHigh } = view
  const span = to - from
  const height = priceHigh / priceLow
  if (at.time >= from && at.time <= to && at.price >= priceLow && at.price <= priceHigh) return view
  const start = at.time < from ? at.time - span / 4 : at.time > to ? at.time - (span * 3) / 4 : from
  const low = at.price < priceLow ? at.price / height ** 0.25 : at.price > priceHigh ? at.price / height ** 0.75 : priceLow
  return { from: start, to: start + span, priceLow: low, priceHigh: low * height }
}

const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v))
