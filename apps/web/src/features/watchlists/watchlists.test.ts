/** Lists on the server, as the page uses them: owners, teams, two editors at once, what a plan allows, news. */
import { expect, it } from 'vitest'
import { type Person, webUnderTest } from '../../server/testing/web-under-test.ts'
import type { News, PeopleNews } from '../stream/server/news.ts'
import type { Operation } from './prepare/operations.ts'
import { type Answer, Outbox, type Pending, type Told } from './prepare/outbox.ts'
import { isList, type ListItem } from './watchlists-provider.tsx'

const web = webUnderTest()
const callerOf = async (person: Person) => web.callerOf(await web.cookieOf(person))
type Caller = Awaited<ReturnType<typeof callerOf>>

const asList = (item: Awaited<ReturnType<Caller['saved']['get']>>): ListItem => {
  if (!isList(item)) throw new Error('no watchlist')
  return item
}
const make = async (caller: Caller, name: string, keys: string[] = [], teamId: string | null = null): Promise<ListItem> => {
  const rows = keys.map((instrument) => ({ instrument, note: '' }))
  return asList(await caller.saved.create({ teamId, name, kind: 'watchlist', content: { rows, notes: '' } }))
}
const keysOf = (list: ListItem) => list.content.rows.map(({ instrument }) => instrument)
const add = (key: string): Operation => ({ kind: 'add', rows: [{ instrument: key, note: '' }], before: null, after: null })

/** A browser of one person, with what the page's outbox does: everything but storage is real. */
function pageOf(caller: Caller, known: ListItem) {
  let kept: string | null = null
  let list = known
  const told: Told[] = []
  const answer = async (ask: () => Promise<ListItem>): Promise<Answer<ListItem>> => {
    try {
      return { ok: true, list: await ask() }
    } catch (error) {
      const code = (error as { code?: string }).code
      return code === 'CONFLICT' ? { ok: false, why: 'conflict' } : { ok: false, why: 'refused', message: (error as Error).message }
    }
  }
  const outbox = new Outbox<ListItem>({
    read: () => kept,
    write: (text) => {
      kept = text
      return true
    },
    alone: (work) => work(),
    known: () => list,
    get: (id) => answer(async () => asList(await caller.saved.get({ id }))),
    update: (id, version, change) => answer(async () => asList(await caller.saved.update({ id, version, ...change }))),
    took: (next) => {
      list = next
    },
    tell: (what) => void told.push(what),
  })
  let n = 0
  return {
    told,
    change: (operation: Operation) => outbox.add({ id: `p${++n}`, listId: known.id, operation } satisfies Pending),
    flush: () => outbox.flush(),
  }
}

const teamOf = async (owner: Person, others: [Person, 'editor' | 'viewer'][]): Promise<string> => {
  const { rows } = await web.sql(`INSERT INTO team (id, name) VALUES (gen_random_uuid(), 'Northwall') RETURNING id`)
  for (const [person, role] of [[owner, 'owner'] as const, ...others])
    await web.sql(`INSERT INTO membership (team_id, user_id, role) VALUES ($1, $2, $3::team_role)`, [rows[0].id, person.id, role])
  return rows[0].id
}

it('keeps what two editors do at once: neither overwrites the other', async () => {
  const [ann, bob] = await Promise.all([web.addPerson(), web.addPerson()])
  const [a, b] = await Promise.all([callerOf(ann), callerOf(bob)])
  const list = await make(a, 'Majors', ['v:A', 'v:B', 'v:C'], await teamOf(ann, [[bob, 'editor']]))
  const [one, two] = [pageOf(a, list), pageOf(b, list)]
  for (let i = 0; i < 5; i++) {
    one.change(add(`one:${i}`))
    two.change(add(`two:${i}`))
  }
  one.change({ kind: 'move', instrument: 'v:C', before: 'v:A', after: null })
  two.change({ kind: 'remove', instrument: 'v:B' })
  expect(await Promise.all([one.flush(), two.flush()])).toEqual([true, true])
  const now = asList(await a.saved.get({ id: list.id }))
  expect(keysOf(now).slice(0, 2)).toEqual(['v:C', 'v:A'])
  expect(keysOf(now).toSorted()).toEqual(['v:A', 'v:C', ...[0, 1, 2, 3, 4].flatMap((i) => [`one:${i}`, `two:${i}`])].toSorted())
  expect([...one.told, ...two.told]).toEqual([])
})

