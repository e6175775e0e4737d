'use client'
import { Logo } from '@faultline/ui/react/logo'
import { Database, Flame, KeyRound, Table2, UserRound } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { AccountMenu } from './account-menu.tsx'
import { ThemeToggle } from './theme-toggle.tsx'
import { useUser } from './user-context.tsx'

export type Section = 'heatmap' | 'instruments' | 'sources' | 'account'

export interface AppFrameProps {
  section: Section
  /** middle of the top bar: what the page is about */
  centre?: ReactNode
  /** right of the top bar: the age of the data */
  badge?: ReactNode
  /** the page fills the window and scrolls inside itself */
  fixed?: boolean
  children: ReactNode
}

const NAV = [
  { section: 'heatmap', href: '/', icon: Flame },
  { section: 'instruments', href: '/instruments', icon: Table2 },
] as const
const ADMIN_NAV = [{ section: 'sources', href: '/admin/sources', icon: Database }] as const

const useNav = () => (useUser().role === 'admin' ? [...NAV, ...ADMIN_NAV] : NAV)

/** The bars around every signed-in page: on top the navigation, on phones a tab bar at the bottom. */
export function AppFrame({ section, centre, badge, fixed = false, children }: AppFrameProps) {
  const nav = useNav()
  return (
    <div className={`flex min-h-dvh flex-col ${fixed ? 'phone:h-dvh phone:overflow-hidden' : ''}`}>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-acc px-3 py-2 font-semibold text-acc-on focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {messages.nav.skip}
      </a>
      <header className="sticky top-0 z-30 flex h-12 flex-none items-center gap-3 border-b border-line bg-s1 px-3">
        <Link href="/" aria-label={messages.product} className="flex rounded-md">
          <Logo size={24} wordmark className="[&_.fl-wordmark]:hidden phone:[&_.fl-wordmark]:inline" />
        </Link>
        <nav aria-label={messages.nav.label} className="hidden gap-1 phone:ml-2 phone:flex">
          {nav.map((item) => (
            <Link
              key={item.section}
              href={item.href}
              prefetch={false}
              aria-current={item.section === section ? 'page' : undefined}
              className="flex h-7 items-center rounded-md px-2.5 font-medium text-t2 hover:text-t1 aria-[current]:bg-s3 aria-[current]:text-t1"
            >
              {messages.nav[item.section]}
            </Link>
          ))}
        </nav>
        <div className="flex min-w-0 flex-1 phone:justify-center">{centre}</div>
        {badge}
        <ThemeToggle />
        <AccountMenu />
      </header>
      <InitialPasswordBanner here={section === 'account'} />
      <main id="content" className={`flex min-w-0 flex-1 flex-col ${fixed ? 'phone:min-h-0' : ''}`}>
        {children}
      </main>
      <TabBar section={section} />
    </div>
  )
}

function InitialPasswordBanner({ here }: { here: boolean }) {
  const { passwordIsInitial } = useUser()
  if (!passwordIsInitial) return null
  return (
    <div className="flex flex-none items-center justify-center gap-2 border-b border-line bg-s2 px-3 py-1.5 text-t2">
      <KeyRound size={14} aria-hidden="true" className="flex-none text-warn" />
      <p>
        {messages.account.banner}{' '}
        {!here && (
          <Link href="/account" className="font-semibold whitespace-nowrap text-accfg underline underline-offset-2">
            {messages.account.bannerAction}
          </Link>
        )}
      </p>
    </div>
  )
}

function TabBar({ section }: { section: Section }) {
  const tabs = [...useNav(), { section: 'account', href: '/account', icon: UserRound } as const]
  return (
    <nav
      aria-label={messages.nav.label}
      className="sticky bottom-0 z-30 flex flex-none border-t border-line bg-s1 pb-[env(safe-area-inset-bottom)] phone:hidden"
    >
      {tabs.map(({ section: target, href, icon: Icon }) => (
        <Link
          key={target}
          href={href}
          prefetch={false}
          aria-current={target === section ? 'page' : undefined}
          className="flex h-14 flex-1 flex-col items-center justify-center gap-1 text-[11px] font-medium text-t2 aria-[current]:text-accfg"
        >
          <Icon size={20} aria-hidden="true" />
          {messages.nav[target]}
        </Link>
      ))}
    </nav>
  )
}

/** A page of text and tables: gutter, title, what stands beside it. */
export function PageBody({
  title,
  aside,
  actions,
  children,
}: {
  title: string
  aside?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-4 px-3 py-4 phone:px-6 phone:py-5">
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="fl-text-title">{title}</h1>
        {aside && <div className="text-t3">{aside}</div>}
        {actions && <div className="ml-auto flex items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  )
}
