'use client'
import { formatDateTime } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { agoOf } from '../teams/prepare/words.ts'
import { LinkToHandOver } from './link-to-hand-over.tsx'

const text = messages.admin.resetRequests
const EVERY_MS = 60_000

export interface ResetRequest {
  userId: string
  email: string
  requestedAt: Date
}
type MadeLink = { url: string; expiresAt: Date }

/** Who asked for a new password where no e-mail is sent; nothing where nobody did. `initial`: as the server rendered it. */
export function ResetRequests({ initial, now }: { initial: ResetRequest[]; now: number }) {
  const trpc = useTRPC()
  const { data } = useQuery({ ...trpc.joining.resetRequests.queryOptions(), initialData: initial, refetchInterval: EVERY_MS })
  const create = useMutation(trpc.joining.createResetLink.mutationOptions())
  // A request ends with the link that is made of it; the link has to stay until it is handed over.
  const [made, setMade] = useState<ReadonlyMap<string, ResetRequest & MadeLink>>(new Map())
  const make = (request: ResetRequest) =>
    create.mutate(
      { userId: request.userId },
      {
        onSuccess: ({ url, email, expiresAt }) =>
          setMade((before) => new Map(before).set(request.userId, { ...request, url, email, expiresAt })),
      },
    )
  return (
    <ResetRequestList
      requests={[...made.values(), ...data.filter(({ userId }) => !made.has(userId))]}
      links={made}
      busy={create.isPending ? create.variables.userId : null}
      problem={create.error && refusalOf(create.error, messages.errors.noAnswer).message}
      now={now}
      onMake={make}
    />
  )
}

export interface ResetRequestListProps {
  requests: readonly ResetRequest[]
  /** by person */
  links: ReadonlyMap<string, MadeLink>
  /** whose link is being made */
  busy: string | null
  problem: string | null
  now: number
  onMake: (request: ResetRequest) => void
}

export function ResetRequestList({ requests, links, busy, problem, now, onMake }: ResetRequestListProps) {
  if (requests.length === 0) return null
  return (
    <Panel title={text.title}>
      <p className="text-t2">{text.why}</p>
      {problem && (
        <ErrorNote className="mt-2" data-testid="form-error">
          {problem}
        </ErrorNote>
      )}
      <ul aria-label={text.title}>
        {requests.map((request) => {
          const link = links.get(request.userId)
          return (
            <li key={request.userId} className="flex flex-col gap-2 border-b border-line py-2.5 last:border-b-0 last:pb-0">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
                <p className="min-w-0 flex-1 basis-56 [overflow-wrap:anywhere]">
                  <bdi className="font-semibold text-t1">{request.email}</bdi>{' '}
                  <span className="text-[11px] text-t3">{agoOf(request.requestedAt.getTime(), now)}</span>
                </p>
                {!link && (
                  <Button
                    className="max-phone:h-10"
                    aria-label={text.makeFor(request.email)}
                    busy={busy === request.userId}
                    disabled={busy !== null}
                    onClick={() => onMake(request)}
                  >
                    {messages.admin.person.resetLink}
                  </Button>
                )}
              </div>
              {link && (
                <LinkToHandOver url={link.url}>
                  {messages.admin.person.linkOnce(request.email)}{' '}
                  {messages.admin.person.linkUntil(formatDateTime(link.expiresAt.getTime(), 'utc'))}
                </LinkToHandOver>
              )}
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
