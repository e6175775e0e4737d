'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useMutation, useQuery } from '@tanstack/react-query'
import { MailOpen, MailX } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { AppFrame } from '../shell/app-frame.tsx'
import { formatDate } from '../shell/prepare/format.ts'
import { signOut } from '../shell/sign-out.ts'
import { toast } from '../shell/toasts.tsx'
import { useUser } from '../shell/user-context.tsx'
import { PersonMark } from './person-mark.tsx'
import { problemOf } from './prepare/words.ts'
import type { Offer } from './server/invitations.ts'

const text = messages.teams.join
type State = keyof typeof text.states | 'open'

/** Where the link of an invitation leads. `initial` undefined: the server could not look, the page asks again. */
export function JoinPage({ token, initial }: { token: string; initial: Offer | null | undefined }) {
  const trpc = useTRPC()
  const router = useRouter()
  const { email } = useUser()
  const query = useQuery({ ...trpc.teams.offer.queryOptions({ token }), ...(initial === undefined ? {} : { initialData: initial }) })
  const join = useMutation(trpc.teams.join.mutationOptions())
  const { data: offer, error, refetch } = query
  const answered = join.data && join.data.state !== 'joined' ? join.data.state : null
  const state: State = answered ?? offer?.state ?? 'unknown'
  const teamId = join.data?.teamId ?? offer?.teamId ?? null

  const accept = async () => {
    const answer = await join.mutateAsync({ token }).catch(() => null) // said on the page
    if (answer?.state !== 'joined' || answer.teamId === null) return
    toast(text.joined(offer?.teamName ?? ''))
    router.push(`/teams/${answer.teamId}`)
  }
  return (
    <AppFrame section="teams">
      <div className="m-auto w-full max-w-[440px] px-3 py-10">
        <section className="fl-panel flex flex-col items-center gap-3 px-6 py-8 text-center" aria-labelledby="join">
          {error && offer === undefined ? (
            <ErrorNote onRetry={() => void refetch()}>
              {text.failed} {problemOf(error)}
            </ErrorNote>
          ) : (
            <OfferView offer={offer ?? null} state={state} />
          )}
          {join.error && <ErrorNote data-testid="form-error">{problemOf(join.error)}</ErrorNote>}
          {offer && state === 'open' && (
            <>
              <Button variant="primary" size="large" busy={join.isPending || join.data?.state === 'joined'} onClick={() => void accept()}>
                {join.isPending ? text.joining : text.join}
              </Button>
              <p className="text-t3 [overflow-wrap:anywhere]">{text.signedInAs(email)}</p>
            </>
          )}
          {state === 'other_address' && (
            <Button size="large" onClick={signOut}>
              {text.signOut}
            </Button>
          )}
          {state !== 'open' && (
            <Link
              href={teamId && state === 'member' ? `/teams/${teamId}` : '/teams'}
              className="fl-button fl-button-secondary fl-button-large"
            >
              {teamId && state === 'member' ? text.toTeam : text.toTeams}
            </Link>
          )}
        </section>
      </div>
    </AppFrame>
  )
}

/** Who invites where to, and what has become of it. */
export function OfferView({ offer, state }: { offer: Offer | null; state: State }) {
  const Icon = state === 'open' || state === 'member' ? MailOpen : MailX
  return (
    <>
      <Icon size={28} aria-hidden="true" className="text-t3" />
      {offer ? (
        <>
          <p className="text-t2 [overflow-wrap:anywhere]">
            {offer.inviter === null ? (
              text.invitesNobody
            ) : (
              <>
                <bdi className="font-semibold text-t1">{offer.inviter}</bdi> {text.invites}
              </>
            )}
          </p>
          <h1 id="join" className="fl-text-title flex max-w-full items-center gap-2.5">
            <PersonMark id={offer.teamName} name={offer.teamName} />
            <bdi className="min-w-0 [overflow-wrap:anywhere]">{offer.teamName}</bdi>
          </h1>
          <p className="text-t2">
            <Badge tone="accent" icon={null}>
              {messages.teams.roles[offer.role]}
            </Badge>
          </p>
          <p className="max-w-[44ch] text-t2">{messages.teams.may[offer.role]}</p>
        </>
      ) : (
        <h1 id="join" className="fl-text-title">
          {text.title}
        </h1>
      )}
      {state === 'open' ? (
        offer && <p className="text-t3">{text.until(formatDate(offer.expiresAt))}</p>
      ) : (
        <p role="status" data-testid={state === 'member' ? undefined : 'form-error'} className="max-w-[44ch] text-[13px] leading-5 text-t1">
          {text.states[state]}
        </p>
      )}
    </>
  )
}
