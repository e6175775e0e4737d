/**
 * Keys to pixels in one pass, for a picture that is painted anew in every frame. Pure, like the rest of the rasteriser.
 *
 * What is read and coloured is a line: the cells under one row of pixels. Where cells are larger than pixels, a line has an entry per
 * cell, not per pixel, and rows of pixels that show the same cells share it: most of the pixels are then copies.
 */
import type { KeyLevel } from './heat-keys.ts'
import type { PixelMap } from './raster.ts'

/** Falling diagonals over what shows shorts, where both sides share a ramp: the side is never told by colour alone. */
export interface ShortsHatch {
  /** 256 RGBA words by byte */
  lut: Uint32Array
  /** device pixels between the lines, and their thickness; they stand still while the picture moves */
  period: number
  thickness: number
}

/** Fills `pixels` (width × height of the map): of several cells under a pixel the largest key, in the colour that `colours` has for it. */
export function paintCells(map: PixelMap, level: KeyLevel, colours: Uint32Array, pixels: Uint32Array, hatch?: ShortsHatch): void {
  const { width, height, rowFrom, rowTo, colFrom } = map
  const nothing = colours[0] as number
  const line = lineOf(map)
  const { left, right, perCell, first } = line
  const keys = new Uint16Array(line.entries)
  const shades = new Uint32Array(line.entries)
  let some = false
  for (let j = 0; j < height; j++) {
    const o = j * width
    const r0 = rowFrom[j] as number
    const r1 = rowTo[j] as number
    const repeated = j > 0 && rowFrom[j - 1] === r0 && rowTo[j - 1] === r1
    if (!repeated) {
      some = readLine(level, r0, r1, line, map, keys)
      if (some) shade(keys, colours, shades)
    }
    if (!some) {
      pixels.fill(nothing, o, o + width)
      continue
    }
    if (repeated && !hatch) {
      pixels.copyWithin(o, o - width, o)
      continue
    }
    pixels.fill(nothing, o, o + left)
    pixels.fill(nothing, o + right, o + width)
    if (perCell) repeat(shades, colFrom, first, left, right, pixels, o)
    else pixels.set(shades, o + left)
    if (hatch) hatchRow(j, line, map, keys, pixels, hatch)
  }
}

// Loops in functions of their own: called once per row, they are compiled after a few rows of the very first picture.
function shade(keys: Uint16Array, colours: Uint32Array, shades: Uint32Array): void {
  for (let k = 0; k < keys.length; k++) shades[k] = colours[keys[k] as number] as number
}

function repeat(shades: Uint32Array, from: Int32Array, first: number, left: number, right: number, pixels: Uint32Array, o: number): void {
  for (let i = left; i < right; i++) pixels[o + i] = shades[(from[i] as number) - first] as number
}

function hatchRow(j: number, line: Line, { width, colFrom }: PixelMap, keys: Uint16Array, pixels: Uint32Array, hatch: ShortsHatch): void {
  const { lut, period, thickness } = hatch
  for (let stroke = 0; stroke < thickness; stroke++)
    for (let i = (j + stroke) % period; i < line.right; i += period) {
      if (i < line.left) continue
      const key = keys[line.perCell ? (colFrom[i] as number) - line.first : i - line.left] as number
      if ((key & 1) === 1) pixels[j * width + i] = lut[key >> 1] as number
    }
}

interface Line {
  /** pixels [left, right) lie over the grid */
  left: number
  right: number
  /** cells are at least a pixel wide: an entry per column from `first` on; otherwise one per pixel from `left` on */
  perCell: boolean
  first: number
  entries: number
  /** columns under a pixel at most */
  widest: number
  /** per entry the first and the last column, where there is one per pixel */
  from: Int32Array
  last: Int32Array
}

function lineOf({ width, colFrom, colTo }: PixelMap): Line {
  let left = 0
  while (left < width && (colTo[left] as number) <= (colFrom[left] as number)) left++
  let right = width
  while (right > left && (colTo[right - 1] as number) <= (colFrom[right - 1] as number)) right--
  let widest = 0
  for (let i = left; i < right; i++) widest = Math.max(widest, (colTo[i] as number) - (colFrom[i] as number))
  const perCell = widest === 1
  const first = perCell ? (colFrom[left] as number) : 0
  const entries = perCell ? (colTo[right - 1] as number) - first : right - left
  return {
    left,
    right,
    perCell,
    first,
    entries,
    widest,
    from: colFrom.subarray(left, right),
    last: colTo.subarray(left, right).map((v) => v - 1),
  }
}

/** The largest key under each entry in rows [r0, r1); false, and nothing written, when these hold nothing at all. */
function readLine(level: KeyLevel, r0: number, r1: number, line: Line, { colFrom, colTo }: PixelMap, out: Uint16Array): boolean {
  const { cells, columns, used } = level
  let some = false
  for (let r = r0; r < r1; r++) {
    if (used[r] === 0) continue
    if (line.perCell) readCells(cells, r * columns + line.first, some, out)
    else if (line.widest === 2) readTwo(cells, r * columns, line.from, line.last, some, out)
    else readMany(cells, r * columns, line.left, colFrom, colTo, some, out)
    some = true
  }
  return some
}

function readCells(cells: Uint16Array, start: number, more: boolean, out: Uint16Array): void {
  if (!more) {
    out.set(cells.subarray(start, start + out.length))
    return
  }
  for (let k = 0; k < out.length; k++) {
    const key = cells[start + k] as number
    if (key > (out[k] as number)) out[k] = key
  }
}

/** One or two columns under a pixel, as where levels follow each other by halves: both ends are all there is. */
function readTwo(cells: Uint16Array, base: number, from: Int32Array, last: Int32Array, more: boolean, out: Uint16Array): void {
  const n = out.length
  if (!more)
    for (let k = 0; k < n; k++) {
      const a = cells[base + (from[k] as number)] as number
      const b = cells[base + (last[k] as number)] as number
      out[k] = Math.max(a, b)
    }
  else
    for (let k = 0; k < n; k++) {
      const a = cells[base + (from[k] as number)] as number
      const b = cells[base + (last[k] as number)] as number
      const max = Math.max(a, b)
      if (max > (out[k] as number)) out[k] = max
    }
}

function readMany(cells: Uint16Array, base: number, left: number, from: Int32Array, to: Int32Array, more: boolean, out: Uint16Array): void {
  for (let k = 0; k < out.length; k++) {
    let max = more ? (out[k] as number) : 0
    for (let c = base + (from[left + k] as number), end = base + (to[left + k] as number); c < end; c++) {
      const key = cells[c] as number
      if (key > max) max = key
    }
    out[k] = max
  }
}
