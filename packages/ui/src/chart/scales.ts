import type { TimeScale } from './custom-item.ts'
import type { Rect } from './layout.ts'
import type { PriceScale, View } from './viewport.ts'

/** Time along a plot that shows `view`. The same as the chart's own axis gives, without asking it. */
export function viewTimeScale(view: Pick<View, 'from' | 'to'>, plot: Pick<Rect, 'x' | 'width'>): TimeScale {
  const msPerPixel = (view.to - view.from) / plot.width
  return {
    toX: (time) => plot.x + (time - view.from) / msPerPixel,
    toTime: (x) => view.from + (x - plot.x) * msPerPixel,
    msPerPixel,
  }
}

export interface HeightScale {
  toY(value: number): number
  toValue(y: number): number
}

/** Values along the height of a plot, `low` at the bottom. */
export function linearHeight(low: number, high: number, plot: Pick<Rect, 'y' | 'height'>): HeightScale {
  const perValue = plot.height / (high - low)
  const bottom = plot.y + plot.height
  return { toY: (value) => bottom - (value - low) * perValue, toValue: (y) => low + (bottom - y) / perValue }
}

/** Prices along the height of the heat. */
export function priceHeight(view: Pick<View, 'priceLow' | 'priceHigh'>, plot: Pick<Rect, 'y' | 'height'>, scale: PriceScale): HeightScale {
  if (scale === 'linear') return linearHeight(view.priceLow, view.priceHigh, plot)
  const log = linearHeight(Math.log(view.priceLow), Math.log(view.priceHigh), plot)
  return { toY: (price) => log.toY(Math.log(price)), toValue: (y) => Math.exp(log.toValue(y)) }
}
