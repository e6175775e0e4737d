import { MAIL_PURPOSE } from '@faultline/db/jobs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { type Person, webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest({ mail: true })
const NAMES = ['mara', 'jonas', 'yuki', 'priya', 'tom'] as const
type Name = (typeof NAMES)[number]
const people = {} as Record<Name, Person>
const as = {} as Record<Name, Caller>
/** mara's, with jonas as its editor and yuki as its viewer */
let team = ''
/** priya's */
let other = ''
const VIEW = { kind: 'view' as const, content: { instrument: 'sim:AUSDT', query: {}, layoutId: null, drawings: [], notes: '' } }
const refused = (code: string, words: RegExp | string = '') => ({ code, message: expect.stringMatching(words) })
const tokenOf = (link: string) => new URL(link).pathname.split('/').at(-1) as string
const audited = async () => (await web.sql('select action, actor, target, details from audit_event order by id')).rows

beforeAll(async () => {
  for (const name of NAMES) {
    people[name] = await web.addPerson()
    as[name] = await web.callerOf(await web.cookieOf(people[name]))
  }
  team = (await as.mara.teams.create({ name: 'Northwall' })).id
  other = (await as.priya.teams.create({ name: 'Southwall' })).id
  for (const [name, role] of [
    ['jonas', 'editor'],
    ['yuki', 'viewer'],
  ] as const) {
    const { link } = await as.mara.teams.invite({ teamId: team, email: people[name].email, role, maxUses: 1, days: 7 })
    expect(await as[name].teams.join({ token: tokenOf(link) })).toEqual({ state: 'joined', teamId: team })
  }
})

describe('names of teams', () => {
  it.each([
    ['only spaces', '   ', 'give it a name'],
    ['nothing that can be seen', '\u200b\u200d', 'can be seen'],
    ['10,000 characters', 'x'.repeat(10_000), 'at most 80'],
    ['two lines', 'North\nwall', 'one line'],
    ['a zero byte', 'North\0wall', 'one line'],
  ])('are not %s', async (_, name, words) => {
    await expect(as.tom.teams.create({ name })).rejects.toMatchObject(refused('BAD_REQUEST', words))
    expect(await as.tom.teams.mine()).toEqual([])
  })

  it.each(['<img src=x onerror=alert(1)>', '🦊🦊', 'שלום עולם', "'; drop table team; --"])('may be %s', async (name) => {
    const { id } = await as.tom.teams.create({ name: `  ${name} ` })
    expect((await as.tom.teams.get({ teamId: id })).name).toBe(name)
    await expect(as.tom.teams.remove({ teamId: id, name: 'another' })).rejects.toMatchObject(refused('BAD_REQUEST', 'not the name'))
    await as.tom.teams.remove({ teamId: id, name })
    expect(await as.tom.teams.mine()).toEqual([])
  })

  it('are as many as the plan allows', async () => {
    const ids = []
    for (let n = 0; n < 3; n++) ids.push((await as.tom.teams.create({ name: `Team ${n}` })).id)
    await expect(as.tom.teams.create({ name: 'One more' })).rejects.toMatchObject(refused('FORBIDDEN', 'allows 3 teams'))
    for (const [n, id] of ids.entries()) await as.tom.teams.remove({ teamId: id, name: `Team ${n}` })
  })
})

describe('each role', () => {
  const owners: [string, (caller: Caller) => Promise<unknown>][] = [
    ['rename it', (c) => c.teams.update({ teamId: team, version: 1, name: 'x' })],
    ['delete it', (c) => c.teams.remove({ teamId: team, name: 'Northwall' })],
    ['change a role', (c) => c.teams.changeRole({ teamId: team, userId: people.yuki.id, role: 'owner' })],
    ['take somebody out', (c) => c.teams.removeMember({ teamId: team, userId: people.mara.id })],
    ['hand it over', (c) => c.teams.transfer({ teamId: team, userId: people.yuki.id, own: null })],
    ['see invitations', (c) => c.teams.invitations({ teamId: team })],
    ['invite', (c) => c.teams.invite({ teamId: team, email: null, role: 'editor', maxUses: 1, days: 1 })],
  ]
  it.each(owners)('but the owner’s may not: %s', async (_, act) => {
    for (const name of ['jonas', 'yuki'] as const) await expect(act(as[name])).rejects.toMatchObject(refused('FORBIDDEN', 'only an owner'))
    for (const name of ['priya', 'tom'] as const) await expect(act(as[name])).rejects.toMatchObject(refused('NOT_FOUND', 'no such team'))
  })

  it('in the team may look, and nobody else', async () => {
    for (const name of ['mara', 'jonas', 'yuki'] as const) {
      expect((await as[name].teams.members({ teamId: team })).map((m) => m.role)).toEqual(['owner', 'editor', 'viewer'])
      expect((await as[name].teams.activity({ teamId: team })).entries.length).toBeGreaterThan(2)
    }
    await expect(as.priya.teams.members({ teamId: team })).rejects.toMatchObject(refused('NOT_FOUND'))
    await expect(as.priya.teams.activity({ teamId: team })).rejects.toMatchObject(refused('NOT_FOUND'))
    await expect(as.priya.teams.leave({ teamId: team })).rejects.toMatchObject(refused('NOT_FOUND'))
  })

  it('leaves what others have of their own alone', async () => {
    const own = await as.yuki.saved.create({ teamId: null, name: 'Mine', ...VIEW })
    await expect(as.jonas.teams.adoptItem({ id: own.id, teamId: team })).rejects.toMatchObject(refused('NOT_FOUND'))
    await expect(as.yuki.teams.adoptItem({ id: own.id, teamId: team })).rejects.toMatchObject(refused('FORBIDDEN', 'viewer'))
    await expect(as.yuki.teams.adoptItem({ id: own.id, teamId: other })).rejects.toMatchObject(refused('NOT_FOUND'))
    expect(await as.yuki.saved.get({ id: own.id })).toMatchObject({ teamId: null, own: true, version: 1 })
  })
})

