import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { heatmapPath } from '../../features/heatmap/prepare/heatmap-path.ts'
import { firstAllowed } from '../../features/plans/prepare/first-allowed.ts'
import { idOf, marketOfView } from '../../features/saved/server/full-address.ts'
import { WaitingPage } from '../../features/waiting/waiting-page.tsx'
import { messages } from '../../messages.ts'
import { requireUser, serverApi } from '../../server/current-user.ts'

export const metadata: Metadata = { title: messages.nav.heatmap }

/** The heatmap of the instrument with the freshest data that the plan allows, of one venue: the sum of all is one press away; before there is any, what is being done about it. A view leads to its market. */
export default async function Home({ searchParams }: PageProps<'/'>) {
  const { allowance } = await requireUser()
  const api = await serverApi()
  const { view, layout } = await searchParams
  const market = await marketOfView(api, view)
  if (market !== null) redirect(`${heatmapPath(market)}?view=${view}`)
  const freshest = firstAllowed(allowance, await api.instruments.list())
  if (freshest) redirect(`${heatmapPath(freshest.key)}${idOf(layout) === null ? '' : `?layout=${layout}`}`)
  return <WaitingPage now={Date.now()} />
}
