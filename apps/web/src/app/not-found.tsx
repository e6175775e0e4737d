import { Logo } from '@faultline/ui/react/logo'
import type { Metadata } from 'next'
import Link from 'next/link'
import { messages } from '../messages.ts'

export const metadata: Metadata = { title: messages.errors.notFoundTitle }

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-3 px-4 py-10 text-center">
      <Logo size={32} />
      <h1 className="fl-text-title mt-3">{messages.errors.notFoundTitle}</h1>
      <p className="text-[13px] leading-5 text-t2">{messages.errors.notFound}</p>
      <div className="mt-3 flex gap-2">
        <Link href="/" prefetch={false} className="fl-button fl-button-primary fl-button-large">
          {messages.errors.toHeatmap}
        </Link>
        <Link href="/instruments" prefetch={false} className="fl-button fl-button-secondary fl-button-large">
          {messages.errors.toInstruments}
        </Link>
      </div>
    </main>
  )
}
