/** The ratios that a venue publishes every five minutes, counted from the positions. */
import { RATIO_KINDS } from '@faultline/market/event'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { Books } from './books.ts'

export const METRICS_MS = 5 * MINUTE_MS
/** Share of positions, by notional, that count as top traders. */
const TOP_SHARE = 0.2
/** How often the size that makes a top trader is looked up again. */
const TOP_EVERY_MS = 8 * HOUR_MS

export type RatioMeterState = { buyLots: number; sellLots: number; topLots: number }

export class RatioMeter {
  private buyLots = 0
  private sellLots = 0
  private topLots = 0

  trade(takerBuys: boolean, lots: number): void {
    if (takerBuys) this.buyLots += lots
    else this.sellLots += lots
  }

  /** Forgets the taker flow so far, as when recording starts. */
  begin(): void {
    this.buyLots = this.sellLots = 0
  }

  /** The ratios at `time`, in the order of RATIO_KINDS, and begins anew. Not finite where the denominator is empty. */
  read(time: number, books: Books): number[] {
    if (this.topLots === 0 || time % TOP_EVERY_MS === 0) this.topLots = topThreshold(books)
    const counts = { long: 0, short: 0, topLong: 0, topShort: 0, topLongLots: 0, topShortLots: 0 }
    for (let i = 0; i < books.count; i++) {
      const p = books.at(i)
      const top = p.lots >= this.topLots
      if (p.direction > 0) {
        counts.long++
        if (top) {
          counts.topLong++
          counts.topLongLots += p.lots
        }
      } else {
        counts.short++
        if (top) {
          counts.topShort++
          counts.topShortLots += p.lots
        }
      }
    }
    const ratios = {
      accounts: counts.long / counts.short,
      topAccounts: counts.topLong / counts.topShort,
      topPositions: counts.topLongLots / counts.topShortLots,
      takerVolume: this.buyLots / this.sellLots,
    }
    this.begin()
    return RATIO_KINDS.map((kind) => ratios[kind])
  }

  state(): RatioMeterState {
    return { buyLots: this.buyLots, sellLots: this.sellLots, topLots: this.topLots }
  }

  restore(state: RatioMeterState): void {
    this.buyLots = state.buyLots
    this.sellLots = state.sellLots
    this.topLots = state.topLots
  }
}

/** Size in lots from which a position belongs to the top traders. */
function topThreshold(books: Books): number {
  const sizes = new Float64Array(books.count)
  for (let i = 0; i < books.count; i++) sizes[i] = books.at(i).lots
  sizes.sort()
  return sizes[Math.floor(sizes.length * (1 - TOP_SHARE))] ?? 1
}
