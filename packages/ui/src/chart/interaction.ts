import type { ChartLayout, Rect } from './layout.ts'
import { priceHeight, viewTimeScale } from './scales.ts'
import { type Bounds, type PriceScale, panPrice, panTime, type View, zoomPrice, zoomTime } from './viewport.ts'

/** What gestures need of the chart. */
export interface InteractionHost {
  layout(): ChartLayout
  view(): View
  bounds(): Bounds
  scale(): PriceScale
  /** painted with the next frame, so that several events of one frame cost one paint */
  requestView(view: View): void
  resetView(): void
  /** the default price range for what is on screen */
  resetPrices(): void
  hover(x: number, y: number): void
  leave(): void
  /** a click pins the crosshair, the next one frees it */
  click(x: number, y: number): void
}

type Zone = 'heat' | 'pane' | 'price-axis' | 'time-axis' | 'none'

interface Point {
  x: number
  y: number
}

const WHEEL_SPEED = 0.0016
const AXIS_DRAG_SPEED = 0.006
/** A finger that rests this long, ms, moves the crosshair instead of the picture. */
const LONG_PRESS = 400
/** Less than this many pixels is no drag. */
const MOUSE_SLACK = 3
const TOUCH_SLACK = 8
/** Fingers nearer to each other than this do not say how far they were spread. */
const LEAST_SPREAD = 10
const CURSORS: Record<Zone, string> = {
  heat: 'crosshair',
  pane: 'crosshair',
  'price-axis': 'ns-resize',
  'time-axis': 'ew-resize',
  none: 'default',
}

/**
 * Mouse, wheel and touch: wheel zooms time at the pointer, Shift + wheel price; drag pans; a drag on an axis scales it; two fingers beside
 * each other zoom time, above each other price; a long press moves the crosshair; a click pins it; double click resets. Returns a function
 * that takes all listeners off again.
 */
export function attachInteraction(root: HTMLElement, host: InteractionHost): () => void {
  const gestures = new Gestures(root, host)
  const listeners = [
    ['wheel', gestures.onWheel],
    ['pointerdown', gestures.onDown],
    ['pointermove', gestures.onMove],
    ['pointerup', gestures.onUp],
    ['pointercancel', gestures.onCancel],
    ['pointerleave', gestures.onLeave],
    ['dblclick', gestures.onDoubleClick],
    ['touchmove', gestures.onTouchMove],
  ] as const
  for (const [type, listener] of listeners) root.addEventListener(type, listener as EventListener, { passive: false })
  return () => {
    gestures.stop()
    for (const [type, listener] of listeners) root.removeEventListener(type, listener as EventListener)
  }
}

class Gestures {
  private readonly pointers = new Map<number, Point>()
  private drag: (Point & { zone: Zone; view: View; moved: boolean }) | null = null
  private pinch: { axis: 'x' | 'y'; spread: number; anchor: number; view: View } | null = null
  /** true from a long press until the finger is lifted */
  private pointing = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly root: HTMLElement
  private readonly host: InteractionHost

  constructor(root: HTMLElement, host: InteractionHost) {
    this.root = root
    this.host = host
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  readonly onWheel = (event: WheelEvent) => {
    const { host } = this
    const at = this.local(event)
    const zone = zoneAt(host.layout(), at)
    if (zone === 'none') return
    event.preventDefault()
    // With Shift some browsers turn the wheel sideways.
    const delta = (event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1)
    const factor = Math.exp(Math.max(-240, Math.min(240, delta)) * WHEEL_SPEED)
    const view = host.view()
    const price = event.shiftKey || zone === 'price-axis'
    host.requestView(
      price
        ? zoomPrice(view, host.bounds(), this.priceAt(at.y, view), factor, host.scale())
        : zoomTime(view, host.bounds(), this.timeAt(at.x, view), factor),
    )
  }

  readonly onDown = (event: PointerEvent) => {
    if (event.button !== 0 || ofControl(event)) return
    const at = this.local(event)
    this.pointers.set(event.pointerId, at)
    clearTimeout(this.timer)
    const zone = zoneAt(this.host.layout(), at)
    if (this.pointers.size === 2) this.startPinch()
    else if (zone !== 'none') {
      this.drag = { zone, ...at, view: this.host.view(), moved: false }
      this.root.setPointerCapture(event.pointerId)
      if (event.pointerType !== 'mouse' && (zone === 'heat' || zone === 'pane'))
        this.timer = setTimeout(() => {
          this.pointing = true
          this.drag = null
          this.host.hover(at.x, at.y)
        }, LONG_PRESS)
    }
  }

  readonly onMove = (event: PointerEvent) => {
    const { host, root } = this
    const at = this.local(event)
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, at)
    if (this.pointing) return this.pointTo(at)
    if (this.pinch && this.pointers.size === 2) return host.requestView(this.pinched(this.pinch))
    const { drag } = this
    if (drag) {
      const slack = event.pointerType === 'mouse' ? MOUSE_SLACK : TOUCH_SLACK
      if (!drag.moved && Math.hypot(at.x - drag.x, at.y - drag.y) < slack) return
      clearTimeout(this.timer)
      drag.moved = true
      host.leave()
      root.style.cursor = drag.zone === 'heat' || drag.zone === 'pane' ? 'grabbing' : CURSORS[drag.zone]
      host.requestView(dragged(host, drag, at))
      return
    }
    if (ofControl(event)) return host.leave()
    const zone = zoneAt(host.layout(), at)
    root.style.cursor = CURSORS[zone]
    if (zone === 'heat' || zone === 'pane') host.hover(at.x, at.y)
    else host.leave()
  }

