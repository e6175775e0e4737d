'use client'
import { Button } from '@faultline/ui/react/button'
import { TriangleAlert } from 'lucide-react'
import { messages } from '../../messages.ts'
import { type Clash, useSync } from './watchlists-provider.tsx'

const text = messages.watchlists.clash

/** What stands between this person and others, or between this page and the server: told, with what to do. */
export function SyncNotes({ listId, className = '' }: { listId: string | null; className?: string }) {
  const { pending, waiting, clashes, settle } = useSync()
  const mine = clashes.filter((clash) => clash.pending.listId === listId)
  return (
    <>
      {waiting && pending.length > 0 && (
        <p role="status" data-testid="unsent" className={`flex items-start gap-2 text-t2 ${className}`}>
          <TriangleAlert size={14} aria-hidden="true" className="mt-px flex-none text-warn" />
          {messages.watchlists.unsent(pending.length)}
        </p>
      )}
      {mine.map((clash) => (
        <ClashNote key={clash.pending.id} clash={clash} onSettle={(take) => settle(clash, take)} className={className} />
      ))}
    </>
  )
}

export function ClashNote({
  clash,
  onSettle,
  className = '',
}: {
  clash: Clash
  onSettle: (take: 'mine' | 'theirs') => void
  className?: string
}) {
  const { title, theirs, yours } = wordsOf(clash)
  return (
    <div role="alert" data-testid="clash" className={`flex flex-col gap-2 rounded-lg border border-line2 bg-s2 p-3 text-t2 ${className}`}>
      <p className="flex items-start gap-2 font-semibold text-t1">
        <TriangleAlert size={14} aria-hidden="true" className="mt-px flex-none text-warn" />
        {title}
      </p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
        <dt className="text-t3">{text.theirs}</dt>
        <dd className="max-h-24 overflow-y-auto [overflow-wrap:anywhere] whitespace-pre-wrap">
          <bdi>{theirs || text.empty}</bdi>
        </dd>
        <dt className="text-t3">{text.yours}</dt>
        <dd className="max-h-24 overflow-y-auto [overflow-wrap:anywhere] whitespace-pre-wrap">
          <bdi>{yours || text.empty}</bdi>
        </dd>
      </dl>
      <div className="flex flex-wrap gap-2">
        <Button size="small" onClick={() => onSettle('mine')}>
          {text.takeMine}
        </Button>
        <Button size="small" onClick={() => onSettle('theirs')}>
          {text.keepTheirs}
        </Button>
      </div>
    </div>
  )
}

function wordsOf({ pending: { operation }, list }: Clash): { title: string; theirs: string; yours: string } {
  switch (operation.kind) {
    case 'note': {
      const theirs = list.content.rows.find((row) => row.instrument === operation.instrument)?.note ?? ''
      return { title: text.note(operation.instrument.split(':')[1] ?? operation.instrument), theirs, yours: operation.note }
    }
    case 'notes':
      return { title: text.notes, theirs: list.content.notes, yours: operation.notes }
    default:
      return { title: text.rename, theirs: list.name, yours: operation.kind === 'rename' ? operation.name : '' }
  }
}
