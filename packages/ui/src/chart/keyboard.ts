import type { Crosshair } from './crosshair.ts'
import { type Bounds, type PriceScale, panPrice, panTime, type View, zoomPrice, zoomTime } from './viewport.ts'

export interface KeyboardHost {
  crosshair: Crosshair
  view(): View
  bounds(): Bounds
  scale(): PriceScale
  requestView(view: View): void
  resetView(): void
}

/** Share of the screen that one press of an arrow pans, and by how much one press of + or − zooms. */
const PAN = 0.02
const ZOOM = 1.25
const MANY = 10
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

/** Keys of a focused chart; those of its buttons and dividers are their own. Returns a function that takes the listener off. */
export function attachKeyboard(root: HTMLElement, host: KeyboardHost): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== root || !pressed(event, host)) return
    event.preventDefault()
    event.stopPropagation()
  }
  root.addEventListener('keydown', onKeyDown)
  return () => root.removeEventListener('keydown', onKeyDown)
}

/** True when the key meant something. */
function pressed(event: KeyboardEvent, host: KeyboardHost): boolean {
  const { crosshair } = host
  const arrow = ARROWS[event.key]
  const modified = event.altKey || event.ctrlKey || event.metaKey
  if (arrow && !modified) {
    const [right, up] = arrow
    const times = event.shiftKey ? MANY : 1
    if (crosshair.isPinned()) crosshair.walk(right * times, up * times)
    else host.requestView(panned(host, right * PAN * times, up * PAN * times))
    return true
  }
  if (['+', '=', '-', '_', '−'].includes(event.key) && !event.metaKey) {
    const factor = event.key === '+' || event.key === '=' ? 1 / ZOOM : ZOOM
    host.requestView(event.altKey || event.ctrlKey ? zoomedPrice(host, factor) : zoomedTime(host, factor))
    return true
  }
  if (modified) return false
  switch (event.key) {
    case 'Home':
      host.resetView()
      return true
    case 'End':
      host.requestView(panTime(host.view(), host.bounds(), host.bounds().to - host.view().to))
      return true
    case 'x':
    case 'X':
    case 'Enter':
      crosshair.toggle()
      return true
    case 'Escape':
      if (!crosshair.isPinned()) return false
      crosshair.free()
      return true
  }
  return false
}

function panned(host: KeyboardHost, right: number, up: number): View {
  const view = host.view()
  const moved = right === 0 ? view : panTime(view, host.bounds(), right * (view.to - view.from))
  return up === 0 ? moved : panPrice(moved, host.bounds(), up, host.scale())
}

function zoomedTime(host: KeyboardHost, factor: number): View {
  const view = host.view()
  const bounds = host.bounds()
  // With the newest in view it stays there; otherwise the middle does.
  return zoomTime(view, bounds, view.to >= bounds.to ? view.to : (view.from + view.to) / 2, factor)
}

function zoomedPrice(host: KeyboardHost, factor: number): View {
  const view = host.view()
  const middle = host.scale() === 'log' ? Math.sqrt(view.priceLow * view.priceHigh) : (view.priceLow + view.priceHigh) / 2
  return zoomPrice(view, host.bounds(), middle, factor, host.scale())
}
