import type { Metadata } from 'next'
import { SystemPage } from '../../../../features/admin/system-page.tsx'
import { messages } from '../../../../messages.ts'
import { requireAdmin } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.admin.system.title }

export default async function System() {
  await requireAdmin()
  return <SystemPage />
}
