'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { isShorter, readDays } from './prepare/retention.ts'
import type { InstallationSettings } from './server/settings.ts'

const text = messages.admin.settings
type Kind = InstallationSettings['retention'][number]['kind']

/** How long one kind is kept. Keeping it shorter is asked once more: what goes does not come back. */
export function RetentionForm({ kind, days }: { kind: Kind; days: number | null }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [typed, setTyped] = useState(days === null ? '' : String(days))
  const [problem, setProblem] = useState<string | null>(null)
  const [asking, setAsking] = useState<number | null>(null)
  const save = useMutation({
    ...trpc.admin.settings.setRetention.mutationOptions(),
    onSuccess: async () => {
      toast(messages.admin.saved)
      setAsking(null)
      await queryClient.invalidateQueries({ queryKey: trpc.admin.settings.pathKey() })
    },
  })
  const read = readDays(typed)
  const changed = read === undefined || read !== days
  const error = problem ?? (save.error && refusalOf(save.error, messages.errors.noAnswer).message)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (save.isPending) return
    setProblem(read === undefined ? text.badDays : null)
    if (read === undefined || read === days) return
    if (read !== null && isShorter(read, days)) setAsking(read)
    else save.mutate({ kind, days: read })
  }
  const name = text.kinds[kind]
  return (
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-2 border-b border-line py-2">
      <div className="flex items-center gap-2">
        <span aria-hidden="true" className="min-w-0 flex-1 text-t1">
          {name}
        </span>
        <input
          aria-label={text.daysOf(name)}
          inputMode="numeric"
          placeholder={text.forEver}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            setAsking(null)
          }}
          autoComplete="off"
          className="h-8 w-24 rounded-md border border-line2 bg-s2 px-2 text-right text-t1 placeholder:text-t3 max-phone:h-10"
        />
        <span aria-hidden="true" className="w-8 text-t3">
          {text.days}
        </span>
        <Button
          type="submit"
          aria-label={text.saveOf(name)}
          disabled={!changed}
          busy={save.isPending && asking === null}
          className="max-phone:h-10"
        >
          {messages.admin.save}
        </Button>
      </div>
      {asking !== null && (
        <div role="status" className="flex flex-wrap items-center justify-end gap-2">
          <p className="min-w-0 flex-1 basis-56 text-warn">{text.shorter(name, formatCount(asking))}</p>
          <Button className="max-phone:h-10" onClick={() => setAsking(null)}>
            {messages.admin.cancel}
          </Button>
          <Button variant="danger" className="max-phone:h-10" busy={save.isPending} onClick={() => save.mutate({ kind, days: asking })}>
            {messages.admin.sure(messages.admin.save)}
          </Button>
        </div>
      )}
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
    </form>
  )
}
