'use client'
import { formatDateTime } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useQuery } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC, useTRPCClient } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { useUser } from '../shell/user-context.tsx'
import { Dialog } from '../sources/dialog.tsx'
import { useServerNow } from '../stream/news-stream.tsx'
import { agoOf, problemOf } from '../teams/prepare/words.ts'
import type { SavedItem } from './server/content.ts'
import { type Entry, useRefreshSaved } from './use-saved-entries.ts'

const text = messages.saved

/** What an item was before, newest first, and the way back to it. */
export function VersionsDialog({
  entry,
  onRestored,
  onClose,
}: {
  entry: Pick<Entry, 'id' | 'name' | 'version' | 'team' | 'editable'>
  onRestored?: (item: SavedItem) => void
  onClose: () => void
}) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const refresh = useRefreshSaved()
  const now = useServerNow(Date.now())
  const nameOf = useNames(entry.team?.id ?? null)
  const { data, error, refetch } = useQuery({ ...trpc.saved.versions.queryOptions({ id: entry.id }), staleTime: 0 })
  const [busy, setBusy] = useState<number | null>(null)
  const [refused, setRefused] = useState<string | null>(null)
  const restore = async (earlier: number) => {
    setBusy(earlier)
    setRefused(null)
    try {
      // on what stands there by now, not on what the list knew: whoever presses this wants that version, whatever came between
      const { version } = await client.saved.get.query({ id: entry.id })
      const item = await client.saved.restore.mutate({ id: entry.id, version, earlier })
      toast(text.versions.restored(earlier))
      onRestored?.(item)
      onClose()
    } catch (problem) {
      setRefused(problemOf(problem))
      setBusy(null)
    } finally {
      refresh()
    }
  }
  return (
    <Dialog title={text.versions.title(entry.name)} onClose={onClose}>
      <div className="flex min-h-32 flex-col gap-3 overflow-y-auto overscroll-contain p-4" aria-busy={!data && !error}>
        <p className="text-t2">{text.versions.lead}</p>
        {refused !== null && <ErrorNote data-testid="form-error">{refused}</ErrorNote>}
        {error && (
          <ErrorNote onRetry={() => void refetch()}>
            {text.versions.failed} {problemOf(error)}
          </ErrorNote>
        )}
        {!data && !error && <p className="text-t3">{text.versions.loading}</p>}
        {data?.length === 0 && <p className="text-t3">{text.versions.none}</p>}
        {data && data.length > 0 && (
          <ul className="flex flex-col">
            {data.map(({ version, name, savedAt, savedBy }) => (
              <li key={version} className="flex items-center gap-3 border-b border-line py-2 last:border-0">
                <div className="min-w-0 flex-1">
                  <p className="truncate font-medium text-t1">
                    {text.versions.row(version)}
                    {name !== entry.name && (
                      <>
                        {' · '}
                        <bdi>{name}</bdi>
                      </>
                    )}
                  </p>
                  <p className="truncate text-t3" title={formatDateTime(savedAt, 'utc')}>
                    <bdi>{nameOf(savedBy)}</bdi> · {agoOf(savedAt, now)}
                  </p>
                </div>
                {entry.editable && (
                  <Button
                    icon={<RotateCcw size={14} />}
                    aria-label={text.versions.restoreOf(version)}
                    busy={busy === version}
                    onClick={() => void restore(version)}
                  >
                    {text.versions.restore}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
      <footer className="flex flex-none justify-end border-t border-line p-3">
        <Button size="large" data-autofocus onClick={onClose}>
          {text.versions.close}
        </Button>
      </footer>
    </Dialog>
  )
}

/** Names of people by id, of a team's members or of oneself. */
function useNames(teamId: string | null): (id: string | null) => string {
  const trpc = useTRPC()
  const { userId } = useUser()
  const { data } = useQuery({ ...trpc.teams.members.queryOptions({ teamId: teamId ?? '' }), enabled: teamId !== null })
  return (id) => {
    if (id === userId) return text.you
    const member = data?.find((one) => one.userId === id)
    return member ? member.name || member.email : text.former
  }
}
