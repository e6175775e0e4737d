import type { Metadata } from 'next'
import { safeCallbackPath } from '../../../features/account/prepare/safe-callback-path.ts'
import { LinkPage } from '../../../features/joining/link-page.tsx'
import { messages } from '../../../messages.ts'
import { getCurrentUser, serverApi } from '../../../server/current-user.ts'

/** The address of this page is a key: no other site, and no log of one, is to see it. */
export const metadata: Metadata = { title: messages.joining.verify.title, referrer: 'no-referrer' }

export default async function VerifyPage({ params, searchParams }: PageProps<'/verify/[token]'>) {
  const { token } = await params
  const target = safeCallbackPath((await searchParams).callbackUrl)
  const [user, link] = await Promise.all([getCurrentUser(), (await serverApi()).joining.lookAtLink({ token })])
  return <LinkPage token={token} link={link} signedInAs={user?.email ?? null} target={target} />
}
