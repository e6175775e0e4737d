/** How many accounts are on which side, and what the largest of them hold: kept up to date, never counted again. */
import type { Position } from './books.ts'

/** Share of positions, by size, that count as top traders. */
const TOP_SHARE = 0.2

export class Census {
  long = 0
  short = 0
  topLong = 0
  topShort = 0
  topLongLots = 0
  topShortLots = 0
  /** Size in lots from which a position belongs to the top traders; 0 before it was looked up. */
  topLots = 0

  enter(position: Position): void {
    this.count(position, 1)
  }

  leave(position: Position): void {
    this.count(position, -1)
  }

  /** Looks the size up that makes a top trader now. */
  rank(positions: readonly Position[]): void {
    const sizes = new Float64Array(positions.length)
    positions.forEach((p, i) => {
      sizes[i] = p.lots
    })
    sizes.sort()
    this.recount(positions, sizes[Math.floor(sizes.length * (1 - TOP_SHARE))] ?? 1)
  }

  recount(positions: readonly Position[], topLots: number): void {
    this.topLots = topLots
    this.long = this.short = this.topLong = this.topShort = this.topLongLots = this.topShortLots = 0
    for (const p of positions) this.count(p, 1)
  }

  private count({ direction, lots }: Position, n: 1 | -1): void {
    const top = lots >= this.topLots
    if (direction > 0) {
      this.long += n
      if (top) {
        this.topLong += n
        this.topLongLots += n * lots
      }
    } else {
      this.short += n
      if (top) {
        this.topShort += n
        this.topShortLots += n * lots
      }
    }
  }
}
