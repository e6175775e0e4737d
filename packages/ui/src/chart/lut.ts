import { byteToUsd } from '@faultline/market/usd-scale'
import { HEAT_GAMMA, HEAT_STOPS, SINGLE_HEAT_STOPS, type Theme } from '../tokens.ts'
import { type Lch, oklchRamp, oklchToRgb, type Rgb, rgbToOklch } from './oklch.ts'
import type { HeatScale, Palette, ShownSides } from './palette.ts'

/** 256 RGBA words in memory order (little-endian 0xAABBGGRR) per side; 0 is transparent. */
export interface HeatLut {
  long: Uint32Array
  short: Uint32Array
  /** single ramps: colours of the hatch over shorts, which tells them from longs; absent: each side has a hue of its own */
  shortHatch?: Uint32Array
  /** a side that is not shown must not cover the other one either; absent: both */
  sides?: ShownSides
}

export interface HeatStyle {
  palette?: Palette
  /** `percentile` needs `ranks` */
  scale?: HeatScale
  sides?: ShownSides
  /** per byte the share of the cells that hold no more than it stands for: `ranksOf` */
  ranks?: Float64Array
}

const RAMP = 256
const ramps = new Map<string, Uint32Array>()
/** How much lighter or darker in OKLCH the hatch over shorts is than what it lies on, at the faint and at the strong end of a ramp. */
const HATCH_LIGHTNESS = [0.12, 0.26] as const

/**
 * Colours of tile bytes for a threshold in USD: below `lowUsd` transparent, above `highUsd` the last colour, between
 * `((v − low) / (high − low)) ^ γ` along the ramp, where v is the USD, or their rank among the cells. Rebuilding costs some
 * microseconds: a handle may do it each move.
 */
export function makeHeatLut(theme: Theme, lowUsd: number, highUsd: number, style: HeatStyle = {}): HeatLut {
  const { palette = 'twin', sides = 'both', ranks } = style
  const scaled = style.scale === 'percentile' && ranks ? (usd: number, byte: number) => rankOf(ranks, usd, byte) : (usd: number) => usd
  const gamma = HEAT_GAMMA[theme]
  const low = scaled(lowUsd, byteAt(lowUsd))
  const span = Math.max(scaled(highUsd, byteAt(highUsd)) - low, Number.MIN_VALUE)
  const lut = { long: new Uint32Array(256), short: new Uint32Array(256), shortHatch: new Uint32Array(256) }
  const single = palette !== 'twin'
  const longRamp = ramp(theme, palette, 'long')
  const shortRamp = ramp(theme, palette, 'short')
  const hatchRamp = single ? ramp(theme, palette, 'hatch') : shortRamp
  for (let byte = 1; byte < 256; byte++) {
    const usd = byteToUsd(byte)
    if (usd < lowUsd) continue
    const t = Math.min(1, Math.max(0, (scaled(usd, byte) - low) / span)) ** gamma
    const at = Math.round(t * (RAMP - 1))
    if (sides !== 'short') lut.long[byte] = longRamp[at] as number
    if (sides === 'long') continue
    lut.short[byte] = shortRamp[at] as number
    lut.shortHatch[byte] = hatchRamp[at] as number
  }
  return single ? { ...lut, sides } : { long: lut.long, short: lut.short, sides }
}

/** Per byte the share of the cells that hold anything and no more than it stands for, from cells per byte; all 0 where there are none. */
export function ranksOf(counts: Float64Array): Float64Array {
  const ranks = new Float64Array(256)
  let sum = 0
  for (let byte = 1; byte < 256; byte++) {
    sum += counts[byte] as number
    ranks[byte] = sum
  }
  if (sum > 0) for (let byte = 1; byte < 256; byte++) ranks[byte] = (ranks[byte] as number) / sum
  return ranks
}

/** Last byte that stands for no more than `usd`. */
function byteAt(usd: number): number {
  let low = 0
  let high = 255
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (byteToUsd(middle) <= usd) low = middle
    else high = middle - 1
  }
  return low
}

/** Between two bytes the rank is interpolated in USD, so that a handle that moves always moves the colours. */
function rankOf(ranks: Float64Array, usd: number, byte: number): number {
  const rank = ranks[byte] as number
  if (byte >= 255) return rank
  const [a, b] = [byteToUsd(byte), byteToUsd(byte + 1)]
  return rank + ((ranks[byte + 1] as number) - rank) * Math.min(1, Math.max(0, (usd - a) / (b - a)))
}

function ramp(theme: Theme, palette: Palette, part: 'long' | 'short' | 'hatch'): Uint32Array {
  const key = `${theme}-${palette}-${part}`
  const known = ramps.get(key)
  if (known) return known
  const stops = palette === 'twin' ? HEAT_STOPS[theme][part === 'short' ? 'short' : 'long'] : SINGLE_HEAT_STOPS[palette][theme]
  const colours = oklchRamp(stops, RAMP)
  const made = Uint32Array.from(part === 'hatch' ? colours.map((colour, i) => hatchOver(colour, i / (RAMP - 1))) : colours, packRgba)
  ramps.set(key, made)
  return made
}

/** Darker over light colours and lighter over dark ones; fainter where little stands, so that the hatch makes nothing look like more. */
function hatchOver(colour: Rgb, t: number): Rgb {
  const [lightness, chroma, hue]: Lch = rgbToOklch(colour)
  const [faint, strong] = HATCH_LIGHTNESS
  const by = faint + (strong - faint) * t
  return oklchToRgb([lightness > 0.5 ? lightness - by : lightness + by, chroma, hue])
}

/** Opaque, in the byte order of ImageData on little-endian machines (all that browsers run on). */
export const packRgba = ([r, g, b]: Rgb): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0
