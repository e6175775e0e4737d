import { binLowerPrice } from '@faultline/market/price-grid'
import { byteToUsd } from '@faultline/market/usd-scale'
import { decimateLine } from '../chart/decimate.ts'
import type { HeatGridPair } from '../chart/heat-grid.ts'
import type { CandleRow } from '../chart/heatmap-data.ts'
import { makeHeatLut, packRgba } from '../chart/lut.ts'
import { parseHex } from '../chart/oklch.ts'
import type { Threshold } from '../chart/threshold.ts'
import { placeTooltip, textElement, tooltipRow } from '../chart/tooltip.ts'
import { formatPriceRange, formatTimeSpan, formatUsd } from '../format.ts'
import { type Theme, TOKENS } from '../tokens.ts'
import { attachPriceGestures } from './gestures.ts'
import { axisTicks, type PlotRect, plotRect } from './map-layout.ts'
import { type DepthSteps, depthSteps, depthTo, type OrderBook } from './order-book.ts'
import { type Context, crisp, line, paintPriceAxis, prepare, STRONG_FONT, text } from './paint.ts'
import { depthScale, paintDepth } from './paint-depth.ts'
import type { PriceWindow } from './price-window.ts'
import { Surface } from './surface.ts'
import { timeTicks } from './time-axis.ts'
import { type TimeOrder, TransposedHeat } from './transposed-heat.ts'

const TOP = 6
const BOTTOM = 26

export interface HeatUnder {
  view: 'heat'
  grid: HeatGridPair
  candles: { intervalMs: number; rows: readonly CandleRow[] }
  gaps: readonly { from: number; to: number; channel: string }[]
  from: number
  to: number
  threshold: Threshold
  order: TimeOrder
}
export interface DepthUnder {
  view: 'depth'
  book: OrderBook
}
export type UnderPicture = { price: number } & (HeatUnder | DepthUnder)

export interface UnderWords {
  now: string
  longs: string
  shorts: string
  none: string
  missing: string
  estimated: string
  bids: string
  asks: string
  beyond: string
}

export interface UnderChartOptions {
  theme: Theme
  window: PriceWindow
  words: UnderWords
  onReset: () => void
}

/** What stands under the map on the same price axis: the heatmap turned by its diagonal, or the order book's depth. */
export class UnderChart {
  private readonly surface: Surface
  private readonly tooltip = textElement('div', 'fl-tooltip')
  private readonly detach: () => void
  private readonly options: UnderChartOptions
  private readonly image = document.createElement('canvas')
  /** of the image: kept, because a new one each frame would be megabytes to clear away */
  private pixels: ImageData | null = null
  private theme: Theme
  private picture: UnderPicture | null = null
  private heat: TransposedHeat | null = null
  private book: { of: OrderBook; bids: DepthSteps; asks: DepthSteps } | null = null
  private plot: PlotRect = { x: 0, y: 0, width: 1, height: 1 }
  private pointer: { x: number; y: number } | null = null

  constructor(host: HTMLElement, options: UnderChartOptions) {
    this.options = options
    this.theme = options.theme
    this.surface = new Surface(host, options.window, { draw: () => this.draw(), point: () => this.point() })
    this.tooltip.style.display = 'none'
    this.tooltip.setAttribute('role', 'tooltip')
    this.surface.overlay.append(this.tooltip)
    this.detach = attachPriceGestures(this.surface.element, {
      window: options.window,
      plot: () => this.plot,
      onReset: options.onReset,
      onPoint: (at) => this.pointAt(at),
    })
  }

  setPicture(picture: UnderPicture | null): void {
    this.picture = picture
    if (picture?.view === 'heat') {
      if (this.heat?.grid !== picture.grid)
        this.heat = new TransposedHeat(
          picture.grid,
          picture.gaps.filter((gap) => gap.channel === 'candle'),
        )
    } else this.heat = null
    if (picture?.view !== 'depth') this.book = null
    else if (this.book?.of !== picture.book)
      this.book = { of: picture.book, bids: depthSteps(picture.book.bids), asks: depthSteps(picture.book.asks) }
    this.surface.schedule()
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    this.surface.schedule()
  }

  destroy(): void {
    this.detach()
    this.surface.destroy()
  }

  private pointAt(at: { x: number; y: number } | null): void {
    const { plot } = this
    const { window } = this.options
    const inside = at !== null && at.x >= plot.x && at.x < plot.x + plot.width && at.y >= plot.y && at.y < plot.y + plot.height
    this.pointer = inside ? at : null
    const price = inside ? window.priceAt((at.x - plot.x) / plot.width) : null
    if (price === window.crosshair) this.point()
    else window.setCrosshair(price)
  }

