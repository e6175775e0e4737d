'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount, formatDate } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { useUser } from '../shell/user-context.tsx'
import { Dialog } from '../sources/dialog.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { PersonAccess } from './person-access.tsx'
import { PersonPlan } from './person-plan.tsx'
import type { PersonDetail } from './server/people.ts'
import type { PlanItem } from './server/plans.ts'

const text = messages.admin.person

/** One person: what is known of them, and what may be done. */
export function PersonDrawer({ id, plans, onClose }: { id: string; plans: readonly PlanItem[]; onClose: () => void }) {
  const trpc = useTRPC()
  const { data: person, error, refetch } = useQuery({ ...trpc.admin.people.get.queryOptions({ id }), staleTime: 0 })
  return (
    <Dialog title={person?.name ?? messages.admin.people.title} place="side" onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-5 overflow-y-auto overscroll-contain p-4">
        {error && (
          <ErrorNote onRetry={() => void refetch()} data-testid="form-error">
            {refusalOf(error, messages.errors.noAnswer).message}
          </ErrorNote>
        )}
        {person ? (
          <Person person={person} plans={plans} onGone={onClose} />
        ) : (
          !error && (
            <p role="status" className="text-t3">
              {text.loading}
            </p>
          )
        )}
      </div>
    </Dialog>
  )
}

function Person({ person, plans, onGone }: { person: PersonDetail; plans: readonly PlanItem[]; onGone: () => void }) {
  const isOwn = useUser().userId === person.id
  const { columns, roles, states } = messages.admin.people
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        <Fact name={columns.email}>
          <bdi>{person.email}</bdi>
          {!person.emailVerified && <span className="block text-[11px] font-normal text-t3">{messages.admin.people.unverified}</span>}
        </Fact>
        <Fact name={columns.role}>{roles[person.role]}</Fact>
        <Fact name={columns.state}>{states[person.disabled ? 'disabled' : 'active']}</Fact>
        <Fact name={columns.factor}>{person.secondFactor ? messages.admin.people.factorOn : messages.admin.people.factorOff}</Fact>
        <Fact name={text.password}>{person.hasPassword ? text.hasPassword : text.noPassword}</Fact>
        <Fact name={text.sessions}>{text.sessionCount(formatCount(person.sessions))}</Fact>
        <Fact name={columns.seen}>{person.lastSeenAt === null ? messages.admin.never : formatDate(person.lastSeenAt)}</Fact>
        <Fact name={columns.created}>{formatDate(person.createdAt)}</Fact>
        <Fact name={text.teams}>
          {person.teams.length === 0
            ? messages.admin.none
            : person.teams.map((team) => (
                <span key={team.id} className="block">
                  <bdi>{team.name}</bdi> <span className="font-normal text-t3">{text.teamRoles[team.role]}</span>
                </span>
              ))}
        </Fact>
      </dl>
      {isOwn && <p className="rounded-lg bg-s2 p-3 text-t2">{text.own}</p>}
      <PersonPlan person={person} plans={plans} />
      <PersonAccess person={person} isOwn={isOwn} onGone={onGone} />
    </>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-t3">{name}</dt>
    <dd className="min-w-0 text-right font-medium [overflow-wrap:anywhere]">{children}</dd>
  </>
)

/** After something was done: what is shown of people is asked for anew. */
export function usePeopleRefresh(): () => Promise<void> {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: trpc.admin.people.pathKey() })
}

/** Something to do, with what it means; `sure`: asked once more before it is done. */
export function Act({
  label,
  why,
  danger = false,
  done,
  run,
  then,
}: {
  label: string
  why: string
  danger?: boolean
  done: string
  run: () => Promise<unknown>
  then?: () => void
}) {
  const refresh = usePeopleRefresh()
  const [asking, setAsking] = useState(false)
  const act = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      toast(done)
      setAsking(false)
      if (then) then()
      await refresh()
    },
  })
  return (
    <div className="flex flex-col gap-2 border-t border-line py-3 first:border-t-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className="min-w-0 flex-1 basis-56 text-t2">{why}</p>
        {!asking && (
          <Button variant={danger ? 'danger' : 'secondary'} className="max-phone:h-10" onClick={() => setAsking(true)}>
            {label}
          </Button>
        )}
      </div>
      {asking && (
        <div className="flex flex-wrap justify-end gap-2">
          <Button className="max-phone:h-10" onClick={() => setAsking(false)}>
            {messages.admin.cancel}
          </Button>
          <Button variant={danger ? 'danger' : 'primary'} className="max-phone:h-10" busy={act.isPending} onClick={() => act.mutate()}>
            {messages.admin.sure(label)}
          </Button>
        </div>
      )}
      {act.error && <ErrorNote data-testid="form-error">{refusalOf(act.error, messages.errors.noAnswer).message}</ErrorNote>}
    </div>
  )
}
