import pg from 'pg'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import type { UserActor } from '../actor.ts'
import { listActivity } from './activity.ts'
import {
  acceptInvitation,
  createInvitation,
  listInvitations,
  renewInvitation,
  revokeInvitation,
  teamInvitationOf,
} from './team-invitations.ts'
import { createTeam, listMembers, listMyTeams, updateTeam } from './teams.ts'

const t = freshDatabase()
const NAMES = ['mara', 'ama', 'ben', 'cai'] as const
type Name = (typeof NAMES)[number]
const ids = {} as Record<Name, string>
const as = (name: Name): UserActor => ({ kind: 'user', userId: ids[name], role: 'member' })
let team = ''

async function owner(sql: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: t.ownerUrl })
  await client.connect()
  return client.query(sql, values).finally(() => client.end())
}
const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8]
const invite = (given: { email?: string; maxUses?: number; role?: 'viewer' | 'editor' } = {}) =>
  createInvitation(t.db, as('mara'), team, {
    email: given.email ?? null,
    role: given.role ?? 'editor',
    maxUses: given.maxUses ?? 1,
    days: 7,
  })
const accept = async (name: Name, token: string) => (await acceptInvitation(t.db, as(name), token)).state
const membersNow = async () => (await listMembers(t.db, as('mara'), team)).map((m) => m.name)

beforeAll(async () => {
  for (const name of NAMES) ids[name] = await makeUser(t.ownerUrl, { email: `${name}@example.org`, name })
})
beforeEach(async () => {
  await owner('delete from team')
  await owner(`update plan set team_members = 10 where key = 'free'`)
  team = await createTeam(t.db, as('mara'), 'Northwall', null)
})

describe('a token', () => {
  it('has 256 bits, and only its hash is stored', async () => {
    const { token } = await invite()
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const { rows } = await owner('select to_jsonb(i)::text as row from team_invitation i')
    expect(rows[0].row).not.toContain(token)
    expect(rows[0].row).not.toContain(Buffer.from(token, 'base64url').toString('hex'))
  })

  it('says what it offers to whoever holds it, and nothing else does', async () => {
    const { token, id } = await invite({ email: 'ama@example.org', role: 'viewer' })
    expect(await teamInvitationOf(t.db, token)).toEqual({
      teamId: team,
      teamName: 'Northwall',
      role: 'viewer',
      email: 'ama@example.org',
      inviter: 'mara',
      expiresAt: expect.any(Number),
      state: 'open',
    })
    for (const wrong of ['', id, `${token}A`, token.slice(1), `${token.slice(0, -1)}é`, 'x'.repeat(10_000)])
      expect(await teamInvitationOf(t.db, wrong)).toBeNull()
    expect(await accept('ama', 'A'.repeat(43))).toBe('unknown')
    expect(await accept('ama', "' or true --")).toBe('unknown')
  })
})