  readonly onUp = (event: PointerEvent) => {
    const { host, root, drag } = this
    const at = this.local(event)
    this.release(event)
    if (drag && !drag.moved && (drag.zone === 'heat' || drag.zone === 'pane')) {
      // A tap is the touch screen's way of pointing.
      if (event.pointerType === 'mouse') host.click(at.x, at.y)
      else host.hover(at.x, at.y)
    }
    if (root.hasPointerCapture(event.pointerId)) root.releasePointerCapture(event.pointerId)
    root.style.cursor = CURSORS[zoneAt(host.layout(), at)]
  }

  readonly onCancel = (event: PointerEvent) => this.release(event)

  readonly onLeave = (event: PointerEvent) => {
    if (event.pointerType === 'mouse' && !this.drag) this.host.leave()
  }

  readonly onDoubleClick = (event: MouseEvent) => {
    if (ofControl(event)) return
    if (zoneAt(this.host.layout(), this.local(event)) === 'price-axis') this.host.resetPrices()
    else this.host.resetView()
  }

  /** One finger may scroll the page up and down, unless it moves the crosshair; two never do. */
  readonly onTouchMove = (event: TouchEvent) => {
    if (event.cancelable && (this.pointing || event.touches.length > 1)) event.preventDefault()
  }

  private release(event: PointerEvent): void {
    clearTimeout(this.timer)
    this.pointers.delete(event.pointerId)
    if (this.pointers.size < 2) this.pinch = null
    if (this.pointers.size === 0) this.pointing = false
    this.drag = null
  }

  private pointTo(at: Point): void {
    const { heat, timeAxisTop } = this.host.layout()
    const x = Math.max(heat.x, Math.min(heat.x + heat.width, at.x))
    this.host.hover(x, Math.max(heat.y, Math.min(timeAxisTop, at.y)))
  }

  private fingers(): [Point, Point] {
    return [...this.pointers.values()] as [Point, Point]
  }

  private startPinch(): void {
    const [a, b] = this.fingers()
    const view = this.host.view()
    const axis = Math.abs(a.y - b.y) > Math.abs(a.x - b.x) ? 'y' : 'x'
    this.drag = null
    this.pinch = {
      axis,
      spread: Math.max(LEAST_SPREAD, Math.abs(a[axis] - b[axis])),
      anchor: axis === 'x' ? this.timeAt((a.x + b.x) / 2, view) : this.priceAt((a.y + b.y) / 2, view),
      view,
    }
  }

  private pinched({ axis, spread, anchor, view }: NonNullable<Gestures['pinch']>): View {
    const [a, b] = this.fingers()
    const factor = spread / Math.max(LEAST_SPREAD, Math.abs(a[axis] - b[axis]))
    const bounds = this.host.bounds()
    return axis === 'x' ? zoomTime(view, bounds, anchor, factor) : zoomPrice(view, bounds, anchor, factor, this.host.scale())
  }

  private local(event: MouseEvent): Point {
    const box = this.root.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  private timeAt(x: number, view: View): number {
    return viewTimeScale(view, this.host.layout().heat).toTime(x)
  }

  private priceAt(y: number, view: View): number {
    return priceHeight(view, this.host.layout().heat, this.host.scale()).toValue(y)
  }
}

/** Buttons, dividers and what is typed into over the chart have gestures of their own. */
const ofControl = (event: MouseEvent): boolean =>
  event.target instanceof Element && event.target.closest('button, textarea, [role=separator]') !== null

/** The view after a drag from where it began: never step by step, so that rounding cannot drift. */
function dragged(host: InteractionHost, drag: { zone: Zone; x: number; y: number; view: View }, at: Point): View {
  const { heat } = host.layout()
  const { view, zone } = drag
  const bounds = host.bounds()
  if (zone === 'price-axis') {
    const middle = host.scale() === 'log' ? Math.sqrt(view.priceLow * view.priceHigh) : (view.priceLow + view.priceHigh) / 2
    return zoomPrice(view, bounds, middle, Math.exp((at.y - drag.y) * AXIS_DRAG_SPEED), host.scale())
  }
  if (zone === 'time-axis') return zoomTime(view, bounds, view.to, Math.exp((drag.x - at.x) * -AXIS_DRAG_SPEED))
  const moved = panTime(view, bounds, (-(at.x - drag.x) / heat.width) * (view.to - view.from))
  return zone === 'heat' ? panPrice(moved, bounds, (at.y - drag.y) / heat.height, host.scale()) : moved
}

const inside = (r: Rect, { x, y }: Point): boolean => x >= r.x && x <= r.x + r.width && y >= r.y && y <= r.y + r.height

function zoneAt(layout: ChartLayout, at: Point): Zone {
  if (inside(layout.heat, at)) return 'heat'
  if (layout.panes.some((p) => inside(p, at))) return 'pane'
  if (at.x > layout.heat.x + layout.heat.width && at.y <= layout.heat.y + layout.heat.height) return 'price-axis'
  return at.y >= layout.timeAxisTop ? 'time-axis' : 'none'
}
