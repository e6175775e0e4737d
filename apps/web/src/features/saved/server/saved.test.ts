/** Layouts, views and the working state as the pages use them: owners, teams, two editors, limits, hostile words, addresses. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { type Person, webUnderTest } from '../../../server/testing/web-under-test.ts'
import type { SavedItem } from './content.ts'
import { fullAddress, marketOfView } from './full-address.ts'

const web = webUnderTest()
const NAMES = ['mara', 'jonas', 'yuki', 'priya'] as const
type Name = (typeof NAMES)[number]
const people = {} as Record<Name, Person>
const as = {} as Record<Name, Caller>
/** mara's, with jonas as its editor and yuki as its viewer; priya is in none */
let team = ''
const KEY = 'sim:AUSDT'
const NOBODYS = '00000000-0000-4000-8000-000000000000'
const refused = (code: string, words: RegExp | string = '') => ({ code, message: expect.stringMatching(words) })

beforeAll(async () => {
  for (const name of NAMES) {
    people[name] = await web.addPerson({ plan: name === 'priya' ? 'free' : 'pro' })
    as[name] = await web.callerOf(await web.cookieOf(people[name]))
  }
  team = (await as.mara.teams.create({ name: 'Northwall' })).id
  for (const [name, role] of [
    ['jonas', 'editor'],
    ['yuki', 'viewer'],
  ] as const)
    await web.sql('insert into membership (team_id, user_id, role) values ($1, $2, $3)', [team, people[name].id, role])
})

type LayoutContent = Extract<SavedItem, { kind: 'layout' }>['content']
type ViewContent = Extract<SavedItem, { kind: 'view' }>['content']
const layoutOf = (by: Caller, query: LayoutContent['query'], teamId: string | null = null, name = 'Desk') =>
  by.saved.create({ teamId, name, kind: 'layout', content: { query, theme: 'dark', sizes: {} } })
const viewContent = (more: Partial<ViewContent> = {}): ViewContent => ({
  instrument: KEY,
  query: { r: '3d' },
  layoutId: null,
  drawings: [],
  notes: '',
  ...more,
})
const viewOf = (by: Caller, more: Partial<ViewContent> = {}, teamId: string | null = null, name = 'Squeeze') =>
  by.saved.create({ teamId, name, kind: 'view', content: viewContent(more) })
const contentOf = (item: SavedItem): ViewContent => {
  if (item.kind !== 'view') throw new Error(`${item.kind} is no view`)
  return item.content
}

describe('a view on a layout', () => {
  it('stands on one of the same owner, and takes what it needs from another', async () => {
    const [own, shared] = [await layoutOf(as.mara, { pal: 'viridis' }), await layoutOf(as.mara, { pal: 'cividis', log: '1' }, team)]
    expect(contentOf(await viewOf(as.mara, { layoutId: own.id })).layoutId).toBe(own.id)
    expect(contentOf(await viewOf(as.mara, { layoutId: shared.id }, team)).layoutId).toBe(shared.id)
    // others of the team do not see the layout, and see the same picture
    expect(contentOf(await viewOf(as.mara, { layoutId: own.id }, team))).toMatchObject({
      layoutId: null,
      query: { pal: 'viridis', r: '3d' },
    })
    const mixed = await viewOf(as.mara, { layoutId: shared.id, query: { r: '7d', log: '0' } })
    expect(contentOf(mixed)).toMatchObject({ layoutId: null, query: { pal: 'cividis', log: '0', r: '7d' } })
  })

  it('knows nothing of a layout that its editor may not see', async () => {
    const foreign = await layoutOf(as.priya, { pal: 'contrast' })
    for (const layoutId of [foreign.id, NOBODYS]) {
      const made = await viewOf(as.mara, { layoutId })
      expect(contentOf(made)).toEqual(viewContent())
      expect(contentOf(await as.mara.saved.update({ id: made.id, version: 1, content: viewContent({ layoutId }) })).layoutId).toBeNull()
    }
  })

  it('is the same as a copy for a team', async () => {
    const own = await layoutOf(as.jonas, { pal: 'viridis' })
    const view = await viewOf(as.jonas, { layoutId: own.id, notes: 'kept' })
    const copy = await as.jonas.saved.duplicate({ teamId: team, of: view.id, name: 'For all' })
    expect(copy).toMatchObject({ teamId: team, content: { layoutId: null, notes: 'kept', query: { pal: 'viridis', r: '3d' } } })
    expect(contentOf(await as.yuki.saved.get({ id: copy.id }))).toEqual(contentOf(copy))
  })
})

