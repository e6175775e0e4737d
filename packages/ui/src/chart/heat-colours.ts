import { type Theme, TOKENS } from '../tokens.ts'
import type { HeatGridPair } from './heat-grid.ts'
import type { GapColours } from './heat-series.ts'
import { type HeatLut, type HeatStyle, makeHeatLut, packRgba, ranksOf } from './lut.ts'
import { parseHex } from './oklch.ts'
import { cellCounts, suggestThreshold, type Threshold } from './threshold.ts'

type Style = Pick<HeatStyle, 'palette' | 'scale' | 'sides'>

/** All that the colours of the heat depend on. What changes them says whether it did. */
export class HeatColours {
  private theme: Theme
  private grid: HeatGridPair | null = null
  private chosen: Threshold | null = null
  private suggested: Threshold = suggestThreshold(null)
  private style: Style = {}
  /** of the cells that are loaded; made when a scale by rank asks for them */
  private ranks: Float64Array | null = null

  constructor(theme: Theme) {
    this.theme = theme
  }

  threshold(): Threshold {
    return this.chosen ?? this.suggested
  }

  lut(): HeatLut {
    const { lowUsd, highUsd } = this.threshold()
    if (this.style.scale === 'percentile') this.ranks ??= ranksOf(cellCounts(this.grid))
    return makeHeatLut(this.theme, lowUsd, highUsd, { ...this.style, ranks: this.ranks ?? undefined })
  }

  gaps(): GapColours {
    const { line2, warn } = TOKENS[this.theme]
    return { hatch: packRgba(parseHex(line2)), partial: packRgba(parseHex(warn)) }
  }

  setTheme(theme: Theme): void {
    this.theme = theme
  }

  setGrid(grid: HeatGridPair | null): boolean {
    this.grid = grid
    this.ranks = null
    this.suggested = suggestThreshold(grid)
    return this.chosen === null || this.style.scale === 'percentile'
  }

  /** null: chosen from the data. */
  choose(threshold: Threshold | null): boolean {
    const { chosen } = this
    if (threshold?.lowUsd === chosen?.lowUsd && threshold?.highUsd === chosen?.highUsd) return false
    this.chosen = threshold
    return true
  }

  setStyle(part: Style): boolean {
    const next = { ...this.style, ...part }
    const { palette, scale, sides } = this.style
    this.style = next
    return next.palette !== palette || next.scale !== scale || next.sides !== sides
  }
}
