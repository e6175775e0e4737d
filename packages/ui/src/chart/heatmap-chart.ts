import type { EChartsType } from 'echarts/core'
import { formatPrice, sameZone, type TimeZone } from '../format.ts'
import { type Theme, TOKENS } from '../tokens.ts'
import { AxesLayer } from './axes-series.ts'
import { CandleLayer } from './candle-series.ts'
import { Crosshair } from './crosshair.ts'
import { boundsOf, homeSpan, lastPriceNearEdge, lastPriceOf, openingView, pricesFor, samePicture } from './data-view.ts'
import { DrawingLayer } from './drawings-layer.ts'
import { init, VIEW_ACTION } from './echarts-setup.ts'
import { HeatColours } from './heat-colours.ts'
import { HeatLayer } from './heat-series.ts'
import type { HeatmapData, HoverReading, ObservedRun } from './heatmap-data.ts'
import { attachInteraction } from './interaction.ts'
import type { InterestUnit } from './interest-series.ts'
import { attachKeyboard } from './keyboard.ts'
import { type ChartLayout, chartLayout } from './layout.ts'
import { MarkOverlay } from './mark-overlay.ts'
import { MissedLayer } from './missed-series.ts'
import { ObservedLayer } from './observed-series.ts'
import { chartOption } from './option.ts'
import { ChartOverlay } from './overlay.ts'
import type { HeatScale, Palette, PriceStyle, ShownSides } from './palette.ts'
import { samePanes } from './pane-edit.ts'
import { put } from './pane-view.ts'
import { PANE_IDS, type PaneState } from './panes.ts'
import { PanesLayer } from './panes-series.ts'
import { type PictureOptions, pictureOf } from './picture.ts'
import type { LinkedProfile, ProfileAxis } from './profile-data.ts'
import type { ReadingSources } from './reading.ts'
import { priceHeight } from './scales.ts'
import type { Scene } from './scene.ts'
import type { Threshold } from './threshold.ts'
import { textElement } from './tooltip.ts'
import { type Bounds, followData, type PriceScale, type View } from './viewport.ts'
import { WORDS } from './words.ts'

export type { HeatmapData, HoverReading } from './heatmap-data.ts'

export interface HeatmapChartOptions {
  theme: Theme
  timeZone: TimeZone
  priceScale?: PriceScale
}

/** What is on screen after a change. */
export interface ViewportChange extends View {
  /** the reader moved it: false as it opened and after a reset, also while it follows the newest data */
  touched: boolean
  /** the reader chose the price range */
  priceTouched: boolean
}

const DEFAULT_PANES: readonly PaneState[] = [{ id: 'funding' }, { id: 'interest' }]
let instances = 0

/**
 * Heat with candles, and panes on the same time axis. Imperative and free of React: give it an element that has a size, then
 * data. Gestures, keys, crosshair and tooltip are its own; nothing in it is fetched.
 */
export class HeatmapChart {
  /** what is drawn onto the heat */
  readonly drawings: DrawingLayer
  private readonly root = textElement('div', 'fl-chart')
  private readonly backs = Array.from({ length: 1 + PANE_IDS.length }, () => textElement('div', 'fl-chart-plot'))
  private readonly overlay: ChartOverlay
  private readonly marks = new MarkOverlay()
  private readonly chart: EChartsType
  private readonly heat: HeatLayer
  private readonly candles: CandleLayer
  private readonly panes: PanesLayer
  private readonly axes: AxesLayer
  private readonly missed: MissedLayer
  private readonly observed: ObservedLayer
  private readonly scene: Scene
  private readonly crosshair: Crosshair
  private readonly detach: () => void
  private layout: ChartLayout
  /** of the element, CSS pixels; kept, because asking the page makes it lay itself out */
  private size: { width: number; height: number }
  private theme: Theme
  private data: HeatmapData | null = null
  private candleTimes = new Float64Array(0)
  private bounds: Bounds
  private shownPanes: readonly PaneState[] = DEFAULT_PANES
  private panesListener: ((panes: readonly PaneState[]) => void) | null = null
  private viewListener: ((change: ViewportChange) => void) | null = null
  private told: ViewportChange | null = null
  private touched = false
  private priceTouched = false
  /** heat has been there since this picture opened */
  private heatSeen = false
  private readonly heatColours: HeatColours
  private profile: LinkedProfile | null = null
  private hoverListener: ((reading: HoverReading | null) => void) | null = null
  private drawn = false
  private frame = 0
  private pending: View | null = null

