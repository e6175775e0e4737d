'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ChevronRight, LockKeyhole, Plus, Users } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { FormDialog } from './confirm.tsx'
import { PersonMark } from './person-mark.tsx'
import { problemOf } from './prepare/words.ts'
import type { MyTeam } from './server/schema.ts'
import { useTeamNews } from './use-team-news.ts'

const text = messages.teams

/** The teams that one is in. */
export function TeamsPage({ initial }: { initial: MyTeam[] }) {
  const trpc = useTRPC()
  const [creating, setCreating] = useState(false)
  useTeamNews(null)
  const { data: teams, error, refetch } = useQuery({ ...trpc.teams.mine.queryOptions(), initialData: initial })
  const create = (
    <Button variant="primary" icon={<Plus size={14} />} onClick={() => setCreating(true)}>
      {text.list.create}
    </Button>
  )
  return (
    <AppFrame section="teams">
      <PageBody
        title={text.title}
        aside={teams.length > 0 && text.list.count(formatCount(teams.length))}
        actions={teams.length > 0 && create}
      >
        {error && (
          <ErrorNote onRetry={() => void refetch()}>
            {text.list.failed} {problemOf(error)}
          </ErrorNote>
        )}
        {teams.length === 0 ? (
          <div className="fl-panel">
            <EmptyState title={text.list.empty} icon={<Users size={28} />} action={create}>
              {text.list.emptyLead}
            </EmptyState>
          </div>
        ) : (
          <TeamList teams={teams} />
        )}
      </PageBody>
      {creating && <CreateTeam onClose={() => setCreating(false)} />}
    </AppFrame>
  )
}

export function TeamList({ teams }: { teams: readonly MyTeam[] }) {
  return (
    <ul aria-label={text.title} className="grid gap-3 phone:grid-cols-2 full:grid-cols-3">
      {teams.map((team) => (
        <li key={team.id} className="fl-panel relative flex min-w-0 items-start gap-3 p-4 hover:border-line2">
          <PersonMark id={team.id} name={team.name} />
          <div className="min-w-0 flex-1">
            <p className="flex items-center gap-2">
              <Link
                href={`/teams/${team.id}`}
                className="min-w-0 truncate text-[13px] leading-[18px] font-semibold text-t1 after:absolute after:inset-0 after:rounded-[10px]"
              >
                <bdi>{team.name}</bdi>
              </Link>
              <Badge tone={team.role === 'owner' ? 'accent' : 'neutral'} icon={null}>
                {text.roles[team.role]}
              </Badge>
            </p>
            <p className="mt-1 text-t2">{text.list.members(formatCount(team.members))}</p>
            {team.locked && (
              <p className="mt-2 flex items-start gap-1.5 text-t2">
                <LockKeyhole size={13} aria-hidden="true" className="mt-px flex-none text-warn" />
                <span>
                  {text.list.locked}{' '}
                  <Link href="/account" className="relative z-10 font-semibold whitespace-nowrap text-accfg underline underline-offset-2">
                    {text.list.lockedAction}
                  </Link>
                </span>
              </p>
            )}
          </div>
          <ChevronRight size={14} aria-hidden="true" className="mt-0.5 flex-none text-t3" />
        </li>
      ))}
    </ul>
  )
}

function CreateTeam({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const create = useMutation(trpc.teams.create.mutationOptions())
  const [name, setName] = useState('')
  const submit = async () => {
    const { id } = await create.mutateAsync({ name })
    await queryClient.invalidateQueries({ queryKey: trpc.teams.mine.queryKey() })
    router.push(`/teams/${id}`)
  }
  return (
    <FormDialog
      title={text.form.createTitle}
      action={text.form.create}
      acting={text.form.creating}
      check={() => (name.trim() === '' ? text.form.missing : null)}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-t2">{text.form.createLead}</p>
      <Field
        label={text.form.name}
        placeholder={text.form.namePlaceholder}
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        dir="auto"
        data-autofocus
      />
    </FormDialog>
  )
}
