import { formatDateTime } from '@faultline/ui/format'
import { Bookmark, LayoutDashboard, Link2, List, type LucideIcon, Mail, MessageSquare, Settings2, UserRound } from 'lucide-react'
import Link from 'next/link'
import { PersonMark } from './person-mark.tsx'
import { lineOf } from './prepare/activity-line.ts'
import { agoOf } from './prepare/words.ts'
import type { Activity } from './server/schema.ts'

const ICONS: Readonly<Record<string, LucideIcon>> = {
  view: Bookmark,
  layout: LayoutDashboard,
  watchlist: List,
  comment: MessageSquare,
  link: Link2,
  member: UserRound,
  invitation: Mail,
  team: Settings2,
}

/** Who did what, newest first; names as they were then. */
export function ActivityList({ entries, now }: { entries: readonly Activity[]; now: number }) {
  return (
    <ol>
      {entries.map((entry) => (
        <ActivityRow key={entry.id} entry={entry} now={now} />
      ))}
    </ol>
  )
}

function ActivityRow({ entry, now }: { entry: Activity; now: number }) {
  const { said, target, after, href, thing } = lineOf(entry)
  const Icon = ICONS[thing] ?? Settings2
  return (
    <li className="flex items-center gap-3 border-b border-line px-4 py-2.5 last:border-b-0">
      <PersonMark id={entry.actorId ?? ''} name={entry.actor} size={24} />
      <p className="min-w-0 flex-1 leading-5 text-t2 [overflow-wrap:anywhere]">
        <Icon size={13} aria-hidden="true" className="mr-2 inline-block align-[-2px] text-t3" />
        <bdi className="font-semibold text-t1">{entry.actor}</bdi> {said}
        {target !== null && ' '}
        {target !== null &&
          (href === null ? (
            <bdi className="font-medium text-t1">{target}</bdi>
          ) : (
            <Link href={href} className="font-medium text-accfg hover:underline">
              <bdi>{target}</bdi>
            </Link>
          ))}
        {after !== null && ` ${after}`}
      </p>
      <time
        dateTime={new Date(entry.time).toISOString()}
        title={formatDateTime(entry.time, 'utc')}
        className="flex-none text-[11px] whitespace-nowrap text-t3"
      >
        {agoOf(entry.time, now)}
      </time>
    </li>
  )
}
