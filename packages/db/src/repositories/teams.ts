/**
 * Teams and who is in them. What each role may do is said by row-level security; every change is told in the team's activity,
 * in the same transaction.
 */
import { FaultlineError } from '@faultline/market/errors'
import { asActor, type UserActor } from '../actor.ts'
import type { Database, Transaction } from '../database.ts'
import type { ItemKind, TeamRole } from '../generated/prisma/client.ts'
import { activityIn } from './activity.ts'

export interface MyTeam {
  id: string
  name: string
  role: TeamRole
  requireSecondFactor: boolean
  /** it wants a second factor and the actor has none: it is closed to them */
  locked: boolean
  members: number
  version: number
}

export interface TeamDetails {
  id: string
  name: string
  /** the actor's */
  role: TeamRole
  requireSecondFactor: boolean
  version: number
  /** UTC ms */
  createdAt: number
  /** as many as the owners' plans allow; null: any number */
  mostMembers: number | null
}

export interface Member {
  userId: string
  name: string
  email: string
  role: TeamRole
  secondFactor: boolean
  /** UTC ms; null: never */
  lastSeenAt: number | null
  joinedAt: number
}

/** All of the actor's, those that are closed to them too, by name. */
export async function listMyTeams(db: Database, actor: UserActor): Promise<MyTeam[]> {
  const { rows } = await asActor(db, actor, (client) => client.query<MyTeamRow>('select * from my_teams()'))
  return rows.map(({ require_second_factor, ...row }) => ({ ...row, requireSecondFactor: require_second_factor }))
}
type MyTeamRow = Omit<MyTeam, 'requireSecondFactor'> & { require_second_factor: boolean }

/**
 * @param most how many teams the actor may own; null: any number
 * @returns the new team's id; the actor is its owner
 * @throws FaultlineError forbidden when they own so many already
 */
export function createTeam(db: Database, actor: UserActor, name: string, most: number | null): Promise<string> {
  return asActor(db, actor, async (client) => {
    if (most !== null) {
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 6))', [actor.userId])
      const { rows } = await client.query<{ owned: number }>(`select count(*)::int as owned from my_teams() where role = 'owner'`)
      if ((rows[0]?.owned ?? 0) >= most)
        throw new FaultlineError(
          'forbidden',
          most === 0
            ? 'Your plan does not include teams of your own. You can still join those that you are invited to.'
            : `Your plan allows ${most} teams of your own. Hand one over or delete one, or ask for a larger plan.`,
        )
    }
    const { rows } = await client.query<{ id: string }>('select create_team($1) as id', [name])
    const id = rows[0]?.id as string
    await activityIn(client, { teamId: id, action: 'team.created', target: name })
    return id
  })
}

/** @throws FaultlineError not_found */
export async function readTeam(db: Database, actor: UserActor, id: string): Promise<TeamDetails> {
  const { rows } = await asActor(db, actor, (client) =>
    client.query<TeamRow>(
      `select t.*, m.role, team_member_limit(t.id) as most_members from team t
         join membership m on m.team_id = t.id and m.user_id = actor_id() where t.id = $1`,
      [id],
    ),
  )
  return detailsOf(found(rows[0]))
}

interface TeamRow {
  id: string
  name: string
  role: TeamRole
  require_second_factor: boolean
  version: number
  created_at: Date
  most_members: number | null
}
const detailsOf = (row: TeamRow): TeamDetails => ({
  id: row.id,
  name: row.name,
  role: row.role,
  requireSecondFactor: row.require_second_factor,
  version: row.version,
  createdAt: row.created_at.getTime(),
  mostMembers: row.most_members,
})

/**
 * Changes name or rules, if nobody else did since `version`.
 * @returns the new version
 * @throws FaultlineError conflict, not_found, forbidden
 */
export function updateTeam(
  db: Database,
  actor: UserActor,
  id: string,
  version: number,
  change: { name?: string | undefined; requireSecondFactor?: boolean | undefined },
): Promise<number> {
  return asActor(db, actor, async (client) => {
    const { rows } = await client.query<TeamRow>('select * from team where id = $1', [id])
    const before = found(rows[0])
    if (change.requireSecondFactor && !before.require_second_factor && !(await hasSecondFactor(client)))
      throw new FaultlineError('forbidden', 'Turn on a second factor for your own account first: this team would be closed to you.')
    const updated = await client.query<{ version: number }>(
      `update team set name = coalesce($3, name), require_second_factor = coalesce($4, require_second_factor), version = version + 1
        where id = $1 and version = $2 returning version`,
      [id, version, change.name ?? null, change.requireSecondFactor ?? null],
    )
    const after = updated.rows[0]
    if (!after) {
      const now = (await client.query<TeamRow>('select * from team where id = $1', [id])).rows[0]
      throw now?.version === version
        ? new FaultlineError('forbidden', 'Only an owner may change the team.')
        : new FaultlineError(
            'conflict',
            `Somebody else changed this team meanwhile. It is called "${now?.name}" now: look, then save again.`,
          )
    }
    if (change.name !== undefined && change.name !== before.name)
      await activityIn(client, { teamId: id, action: 'team.renamed', target: change.name })
    if (change.requireSecondFactor !== undefined && change.requireSecondFactor !== before.require_second_factor) {
      const action = change.requireSecondFactor ? 'team.second_factor_required' : 'team.second_factor_optional'
      await activityIn(client, { teamId: id, action, target: '' })
    }
    return after.version
  })
}

