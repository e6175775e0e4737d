'use client'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { UsersRound } from 'lucide-react'
import { parseAsString, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount, formatDate } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { FormDialog } from '../teams/confirm.tsx'
import { AdminFrame } from './admin-frame.tsx'
import { Filters, SearchField } from './filters.tsx'
import { MoreButton } from './more-button.tsx'
import type { TeamItem } from './server/teams.ts'
import { Cell, Head, Row, Table, TableSkeleton } from './table.tsx'

const text = messages.admin.teams

/** Every team there is. */
export function TeamsPage() {
  const trpc = useTRPC()
  const [filter, setFilter] = useQueryStates({ q: parseAsString.withDefault('') })
  const asked = filter.q.trim() ? { search: filter.q } : {}
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...trpc.admin.teams.list.infiniteQueryOptions(asked, { getNextPageParam: (page) => page.next }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const [removing, setRemoving] = useState<TeamItem | null>(null)
  const teams = data?.pages.flatMap((page) => page.teams)
  const search = (q: string) => void setFilter({ q })
  return (
    <AdminFrame page="teams" title={text.title} aside={data && text.count(formatCount(data.pages[0]?.total ?? 0))}>
      <Filters>
        <SearchField label={text.search} placeholder={text.searchPlaceholder} value={filter.q} onChange={search} />
        <p className="text-t3">{text.lead}</p>
      </Filters>
      {error && (
        <ErrorNote onRetry={() => void refetch()}>
          {data ? messages.admin.outdated : messages.admin.failed} {refusalOf(error, messages.errors.noAnswer).message}
        </ErrorNote>
      )}
      {teams ? (
        teams.length === 0 ? (
          <div className="fl-panel">
            <EmptyState
              title={filter.q ? text.empty : text.noTeams}
              icon={<UsersRound size={28} />}
              action={filter.q ? <Button onClick={() => search('')}>{messages.admin.clear}</Button> : undefined}
            />
          </div>
        ) : (
          <>
            <TeamsTable teams={teams} onRemove={setRemoving} />
            <MoreButton shown={hasNextPage} busy={isFetchingNextPage} onPress={() => void fetchNextPage()} />
          </>
        )
      ) : (
        !error && <TableSkeleton label={messages.admin.loading} />
      )}
      {removing && <RemoveTeam team={removing} onClose={() => setRemoving(null)} />}
    </AdminFrame>
  )
}

function TeamsTable({ teams, onRemove }: { teams: readonly TeamItem[]; onRemove: (team: TeamItem) => void }) {
  const { columns } = text
  return (
    <Table
      label={text.title}
      head={
        <>
          <Head>{columns.name}</Head>
          <Head className="text-right">{columns.members}</Head>
          <Head className="hidden text-right phone:table-cell">{columns.items}</Head>
          <Head className="hidden text-left wide:table-cell">{columns.owners}</Head>
          <Head className="hidden text-left wide:table-cell">{columns.factor}</Head>
          <Head className="hidden text-left phone:table-cell">{columns.created}</Head>
          <Head className="text-right">
            <span className="sr-only">{columns.actions}</span>
          </Head>
        </>
      }
    >
      {teams.map((team) => (
        <Row key={team.id} className="hover:bg-s2">
          <Cell className="max-w-[44vw] phone:max-w-[260px]">
            <bdi className="block truncate font-semibold text-t1" title={team.name}>
              {team.name}
            </bdi>
          </Cell>
          <Cell className="text-right">{formatCount(team.members)}</Cell>
          <Cell className="hidden text-right phone:table-cell">{formatCount(team.items)}</Cell>
          <Cell className="hidden max-w-[320px] truncate wide:table-cell" title={team.owners.join(', ')}>
            <bdi>{team.owners.join(', ')}</bdi>
          </Cell>
          <Cell className="hidden wide:table-cell">
            {team.requireSecondFactor ? text.required : <span className="text-t3">{text.notRequired}</span>}
          </Cell>
          <Cell className="hidden whitespace-nowrap phone:table-cell">{formatDate(team.createdAt)}</Cell>
          <Cell className="text-right">
            <Button
              size="small"
              variant="danger"
              className="max-phone:h-10"
              aria-label={text.removeOf(team.name)}
              onClick={() => onRemove(team)}
            >
              {text.remove}
            </Button>
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

function RemoveTeam({ team, onClose }: { team: TeamItem; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const remove = useMutation(trpc.admin.teams.remove.mutationOptions())
  return (
    <FormDialog
      title={text.removeTitle}
      action={text.remove}
      danger
      onSubmit={async () => {
        await remove.mutateAsync({ id: team.id })
        toast(text.removed(team.name))
        await queryClient.invalidateQueries({ queryKey: trpc.admin.teams.pathKey() })
      }}
      onClose={onClose}
    >
      <p className="text-t2 [overflow-wrap:anywhere]">
        {text.removeWhy(team.name, text.members(formatCount(team.members)), text.items(formatCount(team.items)))}
      </p>
    </FormDialog>
  )
}
