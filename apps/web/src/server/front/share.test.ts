import { COLUMN_STATE } from '@faultline/market/tile'
import { tileIndexOf } from '@faultline/market/tile-build'
import { decodeTile } from '@faultline/market/tile-codec'
import { MINUTE_MS } from '@faultline/market/units'
import { START } from '@faultline/testkit/factories'
import { beforeAll, describe, expect, it } from 'vitest'
import { viewPath } from '../../features/heatmap/prepare/view-path.ts'
import type { HeatmapView } from '../../features/heatmap/server/schema.ts'
import { SHARE_HEADER } from '../../features/share/prepare/share-header.ts'
import { SHARE_TOKEN_MS } from '../../features/share/server/shares.ts'
import { rootRouter } from '../root-router.ts'
import { SignedTokens } from '../signed-tokens.ts'
import { type BuiltMarket, builtMarket } from '../testing/market.ts'
import { type Person, SECRET, webUnderTest } from '../testing/web-under-test.ts'

const FIVE = 5 * MINUTE_MS
const COUNT = 600
const END = START + COUNT * FIVE
const HOSTILE = '<img src=x onerror=alert(1)>'

const web = webUnderTest()
let mine: BuiltMarket
let other: BuiltMarket
let owner: Person
let cookie: string
beforeAll(async () => {
  mine = await builtMarket(web.database.db, { count: COUNT })
  other = await builtMarket(web.database.db, { count: COUNT })
  owner = await web.addPerson()
  cookie = await web.cookieOf(owner)
  await web.sql("update plan set share_links = 100 where key = 'free'")
})
const api = () => web.callerOf(cookie)
const contentOf = (query: Record<string, string>) => ({
  instrument: mine.instrument.key,
  query,
  layoutId: null,
  drawings: [],
  notes: HOSTILE,
})
const saved = async (query: Record<string, string>) =>
  (await api()).saved.create({ teamId: null, name: HOSTILE, kind: 'view', content: contentOf(query) })

/** A link to a view with this query, and what its page would bring. */
async function shared(query: Record<string, string>, options: { frozen?: boolean; embed?: boolean } = {}) {
  const item = await saved(query)
  const { link, url } = await (await api()).share.create({ id: item.id, ...options })
  const token = new URL(url).pathname.slice('/s/'.length)
  const page = await web.runtime.shared(token, { embed: false })
  if (!page) throw new Error('the link opens nothing')
  const { range, resolution = null, window = null } = page.scope.input
  return { item, link, token, page, path: viewPath(mine.instrument.key, { range, resolution, window }) }
}
const ask = (path: string, token: string | null, more: Record<string, string> = {}) =>
  web.get(path, { ...(token === null ? {} : { [SHARE_HEADER]: token }), ...more })
const statusOf = async (path: string, token: string | null, more = {}) => (await ask(path, token, more)).status
const tilePath = (build: number, index: number, resolution = '5m') => `/tiles/${build}/${resolution}/${index}`
const indexOf = (time: number) => tileIndexOf(time, FIVE)
/** Starts of the columns of a tile that hold anything. */
async function columnsOf(path: string, token: string): Promise<number[]> {
  const answer = await ask(path, token)
  expect(answer.status).toBe(200)
  const tile = decodeTile(new Uint8Array(await answer.arrayBuffer()))
  const rows = (plane: Uint8Array, column: number) => Array.from({ length: tile.binCount }, (_, row) => plane[row * 256 + column])
  return Array.from(tile.columnState).flatMap((state, i) => {
    const isEmpty = [...rows(tile.long, i), ...rows(tile.short, i)].every((byte) => byte === 0)
    if (state === COLUMN_STATE.missing) expect(isEmpty).toBe(true)
    return state === COLUMN_STATE.missing ? [] : [tile.startTime + i * FIVE]
  })
}

