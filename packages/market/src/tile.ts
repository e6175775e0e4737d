/**
 * A tile: the display form of 256 consecutive columns of one build at one resolution. Uint8 on one fixed logarithmic USD
 * scale, longs and shorts apart, row-major from the lowest bin. A cell of a coarser resolution is the MAXIMUM of what it
 * covers, per side. A closed tile never changes.
 */

export const TILE_COLUMNS = 256

/** The scale is fixed for ever: the same byte is the same USD on every instrument. 0 means less than half a step of MIN. */
export const TILE_MIN_USD = 10
export const TILE_MAX_USD = 1e10

/** State of a column inside a tile. */
export const COLUMN_STATE = {
  /** not computed: a gap in the data, or later than the last bucket */
  missing: 0,
  /** every bucket that it covers is there */
  complete: 1,
  /** only a part of the buckets that it covers is there */
  partial: 2,
} as const

export interface Tile {
  resolutionMs: number
  /** start of the first column: index × 256 × resolutionMs */
  startTime: number
  /** lowest bin and number of rows that hold anything on either side; binCount may be 0 */
  firstBin: number
  binCount: number
  /** 256 values of COLUMN_STATE */
  columnState: Uint8Array
  /** `long[row * 256 + column]`, row 0 = firstBin */
  long: Uint8Array
  short: Uint8Array
}
