/** What is on screen: a span of time and of price. All functions here are pure and keep within `Bounds`. */
export interface View {
  from: number
  to: number
  priceLow: number
  priceHigh: number
}

export interface Bounds extends View {
  /** the shortest span of time that may be shown, ms */
  minSpan: number
}

export type PriceScale = 'linear' | 'log'

/** Keeps a span's length where possible and its place inside the limits. */
function clampSpan(low: number, high: number, min: number, max: number): [number, number] {
  const span = Math.min(high - low, max - min)
  const start = Math.min(Math.max(low, min), max - span)
  return [start, start + span]
}

/** `factor` > 1 shows more time; `anchor` (UTC ms) stays where it is on screen. */
export function zoomTime(view: View, bounds: Bounds, anchor: number, factor: number): View {
  const span = view.to - view.from
  const next = Math.min(bounds.to - bounds.from, Math.max(bounds.minSpan, span * factor))
  const part = (anchor - view.from) / span
  const [from, to] = clampSpan(anchor - part * next, anchor - part * next + next, bounds.from, bounds.to)
  return { ...view, from, to }
}

export function panTime(view: View, bounds: Bounds, ms: number): View {
  const [from, to] = clampSpan(view.from + ms, view.to + ms, bounds.from, bounds.to)
  return { ...view, from, to }
}

const forward = (price: number, scale: PriceScale): number => (scale === 'log' ? Math.log(price) : price)
const back = (value: number, scale: PriceScale): number => (scale === 'log' ? Math.exp(value) : value)

/** Least ratio of the highest to the lowest price on screen: two 10 bp bins. */
const MIN_PRICE_RATIO = 1.002

/** `anchor` is a price. */
export function zoomPrice(view: View, bounds: Bounds, anchor: number, factor: number, scale: PriceScale): View {
  const low = forward(view.priceLow, scale)
  const high = forward(view.priceHigh, scale)
  const a = forward(anchor, scale)
  const least = forward(view.priceLow * MIN_PRICE_RATIO, scale) - low
  const span = Math.max(least, (high - low) * factor)
  const start = a - ((a - low) / (high - low)) * span
  return withPrices(view, bounds, start, start + span, scale)
}

/** `part` of the height, positive moves to higher prices. */
export function panPrice(view: View, bounds: Bounds, part: number, scale: PriceScale): View {
  const low = forward(view.priceLow, scale)
  const high = forward(view.priceHigh, scale)
  const by = part * (high - low)
  return withPrices(view, bounds, low + by, high + by, scale)
}

function withPrices(view: View, bounds: Bounds, low: number, high: number, scale: PriceScale): View {
  const [a, b] = clampSpan(low, high, forward(bounds.priceLow, scale), forward(bounds.priceHigh, scale))
  return { ...view, priceLow: back(a, scale), priceHigh: back(b, scale) }
}

/**
 * The view after new data: a visible right edge stays visible (the view moves along), anything else stays where it is.
 * A view that showed everything shows everything again, unless `history` says that the limits are more than what is shown.
 */
export function followData(view: View, before: Bounds, after: Bounds, history = false): View {
  const whole = view.from <= before.from && view.to >= before.to
  if (whole && !history) return { ...view, from: after.from, to: after.to }
  const edgeVisible = view.to >= before.to
  const shift = edgeVisible ? after.to - before.to : 0
  const [from, to] = clampSpan(view.from + shift, view.to + shift, after.from, after.to)
  return { ...view, from, to }
}
