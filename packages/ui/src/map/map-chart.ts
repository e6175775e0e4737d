import { textElement } from '../chart/tooltip.ts'
import { type Cumulative, cumulative, type MapSide } from '../cumulative-profile.ts'
import { formatPrice } from '../format.ts'
import { type Theme, TOKENS } from '../tokens.ts'
import type { PartColour } from './colours.ts'
import { attachPriceGestures } from './gestures.ts'
import { type PlotRect, plotRect } from './map-layout.ts'
import { MapTooltip, type MapTooltipWords } from './map-tooltip.ts'
import { prepare } from './paint.ts'
import { type MapCanvasWords, type MapScales, mapScales, paintMap } from './paint-map.ts'
import type { PriceWindow } from './price-window.ts'
import { barAt, barPrices, chooseBinsPerBar, type MapBars, type MapProfile, makeBars } from './profile.ts'
import { type BarReading, readBar } from './reading.ts'
import { Surface } from './surface.ts'

const TOP = 34
const BOTTOM = 40
/** Bars at the edge that keep their distance when the crosshair walks out of the picture. */
const EDGE = 0.04

export interface MapPicture {
  profile: MapProfile
  /** one per part of the profile, or one where it has none */
  colours: readonly PartColour[]
  showCumulative: boolean
}

export interface MapChartOptions {
  theme: Theme
  window: PriceWindow
  words: MapCanvasWords & MapTooltipWords
  /** back to the range that was asked for by name */
  onReset: () => void
  /** what is drawn now; again whenever other bars are */
  onBars: (bars: MapBars) => void
  /** the bar under the crosshair; null when there is none */
  onReading: (reading: BarReading | null) => void
}

/** Bars of what would be liquidated at each price, and running totals from the price outwards. Free of React; fetches nothing. */
export class LiquidationMapChart {
  private readonly surface: Surface
  private readonly tooltip: MapTooltip
  private readonly dot = textElement('div', 'fl-map-dot')
  private readonly axisTag = textElement('div', 'fl-chart-tag fl-map-tag')
  private readonly detach: () => void
  private readonly options: MapChartOptions
  private theme: Theme
  private picture: MapPicture | null = null
  private running: Readonly<Record<MapSide, Cumulative>> | null = null
  private bars: MapBars | null = null
  private scales: MapScales | null = null
  private plot: PlotRect = { x: 0, y: 0, width: 1, height: 1 }
  /** the pointer or the keyboard is at work here, and not in a chart beside it */
  private active = false
  private pointerY: number | null = null

  constructor(host: HTMLElement, options: MapChartOptions) {
    this.options = options
    this.theme = options.theme
    this.tooltip = new MapTooltip(options.words)
    this.surface = new Surface(host, options.window, { draw: () => this.draw(), point: () => this.point() })
    this.surface.overlay.append(this.dot, this.axisTag, this.tooltip.element)
    this.dot.style.display = 'none'
    this.axisTag.style.display = 'none'
    this.detach = attachPriceGestures(this.surface.element, {
      window: options.window,
      plot: () => this.plot,
      onReset: options.onReset,
      onPoint: (at) => this.pointAt(at),
    })
  }

  setPicture(picture: MapPicture | null): void {
    this.picture = picture
    const profile = picture?.profile
    this.running = profile
      ? { long: cumulative(profile.long, 'long', profile.price), short: cumulative(profile.short, 'short', profile.price) }
      : null
    this.surface.schedule()
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    this.surface.schedule()
  }

  /** The crosshair `by` bars further; it begins at the price. */
  walk(by: number): void {
    const { bars, picture } = this
    const { window } = this.options
    if (!bars || !picture) return
    this.active = true
    this.pointerY = null
    const here = barAt(bars, window.crosshair ?? picture.profile.price)
    const next = window.crosshair === null ? here : here + by
    const price = middleOf(bars, next)
    const at = window.fraction(price)
    if (at < EDGE || at > 1 - EDGE) window.pan(at < EDGE ? at - EDGE : at - 1 + EDGE)
    window.setCrosshair(price)
  }

