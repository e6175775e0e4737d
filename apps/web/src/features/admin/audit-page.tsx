'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { ToggleButton } from '@faultline/ui/react/toggle'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Download, ScrollText } from 'lucide-react'
import { parseAsString, useQueryStates } from 'nuqs'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { parseAsFlag } from '../heatmap/use-heatmap-url.ts'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { AdminFrame } from './admin-frame.tsx'
import { Filters, SearchField, SelectFilter } from './filters.tsx'
import { MoreButton } from './more-button.tsx'
import { actionChoices, auditCsvPath, stampOf } from './prepare/audit.ts'
import { dayEnd, dayStart } from './prepare/days.ts'
import type { AuditEntry } from './server/audit.ts'
import { Cell, Head, Row, Table, TableSkeleton } from './table.tsx'

const text = messages.admin.audit

/** What was done and refused. */
export function AuditPage() {
  const trpc = useTRPC()
  const [filter, setFilter] = useQueryStates({
    q: parseAsString.withDefault(''),
    action: parseAsString.withDefault(''),
    refused: parseAsFlag.withDefault(false),
    from: parseAsString.withDefault(''),
    to: parseAsString.withDefault(''),
  })
  const [from, to] = [dayStart(filter.from), dayEnd(filter.to)]
  const asked = {
    ...(filter.q.trim() && { person: filter.q }),
    ...(filter.action && { action: filter.action }),
    ...(filter.refused && { refusedOnly: true }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...trpc.admin.audit.list.infiniteQueryOptions(asked, { getNextPageParam: (page) => page.next }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const { data: actions } = useQuery(trpc.admin.audit.actions.queryOptions())
  const entries = data?.pages.flatMap((page) => page.entries)
  const search = (q: string) => void setFilter({ q })
  const clear = () => void setFilter({ q: null, action: null, refused: null, from: null, to: null })
  return (
    <AdminFrame
      page="audit"
      title={text.title}
      actions={
        <a href={auditCsvPath(asked)} download className="fl-button fl-button-secondary fl-button-medium">
          <Download size={14} aria-hidden="true" />
          {text.export}
        </a>
      }
    >
      <p className="text-t2">{text.lead}</p>
      <Filters>
        <SearchField label={text.person} placeholder={text.personPlaceholder} value={filter.q} onChange={search} />
        <SelectFilter
          label={text.action}
          any={text.anyAction}
          options={actionChoices(actions ?? [], filter.action).map((value) => ({
            value,
            label: value.endsWith('.') ? text.kindOf(value.slice(0, -1)) : value,
          }))}
          value={filter.action}
          onChange={(action) => void setFilter({ action: action || null })}
        />
        <DayFilter label={text.from} value={filter.from} onChange={(day) => void setFilter({ from: day || null })} />
        <DayFilter label={text.to} value={filter.to} onChange={(day) => void setFilter({ to: day || null })} />
        <ToggleButton
          label={text.refusedOnly}
          pressed={filter.refused}
          onChange={(refused) => void setFilter({ refused: refused || null })}
        />
      </Filters>
      {error && (
        <ErrorNote onRetry={() => void refetch()}>
          {data ? messages.admin.outdated : messages.admin.failed} {refusalOf(error, messages.errors.noAnswer).message}
        </ErrorNote>
      )}
      {entries ? (
        entries.length === 0 ? (
          <div className="fl-panel">
            <EmptyState
              title={text.empty}
              icon={<ScrollText size={28} />}
              action={<Button onClick={clear}>{messages.admin.clear}</Button>}
            />
          </div>
        ) : (
          <>
            <AuditTable entries={entries} />
            <MoreButton shown={hasNextPage} busy={isFetchingNextPage} onPress={() => void fetchNextPage()} />
          </>
        )
      ) : (
        !error && <TableSkeleton label={messages.admin.loading} />
      )}
    </AdminFrame>
  )
}

const DayFilter = ({ label, value, onChange }: { label: string; value: string; onChange: (day: string) => void }) => (
  <label className="flex items-center gap-1.5 text-t3">
    {label}
    <input
      type="date"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-8 rounded-md border border-line2 bg-s2 px-2 text-t1 max-phone:h-10"
    />
  </label>
)

function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  const { columns } = text
  return (
    <Table
      label={text.title}
      head={
        <>
          <Head>{columns.time}</Head>
          <Head className="hidden text-left phone:table-cell">{columns.actor}</Head>
          <Head>{columns.action}</Head>
          <Head className="hidden text-left phone:table-cell">{columns.target}</Head>
          <Head className="hidden text-left full:table-cell">{columns.ip}</Head>
          <Head className="hidden text-left wide:table-cell">{columns.details}</Head>
        </>
      }
    >
      {entries.map(({ id, time, actor, action, target, ip, allowed, details }) => {
        const said = details.map(({ name, value }) => `${name}: ${value}`).join(' · ')
        return (
          <Row key={id}>
            <Cell className="w-px whitespace-nowrap tabular-nums">{stampOf(time)}</Cell>
            <Cell className="hidden max-w-[240px] phone:table-cell">
              <bdi className="[overflow-wrap:anywhere]">{actor}</bdi>
            </Cell>
            <Cell>
              <span className="font-medium text-t1 [overflow-wrap:anywhere]">{action}</span>
              {!allowed && (
                <Badge tone="err" className="ml-2">
                  {text.refused}
                </Badge>
              )}
              {/* what has columns of its own on larger screens */}
              <span className="block text-[11px] text-t3 [overflow-wrap:anywhere] phone:hidden">
                <bdi>{actor}</bdi> → <bdi>{target}</bdi>
              </span>
              <span className="block text-[11px] text-t3 [overflow-wrap:anywhere] wide:hidden">{said}</span>
            </Cell>
            <Cell className="hidden max-w-[260px] phone:table-cell">
              <bdi className="[overflow-wrap:anywhere]">{target}</bdi>
            </Cell>
            <Cell className="hidden whitespace-nowrap full:table-cell">{ip}</Cell>
            <Cell className="hidden max-w-[360px] text-[11px] [overflow-wrap:anywhere] wide:table-cell">{said}</Cell>
          </Row>
        )
      })}
    </Table>
  )
}
