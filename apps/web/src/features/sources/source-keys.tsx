'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { refusalOf } from './prepare/refusal.ts'
import type { CredentialHint, SourceItem } from './server/schema.ts'

const text = messages.sources.keys
const NAMES: readonly CredentialHint['name'][] = ['apiKey', 'secret', 'password']

/** Keys of an account at the venue: written, replaced, taken away, never read. */
export function SourceKeys({ source }: { source: SourceItem }) {
  return (
    <ul className="flex flex-col gap-2">
      {NAMES.map((name) => (
        <li key={name}>
          <Key source={source} name={name} held={source.credentials.find((credential) => credential.name === name)} />
        </li>
      ))}
    </ul>
  )
}

function Key({ source, name, held }: { source: SourceItem; name: CredentialHint['name']; held: CredentialHint | undefined }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: trpc.sources.list.queryKey() })
  const set = useMutation(trpc.sources.setCredential.mutationOptions({ onSuccess }))
  const remove = useMutation(trpc.sources.removeCredential.mutationOptions({ onSuccess }))
  const [value, setValue] = useState<string | null>(null)
  const problem = set.error ?? remove.error
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await set.mutateAsync({ id: source.id, name, value: value ?? '' })
      setValue(null)
    } catch {
      // said below
    }
  }
  return (
    <div className="flex flex-col gap-2 rounded-lg border border-line p-3">
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-24 font-medium text-t1">{text.names[name]}</span>
        <span className="flex-1 text-t2">{held ? text.held(held.hint) : text.none}</span>
        {value === null && (
          <Button onClick={() => setValue('')} aria-label={held ? text.replaceOf(text.names[name]) : text.setOf(text.names[name])}>
            {held ? text.replace : text.set}
          </Button>
        )}
        {held && value === null && (
          <Button
            variant="ghost"
            busy={remove.isPending}
            aria-label={text.removeOf(text.names[name])}
            onClick={() => remove.mutate({ id: source.id, name })}
          >
            {text.remove}
          </Button>
        )}
      </div>
      {problem && <ErrorNote data-testid="form-error">{refusalOf(problem, messages.errors.noAnswer).message}</ErrorNote>}
      {value !== null && (
        <form method="post" noValidate onSubmit={submit} className="flex flex-wrap items-end gap-2">
          <Field
            label={text.names[name]}
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={value}
            onChange={(event) => setValue(event.target.value)}
            className="min-w-48 flex-1"
          />
          <Button type="submit" variant="primary" busy={set.isPending}>
            {messages.sources.form.save}
          </Button>
          <Button onClick={() => setValue(null)}>{messages.sources.form.cancel}</Button>
        </form>
      )}
    </div>
  )
}
