'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Menu, MenuItem } from '@faultline/ui/react/menu'
import { Copy, Download, Eye, ListPlus, Pencil, Plus, Star, Trash2, Upload } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { exportFileName } from '../export/prepare/file-name.ts'
import { saveBlob } from '../export/save-file.ts'
import type { ScreenerList } from '../screener/server/schema.ts'
import { useScreenerRows } from '../screener/use-screener.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { useDismiss } from '../shell/use-dismiss.ts'
import { AddMarket } from './add-market.tsx'
import { SyncNotes } from './clash-notes.tsx'
import { Bar } from './compact-row.tsx'
import { EmptyList } from './empty-list.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { DeleteDialog, DuplicateDialog, NewListDialog, RenameDialog } from './list-dialogs.tsx'
import { ListNotes } from './list-notes.tsx'
import { listCsv, listJson } from './prepare/list-file.ts'
import { suggestions } from './prepare/order.ts'
import { useRowActions } from './use-row-actions.ts'
import { type ShownList, useWatchlists } from './use-watchlists.ts'
import { WatchlistSelect } from './watchlist-select.tsx'
import { WatchlistTable } from './watchlist-table.tsx'
import { useSync } from './watchlists-provider.tsx'

const text = messages.watchlists
const SUGGESTED = 8
const HEIGHT = 'h-[max(420px,calc(100dvh-190px))]'
type Open = 'new' | 'rename' | 'duplicate' | 'delete' | 'import' | null

/** All lists: the one that is chosen in the address with its rows, and what can be done with it. */
export function WatchlistsPage({ initial }: { initial: ScreenerList }) {
  const { chosen } = useSync()
  const { state, lists, editableTeams, retry } = useWatchlists()
  const [asked, setAsked] = useQueryState('list', parseAsString)
  const list = lists.find(({ id }) => id === (asked ?? chosen)) ?? lists[0] ?? null
  const actions = useRowActions(list)
  const screener = useScreenerRows({ initial })
  const rows = screener.rows ?? initial.rows
  const markets = useMemo(() => new Map(rows.map((row) => [row.key, row])), [rows])
  const there = useMemo(() => new Set(list?.content.rows.map((row) => row.instrument)), [list])
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const show = (id: string) => {
    close()
    void setAsked(id)
  }

  return (
    <AppFrame section="watchlists">
      <PageBody
        title={text.title}
        actions={
          <>
            <Button icon={<Upload size={14} />} onClick={() => setOpen('import')}>
              {text.files.import}
            </Button>
            <Button variant="primary" icon={<ListPlus size={14} />} onClick={() => setOpen('new')}>
              {text.create.open}
            </Button>
          </>
        }
      >
        {state === 'failed' && <ErrorNote onRetry={retry}>{text.failed}</ErrorNote>}
        {screener.failed && <ErrorNote onRetry={screener.retry}>{text.figuresFailed}</ErrorNote>}
        <div data-testid="watchlists" data-state={state} className="grid min-w-0 gap-3 wide:grid-cols-[220px_minmax(0,1fr)]">
          {state === 'loading' ? (
            <Skeleton />
          ) : list === null ? (
            state === 'ready' && (
              <EmptyState
                className="fl-panel wide:col-span-2"
                icon={<Star size={20} />}
                title={text.empty.noLists}
                action={
                  <Button variant="primary" size="large" onClick={() => setOpen('new')}>
                    {text.empty.make}
                  </Button>
                }
              >
                {text.empty.noListsLead}
              </EmptyState>
            )
          ) : (
            <>
              <ListOfLists lists={lists} shown={list.id} onShow={show} />
              <section aria-label={list.name} className={`fl-panel flex min-w-0 flex-col ${HEIGHT}`}>
                <ListHead
                  list={list}
                  lists={lists}
                  onShow={show}
                  onOpen={setOpen}
                  add={
                    actions && (
                      <AddButton>
                        <AddMarket markets={rows} there={there} onAdd={(market) => actions.add([{ instrument: market.key, note: '' }])} />
                      </AddButton>
                    )
                  }
                />
                <SyncNotes listId={list.id} className="mx-4 my-2 flex-none" />
                {list.content.rows.length === 0 ? (
                  <EmptyList
                    suggested={suggestions(rows, there, SUGGESTED)}
                    onAdd={actions && ((added) => actions.add(added.map(({ key }) => ({ instrument: key, note: '' }))))}
                  />
                ) : (
                  <WatchlistTable key={list.id} list={list} markets={markets} loaded actions={actions} />
                )}
                <ListNotes key={`notes ${list.id}`} notes={list.content.notes} onSave={actions?.notes ?? null} />
                <p className="flex-none border-t border-line px-4 py-2 text-[11px] text-t3">
                  {list.content.rows.length > 0 && <span className="max-phone:hidden">{text.rows.keys} </span>}
                  {messages.screener.estimated}
                </p>
              </section>
            </>
          )}
        </div>
      </PageBody>
      {open === 'new' && <NewListDialog teams={editableTeams} markets={rows} onClose={close} onMade={({ id }) => show(id)} />}
      {open === 'import' && (
        <ImportDialog
          list={list}
          actions={actions}
          markets={rows}
          onClose={close}
          onDone={(made) => (made === null ? close() : show(made))}
        />
      )}
      {open === 'rename' && list && actions && <RenameDialog list={list} onRename={actions.rename} onClose={close} />}
      {open === 'duplicate' && list && <DuplicateDialog list={list} teams={editableTeams} onClose={close} onMade={({ id }) => show(id)} />}
      {open === 'delete' && list && (
        <DeleteDialog
          list={list}
          onClose={close}
          onDone={() => {
            close()
            void setAsked(null)
          }}
        />
      )}
    </AppFrame>
  )
}

