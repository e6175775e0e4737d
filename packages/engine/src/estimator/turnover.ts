import { exp } from '@faultline/market/portable-math'
import { DAY_MS } from '@faultline/market/units'

/**
 * Gross turnover: the share of open interest that is closed and opened anew. It cannot be told from volume and open interest alone
 * (volume/open interest per day ranges from 2 to 50 over markets), so it is tied to open interest, more where trading is
 * busier than its own running 7-day mean; how much of it per day is what the ensemble is over.
 */
const MEAN_OVER_MS = 7 * DAY_MS

export class Turnover {
  /** decayed sums of volume (base) and of the time it was traded in (ms): their ratio is the running mean, right from the first bar */
  volume = 0
  time = 0

  /** One bucket of `bucketMs` that ends `elapsedMs` after the one before. */
  observe(volume: number, bucketMs: number, elapsedMs: number): void {
    const keep = exp(-elapsedMs / MEAN_OVER_MS)
    this.volume = this.volume * keep + volume
    this.time = this.time * keep + bucketMs
  }

  /**
   * Base coin that was closed and opened anew at `perDay` while open interest went from `before` to `after` over `elapsedMs`, of which
   * `coveredMs` have known bars with `traded` volume. What trading allows bounds it: a change of hands that moves open interest can not
   * be a turnover as well, and a turnover takes an opening and a closing.
   */
  gross(perDay: number, before: number, after: number, elapsedMs: number, traded: number, coveredMs: number): number {
    if (!(coveredMs > 0 && this.volume > 0)) return 0
    const rate = traded / coveredMs
    const busy = rate / (this.volume / this.time)
    const room = Math.max(0, rate * elapsedMs - Math.abs(after - before)) / 2
    return Math.min(perDay * (elapsedMs / DAY_MS) * Math.min(before, after) * busy, room)
  }
}
