import type { Metadata } from 'next'
import { PeoplePage } from '../../../../features/admin/people-page.tsx'
import { messages } from '../../../../messages.ts'
import { requireAdmin } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.admin.people.title }

export default async function People() {
  await requireAdmin()
  return <PeoplePage now={Date.now()} />
}
