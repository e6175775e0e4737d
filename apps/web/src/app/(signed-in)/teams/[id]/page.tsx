import type { Metadata } from 'next'
import { MembersPage } from '../../../../features/teams/members-page.tsx'
import { openTeam } from '../../../../features/teams/server/open-team.ts'
import { TeamLockedPage } from '../../../../features/teams/team-frame.tsx'
import { messages } from '../../../../messages.ts'
import { serverApi } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.teams.page.tabs.members }

export default async function Members({ params }: PageProps<'/teams/[id]'>) {
  const team = await openTeam((await params).id)
  if (!team) return <TeamLockedPage />
  const { teams } = await serverApi()
  const teamId = team.id
  const [members, items, invitations] = await Promise.all([
    teams.members({ teamId }),
    teams.items({ teamId }),
    team.role === 'owner' ? teams.invitations({ teamId }) : null,
  ])
  return <MembersPage team={team} members={members} items={items} invitations={invitations} now={Date.now()} />
}
