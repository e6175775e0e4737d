/** The map as it was known at a moment, beside what happened after it. */
import { COLUMN_STATE } from '@faultline/market/tile'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'

/**
 * The grid with nothing that was learned after `at`: columns that were closed by then stay, and those after it hold what the last of
 * them held, so that price can be seen to walk into the map that stood before it. A column that ends after `at` is not yet known.
 * A grid without any column by then is empty.
 */
export function knownAt(grid: HeatGridPair, at: number): HeatGridPair {
  const { columns, bins, resolutionMs } = grid
  const known = Math.min(columns, Math.floor((at - grid.from) / resolutionMs))
  if (known >= columns) return grid
  const long = new Uint8Array(grid.long.length)
  const short = new Uint8Array(grid.short.length)
  const state = new Uint8Array(columns)
  let last = known - 1
  while (last >= 0 && grid.state[last] === COLUMN_STATE.missing) last--
  if (last < 0) return { ...grid, long, short, state }
  state.set(grid.state.subarray(0, known))
  state.fill(COLUMN_STATE.complete, known)
  for (let row = 0; row < bins; row++) {
    const start = row * columns
    for (const [from, to] of [
      [grid.long, long],
      [grid.short, short],
    ] as const) {
      to.set(from.subarray(start, start + known), start)
      to.fill(from[start + last] as number, start + known, start + columns)
    }
  }
  return { ...grid, long, short, state }
}

/** The end of the last column that had closed by `at`, UTC ms; what a grid of `knownAt` holds after it is that column once more. */
export const knownEnd = ({ from, resolutionMs }: Pick<HeatGridPair, 'from' | 'resolutionMs'>, at: number): number =>
  from + Math.floor((at - from) / resolutionMs) * resolutionMs

/** The moments that a replay steps through: ends of columns between `from` and `to`. */
export function stepFrom(at: number, steps: number, resolutionMs: number, { from, to }: { from: number; to: number }): number {
  const next = (Math.floor(at / resolutionMs) + steps) * resolutionMs
  return Math.min(Math.floor(to / resolutionMs) * resolutionMs, Math.max(Math.ceil(from / resolutionMs) * resolutionMs, next))
}
