'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'

/** After something was done: what is shown of people is asked for anew. */
export function usePeopleRefresh(): () => Promise<void> {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: trpc.admin.people.pathKey() })
}

/** Something to do, with what it means; `sure`: asked once more before it is done. */
export function Act({
  label,
  why,
  danger = false,
  done,
  run,
  then,
}: {
  label: string
  why: string
  danger?: boolean
  done: string
  run: () => Promise<unknown>
  then?: () => void
}) {
  const refresh = usePeopleRefresh()
  const [asking, setAsking] = useState(false)
  const act = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      toast(done)
      setAsking(false)
      if (then) then()
      await refresh()
    },
  })
  return (
    <div className="flex flex-col gap-2 border-t border-line py-3 first:border-t-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className="min-w-0 flex-1 basis-56 text-t2">{why}</p>
        {!asking && (
          <Button variant={danger ? 'danger' : 'secondary'} className="max-phone:h-10" onClick={() => setAsking(true)}>
            {label}
          </Button>
        )}
      </div>
      {asking && (
        <div className="flex flex-wrap justify-end gap-2">
          <Button className="max-phone:h-10" onClick={() => setAsking(false)}>
            {messages.admin.cancel}
          </Button>
          <Button variant={danger ? 'danger' : 'primary'} className="max-phone:h-10" busy={act.isPending} onClick={() => act.mutate()}>
            {messages.admin.sure(label)}
          </Button>
        </div>
      )}
      {act.error && <ErrorNote data-testid="form-error">{refusalOf(act.error, messages.errors.noAnswer).message}</ErrorNote>}
    </div>
  )
}
