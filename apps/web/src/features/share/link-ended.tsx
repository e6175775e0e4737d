import { Logo } from '@faultline/ui/react/logo'
import { messages } from '../../messages.ts'

const text = messages.share.page

/** In place of a view whose link is no more. */
export function LinkEnded() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-3 px-4 py-10 text-center">
      <Logo size={32} />
      <h1 className="fl-text-title mt-3">{text.endedTitle}</h1>
      <p className="text-[13px] leading-5 text-t2">{text.ended}</p>
      <a href="/sign-in" target="_top" className="fl-button fl-button-secondary fl-button-large mt-3">
        {text.signIn}
      </a>
    </main>
  )
}