  private draw(): void {
    const { width, height, canvas } = this.surface
    const { window } = this.options
    this.plot = plotRect(width, height, { top: TOP, bottom: BOTTOM })
    const ctx = prepare(canvas, width, height)
    const { picture, plot, heat, book } = this
    if (!ctx || !picture) return
    const tokens = TOKENS[this.theme]
    const { price } = picture
    if (picture.view === 'depth' && book) {
      const scene = { width, plot, window, tokens, price, bids: book.bids, asks: book.asks }
      paintDepth(ctx, scene, depthScale(scene))
    } else if (picture.view === 'heat' && heat) this.drawHeat(ctx, picture, heat)
    this.point()
  }

  private drawHeat(ctx: Context, picture: HeatUnder & { price: number }, heat: TransposedHeat): void {
    const { plot, theme } = this
    const { window, words } = this.options
    const tokens = TOKENS[theme]
    const dpr = globalThis.devicePixelRatio || 1
    // whole device pixels outward, drawn 1:1: the canvas must neither smooth nor shift it
    const [left, top] = [Math.floor(plot.x * dpr), Math.floor(plot.y * dpr)]
    const width = Math.max(1, Math.ceil((plot.x + plot.width) * dpr) - left)
    const height = Math.max(1, Math.ceil((plot.y + plot.height) * dpr) - top)
    const shift = plot.x * dpr - left
    heat.resample(width, height, (price) => (shift + window.fraction(price) * plot.width * dpr) / width, picture, picture.order)
    if (this.image.width !== width || this.image.height !== height) {
      this.image.width = width
      this.image.height = height
    }
    const target = this.image.getContext('2d', { willReadFrequently: true })
    if (!target) return
    if (this.pixels?.width !== width || this.pixels.height !== height) this.pixels = target.createImageData(width, height)
    const { pixels } = this
    const { lowUsd, highUsd } = picture.threshold
    heat.paint(new Uint32Array(pixels.data.buffer), makeHeatLut(theme, lowUsd, highUsd), {
      hatch: packRgba(parseHex(tokens.line2)),
      partial: packRgba(parseHex(tokens.warn)),
      period: Math.round(7 * dpr),
      thickness: Math.max(1, Math.round(dpr)),
      band: Math.round(3 * dpr),
    })
    target.putImageData(pixels, 0, 0)

    ctx.fillStyle = tokens.heatbg
    ctx.fillRect(plot.x, plot.y, plot.width, plot.height)
    ctx.save()
    ctx.beginPath()
    ctx.rect(plot.x, plot.y, plot.width, plot.height)
    ctx.clip()
    ctx.imageSmoothingEnabled = false
    ctx.drawImage(this.image, left / dpr, top / dpr, width / dpr, height / dpr)
    this.drawPrice(ctx, picture)
    const x = crisp(plot.x + window.fraction(picture.price) * plot.width)
    line(ctx, x, plot.y, x, plot.y + plot.height, tokens.t2, [5, 4])
    ctx.restore()
    let free = plot.y + (picture.order === 'newest' ? 18 : 8)
    text(
      ctx,
      words.now,
      plot.x - 7,
      this.timeY(picture.to, picture) + (picture.order === 'newest' ? 6 : -6),
      tokens.t1,
      'right',
      STRONG_FONT,
    )
    const ticks = timeTicks(picture.from, picture.to, Math.max(2, Math.round(plot.height / 42)))
    for (const tick of picture.order === 'newest' ? ticks.reverse() : ticks) {
      const y = this.timeY(tick.time, picture)
      if (y < free || y > plot.y + plot.height - (picture.order === 'newest' ? 0 : 18)) continue
      free = y + 16
      text(ctx, tick.label, plot.x - 5, y, tick.day ? tokens.t1 : tokens.t2, 'right', tick.day ? STRONG_FONT : undefined)
      line(ctx, plot.x - 4, crisp(y), plot.x, crisp(y), tokens.line2)
    }
    paintPriceAxis(ctx, axisTicks(window, plot.width, picture.price), plot, this.surface.width, tokens, false)
  }

