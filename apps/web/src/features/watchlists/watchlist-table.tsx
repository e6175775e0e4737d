'use client'
import { Button } from '@faultline/ui/react/button'
import { ArrowDown, ArrowUp, MessageSquarePlus, X } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ReactNode, useMemo, useState } from 'react'
import { messages } from '../../messages.ts'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import type { ColumnId } from '../screener/prepare/columns.ts'
import { Cell } from '../screener/screener-cells.tsx'
import type { ScreenerRow } from '../screener/server/schema.ts'
import { Bar } from './compact-row.tsx'
import { NoteDialog } from './note-dialog.tsx'
import { nextRowSort, type RowSort, SORTS, sortedRows } from './prepare/order.ts'
import { SortableRows } from './sortable-rows.tsx'
import type { RowActions } from './use-row-actions.ts'
import type { ShownList } from './use-watchlists.ts'

const text = messages.watchlists
const ROW_PX = 44
const HEADER_PX = 36

const COLUMNS = ['market', 'spark', 'price', 'change', 'risk', 'cluster', 'openInterest', 'interestChange', 'funding'] as const
const AT_START: readonly ColumnId[] = ['market', 'spark', 'cluster']
/** grip, market, figures, note, remove */
const TEMPLATE = 'var(--grip) minmax(var(--market),1.2fr) 70px 92px 76px 98px 136px 96px 66px 86px minmax(90px,1fr) 44px'
const CELL = 'flex min-w-0 items-center px-2'
const STICKY = 'sticky left-0 z-10 bg-inherit text-left'
/** At hand, however far the figures are scrolled. */
const STICKY_END = 'sticky right-0 z-10 bg-inherit'
/** Above the cell that stays: the row's own outline would lie under it. */
const RING =
  "focus-visible:outline-none focus-visible:after:pointer-events-none focus-visible:after:absolute focus-visible:after:inset-0 focus-visible:after:z-20 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-acc focus-visible:after:content-['']"

/** The rows of a list with their figures, in the own order or sorted for a while. */
export function WatchlistTable({
  list,
  markets,
  loaded,
  actions,
}: {
  list: ShownList
  markets: ReadonlyMap<string, ScreenerRow>
  /** the figures have been read: what is missing then is not known any more */
  loaded: boolean
  actions: RowActions | null
}) {
  const router = useRouter()
  const [sort, setSort] = useState<RowSort | null>(null)
  const [noting, setNoting] = useState<string | null>(null)
  const { rows } = list.content
  const shown = useMemo(() => sortedRows(rows, markets, sort), [rows, markets, sort])
  const keys = useMemo(() => shown.map(({ instrument }) => instrument), [shown])
  const notes = useMemo(() => new Map(shown.map(({ instrument, note }) => [instrument, note])), [shown])
  const symbolOf = (key: string) => markets.get(key)?.symbol ?? key.split(':')[1] ?? key

  return (
    <>
      {sort && (
        <p className="flex flex-none flex-wrap items-center gap-2 border-b border-line px-4 py-1.5 text-t2">
          {text.rows.dragSorted}
          <Button size="small" onClick={() => setSort(null)}>
            {text.sort.reset}
          </Button>
        </p>
      )}
      <div className="flex min-h-0 flex-1 flex-col [--grip:28px] [--market:130px] phone:[--market:170px]">
        <SortableRows
          as="table"
          label={text.rows.label(list.name)}
          keys={keys}
          nameOf={symbolOf}
          rowPx={ROW_PX}
          headPx={HEADER_PX}
          columns={COLUMNS.length + 3}
          rowClass={`grid border-b border-line bg-s1 text-t2 hover:bg-s2 focus:bg-s2 ${RING}`}
          rowStyle={{ gridTemplateColumns: TEMPLATE }}
          onMove={actions && sort === null ? actions.move : null}
          onRemove={actions && ((key) => actions.remove(key, symbolOf(key)))}
          onNote={actions && setNoting}
          onOpen={(key, event) => {
            const href = heatmapPath(key)
            if (event.metaKey || event.ctrlKey) window.open(href, '_blank', 'noopener')
            else router.push(href)
          }}
          head={
            <thead className="sticky top-0 z-30 block">
              <tr
                aria-rowindex={1}
                className="grid border-b border-line bg-s1 text-[11px]"
                style={{ gridTemplateColumns: TEMPLATE, height: HEADER_PX }}
              >
                <th scope="col" className={CELL}>
                  <span className="sr-only">{text.columns.order}</span>
                </th>
                {COLUMNS.map((column) => (
                  <Header key={column} column={column} sort={sort} onSort={setSort} />
                ))}
                <th scope="col" className={`${CELL} font-normal text-t3`}>
                  {text.columns.note}
                </th>
                <th scope="col" className={`${CELL} ${STICKY_END}`}>
                  <span className="sr-only">{text.columns.act}</span>
                </th>
              </tr>
            </thead>
          }
        >
          {(key, grip) => (
            <Row
              instrument={key}
              market={markets.get(key)}
              loaded={loaded}
              grip={grip}
              note={notes.get(key) ?? ''}
              symbol={symbolOf(key)}
              onNote={actions && (() => setNoting(key))}
              onRemove={actions && (() => actions.remove(key, symbolOf(key)))}
            />
          )}
        </SortableRows>
      </div>
      {noting !== null && actions && (
        <NoteDialog
          symbol={symbolOf(noting)}
          note={notes.get(noting) ?? ''}
          onSave={(note, was) => actions.note(noting, note, was)}
          onClose={() => setNoting(null)}
        />
      )}
    </>
  )
}

