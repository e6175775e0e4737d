import type { ThemeTokens } from '../tokens.ts'
import type { Drawing, DrawingKind } from './drawings.ts'
import { type DrawingPlace, drawingPlace } from './drawings-geometry.ts'
import { DrawingGestures } from './drawings-gestures.ts'
import { DrawingPainter } from './drawings-paint.ts'
import type { Rect } from './layout.ts'
import { textElement } from './tooltip.ts'
import type { PriceScale, View } from './viewport.ts'
import { WORDS } from './words.ts'

/** What of the chart a frame is drawn by. */
export interface DrawingFrame {
  view: View
  scale: PriceScale
  colours: ThemeTokens
  /** of the heat */
  plot: Rect
}

/** What the reader did; lists are whole, and drawings that did not change are the same objects. */
export interface DrawingListener {
  onDrawings?(drawings: readonly Drawing[]): void
  onTool?(tool: DrawingKind | null): void
  onSelect?(id: string | null): void
}

const NONE: readonly Drawing[] = []

/**
 * What somebody has drawn, on a canvas of its own over the heat's plot, which clips it. The canvas is there only while there is anything
 * on it, so that a chart without drawings pays nothing; with some, they are painted in the frame in which the chart is.
 */
export class DrawingLayer {
  readonly element = textElement('div', 'fl-drawings')
  private readonly canvas = document.createElement('canvas')
  private readonly painter: DrawingPainter | null
  private readonly context: CanvasRenderingContext2D | null
  private readonly root: HTMLElement
  private readonly frame: () => DrawingFrame
  private readonly gestures: DrawingGestures
  /** where words are typed; to be put over everything else of the chart */
  readonly editor = document.createElement('textarea')
  private listener: DrawingListener = {}
  private drawings = NONE
  /** in place of `drawings` while something is drawn or dragged */
  private preview: readonly Drawing[] | null = null
  private selected: string | null = null
  private editing: string | null = null
  private request = 0
  private plain = false

  /** @param leave the crosshair makes way */
  constructor(root: HTMLElement, frame: () => DrawingFrame, leave: () => void) {
    this.root = root
    this.frame = frame
    this.element.append(this.canvas)
    this.element.style.display = 'none'
    this.context = this.canvas.getContext('2d')
    this.painter = this.context && new DrawingPainter(this.context)
    this.editor.className = 'fl-drawing-editor'
    this.editor.maxLength = 500
    this.editor.rows = 2
    this.editor.setAttribute('aria-label', WORDS.drawingText)
    this.editor.hidden = true
    this.editor.addEventListener('keydown', this.onEditorKey)
    this.editor.addEventListener('blur', this.endEditing)
    document.fonts?.addEventListener('loadingdone', this.onFonts)
    this.gestures = new DrawingGestures(root, {
      place: () => this.place(),
      drawings: () => this.drawings,
      selected: () => this.selected,
      size: (drawing) => this.painter?.sizeOf(drawing) ?? { width: 0, height: 0 },
      preview: (drawings) => this.setPreview(drawings),
      commit: (drawings) => this.commit(drawings),
      select: (id) => this.choose(id),
      endTool: () => this.listener.onTool?.(null),
      edit: (drawing) => this.edit(drawing),
      leave,
    })
  }

  listen(listener: DrawingListener): void {
    this.listener = listener
  }

  set(drawings: readonly Drawing[]): void {
    if (drawings === this.drawings) return
    this.drawings = drawings
    this.preview = null
    if (this.selected !== null && !drawings.some(({ id }) => id === this.selected)) this.choose(null)
    this.repaint()
  }

  setTool(tool: DrawingKind | null): void {
    this.gestures.setTool(tool)
  }

  setReadOnly(readOnly: boolean): void {
    this.gestures.setReadOnly(readOnly)
    if (readOnly) this.endEditing()
  }

  /** Shows which one is selected, without telling. */
  select(id: string | null): void {
    if (id === this.selected) return
    this.selected = id
    this.repaint()
  }

