/**
 * Cells to pixels in one pass, for a picture that is painted anew in every frame. Pure, like the rest of the rasteriser.
 *
 * What is read and coloured is a line: the cells under one row of pixels, both sides. Where cells are larger than pixels, a line has an
 * entry per cell, not per pixel, and rows of pixels that show the same cells share it: most of the pixels are then copies.
 */
import type { ShownSides } from './palette.ts'
import type { Level, PixelMap } from './raster.ts'

/** One side of the grid at the level that the map's columns count. */
export interface PaintedSide {
  level: Level
  /** 1 for rows that hold anything */
  used: Uint8Array
}

/** 256 RGBA words per side; `HeatLut`, and where the hatch over shorts lies. */
export interface PaintColours {
  long: Uint32Array
  short: Uint32Array
  sides?: ShownSides
  /** falling diagonals over what shows shorts, where both sides share a ramp: the side is never told by colour alone */
  shortHatch?: Uint32Array
  /** device pixels between the lines, and their thickness; they stand still while the picture moves */
  hatch?: { period: number; thickness: number }
}

/**
 * Fills `pixels` (width × height of the map). Several cells under a pixel count by their maximum per side, and the stronger side gives the
 * colour: both ramps have the same lightness, so neither hides the other. With one side shown, that side alone.
 */
export function paintCells(map: PixelMap, long: PaintedSide, short: PaintedSide, colours: PaintColours, pixels: Uint32Array): void {
  const { width, height, rowFrom, rowTo, colFrom, colTo } = map
  const { sides = 'both' } = colours
  const nothing = (sides === 'long' ? colours.long : colours.short)[0] as number
  const line = lineOf(map)
  const { left, right, entries, entry } = line
  const longs = new Uint8Array(entries)
  const shorts = new Uint8Array(entries)
  const shades = new Uint32Array(entries)
  const longAlone = Uint32Array.from(colours.long)
  longAlone[0] = nothing
  let hasLong = false
  let hasShort = false
  for (let j = 0; j < height; j++) {
    const o = j * width
    const r0 = rowFrom[j] as number
    const r1 = rowTo[j] as number
    const repeated = j > 0 && rowFrom[j - 1] === r0 && rowTo[j - 1] === r1
    if (!repeated) {
      hasLong = sides !== 'short' && readLine(long, r0, r1, line, colFrom, colTo, longs)
      hasShort = sides !== 'long' && readLine(short, r0, r1, line, colFrom, colTo, shorts)
      if (hasLong && hasShort)
        for (let k = 0; k < entries; k++) {
          const l = longs[k] as number
          const s = shorts[k] as number
          shades[k] = (l > s ? colours.long[l] : colours.short[s]) as number
        }
      else if (hasLong) for (let k = 0; k < entries; k++) shades[k] = longAlone[longs[k] as number] as number
      else if (hasShort) for (let k = 0; k < entries; k++) shades[k] = colours.short[shorts[k] as number] as number
    }
    const hatched = hasShort && colours.shortHatch !== undefined && colours.hatch !== undefined
    if (!hasLong && !hasShort) pixels.fill(nothing, o, o + width)
    else if (repeated && !hatched) pixels.copyWithin(o, o - width, o)
    else {
      if (left > 0) pixels.fill(nothing, o, o + left)
      if (right < width) pixels.fill(nothing, o + right, o + width)
      if (line.perCell) for (let i = left; i < right; i++) pixels[o + i] = shades[entry[i] as number] as number
      else pixels.set(shades, o + left)
    }
    if (!hatched) continue
    const { period, thickness } = colours.hatch as { period: number; thickness: number }
    const hatchLut = colours.shortHatch as Uint32Array
    for (let stroke = 0; stroke < thickness; stroke++)
      for (let i = (j + stroke) % period; i < right; i += period) {
        if (i < left) continue
        const k = entry[i] as number
        const s = shorts[k] as number
        if (s > 0 && !(hasLong && (longs[k] as number) > s)) pixels[o + i] = hatchLut[s] as number
      }
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
  /** entry of every pixel from left to right */
  entry: Int32Array
  /** columns under a pixel at most */
  widest: number
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
  const entry = new Int32Array(width)
  for (let i = left; i < right; i++) entry[i] = perCell ? (colFrom[i] as number) - first : i - left
  return { left, right, perCell, first, entries, entry, widest }
}

/** The highest byte under each entry in rows [r0, r1); false, and nothing written, when these hold nothing at all. */
function readLine({ level, used }: PaintedSide, r0: number, r1: number, line: Line, from: Int32Array, to: Int32Array, out: Uint8Array) {
  const { cells, columns } = level
  let some = false
  for (let r = r0; r < r1; r++) {
    if (used[r] === 0) continue
    if (line.perCell) readCells(cells, r * columns + line.first, some, out)
    else if (line.widest <= 4) readFew(cells, r * columns, line, from, to, some, out)
    else readMany(cells, r * columns, line, from, to, some, out)
    some = true
  }
  return some
}

function readCells(cells: Uint8Array, start: number, more: boolean, out: Uint8Array): void {
  if (!more) {
    out.set(cells.subarray(start, start + out.length))
    return
  }
  for (let k = 0; k < out.length; k++) {
    const v = cells[start + k] as number
    if (v > (out[k] as number)) out[k] = v
  }
}

/** Up to four columns by their two ends and the neighbours of these: half the time of a loop over so few. */
function readFew(cells: Uint8Array, base: number, line: Line, from: Int32Array, to: Int32Array, more: boolean, out: Uint8Array): void {
  const { left, entries } = line
  for (let k = 0; k < entries; k++) {
    const first = base + (from[left + k] as number)
    const last = base + (to[left + k] as number) - 1
    let max = more ? (out[k] as number) : 0
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
    out[k] = max
  }
}

function readMany(cells: Uint8Array, base: number, line: Line, from: Int32Array, to: Int32Array, more: boolean, out: Uint8Array): void {
  const { left, entries } = line
  for (let k = 0; k < entries; k++) {
    let max = more ? (out[k] as number) : 0
    for (let c = base + (from[left + k] as number), end = base + (to[left + k] as number); c < end; c++) {
      const v = cells[c] as number
      if (v > max) max = v
    }
    out[k] = max
  }
}

/** The highest byte of one side under pixel (i, j). */
export function byteAt({ level, used }: PaintedSide, map: PixelMap, i: number, j: number): number {
  const { cells, columns } = level
  let max = 0
  for (let r = map.rowFrom[j] as number, end = map.rowTo[j] as number; r < end; r++) {
    if (used[r] === 0) continue
    for (let c = r * columns + (map.colFrom[i] as number), stop = r * columns + (map.colTo[i] as number); c < stop; c++)
      max = Math.max(max, cells[c] as number)
  }
  return max
}