describe('a view that stands on a layout of one’s own', () => {
  it('looks the same in the team, moved or copied, and names a layout that is not there no more', async () => {
    const layout = await as.jonas.saved.create({
      teamId: null,
      name: 'Look',
      kind: 'layout',
      content: { query: { pal: 'viridis', log: '1' }, theme: null, sizes: {} },
    })
    const own = await as.jonas.saved.create({
      teamId: null,
      name: 'Own',
      kind: 'view',
      content: { ...VIEW.content, layoutId: layout.id, query: { log: '0' } },
    })
    expect(own.content).toMatchObject({ layoutId: layout.id, query: { log: '0' } })
    const copy = await as.jonas.saved.duplicate({ of: own.id, teamId: team, name: 'Copy' })
    await as.jonas.teams.adoptItem({ id: own.id, teamId: team })
    for (const id of [copy.id, own.id]) {
      const { content } = await as.yuki.saved.get({ id })
      expect(content).toMatchObject({ layoutId: null, query: { pal: 'viridis', log: '0' } })
      await as.jonas.saved.remove({ id })
    }
    await as.jonas.saved.remove({ id: layout.id })
  })
})

describe('a change', () => {
  it('is told in the team and in the audit log', async () => {
    const view = await as.jonas.saved.create({ teamId: team, name: 'Squeeze', ...VIEW })
    const named = await as.jonas.saved.update({ id: view.id, version: 1, name: 'Squeeze watch' })
    const changed = await as.jonas.saved.update({ id: view.id, version: named.version, content: { ...VIEW.content, notes: 'hm' } })
    await as.jonas.saved.restore({ id: view.id, version: changed.version, earlier: 1 })
    await as.yuki.comments.add({ id: view.id, body: ' looks\nheavy ' })
    const { link } = await as.jonas.share.create({ id: view.id })
    await as.jonas.share.revoke({ id: link.id })
    const own = await as.jonas.saved.create({ teamId: null, name: 'Own', ...VIEW })
    await as.jonas.teams.adoptItem({ id: own.id, teamId: team })
    await as.jonas.saved.remove({ id: own.id })
    const { entries } = await as.yuki.teams.activity({ teamId: team })
    expect(entries.slice(0, 9).map((e) => [e.action, e.target])).toEqual([
      ['view.deleted', 'Own'],
      ['view.moved_in', 'Own'],
      ['link.revoked', 'Squeeze'],
      ['link.created', 'Squeeze'],
      ['comment.added', 'Squeeze'],
      ['view.restored', 'Squeeze'],
      ['view.changed', 'Squeeze watch'],
      ['view.renamed', 'Squeeze watch'],
      ['view.created', 'Squeeze'],
    ])
    expect(entries[5]?.item).toEqual({ kind: 'view', name: 'Squeeze', instrument: 'sim:AUSDT' })
    const saved = await as.yuki.teams.activity({ teamId: team, filter: 'comments' })
    expect(saved.entries.map((e) => e.actor)).toEqual([people.yuki.email])
    expect(await audited()).toContainEqual(
      expect.objectContaining({ action: 'team.joined', actor: people.jonas.email, target: 'Northwall', details: { state: 'joined' } }),
    )
  })

  it('of a role is refused for the last owner, in words', async () => {
    await expect(as.mara.teams.changeRole({ teamId: team, userId: people.mara.id, role: 'viewer' })).rejects.toMatchObject(
      refused('CONFLICT', 'at least one owner'),
    )
    await expect(as.mara.teams.leave({ teamId: team })).rejects.toMatchObject(refused('CONFLICT', 'at least one owner'))
  })
})

