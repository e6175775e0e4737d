'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatDate } from '../shell/prepare/format.ts'
import { refusalOf } from '../sources/prepare/refusal.ts'
import type { ApiKeyItem } from './server/api-keys.ts'

const text = messages.apiKeys
const LIVES = [30, 90, 365, null] as const

/** Keys for programs: made, shown once, revoked. */
export function ApiKeysSection() {
  const trpc = useTRPC()
  const asked = useQuery(trpc.apiKeys.list.queryOptions())
  return (
    <Panel title={text.title}>
      <div className="flex flex-col gap-4">
        <p className="text-t2">{text.lead}</p>
        {asked.error && (
          <ErrorNote onRetry={() => void asked.refetch()}>{refusalOf(asked.error, messages.errors.noAnswer).message}</ErrorNote>
        )}
        {asked.isPending && <p className="h-8 animate-none rounded-md bg-s2" aria-busy="true" role="status" aria-label={text.loading} />}
        {asked.data && (asked.data.allowed ? <NewKey /> : <p className="text-t2">{text.locked}</p>)}
        {asked.data && asked.data.keys.length === 0 && <p className="text-t3">{text.empty}</p>}
        {asked.data && asked.data.keys.length > 0 && (
          <ul className="flex flex-col divide-y divide-line">
            {asked.data.keys.map((key) => (
              <Key key={key.id} item={key} />
            ))}
          </ul>
        )}
      </div>
    </Panel>
  )
}

function NewKey() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const id = useId()
  const create = useMutation(trpc.apiKeys.create.mutationOptions())
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<ApiKeyItem['scopes']>(['markets', 'readings'])
  const [days, setDays] = useState<number | null>(90)
  const [error, setError] = useState<string | null>(null)
  const [made, setMade] = useState<string | null>(null)
  const [copied, setCopied] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (create.isPending) return
    setError(null)
    if (name.trim() === '') return setError(text.nameMissing)
    if (scopes.length === 0) return setError(text.scopeMissing)
    try {
      const { key } = await create.mutateAsync({ name: name.trim(), scopes, days })
      setMade(key)
      setCopied(false)
      setName('')
      await queryClient.invalidateQueries({ queryKey: trpc.apiKeys.list.queryKey() })
    } catch (failed) {
      setError(refusalOf(failed, messages.errors.noAnswer).message)
    }
  }
  return (
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-3">
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
      <div className="grid gap-3 phone:grid-cols-[1fr_9rem]">
        <Field
          label={text.name}
          hint={text.nameHint}
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
          maxLength={200}
        />
        <div className="fl-field">
          <label htmlFor={id} className="fl-field-label">
            {text.life}
          </label>
          <select
            id={id}
            value={String(days)}
            onChange={(event) => setDays(event.target.value === 'null' ? null : Number(event.target.value))}
            className="fl-input"
          >
            {LIVES.map((life) => (
              <option key={String(life)} value={String(life)}>
                {life === null ? text.forEver : text.days(life)}
              </option>
            ))}
          </select>
        </div>
      </div>
      <fieldset className="flex flex-wrap gap-x-4 gap-y-2">
        <legend className="fl-field-label mb-1">{text.scopes}</legend>
        {(['markets', 'readings'] as const).map((scope) => (
          <label key={scope} className="flex items-center gap-2 text-t1">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) => setScopes((now) => (event.target.checked ? [...now, scope] : now.filter((other) => other !== scope)))}
              className="size-4 accent-acc"
            />
            {text.scopeNames[scope]}
          </label>
        ))}
      </fieldset>
      <Button type="submit" busy={create.isPending} className="self-start">
        {text.submit}
      </Button>
      {made && (
        <div role="status" className="flex flex-col gap-2 rounded-lg border border-line2 bg-s2 p-3">
          <p className="font-semibold text-t1">{text.once}</p>
          <div className="flex flex-wrap items-center gap-2">
            <code className="min-w-0 flex-1 font-mono text-t1 [overflow-wrap:anywhere]" data-testid="api-key">
              {made}
            </code>
            <Button size="small" onClick={() => void navigator.clipboard?.writeText(made).then(() => setCopied(true))}>
              {copied ? text.copied : text.copy}
            </Button>
          </div>
        </div>
      )}
    </form>
  )
}

function Key({ item }: { item: ApiKeyItem }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const revoke = useMutation(
    trpc.apiKeys.revoke.mutationOptions({ onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.apiKeys.list.queryKey() }) }),
  )
  const [asking, setAsking] = useState(false)
  const used = item.lastUsedAt === null ? text.unused : text.used(formatDate(item.lastUsedAt))
  const ends = item.expiresAt === null ? text.endless : item.expiresAt < Date.now() ? text.ended : text.ends(formatDate(item.expiresAt))
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium text-t1">
          <bdi>{item.name}</bdi> <span className="font-mono text-t3">{item.prefix}…</span>
        </p>
        <p className="text-[11px] text-t2">{[item.scopes.map((scope) => text.scopeNames[scope]).join(', '), ends, used].join(' · ')}</p>
        {revoke.error && <ErrorNote data-testid="form-error">{refusalOf(revoke.error, messages.errors.noAnswer).message}</ErrorNote>}
      </div>
      {asking ? (
        <>
          <Button className="text-err!" busy={revoke.isPending} onClick={() => revoke.mutate({ id: item.id })}>
            {text.revokeNow}
          </Button>
          <Button onClick={() => setAsking(false)}>{text.keep}</Button>
        </>
      ) : (
        <Button aria-label={text.revokeOf(item.name)} onClick={() => setAsking(true)}>
          {text.revoke}
        </Button>
      )}
    </li>
  )
}
