import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { makeTeam, type TeamOfPeople } from '../../../testkit/src/people.ts'
import type { UserActor } from '../actor.ts'
import {
  createItem,
  deleteItem,
  type ItemOwner,
  listItems,
  listVersions,
  moveItem,
  readItem,
  readItems,
  readVersion,
  restoreVersion,
  updateItem,
} from './saved-items.ts'
import { putWorkingState, readWorkingState } from './working-state.ts'

const t = freshDatabase()
let owner: pg.Client
let team: TeamOfPeople
let ada: UserActor
const actorOf = (userId: string): UserActor => ({ kind: 'user', userId, role: 'member' })
const own = (): ItemOwner => ({ ownerId: ada.userId, teamId: null })
const ofTeam = (): ItemOwner => ({ ownerId: null, teamId: team.id })
const NOWHERE = '00000000-0000-7000-8000-000000000000'

beforeAll(async () => {
  owner = new pg.Client({ connectionString: t.ownerUrl })
  await owner.connect()
  team = await makeTeam(t.ownerUrl)
  ada = actorOf(await makeUser(t.ownerUrl, { email: 'ada@example.org' }))
})
afterAll(() => owner.end())

const make = (name = 'One', actor = ada, of = own()) => createItem(t.db, actor, of, { kind: 'layout', name, content: { name } }, null)