  /** A key that was pressed while the map has focus; true when it means something here. */
  press(key: string, shift: boolean): boolean {
    const { window, onReset } = this.options
    const far = shift ? 10 : 1
    if (key === 'ArrowRight' || key === 'ArrowUp') this.walk(far)
    else if (key === 'ArrowLeft' || key === 'ArrowDown') this.walk(-far)
    else if (key === '+' || key === '=') window.zoom(0.5, 0.8)
    else if (key === '-') window.zoom(0.5, 1.25)
    else if (key === 'Home') onReset()
    else if (key === 'Escape') this.clear()
    else return false
    return true
  }

  clear(): void {
    this.active = false
    this.options.window.setCrosshair(null)
  }

  destroy(): void {
    this.detach()
    this.surface.destroy()
  }

  private pointAt(at: { x: number; y: number } | null): void {
    const { plot, bars } = this
    const { window } = this.options
    const inside = at !== null && at.x >= plot.x && at.x < plot.x + plot.width && at.y >= plot.y && at.y < plot.y + plot.height
    this.active = inside
    this.pointerY = inside ? at.y : null
    if (!inside || !bars) {
      window.setCrosshair(null)
      return
    }
    const price = middleOf(bars, barAt(bars, window.priceAt((at.x - plot.x) / plot.width)))
    // the tooltip follows the pointer inside a bar as well
    if (price === window.crosshair) this.point()
    else window.setCrosshair(price)
  }

  private draw(): void {
    const { width, height, canvas } = this.surface
    const { window, words, onBars } = this.options
    this.plot = plotRect(width, height, { top: TOP, bottom: BOTTOM })
    const ctx = prepare(canvas, width, height)
    const { picture, running, plot } = this
    if (!ctx || !picture || !running) return
    const bars = makeBars(picture.profile, window.low, window.high, chooseBinsPerBar(window.low, window.high, plot.width))
    this.bars = bars
    this.scales = mapScales({ bars, running, window, plot })
    const { colours, showCumulative, profile } = picture
    const tokens = TOKENS[this.theme]
    paintMap(ctx, { width, height, plot, window, tokens, price: profile.price, bars, colours, running, showCumulative, words }, this.scales)
    onBars(bars)
    this.point()
  }

  /** The crosshair alone: no canvas is touched. */
  private point(): void {
    const { bars, picture, running, plot, scales } = this
    const { window, onReading } = this.options
    const { crosshair: line } = this.surface
    const price = window.crosshair
    const x = price === null ? Number.NaN : plot.x + window.fraction(price) * plot.width
    const shown = bars && picture && running && scales && price !== null && x >= plot.x && x <= plot.x + plot.width
    line.style.display = shown ? '' : 'none'
    this.axisTag.style.display = line.style.display
    if (!shown) {
      this.dot.style.display = 'none'
      this.tooltip.hide()
      onReading(null)
      return
    }
    const reading = readBar(picture.profile, bars, running, barAt(bars, price))
    line.style.transform = `translateX(${Math.round(x)}px)`
    line.style.top = `${plot.y}px`
    line.style.height = `${plot.height}px`
    this.axisTag.textContent = formatPrice(price)
    this.axisTag.style.top = `${plot.y + plot.height + 13}px`
    // half of a tag stays inside at either end
    this.axisTag.style.left = `${Math.round(Math.min(this.surface.width - 34, Math.max(34, x)))}px`
    const main = reading.sides.find((side) => side.side === reading.main)
    const y = plot.y + plot.height - ((main?.running ?? 0) / scales.running.end) * plot.height
    this.dot.style.display = picture.showCumulative ? '' : 'none'
    this.dot.style.transform = `translate(${x}px, ${y}px)`
    this.dot.style.borderColor = TOKENS[this.theme][reading.main]
    if (this.active) this.tooltip.show(reading, picture.colours, { x, y: this.pointerY ?? plot.y + plot.height * 0.25 }, plot)
    else this.tooltip.hide()
    onReading(reading)
  }
}

function middleOf(bars: MapBars, bar: number): number {
  const { low, high } = barPrices(bars, bar)
  return Math.sqrt(low * high)
}
