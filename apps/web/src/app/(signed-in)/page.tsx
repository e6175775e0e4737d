import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { heatmapPath } from '../../features/heatmap/prepare/heatmap-path.ts'
import { FirstRun } from '../../features/sample/first-run.tsx'
import { messages } from '../../messages.ts'
import { requireUser, serverApi } from '../../server/current-user.ts'

export const metadata: Metadata = { title: messages.nav.heatmap }

/** The heatmap of the instrument with the freshest data; before there is any, how to get some. */
export default async function Home() {
  await requireUser()
  const instruments = await (await serverApi()).instruments.list()
  const freshest = instruments.find((instrument) => instrument.lastBucket !== null)
  if (freshest) redirect(heatmapPath(freshest.key))
  return <FirstRun />
}