it('asks which text is to stay where two wrote one note', async () => {
  const ann = await web.addPerson()
  const caller = await callerOf(ann)
  const list = await make(caller, 'Mine', ['v:A'])
  const [one, two] = [pageOf(caller, list), pageOf(caller, list)]
  one.change({ kind: 'note', instrument: 'v:A', note: 'first', was: '' })
  await one.flush()
  two.change({ kind: 'note', instrument: 'v:A', note: 'second', was: '' })
  await two.flush()
  expect(two.told).toMatchObject([{ kind: 'refused', refusal: 'changed' }])
  expect(asList(await caller.saved.get({ id: list.id })).content.rows[0]?.note).toBe('first')
})

it('takes back what a viewer tries, in words', async () => {
  const [ann, vic, eve] = await Promise.all([web.addPerson(), web.addPerson(), web.addPerson()])
  const [a, v, e] = await Promise.all([callerOf(ann), callerOf(vic), callerOf(eve)])
  const teamId = await teamOf(ann, [[vic, 'viewer']])
  const list = await make(a, 'Team list', ['v:A'], teamId)
  expect((await v.saved.readAll({ kind: 'watchlist' })).map(({ id }) => id)).toEqual([list.id])
  expect(await e.saved.readAll({ kind: 'watchlist' })).toEqual([])
  const page = pageOf(v, list)
  page.change(add('v:B'))
  await page.flush()
  expect(page.told).toMatchObject([{ kind: 'failed', message: expect.stringMatching(/viewer/) }])
  await expect(make(v, 'Mine?', [], teamId)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  const outside = pageOf(e, list)
  outside.change(add('v:B'))
  await outside.flush()
  expect(outside.told).toMatchObject([{ kind: 'failed', message: expect.stringMatching(/not exist/) }])
  expect(keysOf(asList(await a.saved.get({ id: list.id })))).toEqual(['v:A'])
})

it('says what the plan allows, and what is no list', async () => {
  const ann = await web.addPerson()
  const caller = await callerOf(ann)
  await web.sql(`UPDATE plan SET saved_items = 1 WHERE key = (SELECT plan_key FROM app_user WHERE id = $1)`, [ann.id])
  try {
    await expect
      .poll(async () =>
        make(await callerOf(ann), 'One').then(
          () => 'made',
          (error: Error) => error.message,
        ),
      )
      .toMatch(/The plan allows 1 saved/)
  } finally {
    await web.sql(`UPDATE plan SET saved_items = 1000`)
  }
  const rows = Array.from({ length: 501 }, (_, i) => ({ instrument: `v:${i}`, note: '' }))
  const given = { teamId: null, kind: 'watchlist' as const, name: 'Too long' }
  await expect(caller.saved.create({ ...given, content: { rows, notes: '' } })).rejects.toThrow(/at most 500 markets/)
  const twice = [
    { instrument: 'v:A', note: '' },
    { instrument: 'v:A', note: '' },
  ]
  await expect(caller.saved.create({ ...given, content: { rows: twice, notes: '' } })).rejects.toThrow(/stands in a watchlist once/)
  await expect(caller.saved.create({ ...given, name: ' \u200b ', content: { rows: [], notes: '' } })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
  await expect(caller.saved.create({ ...given, name: 'x'.repeat(10_000), content: { rows: [], notes: '' } })).rejects.toThrow(
    /120 characters/,
  )
})

it('tells open pages of a change within moments, and nobody else', async () => {
  const [ann, bob, eve] = await Promise.all([web.addPerson(), web.addPerson(), web.addPerson()])
  const a = await callerOf(ann)
  const list = await make(a, 'Majors', [], await teamOf(ann, [[bob, 'viewer']]))
  const over = new AbortController()
  const heard = { bob: [] as PeopleNews[], eve: [] as PeopleNews[] }
  const follow = async (person: Person, into: PeopleNews[]) => {
    const session = await web.services.sessions.ofCookies(await web.cookieOf(person))
    if (!session) throw new Error('not signed in')
    for await (const { news } of web.services.hub.follow({ session, signal: over.signal })) {
      const told: News = news as News
      if (told.kind === 'people' && told.subject === 'item') into.push(told)
    }
  }
  const following = Promise.all([follow(bob, heard.bob), follow(eve, heard.eve)])
  await expect
    .poll(async () => {
      const { version } = await a.saved.get({ id: list.id })
      await a.saved.update({ id: list.id, version, name: `Majors ${version}` })
      return heard.bob.length
    })
    .toBeGreaterThan(0)
  expect(heard.bob[0]).toMatchObject({ id: list.id, itemKind: 'watchlist', by: ann.id, gone: false })
  expect(heard.eve).toEqual([])
  over.abort()
  await following
})
