'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatDate } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { Dialog } from '../sources/dialog.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { Choice } from '../teams/confirm.tsx'
import { LinkToHandOver } from './link-to-hand-over.tsx'
import type { PlanItem } from './server/plans.ts'

const text = messages.admin.invite

/** Invites one address after the other, and shows which invitations are open. */
export function InviteDialog({ plans, onClose }: { plans: readonly PlanItem[]; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.joining.invitations.queryKey() })
  const { data: open, error: failed, refetch } = useQuery({ ...trpc.joining.invitations.queryOptions(), staleTime: 0 })
  const { data: settings } = useQuery(trpc.admin.settings.read.queryOptions())
  const [email, setEmail] = useState('')
  const [plan, setPlan] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const invite = useMutation({
    ...trpc.joining.invite.mutationOptions(),
    onSuccess: async () => {
      setEmail('')
      await refresh()
    },
  })
  const renew = useMutation({ ...trpc.joining.resendInvitation.mutationOptions(), onSuccess: refresh })
  const revoke = useMutation({
    ...trpc.joining.revokeInvitation.mutationOptions(),
    onSuccess: async (gone) => {
      toast(text.revoked(gone.email))
      await refresh()
    },
  })
  const refused = [invite, renew, revoke].find(({ error }) => error)?.error
  const error = problem ?? (refused ? refusalOf(refused, messages.errors.noAnswer).message : null)
  const made = renew.data && renew.submittedAt > invite.submittedAt ? renew.data : invite.data
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (invite.isPending) return
    setProblem(email.trim() === '' ? text.noEmail : null)
    renew.reset()
    revoke.reset()
    if (email.trim() !== '') invite.mutate({ email: email.trim(), plan: plan || null })
  }
  return (
    <Dialog title={text.title} place="side" onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-5 overflow-y-auto overscroll-contain p-4">
        <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-3">
          {settings && <p className="text-t2">{settings.mail ? text.hintMail : text.hintLink}</p>}
          <Field
            label={text.email}
            type="email"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            autoComplete="off"
            data-autofocus
          />
          <Choice
            label={text.plan}
            value={plan}
            options={[{ value: '', label: text.planDefault }, ...plans.map(({ key, name }) => ({ value: key, label: name }))]}
            onChange={setPlan}
          />
          {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
          <Button type="submit" variant="primary" size="large" className="self-start" busy={invite.isPending}>
            {invite.isPending ? text.sending : text.submit}
          </Button>
        </form>
        {made && (
          <LinkToHandOver url={made.url}>
            {text.made(made.email)} {made.mailed && text.mailed}
          </LinkToHandOver>
        )}
        <section aria-label={text.pending}>
          <h3 className="mb-1 text-[13px] font-semibold">{text.pending}</h3>
          {failed && (
            <ErrorNote onRetry={() => void refetch()}>
              {messages.admin.failed} {refusalOf(failed, messages.errors.noAnswer).message}
            </ErrorNote>
          )}
          {open?.length === 0 && <p className="text-t3">{text.noPending}</p>}
          <ul>
            {open?.map((invitation) => (
              <li key={invitation.id} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line py-2 last:border-b-0">
                <span className="min-w-0 flex-1 basis-48">
                  <bdi className="font-medium [overflow-wrap:anywhere]">{invitation.email}</bdi>
                  <span className="block text-[11px] text-t3">
                    {invitation.state === 'expired' ? text.expired : text.expires(formatDate(invitation.expiresAt.getTime()))}
                    {invitation.invitedBy && (
                      <>
                        {' · '}
                        <bdi>{text.by(invitation.invitedBy)}</bdi>
                      </>
                    )}
                  </span>
                </span>
                <Button
                  size="small"
                  className="max-phone:h-10"
                  aria-label={text.renewOf(invitation.email)}
                  busy={renew.isPending && renew.variables.id === invitation.id}
                  onClick={() => renew.mutate({ id: invitation.id })}
                >
                  {text.renew}
                </Button>
                <Button
                  size="small"
                  variant="danger"
                  className="max-phone:h-10"
                  aria-label={text.revokeOf(invitation.email)}
                  busy={revoke.isPending && revoke.variables.id === invitation.id}
                  onClick={() => revoke.mutate({ id: invitation.id })}
                >
                  {text.revoke}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </Dialog>
  )
}
