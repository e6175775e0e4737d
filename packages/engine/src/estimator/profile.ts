import { exp } from '@faultline/market/portable-math'
import { binCoordinate, binOf } from '@faultline/market/price-grid'

/**
 * Shares of something over the price bins [first, first + length), kept as a running sum so that a stretch of it is one
 * subtraction: cumulative[i] is what lies below bin first + i; cumulative[length] = 1. One instance is filled again and again.
 */
export class Profile {
  first = 0
  length = 0
  cumulative = new Float64Array(64)

  /** Where a bar traded, were the path straight in log price: down first, then up, where it closed above its open, and the reverse. */
  fillPath(open: number, high: number, low: number, close: number): this {
    this.begin(binOf(low), binOf(high))
    const first = this.first
    if (this.length === 1) return this.end()
    const [o, h, l, c] = [
      binCoordinate(open) - first,
      binCoordinate(high) - first,
      binCoordinate(low) - first,
      binCoordinate(close) - first,
    ]
    // rising: open → low → high → close; falling: open → high → low → close
    if (close >= open) {
      this.addStretch(l, o)
      this.addStretch(c, h)
    } else {
      this.addStretch(o, h)
      this.addStretch(l, c)
    }
    this.addStretch(l, h)
    return this.end()
  }

  /** A normal distribution of log price around `centre`, cut at three deviations. `sigmaBins` is the deviation in bins. */
  fillNormal(centre: number, sigmaBins: number): this {
    const middle = binCoordinate(centre)
    this.begin(Math.floor(middle - 3 * sigmaBins), Math.floor(middle + 3 * sigmaBins))
    for (let i = 0; i < this.length; i++) {
      const z = (this.first + i + 0.5 - middle) / Math.max(sigmaBins, 0.5)
      this.cumulative[i + 1] = exp(-0.5 * z * z)
    }
    return this.end()
  }

  private begin(first: number, last: number): void {
    this.first = first
    this.length = last - first + 1
    if (this.cumulative.length <= this.length) this.cumulative = new Float64Array(2 * this.length)
    this.cumulative.fill(0, 0, this.length + 1)
  }

  /** Adds the length of [from, to] that falls into each bin; coordinates relative to `first`. */
  private addStretch(from: number, to: number): void {
    const last = this.length - 1
    const begin = Math.min(last, Math.max(0, Math.floor(from)))
    const finish = Math.min(last, Math.max(0, Math.floor(to)))
    for (let i = begin; i <= finish; i++) {
      const share = Math.min(to, i + 1) - Math.max(from, i)
      if (share > 0) this.cumulative[i + 1] = (this.cumulative[i + 1] as number) + share
    }
  }

  private end(): this {
    const c = this.cumulative
    const n = this.length
    let running = 0
    for (let i = 1; i <= n; i++) {
      running += c[i] as number
      c[i] = running
    }
    if (running > 0) for (let i = 1; i < n; i++) c[i] = (c[i] as number) / running
    c[n] = 1
    return this
  }
}
