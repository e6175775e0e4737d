import { formatClock, formatDay, formatPercent, formatPriceRange, formatUsd, type TimeZone } from '../format.ts'
import type { BreakoutMark, ClusterLabel, HeatmapData } from './heatmap-data.ts'
import type { ChartLayout, Rect } from './layout.ts'
import { LABEL_HEIGHT, LEADER, type Place, placeBreakouts, placeLabels, placeSweeps } from './mark-places.ts'
import type { ShownSides } from './palette.ts'
import { priceHeight, viewTimeScale } from './scales.ts'
import { type Sweep, sweepsOf } from './sweeps.ts'
import { textElement } from './tooltip.ts'
import type { PriceScale, View } from './viewport.ts'
import { WORDS } from './words.ts'

const MOST_LABELS = { regular: 8, compact: 4 }
const MOST_SWEPT = { regular: 6, compact: 3 }
/** Between a label and the plot's right edge, and how wide one is taken to be. */
const EDGE = 4
const LABEL_WIDTH = 136

/** What the marks of one frame need. */
export interface MarkFrame {
  view: View
  scale: PriceScale
  layout: ChartLayout
  zone: TimeZone
  /** what is less is not drawn as heat, and no dense level */
  leastUsd: number
}

/**
 * Labels of the largest clusters at the right edge, swept levels and breakouts. Elements with text over the canvas: some dozens that are
 * moved in the frame in which the chart is drawn, and cost less than a canvas of the plot's size of their own.
 */
export class MarkOverlay {
  readonly element = textElement('div', 'fl-marks')
  private readonly moment = textElement('div', 'fl-moment')
  private readonly labels: Pool<ClusterLabel>
  private readonly swept: Pool<Sweep>
  private readonly breakouts: Pool<BreakoutMark>
  private data: HeatmapData | null = null
  private sweeps: Sweep[] = []
  private sides: ShownSides = 'both'
  private visible = true
  private zone: TimeZone = 'utc'

  constructor() {
    // The same stands in tables, where it can be walked; words that move with the view would only disturb.
    this.element.setAttribute('aria-hidden', 'true')
    this.element.append(this.moment)
    // In the order in which they are stacked: labels lie over marks.
    this.breakouts = new Pool(
      this.element,
      () => markElement('fl-breakout', ['fl-breakout-shape']),
      (e, mark) => this.writeBreakout(e, mark),
    )
    this.swept = new Pool(this.element, () => markElement('fl-swept', ['fl-swept-diamond', 'fl-swept-text']), writeSwept)
    this.labels = new Pool(
      this.element,
      () => markElement('fl-cluster', ['fl-cluster-leader', 'fl-cluster-text']),
      writeLabel,
      ' translate(-100%, -50%)',
    )
  }

  setData(data: HeatmapData): void {
    const before = this.data
    this.data = data
    if (before?.heat === data.heat && before?.candles.rows === data.candles.rows) return
    this.sweeps = data.heat ? sweepsOf(data.heat, data.candles) : []
  }

  /** Takes effect with the next `place`. */
  setSides(sides: ShownSides): void {
    this.sides = sides
  }

  /** With the heat, marks of it go. Takes effect with the next `place`. */
  setVisible(visible: boolean): void {
    this.visible = visible
  }

  /** Moves everything to where it is in this view. */
  place(frame: MarkFrame): void {
    const { data } = this
    const { view, layout } = frame
    if (frame.zone !== this.zone) this.breakouts.forget()
    this.zone = frame.zone
    this.placeMoment(view, layout.heat)
    if (!data || !this.visible) {
      for (const pool of [this.labels, this.swept, this.breakouts]) pool.show([])
      return
    }
    const plot = layout.heat
    const place: Place = { toX: viewTimeScale(view, plot).toX, toY: priceHeight(view, plot, frame.scale).toY }
    const size = layout.compact ? 'compact' : 'regular'
    const ofSide = <T extends { side: 'long' | 'short' }>(items: readonly T[]): readonly T[] =>
      this.sides === 'both' ? items : items.filter((item) => item.side === this.sides)
    // Clusters are those of the newest column: with another end of history in view they would be read off the wrong one.
    const showsNewest = view.to > data.lastBucket
    const labels = showsNewest ? placeLabels(ofSide(data.clusters ?? []), place, plot, MOST_LABELS[size]) : []
    const right = plot.x + plot.width - EDGE
    this.labels.show(labels.map(({ label, y }) => ({ item: label, x: right, y })))
    const kept: Rect[] = labels.map(({ y }) => ({
      x: right - LABEL_WIDTH,
      y: y - LABEL_HEIGHT / 2,
      width: LABEL_WIDTH,
      height: LABEL_HEIGHT,
    }))
    const sweeps = placeSweeps(ofSide(this.inTime(view)), place, plot, {
      words: sweptWords,
      kept,
      most: MOST_SWEPT[size],
      leastUsd: frame.leastUsd,
    })
    this.swept.show(
      sweeps.map(({ sweep, x, y, box }) => ({ item: sweep, x, y, part: { x: box.x + box.width / 2 - x, y: box.y + box.height / 2 - y } })),
    )
    kept.push(...sweeps.flatMap(({ x, y, box }) => [box, { x: x - 6, y: y - 6, width: 12, height: 12 }]))
    this.breakouts.show(placeBreakouts(ofSide(data.breakouts ?? []), place, plot, { kept }).map(({ mark, x, y }) => ({ item: mark, x, y })))
  }

