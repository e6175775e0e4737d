/** All that is one person's: as a file for them, and its end. */
import { FaultlineError } from '@faultline/market/errors'
import { asActor, type UserActor } from '../actor.ts'
import type { Database, Transaction } from '../database.ts'

/** One list per kind of thing, as rows; times as ISO texts. Never a password, a key, a token or an address of a webhook. */
export interface OwnData {
  profile: object
  sessions: object[]
  signInsByOtherSites: object[]
  apiKeys: object[]
  teams: object[]
  savedItems: object[]
  earlierVersions: object[]
  workingState: object | null
  shareLinks: object[]
  comments: object[]
  alertRules: object[]
  alertChannels: object[]
  inbox: object[]
}

/** What each list is read with; $1 is the person. Row-level security holds in them as everywhere. */
const LISTS: Record<Exclude<keyof OwnData, 'profile' | 'workingState'>, string> = {
  sessions: `select method, ip, user_agent as "userAgent", created_at as "createdAt", last_seen_at as "lastSeenAt", ended_at as "endedAt"
               from user_session where user_id = $1 order by created_at`,
  signInsByOtherSites: `select provider, account_id as "accountId", created_at as "createdAt" from oauth_identity where user_id = $1`,
  apiKeys: `select name, prefix, scopes, created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt",
                   revoked_at as "revokedAt" from api_key where user_id = $1 order by created_at`,
  teams: `select t.name, t.role, m.joined_at as "joinedAt" from my_teams() t
            left join membership m on m.team_id = t.id and m.user_id = $1 order by t.name`,
  savedItems: `select id, kind, name, content, version, created_at as "createdAt", updated_at as "updatedAt"
                 from saved_item where owner_id = $1 order by kind, position, id`,
  earlierVersions: `select v.item_id as "itemId", v.version, v.name, v.content, v.saved_at as "savedAt"
                      from item_version v join saved_item i on i.id = v.item_id where i.owner_id = $1 order by v.item_id, v.version`,
  shareLinks: `select s.item_id as "itemId", s.hint as "endsWith", s.embed, s.created_at as "createdAt", s.expires_at as "expiresAt",
                      s.revoked_at as "revokedAt", s.visits
                 from share_link s join saved_item i on i.id = s.item_id where i.owner_id = $1 or s.created_by = $1 order by s.created_at`,
  comments: `select c.body, i.name as "about", c.created_at as "createdAt", c.edited_at as "editedAt"
               from comment c join saved_item i on i.id = c.item_id where c.author_id = $1 order by c.created_at`,
  alertRules: `select name, instrument_key as "instrument", condition, cooldown_minutes as "cooldownMinutes", enabled,
                      created_at as "createdAt" from alert_rule where owner_id = $1 order by created_at`,
  alertChannels: `select kind, name, hint, created_at as "createdAt" from alert_channel where owner_id = $1 order by created_at`,
  inbox: `select e.title, e.facts, n.created_at as "createdAt", n.read_at as "readAt"
            from inbox_entry n join alert_event e on e.id = n.event_id where n.user_id = $1 order by n.created_at`,
}

/** Everything that is the actor's own. @throws FaultlineError not_found */
export function exportOwnData(db: Database, actor: UserActor): Promise<OwnData> {
  return asActor(db, actor, async (client) => {
    const rows = async (sql: string): Promise<object[]> => (await client.query<object>(sql, [actor.userId])).rows
    const [profile] = await rows(
      `select email, name, role, plan_key as plan, plan_until as "planUntil", email_verified_at as "emailVerifiedAt",
              totp_enabled_at as "secondFactorSince", settings, created_at as "createdAt", last_seen_at as "lastSeenAt"
         from app_user where id = $1`,
    )
    if (!profile) throw new FaultlineError('not_found', 'This account no longer exists.')
    const [workingState = null] = await rows('select state, updated_at as "updatedAt" from working_state where user_id = $1')
    const lists: Record<string, object[]> = {}
    for (const [name, sql] of Object.entries(LISTS)) lists[name] = await rows(sql)
    return { profile, workingState, ...(lists as Record<keyof typeof LISTS, object[]>) }
  })
}

/**
 * Ends the actor's account with all that is theirs: sessions, saved things, comments, alerts, and the teams in which they are
 * alone. What a team has stays with the team. The audit log keeps one entry with the address.
 * @throws FaultlineError conflict while a team with others in it has no other owner (it says which), or no other administrator is there
 */
export function deleteOwnAccount(db: Database, actor: UserActor, who: { email: string; ip: string | null }): Promise<void> {
  return asActor(db, actor, async (client) => {
    // Administrators leave one after the other: two last ones must not each count on the other.
    await client.query('select pg_advisory_xact_lock(1178687596, 2)')
    const { rows: left } = await client.query<{ fine: boolean }>(
      `select u.role <> 'admin' or another_administrator(u.id) as fine from app_user u where u.id = $1`,
      [actor.userId],
    )
    if (!left[0]) throw new FaultlineError('not_found', 'This account no longer exists.')
    if (!left[0].fine)
      throw new FaultlineError('conflict', 'You are the only administrator. Make somebody else one first, then delete your account.')
    const owned = await ownedAlone(client, actor.userId)
    if (owned.length > 0)
      throw new FaultlineError(
        'conflict',
        `You are the only owner of ${owned.map((name) => `“${name}”`).join(', ')}, and others are in it. Make somebody else an owner, or delete the team; then delete your account.`,
      )
    await client.query(
      `insert into audit_event (actor_id, actor, action, target, ip, allowed, details) values ($1, $2, 'user.deleted', $2, $3, true, '{"own":true}')`,
      [actor.userId, who.email.slice(0, 320), who.ip ?? ''],
    )
    await client.query('delete from comment where author_id = $1', [actor.userId])
    await client.query('delete from app_user where id = $1', [actor.userId])
    try {
      // what would be looked at with the commit: does every team keep an owner?
      await client.query('set constraints all immediate')
    } catch (error) {
      if (!(error instanceof Error && 'constraint' in error && error.constraint === 'membership_keep_owner')) throw error
      throw new FaultlineError(
        'conflict',
        'You are the only owner of a team with others in it. Make somebody else an owner, or delete the team; then delete your account.',
      )
    }
  })
}

/** Names of teams that have others in them and no owner but this person, as far as they may look into them. */
async function ownedAlone(client: Transaction, userId: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select t.name from my_teams() t
      where t.role = 'owner' and t.members > 1 and not t.locked
        and not exists (select from membership m where m.team_id = t.id and m.user_id <> $1 and m.role = 'owner')
      order by t.name`,
    [userId],
  )
  return rows.map(({ name }) => name)
}
