import { type Drawing, type DrawingKind, newDrawingId, pointsOf } from './drawings.ts'
import {
  type DrawingGrip,
  type DrawingPlace,
  dragDrawing,
  drawnBetween,
  HIT_SLACK,
  hitDrawing,
  type PixelPoint,
  type TextSize,
} from './drawings-geometry.ts'

/** What gestures need of the layer. */
export interface DrawingGestureHost {
  place(): DrawingPlace
  drawings(): readonly Drawing[]
  selected(): string | null
  size: TextSize
  /** shown in place of the list; null: the list again */
  preview(drawings: readonly Drawing[] | null): void
  commit(drawings: readonly Drawing[]): void
  select(id: string | null): void
  endTool(): void
  edit(drawing: Drawing): void
  leave(): void
}

type Action =
  /** `pressed`: the button is down; without it the second click is awaited */
  | { kind: 'draw'; from: PixelPoint; drawing: Drawing; pressed: boolean }
  | { kind: 'drag'; from: PixelPoint; drawing: Drawing; grip: DrawingGrip; moved: boolean }

/** Less than this many pixels is no drag. */
const SLACK = 4
/** What a press of an arrow moves, px, with Shift so many times as far. */
const ARROWS: Readonly<Record<string, PixelPoint>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}
const MANY = 10

/**
 * Drawing, selecting and dragging. The listeners come before the chart's own, and what they take for themselves does not reach those: a
 * press on a drawing moves it, a press beside it the chart.
 */
export class DrawingGestures {
  private readonly root: HTMLElement
  private readonly host: DrawingGestureHost
  private readonly listeners: readonly (readonly [string, EventListener])[]
  private tool: DrawingKind | null = null
  private readOnly = true
  private action: Action | null = null

  constructor(root: HTMLElement, host: DrawingGestureHost) {
    this.root = root
    this.host = host
    this.listeners = [
      ['pointerdown', this.onDown as EventListener],
      ['pointermove', this.onMove as EventListener],
      ['pointerup', this.onUp as EventListener],
      ['pointercancel', this.onCancel as EventListener],
      ['dblclick', this.onDoubleClick as EventListener],
      ['keydown', this.onKey as EventListener],
    ]
    for (const [type, listener] of this.listeners) root.addEventListener(type, listener, { capture: true })
  }

  detach(): void {
    for (const [type, listener] of this.listeners) this.root.removeEventListener(type, listener, { capture: true })
  }

  setTool(tool: DrawingKind | null): void {
    if (tool === this.tool) return
    this.tool = tool
    this.giveUp()
    this.root.classList.toggle('fl-drawing-on', tool !== null && !this.readOnly)
  }

  setReadOnly(readOnly: boolean): void {
    this.readOnly = readOnly
    if (readOnly) this.giveUp()
    this.root.classList.toggle('fl-drawing-on', this.tool !== null && !readOnly)
  }

  private readonly onDown = (event: PointerEvent) => {
    if (this.readOnly || event.button !== 0 || isControl(event.target)) return
    const at = this.local(event)
    if (this.action?.kind === 'draw') {
      // the second click
      take(event)
      this.action.pressed = true
      return
    }
    const { plot } = this.host.place()
    if (!inside(plot, at)) return
    if (this.tool) {
      take(event)
      this.root.focus({ preventScroll: true })
      this.root.setPointerCapture(event.pointerId)
      const drawing = drawnBetween(this.tool, at, at, this.host.place(), { id: newDrawingId(), colour: 'accent' })
      this.action = { kind: 'draw', from: at, drawing, pressed: true }
      this.host.preview([...this.host.drawings(), drawing])
      return
    }
    const hit = this.hitAt(at, event.pointerType)
    const drawing = hit && this.host.drawings().find(({ id }) => id === hit.id)
    this.host.select(hit?.id ?? null)
    if (!hit || !drawing) return
    take(event)
    this.root.focus({ preventScroll: true })
    this.root.setPointerCapture(event.pointerId)
    this.action = { kind: 'drag', from: at, drawing, grip: hit.grip, moved: false }
    this.host.leave()
  }

  private readonly onMove = (event: PointerEvent) => {
    if (this.readOnly) return
    const at = this.local(event)
    const { action, host } = this
    if (!action) {
      const over = this.tool === null && event.buttons === 0 && !isControl(event.target) && this.hitAt(at, event.pointerType) !== null
      this.root.classList.toggle('fl-drawing-over', over)
      return
    }
    event.stopImmediatePropagation()
    if (action.kind === 'draw') {
      action.drawing = { ...drawnBetween(action.drawing.kind, action.from, this.held(at), host.place(), action.drawing) }
      host.preview([...host.drawings(), action.drawing])
      return
    }
    action.moved ||= far(action.from, at)
    if (action.moved) host.preview(this.dragged(action, at))
  }

