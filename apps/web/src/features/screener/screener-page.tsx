'use client'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Menu, MenuItem } from '@faultline/ui/react/menu'
import { Columns3, Download, Share2 } from 'lucide-react'
import { useMemo, useRef } from 'react'
import { messages } from '../../messages.ts'
import { copyLink } from '../export/copy-link.ts'
import { exportFileName } from '../export/prepare/file-name.ts'
import { saveBlob } from '../export/save-file.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { useHotkeys } from '../shell/use-hotkeys.ts'
import { useConnection, useFeeds } from '../stream/news-stream.tsx'
import { SourcesPanel } from '../waiting/sources-panel.tsx'
import { BreakoutsFeed } from './breakouts-feed.tsx'
import { KpiCards } from './kpi-cards.tsx'
import { behindIn } from './prepare/behind.ts'
import { COLUMNS, type ColumnId, OPTIONAL_COLUMNS } from './prepare/columns.ts'
import { type Filter, filterRows, sortRows, totalsOf } from './prepare/rows.ts'
import { screenerCsv } from './prepare/screener-csv.ts'
import { venueOf } from './prepare/venue-of.ts'
import { ScreenerTable, type TableHandle } from './screener-table.tsx'
import { ScreenerToolbar } from './screener-toolbar.tsx'
import type { ScreenerBreakout, ScreenerList } from './server/schema.ts'
import { useScreener } from './use-screener.ts'
import { useScreenerUrl } from './use-screener-url.ts'

const text = messages.screener
/** Below the bars and the cards, what is left of the window. */
const HEIGHT = 'h-[max(420px,72dvh)] wide:h-[max(480px,calc(100dvh-236px))]'

interface PageProps {
  initial: ScreenerList
  breakouts: readonly ScreenerBreakout[]
  now: number
}

export function ScreenerPage({ initial, breakouts: initialBreakouts, now }: PageProps) {
  const { rows, breakouts, failed, retry } = useScreener(initial, initialBreakouts)
  const [{ q, sort, risk, oi, show, cols }, setUrl] = useScreenerUrl()
  const filter = useMemo<Filter>(() => ({ text: q, risk, openInterest: oi, show }), [q, risk, oi, show])
  const shown = useMemo(() => sortRows(filterRows(rows, filter, venueOf), sort), [rows, filter, sort])
  const totals = useMemo(() => totalsOf(rows), [rows])
  const behindOf = useMemo(() => behindIn(rows), [rows])
  const feeds = useFeeds()
  const reporting = rows.flatMap(({ key }) => feeds.get(key) ?? [])
  const live = reporting.filter((feed) => feed.state === 'live' && feed.silent === null).length
  const connection = useConnection()
  const search = useRef<HTMLInputElement>(null)
  const table = useRef<TableHandle>(null)
  useHotkeys({ '/': { label: text.filterKey, run: () => search.current?.focus() } })

  const onFilter = (change: Partial<Filter>) => {
    const next = { ...filter, ...change }
    void setUrl({ q: next.text || null, risk: next.risk, oi: next.openInterest, show: next.show })
  }
  const clear = () => void setUrl({ q: null, risk: null, oi: null, show: null })
  const toggle = (column: ColumnId) =>
    void setUrl({ cols: COLUMNS.filter((id) => (id === column ? !cols.includes(id) : cols.includes(id))) })
  const download = () => {
    const csv = screenerCsv(shown, cols)
    saveBlob(
      new Blob([csv], { type: 'text/csv;charset=utf-8' }),
      exportFileName({ symbol: 'screener', range: '', time: Date.now() }, 'csv'),
    )
  }

  const state = rows.length === 0 ? 'empty' : failed ? 'stale' : shown.length === 0 ? 'none' : 'ready'
  return (
    <AppFrame section="screener">
      <PageBody
        title={text.title}
        aside={
          totals.markets > 0 &&
          text.aside(formatCount(totals.markets), formatCount(totals.venues), totals.leftOut > 0 ? formatCount(totals.leftOut) : null)
        }
        actions={
          rows.length > 0 && (
            <>
              <Menu label={text.columnsMenu} icon={<Columns3 size={14} />}>
                {OPTIONAL_COLUMNS.map((column) => (
                  <MenuItem
                    key={column}
                    checked={cols.includes(column)}
                    disabled={cols.length === 2 && cols.includes(column)}
                    onPress={() => toggle(column)}
                  >
                    {text.columns[column]}
                  </MenuItem>
                ))}
              </Menu>
              <Button icon={<Download size={14} />} title={text.csvWhy} onClick={download}>
                {text.csv}
              </Button>
              <Button icon={<Share2 size={14} />} onClick={() => void copyLink()}>
                {text.share}
              </Button>
            </>
          )
        }
      >
        <div data-testid="screener" data-state={state} data-rows={shown.length} className="flex min-w-0 flex-col gap-3 phone:gap-4">
          {rows.length === 0 ? (
            <SourcesPanel renderedAt={now} />
          ) : (
            <>
              <KpiCards totals={totals} feeds={{ live, total: reporting.length }} />
              {failed && <ErrorNote onRetry={retry}>{text.failed}</ErrorNote>}
              <div className="grid min-w-0 gap-3 full:grid-cols-[minmax(0,1fr)_300px]">
                <section className={`fl-panel flex min-w-0 flex-col overflow-hidden ${HEIGHT}`} aria-label={text.table}>
                  <ScreenerToolbar
                    filter={filter}
                    onFilter={onFilter}
                    onLeave={() => table.current?.focusFirst()}
                    shown={shown.length}
                    searchRef={search}
                  />
                  {shown.length === 0 ? (
                    <EmptyState
                      className="flex-1 content-center justify-center"
                      title={text.none}
                      action={<Button onClick={clear}>{text.clear}</Button>}
                    />
                  ) : (
                    <ScreenerTable
                      ref={table}
                      rows={shown}
                      columns={cols}
                      sort={sort}
                      onSort={(next) => void setUrl({ sort: next })}
                      behindOf={behindOf}
                    />
                  )}
                  <p className="flex-none border-t border-line px-4 py-2 text-[11px] text-t3">{text.estimated}</p>
                </section>
                <BreakoutsFeed
                  breakouts={breakouts}
                  live={connection.state !== 'offline'}
                  className="max-full:max-h-[480px] full:h-[max(480px,calc(100dvh-236px))]"
                />
              </div>
            </>
          )}
        </div>
      </PageBody>
    </AppFrame>
  )
}
