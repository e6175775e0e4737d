/**
 * Both sides of the grid in one number per cell, for painting: what is stronger, and which side it is.
 *
 *   key = 0 for nothing, 2 × byte for longs, 2 × byte + 1 for shorts
 *
 * The larger key is the stronger side, and of two equal ones the short. Hence the maximum of some cells' keys is the key of their maxima,
 * and a pixel takes one reading and one table of 512 colours, where two grids would take two of each and a comparison.
 */
import type { HeatGridPair } from './heat-grid.ts'
import type { ShownSides } from './palette.ts'

/** Keys row by row, of the grid or of the maxima of `factor` columns of it. */
export interface KeyLevel {
  cells: Uint16Array
  columns: number
  /** columns of the grid under one column of this level */
  factor: number
  /** 1 for rows that hold anything */
  used: Uint8Array
}

type Cells = Pick<HeatGridPair, 'long' | 'short' | 'columns' | 'bins'>

/**
 * Max-mips of the keys along time, of 1, 2, 4, 16, 64 … columns, down to some hundred columns. Each level is made when it is first asked
 * for, from a finer one if there is one, else from the grid: a picture of a large grid does without the levels that it does not show.
 */
export class HeatKeys {
  private readonly grid: Cells
  private readonly sides: ShownSides
  private readonly factors: number[] = [1]
  private readonly made = new Map<number, KeyLevel>()

  constructor(grid: Cells, sides: ShownSides = 'both', leastColumns = 512) {
    this.grid = grid
    this.sides = sides
    for (let factor = 1; Math.ceil(grid.columns / factor) > leastColumns; ) {
      factor *= factor < 4 ? 2 : 4
      this.factors.push(factor)
    }
  }

  /** The coarsest level with at least one column per pixel, for `perPixel` columns of the grid under a pixel; else the grid itself. */
  at(perPixel: number): KeyLevel {
    return this.level(
      Math.max(
        0,
        this.factors.findLastIndex((factor) => factor <= perPixel),
      ),
    )
  }

  private level(index: number): KeyLevel {
    const known = this.made.get(index)
    if (known) return known
    const factor = this.factors[index] as number
    const finer = this.factors.findLastIndex((_, i) => i > 0 && i < index && this.made.has(i))
    const level = finer > 0 ? narrower(this.level(finer), this.grid.bins, factor) : keysOf(this.grid, this.sides, factor)
    this.made.set(index, level)
    return level
  }
}

/** 512 RGBA words by key from 256 per side. */
export function keyColours(long: Uint32Array, short: Uint32Array, out = new Uint32Array(512)): Uint32Array {
  for (let byte = 0; byte < 256; byte++) {
    out[2 * byte] = long[byte] as number
    out[2 * byte + 1] = short[byte] as number
  }
  out[0] = short[0] as number
  return out
}

function keysOf({ long, short, columns, bins }: Cells, sides: ShownSides, factor: number): KeyLevel {
  const narrow = Math.ceil(columns / factor)
  const cells = new Uint16Array(narrow * bins)
  const used = new Uint8Array(bins)
  for (let r = 0; r < bins; r++) {
    const longs = sides !== 'short' && raise(cells, r * narrow, long, r * columns, columns, factor, 0)
    const shorts = sides !== 'long' && raise(cells, r * narrow, short, r * columns, columns, factor, 1)
    used[r] = longs || shorts ? 1 : 0
  }
  return { cells, columns: narrow, factor, used }
}

/** Raises keys from `to` on to those of one side's bytes, the maximum of `by` (1 or even) bytes for each; whether there were any. */
function raise(keys: Uint16Array, to: number, bytes: Uint8Array, from: number, count: number, by: number, side: 0 | 1): boolean {
  let any = 0
  const whole = Math.floor(count / by)
  for (let k = 0; k <= whole; k++) {
    const start = from + k * by
    let max = 0
    if (k === whole) for (let i = start; i < from + count; i++) max = Math.max(max, bytes[i] as number)
    else if (by === 1) max = bytes[start] as number
    // By pairs: a loop over two or four single bytes takes twice as long.
    else for (let i = start; i < start + by; i += 2) max = Math.max(max, bytes[i] as number, bytes[i + 1] as number)
    if (max === 0) continue
    any = 1
    const key = 2 * max + side
    if (key > (keys[to + k] as number)) keys[to + k] = key
  }
  return any === 1
}

function narrower(wide: KeyLevel, rows: number, factor: number): KeyLevel {
  const by = factor / wide.factor
  const columns = Math.ceil(wide.columns / by)
  const cells = new Uint16Array(columns * rows)
  for (let r = 0; r < rows; r++) {
    if (wide.used[r] === 0) continue
    const end = (r + 1) * wide.columns
    for (let i = r * wide.columns, to = r * columns; i < end; to++) {
      let max = 0
      for (const stop = Math.min(end, i + by); i < stop; i++) {
        const key = wide.cells[i] as number
        if (key > max) max = key
      }
      cells[to] = max
    }
  }
  return { cells, columns, factor, used: wide.used }
}
