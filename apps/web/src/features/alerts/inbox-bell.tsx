'use client'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Bell } from 'lucide-react'
import Link from 'next/link'
import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { useDismiss } from '../shell/use-dismiss.ts'
import { useNews, useServerNow } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import { agoOf, problemOf } from '../teams/prepare/words.ts'
import type { InboxEntry } from './server/schema.ts'

const text = messages.alerts.inbox
const SOON_MS = 1_000
const MOST_SHOWN = 99

/** What has alerted the person: a bell with how many are unread, and a list under it. New ones are read out. */
export function InboxBell() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const inbox = useQuery(trpc.alerts.inbox.queryOptions())
  const mark = useMutation(trpc.alerts.markRead.mutationOptions())
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  const now = useServerNow(0, 30_000)
  useDismiss(
    open,
    root,
    useCallback(() => setOpen(false), []),
  )
  const again = useMemo(
    () => throttle(() => void queryClient.invalidateQueries({ queryKey: trpc.alerts.inbox.queryKey() }), SOON_MS),
    [queryClient, trpc],
  )
  useEffect(() => again.cancel, [again])
  useNews((news) => {
    if (news.kind === 'people' && (news.subject === 'inbox' || news.subject === 'team' || news.subject === 'member')) again.call()
  })
  const entries = inbox.data?.entries ?? []
  const unread = inbox.data?.unread ?? 0
  const said = useAnnouncement(inbox.data?.entries)

  const read = async (ids: string[] | null) => {
    await mark.mutateAsync({ ids }).catch(() => {})
    await queryClient.invalidateQueries({ queryKey: trpc.alerts.inbox.queryKey() })
  }
  return (
    <div ref={root} className="relative flex-none">
      <Button
        variant="ghost"
        aria-label={text.open(String(unread))}
        title={text.open(String(unread))}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        icon={<Bell size={16} />}
        onClick={() => setOpen(!open)}
      />
      {unread > 0 && (
        <span
          aria-hidden="true"
          className="pointer-events-none absolute -top-0.5 -right-1 flex h-4 min-w-4 items-center justify-center rounded-full bg-acc px-1 text-[10px] font-semibold text-acc-on"
        >
          {unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
        </span>
      )}
      <span role="status" className="sr-only">
        {said}
      </span>
      {open && (
        <section
          id={id}
          aria-label={text.title}
          className="app-popover absolute right-0 z-40 mt-1.5 flex max-h-[min(520px,calc(100dvh-120px))] w-90 flex-col max-phone:fixed max-phone:inset-x-3 max-phone:top-12 max-phone:w-auto"
        >
          <header className="flex flex-none items-center gap-2 border-b border-line2 px-3 py-2">
            <h2 className="flex-1 font-semibold">{text.title}</h2>
            {unread > 0 && (
              <Button size="small" busy={mark.isPending} onClick={() => void read(null)}>
                {text.markAll}
              </Button>
            )}
          </header>
          <div className="min-h-0 overflow-y-auto overscroll-contain">
            {inbox.isError && entries.length === 0 ? (
              <ErrorNote className="m-3" onRetry={() => void inbox.refetch()}>
                {text.failed} {problemOf(inbox.error)}
              </ErrorNote>
            ) : inbox.isPending ? (
              <div aria-busy="true" className="m-3 h-16 rounded-md bg-s2" />
            ) : entries.length === 0 ? (
              <EmptyState title={text.none}>{text.noneWhy}</EmptyState>
            ) : (
              <ul>
                {entries.map((entry) => (
                  <Entry
                    key={entry.id}
                    entry={entry}
                    now={now}
                    onOpen={() => {
                      setOpen(false)
                      if (!entry.read) void read([entry.id])
                    }}
                  />
                ))}
              </ul>
            )}
          </div>
          <footer className="flex-none border-t border-line2 px-3 py-2">
            <Link href="/alerts" onClick={() => setOpen(false)} className="font-medium text-accfg underline-offset-2 hover:underline">
              {text.rules}
            </Link>
          </footer>
        </section>
      )}
    </div>
  )
}

export function Entry({ entry: { title, rule, facts, at, read }, now, onOpen }: { entry: InboxEntry; now: number; onOpen: () => void }) {
  return (
    <li className="border-b border-line">
      <Link href={heatmapPath(facts.market.key)} onClick={onOpen} className="flex gap-2 px-3 py-2.5 hover:bg-s3">
        <span aria-hidden="true" className={`mt-1.5 size-2 flex-none rounded-full ${read ? '' : 'bg-acc'}`} />
        <span className="min-w-0 flex-1">
          {!read && <span className="sr-only">{text.unread}: </span>}
          <bdi className={`block leading-4 [overflow-wrap:anywhere] ${read ? 'text-t2' : 'font-semibold text-t1'}`}>{title}</bdi>
          <span className="mt-0.5 flex gap-1.5 text-[11px] text-t2">
            <bdi className="truncate">{rule.name}</bdi>
            <span className="flex-none">· {agoOf(at, now || at)}</span>
          </span>
        </span>
      </Link>
    </li>
  )
}

/** The newest alert that came while the page was open; what was there before is not read out. */
function useAnnouncement(entries: readonly InboxEntry[] | undefined): string {
  const known = useRef<number | null>(null)
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (!entries) return
    const newest = entries[0]
    if (known.current !== null && newest && newest.at > known.current && !newest.read) setSaid(text.announce(newest.title))
    known.current = Math.max(known.current ?? 0, newest?.at ?? 0)
  }, [entries])
  return said
}