describe('two editors', () => {
  it('are told, look, and save over or beside', async () => {
    const { id } = await viewOf(as.mara, { notes: 'first' }, team)
    await as.jonas.saved.update({ id, version: 1, content: viewContent({ notes: 'of jonas' }) })
    const mine = { id, version: 1, content: viewContent({ notes: 'of mara' }) }
    await expect(as.mara.saved.update(mine)).rejects.toMatchObject(refused('CONFLICT', 'changed by somebody else'))
    const theirs = await as.mara.saved.get({ id })
    expect(theirs).toMatchObject({ version: 2, updatedBy: people.jonas.id, content: { notes: 'of jonas' } })
    await as.mara.saved.update({ ...mine, version: theirs.version })
    expect(await as.yuki.saved.version({ id, earlier: 2 })).toMatchObject({
      kind: 'view',
      content: { notes: 'of jonas' },
      savedBy: people.jonas.id,
    })
    await expect(as.yuki.saved.restore({ id, version: 3, earlier: 2 })).rejects.toMatchObject(refused('FORBIDDEN', 'viewer'))
    expect(await as.jonas.saved.restore({ id, version: 3, earlier: 2 })).toMatchObject({ version: 4, content: { notes: 'of jonas' } })
  })

  it('see nothing of what is not theirs', async () => {
    const { id } = await viewOf(as.mara, {}, team)
    for (const ask of [
      () => as.priya.saved.get({ id }),
      () => as.priya.saved.version({ id, earlier: 1 }),
      () => as.priya.saved.versions({ id }),
      () => as.priya.saved.update({ id, version: 1, name: 'Mine' }),
      () => as.priya.saved.duplicate({ teamId: null, of: id, name: 'Mine' }),
      () => as.priya.saved.create({ teamId: team, name: 'x', kind: 'view', content: viewContent() }),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await as.priya.saved.list({ teamId: team })).toEqual([])
    await expect(as.yuki.saved.update({ id, version: 1, name: 'Mine' })).rejects.toMatchObject(refused('FORBIDDEN', 'viewer'))
  })
})

describe('what people type', () => {
  it.each(['<img src=x onerror=alert(1)>', '🦊🦊', 'שלום עולם', 'a\u202eb'])('may be %j', async (words) => {
    const drawings: ViewContent['drawings'] = [
      { id: 'a', kind: 'text', points: [{ time: 1_700_000_000_000, price: 10 }], colour: 'warn', text: words },
    ]
    const made = await viewOf(as.mara, { notes: words, drawings }, null, ` ${words} `)
    expect(await as.mara.saved.get({ id: made.id })).toMatchObject({ name: words, content: { notes: words, drawings } })
  })

  it('is kept without what no database keeps', async () => {
    const made = await viewOf(as.mara, { notes: 'a\0b\ud800c' }, null, 'x\0y')
    expect(await as.mara.saved.get({ id: made.id })).toMatchObject({ name: 'xy', content: { notes: 'abc' } })
  })

  it.each<[string, Partial<ViewContent>, string, RegExp]>([
    ['a name of spaces', {}, '   ', /give it a name/],
    ['a name that cannot be seen', {}, '\u200b\u200d', /can be seen/],
    ['a name of 10,000 characters', {}, 'x'.repeat(10_000), /at most 120/],
    ['endless notes', { notes: 'x'.repeat(10_001) }, 'A', /at most 10,000/],
    ['endless drawings', { drawings: Array.from({ length: 201 }, (_, i) => line(i)) }, 'A', /at most 200/],
    ['a line with one end', { drawings: [{ ...line(1), points: [{ time: 1, price: 1 }] }] }, 'A', /points of its kind/],
    ['a market without a key', { instrument: '' }, 'A', /instrument/],
    ['parameters of no address', { query: { evil: '1' } as ViewContent['query'] }, 'A', /query/],
  ])('is refused with words where it is %s', async (_, more, name, words) => {
    const before = await as.mara.saved.list({})
    await expect(viewOf(as.mara, more, null, name)).rejects.toMatchObject(refused('BAD_REQUEST', words))
    expect(await as.mara.saved.list({})).toEqual(before)
  })
})

const line = (i: number): ViewContent['drawings'][number] => ({
  id: String(i),
  kind: 'line',
  points: [
    { time: 1, price: 1 },
    { time: 2, price: 2 },
  ],
  colour: 'accent',
  text: '',
})

it('says what the plan allows, and keeps what is there', async () => {
  const allowed = (await as.priya.plans.mine()).savedItems ?? 0
  expect(allowed).toBeGreaterThan(0)
  const there = (await as.priya.saved.list({ teamId: null })).length
  for (let n = there; n < allowed; n++) await layoutOf(as.priya, {})
  await expect(layoutOf(as.priya, {})).rejects.toMatchObject(refused('FORBIDDEN', `The plan allows ${allowed} saved`))
  const [first] = await as.priya.saved.list({ teamId: null })
  await expect(as.priya.saved.duplicate({ teamId: null, of: first?.id ?? '', name: 'One more' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
  expect(await as.priya.saved.list({ teamId: null })).toHaveLength(allowed)
})

describe('the working state', () => {
  const state = (at: number) => ({
    at,
    instrument: KEY,
    query: { r: '3d' },
    theme: 'dark' as const,
    layoutId: null,
    viewId: null,
    drafts: [],
  })
  it('comes back as it was kept, to nobody else', async () => {
    const draft = { instrument: KEY, viewId: NOBODYS, version: 3, content: { drawings: [line(1)], notes: 'not saved' }, at: 5 }
    const kept = { ...state(7), drafts: [draft] }
    expect(await as.mara.saved.working.get()).toEqual({ state: null, version: null })
    expect(await as.mara.saved.working.put({ version: null, state: kept })).toEqual({ kept: true, state: null, version: 1 })
    expect(await as.mara.saved.working.get()).toEqual({ state: kept, version: 1 })
    expect(await as.jonas.saved.working.get()).toEqual({ state: null, version: null })
  })

  it('gives a machine that comes late what it does not know', async () => {
    await as.jonas.saved.working.put({ version: null, state: state(1) })
    await as.jonas.saved.working.put({ version: 1, state: state(2) })
    expect(await as.jonas.saved.working.put({ version: 1, state: state(3) })).toEqual({ kept: false, state: state(2), version: 2 })
  })

  it('is of a bearable size', async () => {
    const drafts = Array.from({ length: 21 }, (_, i) => ({ instrument: `a:${i}BC`, viewId: null, version: null, content: null, at: i }))
    await expect(as.yuki.saved.working.put({ version: null, state: { ...state(1), drafts } })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
    expect(await as.yuki.saved.working.get()).toEqual({ state: null, version: null })
  })
})

describe('an address', () => {
  const lead = (by: Caller, asked: Record<string, string | string[]>, defaultLayoutId?: string, instrument = KEY) =>
    fullAddress(by, { instrument, asked, range: async () => '7d', defaultLayoutId: async () => defaultLayoutId })

  it('with a view leads to all that it shows, over its layout, on its market', async () => {
    const layout = await layoutOf(as.mara, { pal: 'viridis', log: '1' })
    const view = await viewOf(as.mara, { layoutId: layout.id, query: { r: '1d', log: '0', from: '1700000000000', to: '1700000600000' } })
    const whole = `/heatmap/${KEY}?view=${view.id}&layout=${layout.id}&pal=viridis&log=0&r=1d&from=1700000000000&to=1700000600000`
    expect(await lead(as.mara, { view: view.id })).toBe(whole)
    expect(await lead(as.mara, { view: view.id }, undefined, 'sim:OTHER')).toBe(whole)
    // once there it leads nowhere, whatever was changed since
    expect(await lead(as.mara, Object.fromEntries(new URL(whole, 'http://x').searchParams), layout.id)).toBeNull()
    expect(await lead(as.mara, { view: view.id, layout: 'none' })).toBeNull()
    // what the link says itself goes before
    expect(await lead(as.mara, { view: view.id, log: '1', r: '30d' })).toBe(whole.replace('log=0&r=1d', 'log=1&r=30d'))
    // who may not see it is led nowhere
    expect(await lead(as.priya, { view: view.id })).toBeNull()
    expect(await marketOfView(as.mara, view.id)).toBe(KEY)
    expect(await marketOfView(as.priya, view.id)).toBeNull()
    expect(await marketOfView(as.mara, layout.id)).toBeNull()
  })

  it('without a range gets the one that suits the market', async () => {
    const view = await viewOf(as.mara, { query: {} })
    expect(await lead(as.mara, { view: view.id })).toBe(`/heatmap/${KEY}?view=${view.id}&layout=none&r=7d`)
    expect(await lead(as.mara, { view: view.id }, undefined, 'sim:OTHER')).toBe(`/heatmap/${KEY}?view=${view.id}`)
  })

  it('that leaves the look open gets the layout that it names, else the default', async () => {
    const [named, usual] = [await layoutOf(as.mara, { side: 'long' }), await layoutOf(as.mara, { pal: 'cividis' })]
    expect(await lead(as.mara, { layout: named.id }, usual.id)).toBe(`/heatmap/${KEY}?layout=${named.id}&side=long&r=7d`)
    expect(await lead(as.mara, {}, usual.id)).toBe(`/heatmap/${KEY}?layout=${usual.id}&pal=cividis&r=7d`)
    expect(await lead(as.mara, { r: '1y', lo: '5' }, usual.id)).toBe(`/heatmap/${KEY}?layout=${usual.id}&pal=cividis&r=1y&lo=5`)
  })

  it.each<[string, Record<string, string | string[]>]>([
    ['says that there is none', { layout: 'none' }],
    ['says how it looks', { pal: 'twin' }],
    ['is no id', { layout: 'x' }],
    ['names a layout twice', { layout: [NOBODYS, NOBODYS] }],
    ['names one that is gone', { layout: NOBODYS }],
  ])('that %s stays as it is', async (_, asked) => {
    const usual = await layoutOf(as.mara, { pal: 'cividis' })
    expect(await lead(as.mara, asked, usual.id)).toBeNull()
  })

  it('stays as it is where the default is gone, another’s, or there is none', async () => {
    const foreign = await layoutOf(as.jonas, { pal: 'cividis' })
    expect(await lead(as.mara, {}, foreign.id)).toBeNull()
    expect(await lead(as.mara, {}, NOBODYS)).toBeNull()
    expect(await lead(as.mara, {})).toBeNull()
  })
})