describe('invitations', () => {
  it('go out by e-mail with the link, once each, and say that they replace', async () => {
    const email = 'Li.Wei@Example.org'
    const first = await as.mara.teams.invite({ teamId: team, email, role: 'viewer', maxUses: 1, days: 3 })
    const second = await as.mara.teams.invite({ teamId: team, email, role: 'viewer', maxUses: 1, days: 3 })
    expect([first.replaced, second.replaced, second.mailed]).toEqual([false, true, true])
    expect(await as.mara.teams.invitations({ teamId: team })).toMatchObject([{ id: second.id, email: 'li.wei@example.org', uses: 0 }])
    const { rows } = await web.sql(
      `select data from pgboss.job where name = 'mail' and data ->> 'to' = 'li.wei@example.org' order by created_on`,
    )
    const texts = rows.map(({ data }) => web.services.box.open(Buffer.from(data.text, 'base64'), MAIL_PURPOSE))
    expect(texts.map((text) => text.includes(first.link) || text.includes(second.link))).toEqual([true, true])
    expect(rows[0].data.subject).toContain('Northwall')
    // the log of what was done has no token
    expect(JSON.stringify(await audited())).not.toContain(tokenOf(second.link))
    await as.mara.teams.revokeInvitation({ teamId: team, id: second.id })
    await expect(as.priya.teams.revokeInvitation({ teamId: other, id: second.id })).rejects.toMatchObject(refused('NOT_FOUND'))
  })

  it('are not sent to what is no address, for longer than a month, to nobody or as an owner', async () => {
    const good = { teamId: team, email: null, role: 'viewer' as const, maxUses: 1, days: 7 }
    for (const [change, words] of [
      [{ email: 'x' }, 'no e-mail address'],
      [{ email: 'a@b.example\nBcc: all@example.org' }, 'no e-mail address'],
      [{ days: 31 }, '30 days'],
      [{ days: 0 }, 'one day'],
      [{ maxUses: 0 }, 'one person'],
      [{ maxUses: 1_001 }, '1,000'],
      [{ maxUses: 1.5 }, ''],
      [{ role: 'owner' as 'viewer' }, ''],
    ] as const)
      await expect(as.mara.teams.invite({ ...good, ...change })).rejects.toMatchObject(refused('BAD_REQUEST', words))
    expect(await as.mara.teams.invitations({ teamId: team })).toEqual([])
  })

  it('are looked at without being used, and keep their address from others', async () => {
    const { link } = await as.mara.teams.invite({ teamId: team, email: people.tom.email, role: 'editor', maxUses: 1, days: 7 })
    const token = tokenOf(link)
    expect(await as.tom.teams.offer({ token })).toMatchObject({
      state: 'open',
      teamName: 'Northwall',
      role: 'editor',
      email: people.tom.email,
    })
    const seen = await as.priya.teams.offer({ token })
    expect(seen).toMatchObject({ state: 'other_address', email: null, teamId: null })
    expect(JSON.stringify(seen)).not.toContain(people.tom.email)
    expect(await as.priya.teams.join({ token })).toEqual({ state: 'other_address', teamId: null })
    expect(await as.mara.teams.offer({ token })).toMatchObject({ state: 'member', teamId: team })
    expect(await as.tom.teams.offer({ token: 'x' })).toBeNull()
    expect(await as.tom.teams.join({ token: 'x' })).toEqual({ state: 'unknown', teamId: null })
    expect(await as.tom.teams.join({ token })).toEqual({ state: 'joined', teamId: team })
    await as.tom.teams.leave({ teamId: team })
    expect(await as.tom.teams.join({ token })).toEqual({ state: 'used', teamId: null })
  })

  it('are not guessed from one address without end', async () => {
    const guess = () => as.priya.teams.join({ token: 'A'.repeat(43) })
    let answer: unknown
    for (let n = 0; n < 70 && !answer; n++)
      answer = await guess().then(
        () => undefined,
        (error: unknown) => error,
      )
    expect(answer).toMatchObject(refused('TOO_MANY_REQUESTS', 'Try again'))
    await web.services.limits.forgive('tokenIp', '127.0.0.1')
  })
})

