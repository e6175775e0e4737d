'use client'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useQuery } from '@tanstack/react-query'
import { Activity, ArrowLeft, LockKeyhole, type LucideIcon, Settings2, Users, UserX } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useEffect, useRef } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { AppFrame } from '../shell/app-frame.tsx'
import { toast } from '../shell/toasts.tsx'
import { codeOf, problemOf } from './prepare/words.ts'
import type { TeamDetails } from './server/schema.ts'
import { useTeamNews } from './use-team-news.ts'

const text = messages.teams.page

export type TeamTab = 'members' | 'activity' | 'settings'
const TABS: readonly { tab: TeamTab; path: string; Icon: LucideIcon }[] = [
  { tab: 'members', path: '', Icon: Users },
  { tab: 'activity', path: '/activity', Icon: Activity },
  { tab: 'settings', path: '/settings', Icon: Settings2 },
]

/**
 * Around every page of one team: its name and its pages, as the reader's role is now. A change of role takes effect at once;
 * whoever is out of the team is told so.
 */
export function TeamFrame({ initial, tab, children }: { initial: TeamDetails; tab: TeamTab; children: (team: TeamDetails) => ReactNode }) {
  const trpc = useTRPC()
  useTeamNews(initial.id)
  const {
    data: team,
    error,
    refetch,
  } = useQuery({
    ...trpc.teams.get.queryOptions({ teamId: initial.id }),
    initialData: initial,
  })
  const gone = codeOf(error) === 'NOT_FOUND'
  const role = useRef(team.role)
  useEffect(() => {
    if (role.current !== team.role) toast(text.roleChanged(messages.teams.a[team.role]), 'warn')
    role.current = team.role
  }, [team.role])
  return (
    <AppFrame section="teams">
      {gone ? (
        <TeamClosed teamId={initial.id} />
      ) : (
        <div className="mx-auto flex w-full max-w-[1600px] flex-1 flex-col wide:flex-row">
          <nav
            aria-label={text.label}
            className="flex-none border-line max-wide:border-b wide:w-[208px] wide:border-r wide:py-5 wide:pr-3 wide:pl-4"
          >
            <Link href="/teams" className="hidden h-7 items-center gap-2 rounded-md px-2.5 text-[11px] text-t3 hover:text-t1 wide:flex">
              <ArrowLeft size={12} aria-hidden="true" />
              {text.back}
            </Link>
            <p className="truncate px-3 pt-3 text-[11px] text-t3 wide:px-2.5 wide:pt-2 wide:pb-1.5">
              <bdi>{team.name}</bdi>
            </p>
            <ul className="flex gap-1 overflow-x-auto px-2 pb-2 wide:flex-col wide:px-0 wide:pb-0">
              {TABS.map(({ tab: target, path, Icon }) => (
                <li key={target}>
                  <Link
                    href={`/teams/${team.id}${path}`}
                    aria-current={target === tab ? 'page' : undefined}
                    className="flex h-8 items-center gap-2.5 rounded-md px-2.5 font-medium whitespace-nowrap text-t2 hover:bg-s2 hover:text-t1 aria-[current]:bg-s3 aria-[current]:text-t1 max-phone:h-10"
                  >
                    <Icon size={14} aria-hidden="true" className="flex-none" />
                    {text.tabs[target]}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <div className="min-w-0 flex-1">
            {error && (
              <ErrorNote className="mx-3 mt-4 phone:mx-6" onRetry={() => void refetch()}>
                {text.failed} {problemOf(error)}
              </ErrorNote>
            )}
            {children(team)}
          </div>
        </div>
      )}
    </AppFrame>
  )
}

/** It is gone, or closed to whoever has no second factor. */
function TeamClosed({ teamId }: { teamId: string }) {
  const trpc = useTRPC()
  const { data } = useQuery({ ...trpc.teams.mine.queryOptions(), staleTime: 0 })
  if (data?.some(({ id, locked }) => id === teamId && locked)) return <TeamLocked />
  return (
    <div role="status" className="m-auto py-10">
      <EmptyState
        title={text.goneTitle}
        icon={<UserX size={28} />}
        action={
          <Link href="/teams" className="fl-button fl-button-primary fl-button-large">
            {text.goneAction}
          </Link>
        }
      >
        {text.gone}
      </EmptyState>
    </div>
  )
}

export function TeamLocked() {
  return (
    <div role="status" className="m-auto py-10">
      <EmptyState
        title={text.lockedTitle}
        icon={<LockKeyhole size={28} />}
        action={
          <Link href="/account" className="fl-button fl-button-primary fl-button-large">
            {text.lockedAction}
          </Link>
        }
      >
        {text.locked}
      </EmptyState>
    </div>
  )
}

/** The page of a team that was closed from the start. */
export function TeamLockedPage() {
  return (
    <AppFrame section="teams">
      <TeamLocked />
    </AppFrame>
  )
}
