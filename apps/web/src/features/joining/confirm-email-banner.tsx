'use client'
import { Button } from '@faultline/ui/react/button'
import { useMutation } from '@tanstack/react-query'
import { MailCheck } from 'lucide-react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { useHydrated } from '../shell/use-hydrated.ts'
import { useUser } from '../shell/user-context.tsx'
import { problemWords } from './prepare/problem-words.ts'

const text = messages.joining.banner

/** On every page of a person whose address waits to be confirmed; nothing for everybody else. */
export function ConfirmEmailBanner() {
  return useUser().confirmEmail ? <Banner /> : null
}

function Banner() {
  const hydrated = useHydrated()
  const send = useMutation(useTRPC().joining.sendVerification.mutationOptions())
  return (
    <aside
      aria-label={text.name}
      className="flex flex-none flex-wrap items-center justify-center gap-x-2 gap-y-1 border-b border-line bg-s2 px-3 py-1 text-t2"
    >
      <MailCheck size={14} aria-hidden="true" className="flex-none text-warn" />
      <p role="status" className="min-w-0 [overflow-wrap:anywhere]">
        {send.isSuccess ? text.sent(send.data.email) : send.error ? problemWords(send.error) : text.text}
      </p>
      {!send.isSuccess && (
        <Button size="small" busy={send.isPending} disabled={!hydrated} onClick={() => send.mutate()}>
          {send.isPending ? text.sending : text.send}
        </Button>
      )}
    </aside>
  )
}
