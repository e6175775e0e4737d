import { Logo } from '@faultline/ui/react/logo'
import { Globe } from 'lucide-react'
import Link from 'next/link'
import { messages } from '../../messages.ts'
import { HydratedTheme } from './hydrated-theme.tsx'

const text = messages.accuracy

/** The bar of a page that everybody may see. */
export function PublicHeader({ signedIn }: { signedIn: boolean }) {
  return (
    <header className="sticky top-0 z-30 flex h-12 flex-none items-center gap-3 border-b border-line bg-s1 px-3">
      <Link href="/" prefetch={false} aria-label={messages.product} className="flex rounded-md">
        <Logo size={24} wordmark />
      </Link>
      <nav aria-label={messages.nav.label} className="ml-2 hidden phone:flex">
        <Link
          href="/accuracy"
          prefetch={false}
          aria-current="page"
          className="flex h-7 items-center rounded-md bg-s3 px-2.5 font-medium text-t1"
        >
          {text.title}
        </Link>
      </nav>
      <span className="flex-1" />
      <span className="hidden items-center gap-1.5 rounded-md bg-s3 px-2 py-1 text-[11px] leading-4 text-t2 phone:flex">
        <Globe size={12} aria-hidden="true" />
        {text.publicPage}
      </span>
      <HydratedTheme />
      <Link
        href={signedIn ? '/' : '/sign-in?callbackUrl=%2Faccuracy'}
        prefetch={false}
        className={`fl-button ${signedIn ? 'fl-button-secondary' : 'fl-button-primary'}`}
      >
        {signedIn ? text.toHeatmap : text.signIn}
      </Link>
    </header>
  )
}
