import type { ReactNode } from 'react'
import { UserProvider } from '../../features/shell/user-context.tsx'
import { ColumnsStreamProvider } from '../../features/stream/columns-stream.tsx'
import { requireUser } from '../../server/current-user.ts'
import { TRPCProvider } from '../../trpc/provider.tsx'

/** What signed-in pages share. A layout is not asked again on every move, so each page calls requireUser() by itself too. */
export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const { userId, email, name, role, passwordIsInitial } = await requireUser()
  return (
    <TRPCProvider>
      <UserProvider user={{ userId, email, name, role, passwordIsInitial }}>
        <ColumnsStreamProvider>{children}</ColumnsStreamProvider>
      </UserProvider>
    </TRPCProvider>
  )
}
