'use client'
import { formatDateTime } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { FormDialog } from '../teams/confirm.tsx'
import { LinkToHandOver } from './link-to-hand-over.tsx'
import { Act, usePeopleRefresh } from './person-act.tsx'
import type { PersonDetail } from './server/people.ts'

const text = messages.admin.person

/** What an administrator may do about somebody's access; about one's own only what locks nobody out. */
export function PersonAccess({ person, isOwn, onGone }: { person: PersonDetail; isOwn: boolean; onGone: () => void }) {
  const trpc = useTRPC()
  const { id, email } = person
  const setRole = useMutation(trpc.admin.people.setRole.mutationOptions())
  const setDisabled = useMutation(trpc.admin.people.setDisabled.mutationOptions())
  const signOut = useMutation(trpc.admin.people.signOut.mutationOptions())
  const resetFactor = useMutation(trpc.admin.people.resetSecondFactor.mutationOptions())
  const other = person.role === 'admin' ? 'member' : 'admin'
  return (
    <section aria-label={text.accessTitle}>
      <h3 className="mb-2 text-[13px] font-semibold">{text.accessTitle}</h3>
      <Act label={text.signOut} why={text.signOutWhy} done={text.done.signedOut(email)} run={() => signOut.mutateAsync({ id })} />
      {!person.disabled && <ResetLink person={person} />}
      {!isOwn && (
        <>
          {person.secondFactor && (
            <Act
              label={text.resetFactor}
              why={text.resetFactorWhy}
              done={text.done.factor(email)}
              run={() => resetFactor.mutateAsync({ id })}
            />
          )}
          <Act
            key={other}
            label={other === 'admin' ? text.makeAdmin : text.makeMember}
            why={other === 'admin' ? text.makeAdminWhy : text.makeMemberWhy}
            done={text.done.role(email)}
            run={() => setRole.mutateAsync({ id, role: other })}
          />
          <Act
            key={String(person.disabled)}
            label={person.disabled ? text.enable : text.disable}
            why={person.disabled ? text.enableWhy : text.disableWhy}
            danger={!person.disabled}
            done={person.disabled ? text.done.enabled(email) : text.done.disabled(email)}
            run={() => setDisabled.mutateAsync({ id, disabled: !person.disabled })}
          />
          <Remove person={person} onGone={onGone} />
        </>
      )}
    </section>
  )
}

/** For whoever cannot sign in: the link is shown here, once. */
function ResetLink({ person }: { person: PersonDetail }) {
  const trpc = useTRPC()
  const create = useMutation(trpc.joining.createResetLink.mutationOptions())
  const made = create.data
  return (
    <div className="flex flex-col gap-2 border-t border-line py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className="min-w-0 flex-1 basis-56 text-t2">{text.resetLinkWhy}</p>
        <Button className="max-phone:h-10" busy={create.isPending} onClick={() => create.mutate({ userId: person.id })}>
          {text.resetLink}
        </Button>
      </div>
      {made && (
        <LinkToHandOver url={made.url}>
          {text.linkOnce(made.email)} {text.linkUntil(formatDateTime(made.expiresAt.getTime(), 'utc'))}
        </LinkToHandOver>
      )}
      {create.error && <ErrorNote data-testid="form-error">{refusalOf(create.error, messages.errors.noAnswer).message}</ErrorNote>}
    </div>
  )
}

/** Nothing brings it back: the address is typed first. */
function Remove({ person, onGone }: { person: PersonDetail; onGone: () => void }) {
  const trpc = useTRPC()
  const refresh = usePeopleRefresh()
  const remove = useMutation(trpc.admin.people.remove.mutationOptions())
  const [asking, setAsking] = useState(false)
  const [typed, setTyped] = useState('')
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line py-3">
      <p className="min-w-0 flex-1 basis-56 text-t2">{text.removeShort}</p>
      <Button variant="danger" className="max-phone:h-10" onClick={() => setAsking(true)}>
        {text.remove}
      </Button>
      {asking && (
        <FormDialog
          title={text.remove}
          action={text.remove}
          danger
          check={() => (typed.trim().toLowerCase() === person.email ? null : text.removeMismatch)}
          onSubmit={async () => {
            await remove.mutateAsync({ id: person.id })
            toast(text.done.removed(person.email))
            onGone()
            await refresh()
          }}
          onClose={() => setAsking(false)}
        >
          <p className="text-t2">{text.removeWhy(person.email)}</p>
          <Field
            label={text.removeType}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
        </FormDialog>
      )}
    </div>
  )
}
