/** Comments on views, layouts and watchlists: plain text, for all who may see the item. */
import { FaultlineError } from '@faultline/market/errors'
import { asActor, type UserActor } from '../actor.ts'
import type { Database, Transaction } from '../database.ts'
import { activityIn } from './activity.ts'

export interface Comment {
  id: string
  authorId: string | null
  /** null: somebody who is not in the team any more */
  author: string | null
  body: string
  /** UTC ms */
  createdAt: number
  editedAt: number | null
}

export interface CommentPage {
  /** oldest first */
  comments: Comment[]
  /** there are earlier ones: ask for those before the first */
  earlier: boolean
}

/** How many there are, and how new the newest of others is: for the dot on a closed drawer. */
export interface CommentSummary {
  count: number
  /** UTC ms of the newest that the actor did not write; null: there is none */
  newestOfOthers: number | null
}

const PAGE = 50

interface Row {
  id: string
  author_id: string | null
  author: string | null
  body: string
  created_at: Date
  edited_at: Date | null
}
const commentOf = (row: Row): Comment => ({
  id: row.id,
  authorId: row.author_id,
  author: row.author,
  body: row.body,
  createdAt: row.created_at.getTime(),
  editedAt: row.edited_at?.getTime() ?? null,
})

/** The author's name as the team knows it; one's own where nobody else sees the item. */
const WITH_AUTHOR = `select c.id, c.author_id, c.body, c.created_at, c.edited_at, coalesce(nullif(p.name, ''), p.email) as author
   from comment c
   join saved_item i on i.id = c.item_id
   left join lateral (
     select t.name, t.email from team_people(i.team_id) t where t.user_id = c.author_id
     union all select u.name, u.email from app_user u where i.team_id is null and u.id = c.author_id and u.id = actor_id()
   ) p on true`

/** The newest, or those before the comment `before`. */
export async function listComments(db: Database, actor: UserActor, itemId: string, before?: string | null): Promise<CommentPage> {
  const { rows } = await asActor(db, actor, (client) =>
    client.query<Row>(
      `${WITH_AUTHOR} where c.item_id = $1
         and ($2::uuid is null or (c.created_at, c.id) < (select b.created_at, b.id from comment b where b.id = $2))
       order by c.created_at desc, c.id desc limit $3`,
      [itemId, before ?? null, PAGE + 1],
    ),
  )
  return { comments: rows.slice(0, PAGE).map(commentOf).reverse(), earlier: rows.length > PAGE }
}

export async function summariseComments(db: Database, actor: UserActor, itemId: string): Promise<CommentSummary> {
  const { rows } = await asActor(db, actor, (client) =>
    client.query<{ n: number; newest: Date | null }>(
      `select count(*)::int as n, max(created_at) filter (where author_id is distinct from actor_id()) as newest from comment where item_id = $1`,
      [itemId],
    ),
  )
  return { count: rows[0]?.n ?? 0, newestOfOthers: rows[0]?.newest?.getTime() ?? null }
}

/** @throws FaultlineError not_found */
export function addComment(db: Database, actor: UserActor, itemId: string, body: string): Promise<Comment> {
  return asActor(db, actor, async (client) => {
    const item = await itemIn(client, itemId)
    const { rows } = await client.query<{ id: string }>(
      'insert into comment (id, item_id, author_id, body) values (gen_random_uuid(), $1, actor_id(), $2) returning id',
      [itemId, body],
    )
    if (item.team_id) await activityIn(client, { teamId: item.team_id, action: 'comment.added', target: item.name, itemId })
    return commentIn(client, rows[0]?.id as string)
  })
}

/** @throws FaultlineError forbidden for whoever did not write it */
export function editComment(db: Database, actor: UserActor, id: string, body: string): Promise<Comment> {
  return asActor(db, actor, async (client) => {
    const { rowCount } = await client.query('update comment set body = $2, edited_at = now() where id = $1', [id, body])
    if (rowCount !== 1) throw new FaultlineError('forbidden', 'Only whoever wrote a comment changes it.')
    return commentIn(client, id)
  })
}

/** @throws FaultlineError forbidden for whoever neither wrote it nor owns the team */
export function removeComment(db: Database, actor: UserActor, id: string): Promise<void> {
  return asActor(db, actor, async (client) => {
    const { rows } = await client.query<{ item_id: string }>('delete from comment where id = $1 returning item_id', [id])
    const [gone] = rows
    if (!gone) throw new FaultlineError('forbidden', 'Only whoever wrote a comment, or an owner of the team, takes it away.')
    const item = await itemIn(client, gone.item_id)
    if (item.team_id) await activityIn(client, { teamId: item.team_id, action: 'comment.removed', target: item.name, itemId: gone.item_id })
  })
}

async function itemIn(client: Transaction, itemId: string): Promise<{ name: string; team_id: string | null }> {
  const { rows } = await client.query<{ name: string; team_id: string | null }>('select name, team_id from saved_item where id = $1', [
    itemId,
  ])
  const [item] = rows
  if (!item) throw new FaultlineError('not_found', 'This does not exist any more, or is not yours to see.')
  return item
}

async function commentIn(client: Transaction, id: string): Promise<Comment> {
  const { rows } = await client.query<Row>(`${WITH_AUTHOR} where c.id = $1`, [id])
  return commentOf(rows[0] as Row)
}
