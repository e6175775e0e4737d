/**
 * Ids that stand inside an input, beside the one that says whose it is: a rule's channels, a view's layout, a team's member. The matrix
 * tries them with whatever an input takes; here each is tried in an input that is right but for that one id.
 */
import { makeInstrument } from '@faultline/testkit/factories'
import { type Belongings, makeBelongings, makeTeam, type TeamOfPeople } from '@faultline/testkit/people'
import { beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { Caller } from '../caller.ts'
import { rootRouter } from '../root-router.ts'
import { sampleInputs } from '../testing/sample-input.ts'
import { type Person, webUnderTest } from '../testing/web-under-test.ts'
import type { Access } from '../trpc.ts'

const web = webUnderTest()
let api: Caller
let ours: TeamOfPeople
let theirs: TeamOfPeople
let stranger: Person
let strangers: Belongings
let market: string

beforeAll(async () => {
  await web.sql("update plan set alert_rules = null, saved_items = null, teams = null, team_members = null where key = 'free'")
  const people = new Map<string, Person>()
  const person = async () => {
    const made = await web.addPerson()
    people.set(made.id, made)
    return made.id
  }
  ours = await makeTeam(web.database.ownerUrl, { name: 'Ours', person })
  theirs = await makeTeam(web.database.ownerUrl, { name: 'Theirs', person })
  stranger = await web.addPerson()
  strangers = await makeBelongings(web.database.ownerUrl, stranger.id, 'canary of a stranger')
  api = await web.callerOf(await web.cookieOf(people.get(ours.owner) as Person))
  market = (await makeInstrument(web.database.db)).key
})

const rule = () => ({
  name: 'Rule',
  instrumentKey: market,
  condition: { kind: 'risk', direction: 'above', level: 75 } as const,
  cooldownMinutes: 60,
  enabled: true,
})
const view = (layoutId: string) => ({ instrument: market, query: {}, layoutId, drawings: [], notes: '' })
const state = (ids: { layoutId?: string; viewId?: string; draftOf?: string }) => ({
  at: 1,
  instrument: market,
  query: {},
  theme: 'dark' as const,
  layoutId: ids.layoutId ?? null,
  viewId: ids.viewId ?? null,
  drafts: ids.draftOf ? [{ instrument: market, viewId: ids.draftOf, version: 1, content: null, at: 1 }] : [],
})
const of = (kind: keyof Belongings) => ({ own: () => ours.belongings[kind], foreign: () => [theirs.belongings[kind], strangers[kind]] })
const member = { own: () => ours.editor, foreign: () => [theirs.editor, stranger.id] }
const team = { own: () => ours.id, foreign: () => [theirs.id] }
const invitation = { own: () => ours.invitation, foreign: () => [theirs.invitation] }

interface Case {
  ids: { own: () => string | null; foreign: () => (string | null)[] }
  ask: (id: string) => Promise<unknown>
  /** what a foreign id comes to: an error of this code, or what the answer is then, for anything that does not exist */
  comes: string | ((answer: unknown) => void)
}
const NOTHING = (answer: unknown) => expect(answer ?? []).toEqual([])
const CASES: Record<string, Case> = {
  'alerts.createRule channelIds.0': {
    ids: of('alertChannel'),
    ask: (id) => api.alerts.createRule({ teamId: ours.id, ...rule(), channelIds: [id] }),
    comes: 'BAD_REQUEST',
  },
  'alerts.updateRule channelIds.0': {
    ids: of('alertChannel'),
    ask: async (id) => {
      const rules = await api.alerts.rules({ teamId: ours.id })
      const { version } = rules.find((one) => one.id === ours.belongings.alertRule) ?? { version: 1 }
      return api.alerts.updateRule({ id: ours.belongings.alertRule, version, channelIds: [id] })
    },
    comes: 'BAD_REQUEST',
  },
  'alerts.log cursor.id': {
    ids: of('alertChannel'),
    ask: async (id) => (await api.alerts.log({ teamId: ours.id, problems: false, cursor: { at: 8e15, id } })).rows,
    comes: NOTHING,
  },
  'alerts.markRead ids.0': { ids: of('item'), ask: (id) => api.alerts.markRead({ ids: [id] }), comes: NOTHING },
  'saved.create content.layoutId': {
    ids: of('layout'),
    ask: async (id) => {
      const made = await api.saved.create({ teamId: ours.id, name: 'View', kind: 'view', content: view(id) })
      return made.kind === 'view' ? made.content.layoutId : null
    },
    comes: (layoutId) => expect(layoutId).toBeNull(),
  },
  'saved.update content.layoutId': {
    ids: of('layout'),
    ask: async (id) => {
      const { version } = await api.saved.get({ id: ours.belongings.item })
      const after = await api.saved.update({ id: ours.belongings.item, version, content: view(id) })
      return after.kind === 'view' ? after.content.layoutId : null
    },
    comes: (layoutId) => expect(layoutId).toBeNull(),
  },
  'saved.duplicate of': {
    ids: of('item'),
    ask: (id) => api.saved.duplicate({ teamId: ours.id, of: id, name: 'Copy' }),
    comes: 'NOT_FOUND',
  },
  'saved.list teamId': { ids: team, ask: (id) => api.saved.list({ teamId: id }), comes: NOTHING },
  'saved.readAll teamId': { ids: team, ask: (id) => api.saved.readAll({ teamId: id, kind: 'view' }), comes: NOTHING },
  'teams.changeRole userId': {
    ids: member,
    ask: (id) => api.teams.changeRole({ teamId: ours.id, userId: id, role: 'editor' }),
    comes: 'NOT_FOUND',
  },
  'teams.transfer userId': {
    ids: { ...member, own: () => ours.editor },
    ask: (id) => api.teams.transfer({ teamId: ours.id, userId: id, own: null }),
    comes: 'NOT_FOUND',
  },
  'teams.removeMember userId': {
    ids: { ...member, own: () => ours.viewer },
    ask: (id) => api.teams.removeMember({ teamId: ours.id, userId: id }),
    comes: 'NOT_FOUND',
  },
  'teams.renewInvitation id': { ids: invitation, ask: (id) => api.teams.renewInvitation({ teamId: ours.id, id }), comes: 'NOT_FOUND' },
  'teams.revokeInvitation id': { ids: invitation, ask: (id) => api.teams.revokeInvitation({ teamId: ours.id, id }), comes: 'NOT_FOUND' },
  'teams.adoptItem teamId': {
    ids: team,
    ask: async (id) => {
      const { id: own } = await api.saved.create({ teamId: null, name: 'Mine', kind: 'watchlist', content: { rows: [], notes: '' } })
      return api.teams.adoptItem({ id: own, teamId: id })
    },
    comes: 'NOT_FOUND',
  },
  'comments.list cursor': {
    ids: of('comment'),
    ask: async (id) => (await api.comments.list({ id: ours.belongings.item, cursor: id })).comments,
    comes: NOTHING,
  },
  // one's own notes of where one was: pages read what they name as whoever asks
  'saved.working.put state.layoutId': {
    ids: of('layout'),
    ask: (layoutId) => putWorking({ layoutId }),
    comes: (kept) => expect(JSON.stringify(kept)).not.toContain('canary'),
  },
  'saved.working.put state.viewId': {
    ids: of('item'),
    ask: (viewId) => putWorking({ viewId }),
    comes: (kept) => expect(JSON.stringify(kept)).not.toContain('canary'),
  },
  'saved.working.put state.drafts.0.viewId': {
    ids: of('item'),
    ask: (draftOf) => putWorking({ draftOf }),
    comes: (kept) => expect(JSON.stringify(kept)).not.toContain('canary'),
  },
  'account.patchSettings defaultLayoutId': {
    ids: of('layout'),
    ask: (id) => api.account.patchSettings({ defaultLayoutId: id }),
    comes: (kept) => expect(JSON.stringify(kept)).not.toContain('canary'),
  },
  'account.patchSettings watchlistId': {
    ids: of('watchlist'),
    ask: (id) => api.account.patchSettings({ watchlistId: id }),
    comes: (kept) => expect(JSON.stringify(kept)).not.toContain('canary'),
  },
}
async function putWorking(ids: Parameters<typeof state>[0]): Promise<unknown> {
  const { version } = await api.saved.working.get()
  await api.saved.working.put({ version, state: state(ids) })
  return api.saved.working.get()
}

it('tries every id that stands inside an input', () => {
  interface Flat {
    _def: { type: string; meta: { access: Access }; inputs: z.ZodType[] }
  }
  const found = Object.entries(rootRouter._def.procedures as unknown as Record<string, Flat>).flatMap(([path, { _def }]) => {
    const { access } = _def.meta
    if (access.kind === 'admin' || _def.type === 'subscription') return []
    const guard = access.kind !== 'team' ? null : access.of === 'team' || access.of === 'team or self' ? 'teamId' : 'id'
    const places = sampleInputs(_def.inputs, '00000000-0000-7000-8000-000000000000').flatMap(({ ids }) => ids.map((at) => at.join('.')))
    return [...new Set(places)].filter((at) => at !== guard).map((at) => `${path} ${at}`)
  })
  // its content is taken as anything here, and as what its kind holds when that is known
  expect([...found, 'saved.update content.layoutId'].sort()).toEqual(Object.keys(CASES).sort())
})

/** What is theirs, in every table, to a byte. */
async function theirRows(): Promise<unknown[]> {
  const tables = [
    'saved_item',
    'alert_rule',
    'alert_channel',
    'membership',
    'team_invitation',
    'comment',
    'share_link',
    'inbox_entry',
    'working_state',
    'app_user',
  ]
  const needles = [theirs.id, theirs.owner, theirs.editor, stranger.id].map((id) => `%${id}%`)
  const digests: unknown[] = []
  for (const name of tables) {
    const { rows } = await web.sql(
      `select md5(coalesce(string_agg(x::text, '|' order by x::text), '')) as d from (select to_jsonb(t) as x from ${name} t) y where x::text like any ($1)`,
      [needles],
    )
    digests.push({ name, ...rows[0] })
  }
  return digests
}

describe.each(Object.entries(CASES))('%s', (_, { ids, ask, comes }) => {
  it('is refused, or worth nothing, where it is another’s', async () => {
    const before = await theirRows()
    for (const id of [...ids.foreign(), '00000000-0000-7000-8000-000000000000']) {
      const came = await ask(id as string).then(
        (answer) => ({ answer }),
        (error: { code?: string }) => ({ code: error.code }),
      )
      if (typeof comes === 'string') expect(came).toEqual({ code: comes })
      else if ('answer' in came) comes(came.answer)
      else expect(came).toEqual({})
    }
    expect(await theirRows()).toEqual(before)
  })

  it('is taken where it is one’s own: it was the id', async () => {
    await expect(ask(ids.own() as string)).resolves.not.toThrow()
  })
})
