import type { ChartLayout } from './layout.ts'
import { movePane, placeAt, resizePane } from './pane-edit.ts'
import type { PaneView } from './pane-view.ts'
import type { PaneId, PaneState } from './panes.ts'

export interface PaneEditor {
  panes(): readonly PaneState[]
  layout(): ChartLayout
  /** shown at once, while the reader still drags */
  preview(panes: readonly PaneState[]): void
  /** shown, and told to the page */
  commit(panes: readonly PaneState[]): void
}

const STEP = 8
const SHIFT_STEP = 32

/** Divider and handle of one pane: a drag, or the keyboard. */
export function attachPaneControls(view: PaneView, editor: PaneEditor): void {
  attachDivider(view, editor)
  attachGrip(view, editor)
}

const indexOf = (panes: readonly PaneState[], id: PaneId): number => panes.findIndex((p) => p.id === id)

function attachDivider({ divider, id }: PaneView, editor: PaneEditor): void {
  let start: { y: number; panes: readonly PaneState[]; layout: ChartLayout } | null = null
  divider.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    event.stopPropagation()
    start = { y: event.clientY, panes: editor.panes(), layout: editor.layout() }
    divider.setPointerCapture(event.pointerId)
  })
  divider.addEventListener('pointermove', (event) => {
    event.stopPropagation()
    // Always from where the drag began, so that rounding cannot drift.
    if (start) editor.preview(resizePane(start.panes, indexOf(start.panes, id), event.clientY - start.y, start.layout))
  })
  const end = (event: PointerEvent) => {
    event.stopPropagation()
    if (start) editor.commit(editor.panes())
    start = null
  }
  divider.addEventListener('pointerup', end)
  divider.addEventListener('pointercancel', end)
  divider.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? SHIFT_STEP : STEP
    const dy = { ArrowUp: -step, ArrowDown: step, Home: 1e6, End: -1e6 }[event.key]
    if (dy === undefined || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    editor.commit(resizePane(editor.panes(), indexOf(editor.panes(), id), dy, editor.layout()))
  })
}

function attachGrip({ grip, region, id }: PaneView, editor: PaneEditor): void {
  let start: { y: number; top: number } | null = null
  grip.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    event.stopPropagation()
    const pane = editor.layout().panes.find((p) => p.id === id)
    if (!pane) return
    start = { y: event.clientY, top: pane.y }
    grip.setPointerCapture(event.pointerId)
    region.classList.add('fl-pane-lifted')
  })
  grip.addEventListener('pointermove', (event) => {
    event.stopPropagation()
    if (!start) return
    const moved = movePane(editor.panes(), id, placeAt(editor.layout(), id, start.top + event.clientY - start.y))
    if (indexOf(moved, id) !== indexOf(editor.panes(), id)) editor.preview(moved)
  })
  const end = (event: PointerEvent) => {
    event.stopPropagation()
    region.classList.remove('fl-pane-lifted')
    if (start) editor.commit(editor.panes())
    start = null
  }
  grip.addEventListener('pointerup', end)
  grip.addEventListener('pointercancel', end)
  grip.addEventListener('keydown', (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (by === undefined || !event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    editor.commit(movePane(editor.panes(), id, indexOf(editor.panes(), id) + by))
    // The element moved in the page, and lost the focus by it.
    grip.focus()
  })
}