  /** The line between what was known and what happened after. */
  private placeMoment(view: View, plot: Rect): void {
    const moment = this.data?.moment
    const shown = moment !== undefined && moment > view.from && moment < view.to
    this.moment.style.display = shown ? '' : 'none'
    if (!shown) return
    const x = Math.round(viewTimeScale(view, plot).toX(moment))
    Object.assign(this.moment.style, { left: `${x}px`, top: `${plot.y}px`, height: `${plot.height}px` })
  }

  /** Sweeps are ascending in time. */
  private inTime({ from, to }: View): Sweep[] {
    const first = this.sweeps.findIndex((s) => s.time >= from)
    if (first < 0) return []
    let last = first
    while (last < this.sweeps.length && (this.sweeps[last] as Sweep).time <= to) last++
    return this.sweeps.slice(first, last)
  }

  private writeBreakout(element: HTMLElement, mark: BreakoutMark): void {
    element.dataset.side = mark.side
    const shape = element.firstElementChild as HTMLElement
    shape.dataset.shape = mark.side === 'short' ? 'up' : 'down'
    element.title = WORDS.marks.breakout({
      usd: formatUsd(mark.usd),
      side: mark.side,
      prices: formatPriceRange(mark.lowPrice, mark.highPrice),
      time: `${formatDay(mark.time, this.zone)} ${formatClock(mark.time, this.zone)}`,
    })
  }
}

const sweptWords = (sweep: Sweep): string => WORDS.marks.swept(formatUsd(sweep.usd))

function writeSwept(element: HTMLElement, sweep: Sweep): void {
  element.dataset.side = sweep.side
  const [diamond, words] = element.children as unknown as [HTMLElement, HTMLElement]
  diamond.dataset.shape = 'diamond'
  words.textContent = sweptWords(sweep)
}

function writeLabel(element: HTMLElement, label: ClusterLabel): void {
  element.dataset.side = label.side
  const [leader, box] = element.children as unknown as [HTMLElement, HTMLElement]
  leader.style.width = `${LEADER}px`
  box.replaceChildren(
    textElement('i', `fl-mark-${label.side}`),
    textElement('b', '', formatUsd(label.usd)),
    textElement('span', 'fl-cluster-side', label.side === 'long' ? WORDS.longs : WORDS.shorts),
    textElement('span', '', formatPercent(label.distance, { sign: true })),
  )
}

function markElement(className: string, parts: readonly string[]): HTMLElement {
  const element = textElement('div', className)
  element.append(...parts.map((part) => textElement('span', part)))
  return element
}

interface Placed<T> {
  item: T
  x: number
  y: number
  /** of the last part, from there */
  part?: { x: number; y: number }
}

/** Elements that are kept and moved; an element that shows an item goes on showing it, so that text is written once. */
class Pool<T> {
  private readonly elements: { element: HTMLElement; item: T | null; shown: boolean }[] = []
  private readonly parent: HTMLElement
  private readonly make: () => HTMLElement
  private readonly write: (element: HTMLElement, item: T) => void
  private readonly anchor: string

  constructor(parent: HTMLElement, make: () => HTMLElement, write: (element: HTMLElement, item: T) => void, anchor = '') {
    this.anchor = anchor
    this.parent = textElement('div', '')
    parent.append(this.parent)
    this.make = make
    this.write = write
  }

  /** Texts are written anew with the next `show`. */
  forget(): void {
    for (const entry of this.elements) entry.item = null
  }

  show(placed: readonly Placed<T>[]): void {
    const free = new Set(this.elements)
    const same = placed.map(({ item }) => {
      const entry = this.elements.find((e) => e.item === item)
      if (entry) free.delete(entry)
      return entry
    })
    const spare = [...free]
    placed.forEach(({ item, x, y, part }, i) => {
      const entry = same[i] ?? spare.pop() ?? this.add()
      free.delete(entry)
      if (entry.item !== item) {
        entry.item = item
        this.write(entry.element, item)
      }
      entry.element.style.transform = `translate(${round(x)}px, ${round(y)}px)${this.anchor}`
      if (part)
        (entry.element.lastElementChild as HTMLElement).style.transform =
          `translate(${round(part.x)}px, ${round(part.y)}px) translate(-50%, -50%)`
      if (!entry.shown) entry.element.style.display = ''
      entry.shown = true
    })
    for (const entry of free) {
      if (entry.shown) entry.element.style.display = 'none'
      entry.shown = false
    }
  }

  private add() {
    const entry = { element: this.make(), item: null as T | null, shown: true }
    this.parent.append(entry.element)
    this.elements.push(entry)
    return entry
  }
}

/** Half pixels are enough, and short strings. */
const round = (v: number): number => Math.round(v * 2) / 2
