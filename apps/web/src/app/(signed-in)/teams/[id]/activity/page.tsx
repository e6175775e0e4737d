import type { Metadata } from 'next'
import { ActivityPage } from '../../../../../features/teams/activity-page.tsx'
import { openTeam } from '../../../../../features/teams/server/open-team.ts'
import { TeamLockedPage } from '../../../../../features/teams/team-frame.tsx'
import { messages } from '../../../../../messages.ts'

export const metadata: Metadata = { title: messages.teams.activity.title }

export default async function TeamActivity({ params }: PageProps<'/teams/[id]/activity'>) {
  const team = await openTeam((await params).id)
  return team ? <ActivityPage team={team} now={Date.now()} /> : <TeamLockedPage />
}