  private readonly onUp = (event: PointerEvent) => {
    const { action, host } = this
    if (!action) return
    event.stopImmediatePropagation()
    if (this.root.hasPointerCapture(event.pointerId)) this.root.releasePointerCapture(event.pointerId)
    const at = this.local(event)
    if (action.kind === 'drag') {
      this.action = null
      if (action.moved) host.commit(this.dragged(action, at))
      else host.preview(null)
      return
    }
    if (!action.pressed) return
    action.pressed = false
    // a click on the spot sets the first of two points; the next one sets the other
    if (pointsOf(action.drawing.kind) === 2 && !far(action.from, at)) return
    this.finish(at)
  }

  private finish(at: PixelPoint): void {
    const { action, host } = this
    if (action?.kind !== 'draw') return
    this.action = null
    const { kind } = action.drawing
    // a point is where it was pressed first, not where the hand slipped to
    const to = pointsOf(kind) === 2 ? this.held(at) : action.from
    const drawing = drawnBetween(kind, action.from, to, host.place(), action.drawing)
    const drawings = [...host.drawings(), drawing]
    if (kind === 'text') {
      host.preview(drawings)
      host.edit(drawing)
    } else host.commit(drawings)
    host.select(drawing.id)
    host.endTool()
  }

  private readonly onCancel = () => this.giveUp()

  private readonly onDoubleClick = (event: MouseEvent) => {
    if (this.readOnly || isControl(event.target)) return
    const hit = this.hitAt(this.local(event), 'mouse')
    const drawing = hit && this.host.drawings().find(({ id }) => id === hit.id)
    if (!drawing) return
    take(event)
    this.host.edit(drawing)
  }

  private readonly onKey = (event: KeyboardEvent) => {
    if (this.readOnly || isControl(event.target)) return
    const selected = this.host.selected()
    if (event.key === 'Escape') {
      if (this.action) this.giveUp()
      else if (this.tool) this.host.endTool()
      else if (selected !== null) this.host.select(null)
      else return
      take(event)
    } else if ((event.key === 'Delete' || event.key === 'Backspace') && selected !== null) {
      take(event)
      this.host.commit(this.host.drawings().filter(({ id }) => id !== selected))
      this.host.select(null)
    } else if (selected !== null && !event.altKey && !event.ctrlKey && !event.metaKey) this.nudge(event, selected)
  }

  /** Arrows move what is selected. */
  private nudge(event: KeyboardEvent, id: string): void {
    const by = ARROWS[event.key]
    if (!by) return
    take(event)
    const times = event.shiftKey ? MANY : 1
    const place = this.host.place()
    const moved = { x: by.x * times, y: by.y * times }
    this.host.commit(this.host.drawings().map((d) => (d.id === id ? dragDrawing(d, 'whole', { x: 0, y: 0 }, moved, place) : d)))
  }

  private giveUp(): void {
    if (!this.action) return
    this.action = null
    this.host.preview(null)
  }

  private dragged({ drawing, grip, from }: Extract<Action, { kind: 'drag' }>, at: PixelPoint): readonly Drawing[] {
    const moved = dragDrawing(drawing, grip, from, at, this.host.place())
    return this.host.drawings().map((d) => (d.id === drawing.id ? moved : d))
  }

  private hitAt(at: PixelPoint, pointer: string) {
    const place = this.host.place()
    if (this.host.drawings().length === 0 || !inside(place.plot, at)) return null
    const slack = pointer === 'mouse' ? HIT_SLACK.mouse : HIT_SLACK.touch
    return hitDrawing(this.host.drawings(), at, place, { selected: this.host.selected(), size: this.host.size, slack })
  }

  /** A second point stays on the plot. */
  private held({ x, y }: PixelPoint): PixelPoint {
    const { plot } = this.host.place()
    return { x: Math.max(plot.x, Math.min(plot.x + plot.width, x)), y: Math.max(plot.y, Math.min(plot.y + plot.height, y)) }
  }

  private local(event: MouseEvent): PixelPoint {
    const box = this.root.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
}

function take(event: Event): void {
  event.preventDefault()
  event.stopImmediatePropagation()
}

const isControl = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('button, input, textarea, [role=separator]') !== null

const far = (a: PixelPoint, b: PixelPoint): boolean => Math.hypot(a.x - b.x, a.y - b.y) >= SLACK

const inside = ({ x, y, width, height }: DrawingPlace['plot'], at: PixelPoint): boolean =>
  at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height
