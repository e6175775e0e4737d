import type { Metadata } from 'next'
import { WatchlistsPage } from '../../../features/watchlists/watchlists-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser, serverApi } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.watchlists.title }

export default async function Watchlists() {
  await requireUser()
  return <WatchlistsPage initial={await (await serverApi()).screener.list()} />
}
