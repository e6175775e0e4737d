import { textElement } from '../chart/tooltip.ts'
import type { PriceWindow } from './price-window.ts'

/**
 * A canvas that fills its host, with a layer of elements over it for what follows the pointer. Painting happens once a frame at most,
 * and only when something else than the crosshair has changed.
 */
export class Surface {
  readonly canvas = document.createElement('canvas')
  readonly overlay = textElement('div', 'fl-chart-overlay')
  readonly crosshair = textElement('div', 'fl-map-crosshair')
  width = 0
  height = 0
  private readonly root = textElement('div', 'fl-chart')
  private readonly observer: ResizeObserver
  private readonly unsubscribe: () => void
  private readonly draw: () => void
  private frame = 0

  constructor(host: HTMLElement, window: PriceWindow, { draw, point }: { draw: () => void; point: () => void }) {
    this.draw = draw
    this.canvas.className = 'fl-map-canvas'
    this.canvas.setAttribute('aria-hidden', 'true')
    this.overlay.setAttribute('aria-hidden', 'true')
    this.crosshair.style.display = 'none'
    this.overlay.append(this.crosshair)
    this.root.append(this.canvas, this.overlay)
    host.replaceChildren(this.root)
    this.observer = new ResizeObserver(() => this.measure())
    this.observer.observe(this.root)
    this.unsubscribe = window.subscribe((change) => (change === 'crosshair' ? point() : this.schedule()))
    this.measure()
  }

  get element(): HTMLElement {
    return this.root
  }

  schedule(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0
      if (this.width > 0 && this.height > 0) this.draw()
    })
  }

  destroy(): void {
    cancelAnimationFrame(this.frame)
    this.observer.disconnect()
    this.unsubscribe()
    this.root.remove()
  }

  private measure(): void {
    this.width = this.root.clientWidth
    this.height = this.root.clientHeight
    this.schedule()
  }
}
