import type { ReactNode } from 'react'
import { UserProvider } from '../../features/shell/user-context.tsx'
import { NewsStreamProvider } from '../../features/stream/news-stream.tsx'
import { requireUser, serverApi } from '../../server/current-user.ts'
import { TRPCProvider } from '../../trpc/provider.tsx'

/** What signed-in pages share. A layout is not asked again on every move, so each page calls requireUser() by itself too. */
export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const { userId, email, name, role, passwordIsInitial } = await requireUser()
  const feeds = await (await serverApi()).feeds.current()
  return (
    <TRPCProvider>
      <UserProvider user={{ userId, email, name, role, passwordIsInitial }}>
        <NewsStreamProvider initial={feeds}>{children}</NewsStreamProvider>
      </UserProvider>
    </TRPCProvider>
  )
}
