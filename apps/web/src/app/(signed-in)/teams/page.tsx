import type { Metadata } from 'next'
import { TeamsPage } from '../../../features/teams/teams-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser, serverApi } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.teams.title }

export default async function Teams() {
  await requireUser()
  return <TeamsPage initial={await (await serverApi()).teams.mine()} />
}