  constructor(dom: HTMLElement, options: HeatmapChartOptions) {
    this.heatColours = new HeatColours(options.theme)
    this.theme = options.theme
    this.overlay = new ChartOverlay({
      panes: () => this.shownPanes,
      layout: () => this.layout,
      preview: (panes) => this.setPanes(panes),
      commit: (panes) => {
        this.setPanes(panes)
        this.overlay.arrange()
        this.panesListener?.(panes)
      },
    })
    const host = textElement('div', 'fl-chart-canvas')
    this.drawings = new DrawingLayer(
      this.root,
      () => ({ ...this.scene, plot: this.layout.heat }),
      () => this.crosshair.leave(),
    )
    this.root.append(...this.backs, host, this.drawings.element, this.marks.element, this.overlay.element, this.drawings.editor)
    dom.append(this.root)
    this.size = { width: this.root.clientWidth, height: this.root.clientHeight }
    this.layout = chartLayout(this.size.width, this.size.height, this.shownPanes)
    this.bounds = { from: 0, to: 60_000, priceLow: 1, priceHigh: 2, minSpan: 60_000 }
    this.scene = {
      view: { from: 0, to: 60_000, priceLow: 1, priceHigh: 2 },
      colours: TOKENS[this.theme],
      zone: options.timeZone,
      resolutionMs: 60_000,
      scale: options.priceScale ?? 'linear',
      priceStyle: 'candles',
    }
    const colours = () => this.scene.colours
    this.heat = new HeatLayer(this.heatColours.lut(), this.heatColours.gaps())
    this.backs[0]?.append(this.heat.canvas)
    this.candles = new CandleLayer(this.scene)
    this.panes = new PanesLayer(this.scene)
    this.axes = new AxesLayer(this.scene, () => this.layout)
    this.missed = new MissedLayer(colours)
    this.observed = new ObservedLayer(colours)
    this.chart = init(host, null, { renderer: 'canvas', useDirtyRect: false })
    this.crosshair = new Crosshair({
      heat: this.heat,
      overlay: this.overlay,
      scene: this.scene,
      layout: () => this.layout,
      panes: () => this.panes.panes(),
      sources: () => this.sources(),
      show: (view) => this.setView(view),
    })
    this.crosshair.onReading = (reading) => {
      this.profile?.setCrosshair(reading && Math.sqrt(reading.priceLow * reading.priceHigh))
      this.hoverListener?.(reading)
    }
    this.detach = this.attach()
    this.applyLayout()
    // Empty axes, unless data come in the same turn: then the first picture is the only one.
    this.frame = requestAnimationFrame(this.onFrame)
  }

  /**
   * New data, all of it. The same `viewKey` (without one: the same symbol, resolution and range) is the same picture with other or
   * newer data under it: the view moves only when its right edge was visible. Anything else opens anew.
   */
  setData(data: HeatmapData): void {
    const before = this.data
    if (before === data) return
    const same = before !== null && samePicture(before, data)
    const boundsBefore = this.bounds
    this.data = data
    this.candleTimes = Float64Array.from(data.candles.rows, (r) => r[0])
    this.bounds = boundsOf(data)
    this.scene.resolutionMs = data.resolutionMs
    this.root.setAttribute('aria-label', WORDS.chart(data.symbol))
    this.panes.setData(data, same)
    this.applyLayout()
    const gapsOf = (channel: string) => data.gaps.filter((gap) => gap.channel === channel)
    if (before?.heat !== data.heat) {
      this.heat.setGrid(data.heat, gapsOf('candle'))
      if (this.heatColours.setGrid(data.heat)) this.recolour()
    }
    this.candles.setCandles(data.candles.rows, data.candles.intervalMs, lastPriceOf(data))
    this.missed.setGaps(gapsOf('liquidation'), gapsOf('candle'))
    this.marks.setData(data)
    this.pending = null
    if (same) {
      this.scene.view = followData(this.scene.view, boundsBefore, this.bounds, data.history !== undefined)
      const heatArrived = !this.heatSeen && data.heat !== null
      if (!this.priceTouched && (heatArrived || lastPriceNearEdge(data, this.scene.view))) this.fitPrices()
    } else {
      this.touched = false
      this.priceTouched = data.opening?.priceLow !== undefined && data.opening.priceHigh !== undefined
      this.heatSeen = false
      this.scene.view = openingView(data)
    }
    this.heatSeen ||= data.heat !== null
    this.rebuild()
  }

  /** Which USD are drawn, and which are fully bright; recolours what is on screen without an update of the chart. */
  setThreshold(lowUsd: number, highUsd: number): void {
    if (this.heatColours.choose({ lowUsd, highUsd })) this.recolour()
  }

  /** Colours of the heat; recolours what is on screen like `setThreshold`. */
  setPalette(palette: Palette): void {
    if (this.heatColours.setStyle({ palette })) this.recolour()
  }

  /** Brightness by USD, or by rank among the loaded cells; the threshold stays in USD. */
  setHeatScale(scale: HeatScale): void {
    if (this.heatColours.setStyle({ scale })) this.recolour()
  }

