import type { Metadata } from 'next'
import { AuditPage } from '../../../../features/admin/audit-page.tsx'
import { messages } from '../../../../messages.ts'
import { requireAdmin } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.admin.audit.title }

export default async function Audit() {
  await requireAdmin()
  return <AuditPage />
}
