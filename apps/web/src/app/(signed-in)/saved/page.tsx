import type { Metadata } from 'next'
import { SavedPage } from '../../../features/saved/saved-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser, serverApi } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.saved.title }

export default async function Saved() {
  await requireUser()
  return <SavedPage instruments={await (await serverApi()).instruments.list()} now={Date.now()} />
}
