'use client'
import { formatAge, formatFunding, formatPrice, formatUsd } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { Panel } from '@faultline/ui/react/panel'
import { ArrowDown, ArrowUp, Search } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { FeedTag } from '../feeds/feed-tag.tsx'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { figure, formatCount, formatDates, MISSING } from '../shell/prepare/format.ts'
import { useHotkeys } from '../shell/use-hotkeys.ts'
import { useFeed, useServerNow } from '../stream/news-stream.tsx'
import { isListed } from '../venues/prepare/venue-choice.ts'
import { nameOf } from '../venues/prepare/words.ts'
import { ImportHelp } from '../waiting/import-help.tsx'
import { SourcesPanel } from '../waiting/sources-panel.tsx'
import { Change } from './change.tsx'
import { filterRows, nextSort, type Sort, type SortKey, sortRows } from './prepare/rows.ts'
import { venueName } from './prepare/venue-name.ts'
import type { InstrumentListItem } from './server/list.ts'
import { useInstruments } from './use-instruments.ts'

const text = messages.instruments

/** Which columns stay on narrower screens. */
const COLUMNS: readonly { key: SortKey; className: string; end?: boolean }[] = [
  { key: 'symbol', className: '' },
  { key: 'price', className: '', end: true },
  { key: 'change', className: '', end: true },
  { key: 'openInterest', className: 'hidden phone:table-cell', end: true },
  { key: 'funding', className: 'hidden phone:table-cell', end: true },
  { key: 'range', className: 'hidden full:table-cell', end: true },
  { key: 'columnCount', className: 'hidden wide:table-cell', end: true },
  { key: 'age', className: 'hidden phone:table-cell', end: true },
]

export function InstrumentsPage({ initial, now: renderedAt }: { initial: InstrumentListItem[]; now: number }) {
  const all = useInstruments(initial)
  const rows = useMemo(() => all.filter((row) => isListed(row)), [all])
  const now = useServerNow(renderedAt)
  const [filter, setFilter] = useState('')
  const [sort, setSort] = useState<Sort>({ key: 'age', descending: false })
  const input = useRef<HTMLInputElement>(null)
  useHotkeys({ '/': { label: text.filter, run: () => input.current?.focus() } })
  const shown = useMemo(() => sortRows(filterRows(rows, filter, venueName), sort), [rows, filter, sort])

  return (
    <AppFrame section="instruments">
      <PageBody title={text.title} aside={text.count(formatCount(rows.length))}>
        {rows.length > 0 && (
          <Panel flush>
            <div className="flex items-center gap-3 border-b border-line p-3">
              <label className="flex h-8 w-full max-w-[260px] items-center gap-2 rounded-md border border-line2 bg-s2 px-2.5 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-acc">
                <Search size={14} aria-hidden="true" className="flex-none text-t3" />
                <input
                  ref={input}
                  type="text"
                  aria-label={text.filter}
                  placeholder={text.filterPlaceholder}
                  value={filter}
                  onChange={(event) => setFilter(event.target.value)}
                  spellCheck={false}
                  autoComplete="off"
                  className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-t3"
                />
                <kbd className="app-kbd hidden phone:inline">/</kbd>
              </label>
              <span className="ml-auto text-t3" aria-live="polite">
                {text.shown(formatCount(shown.length))}
              </span>
            </div>
            <table className="w-full border-collapse">
              <thead>
                <tr className="border-b border-line text-[11px]">
                  {COLUMNS.map((column) => (
                    <Header key={column.key} column={column} sort={sort} onSort={() => setSort(nextSort(sort, column.key))} />
                  ))}
                  <th scope="col" className="hidden px-4 text-left font-normal text-t3 phone:table-cell">
                    {text.columns.status}
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((row) => (
                  <Row key={row.key} row={row} now={now} />
                ))}
              </tbody>
            </table>
            {shown.length === 0 && (
              <div className="flex flex-wrap items-center gap-3 p-6 text-t2">
                {text.none(filter)}
                <Button onClick={() => setFilter('')}>{text.clear}</Button>
              </div>
            )}
          </Panel>
        )}
        {rows.length === 0 && <SourcesPanel renderedAt={renderedAt} />}
        <ImportHelp
          title={rows.length === 0 ? messages.waiting.importTitle : text.addTitle}
          lead={rows.length === 0 ? text.emptyLead : text.addLead}
        />
      </PageBody>
    </AppFrame>
  )
}

