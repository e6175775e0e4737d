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
  /** of the item, while it is there */
  href: string | null
  /** for its icon */
  thing: string
}

export function lineOf(entry: Pick<Activity, 'action' | 'target' | 'itemId' | 'item'>): ActivityLine {
  const [thing = '', deed = ''] = entry.action.split('.')
  const href = entry.itemId && entry.item ? itemPath({ id: entry.itemId, ...entry.item }) : null
  const line = (said: string, target: string | null = entry.target): ActivityLine => ({ said, target, href, thing })
  if (thing in text.things) {
    const said = text.said[deed as keyof typeof text.said]
    if (said) return line(deed === 'renamed' ? said : `${said} ${text.things[thing as keyof typeof text.things]}`)
  }
  const role = messages.teams.a[entry.target as keyof typeof messages.teams.a] ?? entry.target
  if (entry.action === 'member.joined') return line(text.joined(role), null)
  const invited = thing === 'invitation' ? text.invited[deed] : undefined
  if (invited) return line(invited(deed === 'link_made' ? entry.target : role), null)
  const said = text.actions[entry.action]
  return said ? line(said, entry.target || null) : line(text.other(entry.action))
}
