import type { Metadata } from 'next'
import { AccuracyPage } from '../../features/accuracy/accuracy-page.tsx'
import { messages } from '../../messages.ts'
import { getCurrentUser } from '../../server/current-user.ts'
import { webRuntime } from '../../server/runtime.ts'

export const metadata: Metadata = { title: messages.accuracy.title, description: messages.accuracy.lead }

/** Open to everybody; what it costs is bounded by AccuracyStore. */
export default async function Accuracy({ searchParams }: PageProps<'/accuracy'>) {
  const horizon = (await searchParams).h === '15m' ? '15m' : '1h'
  const [user, accuracy] = await Promise.all([
    getCurrentUser(),
    webRuntime()
      .accuracy(horizon)
      .catch(() => null),
  ])
  return <AccuracyPage accuracy={accuracy} horizon={horizon} signedIn={user !== null} />
}
