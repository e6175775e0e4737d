import type { ChartLayout, Rect } from './layout.ts'
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
  hover(x: number, y: number): void
  leave(): void
}

type Zone = 'heat' | 'pane' | 'price-axis' | 'time-axis' | 'none'

const WHEEL_SPEED = 0.0016
const AXIS_DRAG_SPEED = 0.006
const CURSORS: Record<Zone, string> = {
  heat: 'crosshair',
  pane: 'crosshair',
  'price-axis': 'ns-resize',
  'time-axis': 'ew-resize',
  none: 'default',
}

/**
 * Mouse, wheel and touch: wheel zooms time at the pointer, Shift + wheel price; drag pans; a drag on an axis scales it;
 * two fingers zoom time; double click resets. Returns a function that takes all listeners off again.
 */
export function attachInteraction(root: HTMLElement, host: InteractionHost): () => void {
  const pointers = new Map<number, { x: number; y: number }>()
  let drag: { zone: Zone; x: number; y: number; view: View } | null = null
  let pinch: { distance: number; anchor: number; view: View } | null = null

  const local = (event: MouseEvent): { x: number; y: number } => {
    const box = root.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const timeAt = (x: number, view: View): number => {
    const { heat } = host.layout()
    return view.from + ((x - heat.x) / heat.width) * (view.to - view.from)
  }
  const priceAt = (y: number, view: View): number => {
    const { heat } = host.layout()
    const part = 1 - (y - heat.y) / heat.height
    return host.scale() === 'log'
      ? view.priceLow * (view.priceHigh / view.priceLow) ** part
      : view.priceLow + part * (view.priceHigh - view.priceLow)
  }

  const onWheel = (event: WheelEvent) => {
    const at = local(event)
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
        ? zoomPrice(view, host.bounds(), priceAt(at.y, view), factor, host.scale())
        : zoomTime(view, host.bounds(), timeAt(at.x, view), factor),
    )
  }

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return
    const at = local(event)
    pointers.set(event.pointerId, at)
    const zone = zoneAt(host.layout(), at)
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()] as [{ x: number; y: number }, { x: number; y: number }]
      drag = null
      pinch = { distance: Math.max(10, Math.abs(a.x - b.x)), anchor: timeAt((a.x + b.x) / 2, host.view()), view: host.view() }
    } else if (zone !== 'none') {
      drag = { zone, ...at, view: host.view() }
      root.setPointerCapture(event.pointerId)
    }
  }

  const onPointerMove = (event: PointerEvent) => {
    const at = local(event)
    if (pointers.has(event.pointerId)) pointers.set(event.pointerId, at)
    if (pinch && pointers.size === 2) {
      const [a, b] = [...pointers.values()] as [{ x: number; y: number }, { x: number; y: number }]
      host.requestView(zoomTime(pinch.view, host.bounds(), pinch.anchor, pinch.distance / Math.max(10, Math.abs(a.x - b.x))))
      return
    }
    if (drag) {
      if (Math.hypot(at.x - drag.x, at.y - drag.y) < 3) return
      host.leave()
      root.style.cursor = drag.zone === 'heat' || drag.zone === 'pane' ? 'grabbing' : CURSORS[drag.zone]
      host.requestView(dragged(host, drag, at))
      return
    }
    const zone = zoneAt(host.layout(), at)
    root.style.cursor = CURSORS[zone]
    if (zone === 'heat' || zone === 'pane') host.hover(at.x, at.y)
    else host.leave()
  }

  const onPointerUp = (event: PointerEvent) => {
    pointers.delete(event.pointerId)
    if (pointers.size < 2) pinch = null
    const at = local(event)
    // A tap is the touch screen's way of pointing.
    if (drag && event.pointerType !== 'mouse' && Math.hypot(at.x - drag.x, at.y - drag.y) < 6) host.hover(at.x, at.y)
    drag = null
    if (root.hasPointerCapture(event.pointerId)) root.releasePointerCapture(event.pointerId)
    root.style.cursor = CURSORS[zoneAt(host.layout(), at)]
  }
  const onPointerCancel = (event: PointerEvent) => {
    pointers.delete(event.pointerId)
    pinch = null
    drag = null
  }
  const onPointerLeave = (event: PointerEvent) => {
    if (event.pointerType === 'mouse' && !drag) host.leave()
  }
  const onDoubleClick = () => host.resetView()

  root.addEventListener('wheel', onWheel, { passive: false })
  root.addEventListener('pointerdown', onPointerDown)
  root.addEventListener('pointermove', onPointerMove)
  root.addEventListener('pointerup', onPointerUp)
  root.addEventListener('pointercancel', onPointerCancel)
  root.addEventListener('pointerleave', onPointerLeave)
  root.addEventListener('dblclick', onDoubleClick)
  return () => {
    root.removeEventListener('wheel', onWheel)
    root.removeEventListener('pointerdown', onPointerDown)
    root.removeEventListener('pointermove', onPointerMove)
    root.removeEventListener('pointerup', onPointerUp)
    root.removeEventListener('pointercancel', onPointerCancel)
    root.removeEventListener('pointerleave', onPointerLeave)
    root.removeEventListener('dblclick', onDoubleClick)
  }
}

/** The view after a drag from where it began: never step by step, so that rounding cannot drift. */
function dragged(host: InteractionHost, drag: { zone: Zone; x: number; y: number; view: View }, at: { x: number; y: number }): View {
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

const inside = (r: Rect, { x, y }: { x: number; y: number }): boolean => x >= r.x && x <= r.x + r.width && y >= r.y && y <= r.y + r.height

function zoneAt(layout: ChartLayout, at: { x: number; y: number }): Zone {
  if (inside(layout.heat, at)) return 'heat'
  if (layout.panes.some((p) => inside(p, at))) return 'pane'
  if (at.x > layout.heat.x + layout.heat.width && at.y <= layout.heat.y + layout.heat.height) return 'price-axis'
  return at.y >= layout.timeAxisTop ? 'time-axis' : 'none'
}
