/** Invitations into teams: by e-mail for one person, or as a link for several. Only the hash of a token is stored. */
import { createHash, randomBytes } from 'node:crypto'
import { FaultlineError } from '@faultline/market/errors'
import { asActor, type UserActor } from '../actor.ts'
import type { Database, Transaction } from '../database.ts'
import type { TeamRole } from '../generated/prisma/client.ts'
import { activityIn } from './activity.ts'

export interface TeamInvitation {
  id: string
  /** null: a link */
  email: string | null
  role: TeamRole
  uses: number
  maxUses: number
  /** UTC ms */
  createdAt: number
  expiresAt: number
}

/** What an invitation offers to whoever holds its token. */
export interface TeamOffer {
  teamId: string
  teamName: string
  role: TeamRole
  /** null: whoever has the link */
  email: string | null
  /** who invites; null: somebody who is gone */
  inviter: string | null
  /** UTC ms */
  expiresAt: number
  state: 'open' | 'expired' | 'revoked' | 'used'
}

export type JoinState = 'joined' | 'member' | 'unknown' | 'expired' | 'revoked' | 'used' | 'other_address' | 'full'

/** What a new or renewed invitation is, and the one time that its token is there. */
export interface MadeInvitation {
  id: string
  token: string
  email: string | null
  role: TeamRole
  teamName: string
  expiresAt: number
  /** an earlier invitation of the same address does not work any more */
  replaced: boolean
}

/** Runs in the transaction that makes the invitation: to queue a message that goes out only if that commits. */
export type OnMade = (client: Transaction, made: MadeInvitation) => Promise<void>

/** Open at once, of one team: more than anybody looks through. */
const MOST_OPEN = 200
/** bytes: 256 bits */
const TOKEN_BYTES = 32

/** What does not look like a token has no row, and is not asked for. */
const hashOf = (token: string): Buffer | null => (/^[\w-]{40,64}$/.test(token) ? createHash('sha256').update(token).digest() : null)
const newToken = () => {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  return { token, hash: createHash('sha256').update(token).digest() }
}

/** Those that have not been used up or revoked, the newest first; expired ones too, as they can be renewed. */
export async function listInvitations(db: Database, actor: UserActor, teamId: string): Promise<TeamInvitation[]> {
  const { rows } = await asActor(db, actor, (client) =>
    client.query<InvitationRow>(
      `select * from team_invitation where team_id = $1 and revoked_at is null and uses < max_uses order by created_at desc, id limit $2`,
      [teamId, MOST_OPEN],
    ),
  )
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    role: row.role,
    uses: row.uses,
    maxUses: row.max_uses,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  }))
}
interface InvitationRow {
  id: string
  email: string | null
  role: TeamRole
  uses: number
  max_uses: number
  created_at: Date
  expires_at: Date
}

/**
 * @param given.email lower case; null: a link that lets `maxUses` people in
 * @throws FaultlineError not_found, conflict (in the team already), forbidden (the team is full)
 */
export function createInvitation(
  db: Database,
  actor: UserActor,
  teamId: string,
  given: { email: string | null; role: 'viewer' | 'editor'; maxUses: number; days: number },
  onMade?: OnMade,
): Promise<MadeInvitation> {
  return asActor(db, actor, async (client) => {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 8))', [teamId])
    const team = await teamWithRoom(client, teamId)
    if (given.email !== null) await refuseMember(client, teamId, given.email)
    const replaced = await client.query(
      `update team_invitation set revoked_at = now()
        where team_id = $1 and lower(email) = $2 and revoked_at is null and uses < max_uses`,
      [teamId, given.email],
    )
    const open = await client.query<{ n: number }>(
      'select count(*)::int as n from team_invitation where team_id = $1 and revoked_at is null and uses < max_uses and expires_at > now()',
      [teamId],
    )
    if ((open.rows[0]?.n ?? 0) >= MOST_OPEN)
      throw new FaultlineError('forbidden', `This team has ${MOST_OPEN} open invitations. Revoke some, or wait until they are used.`)
    const { token, hash } = newToken()
    const { rows } = await client.query<{ id: string; expires_at: Date }>(
      `insert into team_invitation (id, team_id, email, role, hash, max_uses, created_by, expires_at)
       values (gen_random_uuid(), $1, $2, $3, $4, $5, actor_id(), now() + make_interval(days => $6)) returning id, expires_at`,
      [teamId, given.email, given.role, hash, given.email === null ? given.maxUses : 1, given.days],
    )
    const row = rows[0] as { id: string; expires_at: Date }
    const action = given.email === null ? 'invitation.link_made' : 'invitation.sent'
    await activityIn(client, { teamId, action, target: given.role })
    const made: MadeInvitation = {
      id: row.id,
      token,
      email: given.email,
      role: given.role,
      teamName: team,
      expiresAt: row.expires_at.getTime(),
      replaced: (replaced.rowCount ?? 0) > 0,
    }
    await onMade?.(client, made)
    return made
  })
}