  /** Opens the words of a drawing for typing, at its place. */
  edit(drawing: Drawing): void {
    const at = this.place()
    const { x, y, width, height } = at.plot
    const [point] = drawing.points
    if (!point) return
    this.editing = drawing.id
    this.editor.value = drawing.text
    this.editor.hidden = false
    const left = Math.max(x, Math.min(x + width - 160, drawing.kind === 'horizontal' ? x + 8 : at.toX(point.time)))
    const top = Math.max(y, Math.min(y + height - 44, at.toY(point.price)))
    Object.assign(this.editor.style, { left: `${left}px`, top: `${top}px` })
    this.editor.focus({ preventScroll: true })
    this.editor.select()
  }

  /** Draws for what is on screen now. */
  paint(): void {
    const { context, painter, canvas } = this
    const shown = this.preview ?? this.drawings
    this.element.style.display = shown.length === 0 ? 'none' : ''
    if (shown.length === 0 || !context || !painter) return
    const { plot, colours } = this.frame()
    const dpr = window.devicePixelRatio || 1
    const [width, height] = [Math.round(plot.width * dpr), Math.round(plot.height * dpr)]
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height })
      Object.assign(this.element.style, { width: `${plot.width}px`, height: `${plot.height}px` })
    } else {
      context.setTransform(1, 0, 0, 1, 0, 0)
      context.clearRect(0, 0, width, height)
    }
    Object.assign(this.element.style, { left: `${plot.x}px`, top: `${plot.y}px` })
    context.setTransform(dpr, 0, 0, dpr, -plot.x * dpr, -plot.y * dpr)
    const place = this.place()
    for (const drawing of shown)
      if (drawing.kind !== 'text' || drawing.id !== this.editing)
        painter.paint(drawing, place, colours, !this.plain && drawing.id === this.selected)
  }

  /** For a picture: as it is without handles. */
  withoutHandles<T>(take: () => T): T {
    this.plain = true
    this.paint()
    try {
      return take()
    } finally {
      this.plain = false
      this.paint()
    }
  }

  dispose(): void {
    cancelAnimationFrame(this.request)
    document.fonts?.removeEventListener('loadingdone', this.onFonts)
    this.gestures.detach()
  }

  private place(): DrawingPlace {
    const { view, scale, plot } = this.frame()
    return drawingPlace(view, plot, scale)
  }

  private setPreview(drawings: readonly Drawing[] | null): void {
    this.preview = drawings
    this.repaint()
  }

  private commit(drawings: readonly Drawing[]): void {
    this.preview = null
    // shown at once, whether or not the one who keeps them takes them over
    this.drawings = drawings
    this.repaint()
    this.listener.onDrawings?.(drawings)
  }

  private choose(id: string | null): void {
    if (id === this.selected) return
    this.selected = id
    this.repaint()
    this.listener.onSelect?.(id)
  }

  private repaint(): void {
    this.root.classList.toggle('fl-drawing-selected', this.selected !== null)
    if (this.request !== 0) return
    this.request = requestAnimationFrame(() => {
      this.request = 0
      this.paint()
    })
  }

  /** Words were measured in a font that was not there yet. */
  private readonly onFonts = () => {
    this.painter?.forget()
    this.repaint()
  }

  private readonly onEditorKey = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.isComposing || (event.key !== 'Escape' && (event.key !== 'Enter' || event.shiftKey))) return
    event.preventDefault()
    if (event.key === 'Escape') this.editor.value = this.drawings.find(({ id }) => id === this.editing)?.text ?? ''
    this.root.focus({ preventScroll: true })
  }

  /** What was typed becomes the drawing's words; a text without any is taken away. */
  private readonly endEditing = () => {
    const id = this.editing
    if (id === null) return
    this.editing = null
    this.editor.hidden = true
    const text = this.editor.value.trim()
    const shown = this.preview ?? this.drawings
    const drawing = shown.find((d) => d.id === id)
    const isNew = !this.drawings.includes(drawing as Drawing)
    if (!drawing || (isNew && text === '')) this.setPreview(null)
    else if (drawing.kind === 'text' && text === '') this.commit(shown.filter((d) => d !== drawing))
    else if (isNew || text !== drawing.text) this.commit(shown.map((d) => (d === drawing ? { ...drawing, text } : d)))
    else this.repaint()
  }
}
