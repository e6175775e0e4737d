'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { Panel } from '@faultline/ui/react/panel'
import { Toggle } from '@faultline/ui/react/toggle'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { PageBody } from '../shell/app-frame.tsx'
import { formatCount, formatDate } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { FormDialog } from './confirm.tsx'
import { problemOf } from './prepare/words.ts'
import type { TeamDetails } from './server/schema.ts'
import { TeamFrame } from './team-frame.tsx'

const text = messages.teams.settings

/** Name, rules and the end of a team. */
export function SettingsPage({ team: initial }: { team: TeamDetails }) {
  return (
    <TeamFrame initial={initial} tab="settings">
      {(team) => (
        <PageBody title={messages.teams.page.tabs.settings} aside={text.created(formatDate(team.createdAt))}>
          <div className="flex max-w-3xl flex-col gap-3">
            {team.role !== 'owner' && <p className="text-t2">{text.ownersOnly}</p>}
            <General team={team} />
            <SecondFactor team={team} />
            {team.role === 'owner' && <Danger team={team} />}
          </div>
        </PageBody>
      )}
    </TeamFrame>
  )
}

function General({ team }: { team: TeamDetails }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const update = useMutation(trpc.teams.update.mutationOptions())
  /** null: as it is stored; what is typed names the version that it was typed on */
  const [draft, setDraft] = useState<{ name: string; version: number } | null>(null)
  const [error, setError] = useState<string | null>(null)
  const name = draft?.name ?? team.name
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (update.isPending) return
    if (!draft || draft.name.trim() === team.name) return setDraft(null)
    if (name.trim() === '') return setError(messages.teams.form.missing)
    setError(null)
    try {
      await update.mutateAsync({ teamId: team.id, version: draft.version, name })
      setDraft(null)
      toast(text.saved)
    } catch (refused) {
      setError(problemOf(refused))
      // the next attempt is made on what is stored now
      setDraft({
        name,
        version: (await queryClient.fetchQuery({ ...trpc.teams.get.queryOptions({ teamId: team.id }), staleTime: 0 })).version,
      })
    }
    await queryClient.invalidateQueries({ queryKey: trpc.teams.pathKey() })
  }
  return (
    <Panel title={text.general}>
      <form method="post" noValidate onSubmit={(event) => void submit(event)} className="flex flex-wrap items-end gap-3">
        <Field
          label={text.name}
          value={name}
          readOnly={team.role !== 'owner'}
          onChange={(event) => setDraft({ name: event.target.value, version: draft?.version ?? team.version })}
          error={error}
          errorTestId="form-error"
          autoComplete="off"
          dir="auto"
          className="min-w-0 flex-1 basis-64"
        />
        {team.role === 'owner' && (
          <Button type="submit" size="large" variant="primary" busy={update.isPending} className={error ? 'self-center' : ''}>
            {update.isPending ? messages.teams.form.saving : messages.teams.form.save}
          </Button>
        )}
      </form>
    </Panel>
  )
}

function SecondFactor({ team }: { team: TeamDetails }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const update = useMutation(trpc.teams.update.mutationOptions())
  const { data: members } = useQuery(trpc.teams.members.queryOptions({ teamId: team.id }))
  const without = members?.filter(({ secondFactor }) => !secondFactor).length ?? 0
  const change = async (requireSecondFactor: boolean) => {
    try {
      await update.mutateAsync({ teamId: team.id, version: team.version, requireSecondFactor })
      toast(requireSecondFactor ? text.required : text.optional)
    } catch {
      // said below
    }
    await queryClient.invalidateQueries({ queryKey: trpc.teams.pathKey() })
  }
  return (
    <Panel title={text.secondFactor}>
      <div className="flex flex-col gap-2">
        <Toggle
          label={text.requireSecondFactor}
          checked={team.requireSecondFactor}
          disabled={team.role !== 'owner' || update.isPending}
          onChange={(on) => void change(on)}
        />
        <p className="text-t2">{text.requireLead}</p>
        {without > 0 && <p className="text-warn">{text.requireWarn(formatCount(without), team.requireSecondFactor)}</p>}
        {update.error && <ErrorNote data-testid="form-error">{problemOf(update.error)}</ErrorNote>}
      </div>
    </Panel>
  )
}

function Danger({ team }: { team: TeamDetails }) {
  const [asking, setAsking] = useState(false)
  return (
    <Panel title={text.danger}>
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-0 flex-1 basis-64 text-t2">{text.dangerLead}</p>
        <Button variant="danger" onClick={() => setAsking(true)}>
          {text.delete}
        </Button>
      </div>
      {asking && <DeleteTeam team={team} onClose={() => setAsking(false)} />}
    </Panel>
  )
}

function DeleteTeam({ team, onClose }: { team: TeamDetails; onClose: () => void }) {
  const router = useRouter()
  const remove = useMutation(useTRPC().teams.remove.mutationOptions())
  const [name, setName] = useState('')
  const submit = async () => {
    await remove.mutateAsync({ teamId: team.id, name })
    toast(text.deleted(team.name))
    router.push('/teams')
  }
  return (
    <FormDialog
      title={text.deleteTitle(team.name)}
      action={text.deleteSure}
      acting={text.deleting}
      danger
      check={() => (name.trim() === team.name ? null : text.wrongName)}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-t2">{text.dangerLead}</p>
      <p className="rounded-md bg-s2 px-3 py-2 font-semibold whitespace-pre-wrap text-t1 [overflow-wrap:anywhere]">
        <bdi>{team.name}</bdi>
      </p>
      <Field
        label={text.deleteName}
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        dir="auto"
        data-autofocus
      />
    </FormDialog>
  )
}
