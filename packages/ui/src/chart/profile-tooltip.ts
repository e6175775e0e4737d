import { formatPercent, formatPriceRange, formatUsd } from '../format.ts'
import type { Rect } from './layout.ts'
import { type ProfileReading, type ProfileRow, SIDES, type Side } from './profile-data.ts'
import { textElement } from './tooltip.ts'
import { WORDS } from './words.ts'

const OFFSET = 12
/** Sides with less than this are not worth a line. */
const LEAST_USD = 1

/** What one bar of the profile says. Text only. */
export class ProfileTooltip {
  readonly element = textElement('div', 'fl-tooltip fl-profile-tooltip')

  constructor() {
    this.element.setAttribute('role', 'tooltip')
    this.hide()
  }

  hide(): void {
    this.element.style.display = 'none'
  }

  /** Over or under the bar, never on it. */
  show(reading: ProfileReading, row: ProfileRow, plot: Rect): void {
    const rows = [
      line('fl-tooltip-row fl-tooltip-place', [
        textElement('span', 'fl-tooltip-time', formatPriceRange(reading.priceLow, reading.priceHigh)),
        textElement('span', '', formatPercent(reading.distance, { sign: true })),
      ]),
      textElement('div', 'fl-tooltip-rule'),
      ...SIDES.filter((side) => reading.sides[side].usd >= LEAST_USD).flatMap((side) => sideLines(side, reading.sides[side])),
    ]
    if (rows.length === 2) rows.push(textElement('div', 'fl-tooltip-note', WORDS.profile.nothing))
    this.element.replaceChildren(...rows)
    this.element.style.display = ''
    const height = this.element.offsetHeight
    const below = row.bottom + OFFSET
    const fits = below + height <= plot.y + plot.height
    this.element.style.top = `${Math.max(plot.y + 4, fits ? below : row.top - OFFSET - height)}px`
  }
}

function sideLines(side: Side, reading: ProfileReading['sides'][Side]): HTMLElement[] {
  const name = textElement('span', '')
  name.append(textElement('i', `fl-mark-${side}`), document.createTextNode(WORDS.profile.estimate[side]))
  const out = [line('fl-tooltip-row fl-tooltip-main', [name, textElement('span', 'fl-tooltip-value', formatUsd(reading.usd))])]
  if (reading.p10 !== null && reading.p90 !== null)
    out.push(pair(WORDS.profile.interval, `${formatUsd(reading.p10)} – ${formatUsd(reading.p90)}`))
  const { leverage } = reading
  leverage?.forEach((usd, i) => {
    if (usd >= LEAST_USD) out.push(pair(WORDS.profile.leverage[i] ?? '', formatUsd(usd)))
  })
  out.push(pair(WORDS.profile.toHere[side], formatUsd(reading.cumulative)))
  return out
}

const pair = (name: string, value: string): HTMLElement =>
  line('fl-tooltip-row', [textElement('span', '', name), textElement('span', '', value)])

function line(className: string, children: HTMLElement[]): HTMLElement {
  const element = textElement('div', className)
  element.append(...children)
  return element
}
