/** A bar of price: start in UTC ms and prices. */
export type Bar = readonly [time: number, open: number, high: number, low: number, close: number, ...rest: unknown[]]

export interface Move {
  from: number
  to: number
  /** signed ratio */
  change: number
}

/**
 * The largest moves within `maxMs`, from the open of one bar to the close of another, none of which overlaps a larger one; largest first.
 * Bars are `barMs` long, in order of time.
 */
export function largestMoves(bars: readonly Bar[], { barMs, maxMs, count }: { barMs: number; maxMs: number; count: number }): Move[] {
  const taken = new Uint8Array(bars.length)
  const chosen: Move[] = []
  while (chosen.length < count) {
    let best: (Move & { begin: number; end: number }) | null = null
    for (let end = 0; end < bars.length; end++) {
      const to = (bars[end] as Bar)[0] + barMs
      const close = (bars[end] as Bar)[4]
      for (let begin = end; begin >= 0 && !taken[begin] && to - (bars[begin] as Bar)[0] <= maxMs; begin--) {
        const change = close / (bars[begin] as Bar)[1] - 1
        if (size(change) > (best ? size(best.change) : 0)) best = { from: (bars[begin] as Bar)[0], to, change, begin, end }
      }
    }
    if (!best) break
    taken.fill(1, best.begin, best.end + 1)
    chosen.push({ from: best.from, to: best.to, change: best.change })
  }
  return chosen
}

const size = (change: number): number => Math.abs(Math.log(1 + change))
