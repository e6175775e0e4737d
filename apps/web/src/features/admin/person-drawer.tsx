'use client'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount, formatDate } from '../shell/prepare/format.ts'
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