  /** Closes of the candles; a gap between candles is no line. */
  private drawPrice(ctx: Context, picture: HeatUnder): void {
    const { window } = this.options
    const { intervalMs, rows } = picture.candles
    const tokens = TOKENS[this.theme]
    const down = Float64Array.from(rows, ([time]) => ((time + intervalMs - picture.from) / (picture.to - picture.from)) * this.plot.height)
    const across = Float64Array.from(rows, (row) => this.plot.x + window.fraction(row[4]) * this.plot.width)
    const points = decimateLine(down, across, (i) => (rows[i + 1]?.[0] ?? 0) - (rows[i]?.[0] ?? 0) > 2 * intervalMs)
    ctx.beginPath()
    for (let i = 0, broken = true; i < points.length; i += 2) {
      const [at, x] = [points[i] as number, points[i + 1] as number]
      const y = this.plot.y + (picture.order === 'newest' ? this.plot.height - at : at)
      if (Number.isNaN(at)) broken = true
      else if (broken) ctx.moveTo(x, y)
      else ctx.lineTo(x, y)
      if (!Number.isNaN(at)) broken = false
    }
    // round joins of so many short pieces cost more than the heat under them
    ctx.lineJoin = 'bevel'
    ctx.strokeStyle = tokens.heatbg
    ctx.lineWidth = 3.5
    ctx.stroke()
    ctx.strokeStyle = tokens.t1
    ctx.lineWidth = 1.4
    ctx.stroke()
  }

  private timeY(time: number, { from, to, order }: HeatUnder): number {
    const part = (time - from) / (to - from)
    return this.plot.y + (order === 'newest' ? 1 - part : part) * this.plot.height
  }

  private point(): void {
    const { plot, picture, pointer } = this
    const { window } = this.options
    const { crosshair: line } = this.surface
    const price = window.crosshair
    const x = price === null ? Number.NaN : plot.x + window.fraction(price) * plot.width
    const shown = picture !== null && price !== null && x >= plot.x && x <= plot.x + plot.width
    line.style.display = shown ? '' : 'none'
    if (shown) {
      line.style.transform = `translateX(${Math.round(x)}px)`
      line.style.top = `${plot.y}px`
      line.style.height = `${plot.height}px`
    }
    const lines = shown && pointer ? this.linesAt(picture, price, pointer) : null
    this.tooltip.style.display = lines ? '' : 'none'
    if (!lines || !pointer) return
    this.tooltip.replaceChildren(...lines)
    this.tooltip.style.width = `${Math.min(248, plot.width - 12)}px`
    const place = placeTooltip(pointer, { width: this.tooltip.offsetWidth, height: this.tooltip.offsetHeight }, plot)
    this.tooltip.style.transform = `translate(${Math.round(place.x)}px, ${Math.round(place.y)}px)`
  }

  private linesAt(picture: UnderPicture, price: number, pointer: { x: number; y: number }): HTMLElement[] | null {
    const { words } = this.options
    if (picture.view === 'depth') {
      const { book } = this
      if (!book) return null
      const side = price < picture.price ? 'bid' : 'ask'
      const usd = depthTo(side === 'bid' ? book.bids : book.asks, side, price)
      const [low, high] = [Math.min(price, picture.price), Math.max(price, picture.price)]
      return [
        textElement('div', 'fl-tooltip-time', formatPriceRange(low, high)),
        tooltipRow('', side === 'bid' ? words.bids : words.asks, usd === null ? words.beyond : formatUsd(usd), usd !== null),
      ]
    }
    const dpr = globalThis.devicePixelRatio || 1
    const { plot, heat } = this
    const cells = heat?.cellsAt(
      Math.floor(pointer.x * dpr) - Math.floor(plot.x * dpr),
      Math.floor(pointer.y * dpr) - Math.floor(plot.y * dpr),
    )
    if (!cells) return null
    const { grid } = picture
    const time = (column: number) => grid.from + column * grid.resolutionMs
    const missing = grid.state.subarray(cells.colFrom, cells.colTo).every((state) => state === 0)
    const usd = (byte: number) => (byte === 0 ? words.none : formatUsd(byteToUsd(byte)))
    return [
      textElement('div', 'fl-tooltip-time', formatTimeSpan(time(cells.colFrom), time(cells.colTo), 'utc')),
      textElement('div', '', formatPriceRange(binLowerPrice(grid.firstBin + cells.rowFrom), binLowerPrice(grid.firstBin + cells.rowTo))),
      ...(missing
        ? [textElement('div', 'fl-tooltip-note fl-tooltip-warn', words.missing)]
        : [
            tooltipRow('fl-mark-short', words.shorts, usd(cells.short), cells.short > cells.long),
            tooltipRow('fl-mark-long', words.longs, usd(cells.long), cells.long > cells.short),
            textElement('div', 'fl-tooltip-note', words.estimated),
          ]),
    ]
  }
}
