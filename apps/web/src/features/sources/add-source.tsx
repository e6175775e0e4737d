'use client'
import { FEED_VENUES, VENUES } from '@faultline/market/venue'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { Dialog } from './dialog.tsx'
import { type NewSourceField, type NewSourceFields, readNewSource } from './prepare/new-source.ts'
import { problemWords } from './prepare/problem-words.ts'
import { refusalOf } from './prepare/refusal.ts'
import { TextArea } from './text-area.tsx'
import { type CheckedVenue, VenueCheck } from './venue-check.tsx'

const text = messages.sources

const EMPTY: NewSourceFields = { name: '', restUrl: '', wsUrl: '', symbols: '', backfillDays: '', priority: '100' }

/** A new data source: workers begin to listen to it as soon as it is stored. */
export function AddSource({ onClose, onAdded }: { onClose: () => void; onAdded: (name: string) => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const create = useMutation(trpc.sources.create.mutationOptions())
  const venueId = useId()
  const [venue, setVenue] = useState<(typeof FEED_VENUES)[number]>(
    FEED_VENUES.find((id) => !VENUES[id].simulated) ?? (FEED_VENUES[0] as never),
  )
  const [fields, setFields] = useState(EMPTY)
  const [problems, setProblems] = useState<Partial<Record<NewSourceField, string>>>({})
  const [error, setError] = useState<string | null>(null)

  const read = () => {
    const { source, problems } = readNewSource(fields)
    setProblems(problems ? Object.fromEntries(Object.entries(problems).map(([field, problem]) => [field, problemWords(problem)])) : {})
    return source
  }
  const target = (): CheckedVenue | null => {
    const source = read()
    return source && { venue, restUrl: source.restUrl, wsUrl: source.wsUrl, symbols: source.symbols }
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (create.isPending) return
    const source = read()
    setError(null)
    if (!source) return
    try {
      const made = await create.mutateAsync({ venue, ...source, name: source.name || VENUES[venue].name })
      await queryClient.invalidateQueries({ queryKey: trpc.sources.list.queryKey() })
      onAdded(made.name)
    } catch (failed) {
      setError(refusalOf(failed, messages.errors.noAnswer).message)
    }
  }
  const inputOf = (field: NewSourceField) => ({
    name: field,
    value: fields[field],
    onChange: (event: { target: { value: string } }) => setFields((now) => ({ ...now, [field]: event.target.value })),
    error: problems[field],
    errorTestId: 'form-error',
    autoComplete: 'off',
    spellCheck: false,
  })
  return (
    <Dialog title={text.add.title} onClose={onClose}>
      <form method="post" noValidate onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto overscroll-contain p-4">
          <p className="text-t2">{text.add.lead}</p>
          {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
          <div className="fl-field">
            <label htmlFor={venueId} className="fl-field-label">
              {text.add.venue}
            </label>
            <select
              id={venueId}
              value={venue}
              onChange={(event) => setVenue(event.target.value as typeof venue)}
              className="fl-input"
              data-autofocus
            >
              {FEED_VENUES.map((id) => (
                <option key={id} value={id}>
                  {VENUES[id].name}
                </option>
              ))}
            </select>
          </div>
          <Field label={text.add.name} hint={text.add.nameHint} placeholder={VENUES[venue].name} maxLength={200} {...inputOf('name')} />
          <TextArea label={text.form.symbols} hint={text.form.symbolsHint} rows={2} {...inputOf('symbols')} />
          <Field
            label={text.form.restUrl}
            hint={text.form.urlHint}
            placeholder={text.form.urlPlaceholder}
            inputMode="url"
            {...inputOf('restUrl')}
          />
          <Field
            label={text.form.wsUrl}
            hint={text.form.urlHint}
            placeholder={text.form.urlPlaceholder}
            inputMode="url"
            {...inputOf('wsUrl')}
          />
          <div className="grid gap-4 phone:grid-cols-2">
            <Field label={text.form.days} hint={text.form.daysHint} inputMode="decimal" {...inputOf('backfillDays')} />
            <Field label={text.manage.priority} hint={text.manage.priorityHint} inputMode="numeric" {...inputOf('priority')} />
          </div>
          <VenueCheck target={target} />
        </div>
        <footer className="flex flex-none justify-end gap-2 border-t border-line p-3">
          <Button size="large" onClick={onClose}>
            {text.form.cancel}
          </Button>
          <Button type="submit" variant="primary" size="large" busy={create.isPending}>
            {text.add.submit}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