describe('the data of a shared view', () => {
  it('are its view and the tiles of that, without a cookie, and never kept', async () => {
    const { page, path } = await shared({ r: '1d' })
    const answer = await ask(path, page.token)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const view: HeatmapView = await answer.json()
    expect(view.tiles.length).toBeGreaterThan(0)
    expect(view.history).toEqual({ from: view.from, to: view.to })
    const tile = await ask(tilePath(view.build.id, view.tiles[0]?.index as number), page.token, { 'accept-encoding': 'identity' })
    expect([tile.status, tile.headers.get('cache-control'), tile.headers.get('etag')]).toEqual([200, 'no-store', null])
    expect(decodeTile(new Uint8Array(await tile.arrayBuffer())).binCount).toBeGreaterThan(0)
    expect(await statusOf(path, answer.headers.get(SHARE_HEADER))).toBe(200)
  })

  it('are of no other market, range, stretch or resolution', async () => {
    const { page, path } = await shared({ r: '1d' })
    const day = mine.build.lastBucket as number
    for (const [wrong, status] of [
      [viewPath(other.instrument.key, { range: '1d', resolution: null, window: null }), 403],
      [tilePath(other.build.id, indexOf(day)), 403],
      [tilePath(mine.build.id, indexOf(START)), 403],
      [tilePath(mine.build.id, tileIndexOf(day, 6 * FIVE), '30m'), 403],
      [tilePath(mine.build.id, indexOf(END) + 400), 403],
      ['/tiles/nonsense', 403],
      [path.replace('/1d', '/3d'), 403],
      [`${path}?res=1m`, 403],
      [`${path}?from=${START}&to=${END}`, 403],
      [viewPath(mine.instrument.symbol, { range: '1d', resolution: null, window: null }), 403],
    ] as const)
      expect([wrong, await statusOf(wrong, page.token)]).toEqual([wrong, status])
    // nor with the session of somebody who may see them otherwise
    expect(await statusOf(path.replace('/1d', '/3d'), page.token, { cookie })).toBe(403)
    expect(await statusOf(path.replace('/1d', '/3d'), null, { cookie })).toBe(200)
  })

  it('begin and end with the stretch, also inside a tile', async () => {
    const [from, to] = [START + 290 * FIVE, START + 310 * FIVE]
    const { page, path } = await shared({ r: '1d', res: '5m', from: String(from), to: String(to) })
    const view: HeatmapView = await (await ask(path, page.token)).json()
    expect([view.from, view.to, view.history]).toEqual([from, to, { from, to }])
    expect(view.candles.rows.map(([time]) => time)).toEqual(Array.from({ length: 20 }, (_, i) => from + i * FIVE))
    const columns = (await Promise.all(view.tiles.map(({ index }) => columnsOf(tilePath(view.build.id, index), page.token)))).flat()
    expect(columns).toEqual(Array.from({ length: 20 }, (_, i) => from + i * FIVE))
    // the signed-in reader gets the tile whole
    const whole = await web.get(tilePath(view.build.id, view.tiles[0]?.index as number), { cookie })
    expect(
      decodeTile(new Uint8Array(await whole.arrayBuffer())).columnState.filter((s) => s !== COLUMN_STATE.missing).length,
    ).toBeGreaterThan(20)
  })

  it('have nothing of after a frozen link’s moment', async () => {
    const { page, path, link } = await shared({ r: '1d' }, { frozen: true })
    // as if it had been frozen in the middle of a column, long ago
    const moment = START + 400 * FIVE + 2 * MINUTE_MS
    await web.sql('update share_link set frozen_at = to_timestamp($2 / 1000.0) where id = $1', [link.id, moment])
    web.services.shares.forget((await web.sql('select hash from share_link where id = $1', [link.id])).rows[0].hash)
    expect(await statusOf(path, page.token)).toBe(403) // it has moved with its moment
    const range = { from: moment - 288 * FIVE, to: moment }
    const view: HeatmapView = await (
      await ask(viewPath(mine.instrument.key, { range: '1d', resolution: null, window: range }), page.token)
    ).json()
    const last = START + 399 * FIVE
    expect([view.build.lastBucket, view.to, view.candles.rows.at(-1)?.[0]]).toEqual([last, last + FIVE, last])
    expect(view.openInterest.every(([time]) => time <= moment)).toBe(true)
    const columns = (await Promise.all(view.tiles.map(({ index }) => columnsOf(tilePath(view.build.id, index), page.token)))).flat()
    expect([Math.max(...columns), columns.length]).toEqual([last, 288])
  })

  it('hold the map of a replay, and prices that go on', async () => {
    const moment = START + 500 * FIVE
    const { page, path } = await shared({ r: '1d', at: String(moment) })
    const view: HeatmapView = await (await ask(path, page.token)).json()
    expect(view.candles.rows.at(-1)?.[0]).toBe(END - FIVE)
    const columns = (await Promise.all(view.tiles.map(({ index }) => columnsOf(tilePath(view.build.id, index), page.token)))).flat()
    expect(Math.max(...columns)).toBe(moment - FIVE)
  })

  it('need a token of this page, of this installation, that has not run out', async () => {
    const { page, path } = await shared({ r: '1d' })
    const key = Buffer.from(page.token.split('.')[0] as string, 'base64url').toString()
    const of = (secret: string, purpose: string, age: number) =>
      new SignedTokens({ secret, purpose, lifetimeMs: SHARE_TOKEN_MS, now: () => Date.now() - age }).issue(key)
    expect(await statusOf(path, of(SECRET, 'faultline share token 1', 0))).toBe(200)
    for (const wrong of [
      of(SECRET, 'faultline share token 1', SHARE_TOKEN_MS),
      of(SECRET, 'faultline embed token 1', 0),
      of(`${SECRET}!`, 'faultline share token 1', 0),
      'x',
      '..',
    ])
      for (const asked of [path, tilePath(mine.build.id, indexOf(END - FIVE))])
        expect([asked, await statusOf(asked, wrong), await statusOf(asked, wrong, { cookie })]).toEqual([asked, 401, 401])
    expect(await statusOf(path, null)).toBe(401)
  })

  it('opens no procedure, stream or page', async () => {
    const { page } = await shared({ r: '1d' })
    const flat = rootRouter._def.procedures as unknown as Record<string, { _def: { type: string; meta: { access: { kind: string } } } }>
    const names = Object.keys(flat).filter(
      (name) => flat[name]?._def.type !== 'subscription' && flat[name]?._def.meta.access.kind !== 'public',
    )
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) {
      const post = flat[name]?._def.type === 'mutation' && { method: 'POST', body: '{}' }
      const headers = { [SHARE_HEADER]: page.token, 'content-type': 'application/json' }
      const answer = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/${name}`, { headers, ...post }))
      expect([name, answer.status]).toEqual([name, 401])
    }
    expect(await statusOf('/api/stream/stream.follow', page.token)).toBe(401)
    for (const path of ['/', `/heatmap/${mine.instrument.key}`, '/s', '/s/', '/s/x/y', '/s/x/embed/z'])
      expect([path, await statusOf(path, page.token)]).toEqual([path, 307])
  })
})

describe('a link that ends', () => {
  it('stops at once when it is revoked', async () => {
    const { page, path, link, token } = await shared({ r: '1d' }, { embed: true })
    const tile = tilePath(mine.build.id, indexOf(END - FIVE))
    expect([await statusOf(path, page.token), await statusOf(tile, page.token)]).toEqual([200, 200])
    await (await api()).share.revoke({ id: link.id })
    expect([await statusOf(path, page.token), await statusOf(tile, page.token)]).toEqual([410, 410])
    expect(await web.runtime.shared(token, { embed: false })).toBeNull()
    expect((await web.get(`/s/${token}/embed`)).headers.get('x-frame-options')).toBe('DENY')
    expect((await web.get(`/s/${token}`)).status).toBe(404)
    await expect((await api()).share.extend({ id: link.id })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('of somebody who is gone shows what the free plan shows', async () => {
    await web.sql("update app_user set plan_key = 'pro' where id = $1", [owner.id])
    await expect.poll(async () => (await (await api()).plans.mine()).ranges.includes('30d')).toBe(true)
    const [wide, narrow] = [await shared({ r: '30d' }), await shared({ r: '1d' })]
    await web.sql("update app_user set plan_key = 'free' where id = $1", [owner.id])
    await web.sql('update share_link set created_by = null where id = any($1)', [[wide.link.id, narrow.link.id]])
    await expect.poll(() => web.runtime.shared(wide.token, { embed: false }), { timeout: 15_000 }).toBeNull()
    expect(await web.runtime.shared(narrow.token, { embed: false })).not.toBeNull()
  })

  it('stops within seconds when its time is over, its view is deleted or its maker’s plan ends', async () => {
    const over = await shared({ r: '1d' })
    const deleted = await shared({ r: '1d' })
    const planned = await shared({ r: '7d' })
    for (const { path, page } of [over, deleted, planned]) expect(await statusOf(path, page.token)).toBe(200)
    await web.sql('update share_link set expires_at = now() where id = $1', [over.link.id])
    await (await api()).saved.remove({ id: deleted.item.id })
    await (await api()).saved.update({ id: planned.item.id, version: 1, content: contentOf({ r: '1y' }) })
    for (const { path, page, token } of [over, deleted, planned]) {
      await expect.poll(() => statusOf(path, page.token), { timeout: 10_000 }).toBe(410)
      expect(await web.runtime.shared(token, { embed: false })).toBeNull()
    }
  })

  it('is extended before and after', async () => {
    const { link, path, page } = await shared({ r: '1d' })
    await web.sql("update share_link set expires_at = now() - interval '1 hour' where id = $1", [link.id])
    const row = await (await api()).share.extend({ id: link.id, expiresInDays: 30 })
    expect(Math.round((row.expiresAt - Date.now()) / 86_400_000)).toBe(30)
    expect(await statusOf(path, page.token)).toBe(200)
  })
})

describe('the page', () => {
  it('needs no account, tells no other site and no search engine, and may not be framed', async () => {
    const { token } = await shared({ r: '1d' }, { embed: true })
    const { status, headers } = await web.get(`/s/${token}`)
    expect(status).toBe(200)
    expect([headers.get('referrer-policy'), headers.get('x-robots-tag'), headers.get('x-frame-options')]).toEqual([
      'no-referrer',
      'noindex, nofollow',
      'DENY',
    ])
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'$/)
  })

  it('may be framed in its embed variant, where the link has one', async () => {
    const [with_, without] = [await shared({ r: '1d' }, { embed: true }), await shared({ r: '1d' })]
    const framed = (await web.get(`/s/${with_.token}/embed`)).headers
    expect([framed.get('x-frame-options'), framed.get('content-security-policy')]).toEqual([
      null,
      expect.stringMatching(/frame-ancestors \*$/),
    ])
    for (const path of [`/s/${without.token}/embed`, '/s/nothing/embed', `/s/${'A'.repeat(32)}/embed`]) {
      const { status, headers } = await web.get(path)
      expect([path, status, headers.get('x-frame-options')]).toEqual([path, 404, 'DENY'])
    }
    expect((await web.get(`/s/${without.token}`)).status).toBe(200)
    expect(await web.runtime.shared(with_.token, { embed: true })).not.toBeNull()
    expect(await web.runtime.shared(without.token, { embed: true })).toBeNull()
  })

  it('counts each load once, and what is only fetched ahead or looked at not at all', async () => {
    const { token, item } = await shared({ r: '1d' })
    const path = `/s/${token}`
    await web.get(path)
    await web.get(path)
    await web.get(path, { rsc: '1', 'next-router-prefetch': '1' })
    await web.get(path, { 'sec-purpose': 'prefetch' })
    await fetch(web.origin + path, { method: 'HEAD' })
    await web.get(`${path}/embed`)
    await web.runtime.shared(token, { embed: false })
    expect((await (await api()).share.list({ id: item.id })).links).toMatchObject([{ visits: 2, hint: token.slice(-4) }])
  })

  it('shows what the view is now, with hostile words as they are', async () => {
    const { token, item, page } = await shared({ r: '1d' })
    expect(page).toMatchObject({ name: HOSTILE, content: { notes: HOSTILE } })
    await (await api()).saved.update({ id: item.id, version: 1, name: 'Renamed', content: contentOf({ r: '3d', pal: 'viridis' }) })
    const now = await web.runtime.shared(token, { embed: false })
    expect(now).toMatchObject({ name: 'Renamed', scope: { input: { range: '3d' } }, content: { query: { pal: 'viridis' } } })
    expect(JSON.stringify(now)).not.toMatch(/@example\.org|passwordHash/)
    expect(JSON.stringify(now)).not.toContain(owner.id)
  })

  it('is refused to an address that opens hundreds', async () => {
    const { token } = await shared({ r: '1d' })
    const { limits } = web.services
    await Promise.all(Array.from({ length: 300 }, () => limits.take('shareIp', '127.0.0.1').catch(() => {})))
    const answer = await web.get(`/s/${token}`)
    expect([answer.status, await answer.text()]).toEqual([429, expect.stringMatching(/^Many shared views .* Try again in/)])
    await limits.forgive('shareIp', '127.0.0.1')
  })
})

describe('procedures', () => {
  it('give the link once, store it hashed, and note who did it', async () => {
    const { token, item, link } = await shared({ r: '1d' })
    expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/)
    const caller = await api()
    await caller.share.extend({ id: link.id, expiresInDays: 3 })
    await caller.share.revoke({ id: link.id })
    expect(JSON.stringify(await caller.share.list({ id: item.id }))).not.toContain(token)
    const everything = await web.sql('select s::text as row from share_link s union all select a::text from audit_event a')
    expect(everything.rows.map(({ row }) => row).join()).not.toContain(token)
    const { rows } = await web.sql(
      "select action from audit_event where actor = $1 and action like 'share.%' and details ->> 'link' = $2 order by id",
      [owner.email, `…${token.slice(-4)}`],
    )
    expect(rows.map(({ action }) => action)).toEqual(['share.created', 'share.extended', 'share.revoked'])
  })

  it('keep to the plan: how many links, and which ranges', async () => {
    // before they sign in: what a session may is kept for a moment
    await web.sql("update plan set share_links = 2 where key = 'free'")
    const tight = await web.addPerson()
    const theirs = await web.callerOf(await web.cookieOf(tight))
    const view = (range: string) => theirs.saved.create({ teamId: null, name: range, kind: 'view', content: contentOf({ r: range }) })
    const [small, large] = [await view('1d'), await view('1y')]
    await expect(theirs.share.create({ id: large.id })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    for (let i = 0; i < 2; i++) await theirs.share.create({ id: small.id })
    await expect(theirs.share.create({ id: small.id })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('allows 2 share links'),
    })
    await web.sql("update plan set share_links = 100 where key = 'free'")
  })

  it.each([0, 366, 1.5, -1])('refuse a life of %s days', async (expiresInDays) => {
    const item = await saved({ r: '1d' })
    await expect((await api()).share.create({ id: item.id, expiresInDays })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })
})