function ListOfLists({ lists, shown, onShow }: { lists: readonly ShownList[]; shown: string; onShow: (id: string) => void }) {
  const { chosen } = useSync()
  return (
    <nav aria-label={text.title} className={`fl-panel hidden min-w-0 flex-col gap-0.5 overflow-y-auto p-1.5 wide:flex ${HEIGHT}`}>
      {lists.map((list) => (
        <button
          key={list.id}
          type="button"
          aria-current={list.id === shown ? 'true' : undefined}
          onClick={() => onShow(list.id)}
          className="flex min-h-10 w-full cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 text-left hover:bg-s2 aria-[current]:bg-s3"
        >
          <span className="min-w-0 flex-1">
            <bdi className="block truncate font-semibold text-t1">{list.name}</bdi>
            <span className="block truncate text-[11px] text-t3">
              {list.team && <bdi>{list.team.name || text.someTeam} · </bdi>}
              {text.count(list.content.rows.length)}
              {!list.editable && ` · ${text.readOnly}`}
            </span>
          </span>
          {list.id === chosen && (
            <span title={text.shown.on} className="flex-none text-accfg">
              <Eye size={14} role="img" aria-label={text.shown.on} />
            </span>
          )}
        </button>
      ))}
    </nav>
  )
}

function ListHead({
  list,
  lists,
  onShow,
  onOpen,
  add,
}: {
  list: ShownList
  lists: readonly ShownList[]
  onShow: (id: string) => void
  onOpen: (open: Open) => void
  add: ReactNode
}) {
  const { chosen, choose } = useSync()
  const download = (body: string, type: string, extension: 'csv' | 'json') =>
    saveBlob(
      new Blob([body], { type: `${type};charset=utf-8` }),
      exportFileName({ symbol: `watchlist-${list.name}`, range: '', time: Date.now() }, extension),
    )
  return (
    <div className="flex flex-none flex-wrap items-center gap-2 border-b border-line px-3 py-2 phone:px-4">
      <h2 className="hidden min-w-0 truncate text-[15px] leading-5 font-semibold wide:block">
        <bdi>{list.name}</bdi>
      </h2>
      <WatchlistSelect
        lists={lists}
        value={list.id}
        onChange={(id) => id !== null && onShow(id)}
        withAll={false}
        className="min-w-40 flex-1 wide:hidden"
      />
      <span className="text-t3">{text.count(list.content.rows.length)}</span>
      {list.team && (
        <Badge tone="accent" icon={null} className="max-w-48">
          <span className="truncate">{list.team.name === '' ? text.someTeam : text.team(list.team.name)}</span>
        </Badge>
      )}
      {!list.editable && (
        <Badge tone="neutral" title={text.readOnlyWhy}>
          {text.readOnly}
        </Badge>
      )}
      <span className="ml-auto flex flex-wrap items-center gap-2">
        {add}
        <Menu label={text.files.export} icon={<Download size={14} />}>
          <MenuItem onPress={() => download(listCsv(list), 'text/csv', 'csv')}>{text.files.csv}</MenuItem>
          <MenuItem onPress={() => download(listJson(list), 'application/json', 'json')}>{text.files.json}</MenuItem>
        </Menu>
        <Menu label={text.actions}>
          <MenuItem icon={<Eye size={14} />} checked={chosen === list.id} onPress={() => choose(chosen === list.id ? null : list.id)}>
            {text.shown.set}
          </MenuItem>
          {list.editable && (
            <MenuItem icon={<Pencil size={14} />} onPress={() => onOpen('rename')}>
              {text.rename.open}
            </MenuItem>
          )}
          <MenuItem icon={<Copy size={14} />} onPress={() => onOpen('duplicate')}>
            {text.duplicate.open}
          </MenuItem>
          {list.editable && (
            <MenuItem icon={<Trash2 size={14} />} onPress={() => onOpen('delete')}>
              {text.remove.open}
            </MenuItem>
          )}
        </Menu>
      </span>
    </div>
  )
}

function AddButton({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const close = useCallback(() => setOpen(false), [])
  useDismiss(open, root, close)
  return (
    <div ref={root} className="relative">
      <Button icon={<Plus size={14} />} aria-expanded={open} onClick={() => setOpen(!open)}>
        {text.add}
      </Button>
      {open && (
        <div className="app-popover absolute top-full z-40 mt-1.5 w-72 max-w-[calc(100vw-32px)] p-2 max-phone:left-0 phone:right-0">
          {children}
        </div>
      )}
    </div>
  )
}

const SKELETON = ['a', 'b', 'c', 'd', 'e', 'f']

/** Rows keep their height; grey bars, and nothing moves. */
const Skeleton = () => (
  <div role="status" aria-busy="true" className={`fl-panel wide:col-start-2 ${HEIGHT}`}>
    <span className="sr-only">{text.loading}</span>
    <div className="h-12 border-b border-line" />
    {SKELETON.map((key) => (
      <div key={key} className="flex h-11 items-center gap-8 border-b border-line px-4">
        <Bar className="w-32" />
        <Bar className="w-16" />
        <Bar className="ml-auto w-12" />
      </div>
    ))}
  </div>
)
