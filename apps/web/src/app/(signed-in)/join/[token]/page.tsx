import type { Metadata } from 'next'
import { JoinPage } from '../../../../features/teams/join-page.tsx'
import { messages } from '../../../../messages.ts'
import { requireUser, serverApi } from '../../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.teams.join.title, referrer: 'no-referrer' }

export default async function Join({ params }: PageProps<'/join/[token]'>) {
  await requireUser()
  const { token } = await params
  // too many attempts, or a database that is away: the page says so and asks again
  const offer = await (await serverApi()).teams.offer({ token }).catch(() => undefined)
  return <JoinPage token={token} initial={offer} />
}
