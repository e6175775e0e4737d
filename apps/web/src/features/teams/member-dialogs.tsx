'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { Choice, FormDialog } from './confirm.tsx'
import type { Member, TeamDetails } from './server/schema.ts'

const text = messages.teams.members

/** What is asked before it is done. */
export type MemberQuestion =
  | { kind: 'transfer' | 'remove' | 'leave'; member: Member }
  | { kind: 'own role'; member: Member; role: 'editor' | 'viewer' }

interface MemberDialogProps {
  team: TeamDetails
  question: MemberQuestion
  /** the team has one owner only */
  lastOwner: boolean
  onClose: () => void
}

export function MemberDialog(props: MemberDialogProps) {
  switch (props.question.kind) {
    case 'transfer':
      return <Transfer {...props} />
    case 'leave':
      return <Leave {...props} />
    case 'remove':
      return <Remove {...props} />
    case 'own role':
      return <OwnRole {...props} role={props.question.role} />
  }
}

function useAfterwards() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: trpc.teams.pathKey() })
}

const OWN = [
  { value: 'owner', label: text.stay },
  { value: 'editor', label: text.becomeEditor },
  { value: 'viewer', label: text.becomeViewer },
] as const

function Transfer({ team, question: { member }, onClose }: MemberDialogProps) {
  const transfer = useMutation(useTRPC().teams.transfer.mutationOptions())
  const afterwards = useAfterwards()
  const [own, setOwn] = useState<(typeof OWN)[number]['value']>('owner')
  const submit = async () => {
    await transfer.mutateAsync({ teamId: team.id, userId: member.userId, own: own === 'owner' ? null : own })
    toast(text.changed(member.name, messages.teams.a.owner))
    await afterwards()
  }
  return (
    <FormDialog title={text.transferTitle(member.name)} action={text.transferSure} onSubmit={submit} onClose={onClose}>
      <p className="text-t2">{text.transferLead}</p>
      <Choice label={text.stepDown} value={own} options={OWN} onChange={setOwn} />
    </FormDialog>
  )
}

function Remove({ team, question: { member }, onClose }: MemberDialogProps) {
  const remove = useMutation(useTRPC().teams.removeMember.mutationOptions())
  const afterwards = useAfterwards()
  const submit = async () => {
    await remove.mutateAsync({ teamId: team.id, userId: member.userId })
    toast(text.removed(member.name))
    await afterwards()
  }
  return (
    <FormDialog title={text.removeTitle(member.name)} action={text.removeSure} danger onSubmit={submit} onClose={onClose}>
      <p className="text-t2">{text.removeLead}</p>
    </FormDialog>
  )
}

function Leave({ team, lastOwner, onClose }: MemberDialogProps) {
  const router = useRouter()
  const leave = useMutation(useTRPC().teams.leave.mutationOptions())
  const stuck = team.role === 'owner' && lastOwner
  const submit = async () => {
    await leave.mutateAsync({ teamId: team.id })
    toast(text.left(team.name))
    router.push('/teams')
  }
  return (
    <FormDialog title={text.leaveTitle} action={text.leaveSure} danger onSubmit={submit} onClose={onClose}>
      <p className="text-t2">{stuck ? text.lastOwner : text.leaveLead}</p>
    </FormDialog>
  )
}

function OwnRole({ team, question: { member }, lastOwner, role, onClose }: MemberDialogProps & { role: 'editor' | 'viewer' }) {
  const changeRole = useMutation(useTRPC().teams.changeRole.mutationOptions())
  const afterwards = useAfterwards()
  const submit = async () => {
    await changeRole.mutateAsync({ teamId: team.id, userId: member.userId, role })
    await afterwards()
  }
  return (
    <FormDialog title={text.ownRoleTitle(messages.teams.a[role])} action={text.roleSure} danger onSubmit={submit} onClose={onClose}>
      <p className="text-t2">{lastOwner ? text.lastOwner : text.ownRoleLead}</p>
    </FormDialog>
  )
}
