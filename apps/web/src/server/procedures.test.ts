import { describe, expect, it, vi } from 'vitest'
import { rootRouter } from './root-router.ts'
import { webUnderTest } from './testing/web-under-test.ts'
import type { Access } from './trpc.ts'

const web = webUnderTest()

/**
 * Who may call what, written down a second time: a procedure that is missing here, or that says otherwise, fails the first test.
 * `editor of item`: at least an editor of the team whose item it is, or its one owner.
 */
const NEEDS: Record<string, string> = {
  'alerts.rules': 'viewer of team or self',
  'alerts.createRule': 'editor of team or self',
  'alerts.updateRule': 'editor of alertRule',
  'alerts.removeRule': 'editor of alertRule',
  'alerts.testRule': 'editor of alertRule',
  'alerts.channels': 'viewer of team or self',
  'alerts.createChannel': 'editor of team or self',
  'alerts.removeChannel': 'editor of alertChannel',
  'alerts.testChannel': 'editor of alertChannel',
  'alerts.log': 'viewer of team or self',
  'alerts.inbox': 'signed in',
  'alerts.markRead': 'signed in',
  'plans.mine': 'signed in',
  'admin.people.list': 'admin',
  'admin.people.get': 'admin',
  'admin.people.setRole': 'admin',
  'admin.people.setDisabled': 'admin',
  'admin.people.signOut': 'admin',
  'admin.people.resetSecondFactor': 'admin',
  'admin.people.grantPlan': 'admin',
  'admin.people.remove': 'admin',
  'admin.teams.list': 'admin',
  'admin.teams.remove': 'admin',
  'admin.plans.list': 'admin',
  'admin.plans.update': 'admin',
  'admin.settings.read': 'admin',
  'admin.settings.setSignUp': 'admin',
  'admin.settings.setRetention': 'admin',
  'admin.audit.list': 'admin',
  'admin.audit.actions': 'admin',
  'admin.system.read': 'admin',
  'admin.system.retryJob': 'admin',
  'instruments.list': 'signed in',
  'heatmap.view': 'signed in',
  'heatmap.defaultRange': 'signed in',
  'account.me': 'signed in',
  'account.settings': 'signed in',
  'account.patchSettings': 'signed in',
  'account.changePassword': 'signed in',
  'account.security': 'signed in',
  'account.sessions': 'signed in',
  'account.endSession': 'owner of session',
  'account.endOtherSessions': 'signed in',
  'account.beginSecondFactor': 'signed in',
  'account.confirmSecondFactor': 'signed in',
  'account.renewRecoveryCodes': 'signed in',
  'account.disableSecondFactor': 'signed in',
  'account.unlinkIdentity': 'signed in',
  'apiKeys.list': 'signed in',
  'apiKeys.create': 'signed in',
  'apiKeys.revoke': 'owner of apiKey',
  'sources.list': 'admin',
  'sources.update': 'admin',
  'sources.quarantine': 'admin',
  'sources.create': 'admin',
  'sources.remove': 'admin',
  'sources.setCredential': 'admin',
  'sources.removeCredential': 'admin',
  'sources.backfill': 'admin',
  'sources.backfills': 'admin',
  'sources.cancelBackfill': 'admin',
  'sources.check': 'admin',
  'sources.checkResult': 'admin',
  'feeds.current': 'signed in',
  'feeds.detail': 'signed in',
  'saved.list': 'signed in',
  'saved.readAll': 'signed in',
  'saved.get': 'viewer of item',
  'saved.create': 'editor of team or self',
  'saved.update': 'editor of item',
  'saved.duplicate': 'editor of team or self',
  'saved.move': 'editor of item',
  'saved.remove': 'editor of item',
  'saved.versions': 'viewer of item',
  'saved.version': 'viewer of item',
  'saved.restore': 'editor of item',
  'saved.working.get': 'signed in',
  'saved.working.put': 'signed in',
  'joining.policy': 'public',
  'joining.signUp': 'public',
  'joining.confirmSignUp': 'public',
  'joining.lookAtLink': 'public',
  'joining.requestReset': 'public',
  'joining.reset': 'public',
  'joining.resetRequests': 'admin',
  'joining.createResetLink': 'admin',
  'joining.invite': 'admin',
  'joining.invitations': 'admin',
  'joining.resendInvitation': 'admin',
  'joining.revokeInvitation': 'admin',
  'joining.acceptInvitation': 'public',
  'joining.sendVerification': 'signed in',
  'joining.changeEmail': 'signed in',
  'joining.verify': 'public',
  'ownData.rename': 'signed in',
  'ownData.export': 'signed in',
  'ownData.remove': 'signed in',
  'teams.mine': 'signed in',
  'teams.create': 'signed in',
  'teams.get': 'viewer of team',
  'teams.update': 'owner of team',
  'teams.remove': 'owner of team',
  'teams.members': 'viewer of team',
  'teams.changeRole': 'owner of team',
  'teams.removeMember': 'owner of team',
  'teams.leave': 'viewer of team',
  'teams.transfer': 'owner of team',
  'teams.items': 'viewer of team',
  'teams.adoptItem': 'owner of item',
  'teams.invitations': 'owner of team',
  'teams.invite': 'owner of team',
  'teams.renewInvitation': 'owner of team',
  'teams.revokeInvitation': 'owner of team',
  'teams.activity': 'viewer of team',
  'teams.offer': 'signed in',
  'teams.join': 'signed in',
  'teams.signUpOffer': 'public',
  'teams.signUp': 'public',
  'comments.list': 'viewer of item',
  'comments.summary': 'viewer of item',
  'comments.add': 'viewer of item',
  'comments.edit': 'viewer of comment',
  'comments.remove': 'viewer of comment',
  'share.list': 'editor of item',
  'share.listTeam': 'editor of team',
  'share.create': 'editor of item',
  'share.extend': 'editor of shareLink',
  'share.revoke': 'editor of shareLink',
  'score.summary': 'signed in',
  'readings.current': 'signed in',
  'readings.history': 'signed in',
  'screener.list': 'signed in',
  'screener.breakouts': 'signed in',
  'venues.choose': 'signed in',
  'observed.current': 'signed in',
  'observed.layer': 'signed in',
  'observed.status': 'admin',
  'observed.switch': 'admin',
  'observed.add': 'admin',
  'observed.clear': 'admin',
  'observed.export': 'admin',
  'stream.follow': 'signed in',
}
// flat by path at run time, nested in the type
interface Flat {
  _def: { type: 'query' | 'mutation' | 'subscription'; meta: { access: Access } }
}
const flat = rootRouter._def.procedures as unknown as Record<string, Flat>
const procedures = Object.entries(flat).map(([path, { _def }]) => ({ path, type: _def.type, access: _def.meta.access }))

