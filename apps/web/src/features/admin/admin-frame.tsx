'use client'
import { Activity, CreditCard, Database, type LucideIcon, ScrollText, SlidersHorizontal, UserRound, Users } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useEffect, useRef } from 'react'
import { messages } from '../../messages.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'

const text = messages.admin.nav

export type AdminPage = 'sources' | 'people' | 'teams' | 'plans' | 'settings' | 'audit' | 'system'
const PAGES: readonly { page: AdminPage; Icon: LucideIcon }[] = [
  { page: 'sources', Icon: Database },
  { page: 'people', Icon: UserRound },
  { page: 'teams', Icon: Users },
  { page: 'plans', Icon: CreditCard },
  { page: 'settings', Icon: SlidersHorizontal },
  { page: 'audit', Icon: ScrollText },
  { page: 'system', Icon: Activity },
]

export interface AdminFrameProps {
  page: AdminPage
  title: string
  aside?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** Around every page of administration: the pages at the left, on smaller screens in a row that scrolls. */
export function AdminFrame({ page, title, aside, actions, children }: AdminFrameProps) {
  const here = useRef<HTMLAnchorElement>(null)
  // in the row the page that is shown may lie outside
  useEffect(() => {
    // no effect may return what it gives: newer browsers give a promise
    here.current?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [])
  return (
    <AppFrame section={page === 'sources' ? 'sources' : 'admin'}>
      <div className="flex w-full min-w-0 flex-1 flex-col wide:flex-row">
        <nav
          aria-label={text.label}
          className="min-w-0 flex-none border-line bg-s1 max-wide:border-b wide:w-[208px] wide:border-r wide:px-2.5 wide:py-4"
        >
          <p aria-hidden="true" className="hidden px-2.5 pb-1.5 text-[11px] text-t3 wide:block">
            {text.label}
          </p>
          <ul className="flex gap-1 overflow-x-auto px-2 py-1.5 wide:flex-col wide:overflow-visible wide:p-0">
            {PAGES.map(({ page: target, Icon }) => (
              <li key={target}>
                <Link
                  ref={target === page ? here : undefined}
                  href={`/admin/${target}`}
                  prefetch={false}
                  aria-current={target === page ? 'page' : undefined}
                  className="flex h-8 items-center gap-2.5 rounded-md px-2.5 font-medium whitespace-nowrap text-t2 hover:bg-s2 hover:text-t1 aria-[current]:bg-s3 aria-[current]:text-t1 max-phone:h-10"
                >
                  <Icon size={14} aria-hidden="true" className="flex-none" />
                  {text[target]}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="min-w-0 flex-1">
          <PageBody title={title} aside={aside} actions={actions}>
            {children}
          </PageBody>
        </div>
      </div>
    </AppFrame>
  )
}
