'use client'
import { Button } from '@faultline/ui/react/button'
import { Logo } from '@faultline/ui/react/logo'
import { useEffect } from 'react'
import { messages } from '../../messages.ts'

/** A page that could not be rendered: what to do, and the id under which the server's log has the reason. */
export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  useEffect(() => console.error(error), [error])
  const digest = error instanceof Error && 'digest' in error && typeof error.digest === 'string' ? error.digest : null
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-3 px-4 py-10 text-center">
      <Logo size={32} />
      <h1 className="fl-text-title mt-3">{messages.errors.title}</h1>
      <p className="text-[13px] leading-5 text-t2">{digest ? messages.errors.lead : messages.errors.leadWithoutId}</p>
      {digest && <p className="text-t3">{messages.heatmap.errorId(digest)}</p>}
      <Button variant="primary" size="large" className="mt-3" onClick={retry}>
        {messages.errors.retry}
      </Button>
    </main>
  )
}
