/**
 * A column: what the map held at the close of one bucket. Sparse Float32 planes over the bins of the global price grid, in
 * USD at the bin's price. Columns are the truth that readings, sums, exports and scores use; tiles are only their display.
 */

/** Planes that a column may carry. The order is part of the binary format: append only. */
export const PLANES = ['long', 'short'] as const
export type Plane = (typeof PLANES)[number]

/** Values of the bins [firstBin, firstBin + usd.length); bins outside hold nothing. May be empty (length 0). */
export interface PlaneData {
  firstBin: number
  /** USD, finite and not negative */
  usd: Float32Array
}

export interface Column {
  /** Start of the bucket. The column is what was known at its end, `bucketStart + bucketMs`. */
  bucketStart: number
  bucketMs: number
  planes: Readonly<Record<Plane, PlaneData>>
}

/** Bins below this many USD are left out of a column. */
export const COLUMN_FLOOR_USD = 1
