'use client'
import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  type DragStartEvent,
  KeyboardSensor,
  MeasuringStrategy,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { CSS } from '@dnd-kit/utilities'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { GripVertical } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'

const text = messages.watchlists
/** What the server draws before anybody knows how high the window is. */
const FIRST_RECT = { width: 1_200, height: 720 }
const MEASURING = { droppable: { strategy: MeasuringStrategy.Always } }
/** A press that moves less is a click; a finger that moves sooner scrolls. */
const BEGIN = { mouse: { distance: 6 }, touch: { delay: 250, tolerance: 8 } }

export interface SortableRowsProps {
  /** in the order in which they are shown; each once */
  keys: readonly string[]
  nameOf: (key: string) => string
  rowPx: number
  label: string
  /** rows of a table, below `head`, or entries of a list */
  as: 'table' | 'list'
  head?: ReactNode
  headPx?: number
  columns?: number
  rowClass: string
  rowStyle?: { gridTemplateColumns: string } | undefined
  current?: string | undefined
  /** null: they stay as they are */
  onMove: ((from: number, to: number) => void) | null
  onRemove: ((key: string) => void) | null
  onNote: ((key: string) => void) | null
  onOpen: (key: string, event: { metaKey: boolean; ctrlKey: boolean }) => void
  /** `grip` moves the row; what is in it answers to the row's keys */
  children: (key: string, grip: ReactNode) => ReactNode
}

/**
 * Hundreds of rows, of which those that are seen are in the page. Arrows go from row to row, Enter opens, Delete removes, Alt with an
 * arrow moves; a pointer drags the row, Space on its grip picks it up for the arrows.
 */
