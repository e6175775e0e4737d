'use client'
import { formatDateTime } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Code, Globe, Radio, Snowflake } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount, formatDate } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { timeLeft } from './prepare/words.ts'
import type { ShareRow } from './server/share.ts'

const text = messages.share
const DAY_MS = 86_400_000
const MORE_DAYS = 7
const MOST_DAYS = 365

/** Links to all views of a team, for its editors. */
export function TeamShareLinks({ teamId }: { teamId: string }) {
  const links = useQuery(useTRPC().share.listTeam.queryOptions({ teamId }))
  return (
    <ShareLinkList
      links={links.data?.links ?? null}
      failed={links.isError}
      onRetry={() => void links.refetch()}
      empty={text.noneOfTeam}
      named
    />
  )
}

/** `links` null: not known yet. `named`: of several views, which are named. */
export function ShareLinkList({
  links,
  failed,
  onRetry,
  empty,
  named = false,
}: {
  links: readonly ShareRow[] | null
  failed: boolean
  onRetry: () => void
  empty: string
  named?: boolean
}) {
  const [now] = useState(() => Date.now())
  if (failed && !links) return <ErrorNote onRetry={onRetry}>{text.failed}</ErrorNote>
  if (!links)
    return (
      <div role="status" aria-label={text.loading} className="flex flex-col gap-2">
        {[0, 1].map((row) => (
          <div key={row} className="h-11 rounded-md bg-s2" />
        ))}
      </div>
    )
  if (links.length === 0) return <p className="text-t2">{empty}</p>
  return (
    <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
      {links.map((link) => (
        <LinkRow key={link.id} link={link} now={now} named={named} />
      ))}
    </ul>
  )
}

function LinkRow({ link, now, named }: { link: ShareRow; now: number; named: boolean }) {
  const who = link.embed ? text.anyoneOrFrame : text.anyone
  const Who = link.embed ? Code : Globe
  return (
    <li
      className={`flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-2 ${named ? 'full:grid full:grid-cols-[minmax(0,1fr)_80px_208px_20px_200px_80px_196px]' : ''}`}
    >
      {named && (
        <bdi className="w-full truncate font-semibold phone:w-40 full:w-auto" title={link.itemName}>
          {link.itemName}
        </bdi>
      )}
      <span className="font-medium text-t1">/s/…{link.hint}</span>
      <span>
        <Badge icon={link.frozenAt === null ? <Radio size={12} aria-hidden="true" /> : <Snowflake size={12} aria-hidden="true" />}>
          {link.frozenAt === null ? text.live : text.frozen(formatDateTime(link.frozenAt, 'utc'))}
        </Badge>
      </span>
      <span title={who} className="text-t3">
        <Who size={13} aria-hidden="true" />
        <span className="sr-only">{who}</span>
      </span>
      <Ends link={link} now={now} />
      <span className="text-t3">
        {text.columns.opened} <b className="font-semibold text-t1">{formatCount(link.visits)}</b>
      </span>
      {link.revokedAt === null && <LinkActions link={link} now={now} />}
    </li>
  )
}

function Ends({ link, now }: { link: ShareRow; now: number }) {
  if (link.revokedAt !== null) return <span className="text-err">{text.revoked}</span>
  const left = link.expiresAt - now
  return (
    <span className="text-t3">
      <b className={`font-semibold ${left <= 0 ? 'text-err' : left < DAY_MS ? 'text-warn' : 'text-t1'}`}>
        {left <= 0 ? text.expired : text.in(timeLeft(left))}
      </b>{' '}
      {formatDate(link.expiresAt)}
    </span>
  )
}

function LinkActions({ link, now }: { link: ShareRow; now: number }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [asks, setAsks] = useState(false)
  const told = (done: string) => ({
    onSuccess: () => {
      toast(done)
      return queries.invalidateQueries({ queryKey: trpc.share.pathKey() })
    },
    onError: (error: { message: string }) => toast(error.message || text.refused, 'warn'),
  })
  const extend = useMutation(trpc.share.extend.mutationOptions(told(text.extended)))
  const revoke = useMutation(trpc.share.revoke.mutationOptions(told(text.wasRevoked)))
  const { id, hint, expiresAt } = link
  const isOver = expiresAt <= now
  const days = Math.min(MOST_DAYS, Math.ceil(Math.max(0, expiresAt - now) / DAY_MS) + MORE_DAYS)
  if (asks)
    return (
      <span className="ml-auto flex items-center gap-2">
        <span className="text-t2">{text.revokeSure}</span>
        <Button
          size="small"
          variant="danger"
          busy={revoke.isPending}
          aria-label={text.of(text.revoke, hint)}
          onClick={() => revoke.mutate({ id })}
        >
          {text.revoke}
        </Button>
        <Button size="small" onClick={() => setAsks(false)}>
          {text.keep}
        </Button>
      </span>
    )
  return (
    <span className="ml-auto flex items-center gap-1">
      <Button
        size="small"
        variant="ghost"
        title={text.extendWhy}
        busy={extend.isPending}
        aria-label={text.of(isOver ? text.renew : text.extend, hint)}
        onClick={() => extend.mutate({ id, expiresInDays: days })}
      >
        {isOver ? text.renew : text.extend}
      </Button>
      <Button size="small" variant="ghost" aria-label={text.of(text.revoke, hint)} className="text-err" onClick={() => setAsks(true)}>
        {text.revoke}
      </Button>
    </span>
  )
}
