import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { missingIn, type Stretch, type Window } from './windows.ts'

/**
 * Tells a hole in a venue's history from its beginning, while windows are read newest first: where older candles follow it was
 * a hole, where a whole day stays empty there is nothing older.
 */
export class Beginning {
  private silence: Stretch | null = null
  private emptyMs = 0

  /** What an answered window says, of which `times` are the candles' starts: the stretches that are holes for certain. */
  look(window: Window, times: readonly number[]): Stretch[] {
    const missing = missingIn(window, times, MINUTE_MS)
    if (window.olderStored) return missing
    if (times.length === 0) {
      this.emptyMs += window.to - window.from
      this.silence = { from: window.from, to: this.silence?.to ?? window.to }
      return []
    }
    const before = this.silence
    this.emptyMs = 0
    this.silence = missing[0]?.from === window.from ? (missing.shift() ?? null) : null
    // What is missing on both sides of midnight is one hole.
    const last = missing.at(-1)
    if (!before) return missing
    if (last?.to === before.from) return [...missing.slice(0, -1), { from: last.from, to: before.to }]
    return [...missing, before]
  }

  /** A window that says nothing. */
  skip(): void {
    this.silence = null
    this.emptyMs = 0
  }

  /** Nothing older has to be asked for. */
  get certain(): boolean {
    return this.emptyMs >= DAY_MS
  }

  /** Start of the oldest candle if the last window was the last one, UTC ms; null when there may be older ones. */
  get at(): number | null {
    return this.silence?.to ?? null
  }
}
