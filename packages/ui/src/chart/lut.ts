import { byteToUsd } from '@faultline/market/usd-scale'
import { HEAT_GAMMA, HEAT_STOPS, type Theme } from '../tokens.ts'
import { oklchRamp, type Rgb } from './oklch.ts'

/** 256 RGBA words in memory order (little-endian 0xAABBGGRR) per side; 0 is transparent. */
export interface HeatLut {
  long: Uint32Array
  short: Uint32Array
}

const RAMP = 256
const ramps = new Map<string, Uint32Array>()

/**
 * Colours of tile bytes for a threshold in USD: below `lowUsd` transparent, above `highUsd` the last colour, between
 * `((usd − low) / (high − low)) ^ γ` along the ramp. Rebuilding costs some microseconds: a handle may do it each move.
 */
export function makeHeatLut(theme: Theme, lowUsd: number, highUsd: number): HeatLut {
  const gamma = HEAT_GAMMA[theme]
  const span = Math.max(highUsd - lowUsd, Number.MIN_VALUE)
  const long = new Uint32Array(256)
  const short = new Uint32Array(256)
  const longRamp = ramp(theme, 'long')
  const shortRamp = ramp(theme, 'short')
  for (let byte = 1; byte < 256; byte++) {
    const usd = byteToUsd(byte)
    if (usd < lowUsd) continue
    const t = Math.min(1, (usd - lowUsd) / span) ** gamma
    const at = Math.round(t * (RAMP - 1))
    long[byte] = longRamp[at] as number
    short[byte] = shortRamp[at] as number
  }
  return { long, short }
}

function ramp(theme: Theme, side: 'long' | 'short'): Uint32Array {
  const key = `${theme}-${side}`
  const known = ramps.get(key)
  if (known) return known
  const made = Uint32Array.from(oklchRamp(HEAT_STOPS[theme][side], RAMP), packRgba)
  ramps.set(key, made)
  return made
}

/** Opaque, in the byte order of ImageData on little-endian machines (all that browsers run on). */
export const packRgba = ([r, g, b]: Rgb): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0
