/** An entry of the activity feed as a sentence, and where it leads: pure. */
import type { Activity } from '@faultline/db/repositories/activity'
import { messages } from '../../../messages.ts'
import { itemPath } from './item-path.ts'

const text = messages.teams.activity

export interface ActivityLine {
  /** between who and what */
  said: string
  /** a name that somebody gave; null: the sentence ends before it */
  target: string | null
  /** what follows the name; null: nothing */
  after: string | null
  /** of the item, while it is there */
  href: string | null
  /** for its icon */
  thing: string
}

/** Without whom or what: their name would say nothing more. */
const COMPLETE = new Set(['member.left', 'team.second_factor_required', 'team.second_factor_optional'])

export function lineOf(entry: Pick<Activity, 'action' | 'target' | 'itemId' | 'item'>): ActivityLine {
  const { action, target } = entry
  const [thing = '', deed = ''] = action.split('.')
  const href = entry.itemId && entry.item ? itemPath({ id: entry.itemId, ...entry.item }) : null
  const line = ([said, after]: [string, string?], name: string | null = target): ActivityLine => ({
    said,
    target: name,
    after: (name !== null && after) || null,
    href,
    thing,
  })
  const role = messages.teams.a[target as keyof typeof messages.teams.a] ?? target
  if (action === 'member.joined') return line([text.joined(role)], null)
  const invited = thing === 'invitation' ? text.invited[deed] : undefined
  if (invited) return line([invited(deed === 'link_made' ? target : role)], null)
  const ofItem = text.things[thing]
  const said = ofItem === undefined ? text.actions[action] : text.said[deed]?.(ofItem)
  return said ? line(said, COMPLETE.has(action) ? null : target) : line([text.other(action)])
}
