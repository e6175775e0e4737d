/** Two teams and their people, with one of everything that can be somebody's: for tests of who sees what. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type pg from 'pg'
import { makeUser } from './factories.ts'
import { onConnection } from './template-database.ts'

/** What belongs to one person or one team. Every text in it contains `canary`. */
export interface Belongings {
  canary: string
  item: string
  layout: string
  watchlist: string
  shareLink: string
  comment: string
  alertRule: string
  alertChannel: string
  /** of a person only */
  apiKey: string | null
  session: string | null
}

export interface TeamOfPeople {
  id: string
  name: string
  /** ids of people */
  owner: string
  editor: string
  viewer: string
  invitation: string
  belongings: Belongings
}

let teams = 0

/** A team with an owner, an editor and a viewer, written by the owner of the database. `person` makes each of them. */
export async function makeTeam(
  ownerUrl: string,
  options: { name?: string; person?: (role: 'owner' | 'editor' | 'viewer') => Promise<string> } = {},
): Promise<TeamOfPeople> {
  const number = ++teams
  const name = options.name ?? `Team ${number}`
  const person =
    options.person ?? ((role: string) => makeUser(ownerUrl, { email: `${role}-${number}-${randomBytes(3).toString('hex')}@example.org` }))
  const [owner, editor, viewer] = [await person('owner'), await person('editor'), await person('viewer')]
  return onConnection(ownerUrl, async (client) => {
    const id = randomUUID()
    await client.query('insert into team (id, name) values ($1, $2)', [id, name])
    for (const [role, user] of Object.entries({ owner, editor, viewer }))
      await client.query('insert into membership (team_id, user_id, role) values ($1, $2, $3)', [id, user, role])
    const invitation = randomUUID()
    await client.query(
      `insert into team_invitation (id, team_id, email, role, hash, created_by, expires_at)
       values ($1, $2, $3, 'viewer', $4, $5, now() + interval '1 day')`,
      [invitation, id, `canary-${name}@example.org`.replaceAll(' ', '-'), hash(invitation), owner],
    )
    await client.query(
      "insert into activity (team_id, actor_id, actor, action, target) values ($1, $2, 'canary actor', 'item.created', $3)",
      [id, owner, `canary ${name}`],
    )
    const belongings = await fill(client, { ownerId: null, teamId: id, by: owner, canary: `canary ${name}` })
    return { id, name, owner, editor, viewer, invitation, belongings }
  })
}

/** Everything that can be one person's own. */
export const makeBelongings = (ownerUrl: string, userId: string, canary: string): Promise<Belongings> =>
  onConnection(ownerUrl, (client) => fill(client, { ownerId: userId, teamId: null, by: userId, canary }))

async function fill(
  client: pg.Client,
  of: { ownerId: string | null; teamId: string | null; by: string; canary: string },
): Promise<Belongings> {
  const { ownerId, teamId, by, canary } = of
  const insert = async (sql: string, values: unknown[]): Promise<string> => {
    const id = randomUUID()
    await client.query(sql, [id, ...values])
    return id
  }
  const item = (kind: string, content: object) =>
    insert('insert into saved_item (id, kind, owner_id, team_id, name, content, created_by) values ($1, $2, $3, $4, $5, $6, $7)', [
      kind,
      ownerId,
      teamId,
      `${canary} ${kind}`,
      content,
      by,
    ])
  const view = await item('view', { instrument: 'simulated:SIMTIDEUSDT', query: { r: '1d' }, layoutId: null, drawings: [], notes: canary })
  await client.query(
    `insert into item_version (item_id, version, name, content, saved_at) select id, 0, name || ' before', content, now() from saved_item where id = $1`,
    [view],
  )
  const layout = await item('layout', { query: {}, theme: null, sizes: {} })
  const watchlist = await item('watchlist', { rows: [], notes: canary })
  const shareLink = await insert(
    "insert into share_link (id, item_id, hash, hint, created_by, expires_at) values ($1, $2, $3, 'nary', $4, now() + interval '1 day')",
    [view, randomBytes(32), by],
  )
  const comment = await insert('insert into comment (id, item_id, author_id, body) values ($1, $2, $3, $4)', [view, by, canary])
  const alertChannel = await insert(
    "insert into alert_channel (id, owner_id, team_id, kind, name, hint, sealed) values ($1, $2, $3, 'webhook', $4, $4, '\\x00')",
    [ownerId, teamId, canary],
  )
  const alertRule = await insert(
    `insert into alert_rule (id, owner_id, team_id, name, condition, channel_ids, cooldown_minutes, created_by)
     values ($1, $2, $3, $4, '{"kind":"risk","direction":"above","level":70}', array[$5::uuid], 60, $6)`,
    [ownerId, teamId, canary, alertChannel, by],
  )
  const personal = ownerId !== null
  const apiKey = personal
    ? await insert("insert into api_key (id, user_id, name, prefix, hash, scopes) values ($1, $2, $3, 'fl_', $4, '{}')", [
        ownerId,
        canary,
        randomBytes(32),
      ])
    : null
  const session = personal
    ? await insert("insert into user_session (id, user_id, method, ip, user_agent) values ($1, $2, 'password', '192.0.2.1', $3)", [
        ownerId,
        canary,
      ])
    : null
  if (personal) {
    await client.query("insert into working_state (user_id, state) values ($1, jsonb_build_object('notes', $2::text))", [ownerId, canary])
    await client.query('insert into recovery_code (user_id, hash) values ($1, $2)', [ownerId, randomBytes(32)])
    await client.query("insert into oauth_identity (provider, account_id, user_id) values ('github', $1, $2)", [randomUUID(), ownerId])
    await client.query(
      `insert into one_time_token (id, kind, hash, user_id, email, expires_at)
       values (gen_random_uuid(), 'reset_password', $1, $2, $3, now() + interval '1 hour')`,
      [randomBytes(32), ownerId, canary],
    )
  }
  return { canary, item: view, layout, watchlist, shareLink, comment, alertRule, alertChannel, apiKey, session }
}

const hash = (token: string): Buffer => createHash('sha256').update(token).digest()
