import type { ReactNode } from 'react'
import { PlanProvider } from '../../features/plans/plan-provider.tsx'
import { UserProvider } from '../../features/shell/user-context.tsx'
import { NewsStreamProvider } from '../../features/stream/news-stream.tsx'
import { WatchlistsProvider } from '../../features/watchlists/watchlists-provider.tsx'
import { requireUser, serverApi } from '../../server/current-user.ts'
import { webRuntime } from '../../server/runtime.ts'
import { TRPCProvider } from '../../trpc/provider.tsx'

/** What signed-in pages share. A layout is not asked again on every move, so each page calls requireUser() by itself too. */
export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const { userId, email, name, role, passwordIsInitial, emailVerified, secondFactor } = await requireUser()
  const sendsMail = webRuntime().mail
  const api = await serverApi()
  const [feeds, settings, plan, security] = await Promise.all([
    api.feeds.current(),
    api.account.settings(),
    api.plans.mine(),
    secondFactor ? api.account.security() : null,
  ])
  const recoveryCodesLeft = security?.secondFactor?.recoveryCodesLeft ?? null
  const confirmEmail = sendsMail && !emailVerified
  return (
    <TRPCProvider>
      <UserProvider user={{ userId, email, name, role, passwordIsInitial, recoveryCodesLeft, sendsMail, confirmEmail }}>
        <PlanProvider initial={plan}>
          <NewsStreamProvider initial={feeds}>
            <WatchlistsProvider settings={settings}>{children}</WatchlistsProvider>
          </NewsStreamProvider>
        </PlanProvider>
      </UserProvider>
    </TRPCProvider>
  )
}
