import { formatPrice, type TimeZone } from '../format.ts'
import type { ChartLayout, Rect } from './layout.ts'
import { attachPaneControls, type PaneEditor } from './pane-controls.ts'
import { withoutPane } from './pane-edit.ts'
import { PaneView, put } from './pane-view.ts'
import type { PaneId } from './panes.ts'
import type { ShownPane } from './panes-series.ts'
import { HeatTooltip, textElement } from './tooltip.ts'

/** Where the crosshair stands, in CSS pixels of the chart, and what its tags say. */
export interface CrosshairPlace {
  x: number
  y: number
  time: string
  value: string
}

/** Elements over the canvas: panes' titles and controls, the last price's tag, the crosshair, the tooltip. */
export class ChartOverlay {
  readonly element = textElement('div', 'fl-chart-overlay')
  readonly tooltip = new HeatTooltip()
  /** what is read out when a pinned crosshair is walked */
  readonly live = textElement('div', 'fl-sr-only')
  private readonly panes = textElement('div', 'fl-panes')
  private readonly last = textElement('div', 'fl-chart-tag fl-chart-tag-last')
  private readonly lineX = textElement('div', 'fl-crosshair fl-crosshair-time')
  private readonly lineY = textElement('div', 'fl-crosshair fl-crosshair-value')
  private readonly timeTag = textElement('div', 'fl-chart-tag fl-crosshair-tag')
  private readonly valueTag = textElement('div', 'fl-chart-tag fl-crosshair-tag fl-crosshair-tag-value')
  private readonly views = new Map<PaneId, PaneView>()
  private readonly editor: PaneEditor
  private order = ''
  private layout: ChartLayout | null = null
  private lastY = 0
  private lastText = ''

  constructor(editor: PaneEditor) {
    this.editor = editor
    this.live.setAttribute('aria-live', 'polite')
    this.element.append(this.panes, this.last, this.lineX, this.lineY, this.timeTag, this.valueTag, this.tooltip.element, this.live)
    this.hideCrosshair()
  }

  /** Without a listener for changes, panes have no controls. */
  setEditable(editable: boolean): void {
    this.panes.classList.toggle('fl-panes-fixed', !editable)
  }

  setLayout(layout: ChartLayout): void {
    this.layout = layout
    this.arrange()
    layout.panes.forEach((pane, i) => {
      this.viewOf(pane.id).place(pane, layout.plots[i] as Rect, layout)
    })
    const { heat } = layout
    put(this.lineX, { x: 0, y: heat.y, width: 1, height: layout.timeAxisTop - heat.y })
    put(this.lineY, { x: heat.x, y: 0, width: heat.width, height: 1 })
    Object.assign(this.last.style, { left: `${heat.x + heat.width + 2}px`, width: `${layout.axisWidth - 4}px` })
    // A long value reaches into the plot rather than out of the chart.
    this.valueTag.style.minWidth = `${layout.axisWidth - 4}px`
    this.timeTag.style.top = `${layout.timeAxisTop + 13}px`
  }

  /** Panes in the page in the order in which they stand. Not while one is dragged: taken out and put back, it would lose the pointer. */
  arrange(): void {
    const shown = this.layout?.panes ?? []
    const order = shown.map((p) => p.id).join()
    if (order === this.order || this.panes.querySelector('.fl-pane-lifted')) return
    this.order = order
    this.panes.replaceChildren(
      ...shown.flatMap(({ id }) => {
        const { divider, region } = this.viewOf(id)
        return [divider, region]
      }),
    )
  }

  private viewOf(id: PaneId): PaneView {
    let view = this.views.get(id)
    if (!view) {
      view = new PaneView(id, { close: (closed) => this.editor.commit(withoutPane(this.editor.panes(), closed)) })
      attachPaneControls(view, this.editor)
      this.views.set(id, view)
    }
    return view
  }

  /** The tag of the last price at `y`, hidden when that is outside the pane. */
  setLastPrice(price: number | null, y: number, pane: Rect): void {
    const visible = price !== null && y >= pane.y && y <= pane.y + pane.height
    const text = visible ? formatPrice(price) : ''
    if (text !== this.lastText) {
      this.last.style.display = visible ? '' : 'none'
      this.last.textContent = text
      this.lastText = text
    }
    if (visible && y !== this.lastY) this.last.style.transform = `translateY(${y}px) translateY(-50%)`
    this.lastY = y
  }

  /** The lines through everything with their tags; the last price's tag makes way. */
  showCrosshair({ x, y, time, value }: CrosshairPlace): void {
    const { layout } = this
    if (!layout) return
    for (const element of [this.lineX, this.lineY, this.timeTag, this.valueTag]) element.style.display = ''
    this.lineX.style.transform = `translateX(${Math.round(x)}px)`
    this.lineY.style.transform = `translateY(${Math.round(y)}px)`
    this.timeTag.textContent = time
    const half = 3.4 * time.length + 6
    const right = layout.heat.x + layout.heat.width + layout.axisWidth
    const middle = Math.min(right - half, Math.max(half, x))
    this.timeTag.style.transform = `translateX(${middle}px) translate(-50%, -50%)`
    this.valueTag.textContent = value
    this.valueTag.style.display = value ? '' : 'none'
    this.valueTag.style.transform = `translateY(${y}px) translateY(-50%)`
    this.last.style.visibility = Math.abs(y - this.lastY) < 20 ? 'hidden' : ''
  }

  hideCrosshair(): void {
    for (const element of [this.lineX, this.lineY, this.timeTag, this.valueTag]) element.style.display = 'none'
    this.last.style.visibility = ''
  }

  /** Values of the panes at `time` (the crosshair), or the last ones. */
  setValues(panes: readonly ShownPane[], time: number, zone: TimeZone): void {
    for (const { layer } of panes) this.viewOf(layer.id).show(layer, layer.empty() ? [] : layer.title(time, zone))
  }
}
