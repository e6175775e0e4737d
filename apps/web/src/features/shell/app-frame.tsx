'use client'
import { Button } from '@faultline/ui/react/button'
import { Logo } from '@faultline/ui/react/logo'
import { CircleQuestionMark, KeyRound, LogOut } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { FewCodesBanner } from '../account/few-codes-banner.tsx'
import { InboxBell } from '../alerts/inbox-bell.tsx'
import { ConfirmEmailBanner } from '../joining/confirm-email-banner.tsx'
import { PaletteButton } from '../palette/palette-button.tsx'
import { AccountMenu } from './account-menu.tsx'
import { FrameKeys } from './frame-keys.tsx'
import { MENU_ENTRY, TabBar, TopNavigation } from './navigation.tsx'
import { OfflineBadge } from './offline-badge.tsx'
import { Overlays } from './overlay-host.tsx'
import { showOverlay } from './overlays.ts'
import type { Section } from './prepare/sections.ts'
import { signOut } from './sign-out.ts'
import { ThemeToggle } from './theme-toggle.tsx'
import { Toaster } from './toasts.tsx'
import { useUser } from './user-context.tsx'

export interface AppFrameProps {
  section: Section
  /** key of what the page shows: links to the heatmap, the map and the cascade stay with it */
  instrument?: string
  /** where the search opens another instrument; default: on the same kind of page, else as a heatmap */
  instrumentHref?: (key: string) => string
  /** right of the top bar: the age of the data */
  badge?: ReactNode
  /** the page fills the window and scrolls inside itself */
  fixed?: boolean
  children: ReactNode
}

/** The bars around every signed-in page: on top the navigation, on phones a tab bar at the bottom. */
export function AppFrame({ section, instrument, instrumentHref, badge, fixed = false, children }: AppFrameProps) {
  return (
    <div className={`flex min-h-dvh flex-col ${fixed ? 'phone:h-dvh phone:overflow-hidden' : ''}`}>
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-acc px-3 py-2 font-semibold text-acc-on focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {messages.nav.skip}
      </a>
      <header className="sticky top-0 z-30 flex h-12 flex-none items-center gap-3 border-b border-line bg-s1 px-3">
        <Link href="/" aria-label={messages.product} className="flex flex-none rounded-md">
          <Logo size={24} wordmark className="[&_.fl-wordmark]:hidden full:[&_.fl-wordmark]:inline" />
        </Link>
        <TopNavigation section={section} instrument={instrument} />
        <div className="flex min-w-0 flex-1 phone:justify-center">
          <PaletteButton instrument={instrument} />
        </div>
        <OfflineBadge />
        {badge}
        <InboxBell />
        <ThemeToggle />
        <HelpButton />
        <AccountMenu />
      </header>
      <InitialPasswordBanner here={section === 'account'} />
      <FewCodesBanner here={section === 'account'} />
      <ConfirmEmailBanner />
      <main id="content" className={`flex min-w-0 flex-1 flex-col ${fixed ? 'phone:min-h-0' : ''}`}>
        {children}
      </main>
      <TabBar
        section={section}
        instrument={instrument}
        extras={(close) => (
          <>
            <button
              type="button"
              onClick={() => {
                close()
                showOverlay({ kind: 'shortcuts' })
              }}
              className={MENU_ENTRY}
            >
              <CircleQuestionMark size={16} aria-hidden="true" className="flex-none text-t2" />
              {messages.nav.help}
            </button>
            <button type="button" onClick={signOut} className={MENU_ENTRY}>
              <LogOut size={16} aria-hidden="true" className="flex-none text-t2" />
              {messages.nav.signOut}
            </button>
          </>
        )}
      />
      <FrameKeys section={section} instrument={instrument} />
      <Overlays section={section} instrument={instrument} instrumentHref={instrumentHref} />
      <Toaster />
    </div>
  )
}

/** On phones, where there are no keys, it stands under "More". */
const HelpButton = () => (
  <Button
    variant="ghost"
    aria-label={messages.nav.help}
    title={messages.nav.help}
    icon={<CircleQuestionMark size={16} />}
    onClick={() => showOverlay({ kind: 'shortcuts' })}
    className="hidden phone:inline-flex"
  />
)

function InitialPasswordBanner({ here }: { here: boolean }) {
  const { passwordIsInitial } = useUser()
  if (!passwordIsInitial) return null
  return (
    <aside
      aria-label={messages.account.bannerName}
      className="flex flex-none items-center justify-center gap-2 border-b border-line bg-s2 px-3 py-1.5 text-t2"
    >
      <KeyRound size={14} aria-hidden="true" className="flex-none text-warn" />
      <p>
        {messages.account.banner}{' '}
        {!here && (
          <Link href="/account" className="font-semibold whitespace-nowrap text-accfg underline underline-offset-2">
            {messages.account.bannerAction}
          </Link>
        )}
      </p>
    </aside>
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
