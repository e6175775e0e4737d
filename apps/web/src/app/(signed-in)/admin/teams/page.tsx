import type { Metadata } from 'next'
import { TeamsPage } from '../../../../features/admin/teams-page.tsx'
import { messages } from '../../../../messages.ts'
import { requireAdmin } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.admin.teams.title }

export default async function Teams() {
  await requireAdmin()
  return <TeamsPage />
}
