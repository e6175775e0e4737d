'use client'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { useUser } from '../shell/user-context.tsx'
import { InvitationRow, type RenewedInvitation } from './invitation-row.tsx'
import { LinkDialog } from './invite-dialog.tsx'
import { MemberDialog, type MemberQuestion } from './member-dialogs.tsx'
import { MemberRow } from './member-row.tsx'
import { problemOf } from './prepare/words.ts'
import { RolesExplained } from './roles-explained.tsx'
import type { Member, TeamDetails, TeamInvitation } from './server/schema.ts'

const text = messages.teams.members

interface MembersPanelProps {
  team: TeamDetails
  members: Member[]
  /** null: the reader may not see them */
  invitations: TeamInvitation[] | null
  now: number
}

/** Who is in the team and who is invited. */
export function MembersPanel({ team, members: initial, invitations: initialInvitations, now }: MembersPanelProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { userId } = useUser()
  const [filter, setFilter] = useState('')
  const [asking, setAsking] = useState<MemberQuestion | null>(null)
  const [renewed, setRenewed] = useState<RenewedInvitation | null>(null)
  const isOwner = team.role === 'owner'
  const members = useQuery({ ...trpc.teams.members.queryOptions({ teamId: team.id }), initialData: initial })
  const invitations = useQuery({
    ...trpc.teams.invitations.queryOptions({ teamId: team.id }),
    ...(initialInvitations ? { initialData: initialInvitations } : {}),
    enabled: isOwner,
  })
  const changeRole = useMutation(trpc.teams.changeRole.mutationOptions())
  const [problem, setProblem] = useState<string | null>(null)
  const failed = members.error ?? (isOwner ? invitations.error : null)

  const wanted = filter.trim().toLowerCase()
  const matches = (...texts: (string | null)[]) => texts.some((one) => one?.toLowerCase().includes(wanted))
  const shown = members.data.filter(({ name, email }) => matches(name, email))
  const open = isOwner ? (invitations.data ?? []).filter(({ email }) => wanted === '' || matches(email)) : []

  const setRole = async (member: Member, role: Member['role']) => {
    setProblem(null)
    if (role === 'owner') return setAsking({ kind: 'transfer', member })
    if (member.userId === userId) return setAsking({ kind: 'own role', member, role })
    try {
      await changeRole.mutateAsync({ teamId: team.id, userId: member.userId, role })
      toast(text.changed(member.name, messages.teams.a[role]))
    } catch (error) {
      setProblem(problemOf(error))
    }
    await queryClient.invalidateQueries({ queryKey: trpc.teams.pathKey() })
  }

  return (
    <section aria-labelledby="members" className="fl-panel">
      <header className="fl-panel-head flex-wrap py-1.5">
        <h2 id="members" className="fl-panel-title">
          {text.title}
        </h2>
        <span className="rounded-sm bg-s3 px-2 py-0.5 font-medium text-t2">{formatCount(members.data.length)}</span>
        <label className="ml-auto flex h-8 w-full max-w-[220px] items-center gap-2 rounded-md border border-line2 bg-s2 px-2.5 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-acc">
          <Search size={14} aria-hidden="true" className="flex-none text-t3" />
          <span className="sr-only">{text.find}</span>
          <input
            type="search"
            value={filter}
            placeholder={text.find}
            onChange={(event) => setFilter(event.target.value)}
            className="w-full min-w-0 bg-transparent text-t1 outline-none placeholder:text-t3"
          />
        </label>
      </header>
      {(problem ?? failed) && (
        <ErrorNote
          className="m-3"
          data-testid="form-error"
          {...(problem ? {} : { onRetry: () => void Promise.all([members.refetch(), isOwner && invitations.refetch()]) })}
        >
          {problem ?? `${messages.teams.page.failed} ${problemOf(failed)}`}
        </ErrorNote>
      )}
      <table className="w-full table-fixed border-collapse">
        <thead>
          <tr className="border-b border-line text-left text-[11px] text-t3 max-phone:hidden">
            <th scope="col" className="h-9 w-[26%] pl-4 font-normal">
              {text.columns.name}
            </th>
            <th scope="col" className="px-2 font-normal">
              {text.columns.email}
            </th>
            <th scope="col" className="w-[112px] px-2 font-normal">
              {text.columns.role}
            </th>
            <th scope="col" className="hidden w-[120px] px-2 font-normal wide:table-cell">
              {text.columns.secondFactor}
            </th>
            <th scope="col" className="w-[110px] px-2 font-normal">
              {text.columns.lastSeen}
            </th>
            <th scope="col" className={isOwner ? 'w-[168px]' : 'w-14'}>
              <span className="sr-only">{text.columns.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((member) => (
            <MemberRow
              key={member.userId}
              member={member}
              self={member.userId === userId}
              mayChange={isOwner}
              now={now}
              onRole={(role) => void setRole(member, role)}
              onAsk={setAsking}
            />
          ))}
          {open.map((invitation) => (
            <InvitationRow key={invitation.id} teamId={team.id} invitation={invitation} now={now} onRenewed={setRenewed} />
          ))}
          {shown.length + open.length === 0 && (
            <tr>
              <td colSpan={6} className="p-4 text-t2 [overflow-wrap:anywhere]">
                {text.none(filter.trim())}
              </td>
            </tr>
          )}
        </tbody>
      </table>
      <RolesExplained />
      {asking && (
        <MemberDialog
          team={team}
          question={asking}
          lastOwner={members.data.filter(({ role }) => role === 'owner').length === 1}
          onClose={() => setAsking(null)}
        />
      )}
      {renewed && <LinkDialog title={messages.teams.invitations.renewTitle} made={renewed} onClose={() => setRenewed(null)} />}
    </section>
  )
}
