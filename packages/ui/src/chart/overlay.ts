import { formatAmount, formatFunding, formatPercent, formatPrice, formatUsd } from '../format.ts'
import { lastAtOrBefore } from './candles.ts'
import { type FundingBars, fundingAt } from './funding-series.ts'
import { type InterestLine, interestChange } from './interest-series.ts'
import type { ChartLayout, Rect } from './layout.ts'
import type { Scene } from './scene.ts'
import { niceStep } from './ticks.ts'
import { HeatTooltip, textElement } from './tooltip.ts'

const DAY = 86_400_000
const YEAR_HOURS = 365 * 24

/** Text over the canvas: pane titles with values, labels of the small panes, the last price's tag, the tooltip. */
export class ChartOverlay {
  readonly element = textElement('div', 'fl-chart-overlay')
  readonly tooltip = new HeatTooltip()
  private readonly last = textElement('div', 'fl-chart-tag fl-chart-tag-last')
  private lastY = 0
  private readonly funding = new PaneText('Funding')
  private readonly interest = new PaneText('Open interest')

  constructor() {
    this.element.append(...this.funding.elements, ...this.interest.elements, this.last, this.tooltip.element)
  }

  setLayout(layout: ChartLayout): void {
    const [funding, interest] = layout.panes
    if (funding) this.funding.place(funding, layout)
    if (interest) this.interest.place(interest, layout)
    this.last.style.left = `${layout.heat.x + layout.heat.width + 2}px`
    this.last.style.width = `${layout.axisWidth - 4}px`
  }

  /** The tag of the last price at `y`, hidden when that is outside the pane. */
  setLastPrice(price: number | null, y: number, pane: Rect): void {
    this.lastY = y
    const visible = price !== null && y >= pane.y && y <= pane.y + pane.height
    this.last.style.display = visible ? '' : 'none'
    if (!visible) return
    this.last.textContent = formatPrice(price)
    this.last.style.top = `${y}px`
  }

  /** The crosshair's own tag stands on the axis at `y` (null: nowhere); the last price's tag makes way. */
  setCrosshair(y: number | null): void {
    this.last.style.visibility = y !== null && Math.abs(y - this.lastY) < 20 ? 'hidden' : ''
  }

  /** Values of the panes at `time` (the crosshair), or the last ones. */
  setValues(scene: Scene, funding: FundingBars, interest: InterestLine, time: number): void {
    const f = fundingAt(funding, time)
    const rate = funding.rate[f]
    const hours = funding.intervalHours[f]
    if (rate === undefined || hours === undefined) this.funding.setValue('', '', '')
    else
      this.funding.setValue(
        `${trim(hours)} h ·`,
        formatFunding(rate),
        `(${formatPercent(rate * (YEAR_HOURS / hours), { sign: true })} p.a.)`,
      )

    const write = interest.unit === 'usd' ? formatUsd : formatAmount
    const i = lastAtOrBefore(interest.time, time)
    const value = i >= 0 && time - (interest.time[i] as number) <= interest.breakMs ? (interest.value[i] as number) : null
    const change = value === null ? null : interestChange(interest, i, time, DAY)
    this.interest.setValue(
      interest.unit === 'usd' ? '' : 'coins',
      value === null ? '–' : write(value),
      change === null ? '' : `(${write(change, { sign: true })} 24 h)`,
    )
    this.funding.setNote(funding.end.length === 0 ? 'No funding data' : '')
    this.interest.setNote(interest.time.length === 0 ? 'No open-interest data' : '')
    if (interest.time.length === 0) this.interest.setValue('', '', '')
    this.setAxes(scene, funding.end.length > 0, interest.time.length > 0)
  }

  /** Labels of the small panes at values that read well. */
  private setAxes(scene: Scene, hasFunding: boolean, hasInterest: boolean): void {
    const peak = hasFunding ? niceStep(scene.fundingPeak, 1.6) : 0
    const marks = peak > scene.fundingPeak ? peak / 2 : peak
    this.funding.setLabels(
      hasFunding
        ? [marks, 0, -marks].map((v) => ({ part: (v + scene.fundingPeak) / (2 * scene.fundingPeak), text: v === 0 ? '0' : shortRate(v) }))
        : [],
    )
    const { low, high, unit } = scene.interest
    const write = unit === 'usd' ? formatUsd : formatAmount
    const step = niceStep(high - low, 3.2)
    const labels: { part: number; text: string }[] = []
    for (let v = Math.ceil(low / step) * step; hasInterest && v <= high && labels.length < 3; v += step)
      labels.push({ part: (v - low) / (high - low), text: write(v) })
    // Steps finer than what a shortened number tells apart would repeat the same label.
    this.interest.setLabels(labels.filter((l, k) => k === 0 || l.text !== labels[k - 1]?.text))
  }
}

const trim = (hours: number): string => String(Number(hours.toFixed(1)))
const shortRate = (rate: number): string => formatPercent(rate, { decimals: Math.abs(rate) < 0.000_01 ? 4 : 3, sign: true })

/** Title, "no data" note and axis labels of one small pane. */
class PaneText {
  readonly elements: HTMLElement[]
  private readonly title = textElement('div', 'fl-pane-title')
  private readonly detail = textElement('span', '')
  private readonly value = textElement('b', '')
  private readonly extra = textElement('span', '')
  private readonly note = textElement('div', 'fl-pane-note')
  private readonly labels = Array.from({ length: 3 }, () => textElement('div', 'fl-pane-label'))
  private plot: Rect = { x: 0, y: 0, width: 0, height: 0 }

  constructor(name: string) {
    this.title.append(textElement('span', 'fl-pane-name', name), this.detail, this.value, this.extra)
    this.elements = [this.title, this.note, ...this.labels]
  }

  place(pane: Rect, layout: ChartLayout): void {
    const title = layout.compact ? 17 : 20
    this.plot = { ...pane, y: pane.y + title, height: pane.height - title }
    move(this.title, pane.x + 6, pane.y + 1)
    move(this.note, this.plot.x, this.plot.y)
    this.note.style.width = `${this.plot.width}px`
    this.note.style.height = `${this.plot.height}px`
    for (const label of this.labels) label.style.left = `${pane.x + pane.width + 9}px`
  }

  setValue(detail: string, value: string, extra: string): void {
    this.detail.textContent = detail
    this.value.textContent = value
    this.extra.textContent = extra
  }

  setNote(text: string): void {
    this.note.textContent = text
    this.note.style.display = text ? '' : 'none'
  }

  /** `part` 0 is the bottom, 1 the top; labels that would overlap the one before are left out. */
  setLabels(labels: readonly { part: number; text: string }[]): void {
    let above = Number.POSITIVE_INFINITY
    this.labels.forEach((element, i) => {
      const label = labels[i]
      const y = label ? this.plot.y + (1 - label.part) * this.plot.height : 0
      const visible = label !== undefined && Math.abs(above - y) >= 13 && label.part >= -0.01 && label.part <= 1.01
      element.style.display = visible ? '' : 'none'
      if (!visible) return
      element.textContent = label.text
      element.style.top = `${y}px`
      above = y
    })
  }
}

function move(element: HTMLElement, x: number, y: number): void {
  element.style.left = `${x}px`
  element.style.top = `${y}px`
}
