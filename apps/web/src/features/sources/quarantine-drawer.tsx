'use client'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { Dialog } from './dialog.tsx'
import { refusalOf } from './prepare/refusal.ts'
import { QuarantineList } from './quarantine-list.tsx'
import type { SourceItem } from './server/schema.ts'

const text = messages.sources.quarantine

export function QuarantineDrawer({ source, onClose }: { source: SourceItem; onClose: () => void }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery({ ...trpc.sources.quarantine.queryOptions({ id: source.id }), staleTime: 0 })
  const { newest } = source.quarantine
  const reasons = source.report?.details.quarantineReasons ?? []
  // the list behind knows of a newer message
  useEffect(() => {
    if (newest !== null && data && (data[0]?.receivedAt ?? 0) < newest) void refetch()
  }, [newest, data, refetch])
  return (
    <Dialog title={text.title(source.name)} place="side" onClose={onClose}>
      <p className="flex-none border-b border-line px-4 py-2.5 text-t2">{text.lead}</p>
      {reasons.length > 0 && (
        <section aria-label={text.reasons} className="max-h-40 flex-none overflow-y-auto border-b border-line px-4 py-2.5 text-t2">
          <h3 className="text-[11px] text-t3">{text.reasons}</h3>
          <ul className="mt-1 flex flex-col gap-1">
            {reasons.map(({ reason, count }) => (
              <li key={reason} className="flex gap-3">
                <bdi className="min-w-0 flex-1 [overflow-wrap:anywhere]">{reason}</bdi>
                <span className="tabular-nums text-t1">{formatCount(count)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="min-h-24 flex-1 overflow-y-auto overscroll-contain" aria-busy={!data && !error}>
        {error && (
          <ErrorNote className="m-4" onRetry={() => void refetch()}>
            {text.failed} {refusalOf(error, messages.errors.noAnswer).message}
          </ErrorNote>
        )}
        {data ? (
          data.length === 0 ? (
            <EmptyState title={text.empty} />
          ) : (
            <QuarantineList items={data} />
          )
        ) : (
          !error && <p className="p-4 text-t3">{text.loading}</p>
        )}
      </div>
    </Dialog>
  )
}
