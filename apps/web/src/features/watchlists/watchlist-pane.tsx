'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Menu, MenuItem } from '@faultline/ui/react/menu'
import { Ellipsis, ListPlus, PanelLeftClose, Plus, Settings2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useCallback, useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { MarketList } from '../heatmap/market-list.tsx'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { useScreenerRows } from '../screener/use-screener.ts'
import { useDismiss } from '../shell/use-dismiss.ts'
import { AddMarket } from './add-market.tsx'
import { SyncNotes } from './clash-notes.tsx'
import { Bar, CompactRow } from './compact-row.tsx'
import { EmptyList } from './empty-list.tsx'
import { NewListDialog } from './list-dialogs.tsx'
import { NoteDialog } from './note-dialog.tsx'
import { type RowSort, SORTS, shortNames, sortedRows, suggestions } from './prepare/order.ts'
import { SortableRows } from './sortable-rows.tsx'
import { useRowActions } from './use-row-actions.ts'
import { useWatchlists } from './use-watchlists.ts'
import { WatchlistSelect } from './watchlist-select.tsx'
import { useSync } from './watchlists-provider.tsx'

const text = messages.watchlists
const ROW_PX = 52
const SUGGESTED = 5
const SKELETON = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

export interface PaneProps {
  /** key of the market that the page shows */
  current: string
  instruments: readonly InstrumentListItem[]
  /** appended to a heatmap's address */
  query: string
  /** figures are asked for: somebody can see them */
  seen: boolean
  /** null: it cannot be hidden */
  onHide: (() => void) | null
}

/** The chosen watchlist with live figures, or all markets; what stands beside the heatmap and in the drawer. */
export function WatchlistPane({ current, instruments, query, seen, onHide }: PaneProps) {
  const router = useRouter()
  const { chosen, choose } = useSync()
  const { state, lists, editableTeams, retry } = useWatchlists()
  const list = lists.find(({ id }) => id === chosen) ?? null
  const actions = useRowActions(list)
  const [adding, setAdding] = useState(false)
  const [making, setMaking] = useState(false)
  const [noting, setNoting] = useState<string | null>(null)
  const [sort, setSort] = useState<RowSort | null>(null)
  const screener = useScreenerRows({ enabled: seen && (list !== null || adding || making) })
  const markets = useMemo(() => new Map(screener.rows?.map((row) => [row.key, row])), [screener.rows])
  const rows = list?.content.rows ?? []
  const shown = useMemo(() => sortedRows(list?.content.rows ?? [], markets, sort), [list, markets, sort])
  const keys = useMemo(() => shown.map(({ instrument }) => instrument), [shown])
  const notes = useMemo(() => new Map(shown.map(({ instrument, note }) => [instrument, note])), [shown])
  const names = useMemo(() => shortNames(list?.content.rows ?? [], markets), [list, markets])
  const there = useMemo(() => new Set(keys), [keys])
  const symbolOf = (key: string) => markets.get(key)?.symbol ?? key.split(':')[1] ?? key

  const popover = useRef<HTMLDivElement>(null)
  const closeAdd = useCallback(() => setAdding(false), [])
  useDismiss(adding, popover, closeAdd)
  // a list that was chosen elsewhere, or is gone, is no list until it has been read
  const waiting = chosen !== null && list === null && state === 'loading'

  return (
    <>
      <div ref={popover} className="relative flex-none">
        <div className="flex h-10 items-center gap-1.5 border-b border-line pr-2 pl-3 max-phone:h-12">
          <h2 className="flex-none text-[13px] font-semibold max-wide:sr-only">{text.one}</h2>
          <WatchlistSelect
            lists={lists}
            value={list?.id ?? null}
            onChange={(id) => {
              setSort(null)
              choose(id)
            }}
            withAll
            className="flex-1"
          />
          {actions ? (
            <Button
              variant="ghost"
              size="small"
              icon={<Plus size={14} />}
              aria-label={text.add}
              title={text.add}
              aria-expanded={adding}
              onClick={() => setAdding(!adding)}
              className="max-phone:size-10"
            />
          ) : (
            list === null && (
              <Button
                variant="ghost"
                size="small"
                icon={<ListPlus size={14} />}
                aria-label={text.empty.make}
                title={text.empty.make}
                onClick={() => setMaking(true)}
                className="max-phone:size-10"
              />
            )
          )}
          <Menu label={text.actions} icon={<Ellipsis size={14} />} iconOnly variant="ghost" size="small">
            {list && (
              <MenuItem checked={sort === null} onPress={() => setSort(null)}>
                {text.sort.own}
              </MenuItem>
            )}
            {list &&
              SORTS.map((column) => (
                <MenuItem
                  key={column}
                  checked={sort?.column === column}
                  onPress={() => setSort({ column, descending: column !== 'market' && column !== 'cluster' })}
                >
                  {text.sort.by(messages.screener.columns[column])}
                </MenuItem>
              ))}
            {list && (
              <MenuItem icon={<ListPlus size={14} />} onPress={() => setMaking(true)}>
                {text.empty.make}
              </MenuItem>
            )}
            <MenuItem icon={<Settings2 size={14} />} onPress={() => router.push(list ? `/watchlists?list=${list.id}` : '/watchlists')}>
              {text.manage}
            </MenuItem>
            {onHide && (
              <MenuItem icon={<PanelLeftClose size={14} />} onPress={onHide}>
                {text.hide}
              </MenuItem>
            )}
          </Menu>
        </div>
        {adding && list && actions && (
          <div className="app-popover absolute inset-x-1 top-full z-40 mt-1 min-w-56 p-2">
            <AddMarket
              markets={screener.rows ?? []}
              there={there}
              onAdd={(market) => actions.add([{ instrument: market.key, note: '' }])}
            />
          </div>
        )}
      </div>
      <SyncNotes listId={list?.id ?? null} className="m-2" />
      {list && !list.editable && (
        <p title={text.readOnlyWhy} className="flex-none border-b border-line px-4 py-1.5 text-[11px] text-t3">
          {list.team && <bdi>{list.team.name}</bdi>} · {text.readOnly}
        </p>
      )}
      {state === 'failed' && (
        <ErrorNote className="m-2" onRetry={retry}>
          {text.failed}
        </ErrorNote>
      )}
      {list && screener.failed && (
        <ErrorNote className="m-2" onRetry={screener.retry}>
          {text.figuresFailed}
        </ErrorNote>
      )}
      {waiting ? (
        <SkeletonRows />
      ) : list === null ? (
        <nav aria-label={messages.instruments.title} className="flex min-h-0 flex-1 flex-col">
          <MarketList current={current} instruments={instruments} query={query} />
        </nav>
      ) : rows.length === 0 ? (
        <EmptyList
          suggested={suggestions(screener.rows ?? [], there, SUGGESTED)}
          onAdd={actions && ((added) => actions.add(added.map(({ key }) => ({ instrument: key, note: '' }))))}
        />
      ) : (
        <SortableRows
          key={list.id}
          as="list"
          label={text.rows.label(list.name)}
          keys={keys}
          nameOf={symbolOf}
          rowPx={ROW_PX}
          rowClass="border-b border-line bg-s1 hover:bg-s2 focus-visible:-outline-offset-2 aria-[current]:bg-s3 aria-[current]:shadow-[inset_2px_0_var(--fl-acc)]"
          current={current}
          onMove={actions && sort === null ? actions.move : null}
          onRemove={actions && ((key) => actions.remove(key, symbolOf(key)))}
          onNote={actions && setNoting}
          onOpen={(key, event) => {
            const href = `${heatmapPath(key)}${query}`
            if (event.metaKey || event.ctrlKey) window.open(href, '_blank', 'noopener')
            else router.push(href)
          }}
        >
          {(key, grip) => {
            const row = markets.get(key)
            return (
              <CompactRow
                instrument={key}
                note={notes.get(key) ?? ''}
                row={row ?? (screener.rows ? null : undefined)}
                short={names.get(key)}
                query={query}
                grip={grip}
              />
            )
          }}
        </SortableRows>
      )}
      {list && <p className="flex-none border-t border-line px-3 py-2 text-[11px] leading-[15px] text-t3 max-phone:hidden">{text.note}</p>}
      {noting !== null && actions && (
        <NoteDialog
          symbol={symbolOf(noting)}
          note={notes.get(noting) ?? ''}
          onSave={(note, was) => actions.note(noting, note, was)}
          onClose={() => setNoting(null)}
        />
      )}
      {making && (
        <NewListDialog
          teams={editableTeams}
          markets={screener.rows ?? []}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false)
            choose(made.id)
          }}
        />
      )}
    </>
  )
}

/** Rows keep their height; grey bars, and nothing moves. */
const SkeletonRows = () => (
  <div role="status" className="min-h-0 flex-1 overflow-hidden">
    <span className="sr-only">{text.loading}</span>
    {SKELETON.map((key) => (
      <div key={key} style={{ height: ROW_PX }} className="flex items-center justify-between border-b border-line px-4">
        <Bar className="w-20" />
        <Bar className="w-14" />
      </div>
    ))}
  </div>
)
