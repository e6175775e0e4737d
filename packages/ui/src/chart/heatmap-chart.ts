import type { EChartsType } from 'echarts/core'
import { formatPrice, type TimeZone } from '../format.ts'
import { type Theme, TOKENS } from '../tokens.ts'
import { CandleLayer } from './candle-series.ts'
import { Crosshair } from './crosshair.ts'
import { init } from './echarts-setup.ts'
import { FundingLayer, fundingPeak } from './funding-series.ts'
import { type GapColours, HeatLayer } from './heat-series.ts'
import type { HeatmapData, HoverReading, ObservedRun } from './heatmap-data.ts'
import { attachInteraction } from './interaction.ts'
import { InterestLayer, interestExtent } from './interest-series.ts'
import { type ChartLayout, chartLayout } from './layout.ts'
import { type HeatStyle, makeHeatLut, packRgba, ranksOf } from './lut.ts'
import { MarkOverlay } from './mark-overlay.ts'
import { MissedLayer } from './missed-series.ts'
import { ObservedLayer } from './observed-series.ts'
import { parseHex } from './oklch.ts'
import { chartOption, priceTickOption } from './option.ts'
import { ChartOverlay } from './overlay.ts'
import type { HeatScale, Palette, ShownSides } from './palette.ts'
import { defaultPriceRange, fullPriceRange } from './price-range.ts'
import type { ReadingSources } from './reading.ts'
import { PANE, PANE_COUNT, type Scene } from './scene.ts'
import { cellCounts, suggestThreshold, type Threshold } from './threshold.ts'
import { textElement } from './tooltip.ts'
import { type Bounds, followData, type PriceScale, type View } from './viewport.ts'

export type { HeatmapData, HoverReading } from './heatmap-data.ts'

export interface HeatmapChartOptions {
  theme: Theme
  timeZone: TimeZone
  priceScale?: PriceScale
}

/** Fewest base buckets on screen. */
const MIN_BUCKETS = 12
/** With an untouched price range, a last price in the outer eighth of the height moves the range. */
const EDGE_PART = 0.125

/**
 * Heat with candles, funding and open interest on one time axis. Imperative and free of React: give it an element that
 * has a size, then data. Gestures, crosshair and tooltip are its own; nothing in it is fetched.
 */
export class HeatmapChart {
  private readonly root = textElement('div', 'fl-chart')
  private readonly backs = Array.from({ length: PANE_COUNT }, () => textElement('div', 'fl-chart-plot'))
  private readonly overlay = new ChartOverlay()
  private readonly marks = new MarkOverlay()
  private readonly chart: EChartsType
  private readonly heat: HeatLayer
  private readonly candles: CandleLayer
  private readonly funding: FundingLayer
  private readonly interest: InterestLayer
  private readonly missed: MissedLayer
  private readonly observed: ObservedLayer
  private readonly scene: Scene
  private readonly crosshair: Crosshair
  private readonly detach: () => void
  private layout: ChartLayout
  private theme: Theme
  private data: HeatmapData | null = null
  private candleTimes = new Float64Array(0)
  private bounds: Bounds
  private priceTouched = false
  private chosen: Threshold | null = null
  private threshold: Threshold = suggestThreshold(null)
  private heatStyle: HeatStyle = {}
  /** of the cells that are loaded; made when a scale by rank asks for them */
  private ranks: Float64Array | null = null
  private frame = 0
  private pending: View | null = null

