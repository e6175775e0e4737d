import type { Metadata } from 'next'
import { SettingsPage } from '../../../../features/admin/settings-page.tsx'
import { messages } from '../../../../messages.ts'
import { requireAdmin } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.admin.settings.title }

export default async function Settings() {
  await requireAdmin()
  return <SettingsPage />
}
