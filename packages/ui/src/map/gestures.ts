import type { PlotRect } from './map-layout.ts'
import type { PriceWindow } from './price-window.ts'

/** Pixels that a finger or the mouse may tremble before it drags. */
const SLACK = 4
const WHEEL = 0.0015

export interface GestureOptions {
  window: PriceWindow
  plot: () => PlotRect
  /** double click: back to the range that was asked for by name */
  onReset: () => void
  /** the pointer's place in the element, CSS pixels; null when it leaves */
  onPoint: (at: { x: number; y: number } | null) => void
}

/** Wheel and pinch zoom, drag moves, double click resets, moving shows the crosshair. Returns what detaches it all. */
export function attachPriceGestures(element: HTMLElement, { window, plot, onReset, onPoint }: GestureOptions): () => void {
  const off = new AbortController()
  const { signal } = off
  const pointers = new Map<number, number>()
  let drag: { x: number; moved: boolean } | null = null
  let pinch = 0

  const place = (event: MouseEvent) => {
    const box = element.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const fractionOf = (x: number) => (x - plot().x) / plot().width

  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : 1)
      // a sideways wheel moves, as it does everywhere else
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) window.pan(event.deltaX / plot().width)
      else window.zoom(Math.min(1, Math.max(0, fractionOf(place(event).x))), Math.exp(pixels * WHEEL))
    },
    { passive: false, signal },
  )
  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return
      pointers.set(event.pointerId, event.clientX)
      drag = pointers.size === 1 ? { x: event.clientX, moved: false } : null
      pinch = spread(pointers)
    },
    { signal },
  )
  element.addEventListener(
    'pointermove',
    (event) => {
      const at = place(event)
      if (!pointers.has(event.pointerId)) return onPoint(at)
      pointers.set(event.pointerId, event.clientX)
      if (pointers.size === 2) {
        const now = spread(pointers)
        const middle = [...pointers.values()].reduce((a, b) => a + b, 0) / 2 - element.getBoundingClientRect().left
        if (pinch > 0 && now > 0) window.zoom(fractionOf(middle), pinch / now)
        pinch = now
      } else if (drag) {
        const by = event.clientX - drag.x
        if (!drag.moved && Math.abs(by) < SLACK) return
        if (!drag.moved) element.setPointerCapture(event.pointerId)
        drag = { x: event.clientX, moved: true }
        onPoint(null)
        window.pan(-by / plot().width)
      }
    },
    { signal },
  )
  const up = (event: PointerEvent) => {
    // a tap shows the crosshair: fingers do not hover
    if (pointers.delete(event.pointerId) && event.type === 'pointerup' && !drag?.moved) onPoint(place(event))
    drag = null
  }
  element.addEventListener('pointerup', up, { signal })
  element.addEventListener('pointercancel', up, { signal })
  element.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && onPoint(null), { signal })
  element.addEventListener('dblclick', onReset, { signal })
  return () => off.abort()
}

const spread = (pointers: ReadonlyMap<number, number>): number => {
  const [a, b] = [...pointers.values()]
  return a === undefined || b === undefined ? 0 : Math.abs(a - b)
}
