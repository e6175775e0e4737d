/**
 * One global logarithmic price grid, the same for every instrument and for ever: bin i covers [e^(i/1000), e^((i+1)/1000)),
 * so a bin is 10 bp wide at $0.000012 as at $120,000. Because the step is global, a fixed ratio of prices is a fixed
 * number of bins, and columns of different venues add up bin by bin.
 */
import { exp, ln } from './portable-math.ts'

/** Width of a bin in natural log of price: 10 bp. */
export const BIN_LOG_STEP = 0.001

/** Bins that may occur: prices from 1e-12 to 1e12. */
export const MIN_BIN = -27_632
export const MAX_BIN = 27_631

/** The bin that holds `price`. Finite and positive prices only: others give NaN. */
export function binOf(price: number): number {
  // A lower edge computed by binLowerPrice() can fall a rounding error short of the step: nudge by far less than a bin.
  return Math.floor(ln(price) / BIN_LOG_STEP + 1e-9)
}

/** Fractional bin coordinate of a price: `binOf` is its floor. */
export const binCoordinate = (price: number): number => ln(price) / BIN_LOG_STEP

export const binLowerPrice = (bin: number): number => exp(bin * BIN_LOG_STEP)
export const binUpperPrice = (bin: number): number => exp((bin + 1) * BIN_LOG_STEP)
/** Geometric centre. */
export const binCentrePrice = (bin: number): number => exp((bin + 0.5) * BIN_LOG_STEP)
