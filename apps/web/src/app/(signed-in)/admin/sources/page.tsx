import type { Metadata } from 'next'
import { SourcesPage } from '../../../../features/sources/sources-page.tsx'
import { messages } from '../../../../messages.ts'
import { requireAdmin, serverApi } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.sources.title }

export default async function Sources() {
  await requireAdmin()
  // What goes wrong here goes wrong again when the page asks, which then says what and offers to retry.
  const initial = await (await serverApi()).sources.list().catch(() => undefined)
  return <SourcesPage initial={initial} />
}