async function hasSecondFactor(client: Transaction): Promise<boolean> {
  const { rowCount } = await client.query('select from app_user where id = actor_id() and totp_enabled_at is not null')
  return rowCount === 1
}

/** With all that it has: layouts, views, watchlists, comments, alerts, links. @throws FaultlineError not_found */
export async function deleteTeam(db: Database, actor: UserActor, id: string): Promise<void> {
  const { rowCount } = await asActor(db, actor, (client) => client.query('delete from team where id = $1', [id]))
  if (rowCount !== 1) throw new FaultlineError('not_found', NO_TEAM)
}

/** Owners first. Empty where the actor is not in the team. */
export async function listMembers(db: Database, actor: UserActor, teamId: string): Promise<Member[]> {
  const { rows } = await asActor(db, actor, (client) => client.query<MemberRow>('select * from team_people($1)', [teamId]))
  return rows.map(memberOf)
}
interface MemberRow {
  user_id: string
  name: string
  email: string
  role: TeamRole
  second_factor: boolean
  last_seen_at: Date | null
  joined_at: Date
}
const memberOf = (row: MemberRow): Member => ({
  userId: row.user_id,
  name: row.name || row.email,
  email: row.email,
  role: row.role,
  secondFactor: row.second_factor,
  lastSeenAt: row.last_seen_at?.getTime() ?? null,
  joinedAt: row.joined_at.getTime(),
})

/**
 * @returns who it was, and their role before
 * @throws FaultlineError not_found, conflict for the last owner
 */
export const changeRole = (db: Database, actor: UserActor, teamId: string, userId: string, role: TeamRole): Promise<Member> =>
  keepingAnOwner(db, actor, async (client) => {
    const member = await memberIn(client, teamId, userId)
    if (member.role === role) return member
    await setRole(client, teamId, member, role)
    return member
  })

/**
 * Makes another member an owner and, where that is wanted, the actor an editor or a viewer: both, or neither.
 * @throws FaultlineError not_found, bad_input
 */
export const transferOwnership = (
  db: Database,
  actor: UserActor,
  teamId: string,
  userId: string,
  own: 'editor' | 'viewer' | null,
): Promise<Member> =>
  keepingAnOwner(db, actor, async (client) => {
    if (userId === actor.userId) throw new FaultlineError('bad_input', 'You own this team already. Choose somebody else.')
    const member = await memberIn(client, teamId, userId)
    if (member.role !== 'owner') await setRole(client, teamId, member, 'owner')
    if (own) await setRole(client, teamId, await memberIn(client, teamId, actor.userId), own)
    return member
  })

/**
 * Takes a member out, or lets the actor leave.
 * @throws FaultlineError not_found, forbidden, conflict for the last owner
 */
export const removeMember = (db: Database, actor: UserActor, teamId: string, userId: string): Promise<Member> =>
  keepingAnOwner(db, actor, async (client) => {
    const member = await memberIn(client, teamId, userId)
    // before: whoever is out of a team writes nothing there any more
    await activityIn(client, { teamId, action: userId === actor.userId ? 'member.left' : 'member.removed', target: member.name })
    const { rowCount } = await client.query('delete from membership where team_id = $1 and user_id = $2', [teamId, userId])
    if (rowCount !== 1) throw new FaultlineError('forbidden', 'Only an owner may take others out of the team.')
    return member
  })

async function setRole(client: Transaction, teamId: string, member: Member, role: TeamRole): Promise<void> {
  const { rowCount } = await client.query('update membership set role = $3 where team_id = $1 and user_id = $2', [
    teamId,
    member.userId,
    role,
  ])
  if (rowCount !== 1) throw new FaultlineError('forbidden', 'Only an owner may change roles.')
  await activityIn(client, { teamId, action: `member.made_${role}`, target: member.name })
}

async function memberIn(client: Transaction, teamId: string, userId: string): Promise<Member> {
  const { rows } = await client.query<MemberRow>('select * from team_people($1) where user_id = $2', [teamId, userId])
  const row = rows[0]
  if (!row) throw new FaultlineError('not_found', 'This person is not in the team any more.')
  return {
    userId,
    name: row.name || row.email,
    email: row.email,
    role: row.role,
    secondFactor: row.second_factor,
    lastSeenAt: row.last_seen_at?.getTime() ?? null,
    joinedAt: row.joined_at.getTime(),
  }
}

