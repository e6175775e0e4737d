import pg from 'pg'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { asActor, type UserActor } from '../actor.ts'
import { listActivity, recordActivity } from './activity.ts'
import { addComment, editComment, listComments, removeComment, summariseComments } from './comments.ts'
import { createItem, listItems, listVersions, readItem, updateItem } from './saved-items.ts'
import { createInvitation, listInvitations, renewInvitation, revokeInvitation } from './team-invitations.ts'
import {
  adoptItem,
  changeRole,
  createTeam,
  deleteTeam,
  listMembers,
  listMyTeams,
  listTeamItems,
  readTeam,
  removeMember,
  transferOwnership,
  updateTeam,
} from './teams.ts'

const t = freshDatabase()

/** Two teams: mara owns the first, with jonas as its editor and yuki as its viewer; priya owns the second; tom is in neither. */
const NAMES = ['mara', 'jonas', 'yuki', 'priya', 'tom'] as const
type Name = (typeof NAMES)[number]
const ids = {} as Record<Name, string>
const as = (name: Name): UserActor => ({ kind: 'user', userId: ids[name], role: 'member' })
let team = ''
let other = ''

async function owner(sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: t.ownerUrl })
  await client.connect()
  await client.query(sql, values).finally(() => client.end())
}

beforeAll(async () => {
  for (const name of NAMES) ids[name] = await makeUser(t.ownerUrl, { email: `${name}@example.org`, name })
})
beforeEach(async () => {
  await owner('delete from team')
  await owner(`update app_user set totp_enabled_at = null, plan_key = 'pro'`)
  team = await createTeam(t.db, as('mara'), 'Northwall', null)
  other = await createTeam(t.db, as('priya'), 'Southwall', null)
  await owner(`insert into membership (team_id, user_id, role) values ($1, $2, 'editor'), ($1, $3, 'viewer')`, [team, ids.jonas, ids.yuki])
})

const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8]
const rolesOf = async (name: Name) => Object.fromEntries((await listMembers(t.db, as(name), team)).map((m) => [m.name, m.role]))
const actionsOf = async (name: Name = 'mara') =>
  (await listActivity(t.db, as(name), team, {})).entries.map((e) => `${e.actor}: ${e.action}`)
const view = (name: Name, teamId: string | null) =>
  createItem(
    t.db,
    as(name),
    teamId ? { ownerId: null, teamId } : { ownerId: ids[name], teamId: null },
    { kind: 'view', name: 'Squeeze', content: { instrument: 'sim:A' } },
    null,
  )