describe('whoever has no account', () => {
  const NEW = { name: 'Li Wei', password: 'a password that is long enough' }
  const inviteNew = async (email: string | null) =>
    tokenOf((await as.mara.teams.invite({ teamId: team, email, role: 'viewer', maxUses: 5, days: 7 })).link)
  it('makes one with an invitation by e-mail, where accounts are made by invitation, and is in', async () => {
    const anybody = await web.callerOf(null)
    const token = await inviteNew('new@example.org')
    expect(await anybody.teams.signUpOffer({ token })).toMatchObject({ teamName: 'Northwall', role: 'viewer', email: 'new@example.org' })
    await expect(anybody.teams.signUp({ token, ...NEW, password: 'short' })).rejects.toMatchObject(refused('BAD_REQUEST'))
    expect(await anybody.teams.signUp({ token, ...NEW })).toEqual({ email: 'new@example.org', state: 'joined', teamId: team })
    const { rows } = await web.sql(`select role, plan_key, email_verified_at from app_user where email = 'new@example.org'`)
    expect(rows).toEqual([{ role: 'member', plan_key: 'free', email_verified_at: null }])
    expect((await as.mara.teams.members({ teamId: team })).map((m) => m.email)).toContain('new@example.org')
    await expect(anybody.teams.signUp({ token, ...NEW })).rejects.toMatchObject(refused('NOT_FOUND'))
  })

  it('does not with a link for several, with an address that has an account, or while sign-up is closed', async () => {
    const anybody = await web.callerOf(null)
    const link = await inviteNew(null)
    expect(await anybody.teams.signUpOffer({ token: link })).toBeNull()
    await expect(anybody.teams.signUp({ token: link, ...NEW })).rejects.toMatchObject(refused('NOT_FOUND'))
    const before = await web.sql('select password_hash from app_user where id = $1', [people.tom.id])
    const taken = await inviteNew(people.tom.email)
    await expect(anybody.teams.signUp({ token: taken, ...NEW })).rejects.toMatchObject(refused('CONFLICT', 'Sign in'))
    expect((await web.sql('select password_hash from app_user where id = $1', [people.tom.id])).rows).toEqual(before.rows)
    const closed = await inviteNew('later@example.org')
    await web.sql(`insert into installation_setting (key, value) values ('signUp', '{"mode": "closed"}')`)
    expect(await anybody.teams.signUpOffer({ token: closed })).toBeNull()
    await expect(anybody.teams.signUp({ token: closed, ...NEW })).rejects.toMatchObject(refused('NOT_FOUND'))
    await web.sql(`delete from installation_setting`)
  })
})

describe('comments', () => {
  it('are plain text of at most 4,000 characters', async () => {
    const view = await as.jonas.saved.create({ teamId: team, name: '<img src=x onerror=alert(1)>', ...VIEW })
    const body = '<script>alert(1)</script>\nשלום'
    const made = await as.yuki.comments.add({ id: view.id, body })
    for (const wrong of ['', ' \n ', 'x'.repeat(4_001), 'a\0b', '\u200b'])
      await expect(as.yuki.comments.add({ id: view.id, body: wrong })).rejects.toMatchObject(refused('BAD_REQUEST'))
    expect(await as.mara.comments.list({ id: view.id })).toMatchObject({
      comments: [{ body, author: people.yuki.email }],
      earlier: false,
      role: 'owner',
    })
    expect(await as.mara.comments.summary({ id: view.id })).toEqual({ count: 1, newestOfOthers: made.createdAt })
    await expect(as.jonas.comments.edit({ id: made.id, body: 'x' })).rejects.toMatchObject(refused('FORBIDDEN'))
    await expect(as.jonas.comments.remove({ id: made.id })).rejects.toMatchObject(refused('FORBIDDEN'))
    await expect(as.priya.comments.edit({ id: made.id, body: 'x' })).rejects.toMatchObject(refused('NOT_FOUND'))
    await expect(as.priya.comments.list({ id: view.id })).rejects.toMatchObject(refused('NOT_FOUND'))
    await as.mara.comments.remove({ id: made.id })
  })
})

describe('whoever is taken out', () => {
  it('sees nothing of the team from then on, whatever ids they kept', async () => {
    const view = await as.jonas.saved.create({ teamId: team, name: 'Kept', ...VIEW })
    const comment = await as.jonas.comments.add({ id: view.id, body: 'mine' })
    await as.mara.teams.removeMember({ teamId: team, userId: people.jonas.id })
    for (const act of [
      () => as.jonas.teams.get({ teamId: team }),
      () => as.jonas.saved.get({ id: view.id }),
      () => as.jonas.comments.edit({ id: comment.id, body: 'x' }),
      () => as.jonas.saved.create({ teamId: team, name: 'New', ...VIEW }),
    ])
      await expect(act()).rejects.toMatchObject(refused('NOT_FOUND'))
    expect(await as.jonas.teams.mine()).toEqual([])
    expect((await as.mara.comments.list({ id: view.id })).comments[0]).toMatchObject({ author: null, body: 'mine' })
  })
})