  constructor(dom: HTMLElement, options: HeatmapChartOptions) {
    this.theme = options.theme
    const host = textElement('div', 'fl-chart-canvas')
    this.root.append(...this.backs, host, this.marks.element, this.overlay.element)
    dom.append(this.root)
    this.layout = chartLayout(this.root.clientWidth, this.root.clientHeight, PANE_COUNT - 1)
    this.bounds = { from: 0, to: 60_000, priceLow: 1, priceHigh: 2, minSpan: 60_000 }
    this.scene = {
      view: { from: 0, to: 60_000, priceLow: 1, priceHigh: 2 },
      from: 0,
      to: 60_000,
      colours: TOKENS[this.theme],
      zone: options.timeZone,
      resolutionMs: 60_000,
      scale: options.priceScale ?? 'linear',
      fundingPeak: 0.0001,
      interest: { low: 0, high: 1, unit: 'usd' },
    }
    const colours = () => this.scene.colours
    this.heat = new HeatLayer(this.makeLut(), gapColours(this.theme))
    this.candles = new CandleLayer(colours)
    this.funding = new FundingLayer(PANE.funding, colours)
    this.interest = new InterestLayer(PANE.interest, colours)
    this.missed = new MissedLayer(colours)
    this.observed = new ObservedLayer(colours)
    this.chart = init(host, null, { renderer: 'canvas', useDirtyRect: false })
    this.crosshair = new Crosshair({
      chart: this.chart,
      heat: this.heat,
      overlay: this.overlay,
      scene: this.scene,
      layout: () => this.layout,
      sources: () => this.sources(),
    })
    this.detach = attachInteraction(this.root, {
      layout: () => this.layout,
      view: () => this.pending ?? this.scene.view,
      bounds: () => this.bounds,
      scale: () => this.scene.scale,
      requestView: (view) => this.requestView(view),
      resetView: () => this.resetView(),
      hover: (x, y) => this.crosshair.move(x, y),
      leave: () => this.crosshair.leave(),
    })
    this.applyLayout()
    this.chart.setOption({ ...chartOption(this.scene, this.layout), series: this.seriesOptions() })
    // Canvas text does not follow a font that arrives later.
    if (typeof document.fonts !== 'undefined') document.fonts.ready.then(() => this.chart.isDisposed() || this.rebuild())
  }

  /**
   * New data, all of it. The same symbol, resolution and range is a live update, also from another build: the view moves only
   * when its right edge was visible. Anything else starts with everything in view.
   */
  setData(data: HeatmapData): void {
    const before = this.data
    if (before === data) return
    const live =
      before !== null && before.symbol === data.symbol && before.resolutionMs === data.resolutionMs && before.rangeMs === data.rangeMs
    const boundsBefore = this.bounds
    this.data = data
    this.candleTimes = Float64Array.from(data.candles.rows, (r) => r[0])
    this.bounds = boundsOf(data)
    this.scene.from = data.from
    this.scene.to = data.to
    this.scene.resolutionMs = data.resolutionMs
    this.applyLayout()
    const gapsOf = (channel: string) => data.gaps.filter((gap) => gap.channel === channel)
    if (before?.heat !== data.heat) {
      this.heat.setGrid(data.heat, gapsOf('candle'))
      this.ranks = null
      if (!this.chosen) this.recolour(suggestThreshold(data.heat))
      else if (this.heatStyle.scale === 'percentile') this.recolour(this.chosen)
    }
    this.candles.setCandles(data.candles.rows, data.candles.intervalMs)
    this.funding.setFunding(data.funding, gapsOf('funding'))
    this.interest.setInterest(data.openInterest, data.candles.rows, gapsOf('openInterest'))
    this.missed.setGaps(gapsOf('liquidation'), gapsOf('candle'))
    this.marks.setData(data)
    this.pending = null
    if (live) {
      this.scene.view = followData(this.scene.view, boundsBefore, this.bounds)
      const heatArrived = before.heat === null && data.heat !== null
      if (!this.priceTouched && (heatArrived || this.lastPriceNearEdge())) this.scene.view = { ...this.scene.view, ...this.defaultPrices() }
    } else {
      this.priceTouched = false
      this.scene.view = { from: data.from, to: data.to, ...this.defaultPrices() }
    }
    this.rebuild()
  }

  /** Which USD are drawn, and which are fully bright; recolours what is on screen without an update of the chart. */
  setThreshold(lowUsd: number, highUsd: number): void {
    if (this.chosen?.lowUsd === lowUsd && this.chosen.highUsd === highUsd) return
    this.chosen = { lowUsd, highUsd }
    this.recolour(this.chosen)
  }

  /** Colours of the heat; recolours what is on screen like `setThreshold`. */
  setPalette(palette: Palette): void {
    this.setHeatStyle({ palette })
  }

  /** Brightness by USD, or by rank among the loaded cells; the threshold stays in USD. */
  setHeatScale(scale: HeatScale): void {
    this.setHeatStyle({ scale })
  }