describe('a team', () => {
  it('is seen by those who are in it, with their role and who else is', async () => {
    expect(await listMyTeams(t.db, as('jonas'))).toEqual([
      { id: team, name: 'Northwall', role: 'editor', requireSecondFactor: false, locked: false, members: 3, version: 1 },
    ])
    expect(await rolesOf('yuki')).toEqual({ mara: 'owner', jonas: 'editor', yuki: 'viewer' })
    expect(await readTeam(t.db, as('yuki'), team)).toMatchObject({ name: 'Northwall', role: 'viewer', mostMembers: null })
  })

  it.each(['priya', 'tom'] as const)('does not exist for %s', async (name) => {
    await expect(readTeam(t.db, as(name), team)).rejects.toMatchObject({ code: 'not_found' })
    await expect(updateTeam(t.db, as(name), team, 1, { name: 'x' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(deleteTeam(t.db, as(name), team)).rejects.toMatchObject({ code: 'not_found' })
    await expect(changeRole(t.db, as(name), team, ids.yuki, 'owner')).rejects.toMatchObject({ code: 'not_found' })
    await expect(removeMember(t.db, as(name), team, ids.yuki)).rejects.toMatchObject({ code: 'not_found' })
    await expect(transferOwnership(t.db, as(name), team, ids.yuki, null)).rejects.toMatchObject({ code: 'not_found' })
    expect(await listMembers(t.db, as(name), team)).toEqual([])
    expect(await listInvitations(t.db, as(name), team)).toEqual([])
    expect((await listActivity(t.db, as(name), team, {})).entries).toEqual([])
    await expect(recordActivity(t.db, as(name), { teamId: team, action: 'view.created', target: 'x' })).rejects.toThrow(
      /row-level security/,
    )
    expect(await rolesOf('mara')).toEqual({ mara: 'owner', jonas: 'editor', yuki: 'viewer' })
  })

  it.each(['jonas', 'yuki'] as const)('is not run by %s, who is no owner', async (name) => {
    await expect(updateTeam(t.db, as(name), team, 1, { name: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(deleteTeam(t.db, as(name), team)).rejects.toMatchObject({ code: 'not_found' })
    await expect(changeRole(t.db, as(name), team, ids[name], 'owner')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(removeMember(t.db, as(name), team, ids.mara)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(transferOwnership(t.db, as(name), team, name === 'jonas' ? ids.yuki : ids.jonas, null)).rejects.toMatchObject({
      code: 'forbidden',
    })
    const invitation = { email: null, role: 'viewer', maxUses: 1, days: 1 } as const
    await expect(createInvitation(t.db, as(name), team, invitation)).rejects.toThrow(/row-level security/)
    const made = await createInvitation(t.db, as('mara'), team, invitation)
    expect(await listInvitations(t.db, as(name), team)).toEqual([])
    await expect(revokeInvitation(t.db, as(name), team, made.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(renewInvitation(t.db, as(name), team, made.id, 7)).rejects.toMatchObject({ code: 'not_found' })
    // what was refused is not told either
    expect(await actionsOf()).toEqual(['mara: invitation.link_made', 'mara: team.created'])
  })

  it('tells the second of two who change it', async () => {
    expect(await updateTeam(t.db, as('mara'), team, 1, { name: 'North' })).toBe(2)
    await expect(updateTeam(t.db, as('mara'), team, 1, { name: 'South' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('North'),
    })
    expect(await actionsOf()).toEqual(['mara: team.renamed', 'mara: team.created'])
  })

  it('is one of as many as the plan allows to own, also when two are made at once', async () => {
    // connections that are there already, so that all of them begin together
    await Promise.all(EIGHT.map(() => t.db.pool.query('select pg_sleep(0.05)')))
    const made = await Promise.allSettled(EIGHT.map((n) => createTeam(t.db, as('mara'), `Team ${n}`, 2)))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(createTeam(t.db, as('mara'), 'One more', 2)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('2'),
    })
    // being in others' teams counts for nothing
    await createTeam(t.db, as('jonas'), 'First', 1)
  })

  it('goes with all that it has', async () => {
    const item = await view('jonas', team)
    await addComment(t.db, as('yuki'), item.id, 'hm')
    await deleteTeam(t.db, as('mara'), team)
    await expect(readItem(t.db, as('jonas'), item.id)).rejects.toMatchObject({ code: 'not_found' })
    expect(await listMyTeams(t.db, as('jonas'))).toEqual([])
  })
})

describe('the second factor that a team may want', () => {
  it('has to be the owner’s own first', async () => {
    await expect(updateTeam(t.db, as('mara'), team, 1, { requireSecondFactor: true })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('your own account'),
    })
    await owner('update app_user set totp_enabled_at = now() where id = $1', [ids.mara])
    await updateTeam(t.db, as('mara'), team, 1, { requireSecondFactor: true })
    expect(await actionsOf()).toContain('mara: team.second_factor_required')
  })

  it('closes the team to those who have none: they see that it is there, and why', async () => {
    const item = await view('jonas', team)
    await owner('update app_user set totp_enabled_at = now() where id = $1', [ids.mara])
    await updateTeam(t.db, as('mara'), team, 1, { requireSecondFactor: true })
    expect(await listMyTeams(t.db, as('jonas'))).toMatchObject([{ id: team, locked: true, requireSecondFactor: true }])
    await expect(readTeam(t.db, as('jonas'), team)).rejects.toMatchObject({ code: 'not_found' })
    await expect(readItem(t.db, as('jonas'), item.id)).rejects.toMatchObject({ code: 'not_found' })
    await owner('update app_user set totp_enabled_at = now() where id = $1', [ids.jonas])
    expect(await readItem(t.db, as('jonas'), item.id)).toMatchObject({ name: 'Squeeze' })
    expect((await listMembers(t.db, as('jonas'), team)).map((m) => m.secondFactor)).toEqual([true, true, false])
  })
})

describe('members', () => {
  it('get roles from owners, and lose what went with them at once', async () => {
    const item = await view('jonas', team)
    expect(await changeRole(t.db, as('mara'), team, ids.jonas, 'viewer')).toMatchObject({ name: 'jonas', role: 'editor' })
    await expect(updateItem(t.db, as('jonas'), item.id, 1, { name: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
    await removeMember(t.db, as('mara'), team, ids.jonas)
    await expect(readItem(t.db, as('jonas'), item.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(removeMember(t.db, as('mara'), team, ids.jonas)).rejects.toMatchObject({ code: 'not_found' })
    expect(await actionsOf()).toEqual(['mara: member.removed', 'mara: member.made_viewer', 'mara: team.created'])
  })

  it('keep one owner, whoever acts', async () => {
    const lastOwner = { code: 'conflict', message: expect.stringContaining('at least one owner') }
    await expect(changeRole(t.db, as('mara'), team, ids.mara, 'editor')).rejects.toMatchObject(lastOwner)
    await expect(removeMember(t.db, as('mara'), team, ids.mara)).rejects.toMatchObject(lastOwner)
    expect(await rolesOf('mara')).toEqual({ mara: 'owner', jonas: 'editor', yuki: 'viewer' })
    expect(await actionsOf()).toEqual(['mara: team.created'])
  })

  it('keep one owner also when both leave at once', async () => {
    await changeRole(t.db, as('mara'), team, ids.jonas, 'owner')
    const left = await Promise.allSettled([
      removeMember(t.db, as('mara'), team, ids.mara),
      removeMember(t.db, as('jonas'), team, ids.jonas),
    ])
    expect(left.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(Object.values(await rolesOf('yuki')).filter((role) => role === 'owner')).toHaveLength(1)
  })

  it('hand ownership over, with or without stepping down', async () => {
    await transferOwnership(t.db, as('mara'), team, ids.jonas, null)
    expect(await rolesOf('yuki')).toEqual({ mara: 'owner', jonas: 'owner', yuki: 'viewer' })
    await transferOwnership(t.db, as('mara'), team, ids.yuki, 'editor')
    expect(await rolesOf('yuki')).toEqual({ mara: 'editor', jonas: 'owner', yuki: 'owner' })
    await expect(transferOwnership(t.db, as('mara'), team, ids.yuki, null)).resolves.toMatchObject({ role: 'owner' })
    await expect(transferOwnership(t.db, as('jonas'), team, ids.jonas, null)).rejects.toMatchObject({ code: 'bad_input' })
    await expect(transferOwnership(t.db, as('jonas'), team, ids.tom, 'viewer')).rejects.toMatchObject({ code: 'not_found' })
    expect(await rolesOf('yuki')).toEqual({ mara: 'editor', jonas: 'owner', yuki: 'owner' })
  })

  it('leave on their own, and the last one takes the team along', async () => {
    await removeMember(t.db, as('yuki'), team, ids.yuki)
    expect(await actionsOf()).toEqual(['yuki: member.left', 'mara: team.created'])
    await removeMember(t.db, as('priya'), other, ids.priya)
    expect(await listMyTeams(t.db, as('priya'))).toEqual([])
  })
})

describe('what is a team’s', () => {
  it('is made by editors, read by viewers and by nobody else', async () => {
    const item = await view('jonas', team)
    expect(await readItem(t.db, as('yuki'), item.id)).toMatchObject({ name: 'Squeeze', teamId: team })
    await expect(view('yuki', team)).rejects.toThrow(/row-level security/)
    await expect(view('priya', team)).rejects.toThrow(/row-level security/)
    await expect(readItem(t.db, as('priya'), item.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is listed for them with who changed it last, and how much was said of it', async () => {
    const item = await view('jonas', team)
    await addComment(t.db, as('yuki'), item.id, 'hm')
    const listed = { id: item.id, kind: 'view', name: 'Squeeze', instrument: 'sim:A', range: null, updatedBy: 'jonas', comments: 1 }
    expect(await listTeamItems(t.db, as('yuki'), team)).toMatchObject([listed])
    await removeMember(t.db, as('mara'), team, ids.jonas)
    expect(await listTeamItems(t.db, as('yuki'), team)).toMatchObject([{ ...listed, updatedBy: null }])
    expect(await listTeamItems(t.db, as('priya'), team)).toEqual([])
  })

  it('may have been one’s own: moved with its comments and without what it was before', async () => {
    const item = await view('jonas', null)
    await updateItem(t.db, as('jonas'), item.id, 1, { name: 'Renamed' })
    await addComment(t.db, as('jonas'), item.id, 'a note to myself')
    expect(await adoptItem(t.db, as('jonas'), item.id, team, null)).toEqual({ kind: 'view', name: 'Renamed', version: 3 })
    expect(await readItem(t.db, as('yuki'), item.id)).toMatchObject({ name: 'Renamed', ownerId: null, teamId: team })
    expect(await listVersions(t.db, as('yuki'), item.id)).toEqual([])
    expect((await listComments(t.db, as('yuki'), item.id)).comments).toMatchObject([{ author: 'jonas', body: 'a note to myself' }])
    expect(await actionsOf()).toEqual(['jonas: view.moved_in', 'mara: team.created'])
  })

  it('looks the same to the team where it stood on a layout that they do not have', async () => {
    const layout = (of: { ownerId: string; teamId: null } | { ownerId: null; teamId: string }) =>
      createItem(t.db, as('jonas'), of, { kind: 'layout', name: 'Look', content: { query: { pal: 'viridis', log: '1' } } }, null)
    const moved = async (layoutId: string | null, kind: 'view' | 'watchlist' = 'view') => {
      const content = { instrument: 'sim:A', layoutId, query: { log: '0', r: '1d' }, notes: 'kept' }
      const item = await createItem(t.db, as('jonas'), { ownerId: ids.jonas, teamId: null }, { kind, name: 'V', content }, null)
      await adoptItem(t.db, as('jonas'), item.id, team, null)
      return (await readItem(t.db, as('yuki'), item.id)).content
    }
    const [own, shared] = [await layout({ ownerId: ids.jonas, teamId: null }), await layout({ ownerId: null, teamId: team })]
    const rest = { instrument: 'sim:A', notes: 'kept' }
    expect(await moved(own.id)).toEqual({ ...rest, layoutId: null, query: { pal: 'viridis', log: '0', r: '1d' } })
    expect(await moved(shared.id)).toEqual({ ...rest, layoutId: shared.id, query: { log: '0', r: '1d' } })
    expect(await moved(null)).toEqual({ ...rest, layoutId: null, query: { log: '0', r: '1d' } })
    // a layout that is gone, or somebody else's, gives nothing
    const theirs = await createItem(
      t.db,
      as('priya'),
      { ownerId: ids.priya, teamId: null },
      { kind: 'layout', name: 'L', content: { query: { pal: 'twin' } } },
      null,
    )
    expect(await moved(theirs.id)).toEqual({ ...rest, layoutId: null, query: { log: '0', r: '1d' } })
  })

  it('is not what others would move there', async () => {
    const item = await view('yuki', null)
    await expect(adoptItem(t.db, as('jonas'), item.id, team, null)).rejects.toMatchObject({ code: 'not_found' })
    await expect(adoptItem(t.db, as('yuki'), item.id, team, null)).rejects.toThrow(/row-level security/)
    await expect(adoptItem(t.db, as('yuki'), item.id, other, null)).rejects.toThrow(/row-level security/)
    expect(await listItems(t.db, as('yuki'), { teamId: null })).toMatchObject([{ id: item.id, version: 1 }])
    const shared = await view('jonas', team)
    await expect(adoptItem(t.db, as('jonas'), shared.id, team, null)).rejects.toMatchObject({ code: 'bad_input' })
    const own = await view('jonas', null)
    await expect(adoptItem(t.db, as('jonas'), own.id, team, 1)).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('comments', () => {
  it('are written by all who see the item, changed by their author, taken away by owners too', async () => {
    const item = await view('jonas', team)
    const first = await addComment(t.db, as('yuki'), item.id, 'first')
    const second = await addComment(t.db, as('jonas'), item.id, 'second')
    expect(await editComment(t.db, as('yuki'), first.id, 'first, changed')).toMatchObject({
      body: 'first, changed',
      editedAt: expect.any(Number),
    })
    await expect(editComment(t.db, as('mara'), first.id, 'x')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(removeComment(t.db, as('yuki'), second.id)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await summariseComments(t.db, as('yuki'), item.id)).toEqual({ count: 2, newestOfOthers: second.createdAt })
    await removeComment(t.db, as('mara'), second.id)
    expect((await listComments(t.db, as('jonas'), item.id)).comments).toEqual([
      { ...first, body: 'first, changed', editedAt: expect.any(Number) },
    ])
    for (const name of ['priya', 'tom'] as const) {
      await expect(addComment(t.db, as(name), item.id, 'x')).rejects.toMatchObject({ code: 'not_found' })
      await expect(removeComment(t.db, as(name), first.id)).rejects.toMatchObject({ code: 'forbidden' })
      expect((await listComments(t.db, as(name), item.id)).comments).toEqual([])
    }
  })

  it('outlive their author, without a name', async () => {
    const item = await view('jonas', team)
    await addComment(t.db, as('yuki'), item.id, 'still here')
    await removeMember(t.db, as('mara'), team, ids.yuki)
    expect((await listComments(t.db, as('jonas'), item.id)).comments).toMatchObject([{ author: null, body: 'still here' }])
  })

  it('come in pages, the newest first to be read', async () => {
    const item = await view('jonas', team)
    await asActor(t.db, as('jonas'), (c) =>
      c.query(
        `insert into comment (id, item_id, author_id, body, created_at)
         select gen_random_uuid(), $1, actor_id(), 'n' || n, now() - make_interval(secs => 100 - n) from generate_series(1, 60) n`,
        [item.id],
      ),
    )
    const newest = await listComments(t.db, as('yuki'), item.id)
    expect([newest.comments[0]?.body, newest.comments.at(-1)?.body, newest.earlier]).toEqual(['n11', 'n60', true])
    const rest = await listComments(t.db, as('yuki'), item.id, newest.comments[0]?.id)
    expect([rest.comments[0]?.body, rest.comments.at(-1)?.body, rest.earlier]).toEqual(['n1', 'n10', false])
  })
})

describe('activity', () => {
  it('is told once for what one person changes again and again', async () => {
    const item = await view('jonas', team)
    const changed = { teamId: team, action: 'view.changed', target: 'Squeeze', itemId: item.id } as const
    for (const name of ['jonas', 'jonas', 'mara', 'jonas'] as const) await recordActivity(t.db, as(name), changed)
    expect(await actionsOf('yuki')).toEqual(['mara: view.changed', 'jonas: view.changed', 'mara: team.created'])
  })

  it('comes in pages, by kind, with the item while it is there', async () => {
    const item = await view('jonas', team)
    for (let n = 0; n < 5; n++)
      await recordActivity(t.db, as('jonas'), { teamId: team, action: 'view.renamed', target: `name ${n}`, itemId: item.id })
    const seen: string[] = []
    let after: string | null = null
    do {
      const page = await listActivity(t.db, as('yuki'), team, { after, filter: 'saved', size: 2 })
      seen.push(...page.entries.map((e) => e.target))
      expect(page.entries[0]?.item).toEqual({ kind: 'view', name: 'Squeeze', instrument: 'sim:A' })
      after = page.next
    } while (after)
    expect(seen).toEqual(['name 4', 'name 3', 'name 2', 'name 1', 'name 0'])
    expect((await listActivity(t.db, as('yuki'), team, { filter: 'comments' })).entries).toEqual([])
    expect((await listActivity(t.db, as('yuki'), team, { after: "' or true --" })).entries).toHaveLength(6)
  })
})