/** A new token and a new end; the old token is dead. @throws FaultlineError not_found, forbidden (the team is full) */
export function renewInvitation(
  db: Database,
  actor: UserActor,
  teamId: string,
  id: string,
  days: number,
  onMade?: OnMade,
): Promise<MadeInvitation> {
  return asActor(db, actor, async (client) => {
    const team = await teamWithRoom(client, teamId)
    const { token, hash } = newToken()
    const { rows } = await client.query<InvitationRow>(
      `update team_invitation set hash = $3, expires_at = now() + make_interval(days => $4)
        where id = $2 and team_id = $1 and revoked_at is null and uses < max_uses returning *`,
      [teamId, id, hash, days],
    )
    const row = rows[0]
    if (!row) throw new FaultlineError('not_found', 'This invitation was used or revoked meanwhile. Make a new one.')
    await activityIn(client, { teamId, action: 'invitation.renewed', target: row.role })
    const { email, role } = row
    const made = { id, token, email, role, teamName: team, expiresAt: row.expires_at.getTime(), replaced: true }
    await onMade?.(client, made)
    return made
  })
}

/** @returns whom it was for; null: a link. @throws FaultlineError not_found */
export function revokeInvitation(db: Database, actor: UserActor, teamId: string, id: string): Promise<string | null> {
  return asActor(db, actor, async (client) => {
    const { rows } = await client.query<InvitationRow>(
      'update team_invitation set revoked_at = now() where id = $2 and team_id = $1 and revoked_at is null returning *',
      [teamId, id],
    )
    const row = rows[0]
    if (!row) throw new FaultlineError('not_found', 'There is no such invitation any more.')
    await activityIn(client, { teamId, action: 'invitation.revoked', target: row.role })
    return row.email
  })
}

/** What a token offers, to whoever has it, signed in or not; null: nothing. */
export async function teamInvitationOf(db: Database, token: string): Promise<TeamOffer | null> {
  const hash = hashOf(token)
  if (!hash) return null
  const { rows } = await db.pool.query<OfferRow>('select * from team_invitation_of($1)', [hash])
  const row = rows[0]
  if (!row) return null
  return {
    teamId: row.team_id,
    teamName: row.team_name,
    role: row.role,
    email: row.email,
    inviter: row.inviter,
    expiresAt: row.expires_at.getTime(),
    state: row.state,
  }
}
interface OfferRow {
  team_id: string
  team_name: string
  role: TeamRole
  email: string | null
  inviter: string | null
  expires_at: Date
  state: TeamOffer['state']
}

/** Lets the actor in, or says why not. Nothing is used up but by joining. */
export function acceptInvitation(db: Database, actor: UserActor, token: string): Promise<{ state: JoinState; teamId: string | null }> {
  const hash = hashOf(token)
  if (!hash) return Promise.resolve({ state: 'unknown', teamId: null })
  return asActor(db, actor, async (client) => {
    const limit = await client.query<{ most: number | null }>('select team_member_limit(team_id) as most from team_invitation_of($1)', [
      hash,
    ])
    const { rows } = await client.query<{ team_id: string | null; state: JoinState }>('select * from accept_team_invitation($1, $2)', [
      hash,
      limit.rows[0]?.most ?? null,
    ])
    return { state: rows[0]?.state ?? 'unknown', teamId: rows[0]?.team_id ?? null }
  })
}

/** @returns the team's name */
async function teamWithRoom(client: Transaction, teamId: string): Promise<string> {
  const { rows } = await client.query<{ name: string; most: number | null; members: number }>(
    `select t.name, team_member_limit(t.id) as most, (select count(*)::int from membership m where m.team_id = t.id) as members
       from team t where t.id = $1`,
    [teamId],
  )
  const team = rows[0]
  if (!team) throw new FaultlineError('not_found', 'There is no such team, or you are not in it.')
  if (team.most !== null && team.members >= team.most)
    throw new FaultlineError(
      'forbidden',
      `This team has ${team.members} members, as many as its owners’ plan allows. Take somebody out, or ask for a larger plan.`,
    )
  return team.name
}

async function refuseMember(client: Transaction, teamId: string, email: string): Promise<void> {
  const { rowCount } = await client.query('select from team_people($1) where lower(email) = $2', [teamId, email])
  if (rowCount) throw new FaultlineError('conflict', `${email} is in this team already.`)
}
