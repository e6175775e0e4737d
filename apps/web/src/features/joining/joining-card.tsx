import { Logo } from '@faultline/ui/react/logo'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'

/** The one card of a page for people who are not signed in: what it is for, the form, and where else to go. */
export function JoiningCard({
  title,
  lead,
  below,
  children,
}: {
  title: string
  lead?: ReactNode
  below?: ReactNode
  children?: ReactNode
}) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[400px] flex-col justify-center gap-6 px-4 py-10">
      <Link href="/" prefetch={false} aria-label={messages.product} className="self-center rounded-md">
        <Logo size={32} wordmark />
      </Link>
      <div className="fl-panel p-6">
        <h1 className="fl-text-title">{title}</h1>
        {lead && <p className="mt-1 [overflow-wrap:anywhere] text-t2">{lead}</p>}
        {children && <div className="mt-5 flex flex-col gap-4">{children}</div>}
      </div>
      {below && <p className="px-2 text-center text-t2">{below}</p>}
    </main>
  )
}

/** A way on, as a link that looks like a button. */
export const WayOn = ({ href, primary = false, children }: { href: string; primary?: boolean; children: ReactNode }) => (
  <Link href={href} prefetch={false} className={`fl-button fl-button-large ${primary ? 'fl-button-primary' : 'fl-button-secondary'}`}>
    {children}
  </Link>
)

export const TextLink = ({ href, children }: { href: string; children: ReactNode }) => (
  <Link href={href} prefetch={false} className="font-semibold text-accfg underline underline-offset-2">
    {children}
  </Link>
)