function Header({ column, sort, onSort }: { column: (typeof COLUMNS)[number]; sort: Sort; onSort: () => void }) {
  const sorted = sort.key === column.key
  const Arrow = sort.descending ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
      className={`h-9 px-2 font-normal first:pl-4 phone:px-4 ${column.end ? 'text-right' : 'text-left'} ${column.className}`}
    >
      <button
        type="button"
        onClick={onSort}
        className={`inline-flex cursor-pointer items-center gap-1 rounded-sm hover:text-t1 ${sorted ? 'font-semibold text-t1' : 'text-t3'}`}
      >
        {text.columns[column.key]}
        {sorted && <Arrow size={12} aria-hidden="true" />}
      </button>
    </th>
  )
}

function Row({ row, now }: { row: InstrumentListItem; now: number }) {
  const router = useRouter()
  const href = heatmapPath(row.key)
  const end = row.lastBucket === null ? null : row.lastBucket + (row.bucketMs ?? 0)
  const dates = row.firstBucket === null || end === null ? MISSING : formatDates(row.firstBucket, end - 1)
  const values: Record<Exclude<SortKey, 'symbol'>, React.ReactNode> = {
    price: <span className="font-semibold">{figure(row.lastClose, formatPrice)}</span>,
    change: row.change24h === null ? MISSING : <Change ratio={row.change24h} />,
    openInterest: <span className="font-semibold">{figure(row.openInterestUsd, formatUsd)}</span>,
    funding: figure(row.fundingRate, formatFunding),
    range: dates,
    columnCount: figure(row.columnCount, formatCount),
    age: end === null ? MISSING : formatAge(now - end),
  }
  return (
    // The whole row opens the heatmap for the pointer; for everyone else the link in it does.
    <tr
      className="cursor-pointer border-b border-line last:border-b-0 hover:bg-s2"
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a')) return
        if (event.metaKey || event.ctrlKey) window.open(href, '_blank', 'noopener')
        else router.push(href)
      }}
    >
      <th scope="row" className="h-11 px-2 py-1.5 text-left font-normal first:pl-4 phone:px-4">
        <Link href={href} prefetch={false} className="text-[13px] font-semibold">
          {nameOf(row).symbol}
        </Link>
        <span className="block text-[11px] text-t3 phone:ml-2 phone:inline phone:text-[12px]">
          {nameOf(row).venue}
          {end !== null && <span className="phone:hidden"> · {messages.provenance.old(formatAge(now - end))}</span>}
        </span>
        <span className="mt-1 flex flex-wrap gap-1 phone:mt-0 phone:ml-2 phone:inline-flex">
          {row.simulated && (
            <Badge tone="warn" title={messages.simulated.why}>
              {messages.simulated.short}
            </Badge>
          )}
          <State row={row} className="phone:hidden" />
        </span>
      </th>
      {COLUMNS.slice(1).map((column) => (
        <td
          key={column.key}
          className={`px-2 text-right whitespace-nowrap text-t2 phone:px-4 [&_.font-semibold]:text-t1 ${column.className}`}
        >
          {values[column.key as Exclude<SortKey, 'symbol'>]}
        </td>
      ))}
      <td className="hidden px-4 phone:table-cell">
        <State row={row} />
      </td>
    </tr>
  )
}

/** How its feed is; without one, what became of the import. */
function State({ row, className }: { row: InstrumentListItem; className?: string }) {
  const feed = useFeed(row.key)
  if (row.sumOf !== null) return <Badge className={className}>{messages.venues.sum}</Badge>
  if (feed) return <FeedTag feed={feed} className={className} />
  return <Badge className={className}>{row.status === null ? text.noBuild : text.imported[row.status]}</Badge>
}