  /** Which sides of the heat are drawn; labels and marks of the other one go with it. */
  setSides(sides: ShownSides): void {
    this.marks.setSides(sides)
    if (this.heatColours.setStyle({ sides })) this.recolour()
  }

  /** Back to a threshold chosen from the data. */
  clearThreshold(): void {
    if (this.heatColours.choose(null)) this.recolour()
  }

  currentThreshold(): Threshold {
    return this.heatColours.threshold()
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
    this.heatColours.setTheme(theme)
    this.heat.setLut(this.heatColours.lut(), this.heatColours.gaps())
    this.rebuild()
  }

  setTimeZone(zone: TimeZone): void {
    if (sameZone(zone, this.scene.zone)) return
    this.scene.zone = zone
    this.rebuild()
  }

  setPriceScale(scale: PriceScale): void {
    if (scale === this.scene.scale) return
    this.scene.scale = scale
    this.rebuild()
  }

  setPriceStyle(style: PriceStyle): void {
    if (style === this.scene.priceStyle) return
    this.scene.priceStyle = style
    this.applyView()
  }

  /** Panes under the heat, from top to bottom. */
  setPanes(panes: readonly PaneState[]): void {
    if (samePanes(panes, this.shownPanes)) return
    this.shownPanes = panes
    this.applyLayout()
    this.rebuild()
  }

  /** Unit of the open interest; USD that are not known are shown in base coin all the same. */
  setInterestUnit(unit: InterestUnit): void {
    if (this.panes.interest.setUnit(unit)) this.applyView()
  }

  /** Called with the panes after the reader resized, moved or closed one. Without a listener panes have no controls. One listener. */
  onPanes(callback: ((panes: readonly PaneState[]) => void) | null): void {
    this.panesListener = callback
    this.overlay.setEditable(callback !== null)
  }

  /** Called with what is under the pointer, and with null when it leaves. One listener. */
  onHover(callback: (reading: HoverReading | null) => void): void {
    this.hoverListener = callback
  }

  /** Called after each change of what is on screen, by whomever. One listener; throttling is its own. */
  onViewport(callback: (change: ViewportChange) => void): void {
    this.viewListener = callback
  }

  /** Keeps a profile on the heat's price axis, in the frame in which that changes, and its crosshair on the heat's. One profile. */
  linkProfile(profile: LinkedProfile | null): void {
    this.profile = profile
    this.profile?.setAxis(this.priceAxis())
  }

  /** The heat's price axis, and where its plot stands in the chart. */
  priceAxis(): ProfileAxis {
    const { view, scale } = this.scene
    const { y, height } = this.layout.heat
    return { priceLow: view.priceLow, priceHigh: view.priceHigh, scale, top: y, height }
  }

  /** What is seen, in device pixels, with words around it: for a file. */
  toCanvas(options: PictureOptions): HTMLCanvasElement {
    if (!this.drawn) this.draw()
    this.chart.getZr().flush()
    return this.drawings.withoutHandles(() => pictureOf(this.root, this.scene.colours, options))
  }

  view(): View {
    return this.scene.view
  }

  /** Shows `view` at once; prices that are left out stay as they are. */
  setView(view: Pick<View, 'from' | 'to'> & Partial<View>): void {
    const before = this.scene.view
    this.pending = null
    this.scene.view = { ...before, ...view }
    this.touched = true
    this.priceTouched ||= this.scene.view.priceLow !== before.priceLow || this.scene.view.priceHigh !== before.priceHigh
    this.applyView()
  }

  /** The range that was asked for up to the newest (without a history, everything that is loaded), and the default price range. */
  resetView(): void {
    if (!this.data) return
    this.touched = false
    this.priceTouched = false
    this.pending = null
    const span = homeSpan(this.data)
    this.scene.view = { ...span, ...pricesFor(this.data, span) }
    this.applyView()
  }

  /** The default price range for what is on screen. */
  resetPrices(): void {
    this.priceTouched = false
    if (this.pending) this.scene.view = this.pending
    this.pending = null
    this.fitPrices()
    this.applyView()
  }

  /** To be called when the element's size changed. */
  resize(): void {
    const { clientWidth, clientHeight } = this.root
    if (clientWidth === 0 || clientHeight === 0) return
    this.size = { width: clientWidth, height: clientHeight }
    this.chart.resize()
    this.applyLayout()
    this.rebuild()
  }

  dispose(): void {
    cancelAnimationFrame(this.frame)
    this.detach()
    this.drawings.dispose()
    this.chart.dispose()
    this.root.remove()
  }

  /** For checks that compare the picture with the axes. */
  internals(): { chart: EChartsType; heat: HeatLayer; candles: CandleLayer; layout: ChartLayout } {
    return { chart: this.chart, heat: this.heat, candles: this.candles, layout: this.layout }
  }

