/** What happened in a team, for its members: added in the name of whoever did it, and never changed. */
import { asActor, type UserActor } from '../actor.ts'
import type { Database, Transaction } from '../database.ts'
import type { ItemKind } from '../generated/prisma/client.ts'

/** Something of a kind, and what was done to it. */
export type ActivityAction =
  | `${ItemKind}.${'created' | 'changed' | 'renamed' | 'restored' | 'deleted' | 'moved_in'}`
  | `comment.${'added' | 'removed'}`
  | `link.${'created' | 'extended' | 'revoked'}`
  | `member.${'joined' | 'left' | 'removed' | 'made_owner' | 'made_editor' | 'made_viewer'}`
  | `invitation.${'sent' | 'link_made' | 'renewed' | 'revoked'}`
  | `team.${'created' | 'renamed' | 'second_factor_required' | 'second_factor_optional'}`

/** What a feed may be narrowed to, and the kinds of things that stand in it then. */
export const ACTIVITY_FILTERS = {
  saved: ['layout', 'view', 'watchlist'],
  comments: ['comment'],
  people: ['member', 'invitation'],
  links: ['link'],
  team: ['team'],
} as const
export type ActivityFilter = keyof typeof ACTIVITY_FILTERS

export interface ActivityEntry {
  teamId: string
  action: ActivityAction
  /** name of the thing or the person, as it was then; of invitations and of joining the role */
  target: string
  /** the item that it is about: the feed links to it while it is there */
  itemId?: string | null
}

export interface Activity extends Omit<ActivityEntry, 'action'> {
  id: string
  /** UTC ms */
  time: number
  actorId: string | null
  /** as they were called then */
  actor: string
  /** an ActivityAction, or one of another version of the product */
  action: string
  itemId: string | null
  /** the item as it is now; null: there is none, or it is gone */
  item: { kind: ItemKind; name: string; instrument: string | null } | null
}

/** Changes of one thing by one person within this are one entry: layouts and views save themselves. */
const SAME_CHANGE_MINUTES = 15

/** Adds an entry in a transaction of its own. @throws when the actor is not in the team */
export const recordActivity = (db: Database, actor: UserActor, entry: ActivityEntry): Promise<void> =>
  asActor(db, actor, (client) => activityIn(client, entry))

/** The same inside a transaction of asActor(): there only if that commits. */
export async function activityIn(client: Transaction, { teamId, action, target, itemId = null }: ActivityEntry): Promise<void> {
  await client.query(
    `insert into activity (team_id, actor_id, actor, action, target, item_id)
     select $1, u.id, coalesce(nullif(u.name, ''), u.email), $2, $3, $4::uuid from app_user u
      where u.id = actor_id()
        and ($2 not like '%.changed' or not exists (
          select from activity a where a.team_id = $1 and a.item_id = $4::uuid and a.actor_id = u.id and a.action = $2
             and a.time > now() - make_interval(mins => $5)))`,
    [teamId, action, target.slice(0, 500), itemId, SAME_CHANGE_MINUTES],
  )
}

export interface ActivityPage {
  entries: Activity[]
  /** where the next page begins; null: this was the last */
  next: string | null
}

/**
 * Newest first.
 * @param page.after `next` of the page before
 * @param page.size 1 to 100
 */
export async function listActivity(
  db: Database,
  actor: UserActor,
  teamId: string,
  page: { after?: string | null | undefined; filter?: ActivityFilter | null | undefined; size?: number },
): Promise<ActivityPage> {
  const size = page.size ?? 50
  const after = readCursor(page.after ?? null)
  const kinds = page.filter ? [...ACTIVITY_FILTERS[page.filter]] : null
  const { rows } = await asActor(db, actor, (client) =>
    client.query<ActivityRow>(
      `select a.id::text, a.team_id, a.time, a.actor_id, a.actor, a.action, a.target, a.item_id,
              i.kind, i.name, i.content ->> 'instrument' as instrument
         from activity a left join saved_item i on i.id = a.item_id and i.team_id = a.team_id
        where a.team_id = $1 and ($2::timestamptz is null or (a.time, a.id) < ($2, $3::bigint))
          and ($4::text[] is null or split_part(a.action, '.', 1) = any ($4))
        order by a.time desc, a.id desc limit $5`,
      [teamId, after?.time ?? null, after?.id ?? null, kinds, size + 1],
    ),
  )
  const entries = rows.slice(0, size).map(entryOf)
  const last = entries.at(-1)
  return { entries, next: rows.length > size && last ? `${last.time}.${last.id}` : null }
}

interface ActivityRow {
  id: string
  team_id: string
  time: Date
  actor_id: string | null
  actor: string
  action: string
  target: string
  item_id: string | null
  kind: ItemKind | null
  name: string | null
  instrument: string | null
}

const entryOf = (row: ActivityRow): Activity => ({
  id: row.id,
  teamId: row.team_id,
  time: row.time.getTime(),
  actorId: row.actor_id,
  actor: row.actor,
  action: row.action,
  target: row.target,
  itemId: row.item_id,
  item: row.kind && row.name !== null ? { kind: row.kind, name: row.name, instrument: row.instrument } : null,
})

/** Anything that is no cursor is the beginning. */
function readCursor(text: string | null): { time: Date; id: string } | null {
  const [, time, id] = /^(\d{1,15})\.(\d{1,18})$/.exec(text ?? '') ?? []
  return time === undefined || id === undefined ? null : { time: new Date(Number(time)), id }
}
