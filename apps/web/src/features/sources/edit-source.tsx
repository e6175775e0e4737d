'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { Dialog } from './dialog.tsx'
import { FIELDS, type Field as FieldName, type Fields, fieldsOf, mergeFields, placeOf, readFields } from './prepare/edit-form.ts'
import { problemWords } from './prepare/problem-words.ts'
import { refusalOf } from './prepare/refusal.ts'
import type { SourceSettings } from './server/schema.ts'
import { TextArea } from './text-area.tsx'
import { useStoreSettings } from './use-switches.ts'

const text = messages.sources

/** What the form works on; news of the stream do not touch it. */
interface Draft {
  /** the source as it was when this was typed */
  base: SourceSettings
  fields: Fields
  problems: Partial<Record<FieldName, string>>
  /** what somebody else has stored since, of fields that were typed in */
  theirs: Partial<Record<FieldName, string>>
  /** of the form as a whole */
  error: string | null
}

export function EditSource({ source, onClose, onSaved }: { source: SourceSettings; onClose: () => void; onSaved: (name: string) => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const store = useStoreSettings()
  const update = useMutation(trpc.sources.update.mutationOptions())
  const form = useRef<HTMLFormElement>(null)
  const [busy, setBusy] = useState(false)
  const [draft, setDraft] = useState<Draft>(() => ({ base: source, fields: fieldsOf(source), problems: {}, theirs: {}, error: null }))
  const firstWrong = FIELDS.find((field) => draft.problems[field])

  const refuse = (problems: Draft['problems'], error: string | null = null) => {
    setDraft((now) => ({ ...now, problems, error }))
    const first = FIELDS.find((field) => problems[field])
    if (first) form.current?.querySelector<HTMLElement>(`[name=${first}]`)?.focus()
  }

  /** Somebody else was faster: what they stored comes into the form where nothing was typed, and beside it elsewhere. */
  const reload = async () => {
    const { sources } = await queryClient.fetchQuery({ ...trpc.sources.list.queryOptions(), staleTime: 0 })
    const stored = sources.find((s) => s.id === source.id)
    if (!stored) return refuse({}, text.form.failed)
    setDraft((now) => {
      const merged = mergeFields(now.fields, now.base, stored)
      return { base: stored, fields: merged.fields, theirs: merged.theirs, problems: {}, error: text.form.conflict }
    })
  }

  const save = async () => {
    const { change, problems } = readFields(draft.fields, draft.base)
    if (problems) return refuse(Object.fromEntries(Object.entries(problems).map(([field, problem]) => [field, problemWords(problem)])))
    if (Object.keys(change).length === 0) return onClose()
    setDraft((now) => ({ ...now, problems: {}, error: null }))
    try {
      await store(await update.mutateAsync({ id: draft.base.id, version: draft.base.version, ...change }))
      onSaved(source.name)
    } catch (error) {
      const { code, message } = refusalOf(error, messages.errors.noAnswer)
      if (code === 'CONFLICT') return await reload().catch(() => refuse({}, message))
      const place = placeOf(message)
      if (place.field) refuse({ [place.field]: place.message })
      else refuse({}, message)
    }
  }

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    await save()
    setBusy(false)
  }

  const inputOf = (field: FieldName) => ({
    name: field,
    value: draft.fields[field],
    onChange: (event: { target: { value: string } }) => {
      const { value } = event.target
      setDraft((now) => ({ ...now, fields: { ...now.fields, [field]: value } }))
    },
    error: draft.problems[field],
    ...(field === firstWrong ? { errorTestId: 'form-error' } : {}),
    autoComplete: 'off',
    spellCheck: false,
  })
  const hintOf = (field: FieldName, hint: string) =>
    draft.theirs[field] === undefined ? (
      hint
    ) : (
      <span className="text-warn [overflow-wrap:anywhere]">{text.form.theirs(draft.theirs[field])}</span>
    )

  return (
    <Dialog title={text.form.title(source.name)} onClose={onClose}>
      <form ref={form} method="post" noValidate onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto overscroll-contain p-4">
          <p className="text-t2">{text.form.lead}</p>
          {draft.error && <ErrorNote data-testid="form-error">{draft.error}</ErrorNote>}
          <Field
            label={text.form.restUrl}
            hint={hintOf('restUrl', text.form.urlHint)}
            placeholder={text.form.urlPlaceholder}
            inputMode="url"
            data-autofocus
            {...inputOf('restUrl')}
          />
          <Field
            label={text.form.wsUrl}
            hint={hintOf('wsUrl', text.form.urlHint)}
            placeholder={text.form.urlPlaceholder}
            inputMode="url"
            {...inputOf('wsUrl')}
          />
          <TextArea label={text.form.symbols} hint={hintOf('symbols', text.form.symbolsHint)} rows={3} {...inputOf('symbols')} />
          <Field
            label={text.form.days}
            hint={hintOf('backfillDays', text.form.daysHint)}
            inputMode="decimal"
            className="max-w-[240px]"
            {...inputOf('backfillDays')}
          />
        </div>
        <footer className="flex flex-none justify-end gap-2 border-t border-line p-3">
          <Button size="large" onClick={onClose}>
            {text.form.cancel}
          </Button>
          <Button type="submit" variant="primary" size="large" busy={busy}>
            {busy ? text.form.saving : text.form.save}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