  private sources(): ReadingSources | null {
    if (!this.data) return null
    return { data: this.data, candleTimes: this.candleTimes, funding: this.panes.funding.bars, interest: this.panes.interest.line }
  }

  private seriesOptions() {
    return [this.heat, this.axes, this.panes, this.candles, this.missed, this.observed].map((layer) => layer.series())
  }

  private recolour(): void {
    this.heat.setLut(this.heatColours.lut())
    this.placeMarks()
  }

  private fitPrices(): void {
    this.scene.view = { ...this.scene.view, ...pricesFor(this.data, this.scene.view) }
  }

  private attach(): () => void {
    const keys = textElement('div', 'fl-sr-only', WORDS.keys)
    keys.id = `fl-chart-keys-${instances++}`
    this.root.append(keys)
    this.root.tabIndex = 0
    this.root.setAttribute('role', 'application')
    this.root.setAttribute('aria-label', WORDS.chart(''))
    this.root.setAttribute('aria-describedby', keys.id)
    const host = {
      layout: () => this.layout,
      view: () => this.pending ?? this.scene.view,
      bounds: () => this.bounds,
      scale: () => this.scene.scale,
      requestView: (view: View) => this.requestView(view),
      resetView: () => this.resetView(),
    }
    // Canvas text does not follow a font that arrives later.
    const fontsCame = () => this.rebuild()
    document.fonts?.addEventListener('loadingdone', fontsCame)
    const detachKeys = attachKeyboard(this.root, { ...host, crosshair: this.crosshair })
    const detachGestures = attachInteraction(this.root, {
      ...host,
      resetPrices: () => this.resetPrices(),
      hover: (x, y) => this.crosshair.move(x, y),
      leave: () => this.crosshair.leave(),
      click: (x, y) => (this.crosshair.isPinned() ? this.crosshair.free() : this.crosshair.pinAt({ x, y })),
    })
    return () => {
      document.fonts?.removeEventListener('loadingdone', fontsCame)
      detachKeys()
      detachGestures()
    }
  }

  private requestView(view: View): void {
    this.pending = view
    if (this.frame === 0) this.frame = requestAnimationFrame(this.onFrame)
  }

  private onFrame = (): void => {
    this.frame = 0
    if (!this.drawn) this.draw()
    if (this.pending) this.setView(this.pending)
  }

  private applyLayout(): void {
    const last = this.data && lastPriceOf(this.data)
    const priceLength = last === null ? undefined : formatPrice(last).length
    this.layout = chartLayout(this.size.width, this.size.height, this.panes.arranged(this.shownPanes), priceLength)
    const plots = [this.layout.heat, ...this.layout.panes]
    this.backs.forEach((back, i) => {
      const r = plots[i]
      back.style.display = r ? '' : 'none'
      if (r) put(back, r)
    })
    this.panes.setLayout(this.layout)
    this.overlay.setLayout(this.layout)
  }

  /** Options anew: data, size, theme or scale changed. What comes before the first data waits for the first frame. */
  private rebuild(): void {
    if (this.drawn || this.data) this.draw()
  }

  private draw(): void {
    this.drawn = true
    this.panes.prepare()
    this.chart.setOption({ ...chartOption(this.scene, this.layout), series: this.seriesOptions() })
    this.afterUpdate()
  }

  /** The picture of `scene.view`: one action, nothing rebuilt. */
  private applyView(): void {
    if (!this.drawn) return
    this.panes.prepare()
    this.chart.dispatchAction({ type: VIEW_ACTION }, { silent: true, flush: true })
    this.afterUpdate()
  }

  private placeMarks(): void {
    this.marks.place({
      view: this.scene.view,
      scale: this.scene.scale,
      layout: this.layout,
      zone: this.scene.zone,
      leastUsd: this.heatColours.threshold().lowUsd,
    })
  }

  private afterUpdate(): void {
    this.chart.getZr().flush()
    const last = this.data && lastPriceOf(this.data)
    const { view, scale } = this.scene
    const { heat } = this.layout
    this.overlay.setLastPrice(last, last === null ? 0 : priceHeight(view, heat, scale).toY(last), heat)
    this.placeMarks()
    this.drawings.paint()
    this.profile?.setAxis(this.priceAxis())
    this.crosshair.refresh()
    this.tellViewport()
  }

  private tellViewport(): void {
    if (!this.viewListener || !this.data) return
    const change: ViewportChange = { ...this.scene.view, touched: this.touched, priceTouched: this.priceTouched }
    const before = this.told
    if (before && (Object.keys(change) as (keyof ViewportChange)[]).every((key) => before[key] === change[key])) return
    this.told = change
    this.viewListener(change)
  }
}
