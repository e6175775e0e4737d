'use client'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp, Lock } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type KeyboardEvent, type MouseEvent, type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { FeedTag } from '../feeds/feed-tag.tsx'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { usePlanLocks } from '../plans/plan-provider.tsx'
import { useFeed } from '../stream/news-stream.tsx'
import { type ColumnId, nextSort, type Sort } from './prepare/columns.ts'
import { Cell } from './screener-cells.tsx'
import type { ScreenerRow } from './server/schema.ts'

const text = messages.screener
const ROW_PX = 40
const HEADER_PX = 36
/** What the server draws before anybody knows how high the window is. */
const FIRST_RECT = { width: 1_200, height: 720 }

/** The market takes what is left. */
const WIDTHS: Record<ColumnId, string> = {
  market: 'minmax(var(--screener-market),1fr)',
  spark: '70px',
  price: '92px',
  change: '76px',
  risk: '102px',
  asymmetry: '124px',
  cluster: '140px',
  clusterUsd: '74px',
  openInterest: '104px',
  interestChange: '66px',
  funding: '86px',
  liquidated: '86px',
}
const AT_START: readonly ColumnId[] = ['market', 'spark', 'asymmetry', 'cluster']
const CELL = 'flex min-w-0 items-center px-2 last:pr-4'
const alignment = (column: ColumnId): string => (AT_START.includes(column) ? 'justify-start text-left' : 'justify-end text-right')
/** Above the cell that stays: the row's own outline would lie under it. */
const RING =
  "focus-visible:outline-none focus-visible:after:pointer-events-none focus-visible:after:absolute focus-visible:after:inset-0 focus-visible:after:z-20 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-acc focus-visible:after:content-['']"
/** Stays where it is while the others scroll under it. */
const STICKY = 'sticky left-0 z-10 bg-inherit pl-4 text-left'

export interface TableHandle {
  /** moves into the table, from the search field */
  focusFirst(): void
}

interface TableProps {
  rows: readonly ScreenerRow[]
  columns: readonly ColumnId[]
  sort: Sort
  onSort: (sort: Sort) => void
  behindOf: (row: ScreenerRow) => number
  ref?: Ref<TableHandle>
}

