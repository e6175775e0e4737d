import { formatAmount, formatPercent, formatUsd } from '../format.ts'
import { lastAtOrBefore } from './candles.ts'
import type { RenderItem } from './custom-item.ts'
import { hatchItem, type TimeSpan } from './hatch.ts'
import type { CandleRow, HeatmapData, OpenInterestRow } from './heatmap-data.ts'
import { breakBeyond, lineExtent, lineItems, medianStep } from './line-points.ts'
import { gapsOf, type PaneDrawing, type PaneLabel, type PaneLayer, type PaneSpan, roundLabels, type TitlePart } from './pane-layer.ts'
import { WORDS } from './words.ts'

const DAY = 86_400_000

export type InterestUnit = 'usd' | 'base'

/** Open interest ready to draw: in USD where that is known or follows from the price, else in base coin. */
export interface InterestLine {
  unit: InterestUnit
  time: Float64Array
  value: Float64Array
  base: Float64Array
  /** longer than this between two figures is a gap: the line breaks */
  breakMs: number
}

/**
 * USD as the venue gives it, else base coin × the close of the candle at that time; base coin when neither is known, or when it is asked for.
 */
export function interestLine(rows: readonly OpenInterestRow[], candles: readonly CandleRow[], wanted: InterestUnit = 'usd'): InterestLine {
  const closes = Float64Array.from(candles, (c) => c[0])
  const usdOf = ([time, base, given]: OpenInterestRow) => {
    if (given !== null) return given
    const close = candles[lastAtOrBefore(closes, time)]?.[4]
    return close === undefined ? Number.NaN : base * close
  }
  const usd = wanted === 'usd' ? rows.map(usdOf) : []
  const unit: InterestUnit = usd.length > 0 && usd.every((v) => Number.isFinite(v)) ? 'usd' : 'base'
  const time = Float64Array.from(rows, (r) => r[0])
  const base = Float64Array.from(rows, (r) => r[1])
  return { unit, time, base, value: unit === 'usd' ? Float64Array.from(usd) : base, breakMs: 4 * medianStep(time) }
}

/** Lowest and highest value over [from, to], with the figure in force at `from`; null when there is none. */
export const interestExtent = (line: InterestLine, from: number, to: number): [number, number] | null =>
  lineExtent(line.time, line.value, from, to)

/** By how much the value at figure `i` differs from the one `spanMs` before `time`; null when there was none then, or a gap. */
export function interestChange(line: InterestLine, i: number, time: number, spanMs: number): number | null {
  const before = lastAtOrBefore(line.time, time - spanMs)
  if (before < 0 || time - spanMs - (line.time[before] as number) > line.breakMs) return null
  return (line.value[i] as number) - (line.value[before] as number)
}

export class InterestLayer implements PaneLayer {
  readonly id = 'interest'
  line: InterestLine = interestLine([], [])
  private gaps: readonly TimeSpan[] = []
  private data: HeatmapData | null = null
  private unit: InterestUnit = 'usd'
  private extent = { low: 0, high: 1 }

  setData(data: HeatmapData): void {
    this.data = data
    this.gaps = gapsOf(data, 'openInterest')
    this.line = interestLine(data.openInterest, data.candles.rows, this.unit)
  }

  /** True when that changes anything. */
  setUnit(unit: InterestUnit): boolean {
    if (unit === this.unit) return false
    this.unit = unit
    if (this.data) this.setData(this.data)
    return true
  }

  empty(): boolean {
    return this.line.time.length === 0
  }

  prepare({ from, to }: PaneSpan): void {
    const [low, high] = interestExtent(this.line, from, to) ?? [0, 1]
    const margin = (high - low || high || 1) * 0.12
    this.extent = { low: Math.max(0, low - margin), high: high + margin }
  }

  scale() {
    return this.extent
  }

  title(time: number): TitlePart[] {
    const { line } = this
    if (this.empty()) return []
    const i = lastAtOrBefore(line.time, time)
    const value = i >= 0 && time - (line.time[i] as number) <= line.breakMs ? (line.value[i] as number) : null
    const change = value === null ? null : interestChange(line, i, time, DAY)
    const parts: TitlePart[] = line.unit === 'usd' ? [] : [{ text: WORDS.coins }]
    parts.push({ text: value === null ? '–' : this.write(value), tone: 'strong' })
    if (value !== null && change !== null) {
      const share = value - change > 0 ? ` · ${formatPercent(change / (value - change), { sign: true })}` : ''
      parts.push({ text: `(${this.writeAs(change, true)}${share} 24 h)` })
    }
    return parts
  }

  labels(): PaneLabel[] {
    return roundLabels(this.extent.low, this.extent.high, (value) => this.write(value))
  }

  write(value: number): string {
    return this.writeAs(value, false)
  }

  private writeAs(value: number, sign: boolean): string {
    return (this.line.unit === 'usd' ? formatUsd : formatAmount)(value, { sign })
  }

  draw({ plot, x, y, dpr, colours: c }: PaneDrawing): RenderItem[] {
    const { time, value, breakMs } = this.line
    return [
      hatchItem(this.gaps, x, plot, c.line2),
      ...lineItems(
        { time, value, breakAfter: breakBeyond(time, breakMs) },
        { x, y, plot, dpr },
        { stroke: c.t2, lineWidth: 1.25, area: c.s3 },
      ),
    ]
  }
}
