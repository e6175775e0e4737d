import type { Metadata } from 'next'
import { AccountPage } from '../../../features/account/account-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.account.title }

export default async function Account() {
  await requireUser()
  return <AccountPage />
}