/** Thousands of rows, of which those that are seen are in the page. Arrows move from row to row, Enter opens the heatmap. */
export function ScreenerTable({ rows, columns, sort, onSort, behindOf, ref }: TableProps) {
  const router = useRouter()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<string | null>(null)
  const moved = useRef(false)
  const at = active === null ? -1 : rows.findIndex((row) => row.key === active)
  const current = Math.max(0, at)

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (i) => rows[i]?.key ?? i,
    overscan: 8,
    initialRect: FIRST_RECT,
    scrollMargin: HEADER_PX,
    scrollPaddingStart: HEADER_PX,
    // The row with the focus stays in the page wherever the order takes it, or the focus would be lost.
    rangeExtractor: useCallback(
      (range: Range) => {
        const shown = defaultRangeExtractor(range)
        return at < 0 || shown.includes(at) ? shown : [...shown, at].sort((a, b) => a - b)
      },
      [at],
    ),
  })

  useEffect(() => {
    if (!moved.current || active === null) return
    moved.current = false
    scroller.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(active)}"]`)?.focus({ preventScroll: true })
  })

  const moveTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (!row) return
    moved.current = true
    setActive(row.key)
    virtualizer.scrollToIndex(rows.indexOf(row))
  }
  useImperativeHandle(ref, () => ({ focusFirst: () => moveTo(0) }))

  const page = () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 400) - HEADER_PX) / ROW_PX) - 1)
  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-key]') : null
    if (!row || event.altKey || event.shiftKey) return
    if (event.key === 'Enter') {
      event.preventDefault()
      open(row.dataset.key ?? '', event)
      return
    }
    if (event.metaKey || event.ctrlKey) return
    const to = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page(),
      PageUp: current - page(),
      Home: 0,
      End: rows.length - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    moveTo(to)
  }
  const open = (key: string, event: { metaKey: boolean; ctrlKey: boolean }) => {
    const href = heatmapPath(key)
    if (event.metaKey || event.ctrlKey) window.open(href, '_blank', 'noopener')
    else router.push(href)
  }
  const onClick = (event: MouseEvent) => {
    // The whole row opens the heatmap for the pointer; the link in it does so by itself.
    if (!(event.target instanceof Element) || event.target.closest('a')) return
    const key = event.target.closest<HTMLElement>('[data-key]')?.dataset.key
    if (key !== undefined) open(key, event)
  }

  const template = columns.map((column) => WIDTHS[column]).join(' ')
  return (
    <div
      ref={scroller}
      className="relative min-h-0 flex-1 overflow-auto overscroll-contain [--screener-market:150px] phone:[--screener-market:190px]"
    >
      {/* Laid out as a grid of boxes: a table's own layout would have to measure every row. */}
      <table
        aria-label={text.table}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        onKeyDown={onKeyDown}
        onClick={onClick}
        className="block w-full min-w-max"
      >
        <thead className="sticky top-0 z-20 block">
          <tr
            aria-rowindex={1}
            className="grid border-b border-line bg-s1 text-[11px]"
            style={{ gridTemplateColumns: template, height: HEADER_PX }}
          >
            {columns.map((column) => (
              <Header key={column} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody className="relative block" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index]
            if (!row) return null
            return (
              <tr
                key={key}
                data-key={row.key}
                aria-rowindex={index + 2}
                tabIndex={index === current ? 0 : -1}
                onFocus={() => setActive(row.key)}
                className={`absolute inset-x-0 top-0 grid cursor-pointer border-b border-line bg-s1 text-t2 hover:bg-s2 focus:bg-s2 ${RING}`}
                style={{ gridTemplateColumns: template, height: ROW_PX, transform: `translateY(${start - HEADER_PX}px)` }}
              >
                <Row row={row} columns={columns} behind={behindOf(row)} />
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Row({ row, columns, behind }: { row: ScreenerRow; columns: readonly ColumnId[]; behind: number }) {
  if (row.reading === null)
    return (
      <>
        <th scope="row" className={`${CELL} ${STICKY} font-normal`}>
          <Cell row={row} column="market" behind={0} />
        </th>
        <td colSpan={columns.length - 1} className={`${CELL} gap-2`} style={{ gridColumn: '2 / -1' }}>
          <Waiting row={row} />
        </td>
      </>
    )
  return columns.map((column) =>
    column === 'market' ? (
      <th key={column} scope="row" className={`${CELL} ${STICKY} justify-start font-normal whitespace-nowrap`}>
        <Cell row={row} column={column} behind={behind} />
      </th>
    ) : (
      <td key={column} className={`${CELL} whitespace-nowrap ${alignment(column)}`}>
        <Cell row={row} column={column} behind={behind} />
      </td>
    ),
  )
}

/** Why there are no figures. */
function Waiting({ row }: { row: ScreenerRow }) {
  const feed = useFeed(row.key)
  const locks = usePlanLocks()
  return (
    <>
      {feed && !row.locked && <FeedTag feed={feed} />}
      {row.locked ? (
        <span title={locks.assetLock(row.baseAsset) ?? undefined} className="flex items-center gap-1 whitespace-nowrap text-t3">
          <Lock size={11} aria-hidden="true" className="flex-none" />
          {messages.plans.lockedShort}
        </span>
      ) : (
        <span className="whitespace-nowrap text-t3">{text.waiting[row.waiting ?? 'map']}</span>
      )}
    </>
  )
}

function Header({ column, sort, onSort }: { column: ColumnId; sort: Sort; onSort: (sort: Sort) => void }) {
  const sorted = sort.column === column
  const Arrow = sort.descending ? ArrowDown : ArrowUp
  const name = text.columns[column]
  return (
    <th
      scope="col"
      aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
      title={text.columnsWhy[column]}
      className={`${CELL} font-normal whitespace-nowrap ${alignment(column)} ${column === 'market' ? STICKY : ''}`}
    >
      {column === 'spark' ? (
        <span className="text-t3">{name}</span>
      ) : (
        <button
          type="button"
          onClick={() => onSort(nextSort(sort, column))}
          className={`inline-flex h-6 cursor-pointer items-center gap-1 rounded-sm hover:text-t1 ${sorted ? 'font-semibold text-t1' : 'text-t3'}`}
        >
          {name}
          {sorted && <Arrow size={12} aria-hidden="true" />}
        </button>
      )}
    </th>
  )
}