interface RowProps {
  instrument: string
  market: ScreenerRow | undefined
  loaded: boolean
  grip: ReactNode
  note: string
  symbol: string
  onNote: (() => void) | null
  onRemove: (() => void) | null
}

function Row({ instrument, market, loaded, grip, note, symbol, onNote, onRemove }: RowProps) {
  return (
    <>
      <td className="flex items-center justify-center">{grip}</td>
      <th scope="row" className={`${CELL} ${STICKY} justify-start font-normal whitespace-nowrap`}>
        {market ? (
          <Cell row={market} column="market" behind={0} />
        ) : (
          <span title={instrument} className="truncate text-[13px] font-semibold text-t1">
            <bdi>{symbol}</bdi>
          </span>
        )}
      </th>
      {market?.reading ? (
        COLUMNS.slice(1).map((column) => (
          <td key={column} className={`${CELL} whitespace-nowrap ${AT_START.includes(column) ? '' : 'justify-end text-right'}`}>
            <Cell row={market} column={column} behind={0} />
          </td>
        ))
      ) : (
        <td colSpan={COLUMNS.length - 1} className={`${CELL} text-t3`} style={{ gridColumn: `3 / span ${COLUMNS.length - 1}` }}>
          {market ? messages.screener.waiting[market.waiting ?? 'map'] : loaded ? text.gone : <Bar className="w-40" />}
        </td>
      )}
      <td className={CELL}>
        {onNote ? (
          <button
            type="button"
            tabIndex={-1}
            aria-label={note === '' ? text.rows.editNote(symbol) : `${text.rows.editNote(symbol)}: ${note}`}
            title={note === '' ? text.rows.addNote : note}
            onClick={onNote}
            className="flex h-8 max-phone:h-10 w-full min-w-0 cursor-pointer items-center gap-1.5 rounded-md px-1.5 text-left text-t2 hover:bg-s3"
          >
            {note === '' ? (
              <MessageSquarePlus
                size={14}
                aria-hidden="true"
                className="flex-none text-t3 opacity-0 group-hover:opacity-100 group-focus:opacity-100"
              />
            ) : (
              <bdi className="truncate">{note}</bdi>
            )}
          </button>
        ) : (
          <bdi title={note} className="truncate">
            {note}
          </bdi>
        )}
      </td>
      <td className={`flex items-center justify-center ${STICKY_END}`}>
        {onRemove && (
          <Button
            variant="ghost"
            size="small"
            tabIndex={-1}
            icon={<X size={14} />}
            aria-label={text.rows.remove(symbol)}
            title={text.rows.remove(symbol)}
            onClick={onRemove}
            className="max-phone:size-10"
          />
        )}
      </td>
    </>
  )
}

function Header({
  column,
  sort,
  onSort,
}: {
  column: (typeof COLUMNS)[number]
  sort: RowSort | null
  onSort: (sort: RowSort | null) => void
}) {
  const sortable = SORTS.find((id) => id === column)
  const sorted = sort !== null && sort.column === column
  const Arrow = sort?.descending ? ArrowDown : ArrowUp
  const name = messages.screener.columns[column]
  return (
    <th
      scope="col"
      aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
      title={messages.screener.columnsWhy[column]}
      className={`${CELL} font-normal whitespace-nowrap ${AT_START.includes(column) ? '' : 'justify-end text-right'} ${column === 'market' ? STICKY : ''}`}
    >
      {sortable ? (
        <button
          type="button"
          onClick={() => onSort(nextRowSort(sort, sortable))}
          className={`inline-flex h-6 cursor-pointer items-center gap-1 rounded-sm hover:text-t1 ${sorted ? 'font-semibold text-t1' : 'text-t3'}`}
        >
          {name}
          {sorted && <Arrow size={12} aria-hidden="true" />}
        </button>
      ) : (
        <span className="text-t3">{name}</span>
      )}
    </th>
  )
}
