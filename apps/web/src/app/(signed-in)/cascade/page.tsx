import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sectionPath } from '../../../features/shell/prepare/sections.ts'
import { firstToOpen } from '../../../features/venues/prepare/venue-choice.ts'
import { WaitingPage } from '../../../features/waiting/waiting-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser, serverApi } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.cascade.title }

/** The simulator of the instrument with the freshest data. */
export default async function Cascade() {
  await requireUser()
  const freshest = firstToOpen(await (await serverApi()).instruments.list())
  if (freshest) redirect(sectionPath('cascade', freshest.key))
  return <WaitingPage now={Date.now()} />
}
