import type { Metadata } from 'next'
import { LinkPage } from '../../../features/joining/link-page.tsx'
import { messages } from '../../../messages.ts'
import { getCurrentUser, serverApi } from '../../../server/current-user.ts'

/** The address of this page is a key: no other site, and no log of one, is to see it. */
export const metadata: Metadata = { title: messages.joining.invitation.title, referrer: 'no-referrer' }

export default async function InvitationPage({ params }: PageProps<'/invitation/[token]'>) {
  const { token } = await params
  const [user, link] = await Promise.all([getCurrentUser(), (await serverApi()).joining.lookAtLink({ token })])
  return <LinkPage token={token} link={link} signedInAs={user?.email ?? null} />
}