  /** Which sides of the heat are drawn; labels and marks of the other one go with it. */
  setSides(sides: ShownSides): void {
    this.setHeatStyle({ sides })
    this.marks.setSides(sides)
    this.placeMarks()
  }

  /** Back to a threshold chosen from the data. */
  clearThreshold(): void {
    if (!this.chosen) return
    this.chosen = null
    this.recolour(suggestThreshold(this.data?.heat ?? null))
  }

  currentThreshold(): Threshold {
    return this.threshold
  }

  setHeatVisible(visible: boolean): void {
    this.marks.setVisible(visible)
    if (this.heat.setVisible(visible)) this.applyView()
  }

  /** Levels of observed positions; none: the layer is empty. */
  setObserved(runs: readonly ObservedRun[]): void {
    if (this.observed.setRuns(runs) && this.data) this.rebuild()
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return
    this.theme = theme
    this.scene.colours = TOKENS[theme]
    this.heat.setLut(this.chart, this.makeLut(), gapColours(theme))
    this.rebuild()
  }

  setTimeZone(zone: TimeZone): void {
    if (zone === this.scene.zone) return
    this.scene.zone = zone
    this.rebuild()
  }

  setPriceScale(scale: PriceScale): void {
    if (scale === this.scene.scale) return
    this.scene.scale = scale
    this.rebuild()
  }

  /** Called with what is under the pointer, and with null when it leaves. One listener. */
  onHover(callback: (reading: HoverReading | null) => void): void {
    this.crosshair.onReading = callback
  }

  view(): View {
    return this.scene.view
  }

  /** Shows `view` at once. */
  setView(view: View): void {
    this.pending = null
    this.priceTouched ||= view.priceLow !== this.scene.view.priceLow || view.priceHigh !== this.scene.view.priceHigh
    this.scene.view = view
    this.applyView()
  }

  /** Everything that is loaded, and the default price range. */
  resetView(): void {
    if (!this.data) return
    this.priceTouched = false
    this.pending = null
    this.scene.view = { from: this.data.from, to: this.data.to, ...this.defaultPrices() }
    this.applyView()
  }

  /** To be called when the element's size changed. */
  resize(): void {
    const { clientWidth, clientHeight } = this.root
    if (clientWidth === 0 || clientHeight === 0) return
    this.chart.resize()
    this.applyLayout()
    this.rebuild()
  }

  dispose(): void {
    cancelAnimationFrame(this.frame)
    this.detach()
    this.chart.dispose()
    this.root.remove()
  }

  /** For checks that compare the picture with the axes. */
  internals(): { chart: EChartsType; heat: HeatLayer; candles: CandleLayer; layout: ChartLayout } {
    return { chart: this.chart, heat: this.heat, candles: this.candles, layout: this.layout }
  }

  private sources(): ReadingSources | null {
    if (!this.data) return null
    return { data: this.data, candleTimes: this.candleTimes, funding: this.funding.bars, interest: this.interest.line }
  }

  private seriesOptions() {
    return [
      this.heat.series(),
      this.candles.series(),
      this.funding.series(),
      this.interest.series(),
      this.missed.series(),
      this.observed.series(),
    ]
  }

  private makeLut() {
    const { scale, sides, palette } = this.heatStyle
    if (scale === 'percentile') this.ranks ??= ranksOf(cellCounts(this.data?.heat ?? null))
    const style = { scale, sides, palette, ranks: this.ranks ?? undefined }
    return makeHeatLut(this.theme, this.threshold.lowUsd, this.threshold.highUsd, style)
  }

  private setHeatStyle(part: Partial<HeatStyle>): void {
    const next = { ...this.heatStyle, ...part }
    if (next.palette === this.heatStyle.palette && next.scale === this.heatStyle.scale && next.sides === this.heatStyle.sides) return
    this.heatStyle = next
    this.heat.setLut(this.chart, this.makeLut())
  }

  private recolour(threshold: Threshold): void {
    this.threshold = threshold
    this.heat.setLut(this.chart, this.makeLut())
    this.placeMarks()
  }

