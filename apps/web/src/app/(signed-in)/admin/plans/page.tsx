import type { Metadata } from 'next'
import { PlansPage } from '../../../../features/admin/plans-page.tsx'
import { messages } from '../../../../messages.ts'
import { requireAdmin } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.admin.plans.title }

export default async function Plans() {
  await requireAdmin()
  return <PlansPage />
}
