import { Logo } from '@faultline/ui/react/logo'
import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { safeCallbackPath } from '../../features/account/prepare/safe-callback-path.ts'
import { ProviderButtons } from '../../features/account/provider-buttons.tsx'
import { SignInForm } from '../../features/account/sign-in-form.tsx'
import { InvitationLine } from '../../features/teams/invited-sign-up.tsx'
import { joinTokenOf } from '../../features/teams/prepare/join-path.ts'
import { messages } from '../../messages.ts'
import { getCurrentUser, serverApi } from '../../server/current-user.ts'
import { webRuntime } from '../../server/runtime.ts'

export const metadata: Metadata = { title: messages.signIn.title }

export default async function SignInPage({ searchParams }: PageProps<'/sign-in'>) {
  const { callbackUrl, changed, made, error } = await searchParams
  const target = safeCallbackPath(callbackUrl)
  if (await getCurrentUser()) redirect(target)
  const api = await serverApi()
  // without an answer of the database the form is still there, and says so
  const isOpen = await api.joining.policy().then(
    ({ mode }) => mode === 'open',
    () => false,
  )
  const token = joinTokenOf(target)
  const offer = token === null ? null : await api.teams.signUpOffer({ token }).catch(() => null)
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[400px] flex-col justify-center gap-6 px-4 py-10">
      <Logo size={32} wordmark className="self-center" />
      <section className="fl-panel p-6" aria-labelledby="sign-in">
        <h1 id="sign-in" className="fl-text-title">
          {messages.signIn.title}
        </h1>
        <p className="mt-1 mb-5 text-t2 [overflow-wrap:anywhere]">
          {changed ? (
            messages.account.done
          ) : made ? (
            messages.joining.signUp.made
          ) : offer ? (
            <InvitationLine offer={offer} />
          ) : (
            messages.signIn.lead
          )}
        </p>
        <SignInForm target={target} problem={problemOf(error)} />
        <ProviderButtons providers={webRuntime().oauth.map(({ id }) => id)} target={target} />
        <p className="mt-5 flex flex-wrap justify-between gap-x-4 gap-y-2">
          <Link href="/reset" className="text-accfg underline underline-offset-2">
            {messages.joining.forgot}
          </Link>
          {(isOpen || offer) && (
            <Link
              href={target === '/' ? '/sign-up' : `/sign-up?callbackUrl=${encodeURIComponent(target)}`}
              prefetch={false}
              className="text-accfg underline underline-offset-2"
            >
              {messages.joining.offer}
            </Link>
          )}
        </p>
      </section>
      <p className="px-2 text-center text-[11px] leading-4 text-t3">{messages.signIn.firstTime}</p>
    </main>
  )
}

/** Words of ours for what the address says: anybody may have written that. */
function problemOf(error: string | string[] | undefined): string | null {
  if (typeof error !== 'string') return null
  const { refusals } = messages.security.signIn
  return Object.hasOwn(refusals, error) ? refusals[error as keyof typeof refusals] : refusals.failed
}