  private defaultPrices(): { priceLow: number; priceHigh: number } {
    const range = this.data && defaultPriceRange(this.data.candles.rows, this.data.heat)
    return range ? { priceLow: range.low, priceHigh: range.high } : { priceLow: 1, priceHigh: 2 }
  }

  private lastPriceNearEdge(): boolean {
    const last = this.data?.candles.rows.at(-1)?.[4]
    const { priceLow, priceHigh } = this.scene.view
    if (last === undefined) return false
    const part = (last - priceLow) / (priceHigh - priceLow)
    return part < EDGE_PART || part > 1 - EDGE_PART
  }

  private requestView(view: View): void {
    this.pending = view
    if (this.frame !== 0) return
    this.frame = requestAnimationFrame(() => {
      this.frame = 0
      if (this.pending) this.setView(this.pending)
    })
  }

  private applyLayout(): void {
    const last = this.data?.candles.rows.at(-1)?.[4]
    const priceLength = last === undefined ? undefined : formatPrice(last).length
    this.layout = chartLayout(this.root.clientWidth, this.root.clientHeight, PANE_COUNT - 1, priceLength)
    const plots = [this.layout.heat, ...this.layout.panes]
    this.backs.forEach((back, i) => {
      const r = plots[i]
      if (!r) return
      Object.assign(back.style, { left: `${r.x}px`, top: `${r.y}px`, width: `${r.width}px`, height: `${r.height}px` })
    })
    this.overlay.setLayout(this.layout)
  }

  /** Options anew: data, size, theme or scale changed. */
  private rebuild(): void {
    this.updateScene()
    this.chart.setOption({ ...chartOption(this.scene, this.layout), series: this.seriesOptions() })
    this.chart.getZr().flush()
    this.updateOverlay()
  }

  /** The picture of `scene.view`: one action, nothing rebuilt. */
  private applyView(): void {
    this.updateScene()
    const { from, to } = this.scene.view
    if (this.scene.scale === 'log')
      this.chart.setOption({ ...priceTickOption(this.scene, this.layout), dataZoom: [{ id: 'time', startValue: from, endValue: to }] })
    else this.chart.dispatchAction({ type: 'dataZoom', dataZoomIndex: 0, startValue: from, endValue: to }, { silent: true, flush: true })
    this.chart.getZr().flush()
    this.updateOverlay()
  }

  private updateScene(): void {
    const { from, to } = this.scene.view
    const peak = fundingPeak(this.funding.bars, from, to)
    this.scene.fundingPeak = peak > 0 ? peak * 1.15 : 0.0001
    const extent = interestExtent(this.interest.line, from, to)
    const [low, high] = extent ?? [0, 1]
    const margin = (high - low || high || 1) * 0.12
    this.scene.interest = { low: Math.max(0, low - margin), high: high + margin, unit: this.interest.line.unit }
  }

  private placeMarks(): void {
    this.marks.place({
      view: this.scene.view,
      scale: this.scene.scale,
      layout: this.layout,
      zone: this.scene.zone,
      leastUsd: this.threshold.lowUsd,
    })
  }

  private updateOverlay(): void {
    const last = this.data?.candles.rows.at(-1)
    const y = last ? (this.chart.convertToPixel({ gridIndex: PANE.heat }, [last[0], last[4]])[1] as number) : 0
    this.overlay.setLastPrice(last ? last[4] : null, y, this.layout.heat)
    this.placeMarks()
    this.crosshair.refresh()
  }
}

function boundsOf(data: HeatmapData): Bounds {
  const range = fullPriceRange(data.candles.rows, data.heat) ?? { low: 1, high: 2 }
  const shown = defaultPriceRange(data.candles.rows, data.heat) ?? range
  return {
    from: data.from,
    to: data.to,
    priceLow: Math.min(range.low, shown.low),
    priceHigh: Math.max(range.high, shown.high),
    minSpan: Math.min(data.to - data.from, MIN_BUCKETS * data.bucketMs),
  }
}

const gapColours = (theme: Theme): GapColours => ({
  hatch: packRgba(parseHex(TOKENS[theme].line2)),
  partial: packRgba(parseHex(TOKENS[theme].warn)),
})
