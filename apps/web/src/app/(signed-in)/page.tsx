import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { heatmapPath } from '../../features/heatmap/prepare/heatmap-path.ts'
import { firstToOpen } from '../../features/venues/prepare/venue-choice.ts'
import { WaitingPage } from '../../features/waiting/waiting-page.tsx'
import { messages } from '../../messages.ts'
import { requireUser, serverApi } from '../../server/current-user.ts'

export const metadata: Metadata = { title: messages.nav.heatmap }

/** The heatmap of the instrument with the freshest data, of one venue: the sum of all is one press away; before there is any, what is being done about it. */
export default async function Home() {
  await requireUser()
  const instruments = await (await serverApi()).instruments.list()
  const freshest = firstToOpen(instruments)
  if (freshest) redirect(heatmapPath(freshest.key))
  return <WaitingPage now={Date.now()} />
}
