'use client'
import { Button } from '@faultline/ui/react/button'
import { Menu, MenuItem } from '@faultline/ui/react/menu'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, Link2, Mail, RefreshCw, X } from 'lucide-react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { leftOf, problemOf } from './prepare/words.ts'
import type { NewInvitation } from './server/invitations.ts'
import type { TeamInvitation } from './server/schema.ts'

const text = messages.teams.invitations

/** Its new link, and whom it is for. */
export type RenewedInvitation = NewInvitation & { email: string | null; maxUses: number; renewed: boolean }

interface InvitationRowProps {
  teamId: string
  invitation: TeamInvitation
  now: number
  onRenewed: (made: RenewedInvitation) => void
}

/** An invitation that nobody has used up. */
export function InvitationRow({ teamId, invitation, now, onRenewed }: InvitationRowProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const renew = useMutation(trpc.teams.renewInvitation.mutationOptions())
  const revoke = useMutation(trpc.teams.revokeInvitation.mutationOptions())
  const { id, email, maxUses } = invitation
  const again = () => queryClient.invalidateQueries({ queryKey: trpc.teams.pathKey() })
  const doRenew = async () => {
    try {
      onRenewed({ ...(await renew.mutateAsync({ teamId, id })), email, maxUses, renewed: true })
    } catch (error) {
      toast(problemOf(error), 'warn')
    }
    await again()
  }
  const doRevoke = async () => {
    try {
      await revoke.mutateAsync({ teamId, id })
      toast(text.revoked)
    } catch (error) {
      toast(problemOf(error), 'warn')
    }
    await again()
  }
  return (
    <InvitationView
      invitation={invitation}
      now={now}
      busy={renew.isPending ? 'renew' : revoke.isPending ? 'revoke' : null}
      onRenew={() => void doRenew()}
      onRevoke={() => void doRevoke()}
    />
  )
}

export function InvitationView({
  invitation: { email, role, uses, maxUses, expiresAt },
  now,
  busy,
  onRenew,
  onRevoke,
}: {
  invitation: TeamInvitation
  now: number
  busy: 'renew' | 'revoke' | null
  onRenew: () => void
  onRevoke: () => void
}) {
  const Icon = email === null ? Link2 : Mail
  const used = text.used(formatCount(uses), formatCount(maxUses))
  const whom = email ?? used
  const ends = expiresAt > now ? text.expiresIn(leftOf(expiresAt, now)) : text.expired
  const endsClass = expiresAt > now ? 'text-t2' : 'font-medium text-err'
  return (
    <tr className="border-b border-line last:border-b-0">
      <td className="py-2 pr-2 pl-4">
        <div className="flex min-w-0 items-center gap-3">
          <span
            aria-hidden="true"
            className="flex size-7 flex-none items-center justify-center rounded-full border border-dashed border-line2 text-t3"
          >
            <Icon size={13} />
          </span>
          <div className="min-w-0">
            <p className="text-t2">{email === null ? text.sentLink : text.sent}</p>
            <p className="truncate text-t2 phone:hidden">
              <bdi>{whom}</bdi>
            </p>
            <p className={`mt-0.5 text-[11px] phone:hidden ${endsClass}`}>{ends}</p>
          </div>
        </div>
      </td>
      <td className="truncate px-2 text-t2 max-phone:hidden">
        <bdi title={whom}>{whom}</bdi>
      </td>
      <td className="px-2 text-t2 max-phone:w-[108px]">{messages.teams.roles[role]}</td>
      <td className="hidden px-2 text-t3 wide:table-cell">–</td>
      <td className={`px-2 max-phone:hidden ${endsClass}`}>{ends}</td>
      <td className="py-1.5 pr-3 text-right max-phone:w-12">
        <span className="phone:hidden">
          <Menu label={messages.teams.members.actionsFor(whom)} icon={<Ellipsis size={16} />} iconOnly variant="ghost">
            <MenuItem icon={<RefreshCw size={14} />} onPress={onRenew}>
              {email === null ? text.renew : text.resend}
            </MenuItem>
            <MenuItem icon={<X size={14} />} onPress={onRevoke}>
              {text.revoke}
            </MenuItem>
          </Menu>
        </span>
        <span className="hidden justify-end gap-1 phone:inline-flex">
          <Button
            size="small"
            variant="ghost"
            busy={busy === 'renew'}
            aria-label={email === null ? text.renewFor(whom) : text.resendFor(whom)}
            onClick={onRenew}
            className="text-accfg"
          >
            {email === null ? text.renew : text.resend}
          </Button>
          <Button
            size="small"
            variant="ghost"
            busy={busy === 'revoke'}
            aria-label={text.revokeFor(whom)}
            onClick={onRevoke}
            className="text-err"
          >
            {text.revoke}
          </Button>
        </span>
      </td>
    </tr>
  )
}
