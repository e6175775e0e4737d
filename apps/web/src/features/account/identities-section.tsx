'use client'
import { formatDateTime } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { signIn } from 'next-auth/react'
import { useEffect, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'

const { identities: text, providers: names } = messages.security

/** As auth-options.ts knows it: whoever comes back to this address wants the identity linked. */
const LINKING = '/account?link=1'

/** Not there where no other site is set up. */
export function IdentitiesSection() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { data } = useQuery(trpc.account.security.queryOptions())
  const unlink = useMutation(
    trpc.account.unlinkIdentity.mutationOptions({
      onSuccess: (_, { provider }) => toast(text.unlinked(names[provider])),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.account.security.queryKey() }),
    }),
  )
  const [busy, setBusy] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  useEffect(() => {
    const asked = new URLSearchParams(location.search)
    const [linked, failed] = [asked.get('linked'), asked.get('linkError')]
    if (linked === 'github' || linked === 'google') toast(text.linked(names[linked]))
    if (failed) setProblem(failed === 'taken' ? text.taken : messages.security.signIn.refusals.failed)
    // told once, not again when the page is loaded anew
    if (linked || failed || asked.has('link')) history.replaceState(null, '', location.pathname)
  }, [])

  if (!data || data.providers.length === 0) return null
  const error = unlink.error ? refusalOf(unlink.error, messages.errors.noAnswer).message : problem
  const link = (provider: 'github' | 'google') => {
    setBusy(provider)
    setProblem(null)
    // leaves the page when all goes well
    signIn(provider, { callbackUrl: LINKING }).catch(() => {
      setBusy(null)
      setProblem(messages.security.signIn.withFailed)
    })
  }
  return (
    <Panel title={text.title}>
      <p className="mb-2 max-w-[60ch] text-t2">{text.lead}</p>
      <ul className="flex flex-col">
        {data.providers.map(({ id, linkedAt }) => (
          <li key={id} className="flex min-h-12 items-center gap-3 border-b border-line py-2 last:border-b-0">
            <div className="min-w-0 flex-1">
              <p className="font-medium">{names[id]}</p>
              <p className="text-t3">{linkedAt === null ? text.none : text.since(formatDateTime(linkedAt, 'local'))}</p>
            </div>
            {linkedAt === null ? (
              <Button busy={busy === id} aria-label={text.linkOf(names[id])} onClick={() => link(id)} className="max-phone:h-10">
                {text.link}
              </Button>
            ) : (
              <Button
                busy={unlink.isPending}
                aria-label={text.unlinkOf(names[id])}
                onClick={() => unlink.mutate({ provider: id })}
                className="max-phone:h-10"
              >
                {text.unlink}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {error && (
        <ErrorNote className="mt-3" data-testid="form-error">
          {error}
        </ErrorNote>
      )}
    </Panel>
  )
}