/** The database looks at the end of the transaction whether an owner is left. */
async function keepingAnOwner<T>(db: Database, actor: UserActor, work: (client: Transaction) => Promise<T>): Promise<T> {
  try {
    return await asActor(db, actor, work)
  } catch (error) {
    if (error instanceof Error && 'constraint' in error && error.constraint === 'membership_keep_owner')
      throw new FaultlineError('conflict', 'A team keeps at least one owner. Make somebody else the owner first, or delete the team.', {
        cause: error,
      })
    throw error
  }
}

/**
 * Gives something of one's own to a team. It keeps its id, its comments and its links; what it was before stays behind. A view that
 * stood on a layout which the team does not have takes what it had of it.
 * @param most how many layouts, views and watchlists the team may have; null: any number
 * @throws FaultlineError not_found, forbidden, bad_input
 */
export function adoptItem(
  db: Database,
  actor: UserActor,
  itemId: string,
  teamId: string,
  most: number | null,
): Promise<{ kind: ItemKind; name: string; version: number }> {
  return asActor(db, actor, async (client) => {
    const { rows } = await client.query<{ kind: ItemKind; name: string; own: boolean }>(
      'select kind, name, owner_id is not distinct from actor_id() as own from saved_item where id = $1 for update',
      [itemId],
    )
    const item = rows[0]
    if (!item) throw new FaultlineError('not_found', 'This does not exist any more, or is not yours.')
    if (!item.own) throw new FaultlineError('bad_input', 'This is a team’s already. Make a copy for the other team instead.')
    if (most !== null) {
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 7))', [teamId])
      const { rows: counted } = await client.query<{ n: number }>('select count(*)::int as n from saved_item where team_id = $1', [teamId])
      if ((counted[0]?.n ?? 0) >= most)
        throw new FaultlineError(
          'forbidden',
          `The plan allows ${most} saved layouts, views and watchlists of a team. Delete one, or ask for a larger plan.`,
        )
    }
    await client.query('delete from item_version where item_id = $1', [itemId])
    const moved = await client.query<{ kind: ItemKind; name: string; version: number }>(
      `update saved_item set owner_id = null, team_id = $2, content = ${ON_LAYOUT_OF_TEAM}, version = version + 1, updated_by = actor_id(), updated_at = now(),
              position = (select coalesce(max(o.position), 0) + 1024 from saved_item o where o.team_id = $2 and o.kind = saved_item.kind)
        where id = $1 returning kind, name, version`,
      [itemId, teamId],
    )
    const now = found(moved.rows[0])
    await activityIn(client, { teamId, action: `${now.kind}.moved_in`, target: now.name, itemId })
    return now
  })
}

/** A view that stood on a layout which is not the team's ($2) takes what it had of it: it looks the same to all of them. */
const ON_LAYOUT_OF_TEAM = `case
  when kind <> 'view' or content->>'layoutId' is null
    or exists (select from saved_item l where l.id::text = saved_item.content->>'layoutId' and l.kind = 'layout' and l.team_id = $2) then content
  else content || jsonb_build_object('layoutId', null, 'query',
    coalesce((select l.content->'query' from saved_item l where l.id::text = saved_item.content->>'layoutId' and l.kind = 'layout'), '{}')
      || coalesce(content->'query', '{}')) end`

/** A layout, a view or a watchlist of a team, for its list. */
export interface TeamItem {
  id: string
  kind: ItemKind
  name: string
  version: number
  /** of a view; null: it names none, or it is no view */
  instrument: string | null
  /** of a view: the range button that is pressed */
  range: string | null
  /** UTC ms */
  updatedAt: number
  /** null: somebody who is not in the team any more */
  updatedBy: string | null
  comments: number
}

/** What was changed last comes first; empty where the actor is not in the team. */
export async function listTeamItems(db: Database, actor: UserActor, teamId: string): Promise<TeamItem[]> {
  const { rows } = await asActor(db, actor, (client) =>
    client.query<Omit<TeamItem, 'updatedAt'> & { updatedAt: Date }>(
      `select i.id, i.kind, i.name, i.version, i.updated_at as "updatedAt", coalesce(nullif(p.name, ''), p.email) as "updatedBy",
              case when i.kind = 'view' then i.content ->> 'instrument' end as instrument,
              case when i.kind = 'view' then i.content -> 'query' ->> 'r' end as range,
              (select count(*)::int from comment c where c.item_id = i.id) as comments
         from saved_item i left join team_people($1) p on p.user_id = i.updated_by
        where i.team_id = $1 order by i.updated_at desc, i.id`,
      [teamId],
    ),
  )
  return rows.map((row) => ({ ...row, updatedAt: row.updatedAt.getTime() }))
}

const NO_TEAM = 'There is no such team, or you are not in it.'
const found = <T>(row: T | undefined): T => {
  if (row === undefined) throw new FaultlineError('not_found', NO_TEAM)
  return row
}
