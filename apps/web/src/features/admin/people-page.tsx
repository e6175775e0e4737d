'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { UserPlus, UserRoundSearch } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount, formatDate } from '../shell/prepare/format.ts'
import { useUser } from '../shell/user-context.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { agoOf } from '../teams/prepare/words.ts'
import { AdminFrame } from './admin-frame.tsx'
import { Filters, SearchField, SelectFilter } from './filters.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { MoreButton } from './more-button.tsx'
import { PersonDrawer } from './person-drawer.tsx'
import { type ResetRequest, ResetRequests } from './reset-requests.tsx'
import type { PersonItem } from './server/people.ts'
import { Cell, Head, Row, Table, TableSkeleton } from './table.tsx'

const text = messages.admin.people
const ROLES = ['admin', 'member'] as const
const STATES = ['active', 'disabled'] as const

/** Everybody who has an account. @param now the server's clock when it rendered, @param resetRequests as they were then */
export function PeoplePage({ now, resetRequests }: { now: number; resetRequests: ResetRequest[] }) {
  const trpc = useTRPC()
  const [filter, setFilter] = useQueryStates({
    q: parseAsString.withDefault(''),
    role: parseAsStringLiteral(ROLES),
    plan: parseAsString,
    state: parseAsStringLiteral(STATES),
  })
  const asked = {
    ...(filter.q.trim() && { search: filter.q }),
    ...(filter.role && { role: filter.role }),
    ...(filter.plan && { planKey: filter.plan }),
    ...(filter.state && { state: filter.state }),
  }
  const isFiltered = Object.keys(asked).length > 0
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...trpc.admin.people.list.infiniteQueryOptions(asked, { getNextPageParam: (page) => page.next }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const { data: plans } = useQuery(trpc.admin.plans.list.queryOptions())
  const [opened, setOpened] = useState<string | null>(null)
  const [inviting, setInviting] = useState(false)
  const people = data?.pages.flatMap((page) => page.people)
  const total = data?.pages[0]?.total ?? 0
  const planName = (key: string) => plans?.find((plan) => plan.key === key)?.name ?? key
  const search = (q: string) => void setFilter({ q })

  return (
    <AdminFrame
      page="people"
      title={text.title}
      aside={data && (isFiltered ? text.found(formatCount(total)) : text.count(formatCount(total)))}
      actions={
        <Button variant="primary" icon={<UserPlus size={14} />} onClick={() => setInviting(true)}>
          {text.invite}
        </Button>
      }
    >
      <ResetRequests initial={resetRequests} now={now} />
      <Filters>
        <SearchField label={text.search} placeholder={text.searchPlaceholder} value={filter.q} onChange={search} />
        <SelectFilter
          label={text.role}
          any={text.anyRole}
          options={ROLES.map((value) => ({ value, label: text.roles[value] }))}
          value={filter.role ?? ''}
          onChange={(value) => void setFilter({ role: ROLES.find((role) => role === value) ?? null })}
        />
        <SelectFilter
          label={text.plan}
          any={text.anyPlan}
          options={(plans ?? []).map(({ key, name }) => ({ value: key, label: name }))}
          value={filter.plan ?? ''}
          onChange={(value) => void setFilter({ plan: value || null })}
        />
        <SelectFilter
          label={text.state}
          any={text.anyState}
          options={STATES.map((value) => ({ value, label: text.states[value] }))}
          value={filter.state ?? ''}
          onChange={(value) => void setFilter({ state: STATES.find((state) => state === value) ?? null })}
        />
      </Filters>
      {error && (
        <ErrorNote onRetry={() => void refetch()}>
          {data ? messages.admin.outdated : messages.admin.failed} {refusalOf(error, messages.errors.noAnswer).message}
        </ErrorNote>
      )}
      {people ? (
        people.length === 0 ? (
          <div className="fl-panel">
            <EmptyState
              title={text.empty}
              icon={<UserRoundSearch size={28} />}
              action={
                <Button onClick={() => void setFilter({ q: null, role: null, plan: null, state: null })}>{messages.admin.clear}</Button>
              }
            />
          </div>
        ) : (
          <>
            <PeopleTable people={people} planName={planName} now={now} onOpen={setOpened} />
            <MoreButton shown={hasNextPage} busy={isFetchingNextPage} onPress={() => void fetchNextPage()} />
          </>
        )
      ) : (
        !error && <TableSkeleton label={messages.admin.loading} />
      )}
      {opened && <PersonDrawer key={opened} id={opened} plans={plans ?? []} onClose={() => setOpened(null)} />}
      {inviting && <InviteDialog plans={plans ?? []} onClose={() => setInviting(false)} />}
    </AdminFrame>
  )
}

function PeopleTable({
  people,
  planName,
  now,
  onOpen,
}: {
  people: readonly PersonItem[]
  planName: (key: string) => string
  now: number
  onOpen: (id: string) => void
}) {
  const { userId } = useUser()
  const { columns } = text
  return (
    <Table
      label={text.title}
      head={
        <>
          <Head>{columns.name}</Head>
          <Head className="hidden text-left wide:table-cell">{columns.email}</Head>
          <Head className="hidden text-left phone:table-cell">{columns.role}</Head>
          <Head>{columns.plan}</Head>
          <Head className="hidden text-left wide:table-cell">{columns.factor}</Head>
          <Head className="hidden text-left phone:table-cell">{columns.seen}</Head>
          <Head className="hidden text-left full:table-cell">{columns.created}</Head>
          <Head>{columns.state}</Head>
        </>
      }
    >
      {people.map((person) => (
        <Row key={person.id} className="hover:bg-s2">
          <Cell className="max-w-[240px]">
            <button
              type="button"
              title={text.open(person.email)}
              onClick={() => onOpen(person.id)}
              className="block max-w-full cursor-pointer truncate text-left font-semibold text-t1 hover:underline max-phone:min-h-10"
            >
              <bdi>{person.name}</bdi>
              {person.id === userId && <span className="ml-1.5 font-normal text-t3">{text.you}</span>}
            </button>
            <span className="block truncate text-[11px] text-t3 wide:hidden">
              <bdi>{person.email}</bdi>
            </span>
          </Cell>
          <Cell className="hidden max-w-[280px] truncate wide:table-cell" title={person.email}>
            <bdi>{person.email}</bdi>
            {!person.emailVerified && <span className="block truncate text-[11px] text-t3">{text.unverified}</span>}
          </Cell>
          <Cell className="hidden phone:table-cell">
            {person.role === 'admin' ? <span className="font-medium text-accfg">{text.roles.admin}</span> : text.roles.member}
          </Cell>
          <Cell>
            {planName(person.planKey)}
            {person.planUntil !== null && (
              <span className="block text-[11px] text-t3">
                {(person.planUntil > now ? text.until : text.ended)(formatDate(person.planUntil - 1))}
              </span>
            )}
          </Cell>
          <Cell className="hidden wide:table-cell">
            {person.secondFactor ? text.factorOn : <span className="text-t3">{text.factorOff}</span>}
          </Cell>
          <Cell className="hidden whitespace-nowrap phone:table-cell">
            {person.lastSeenAt === null ? <span className="text-t3">{messages.admin.never}</span> : agoOf(person.lastSeenAt, now)}
          </Cell>
          <Cell className="hidden whitespace-nowrap full:table-cell">{formatDate(person.createdAt)}</Cell>
          <Cell>
            <Badge tone={person.disabled ? 'err' : 'ok'}>{text.states[person.disabled ? 'disabled' : 'active']}</Badge>
          </Cell>
        </Row>
      ))}
    </Table>
  )
}
