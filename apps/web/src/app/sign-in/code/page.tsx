import { Logo } from '@faultline/ui/react/logo'
import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { CodeForm } from '../../../features/account/code-form.tsx'
import { safeCallbackPath } from '../../../features/account/prepare/safe-callback-path.ts'
import { messages } from '../../../messages.ts'
import { getCurrentUser } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.security.signIn.codeTitle }

export default async function SignInCodePage({ searchParams }: PageProps<'/sign-in/code'>) {
  const target = safeCallbackPath((await searchParams).callbackUrl)
  if (await getCurrentUser()) redirect(target)
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[400px] flex-col justify-center gap-6 px-4 py-10">
      <Logo size={32} wordmark className="self-center" />
      <section className="fl-panel p-6" aria-labelledby="sign-in-code">
        <h1 id="sign-in-code" className="fl-text-title">
          {messages.security.signIn.codeTitle}
        </h1>
        <p className="mt-1 mb-5 text-t2">{messages.security.signIn.codeLead}</p>
        <CodeForm target={target} />
      </section>
    </main>
  )
}
