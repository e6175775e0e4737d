import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { onConnection } from '../../../testkit/src/template-database.ts'
import { type UserActor, withActor } from '../actor.ts'
import { createItem } from './saved-items.ts'
import { createShareLink, extendShareLink, hashOfShare, listShareLinks, openShareLink, revokeShareLink } from './share-links.ts'

const t = freshDatabase()
const DAY = 86_400_000
let ada: UserActor
let bob: UserActor
let eve: UserActor
let team: string
const content = { instrument: 'a:B', query: { r: '3d' }, layoutId: null, drawings: [], notes: 'kept' }

const person = async (name: string): Promise<UserActor> => ({
  kind: 'user',
  userId: await makeUser(t.ownerUrl, { email: `${name}@example.org`, name }),
  role: 'member',
})
const viewOf = async (actor: UserActor, teamId: string | null = null, more: object = {}) =>
  createItem(
    t.db,
    actor,
    teamId === null ? { ownerId: actor.userId, teamId: null } : { ownerId: null, teamId },
    { kind: 'view', name: '<img src=x onerror=alert(1)>', content: { ...content, ...more } },
    null,
  )
const share = async (
  actor: UserActor,
  itemId: string,
  change: { expiresAt?: Date; frozenAt?: Date; embed?: boolean; most?: number } = {},
) => {
  const token = randomBytes(24).toString('base64url')
  const { most = null, ...given } = change
  const link = await createShareLink(
    t.db,
    actor,
    {
      itemId,
      hash: hashOfShare(token),
      hint: token.slice(-4),
      frozenAt: null,
      embed: false,
      expiresAt: new Date(Date.now() + DAY),
      ...given,
    },
    most,
  )
  return { token, link }
}
const asOwner = (sql: string, values: unknown[]) => onConnection(t.ownerUrl, (client) => client.query(sql, values))
const open = (token: string, visit = false) => openShareLink(t.db, hashOfShare(token), { visit })

beforeAll(async () => {
  ;[ada, bob, eve] = await Promise.all([person('ada'), person('bob'), person('eve')])
  team = await withActor(
    t.db,
    ada,
    async (tx) => (await tx.$queryRaw<{ id: string }[]>`select create_team('Desk')::text as id`)[0]?.id ?? '',
  )
})

describe('a living link', () => {
  it('opens for everybody, by its token alone, and counts visits where it is told to', async () => {
    const item = await viewOf(ada)
    const { token, link } = await share(ada, item.id, { embed: true })
    expect(await open(token)).toMatchObject({
      linkId: link.id,
      itemName: item.name,
      content,
      layout: null,
      embed: true,
      frozenAt: null,
      createdBy: ada.userId,
    })
    await Promise.all([open(token, true), open(token, true), open(token, false)])
    expect(await listShareLinks(t.db, ada, { itemId: item.id })).toMatchObject([{ id: link.id, visits: 2, itemName: item.name }])
    expect(await open(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeNull()
    // the table has nothing that opens it
    const { rows } = await t.db.pool.query('select 1 from share_link')
    expect(rows).toEqual([])
    const stored = await withActor(t.db, ada, (tx) => tx.shareLink.findUniqueOrThrow({ where: { id: link.id } }))
    expect(JSON.stringify(stored)).not.toContain(token)
    expect(Buffer.from(stored.hash)).toEqual(hashOfShare(token))
  })

  it('brings the layout that the view stands on, of the same owner only', async () => {
    const layout = (owner: UserActor) =>
      createItem(
        t.db,
        owner,
        { ownerId: owner.userId, teamId: null },
        { kind: 'layout', name: 'Wide', content: { query: { pal: 'viridis' } } },
        null,
      )
    const [own, foreign] = [await layout(ada), await layout(eve)]
    const { token } = await share(ada, (await viewOf(ada, null, { layoutId: own.id })).id)
    expect(await open(token)).toMatchObject({ layout: { query: { pal: 'viridis' } } })
    const other = await share(ada, (await viewOf(ada, null, { layoutId: foreign.id })).id)
    expect(await open(other.token)).toMatchObject({ layout: null })
  })

  it('shows the view as it is now', async () => {
    const item = await viewOf(ada)
    const { token } = await share(ada, item.id)
    await withActor(t.db, ada, (tx) => tx.savedItem.update({ where: { id: item.id }, data: { name: 'Renamed' } }))
    expect((await open(token))?.itemName).toBe('Renamed')
  })
})

describe('a link that has ended', () => {
  it('opens no more once it is revoked, and cannot be brought back', async () => {
    const { token, link } = await share(ada, (await viewOf(ada)).id)
    const { hash } = await revokeShareLink(t.db, ada, link.id)
    expect(Buffer.from(hash)).toEqual(hashOfShare(token))
    expect(await open(token, true)).toBeNull()
    const again = await revokeShareLink(t.db, ada, link.id)
    expect(again.link.visits).toBe(0)
    await expect(extendShareLink(t.db, ada, link.id, new Date(Date.now() + DAY), null)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('opens no more once its time is over, until it is extended', async () => {
    const { token, link } = await share(ada, (await viewOf(ada)).id, { expiresAt: new Date(Date.now() - 1_000) })
    expect(await open(token)).toBeNull()
    await extendShareLink(t.db, ada, link.id, new Date(Date.now() + DAY), null)
    expect(await open(token)).not.toBeNull()
  })

  it('goes with its view, and with a person who is disabled', async () => {
    const item = await viewOf(bob)
    const { token } = await share(bob, item.id)
    await asOwner('update app_user set disabled_at = now() where id = $1', [bob.userId])
    expect(await open(token, true)).toBeNull()
    await asOwner('update app_user set disabled_at = null where id = $1', [bob.userId])
    expect(await open(token)).not.toBeNull()
    await withActor(t.db, bob, (tx) => tx.savedItem.delete({ where: { id: item.id } }))
    expect(await open(token)).toBeNull()
  })
})

it('is seen, made, extended and revoked by editors only', async () => {
  const item = await viewOf(ada, team)
  const { link } = await share(ada, item.id)
  expect((await listShareLinks(t.db, ada, { teamId: team })).map(({ id }) => id)).toContain(link.id)
  for (const stranger of [eve, bob]) {
    expect(await listShareLinks(t.db, stranger, { teamId: team })).toEqual([])
    expect(await listShareLinks(t.db, stranger, { itemId: item.id })).toEqual([])
    await expect(share(stranger, item.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(revokeShareLink(t.db, stranger, link.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(extendShareLink(t.db, stranger, link.id, new Date(), null)).rejects.toMatchObject({ code: 'not_found' })
  }
})

it('shares views only, and as many at a time as the plan allows', async () => {
  const layout = await createItem(
    t.db,
    eve,
    { ownerId: eve.userId, teamId: null },
    { kind: 'layout', name: 'L', content: { query: {} } },
    null,
  )
  await expect(share(eve, layout.id)).rejects.toMatchObject({ code: 'bad_input' })
  const item = await viewOf(eve)
  const made = await Promise.allSettled(Array.from({ length: 5 }, () => share(eve, item.id, { most: 2 })))
  const living = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  expect(living).toHaveLength(2)
  await revokeShareLink(t.db, eve, living[0]?.link.id as string)
  const last = await share(eve, item.id, { most: 2 })
  // one that has run out does not come back past the limit
  await asOwner('update share_link set expires_at = now() where id = $1', [last.link.id])
  await share(eve, item.id, { most: 2 })
  await expect(extendShareLink(t.db, eve, last.link.id, new Date(Date.now() + DAY), 2)).rejects.toMatchObject({ code: 'forbidden' })
})