/** As a browser would ask: subscriptions of the front, the rest of Next's route (what it calls). Without any input. */
async function ask({ path, type }: (typeof procedures)[number], cookie?: string): Promise<Response> {
  const headers: Record<string, string> = cookie ? { cookie } : {}
  if (type === 'subscription') {
    const response = await web.get(`/api/stream/${path}`, headers)
    if (response.ok) await response.body?.cancel()
    return response
  }
  const post =
    type === 'mutation' ? { method: 'POST', body: '{}', headers: { ...headers, 'content-type': 'application/json' } } : { headers }
  return web.runtime.trpc(new Request(`${web.origin}/api/trpc/${path}`, post))
}

it('has a rule for each procedure', () => {
  const said = (access: Access) => (access.kind === 'team' ? `${access.role} of ${access.of}` : access.kind)
  expect(NEEDS).toEqual(Object.fromEntries(procedures.map(({ path, access }) => [path, said(access)])))
})

describe.each(procedures.filter(({ access }) => access.kind !== 'public'))('$path', (procedure) => {
  it('says 401 without a session, before it looks at the input', async () => {
    const response = await ask(procedure)
    expect(response.status).toBe(401)
  })

  it('says 401 with a forged, an old and a foreign token', async () => {
    const person = await web.addPerson({ role: 'admin' })
    const good = await web.cookieOf(person)
    for (const cookie of [
      `${good.slice(0, -4)}AAAA`,
      await web.cookieOf(person, 0),
      await web.cookieOf(person, 2),
      'next-auth.session-token=x.y.z',
    ])
      expect((await ask(procedure, cookie)).status).toBe(401)
  })

  it(`${procedure.access.kind === 'admin' ? 'refuses' : 'lets in'} a member`, async () => {
    const cookie = await web.cookieOf(await web.addPerson({ role: 'member' }))
    const { status } = await ask(procedure, cookie)
    if (procedure.access.kind === 'admin') expect(status).toBe(403)
    else expect([200, 400, 409]).toContain(status) // 400: in, and asked for an input; 409: in, and nothing to do
  })
})

it('believes the database about the role, not the token', async () => {
  const person = await web.addPerson({ role: 'admin' })
  const cookie = await web.cookieOf(person)
  expect(await (await web.callerOf(cookie)).account.me()).toMatchObject({ role: 'admin' })
  await web.sql(`UPDATE app_user SET role = 'member' WHERE id = $1`, [person.id])
  await expect.poll(async () => (await (await web.callerOf(cookie)).account.me()).role).toBe('member')
  await expect((await web.callerOf(cookie)).sources.list()).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

it('names the field of a wrong input and says 400', async () => {
  const cookie = await web.cookieOf(await web.addPerson())
  const input = encodeURIComponent(JSON.stringify({ json: { instrument: 'x', range: '2d' } }))
  const response = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/heatmap.view?input=${input}`, { headers: { cookie } }))
  expect(response.status).toBe(400)
  expect((await response.json()).error.json.message).toMatch(/^range: /)
})

it('tells a person the number of an unexpected error and nothing of its text', async () => {
  const cookie = await web.cookieOf(await web.addPerson())
  const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  // a table that is not there is what no caller can expect
  await web.sql('ALTER TABLE instrument RENAME TO elsewhere')
  try {
    const input = encodeURIComponent(JSON.stringify({ json: { instrument: 'x' } }))
    const address = `${web.origin}/api/trpc/heatmap.defaultRange?input=${input}`
    const response = await web.runtime.trpc(new Request(address, { headers: { cookie } }))
    expect(response.status).toBe(500)
    const text = await response.text()
    const number = /number ([0-9a-f]{8})/.exec(text)?.[1]
    expect(text).not.toMatch(/relation|stack|\.ts/)
    expect(log.mock.calls.join('')).toMatch(new RegExp(`error ${number} .*relation "instrument" does not exist`))
  } finally {
    log.mockRestore()
    await web.sql('ALTER TABLE elsewhere RENAME TO instrument')
  }
})
