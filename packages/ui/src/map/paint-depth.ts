import type { ThemeTokens } from '../tokens.ts'
import { axisTicks, axisUsd, type PlotRect, type UsdScale, usdScale } from './map-layout.ts'
import type { DepthSteps } from './order-book.ts'
import { type Context, crisp, faint, line, paintArea, paintPriceAxis, text } from './paint.ts'
import type { PriceWindow } from './price-window.ts'

export interface DepthScene {
  width: number
  plot: PlotRect
  window: PriceWindow
  tokens: ThemeTokens
  price: number
  bids: DepthSteps
  asks: DepthSteps
}

/** USD at the top of the plot: the most that either side reaches within what is shown. */
export function depthScale({ bids, asks, window, plot }: Pick<DepthScene, 'bids' | 'asks' | 'window' | 'plot'>): UsdScale {
  let top = 0
  bids.price.forEach((price, i) => {
    if (price >= window.low) top = Math.max(top, bids.usd[i] as number)
  })
  asks.price.forEach((price, i) => {
    if (price <= window.high) top = Math.max(top, asks.usd[i] as number)
  })
  return usdScale(top, Math.max(2, Math.round(plot.height / 70)))
}

export function paintDepth(ctx: Context, scene: DepthScene, scale: UsdScale): void {
  const { plot, tokens, window, price, width } = scene
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height]
  ctx.fillStyle = tokens.heatbg
  ctx.fillRect(plot.x, plot.y, plot.width, plot.height)
  for (const usd of scale.ticks) {
    const y = bottom - (usd / scale.end) * plot.height
    if (usd > 0) line(ctx, plot.x, crisp(y), right, crisp(y), tokens.line)
    if (y > plot.y + 6) text(ctx, axisUsd(usd), plot.x - 7, y, tokens.t2, 'right')
  }
  ctx.save()
  ctx.beginPath()
  ctx.rect(plot.x, plot.y, plot.width, plot.height)
  ctx.clip()
  for (const [steps, colour] of [
    [scene.bids, tokens.up],
    [scene.asks, tokens.dn],
  ] as const)
    paintArea(ctx, staircase(steps, scene, scale.end), bottom, colour, faint(colour, 0.16), 1.5)
  const x = crisp(plot.x + window.fraction(price) * plot.width)
  line(ctx, x, plot.y, x, bottom, tokens.t2, [5, 4])
  ctx.restore()
  line(ctx, plot.x, crisp(bottom), right, crisp(bottom), tokens.line2)
  paintPriceAxis(ctx, axisTicks(window, plot.width, price), plot, width, tokens, false)
}

/** Rises at each level and ends at the last one: what stands beyond it is not known. */
function staircase(steps: DepthSteps, { plot, window }: DepthScene, end: number): number[] {
  const points: number[] = []
  let before = plot.y + plot.height
  steps.price.forEach((price, i) => {
    const x = plot.x + window.fraction(price) * plot.width
    const y = plot.y + plot.height - ((steps.usd[i] as number) / end) * plot.height
    points.push(x, before, x, y)
    before = y
  })
  return points
}
