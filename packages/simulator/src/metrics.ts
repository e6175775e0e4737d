/** The ratios that a venue publishes every five minutes, counted from the positions. */
import { RATIO_KINDS } from '@faultline/market/event'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { Books } from './books.ts'
import type { Census } from './census.ts'

export const METRICS_MS = 5 * MINUTE_MS
/** How often the size that makes a top trader is looked up again. */
const TOP_EVERY_MS = 8 * HOUR_MS

export type RatioMeterState = { buyLots: number; sellLots: number }

export class RatioMeter {
  private buyLots = 0
  private sellLots = 0

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
    if (books.census.topLots === 0 || time % TOP_EVERY_MS === 0) books.rank()
    return this.take(books.census)
  }

  /** The ratios of what was counted, and begins anew. */
  take(counts: Readonly<Census>): number[] {
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
    return { buyLots: this.buyLots, sellLots: this.sellLots }
  }

  restore(state: RatioMeterState): void {
    this.buyLots = state.buyLots
    this.sellLots = state.sellLots
  }
}
