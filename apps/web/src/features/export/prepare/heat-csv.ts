/** The visible part of a heat grid as CSV: pure. */
import { binCoordinate, binLowerPrice, binOf } from '@faultline/market/price-grid'
import { COLUMN_STATE } from '@faultline/market/tile'
import { byteToUsd } from '@faultline/market/usd-scale'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import { csvLine } from './csv.ts'

/** What is on screen: times in UTC ms, prices in quote per base coin. */
export interface CsvViewport {
  from: number
  to: number
  priceLow: number
  priceHigh: number
}

/** Columns and rows of a grid that a viewport touches, `to` and `top` exclusive. */
export interface GridClip {
  from: number
  to: number
  bottom: number
  top: number
}

export const HEAT_COLUMNS = ['time', 'price_low', 'price_high', 'long_usd', 'short_usd', 'estimated', 'simulated'] as const

/** About this many lines at a time: some 250 kB, done in a few milliseconds. */
const LINES_PER_CHUNK = 4_096

export function clipGrid(grid: Omit<HeatGridPair, 'long' | 'short' | 'state'>, view: CsvViewport): GridClip {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value))
  const from = clamp(Math.floor((view.from - grid.from) / grid.resolutionMs), grid.columns)
  // prices at or below zero, which a linear axis may reach, are below all bins
  const bottom = clamp(view.priceLow > 0 ? binOf(view.priceLow) - grid.firstBin : 0, grid.bins)
  const top = view.priceHigh > 0 ? Math.ceil(binCoordinate(view.priceHigh) - 1e-9) - grid.firstBin : 0
  return {
    from,
    to: Math.max(from, clamp(Math.ceil((view.to - grid.from) / grid.resolutionMs), grid.columns)),
    bottom,
    top: Math.max(bottom, clamp(top, grid.bins)),
  }
}

/**
 * The text in parts, header first: one line per cell of the viewport that holds something, column after column, each from the lowest
 * price up. Time is the start of the column (ISO, UTC), prices are the edges of the bin, USD are those of the fixed scale of tiles (steps
 * of 8.5 %) with three digits. Columns that were not computed have no lines, and neither have cells in which nothing stands.
 */
export function* heatCsv(grid: HeatGridPair, view: CsvViewport, simulated: boolean): Generator<string> {
  yield csvLine(HEAT_COLUMNS)
  const clip = clipGrid(grid, view)
  const edges = Array.from({ length: clip.top - clip.bottom + 1 }, (_, row) => digits(binLowerPrice(grid.firstBin + clip.bottom + row), 8))
  const usd = Array.from({ length: 256 }, (_, byte) => digits(byteToUsd(byte), 3))
  let lines: string[] = []
  for (let column = clip.from; column < clip.to; column++) {
    if (grid.state[column] === COLUMN_STATE.missing) continue
    const time = new Date(grid.from + column * grid.resolutionMs).toISOString()
    for (let row = clip.bottom; row < clip.top; row++) {
      const at = row * grid.columns + column
      const [long = 0, short = 0] = [grid.long[at], grid.short[at]]
      if (long === 0 && short === 0) continue
      const edge = row - clip.bottom
      lines.push(csvLine([time, edges[edge] ?? 0, edges[edge + 1] ?? 0, usd[long] ?? 0, usd[short] ?? 0, true, simulated]))
    }
    if (lines.length < LINES_PER_CHUNK) continue
    yield lines.join('')
    lines = []
  }
  if (lines.length > 0) yield lines.join('')
}

/** Rounded to significant digits, as a number: no exponent for what a market quotes. */
const digits = (value: number, count: number): number => Number(value.toPrecision(count))
