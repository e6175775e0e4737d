/**
 * Level-of-detail rasteriser. Pure: no DOM, no chart library, so it runs unchanged in a worker and in unit tests.
 *
 *   two Uint8 grids (row-major, row 0 = lowest bin) → two bytes per device pixel → RGBA through two 256-entry tables
 *
 * Several cells under one pixel are combined by MAX per side, never by averaging and never after colouring: a single hot
 * cell must stay visible when the whole range is on screen. One cell under several pixels is repeated (nearest), so that
 * cell borders stay sharp.
 */

export interface Level {
  readonly cells: Uint8Array
  readonly columns: number
  /** columns of the grid under one column of this level */
  readonly factor: number
}

/**
 * Max-mips along time, with a half, a quarter, and then each time a quarter of the columns. Rows stay, since the price axis may be log or
 * linear. With the halves at most four cells are read per pixel and row wherever grids of a screen's width up to sixteen times that are
 * shown; further up, at most eight. Together the levels take four fifths of the grid's own memory. A level's cells are made when they are
 * first read: the first picture waits for the level that it shows and those below it.
 */
export function buildLevels(cells: Uint8Array, columns: number, rows: number, minColumns = 512): Level[] {
  const levels: Level[] = [{ cells, columns, factor: 1 }]
  let last = levels[0] as Level
  while (last.columns > minColumns) {
    last = narrower(last, rows, last.factor < 4 ? 2 : 4)
    levels.push(last)
  }
  return levels
}

function narrower(wide: Level, rows: number, by: 2 | 4): Level {
  const columns = Math.ceil(wide.columns / by)
  let made: Uint8Array | null = null
  return {
    get cells() {
      made ??= maxima(wide, columns, rows, by)
      return made
    },
    columns,
    factor: wide.factor * by,
  }
}

function maxima({ cells, columns }: Level, narrow: number, rows: number, by: 2 | 4): Uint8Array {
  const out = new Uint8Array(narrow * rows)
  for (let r = 0; r < rows; r++) {
    const to = r * narrow
    const end = (r + 1) * columns
    for (let c = 0, i = r * columns; i < end; c++) {
      let max = 0
      for (const stop = Math.min(end, i + by); i < stop; i++) {
        const v = cells[i] as number
        if (v > max) max = v
      }
      out[to + c] = max
    }
  }
  return out
}

/** 1 for rows that hold anything: most rows of one side are empty, and are passed over. */
export function rowsInUse(cells: Uint8Array, columns: number, rows: number): Uint8Array {
  const used = new Uint8Array(rows)
  for (let r = 0; r < rows; r++) {
    for (let i = r * columns, end = i + columns; i < end; i++)
      if (cells[i] !== 0) {
        used[r] = 1
        break
      }
  }
  return used
}

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

/** Index of the mip for `dx` columns per pixel: the coarsest that still has two columns per pixel. */
export function levelFor(levels: readonly Level[], dx: number): number {
  let level = 0
  while (level + 1 < levels.length && dx / (levels[level + 1] as Level).factor >= 2) level++
  return level
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

/** A map, and what it shows. */
export interface Raster extends PixelMap {
  /** one byte per device pixel and side */
  long: Uint8Array
  short: Uint8Array
  /** 1 for pixel rows that may hold anything on either side; to be cleared before both sides are resampled */
  active: Uint8Array
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

export const createRaster = (width: number, height: number): Raster => ({
  ...createPixelMap(width, height),
  long: new Uint8Array(width * height),
  short: new Uint8Array(width * height),
  active: new Uint8Array(height),
})

/** Fills `values` (width × height) from one side's level by the raster's row and column maps. */
export function resample(level: Level, used: Uint8Array, raster: Raster, values: Uint8Array): void {
  const { width, height, rowFrom, rowTo, colFrom, colTo, active } = raster
  const { cells, columns } = level
  // Outside the grid a pixel has no columns; the plain loop below must not see those.
  let left = 0
  while (left < width && (colTo[left] as number) <= (colFrom[left] as number)) left++
  let right = width
  while (right > left && (colTo[right - 1] as number) <= (colFrom[right - 1] as number)) right--
  let widest = 0
  for (let i = left; i < right; i++) widest = Math.max(widest, (colTo[i] as number) - (colFrom[i] as number))

  for (let j = 0; j < height; j++) {
    const o = j * width
    const r0 = rowFrom[j] as number
    const r1 = rowTo[j] as number
    // Neighbouring pixel rows often show the same source rows (zoomed in): copy instead of computing again.
    if (j > 0 && r1 > r0 && rowFrom[j - 1] === r0 && rowTo[j - 1] === r1) {
      values.copyWithin(o, o - width, o)
      if (active[j - 1] === 1) active[j] = 1
      continue
    }
    values.fill(0, o, o + width)
    for (let r = r0; r < r1; r++) {
      if (used[r] === 0) continue
      active[j] = 1
      const base = r * columns
      if (widest === 1) {
        for (let i = left; i < right; i++) {
          const v = cells[base + (colFrom[i] as number)] as number
          if (v > (values[o + i] as number)) values[o + i] = v
        }
      } else if (widest <= 4) {
        // Up to four columns by their two ends and the neighbours of these: half the time of a loop over so few.
        for (let i = left; i < right; i++) {
          const first = base + (colFrom[i] as number)
          const last = base + (colTo[i] as number) - 1
          let max = values[o + i] as number
          const a = cells[first] as number
          if (a > max) max = a
          const d = cells[last] as number
          if (d > max) max = d
          if (first + 1 < last) {
            const b = cells[first + 1] as number
            if (b > max) max = b
            const c = cells[last - 1] as number
            if (c > max) max = c
          }
          values[o + i] = max
        }
      } else {
        for (let i = left; i < right; i++) {
          let max = values[o + i] as number
          for (let c = base + (colFrom[i] as number), end = base + (colTo[i] as number); c < end; c++) {
            const v = cells[c] as number
            if (v > max) max = v
          }
          values[o + i] = max
        }
      }
    }
  }
}

/** Bytes to pixels. The stronger side gives the colour: both ramps have the same lightness, so neither hides the other. */
export function colourise(raster: Raster, pixels: Uint32Array, longLut: Uint32Array, shortLut: Uint32Array): void {
  const { width, height, long, short, rowFrom, rowTo, active } = raster
  const nothing = shortLut[0] as number
  for (let j = 0; j < height; j++) {
    const o = j * width
    if (active[j] === 0) pixels.fill(nothing, o, o + width)
    else if (j > 0 && rowFrom[j - 1] === rowFrom[j] && rowTo[j - 1] === rowTo[j]) pixels.copyWithin(o, o - width, o)
    else
      for (let i = o, end = o + width; i < end; i++) {
        const l = long[i] as number
        const s = short[i] as number
        pixels[i] = (l > s ? longLut[l] : shortLut[s]) as number
      }
  }
}

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
