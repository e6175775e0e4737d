'use client'
import { DRAWING_KINDS, type Drawing, type DrawingKind } from '@faultline/ui/chart/drawings'
import type { TimeZone } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import type { HeatmapProps } from '@faultline/ui/react/heatmap'
import { List, type LucideIcon, Minus, PencilLine, Redo2, Slash, Square, Type, Undo2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { toast } from '../shell/toasts.tsx'
import { useHotkeys } from '../shell/use-hotkeys.ts'
import { DrawingList, MOST_DRAWINGS, SelectedDrawing } from './drawing-list.tsx'
import { changeDrawings, redoDrawing, selectDrawing, setDrawingTool, showDrawingsOf, undoDrawing, useDrawings } from './drawing-store.ts'

const text = messages.drawings
const ICONS: Record<DrawingKind, LucideIcon> = { line: Slash, horizontal: Minus, box: Square, text: Type }

/** What the workspace's chart shows and tells of the market's drawings. */
export function useDrawingsOf(
  instrument: string,
): Pick<HeatmapProps, 'drawings' | 'onDrawings' | 'tool' | 'onTool' | 'selected' | 'onSelect'> {
  const { drawings, tool, selected, instrument: shown } = useDrawings()
  useEffect(() => showDrawingsOf(instrument), [instrument])
  return {
    // until the store has followed, another market's would be seen for a moment
    ...(shown === instrument ? { drawings } : {}),
    onDrawings: takeDrawings,
    tool,
    onTool: setDrawingTool,
    selected,
    onSelect: selectDrawing,
  }
}

/** As many as a view may hold: what is drawn beyond that goes again, and is said. */
function takeDrawings(drawings: readonly Drawing[]): void {
  if (drawings.length > MOST_DRAWINGS) toast(text.tooMany, 'warn')
  changeDrawings(drawings.length > MOST_DRAWINGS ? drawings.slice(0, MOST_DRAWINGS) : drawings)
}

/** Tools at the chart's left edge: one button, and under it the tools once it is pressed. */
export function DrawingTools({ zone, now }: { zone: TimeZone; now: () => number }) {
  const { drawings, tool, selected, canUndo, canRedo } = useDrawings()
  const [open, setOpen] = useState(false)
  const [listed, setListed] = useState(false)
  useUndoKeys()
  // while something is drawn, nothing stands in its way
  const chosen = tool === null ? drawings.find(({ id }) => id === selected) : undefined
  const close = () => {
    setOpen(false)
    setListed(false)
    setDrawingTool(null)
  }
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // the innermost thing ends first
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      if (tool) setDrawingTool(null)
      else if (listed) setListed(false)
      else if (open) setOpen(false)
      else return
      event.stopPropagation()
    }
    const element = root.current
    element?.addEventListener('keydown', onKey)
    return () => element?.removeEventListener('keydown', onKey)
  }, [tool, listed, open])
  return (
    // below what is said about loading
    <div ref={root} className="pointer-events-none absolute top-11 left-4 z-10 flex items-start gap-1.5">
      <div role="toolbar" aria-label={text.tools} aria-orientation="vertical" className="pointer-events-auto flex flex-col gap-1">
        <Button
          size="small"
          aria-label={text.draw}
          title={text.drawWhy}
          aria-expanded={open}
          icon={<PencilLine size={14} />}
          onClick={() => (open ? close() : setOpen(true))}
        />
        {open && (
          <>
            {DRAWING_KINDS.map((kind) => {
              const Icon = ICONS[kind]
              return (
                <Button
                  key={kind}
                  size="small"
                  aria-label={text.kinds[kind]}
                  title={text.toolsWhy[kind]}
                  aria-pressed={tool === kind}
                  icon={<Icon size={14} />}
                  className="fl-toggle-button"
                  onClick={() => setDrawingTool(tool === kind ? null : kind)}
                />
              )
            })}
            <Button
              size="small"
              aria-label={text.undo}
              title={text.undo}
              disabled={!canUndo}
              icon={<Undo2 size={14} />}
              onClick={undoDrawing}
            />
            <Button
              size="small"
              aria-label={text.redo}
              title={text.redo}
              disabled={!canRedo}
              icon={<Redo2 size={14} />}
              onClick={redoDrawing}
            />
            <Button
              size="small"
              aria-label={text.list(drawings.length)}
              title={text.list(drawings.length)}
              aria-expanded={listed}
              icon={<List size={14} />}
              onClick={() => setListed(!listed)}
            />
          </>
        )}
      </div>
      <div className="pointer-events-auto flex flex-col gap-1.5">
        {chosen && <SelectedDrawing drawing={chosen} />}
        {open && listed && <DrawingList zone={zone} now={now} onClose={() => setListed(false)} />}
      </div>
    </div>
  )
}

/** Ctrl+Z and Ctrl+Shift+Z, except where somebody types: there they are the field's own. */
function useUndoKeys(): void {
  useHotkeys({
    'Mod+z': { label: text.keys.undo, group: text.keys.group, run: null },
    'Mod+Shift+z': { label: text.keys.redo, group: text.keys.group, run: null },
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return
      const { target } = event
      if (target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))) return
      if (document.querySelector('dialog[open]')) return
      event.preventDefault()
      if (event.shiftKey) redoDrawing()
      else undoDrawing()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
