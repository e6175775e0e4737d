'use client'
import { ChevronDown } from 'lucide-react'
import { messages } from '../../messages.ts'
import type { ShownList } from './use-watchlists.ts'

const text = messages.watchlists
/** An option is text alone: a name keeps its direction to itself by these. */
const isolated = (name: string): string => `\u2068${name}\u2069`

/** Which list is shown: all markets, one's own, those of teams. */
export function WatchlistSelect({
  lists,
  value,
  onChange,
  withAll,
  className = '',
}: {
  lists: readonly ShownList[]
  /** null: all markets */
  value: string | null
  onChange: (id: string | null) => void
  withAll: boolean
  className?: string
}) {
  const groups = new Map<string, ShownList[]>()
  for (const list of lists) {
    const name = list.team ? (list.team.name === '' ? text.someTeam : text.team(list.team.name)) : text.mine
    const key = list.team?.id ?? ''
    groups.set(`${key}\n${name}`, [...(groups.get(`${key}\n${name}`) ?? []), list])
  }
  return (
    <span className={`relative inline-flex min-w-0 ${className}`}>
      <select
        aria-label={text.which}
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        className="h-7 w-full min-w-0 cursor-pointer appearance-none truncate rounded-md border border-line2 bg-s2 pr-6 pl-2 font-medium text-t1 hover:bg-s3 max-phone:h-10"
      >
        {withAll && <option value="">{text.all}</option>}
        {[...groups].map(([key, group]) => (
          <optgroup key={key} label={key.slice(key.indexOf('\n') + 1)}>
            {group.map((list) => (
              <option key={list.id} value={list.id}>
                {isolated(list.name)}
                {list.editable ? '' : ` (${text.readOnly})`}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <ChevronDown size={12} aria-hidden="true" className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-t3" />
    </span>
  )
}