describe('an invitation', () => {
  it('lets in whom it is for, once, with its role, and is told', async () => {
    const { token } = await invite({ email: 'ama@example.org', role: 'viewer' })
    expect(await accept('ben', token)).toBe('other_address')
    expect(await accept('ama', token)).toBe('joined')
    expect(await accept('ama', token)).toBe('member')
    expect(await accept('ben', token)).toBe('used')
    expect((await teamInvitationOf(t.db, token))?.state).toBe('used')
    expect(await listMyTeams(t.db, as('ama'))).toMatchObject([{ id: team, role: 'viewer' }])
    expect(await listInvitations(t.db, as('mara'), team)).toEqual([])
    const { entries } = await listActivity(t.db, as('ama'), team, { filter: 'people' })
    expect(entries.map((e) => [e.actor, e.action, e.target])).toEqual([
      ['ama', 'member.joined', 'viewer'],
      ['mara', 'invitation.sent', 'viewer'],
    ])
  })

  it('is not told with its address to those who may not see invitations', async () => {
    await invite({ email: 'secret@example.org' })
    const { entries } = await listActivity(t.db, as('mara'), team, {})
    expect(JSON.stringify(entries)).not.toContain('secret')
  })

  it('ends: expired, revoked, renewed', async () => {
    const expired = await invite()
    await owner(`update team_invitation set expires_at = now() - interval '1 second' where id = $1`, [expired.id])
    expect(await accept('ama', expired.token)).toBe('expired')
    const renewed = await renewInvitation(t.db, as('mara'), team, expired.id, 3)
    expect(await accept('ama', expired.token)).toBe('unknown')
    expect(renewed.expiresAt).toBeGreaterThan(Date.now() + 2 * 86_400_000)
    expect(await revokeInvitation(t.db, as('mara'), team, expired.id)).toBeNull()
    expect(await accept('ama', renewed.token)).toBe('revoked')
    await expect(revokeInvitation(t.db, as('mara'), team, expired.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(renewInvitation(t.db, as('mara'), team, expired.id, 3)).rejects.toMatchObject({ code: 'not_found' })
    expect(await membersNow()).toEqual(['mara'])
  })

  it('belongs to its team', async () => {
    const elsewhere = await createTeam(t.db, as('ben'), 'Elsewhere', null)
    const { id, token } = await invite()
    await expect(revokeInvitation(t.db, as('ben'), elsewhere, id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(renewInvitation(t.db, as('ben'), elsewhere, id, 7)).rejects.toMatchObject({ code: 'not_found' })
    expect((await teamInvitationOf(t.db, token))?.state).toBe('open')
  })

  it('replaces the one before it to the same address, also when two are made at once', async () => {
    const first = await invite({ email: 'ama@example.org' })
    expect(first.replaced).toBe(false)
    // connections that are there already, so that all of them begin together
    await Promise.all(EIGHT.map(() => t.db.pool.query('select pg_sleep(0.05)')))
    const all = await Promise.all(EIGHT.map(() => invite({ email: 'ama@example.org' })))
    expect(all.map((made) => made.replaced)).toEqual(EIGHT.map(() => true))
    expect(await listInvitations(t.db, as('mara'), team)).toHaveLength(1)
    expect(await accept('ama', first.token)).toBe('revoked')
    const states = await Promise.all(all.map(async ({ token }) => (await teamInvitationOf(t.db, token))?.state))
    expect(states.filter((state) => state === 'open')).toHaveLength(1)
  })

  it('is not sent to somebody who is in the team, and not kept when its message cannot be queued', async () => {
    await accept('ama', (await invite()).token)
    await expect(invite({ email: 'ama@example.org' })).rejects.toMatchObject({ code: 'conflict' })
    const given = { email: 'ben@example.org', role: 'viewer', maxUses: 1, days: 1 } as const
    const failing = createInvitation(t.db, as('mara'), team, given, () => Promise.reject(new Error('no queue')))
    await expect(failing).rejects.toThrow('no queue')
    expect(await listInvitations(t.db, as('mara'), team)).toEqual([])
  })

  it('lets one person in when two use the last place at once', async () => {
    const { token } = await invite({ maxUses: 1 })
    const states = await Promise.all([accept('ama', token), accept('ben', token), accept('cai', token)])
    expect(states.sort()).toEqual(['joined', 'used', 'used'])
    expect(await membersNow()).toHaveLength(2)
  })

  it('lets one person in once when they press twice', async () => {
    const [one, two] = [await invite({ maxUses: 5 }), await invite({ maxUses: 5 })]
    const states = await Promise.all([accept('ama', one.token), accept('ama', one.token), accept('ama', two.token)])
    expect(states.sort()).toEqual(['joined', 'member', 'member'])
    const { rows } = await owner('select sum(uses)::int as uses from team_invitation')
    expect(rows[0].uses).toBe(1)
  })

  it('lets in as many as the owners’ plan allows', async () => {
    const { token } = await invite({ maxUses: 10 })
    await owner(`update plan set team_members = 2 where key = 'free'`)
    const states = await Promise.all([accept('ama', token), accept('ben', token), accept('cai', token)])
    expect(states.sort()).toEqual(['full', 'full', 'joined'])
    await expect(invite()).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining('2 members') })
  })

  it('leads into a team that wants a second factor, which stays closed without one', async () => {
    await owner('update app_user set totp_enabled_at = now() where id = $1', [ids.mara])
    await updateTeam(t.db, as('mara'), team, 1, { requireSecondFactor: true })
    expect(await accept('ama', (await invite()).token)).toBe('joined')
    expect(await listMyTeams(t.db, as('ama'))).toMatchObject([{ locked: true }])
    expect((await listActivity(t.db, as('mara'), team, {})).entries[0]).toMatchObject({ actor: 'ama', action: 'member.joined' })
    await owner('update app_user set totp_enabled_at = null')
  })
})