export function SortableRows(props: SortableRowsProps) {
  const { keys, nameOf, rowPx, label, as, head, headPx = 0, columns, onMove, onRemove, onNote, onOpen } = props
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<string | null>(null)
  const [dragged, setDragged] = useState<string | null>(null)
  const [said, setSaid] = useState('')
  const refocus = useRef<string | null>(null)
  const at = active === null ? -1 : keys.indexOf(active)
  const current = Math.max(0, at)
  const draggedAt = dragged === null ? -1 : keys.indexOf(dragged)

  const virtualizer = useVirtualizer({
    count: keys.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (i) => keys[i] ?? i,
    overscan: 8,
    initialRect: FIRST_RECT,
    scrollMargin: headPx,
    scrollPaddingStart: headPx,
    // The row with the focus and the one that is dragged stay in the page, or both would be lost.
    rangeExtractor: useCallback(
      (range: Range) => [...new Set([...defaultRangeExtractor(range), at, draggedAt])].filter((i) => i >= 0).sort((a, b) => a - b),
      [at, draggedAt],
    ),
  })

  useEffect(() => {
    if (refocus.current === null) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-key="${escaped(refocus.current)}"]`)
    if (!row) return
    refocus.current = null
    row.focus({ preventScroll: true })
  })

  const goTo = (index: number) => {
    const to = Math.max(0, Math.min(keys.length - 1, index))
    const key = keys[to]
    if (key === undefined) return
    refocus.current = key
    setActive(key)
    virtualizer.scrollToIndex(to)
  }
  const page = () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 400) - headPx) / rowPx) - 1)

  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-key]') : null
    const key = row?.dataset.key
    if (key === undefined || event.defaultPrevented || event.shiftKey || dragged !== null) return
    const from = keys.indexOf(key)
    if (event.altKey) {
      const to = { ArrowDown: from + 1, ArrowUp: from - 1 }[event.key]
      if (to === undefined || event.metaKey || event.ctrlKey) return
      event.preventDefault()
      if (!onMove || to < 0 || to >= keys.length) return
      refocus.current = key
      setActive(key)
      onMove(from, to)
      setSaid(text.rows.moved(nameOf(key), to + 1, keys.length))
      return
    }
    // buttons in the row have keys of their own
    const own = event.target === row
    if (event.key === 'Enter' && own) {
      event.preventDefault()
      onOpen(key, event)
      return
    }
    if (event.metaKey || event.ctrlKey) return
    if ((event.key === 'Delete' || event.key === 'Backspace') && onRemove) {
      event.preventDefault()
      const next = keys[from + 1] ?? keys[from - 1]
      if (next !== undefined) {
        refocus.current = next
        setActive(next)
      }
      onRemove(key)
      return
    }
    if (event.key === 'n' && onNote) {
      event.preventDefault()
      // the page has keys of one letter too
      event.stopPropagation()
      onNote(key)
      return
    }
    const to = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page(),
      PageUp: from - page(),
      Home: 0,
      End: keys.length - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    goTo(to)
  }

  const onClick = (event: MouseEvent) => {
    // The whole row opens for the pointer; the link in it does so by itself.
    if (!(event.target instanceof Element) || event.target.closest('a, button')) return
    const key = event.target.closest<HTMLElement>('[data-key]')?.dataset.key
    if (key !== undefined) onOpen(key, event)
  }

  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: BEGIN.mouse }),
    useSensor(TouchSensor, { activationConstraint: BEGIN.touch }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const place = (key: unknown) => keys.indexOf(String(key)) + 1
  const announcements: Announcements = {
    onDragStart: ({ active }) => text.drag.start(nameOf(String(active.id)), place(active.id), keys.length),
    onDragOver: ({ active, over }) => (over ? text.drag.over(nameOf(String(active.id)), place(over.id), keys.length) : undefined),
    onDragEnd: ({ active, over }) => text.drag.end(nameOf(String(active.id)), place((over ?? active).id), keys.length),
    onDragCancel: ({ active }) => text.drag.cancel(nameOf(String(active.id))),
  }
  const ended = useRef(() => {})
  const end = () => {
    setDragged(null)
    ended.current()
  }
  const drop = ({ active, over }: DragEndEvent) => {
    end()
    const [from, to] = [keys.indexOf(String(active.id)), over ? keys.indexOf(String(over.id)) : -1]
    if (from >= 0 && to >= 0 && from !== to) onMove?.(from, to)
  }
  const items = useMemo(() => [...keys], [keys])
  const Box = as === 'table' ? 'table' : 'div'
  const Body = as === 'table' ? 'tbody' : 'ul'
  return (
    <DndContext
      id={id}
      sensors={sensors}
      collisionDetection={closestCenter}
      measuring={MEASURING}
      accessibility={{ announcements, screenReaderInstructions: { draggable: text.drag.instructions } }}
      onDragStart={({ active }: DragStartEvent) => {
        setDragged(String(active.id))
        ended.current = noClicks()
      }}
      onDragEnd={drop}
      onDragCancel={end}
    >
      <SortableContext items={items} strategy={verticalListSortingStrategy} disabled={!onMove}>
        <div ref={scroller} className="relative min-h-0 flex-1 overflow-auto overscroll-contain">
          {/* Laid out as boxes: a table's own layout would have to measure every row. */}
          <Box
            aria-label={as === 'table' ? label : undefined}
            aria-rowcount={as === 'table' ? keys.length + 1 : undefined}
            aria-colcount={columns}
            onKeyDown={onKeyDown}
            onClick={onClick}
            className={as === 'table' ? 'block w-full min-w-max' : 'block'}
          >
            {head}
            <Body aria-label={as === 'list' ? label : undefined} className="relative block" style={{ height: virtualizer.getTotalSize() }}>
              {virtualizer.getVirtualItems().map(({ index, start }) => {
                const key = keys[index]
                if (key === undefined) return null
                return (
                  <Row
                    key={key}
                    {...props}
                    rowKey={key}
                    index={index}
                    top={start - headPx}
                    focusable={index === current}
                    onFocus={() => setActive(key)}
                  />
                )
              })}
            </Body>
          </Box>
        </div>
      </SortableContext>
      <p role="status" className="sr-only">
        {said}
      </p>
    </DndContext>
  )
}

interface RowProps extends SortableRowsProps {
  rowKey: string
  index: number
  top: number
  focusable: boolean
  onFocus: () => void
}

function Row({ rowKey, index, top, focusable, onFocus, as, keys, rowPx, rowClass, rowStyle, current, nameOf, onMove, children }: RowProps) {
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition, isDragging } = useSortable({
    id: rowKey,
    disabled: !onMove,
  })
  const Element = as === 'table' ? 'tr' : 'li'
  const grip = onMove ? (
    <button
      ref={setActivatorNodeRef}
      type="button"
      {...attributes}
      onKeyDown={(event) => listeners?.onKeyDown?.(event)}
      tabIndex={focusable ? 0 : -1}
      aria-label={text.rows.drag(nameOf(rowKey))}
      title={text.rows.dragWhy}
      className="fl-grip flex h-6 w-4 flex-none cursor-grab touch-none items-center justify-center rounded-sm text-t3 hover:text-t1 max-phone:h-10 max-phone:w-6"
    >
      <GripVertical size={14} aria-hidden="true" />
    </button>
  ) : null
  return (
    <Element
      ref={setNodeRef}
      data-key={rowKey}
      aria-rowindex={as === 'table' ? index + 2 : undefined}
      aria-posinset={as === 'list' ? index + 1 : undefined}
      aria-setsize={as === 'list' ? keys.length : undefined}
      aria-current={rowKey === current ? 'true' : undefined}
      tabIndex={focusable ? 0 : -1}
      onFocus={onFocus}
      onMouseDown={(event) => listeners?.onMouseDown?.(event)}
      onTouchStart={(event) => listeners?.onTouchStart?.(event)}
      className={`group absolute inset-x-0 cursor-pointer [-webkit-touch-callout:none] ${isDragging ? 'z-20 shadow-lg' : ''} ${rowClass}`}
      style={{ ...rowStyle, height: rowPx, top, transform: CSS.Translate.toString(transform), transition }}
    >
      {children(rowKey, grip)}
    </Element>
  )
}

const escaped = (key: string): string => globalThis.CSS.escape(key)

/** Where a drag ends, the browser sends a click, and a link would follow it. @returns what lets clicks through again */
function noClicks(): () => void {
  const prevent = (event: Event) => event.preventDefault()
  addEventListener('click', prevent, { capture: true })
  return () => setTimeout(() => removeEventListener('click', prevent, { capture: true }), 50)
}
