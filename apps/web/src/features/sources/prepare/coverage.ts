/** Coverage for the eye: strips of half-hours, put together and coloured. */
import type { CoverageShare, SourceInstrument } from '../server/schema.ts'

export const CELL_MS = 1_800_000

export type CellTone = 'none' | 'whole' | 'part' | 'gap'

/** Only a whole half-hour is whole. */
export const toneOf = (share: number | null): CellTone => (share === null ? 'none' : share >= 1 ? 'whole' : share >= 0.5 ? 'part' : 'gap')

export interface Strip {
  /** UTC ms of the venue's clock */
  from: number
  cells: (number | null)[]
}

/** The mean of strips that begin at most a few cells apart: venues' clocks pass a half-hour at different moments. */
export function joinStrips(strips: readonly Strip[]): Strip | null {
  if (strips.length === 0) return null
  const from = Math.max(...strips.map((s) => s.from))
  const length = Math.max(...strips.map((s) => s.cells.length))
  const cells = Array.from({ length }, (_, i) => {
    const known = strips.flatMap((s) => s.cells[i + Math.round((from - s.from) / CELL_MS)] ?? [])
    return known.length === 0 ? null : Math.floor((known.reduce((sum, share) => sum + share, 0) / known.length) * 1000) / 1000
  })
  return { from, cells }
}

export const sumCoverage = (instruments: readonly Pick<SourceInstrument, 'coverage'>[]): CoverageShare => ({
  expectedMs: instruments.reduce((sum, i) => sum + i.coverage.expectedMs, 0),
  coveredMs: instruments.reduce((sum, i) => sum + i.coverage.coveredMs, 0),
})

/** Half-hours in which something is missing, and those of which anything is known. */
export function countCells(cells: readonly (number | null)[]): { incomplete: number; known: number } {
  const known = cells.filter((share) => share !== null)
  return { incomplete: known.filter((share) => share < 1).length, known: known.length }
}
