'use client'
import { Button } from '@faultline/ui/react/button'
import { Field } from '@faultline/ui/react/field'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useId, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { copyText } from '../export/copy-link.ts'
import { formatCount } from '../shell/prepare/format.ts'
import { Dialog } from '../sources/dialog.tsx'
import { Choice, FormDialog } from './confirm.tsx'
import type { RenewedInvitation } from './invitation-row.tsx'

const text = messages.teams.invitations
type Way = 'email' | 'link'
const WAYS: readonly { value: Way; label: string }[] = [
  { value: 'email', label: text.ways.email },
  { value: 'link', label: text.ways.link },
]
const ROLES = (['viewer', 'editor'] as const).map((value) => ({ value, label: messages.teams.roles[value] }))

/** Null: it is no whole number in that range. */
const wholeOf = (typed: string, most: number): number | null =>
  /^\d{1,6}$/.test(typed.trim()) && Number(typed) >= 1 && Number(typed) <= most ? Number(typed) : null

/** One person by e-mail, or several by a link; afterwards the link, once. */
export function InviteDialog({ teamId, first, onClose }: { teamId: string; first: Way; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const invite = useMutation(trpc.teams.invite.mutationOptions())
  const [way, setWay] = useState<Way>(first)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<'viewer' | 'editor'>('viewer')
  const [uses, setUses] = useState('10')
  const [days, setDays] = useState('7')
  const [made, setMade] = useState<RenewedInvitation | null>(null)
  const byEmail = way === 'email'

  const check = () => {
    if (byEmail && email.trim() === '') return text.missingEmail
    if (!byEmail && wholeOf(uses, 1_000) === null) return text.wrongUses
    return wholeOf(days, 30) === null ? text.wrongDays : null
  }
  const submit = async () => {
    const maxUses = byEmail ? 1 : (wholeOf(uses, 1_000) ?? 1)
    const address = byEmail ? email : null
    const answer = await invite.mutateAsync({ teamId, email: address, role, maxUses, days: wholeOf(days, 30) ?? 7 })
    setMade({ ...answer, email: address?.trim() ?? null, maxUses, renewed: false })
    setEmail('')
    void queryClient.invalidateQueries({ queryKey: trpc.teams.pathKey() })
    return 'stay' as const
  }
  if (made) return <LinkDialog title={text.doneTitle} made={made} onClose={onClose} onAnother={() => setMade(null)} />
  return (
    <FormDialog
      title={text.title}
      action={byEmail ? text.send : text.makeLink}
      acting={text.sending}
      check={check}
      onSubmit={submit}
      onClose={onClose}
    >
      <div>
        <SegmentedControl label={text.by} options={WAYS} value={way} onChange={setWay} />
      </div>
      {byEmail && (
        <Field
          label={text.email}
          hint={text.emailHint}
          type="email"
          inputMode="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      )}
      <Choice label={text.role} value={role} options={ROLES} onChange={setRole} hint={messages.teams.may[role]} />
      <div className="grid gap-4 phone:grid-cols-2">
        {!byEmail && (
          <Field
            label={text.uses}
            hint={text.usesHint}
            inputMode="numeric"
            value={uses}
            onChange={(event) => setUses(event.target.value)}
          />
        )}
        <Field label={text.days} hint={text.daysHint} inputMode="numeric" value={days} onChange={(event) => setDays(event.target.value)} />
      </div>
    </FormDialog>
  )
}

/** The link of a new invitation, the one time that it is there. */
export function LinkDialog({
  title,
  made,
  onClose,
  onAnother,
}: {
  title: string
  made: RenewedInvitation
  onClose: () => void
  onAnother?: () => void
}) {
  const id = useId()
  const { link, email, mailed, replaced, renewed, maxUses } = made
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="flex flex-col gap-3 p-4">
        <p className="text-t2 [overflow-wrap:anywhere]">
          {email === null ? text.linkMade(formatCount(maxUses)) : mailed ? text.mailed(email) : text.notMailed(email)}
          {replaced && ` ${renewed ? text.renewed : text.replaced}`}
        </p>
        <div className="fl-field">
          <label htmlFor={id} className="fl-field-label">
            {text.linkLabel}
          </label>
          <div className="flex gap-2">
            <input
              id={id}
              readOnly
              value={link}
              onFocus={(event) => event.target.select()}
              className="fl-input min-w-0 flex-1 font-mono text-[12px]"
              data-autofocus
            />
            <Button size="large" icon={<Copy size={14} />} onClick={() => void copyText(link, text.copied)}>
              {text.copy}
            </Button>
          </div>
          <p className="fl-field-hint">{text.once}</p>
        </div>
      </div>
      <footer className="flex flex-none justify-end gap-2 border-t border-line p-3">
        {onAnother && (
          <Button size="large" onClick={onAnother}>
            {text.another}
          </Button>
        )}
        <Button size="large" variant="primary" onClick={onClose}>
          {text.done}
        </Button>
      </footer>
    </Dialog>
  )
}
