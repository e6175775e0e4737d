import { COLUMN_STATE } from '@faultline/market/tile'
import { formatPercent, formatPrice, formatPriceRange, formatTimeSpan, formatUsd, type TimeZone } from '../format.ts'
import type { HoverReading } from './heatmap-data.ts'
import type { Rect } from './layout.ts'

/** Distance to the crosshair and to the pane's edges. */
const OFFSET = 14
const EDGE = 6
const WIDTH = 248

/** A small element with text only: data never become markup. */
export function textElement(tag: string, className: string, text = ''): HTMLElement {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

/** A name with its mark (a class; `''`: none) and a value. */
export function tooltipRow(mark: string, name: string, value: string, main: boolean): HTMLElement {
  const row = textElement('div', `fl-tooltip-row${main ? ' fl-tooltip-main' : ''}`)
  const label = textElement('span', '')
  if (mark) label.append(textElement('span', mark))
  label.append(name)
  row.append(label, textElement('span', 'fl-tooltip-value', value))
  return row
}

/** The tooltip of the heat pane: built once, filled on each move. */
export class HeatTooltip {
  readonly element = textElement('div', 'fl-tooltip')
  private readonly time = textElement('div', 'fl-tooltip-time')
  private readonly range = textElement('span', '')
  private readonly distance = textElement('span', '')
  private readonly note = textElement('div', 'fl-tooltip-note')
  private readonly sides: Record<'long' | 'short', { row: HTMLElement; value: HTMLElement }>
  private readonly body = textElement('div', '')
  private readonly heights = new Map<string, number>()
  private width = 0

  constructor() {
    this.sides = { long: sideRow('long', 'Longs, est.'), short: sideRow('short', 'Shorts, est.') }
    const place = textElement('div', 'fl-tooltip-row fl-tooltip-place')
    place.append(this.range, this.distance)
    this.element.append(this.time, place, textElement('div', 'fl-tooltip-rule'), this.body, this.note)
    // Not a live region: that would talk on every move of the mouse.
    this.element.setAttribute('role', 'tooltip')
    this.hide()
  }

  hide(): void {
    this.element.style.display = 'none'
  }

  /** `x`, `y`: the crosshair; the tooltip opens on its roomier side and stays inside `pane`. */
  show(reading: HoverReading, zone: TimeZone, x: number, y: number, pane: Rect): void {
    this.fill(reading, zone)
    this.element.style.display = ''
    const width = Math.min(WIDTH, pane.width - 2 * EDGE)
    if (width !== this.width) this.element.style.width = `${width}px`
    this.width = width
    const place = placeTooltip({ x, y }, { width, height: this.heightFor(width) }, pane)
    this.element.style.transform = `translate(${Math.round(place.x)}px, ${Math.round(place.y)}px)`
  }

  /**
   * To ask an element for its height lays out the page: a millisecond at each step of a pan. Texts as long as ones before, in figures of equal
   * width, are as high as those.
   */
  private heightFor(width: number): number {
    const texts = [this.time, this.range, this.distance, this.note].map((e) => e.textContent?.length)
    const key = [width, ...texts, this.body.firstElementChild?.className].join()
    let height = this.heights.get(key)
    if (height === undefined) {
      if (this.heights.size > 200) this.heights.clear()
      height = this.element.offsetHeight
      this.heights.set(key, height)
    }
    return height
  }

  private fill(r: HoverReading, zone: TimeZone): void {
    this.time.textContent = formatTimeSpan(r.from, r.to, zone)
    this.range.textContent = formatPriceRange(r.priceLow, r.priceHigh)
    this.distance.textContent =
      r.distance === null || r.priceThen === null ? '' : `${formatPercent(r.distance, { sign: true })} from ${formatPrice(r.priceThen)}`
    // The side that the pointer is on first: shorts are liquidated above the price, longs below it.
    const main =
      (r.shortUsd ?? 0) === (r.longUsd ?? 0)
        ? (r.distance ?? 0) >= 0
          ? 'short'
          : 'long'
        : (r.shortUsd ?? 0) > (r.longUsd ?? 0)
          ? 'short'
          : 'long'
    const other = main === 'short' ? 'long' : 'short'
    for (const side of [main, other] as const) {
      const usd = side === 'long' ? r.longUsd : r.shortUsd
      const { row, value } = this.sides[side]
      value.textContent = usd === null ? '–' : usd === 0 ? 'none' : formatUsd(usd)
      row.className = `fl-tooltip-row${side === main && usd ? ' fl-tooltip-main' : ''}${usd ? '' : ' fl-tooltip-none'}`
    }
    this.body.replaceChildren(this.sides[main].row, this.sides[other].row)
    const gap = r.columnState === COLUMN_STATE.missing || r.gaps.length > 0
    this.note.classList.toggle('fl-tooltip-warn', gap || r.columnState === COLUMN_STATE.partial)
    this.note.textContent = gap
      ? gapNote(r)
      : r.columnState === COLUMN_STATE.partial
        ? 'Only part of this time span has data'
        : r.cells > 1
          ? `Highest of ${r.cells} cells under the pointer`
          : 'Estimated, not exact'
  }
}

/** Without candles there is nothing to estimate; without anything else the estimate goes on, and lacks it. */
export function gapNote({ columnState, gaps }: Pick<HoverReading, 'columnState' | 'gaps'>): string {
  const names = gaps.map(channelName).join(', ')
  return columnState === COLUMN_STATE.missing || gaps.includes('candle')
    ? `No ${names || 'data'} for this time: a gap, not a zero`
    : `Missed at this time: ${names}`
}

const PLURALS: Readonly<Record<string, string>> = { candle: 'candles', liquidation: 'liquidations', longShortRatio: 'ratios' }
/** `openInterest` → `open interest` */
const channelName = (channel: string): string => PLURALS[channel] ?? channel.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)

function sideRow(side: 'long' | 'short', label: string) {
  const row = textElement('div', 'fl-tooltip-row')
  const name = textElement('span', '')
  const value = textElement('span', 'fl-tooltip-value')
  name.append(textElement('span', `fl-mark-${side}`), label)
  row.append(name, value)
  return { row, value }
}

/**
 * Top left corner of a box of `size` beside the crosshair at `at`, inside `pane` and off the crosshair: to the side with
 * more room, above or below the horizontal line; where the pane is too narrow, above or below the pointer only.
 */
export function placeTooltip(at: { x: number; y: number }, size: { width: number; height: number }, pane: Rect): { x: number; y: number } {
  const roomLeft = at.x - pane.x - OFFSET - EDGE
  const roomRight = pane.x + pane.width - at.x - OFFSET - EDGE
  const roomAbove = at.y - pane.y - OFFSET - EDGE
  const roomBelow = pane.y + pane.height - at.y - OFFSET - EDGE
  const clampX = (x: number) => Math.max(pane.x + EDGE, Math.min(x, pane.x + pane.width - size.width - EDGE))
  const clampY = (y: number) => Math.max(pane.y + EDGE, Math.min(y, pane.y + pane.height - size.height - EDGE))
  const right = roomRight >= roomLeft
  const x = clampX(right ? at.x + OFFSET : at.x - OFFSET - size.width)
  const above = roomAbove >= size.height || roomAbove > roomBelow
  const y = clampY(above ? at.y - OFFSET - size.height : at.y + OFFSET)
  return { x, y }
}
