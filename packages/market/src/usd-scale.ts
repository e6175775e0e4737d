/**
 * The one scale of all tiles: byte 1 is $10, byte 255 is $10 billion, logarithmic, 8.5 % a step; 0 is nothing. Being fixed,
 * it makes tiles comparable over instruments and time, and no colour depends on what came later.
 */
import { TILE_MAX_USD, TILE_MIN_USD } from './tile.ts'

const STEPS = 254
const PER_STEP = Math.log(TILE_MAX_USD / TILE_MIN_USD) / STEPS

/** Nearest step; what is less than half a step under TILE_MIN_USD is 0, what is over TILE_MAX_USD is 255. Monotone. */
export function usdToByte(usd: number): number {
  if (!(usd > 0)) return 0
  const step = Math.round(Math.log(usd / TILE_MIN_USD) / PER_STEP)
  return step < 0 ? 0 : step > STEPS ? 255 : step + 1
}

/** The USD that a byte stands for (the middle of its step); 0 for 0. */
export const byteToUsd = (byte: number): number => (byte === 0 ? 0 : TILE_MIN_USD * Math.exp((byte - 1) * PER_STEP))
