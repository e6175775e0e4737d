/**
 * Which cells lie under which device pixel, and what a pixel column shows besides heat. Pure: no DOM, no chart library, so it runs unchanged
 * in a worker and in unit tests.
 *
 * Several cells under one pixel are combined by the maximum per side (heat-paint.ts), never by averaging and never after colouring: a single
 * hot cell must stay visible when the whole range is on screen. One cell under several pixels is repeated (nearest), so that cell borders
 * stay sharp.
 */

/**
 * Source rows of every pixel row: pixel row j shows rows [from[j], to[j]).
 * `edgeY[k]` is the pixel y of the lower edge of row `firstRow + k` (count + 1 entries), taken from the chart's own axis,
 * so linear, log and inverse axes all work. A row owns the pixel rows whose CENTRE lies inside it; a row thinner than a
 * pixel still gets the one pixel row that it falls into.
 */
export function mapRows(edgeY: Float64Array, firstRow: number, count: number, height: number, from: Int32Array, to: Int32Array): void {
  from.fill(0x7fffffff)
  to.fill(-1)
  for (let k = 0; k < count; k++) {
    const top = Math.min(edgeY[k] as number, edgeY[k + 1] as number)
    const bottom = Math.max(edgeY[k] as number, edgeY[k + 1] as number)
    if (bottom < 0 || top > height) continue
    let j0 = Math.ceil(top - 0.5)
    let j1 = Math.ceil(bottom - 0.5)
    if (j1 <= j0) {
      j0 = Math.floor((top + bottom) / 2)
      j1 = j0 + 1
    }
    j0 = Math.max(0, j0)
    j1 = Math.min(height, j1)
    const row = firstRow + k
    for (let j = j0; j < j1; j++) {
      if (row < (from[j] as number)) from[j] = row
      if (row + 1 > (to[j] as number)) to[j] = row + 1
    }
  }
}

/**
 * Source columns of every pixel column: pixel i shows columns [from[i], to[i]) of a level with `columns` columns.
 * `x0` is the fractional column at the left edge of pixel 0, `dx` the columns per pixel. All columns whose centre lies
 * under the pixel; where cells are wider than pixels, the one under the pixel's centre.
 * `end` is where the data end, in columns of this level: the last column of a mip reaches beyond it, and its centre may
 * lie outside the picture. The pixel in which the data end shows it all the same, or the newest data would be lost.
 */
export function mapColumns(x0: number, dx: number, columns: number, end: number, from: Int32Array, to: Int32Array): void {
  for (let i = 0; i < from.length; i++) {
    const a = x0 + i * dx
    const b = x0 + (i + 1) * dx
    let ca = Math.ceil(a - 0.5)
    let cb = Math.ceil(b - 0.5)
    if (cb <= ca) {
      ca = Math.floor((a + b) / 2)
      cb = ca + 1
    }
    if (a < end && b >= end - 1e-9) cb = columns
    ca = Math.max(0, ca)
    from[i] = ca
    to[i] = Math.max(ca, Math.min(columns, cb))
  }
}

/** Which cells lie under the pixels of a picture. */
export interface PixelMap {
  width: number
  height: number
  rowFrom: Int32Array
  rowTo: Int32Array
  colFrom: Int32Array
  colTo: Int32Array
  /** columns of the grid under one column that colFrom and colTo count */
  factor: number
}

export const createPixelMap = (width: number, height: number): PixelMap => ({
  width,
  height,
  rowFrom: new Int32Array(height),
  rowTo: new Int32Array(height),
  colFrom: new Int32Array(width),
  colTo: new Int32Array(width),
  factor: 1,
})

/** What a pixel column shows besides heat. */
export const PIXEL_STATE = { plain: 0, missing: 1, partial: 2 } as const

/**
 * State of every pixel column from the columns under it: `missing` when at least half of them are, `partial` when any is
 * partial or missing. Only between the first and the last column that hold data: what is before or after is not a gap. The newest
 * column is always unfinished, and is not marked.
 */
export function mapStates(state: Uint8Array, covered: { first: number; last: number }, raster: PixelMap, out: Uint8Array): void {
  const { colFrom, colTo, factor } = raster
  for (let i = 0; i < out.length; i++) {
    const a = Math.max(covered.first, (colFrom[i] as number) * factor)
    const b = Math.min(covered.last + 1, (colTo[i] as number) * factor)
    let missing = 0
    let partial = 0
    for (let c = a; c < b; c++) {
      if (state[c] === 0) missing++
      else if (state[c] === 2 && c !== covered.last) partial++
    }
    out[i] =
      b <= a || covered.first < 0
        ? PIXEL_STATE.plain
        : missing > 0 && missing * 2 >= b - a
          ? PIXEL_STATE.missing
          : missing + partial > 0
            ? PIXEL_STATE.partial
            : PIXEL_STATE.plain
  }
}

export interface HatchStyle {
  /** RGBA words; the hatch of a gap, and the band that marks partial columns */
  hatch: number
  partial: number
  /** device pixels: distance and thickness of the diagonal lines, height of the band at the bottom */
  period: number
  thickness: number
  band: number
}

/** Draws gaps as diagonal lines over the full height, and partial columns as a band along the bottom. */
export function drawStates(states: Uint8Array, raster: PixelMap, pixels: Uint32Array, style: HatchStyle): void {
  const { width, height } = raster
  for (let i = 0; i < width; i++) {
    if (states[i] === PIXEL_STATE.plain) continue
    if (states[i] === PIXEL_STATE.missing) {
      for (let j = 0; j < height; j++) pixels[j * width + i] = (i + j) % style.period < style.thickness ? style.hatch : 0
    } else {
      for (let j = Math.max(0, height - style.band); j < height; j++) pixels[j * width + i] = style.partial
    }
  }
}
