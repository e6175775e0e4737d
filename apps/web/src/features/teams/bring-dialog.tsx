'use client'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { Choice, FormDialog } from './confirm.tsx'
import { problemOf } from './prepare/words.ts'
import type { TeamDetails } from './server/schema.ts'

const text = messages.teams.items
type How = 'copy' | 'move'
const HOW: readonly { value: How; label: string }[] = [
  { value: 'copy', label: text.copy },
  { value: 'move', label: text.move },
]

/** Copies or moves something of the reader's own into the team. */
export function BringDialog({ team, onClose }: { team: TeamDetails; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const duplicate = useMutation(trpc.saved.duplicate.mutationOptions())
  const adopt = useMutation(trpc.teams.adoptItem.mutationOptions())
  const { data: own, error } = useQuery({ ...trpc.saved.list.queryOptions({ teamId: null }), staleTime: 0 })
  const [chosen, setChosen] = useState<string | null>(null)
  const [how, setHow] = useState<How>('copy')
  const item = own?.find(({ id }) => id === chosen) ?? own?.[0]
  const submit = async () => {
    if (!item) return
    if (how === 'copy') await duplicate.mutateAsync({ teamId: team.id, of: item.id, name: item.name })
    else await adopt.mutateAsync({ id: item.id, teamId: team.id })
    toast(how === 'copy' ? text.copied(item.name) : text.moved(item.name))
    await Promise.all([trpc.teams, trpc.saved].map((part) => queryClient.invalidateQueries({ queryKey: part.pathKey() })))
  }
  return (
    <FormDialog
      title={text.bringTitle}
      action={text.doIt[how]}
      acting={text.doing}
      check={() => (item ? null : text.nothingOwn)}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-t2">{text.bringLead}</p>
      {error && <ErrorNote>{problemOf(error)}</ErrorNote>}
      {own?.length === 0 && <p className="text-t1">{text.nothingOwn}</p>}
      {!own && !error && <p className="text-t3">{text.loading}</p>}
      {own && item && (
        <>
          <Choice
            label={text.which}
            value={item.id}
            options={own.map(({ id, kind, name }) => ({ value: id, label: `${text.kinds[kind]}: ${name}` }))}
            onChange={setChosen}
          />
          <div>
            <SegmentedControl label={text.how} options={HOW} value={how} onChange={setHow} />
          </div>
        </>
      )}
    </FormDialog>
  )
}
