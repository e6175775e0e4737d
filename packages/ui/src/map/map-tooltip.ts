import { placeTooltip, textElement, tooltipRow } from '../chart/tooltip.ts'
import { formatPercent, formatPriceRange, formatUsd } from '../format.ts'
import type { PartColour } from './colours.ts'
import type { PlotRect } from './map-layout.ts'
import type { BarReading } from './reading.ts'

export interface MapTooltipWords {
  longs: string
  shorts: string
  interval: string
  runningHere: string
  none: string
  unknown: string
  estimated: string
}

/** The tooltip of a bar: built once, filled on each move; text only. */
export class MapTooltip {
  readonly element = textElement('div', 'fl-tooltip')
  private readonly range = textElement('span', '')
  private readonly distance = textElement('span', '')
  private readonly body = textElement('div', '')
  private readonly strip = textElement('div', 'fl-map-strip')
  private readonly legend = textElement('div', 'fl-tooltip-note')
  private readonly words: MapTooltipWords

  constructor(words: MapTooltipWords) {
    this.words = words
    const head = textElement('div', 'fl-tooltip-row fl-tooltip-time')
    head.append(this.range, this.distance)
    this.element.append(head, this.body, this.strip, this.legend, textElement('div', 'fl-tooltip-note', words.estimated))
    this.element.setAttribute('role', 'tooltip')
    this.hide()
  }

  hide(): void {
    this.element.style.display = 'none'
  }

  show(reading: BarReading, colours: readonly PartColour[], at: { x: number; y: number }, plot: PlotRect): void {
    const { words } = this
    this.range.textContent = formatPriceRange(reading.low, reading.high)
    this.distance.textContent = formatPercent(reading.distance, { sign: true })
    this.body.replaceChildren(
      ...reading.sides.flatMap((side) => {
        const shown = [
          tooltipRow(
            `fl-mark-${side.side}`,
            words[side.side === 'long' ? 'longs' : 'shorts'],
            side.usd > 0 ? formatUsd(side.usd) : words.none,
            true,
          ),
          tooltipRow(
            '',
            words.interval,
            side.interval ? `${formatUsd(side.interval.low)} – ${formatUsd(side.interval.high)}` : words.unknown,
            false,
          ),
        ]
        return [...shown, tooltipRow('', words.runningHere, formatUsd(side.running), false)]
      }),
    )
    const parts = reading.parts.filter((part) => part.share >= 0.005)
    this.strip.style.display = parts.length > 0 ? '' : 'none'
    this.strip.replaceChildren(
      ...parts.map((part) => {
        const piece = textElement('span', '')
        piece.style.flexGrow = String(part.share)
        piece.style.background = colours[part.index]?.[reading.main] ?? ''
        return piece
      }),
    )
    this.legend.replaceChildren(
      ...parts.map((part) => textElement('span', 'fl-map-part', `${part.name} ${formatPercent(part.share, { decimals: 0 })}`)),
    )
    this.legend.style.display = this.strip.style.display
    this.element.style.display = ''
    this.element.style.width = `${Math.min(248, plot.width - 12)}px`
    const { offsetWidth: width, offsetHeight: height } = this.element
    const place = placeTooltip(at, { width, height }, plot)
    this.element.style.transform = `translate(${Math.round(place.x)}px, ${Math.round(place.y)}px)`
  }
}