describe('one’s own', () => {
  it('stands in order, is read, moved and deleted', async () => {
    const [a, b] = [await make('a'), await make('b')]
    expect((await listItems(t.db, ada, { kind: 'layout', teamId: null })).map(({ name }) => name)).toEqual(['a', 'b'])
    expect(await listItems(t.db, ada, { kind: 'view' })).toEqual([])
    expect(await readItem(t.db, ada, a.id)).toMatchObject({ name: 'a', content: { name: 'a' }, version: 1 })
    await moveItem(t.db, ada, b.id, a.position - 1)
    expect((await readItems(t.db, ada, { teamId: null })).map(({ name }) => name)).toEqual(['b', 'a'])
    expect((await readItem(t.db, ada, b.id)).version).toBe(1)
    for (const { id } of [a, b]) await deleteItem(t.db, ada, id)
    await expect(readItem(t.db, ada, a.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(deleteItem(t.db, ada, a.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(moveItem(t.db, ada, NOWHERE, 1)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('keeps what it was, and brings it back as a change like any other', async () => {
    const { id } = await make('first')
    await updateItem(t.db, ada, id, 1, { name: 'second' })
    await updateItem(t.db, ada, id, 2, { content: { n: 3 } })
    expect((await listVersions(t.db, ada, id)).map(({ version, name }) => [version, name])).toEqual([
      [2, 'second'],
      [1, 'first'],
    ])
    expect(await restoreVersion(t.db, ada, id, 3, 1)).toMatchObject({ name: 'first', content: { name: 'first' }, version: 4 })
    await expect(restoreVersion(t.db, ada, id, 4, 9)).rejects.toMatchObject({ code: 'not_found' })
    await expect(restoreVersion(t.db, ada, id, 3, 1)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('keeps the last fifty versions', async () => {
    const { id } = await make()
    for (let version = 1; version <= 55; version++) await updateItem(t.db, ada, id, version, { name: `v${version + 1}` })
    const kept = await listVersions(t.db, ada, id)
    expect(kept).toHaveLength(50)
    expect([kept[0]?.version, kept.at(-1)?.version]).toEqual([55, 6])
  })

  it('is changed whole or not at all', async () => {
    const { id } = await make('whole')
    // Writing the earlier version fails: the change itself must not stand.
    await owner.query("alter table item_version add constraint nothing_today check (name <> 'whole')")
    try {
      await expect(updateItem(t.db, ada, id, 1, { name: 'half' })).rejects.toThrow()
      expect(await readItem(t.db, ada, id)).toMatchObject({ name: 'whole', version: 1 })
    } finally {
      await owner.query('alter table item_version drop constraint nothing_today')
    }
  })

  it('is as it was when the connection is cut in the middle of a change', async () => {
    const { id } = await make('cut')
    await owner.query(`create function cut_connection() returns trigger language plpgsql as $$
      begin if new.name = 'cut' then perform pg_terminate_backend(pg_backend_pid()); end if; return new; end $$`)
    await owner.query('create trigger cut_connection before insert on item_version for each row execute function cut_connection()')
    try {
      await expect(updateItem(t.db, ada, id, 1, { name: 'half' })).rejects.toThrow()
    } finally {
      await owner.query('drop function cut_connection() cascade')
    }
    expect(await readItem(t.db, ada, id)).toMatchObject({ name: 'cut', version: 1 })
    expect(await listVersions(t.db, ada, id)).toEqual([])
    expect((await updateItem(t.db, ada, id, 1, { name: 'whole' })).version).toBe(2)
  })

  it('is limited in number, also where many are made at once', async () => {
    const eve = actorOf(await makeUser(t.ownerUrl, { email: 'eve@example.org' }))
    const made = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        createItem(t.db, eve, { ownerId: eve.userId, teamId: null }, { kind: 'view', name: `v${i}`, content: {} }, 3),
      ),
    )
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const result of made)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'forbidden', message: expect.stringMatching(/allows 3/) })
  })
})

describe('a team’s', () => {
  it('is changed by editors and owners, read by viewers, and not there for others', async () => {
    const { id } = await make('shared', actorOf(team.editor), ofTeam())
    expect(await readItem(t.db, actorOf(team.viewer), id)).toMatchObject({ name: 'shared', teamId: team.id, ownerId: null })
    expect(await updateItem(t.db, actorOf(team.owner), id, 1, { name: 'ours' })).toMatchObject({ version: 2, updatedBy: team.owner })
    await expect(updateItem(t.db, actorOf(team.viewer), id, 2, { name: 'mine' })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(deleteItem(t.db, actorOf(team.viewer), id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(make('x', actorOf(team.viewer), ofTeam())).rejects.toThrow(/row-level security/)
    await expect(readItem(t.db, ada, id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(updateItem(t.db, ada, id, 2, { name: 'mine' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(make('x', ada, ofTeam())).rejects.toThrow(/row-level security/)
    expect(await readItem(t.db, actorOf(team.viewer), id)).toMatchObject({ name: 'ours', version: 2 })
  })

  it('tells the second of two editors, and overwrites nothing', async () => {
    const { id } = await make('both', actorOf(team.editor), ofTeam())
    const both = await Promise.allSettled([
      updateItem(t.db, actorOf(team.editor), id, 1, { name: 'the editor’s' }),
      updateItem(t.db, actorOf(team.owner), id, 1, { name: 'the owner’s' }),
    ])
    const won = both.filter((result) => result.status === 'fulfilled')
    expect(won).toHaveLength(1)
    expect(both.find((result) => result.status === 'rejected')?.reason).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/changed by somebody else.*version 2/),
    })
    expect(await readItem(t.db, actorOf(team.viewer), id)).toMatchObject({ name: won[0]?.value.name, version: 2 })
    expect(await listVersions(t.db, actorOf(team.viewer), id)).toEqual([expect.objectContaining({ version: 1, name: 'both' })])
  })
})

it('shows an earlier version to whoever may see the item, with who saved it', async () => {
  const { id } = await make('before', actorOf(team.editor), ofTeam())
  await updateItem(t.db, actorOf(team.owner), id, 1, { content: { n: 2 } })
  const earlier = { version: 1, name: 'before', content: { name: 'before' }, savedBy: team.editor, kind: 'layout' }
  expect(await readVersion(t.db, actorOf(team.viewer), id, 1)).toMatchObject(earlier)
  await expect(readVersion(t.db, actorOf(team.viewer), id, 2)).rejects.toMatchObject({ code: 'not_found' })
  await expect(readVersion(t.db, ada, id, 1)).rejects.toMatchObject({ code: 'not_found' })
  await expect(restoreVersion(t.db, ada, id, 2, 1)).rejects.toMatchObject({ code: 'not_found' })
  await expect(restoreVersion(t.db, actorOf(team.viewer), id, 2, 1)).rejects.toMatchObject({ code: 'forbidden' })
  expect(await listVersions(t.db, ada, id)).toEqual([])
})

describe('the working state', () => {
  it('is kept over what one has seen, and gives back what one has not', async () => {
    expect(await readWorkingState(t.db, ada)).toBeNull()
    expect(await putWorkingState(t.db, ada, null, { notes: 'a' })).toEqual({ kept: true, version: 1 })
    expect(await putWorkingState(t.db, ada, 1, { notes: 'b' })).toEqual({ kept: true, version: 2 })
    expect(await putWorkingState(t.db, ada, 1, { notes: 'another machine' })).toEqual({ kept: false, state: { notes: 'b' }, version: 2 })
    expect(await putWorkingState(t.db, ada, null, { notes: 'a new machine' })).toMatchObject({ kept: false, version: 2 })
    expect(await readWorkingState(t.db, ada)).toEqual({ state: { notes: 'b' }, version: 2 })
    expect(await readWorkingState(t.db, actorOf(team.owner))).toBeNull()
  })
})
