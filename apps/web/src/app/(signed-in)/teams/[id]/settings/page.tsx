import type { Metadata } from 'next'
import { openTeam } from '../../../../../features/teams/server/open-team.ts'
import { SettingsPage } from '../../../../../features/teams/settings-page.tsx'
import { TeamLockedPage } from '../../../../../features/teams/team-frame.tsx'
import { messages } from '../../../../../messages.ts'

export const metadata: Metadata = { title: messages.teams.page.tabs.settings }

export default async function TeamSettings({ params }: PageProps<'/teams/[id]/settings'>) {
  const team = await openTeam((await params).id)
  return team ? <SettingsPage team={team} /> : <TeamLockedPage />
}
