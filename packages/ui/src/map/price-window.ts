/**
 * The price axis that the map and what stands under it share: which prices are shown, how they lie on the width, and the price under
 * the crosshair. Whoever draws subscribes; moving the crosshair and moving the axis are told apart, because the first is cheap.
 */
export type AxisScale = 'linear' | 'log'
export type WindowChange = 'range' | 'crosshair'

/** Narrowest range, as a ratio of its ends. */
const MIN_RATIO = 1.0004
/** What is known of a map travels within ±30 % of the price: beyond, an empty axis would look like an empty market. */
const LOWEST = 0.7
const HIGHEST = 1.3

/** The prices between a chart’s left and right edge, shared by what stands under one another; it tells who listens of every change. */
export class PriceWindow {
  low: number
  high: number
  scale: AxisScale
  /** price under the crosshair; null while there is none */
  crosshair: number | null = null
  /** somebody zoomed or dragged: the range is no longer the one that was asked for by name */
  touched = false
  private price: number
  private readonly listeners = new Set<(change: WindowChange) => void>()

  constructor(price: number, span: number, scale: AxisScale = 'linear') {
    this.price = price
    this.scale = scale
    this.low = price * (1 - span)
    this.high = price * (1 + span)
  }

  subscribe(listener: (change: WindowChange) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** ± `span` (a ratio) around `price`. */
  centre(price: number, span: number): void {
    this.price = price
    this.touched = false
    this.set(price * (1 - span), price * (1 + span))
  }

  /** A range that somebody chose. */
  show(low: number, high: number): void {
    if (!(low > 0) || !(high > low)) return
    this.touched = true
    this.set(low, high)
  }

  /** The limits move with the price; what is shown stays. */
  follow(price: number): void {
    this.price = price
  }

  setScale(scale: AxisScale): void {
    if (scale === this.scale) return
    this.scale = scale
    this.tell('range')
  }

  setCrosshair(price: number | null): void {
    if (price === this.crosshair) return
    this.crosshair = price
    this.tell('crosshair')
  }

  /** Place of a price on the width, 0 at the left end and 1 at the right one. */
  fraction(price: number): number {
    return this.scale === 'log' ? Math.log(price / this.low) / Math.log(this.high / this.low) : (price - this.low) / (this.high - this.low)
  }

  priceAt(fraction: number): number {
    return this.scale === 'log' ? this.low * (this.high / this.low) ** fraction : this.low + (this.high - this.low) * fraction
  }

  /** `factor` < 1 shows less; what lies at `fraction` of the width stays there. */
  zoom(fraction: number, factor: number): void {
    this.touched = true
    this.set(this.priceAt(fraction - fraction * factor), this.priceAt(fraction + (1 - fraction) * factor))
  }

  /** Moves by a part of the width, to higher prices when positive. */
  pan(by: number): void {
    // stops at the limits instead of getting narrower there
    const left = Math.min(0, this.fraction(this.price * LOWEST))
    const right = Math.max(0, this.fraction(this.price * HIGHEST) - 1)
    const moved = Math.min(right, Math.max(left, by))
    if (moved === 0) return
    this.touched = true
    this.set(this.priceAt(moved), this.priceAt(1 + moved))
  }

  private set(low: number, high: number): void {
    const within = (price: number) => Math.min(this.price * HIGHEST, Math.max(this.price * LOWEST, price))
    let [a, b] = [within(low), within(high)]
    if (b / a < MIN_RATIO) {
      const half = Math.sqrt(MIN_RATIO)
      const middle = Math.min((this.price * HIGHEST) / half, Math.max(this.price * LOWEST * half, Math.sqrt(a * b)))
      ;[a, b] = [middle / half, middle * half]
    }
    if (a === this.low && b === this.high) return
    this.low = a
    this.high = b
    this.tell('range')
  }

  private tell(change: WindowChange): void {
    for (const listener of this.listeners) listener(change)
  }
}
