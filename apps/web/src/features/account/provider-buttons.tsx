'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { signIn } from 'next-auth/react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useHydrated } from '../shell/use-hydrated.ts'

const text = messages.security.signIn

/** One for each site that this installation is set up with. */
export function ProviderButtons({ providers, target }: { providers: readonly ('github' | 'google')[]; target: string }) {
  const hydrated = useHydrated()
  const [busy, setBusy] = useState<string | null>(null)
  const [failed, setFailed] = useState(false)
  const go = (provider: 'github' | 'google') => {
    setBusy(provider)
    setFailed(false)
    // leaves the page when all goes well
    signIn(provider, { callbackUrl: target }).catch(() => {
      setBusy(null)
      setFailed(true)
    })
  }
  if (providers.length === 0) return null
  return (
    <div className="mt-4 flex flex-col gap-3">
      <p className="text-center text-[11px] text-t3">{text.or}</p>
      {providers.map((provider) => (
        <Button key={provider} size="large" disabled={!hydrated} busy={busy === provider} onClick={() => go(provider)}>
          {text.with[provider]}
        </Button>
      ))}
      {failed && <ErrorNote>{text.withFailed}</ErrorNote>}
    </div>
  )
}
