'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { Dialog } from './dialog.tsx'
import { readPriority } from './prepare/new-source.ts'
import { problemWords } from './prepare/problem-words.ts'
import { refusalOf } from './prepare/refusal.ts'
import type { SourceItem } from './server/schema.ts'
import { SourceHistory } from './source-history.tsx'
import { SourceKeys } from './source-keys.tsx'
import { VenueCheck } from './venue-check.tsx'

const text = messages.sources.manage

/** What is seldom done with a source: its name and rank, its keys, its history, a check, its end. */
export function ManageSource({
  source,
  onClose,
  onRemoved,
}: {
  source: SourceItem
  onClose: () => void
  onRemoved: (name: string) => void
}) {
  const { venue, restUrl, wsUrl, symbols } = source
  return (
    <Dialog title={text.title(source.name)} place="side" onClose={onClose}>
      <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto overscroll-contain p-4">
        <Part title={text.identity}>
          <Identity key={source.version} source={source} />
        </Part>
        <Part title={messages.sources.check.title} lead={messages.sources.check.lead}>
          <VenueCheck target={() => ({ venue, restUrl, wsUrl, symbols: symbols.slice(0, 3) })} />
        </Part>
        <Part title={messages.sources.history.title} lead={messages.sources.history.lead}>
          <SourceHistory source={source} />
        </Part>
        <Part title={messages.sources.keys.title} lead={messages.sources.keys.lead}>
          <SourceKeys source={source} />
        </Part>
        <Part title={text.remove} lead={text.removeLead}>
          <Remove source={source} onRemoved={onRemoved} />
        </Part>
      </div>
    </Dialog>
  )
}

const Part = ({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) => (
  <section className="flex flex-col gap-3" aria-label={title}>
    <h3 className="text-[13px] font-semibold text-t1">{title}</h3>
    {lead && <p className="text-t2">{lead}</p>}
    {children}
  </section>
)

function Identity({ source }: { source: SourceItem }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const update = useMutation(trpc.sources.update.mutationOptions())
  const [name, setName] = useState(source.name)
  const [priority, setPriority] = useState(String(source.priority))
  const [error, setError] = useState<string | null>(null)
  const changed = name.trim() !== source.name || priority.trim() !== String(source.priority)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const rank = readPriority(priority)
    if (typeof rank !== 'number') return setError(problemWords(rank))
    setError(null)
    try {
      await update.mutateAsync({ id: source.id, version: source.version, name: name.trim(), priority: rank })
      await queryClient.invalidateQueries({ queryKey: trpc.sources.list.queryKey() })
    } catch (failed) {
      setError(refusalOf(failed, messages.errors.noAnswer).message)
    }
  }
  return (
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-3">
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
      <div className="grid gap-3 phone:grid-cols-[1fr_9rem]">
        <Field
          label={messages.sources.add.name}
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={200}
          data-autofocus
        />
        <Field label={text.priority} inputMode="numeric" value={priority} onChange={(event) => setPriority(event.target.value)} />
      </div>
      <p className="text-t3">{text.priorityHint}</p>
      <Button type="submit" disabled={!changed} busy={update.isPending} className="self-start">
        {messages.sources.form.save}
      </Button>
    </form>
  )
}

function Remove({ source, onRemoved }: { source: SourceItem; onRemoved: (name: string) => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const remove = useMutation(trpc.sources.remove.mutationOptions())
  const [typed, setTyped] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await remove.mutateAsync({ id: source.id, version: source.version })
    } catch {
      return // said below
    }
    await queryClient.invalidateQueries({ queryKey: trpc.sources.list.queryKey() })
    onRemoved(source.name)
  }
  return (
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-3">
      {remove.error && <ErrorNote data-testid="form-error">{refusalOf(remove.error, messages.errors.noAnswer).message}</ErrorNote>}
      <Field label={text.removeConfirm(source.name)} value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
      <Button
        type="submit"
        variant="secondary"
        disabled={typed.trim() !== source.name}
        busy={remove.isPending}
        className="self-start text-err!"
      >
        {text.removeSubmit}
      </Button>
    </form>
  )
}
