import type { Metadata } from 'next'
import { PeoplePage } from '../../../../features/admin/people-page.tsx'
import { messages } from '../../../../messages.ts'
import { requireAdmin, serverApi } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.admin.people.title }

export default async function People() {
  await requireAdmin()
  const resetRequests = await (await serverApi()).joining.resetRequests()
  return <PeoplePage now={Date.now()} resetRequests={resetRequests} />
}
