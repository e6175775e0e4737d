import type { ChartLayout, PaneRect, Rect } from './layout.ts'
import { heightOf, type PaneLayer, type TitlePart } from './pane-layer.ts'
import type { PaneId } from './panes.ts'
import { textElement } from './tooltip.ts'
import { WORDS } from './words.ts'

const LABELS = 3
/** Least distance between labels of one pane. */
const LABEL_ROOM = 13

/** What a reader does to a pane with its handle, its cross or its divider. */
export interface PaneCommands {
  close(id: PaneId): void
}

/** Title, values, labels and controls of one pane, over the canvas; and the divider above it. */
export class PaneView {
  readonly id: PaneId
  readonly region = textElement('section', 'fl-pane')
  readonly divider = textElement('div', 'fl-pane-divider')
  readonly grip = button('fl-pane-grip', '⠿')
  private readonly title = textElement('div', 'fl-pane-title')
  private readonly note = textElement('div', 'fl-pane-note')
  private readonly labels = Array.from({ length: LABELS }, () => new MovedText('fl-pane-label'))
  private readonly parts: { element: HTMLElement; text: string; tone: string }[] = []
  private plot: Rect = { x: 0, y: 0, width: 0, height: 0 }
  private top = 0

  constructor(id: PaneId, commands: PaneCommands) {
    this.id = id
    const { name, none } = WORDS.panes[id]
    this.region.setAttribute('role', 'region')
    this.region.setAttribute('aria-label', name)
    this.region.dataset.pane = id
    this.grip.setAttribute('aria-label', WORDS.move(name))
    this.grip.title = WORDS.moveHelp
    const close = button('fl-pane-close', '×')
    close.setAttribute('aria-label', WORDS.close(name))
    close.addEventListener('click', () => commands.close(id))
    this.note.textContent = none
    this.title.append(this.grip, textElement('span', 'fl-pane-name', name))
    this.region.append(this.title, close, this.note, ...this.labels.map((l) => l.element))
    this.divider.setAttribute('role', 'separator')
    this.divider.setAttribute('aria-orientation', 'horizontal')
    this.divider.setAttribute('aria-label', WORDS.divider(name))
    this.divider.tabIndex = 0
  }

  place(pane: PaneRect, plot: Rect, layout: ChartLayout): void {
    this.plot = plot
    this.top = pane.y
    put(this.region, pane)
    put(this.divider, { x: pane.x, y: pane.y - layout.gap, width: pane.width, height: layout.gap })
    this.note.style.top = `${plot.y - pane.y}px`
    this.note.style.height = `${plot.height}px`
    const most = Math.round(pane.height + layout.heat.height)
    this.divider.setAttribute('aria-valuenow', String(Math.round(pane.height)))
    this.divider.setAttribute('aria-valuemin', String(layout.leastPane))
    this.divider.setAttribute('aria-valuemax', String(most))
  }

  /** Words and labels of what is on screen; writes to the page only what differs. */
  show(layer: PaneLayer, title: readonly TitlePart[]): void {
    this.note.style.display = layer.empty() ? '' : 'none'
    this.setTitle(title)
    const y = heightOf(layer, this.plot)
    const labels = layer.empty() ? [] : spaced(layer.labels().map(({ value, text }) => ({ text, at: y.toY(value) })))
    this.labels.forEach((moved, i) => {
      const { text = null, at = 0 } = labels[i] ?? {}
      const within = at >= this.plot.y - 1 && at <= this.plot.y + this.plot.height + 1
      moved.set(within ? text : null, this.plot.width + 9, at - this.top)
    })
  }

  private setTitle(title: readonly TitlePart[]): void {
    while (this.parts.length < title.length) {
      const element = textElement('span', '')
      this.title.append(element)
      this.parts.push({ element, text: '', tone: '' })
    }
    this.parts.forEach((part, i) => {
      const { text = '', tone = '' } = title[i] ?? {}
      if (part.text !== text) part.element.textContent = text
      if (part.tone !== tone) part.element.className = tone && `fl-pane-${tone}`
      part.text = text
      part.tone = tone
    })
  }
}

/** Where all labels find no room, the first and the last; where even those do not, the first. */
function spaced<T extends { at: number }>(labels: readonly T[]): readonly T[] {
  const ends = labels.length > 2 ? [labels[0] as T, labels[labels.length - 1] as T] : labels
  const roomy = (some: readonly T[]) => some.every((l, i) => i === 0 || Math.abs(l.at - (some[i - 1] as T).at) >= LABEL_ROOM)
  return roomy(labels) ? labels : roomy(ends) ? ends : labels.slice(0, 1)
}

/** Text that is moved by a transform; the page hears of it only when it changes. */
export class MovedText {
  readonly element: HTMLElement
  private text: string | null = ''
  private x = Number.NaN
  private y = Number.NaN

  constructor(className: string) {
    this.element = textElement('div', className)
  }

  /** null hides it; `x`, `y`: left and middle */
  set(text: string | null, x: number, y: number): void {
    if (text !== this.text) {
      if (text === null || this.text === null) this.element.style.display = text === null ? 'none' : ''
      if (text !== null) this.element.textContent = text
      this.text = text
    }
    if (text === null || (x === this.x && y === this.y)) return
    this.element.style.transform = `translate(${x}px, ${y}px) translateY(-50%)`
    this.x = x
    this.y = y
  }
}

function button(className: string, text: string): HTMLButtonElement {
  const element = document.createElement('button')
  element.type = 'button'
  element.className = `fl-pane-button ${className}`
  element.textContent = text
  return element
}

export function put(element: HTMLElement, r: Rect): void {
  Object.assign(element.style, { left: `${r.x}px`, top: `${r.y}px`, width: `${r.width}px`, height: `${r.height}px` })
}
