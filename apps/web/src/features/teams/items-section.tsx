'use client'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useQuery } from '@tanstack/react-query'
import { Bookmark, FolderInput, LayoutDashboard, List, type LucideIcon, MessageSquare } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { BringDialog } from './bring-dialog.tsx'
import { CommentsDrawer } from './comments-drawer.tsx'
import { itemPath } from './prepare/item-path.ts'
import { agoOf, problemOf } from './prepare/words.ts'
import type { TeamDetails, TeamItem } from './server/schema.ts'
import { useLastRead } from './use-last-read.ts'

const text = messages.teams.items

const ICONS: Record<TeamItem['kind'], LucideIcon> = { view: Bookmark, layout: LayoutDashboard, watchlist: List }

/** Views, layouts and watchlists of the team, as cards that open them. */
export function ItemsSection({ team, items: initial, now }: { team: TeamDetails; items: TeamItem[]; now: number }) {
  const trpc = useTRPC()
  const [bringing, setBringing] = useState(false)
  const [reading, setReading] = useState<TeamItem | null>(null)
  const { data: items, error, refetch } = useQuery({ ...trpc.teams.items.queryOptions({ teamId: team.id }), initialData: initial })
  const bring = team.role !== 'viewer' && (
    <Button icon={<FolderInput size={14} />} onClick={() => setBringing(true)}>
      {text.bring}
    </Button>
  )
  return (
    <section aria-labelledby="items" className="flex flex-col gap-2.5">
      <header className="flex min-h-7 flex-wrap items-center gap-2">
        <h2 id="items" className="fl-panel-title">
          {text.title}
        </h2>
        <span className="rounded-sm bg-s3 px-2 py-0.5 font-medium text-t2">{formatCount(items.length)}</span>
        {items.length > 0 && <span className="ml-auto">{bring}</span>}
      </header>
      {error && (
        <ErrorNote onRetry={() => void refetch()}>
          {text.failed} {problemOf(error)}
        </ErrorNote>
      )}
      {items.length === 0 ? (
        <div className="fl-panel">
          <EmptyState title={text.empty} icon={<Bookmark size={24} />} action={bring}>
            {text.emptyLead}
          </EmptyState>
        </div>
      ) : (
        <ItemCards items={items} now={now} onComments={setReading} />
      )}
      {bringing && <BringDialog team={team} onClose={() => setBringing(false)} />}
      {reading && <ItemComments item={reading} onClose={() => setReading(null)} />}
    </section>
  )
}

function ItemComments({ item, onClose }: { item: TeamItem; onClose: () => void }) {
  const [, markRead] = useLastRead(item.id)
  return <CommentsDrawer itemId={item.id} name={item.name} onRead={markRead} onClose={onClose} />
}

interface ItemCardsProps {
  items: readonly TeamItem[]
  now: number
  onComments: (item: TeamItem) => void
}

export function ItemCards({ items, now, onComments }: ItemCardsProps) {
  return (
    <ul className="grid gap-3 phone:grid-cols-2 wide:grid-cols-3 full:grid-cols-4">
      {items.map((item) => (
        <ItemCard key={item.id} item={item} now={now} onComments={onComments} />
      ))}
    </ul>
  )
}

function ItemCard({ item, now, onComments }: Omit<ItemCardsProps, 'items'> & { item: TeamItem }) {
  const Icon = ICONS[item.kind]
  const href = itemPath(item)
  // without the venue: the page that it opens says which one it is
  const symbol = item.instrument?.slice(item.instrument.indexOf(':') + 1) ?? null
  const what = [text.kinds[item.kind], symbol, item.range].filter((part) => part !== null)
  return (
    <li className="fl-panel relative flex min-w-0 flex-col gap-1 px-3.5 py-3 hover:border-line2">
      <p className="flex items-center gap-2 text-[13px] leading-[18px] font-semibold text-t1">
        <Icon size={14} aria-hidden="true" className="flex-none text-accfg" />
        {href === null ? (
          <bdi className="truncate">{item.name}</bdi>
        ) : (
          <Link href={href} title={item.name} className="min-w-0 truncate after:absolute after:inset-0 after:rounded-[10px]">
            <bdi>{item.name}</bdi>
          </Link>
        )}
      </p>
      <p className="truncate text-t2">{what.join(' · ')}</p>
      <p className="flex items-center gap-2 text-t3">
        <span className="min-w-0 flex-1 truncate">
          <bdi>{item.updatedBy ?? text.former}</bdi> · {agoOf(item.updatedAt, now)}
        </span>
        <Button
          size="small"
          variant="ghost"
          icon={<MessageSquare size={12} />}
          aria-haspopup="dialog"
          aria-label={messages.teams.comments.of(messages.teams.comments.buttonCount(formatCount(item.comments)), item.name)}
          onClick={() => onComments(item)}
          className="relative z-10 -my-1 -mr-2 max-phone:h-10 max-phone:min-w-10"
        >
          {item.comments > 0 ? formatCount(item.comments) : undefined}
        </Button>
      </p>
    </li>
  )
}
