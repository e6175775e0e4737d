'use client'
import { CHANNEL_KINDS, type ChannelKind } from '@faultline/market/alert'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { useUser } from '../shell/user-context.tsx'
import { Dialog } from '../sources/dialog.tsx'
import { Choice } from '../teams/confirm.tsx'
import { problemOf } from '../teams/prepare/words.ts'
import { CHANNEL_ICONS } from './channel-icons.tsx'
import type { ListedChannel } from './server/schema.ts'

const text = messages.alerts.channels

export interface ChannelDialogProps {
  teamId: string | null
  channels: readonly ListedChannel[]
  editable: boolean
  /** something was added, removed or tested */
  onChanged: () => Promise<unknown>
  onClose: () => void
}

export function ChannelDialog({ teamId, channels, editable, onChanged, onClose }: ChannelDialogProps) {
  const [secret, setSecret] = useState<string | null>(null)
  return (
    <Dialog title={text.title} onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto overscroll-contain p-4">
        <p className="text-t2">{text.lead}</p>
        {channels.length === 0 ? (
          <p className="text-t2">{text.none}</p>
        ) : (
          <ul className="flex flex-col gap-2">
            {channels.map((channel) => (
              <ChannelRow key={channel.id} channel={channel} editable={editable} onChanged={onChanged} />
            ))}
          </ul>
        )}
        {secret !== null && <Secret secret={secret} onDone={() => setSecret(null)} />}
        {editable && secret === null && (
          <AddChannel
            teamId={teamId}
            onAdded={async (made) => {
              setSecret(made)
              await onChanged()
            }}
          />
        )}
      </div>
    </Dialog>
  )
}

function ChannelRow({ channel, editable, onChanged }: { channel: ListedChannel; editable: boolean; onChanged: () => Promise<unknown> }) {
  const { id, kind, name, hint, disabledReason } = channel
  const trpc = useTRPC()
  const test = useMutation(trpc.alerts.testChannel.mutationOptions())
  const remove = useMutation(trpc.alerts.removeChannel.mutationOptions())
  const [sure, setSure] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const Icon = CHANNEL_ICONS[kind]
  const act = async (work: () => Promise<unknown>, done: string) => {
    setError(null)
    try {
      await work()
      toast(done)
      await onChanged()
    } catch (refused) {
      setError(problemOf(refused))
    }
  }
  return (
    <li className="rounded-lg border border-line bg-s2 p-2.5">
      <div className="flex flex-wrap items-center gap-2">
        <Icon size={16} aria-hidden="true" className="flex-none text-t2" />
        <span className="min-w-0 flex-1">
          <bdi className="block truncate font-semibold">{name}</bdi>
          <span className="block truncate text-[11px] text-t2">
            {text.kinds[kind]} · <bdi>{hint}</bdi>
          </span>
        </span>
        {disabledReason && <Badge tone="err">{text.off}</Badge>}
        {editable && (
          <>
            <Button
              aria-label={text.testName(name)}
              busy={test.isPending}
              onClick={() => act(() => test.mutateAsync({ id }), text.tested(name))}
            >
              {text.test}
            </Button>
            {sure ? (
              <Button
                variant="danger"
                busy={remove.isPending}
                onClick={() => act(() => remove.mutateAsync({ id }), text.removed(name))}
                onBlur={() => setSure(false)}
                autoFocus
              >
                {text.removeSure}
              </Button>
            ) : (
              <Button variant="ghost" aria-label={text.removeName(name)} onClick={() => setSure(true)}>
                {text.remove}
              </Button>
            )}
          </>
        )}
      </div>
      {disabledReason && <p className="mt-1.5 text-[11px] text-t2 [overflow-wrap:anywhere]">{text.offWhy(disabledReason)}</p>}
      {error && <ErrorNote className="mt-2">{error}</ErrorNote>}
    </li>
  )
}

const EMPTY = { name: '', url: '', token: '', chatId: '' }

function AddChannel({ teamId, onAdded }: { teamId: string | null; onAdded: (secret: string | null) => Promise<void> }) {
  const { email } = useUser()
  const trpc = useTRPC()
  const create = useMutation(trpc.alerts.createChannel.mutationOptions())
  const [kind, setKind] = useState<ChannelKind>('webhook')
  const [fields, setFields] = useState(EMPTY)
  const [error, setError] = useState<string | null>(null)
  const inputOf = (field: keyof typeof EMPTY) => ({
    name: field,
    label: text[field],
    value: fields[field],
    onChange: (event: { target: { value: string } }) => setFields({ ...fields, [field]: event.target.value }),
    autoComplete: 'off',
    spellCheck: false,
  })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (create.isPending) return
    setError(null)
    const { name, url, token, chatId } = fields
    const given = kind === 'email' ? { kind, name } : kind === 'telegram' ? { kind, name, token, chatId } : { kind, name, url }
    try {
      const { secret } = await create.mutateAsync({ teamId, ...given })
      setFields(EMPTY)
      await onAdded(secret)
    } catch (refused) {
      setError(problemOf(refused))
    }
  }
  return (
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-3 border-t border-line pt-4">
      <h3 className="font-semibold">{text.add}</h3>
      <Choice
        label={text.kind}
        value={kind}
        options={CHANNEL_KINDS.map((value) => ({ value, label: text.kinds[value] }))}
        onChange={setKind}
        {...(kind === 'email' ? { hint: text.emailHint(email) } : {})}
      />
      <Field {...inputOf('name')} dir="auto" maxLength={200} />
      {(kind === 'webhook' || kind === 'discord') && (
        <Field {...inputOf('url')} inputMode="url" hint={kind === 'webhook' ? text.webhookHint : text.discordHint} />
      )}
      {kind === 'telegram' && (
        <>
          <Field {...inputOf('token')} type="password" hint={text.tokenHint} />
          <Field {...inputOf('chatId')} />
        </>
      )}
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
      <Button type="submit" variant="primary" size="large" busy={create.isPending} className="self-end">
        {create.isPending ? text.adding : text.add}
      </Button>
    </form>
  )
}

/** Once: it cannot be read again. */
function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <section aria-label={text.secret} className="rounded-lg border border-acc bg-s2 p-3">
      <h3 className="font-semibold">{text.secret}</h3>
      <p className="mt-1 text-t2">{text.secretWhy}</p>
      <code className="mt-2 block rounded-md bg-s3 p-2 text-[11px] [overflow-wrap:anywhere] select-all">{secret}</code>
      <div className="mt-2.5 flex justify-end gap-2">
        <Button onClick={() => void navigator.clipboard?.writeText(secret).then(() => toast(text.copied))}>{text.copy}</Button>
        <Button variant="primary" onClick={onDone}>
          {text.done}
        </Button>
      </div>
    </section>
  )
}
