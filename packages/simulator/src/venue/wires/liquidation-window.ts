/** Which liquidations of an instrument a venue tells of, and when: all at once, or the latest few of each second at its end. */
import { SECOND_MS } from '@faultline/market/units'
import type { ForcedTick, Tick } from '../venue-market.ts'

export const isForced = (tick: Tick): tick is ForcedTick => tick.type === 'forced'

export interface ToldLiquidations {
  time: number
  orders: readonly ForcedTick[]
}

export class LiquidationWindow {
  private readonly perSecond: number | null
  /** of a second that has not ended */
  private waiting: ForcedTick[] = []

  /** @param perSecond null: all are told */
  constructor(perSecond: number | null) {
    this.perSecond = perSecond
  }

  /**
   * Takes liquidations up to `to` and gives what is told by then, in order of time.
   * @param gatherMs where all are told: those of each stretch of this length together, at its end; 0: each moment's at once
   */
  told(orders: readonly ForcedTick[], to: number, gatherMs = 0): ToldLiquidations[] {
    const stretch = this.perSecond === null ? gatherMs : SECOND_MS
    const all = [...this.waiting, ...orders]
    this.waiting = []
    const groups = new Map<number, ForcedTick[]>()
    for (const order of all) {
      const time = stretch === 0 ? order.time : (Math.floor(order.time / stretch) + 1) * stretch
      if (time > to) this.waiting.push(order)
      else groups.set(time, [...(groups.get(time) ?? []), order])
    }
    return Array.from(groups, ([time, group]) => ({ time, orders: this.perSecond === null ? group : group.slice(-this.perSecond) }))
  }
}
