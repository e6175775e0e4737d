import { binLowerPrice } from '@faultline/market/price-grid'
import { type Cumulative, cumulativeAt, type MapSide } from '../cumulative-profile.ts'
import { formatPrice } from '../format.ts'
import type { ThemeTokens } from '../tokens.ts'
import type { PartColour } from './colours.ts'
import { axisTicks, axisUsd, type PlotRect, type UsdScale, usdScale } from './map-layout.ts'
import { type Context, crisp, faint, fillBoxes, line, paintArea, paintPriceAxis, SMALL_FONT, STRONG_FONT, tag, text } from './paint.ts'
import type { PriceWindow } from './price-window.ts'
import type { MapBars } from './profile.ts'

export interface MapCanvasWords {
  /** `per 0.2 %`, over the left axis */
  per: (step: string) => string
  /** over the right axis */
  cumulative: string
  current: (price: string) => string
  longsBelow: string
  shortsAbove: string
}

export interface MapScene {
  width: number
  height: number
  plot: PlotRect
  window: PriceWindow
  tokens: ThemeTokens
  price: number
  bars: MapBars
  /** one per part, or one in all where it is not known what bars consist of */
  colours: readonly PartColour[]
  running: Readonly<Record<MapSide, Cumulative>>
  showCumulative: boolean
  words: MapCanvasWords
}

/** Scales of the two axes: USD at the top of the plot. */
export interface MapScales {
  bar: UsdScale
  running: UsdScale
}

const HEAD = 30

export function mapScales({ bars, running, window, plot }: Pick<MapScene, 'bars' | 'running' | 'window' | 'plot'>): MapScales {
  let top = 0
  for (let k = 0; k < bars.count; k++) top = Math.max(top, (bars.long[k] as number) + (bars.short[k] as number))
  const count = Math.max(2, Math.round(plot.height / 105))
  const last = bars.firstBin + bars.count * bars.binsPerBar - 1
  const far =
    window.high > window.low ? Math.max(cumulativeAt(running.long, 'long', bars.firstBin), cumulativeAt(running.short, 'short', last)) : 0
  // room at the top for the words that say which side is which
  const part = Math.max(0.5, 1 - HEAD / plot.height)
  return { bar: usdScale(top, count, part), running: usdScale(far, count, part) }
}

export function paintMap(ctx: Context, scene: MapScene, scales: MapScales): void {
  const { plot, tokens, window, words, price, width, bars } = scene
  const right = plot.x + plot.width
  const bottom = plot.y + plot.height
  ctx.fillStyle = tokens.heatbg
  ctx.fillRect(plot.x, plot.y, plot.width, plot.height)
  for (const usd of scales.bar.ticks) {
    const y = bottom - (usd / scales.bar.end) * plot.height
    if (usd > 0) line(ctx, plot.x, crisp(y), right, crisp(y), tokens.line)
    text(ctx, axisUsd(usd), plot.x - 7, y, tokens.t2, 'right')
  }
  text(ctx, words.per(stepWords(bars.binsPerBar)), 4, plot.y - 12, tokens.t3, 'left', SMALL_FONT)
  if (scene.showCumulative) {
    for (const usd of scales.running.ticks)
      text(ctx, axisUsd(usd), right + 7, bottom - (usd / scales.running.end) * plot.height, tokens.t2, 'left')
    text(ctx, words.cumulative, width - 4, plot.y - 12, tokens.t3, 'right', SMALL_FONT)
  }

  ctx.save()
  ctx.beginPath()
  ctx.rect(plot.x, plot.y, plot.width, plot.height)
  ctx.clip()
  paintBars(ctx, scene, scales.bar.end)
  if (scene.showCumulative)
    for (const side of ['long', 'short'] as const) {
      const points = runningPoints(scene, side, scales.running.end)
      const colour = side === 'long' ? tokens.long : tokens.short
      // a dark edge keeps the line apart from bars of its own hue
      paintArea(ctx, points, bottom, faint(tokens.heatbg, 0.8), null, 4)
      paintArea(ctx, points, bottom, colour, faint(colour, 0.07))
    }
  const x = crisp(plot.x + window.fraction(price) * plot.width)
  line(ctx, x, plot.y, x, bottom, tokens.t2, [5, 4])
  ctx.restore()

  line(ctx, plot.x, crisp(bottom), right, crisp(bottom), tokens.line2)
  paintPriceAxis(ctx, axisTicks(window, plot.width, price), plot, width, tokens, true)
  const inside = x >= plot.x && x <= right
  ctx.font = STRONG_FONT
  // the two directions stand beside the price where there is room for them
  if (ctx.measureText(words.longsBelow).width + ctx.measureText(words.shortsAbove).width + 40 < plot.width) {
    text(ctx, words.longsBelow, plot.x + 10, plot.y + 16, tokens.long, 'left', STRONG_FONT)
    text(ctx, words.shortsAbove, right - 10, plot.y + 16, tokens.short, 'right', STRONG_FONT)
  }
  if (inside) tag(ctx, words.current(formatPrice(price)), x, plot.y - 12, { fill: tokens.t1, colour: tokens.bg, from: plot.x, to: right })
}

/** `0.2 %`: the width of a bar in log price is that of its ratio, to within what is written. */
export const stepWords = (binsPerBar: number): string => `${Number((binsPerBar / 10).toFixed(1))}\u202f%`

function paintBars(ctx: Context, { bars, plot, window, colours }: MapScene, end: number): void {
  const bottom = plot.y + plot.height
  const boxes = colours.map(() => ({ long: [] as number[], short: [] as number[] }))
  let x0 = plot.x + window.fraction(binLowerPrice(bars.firstBin)) * plot.width
  for (let bar = 0; bar < bars.count; bar++) {
    const x1 = plot.x + window.fraction(binLowerPrice(bars.firstBin + (bar + 1) * bars.binsPerBar)) * plot.width
    let y = bottom
    for (const side of ['long', 'short'] as const)
      for (let part = 0; part < Math.max(1, bars.parts.length); part++) {
        const usd = (bars.parts[part] ?? bars)[side][bar] as number
        if (!(usd > 0)) continue
        const height = (usd / end) * plot.height
        boxes[Math.min(part, boxes.length - 1)]?.[side].push(x0 + 0.5, y - height, Math.max(1, x1 - x0 - 1), height)
        y -= height
      }
    x0 = x1
  }
  colours.forEach((colour, part) => {
    fillBoxes(ctx, boxes[part]?.long ?? [], colour.long)
    fillBoxes(ctx, boxes[part]?.short ?? [], colour.short)
  })
}

/** The curve runs through the far edge of every bin: what is liquidated once price has got there. */
function runningPoints({ plot, window, running, price, bars }: MapScene, side: MapSide, end: number): number[] {
  const points: number[] = []
  const add = (at: number, usd: number) =>
    points.push(plot.x + window.fraction(at) * plot.width, plot.y + plot.height - (usd / end) * plot.height)
  const last = bars.firstBin + bars.count * bars.binsPerBar
  add(price, 0)
  if (side === 'long') {
    for (let bin = last - 1; bin >= bars.firstBin; bin--) {
      const edge = binLowerPrice(bin)
      if (edge < price) add(edge, cumulativeAt(running.long, 'long', bin))
    }
  } else
    for (let bin = bars.firstBin; bin < last; bin++) {
      const edge = binLowerPrice(bin + 1)
      if (edge > price) add(edge, cumulativeAt(running.short, 'short', bin))
    }
  return points
}
