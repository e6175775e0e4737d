import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import { START } from '@faultline/testkit/factories'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { type BuiltMarket, builtMarket } from '../../../server/testing/market.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'
import { viewPath } from '../../heatmap/prepare/view-path.ts'

const web = webUnderTest()
const COUNT = 320
let market: BuiltMarket
let end: number
let key: string
let free: { cookie: string; api: Caller }
let pro: { cookie: string; api: Caller }

const person = async (plan: string) => {
  const made = await web.addPerson({ plan })
  const cookie = await web.cookieOf(made)
  return { id: made.id, cookie, api: await web.callerOf(cookie) }
}
/** What the plan `free` allows; sessions are asked anew. */
async function freeAllows(terms: { ranges?: string[]; baseAssets?: string[] | null }): Promise<void> {
  const { ranges = ['12h', '1d', '3d', '7d'], baseAssets = null } = terms
  await web.sql("update plan set ranges = $1, all_assets = $2, base_assets = $3 where key = 'free'", [
    ranges,
    baseAssets === null,
    baseAssets ?? [],
  ])
  web.services.sessions.forget()
  web.services.gate.forgetPlans()
  free.api = await web.callerOf(free.cookie)
}

beforeAll(async () => {
  // 53 days in buckets of four hours
  market = await builtMarket(web.database.db, { count: COUNT, bucketMs: 4 * HOUR_MS })
  key = market.instrument.key
  end = START + COUNT * 4 * HOUR_MS
  free = await person('free')
  pro = await person('pro')
})

describe('ranges', () => {
  it('are refused in the procedure and by the front, also from what is kept for others', async () => {
    const path = viewPath(key, { range: '30d', resolution: null, window: null })
    expect((await web.get(path, { cookie: pro.cookie })).status).toBe(200)
    const refused = await web.get(path, { cookie: free.cookie })
    expect(refused.status).toBe(403)
    expect((await refused.json()).error).toEqual({ code: 'forbidden', message: '30d is part of Pro. Ask your administrator.' })
    await expect(free.api.heatmap.view({ instrument: key, range: '30d' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: '30d is part of Pro. Ask your administrator.',
    })
    expect(await free.api.heatmap.view({ instrument: key, range: '7d' })).toMatchObject({ range: '7d' })
    expect(await pro.api.heatmap.view({ instrument: key, range: '30d' })).toMatchObject({ range: '30d' })
  })

  it('are also how far back one may look: views, readings, tiles', async () => {
    const early = { from: end - 40 * DAY_MS, to: end - 39 * DAY_MS }
    const words = 'Your plan (Free) goes back 7d. Further back is part of Pro. Ask your administrator.'
    const refused = { code: 'FORBIDDEN', message: words }
    await expect(free.api.heatmap.view({ instrument: key, range: '1d', window: early })).rejects.toMatchObject(refused)
    await expect(free.api.readings.history({ instrument: key, ...early })).rejects.toMatchObject(refused)
    await expect(free.api.readings.current({ instrument: key, at: early.to })).rejects.toMatchObject(refused)
    await expect(free.api.observed.layer({ instrumentIds: [market.instrument.id], ...early })).rejects.toMatchObject(refused)
    expect(await pro.api.heatmap.view({ instrument: key, range: '1d', window: early })).toMatchObject({ range: '1d' })
    expect(await pro.api.observed.layer({ instrumentIds: [market.instrument.id], ...early })).toEqual([])
    const recent = { from: end - 6 * DAY_MS, to: end - 5 * DAY_MS }
    expect(await free.api.heatmap.view({ instrument: key, range: '1d', window: recent })).toMatchObject({ range: '1d' })
    // 256 columns of four hours: the first tile ends 22 days before the end at the latest
    const view = await pro.api.heatmap.view({ instrument: key, range: '90d' })
    const [first, last] = [view.tiles[0], view.tiles.at(-1)]
    const tile = (index: number | undefined, cookie: string) => web.get(`/tiles/${market.build.id}/4h/${index}`, { cookie })
    expect(first?.index).not.toBe(last?.index)
    expect((await tile(first?.index, pro.cookie)).status).toBe(200)
    const answer = await tile(first?.index, free.cookie)
    expect([answer.status, (await answer.json()).error.message]).toEqual([403, words])
    expect((await tile(last?.index, free.cookie)).status).toBe(200)
  })

  it('are chosen among those that are allowed', async () => {
    expect(await pro.api.heatmap.defaultRange({ instrument: key })).toBe('30d')
    expect(await free.api.heatmap.defaultRange({ instrument: key })).toBe('7d')
  })

  it('follow a plan that ends or is given, without signing in anew', async () => {
    const { id, cookie } = await person('pro')
    const status = async () => (await web.get(viewPath(key, { range: '90d', resolution: null, window: null }), { cookie })).status
    expect(await status()).toBe(200)
    await web.sql("update app_user set plan_until = now() - interval '1 minute' where id = $1", [id])
    await expect.poll(status, { timeout: 20_000 }).toBe(403)
    await web.sql('update app_user set plan_until = null where id = $1', [id])
    await expect.poll(status, { timeout: 20_000 }).toBe(200)
  })

  it('limit no administrator', async () => {
    await freeAllows({ ranges: ['12h'], baseAssets: [] })
    const root = await web.addPerson({ role: 'admin', plan: 'free' })
    const api = await web.callerOf(await web.cookieOf(root))
    expect(await api.heatmap.view({ instrument: key, range: '1y' })).toMatchObject({ range: '1y' })
    await freeAllows({})
  })
})

describe('markets', () => {
  it('that the plan has not are refused wherever they are asked for', async () => {
    await freeAllows({ baseAssets: ['btc'] })
    const { baseAsset, id } = market.instrument
    const refused = { code: 'FORBIDDEN', message: `${baseAsset} is part of Pro. Ask your administrator.` }
    const window = { from: end - DAY_MS, to: end }
    await expect(free.api.heatmap.view({ instrument: key, range: '1d' })).rejects.toMatchObject(refused)
    await expect(free.api.heatmap.view({ instrument: String(id), range: '1d' })).rejects.toMatchObject(refused)
    await expect(free.api.heatmap.defaultRange({ instrument: key })).rejects.toMatchObject(refused)
    await expect(free.api.readings.current({ instrument: key })).rejects.toMatchObject(refused)
    await expect(free.api.readings.history({ instrument: key, ...window })).rejects.toMatchObject(refused)
    await expect(free.api.venues.choose({ baseAsset, simulated: false, venues: ['binance-usdm', 'bybit-linear'] })).rejects.toMatchObject(
      refused,
    )
    expect(await free.api.observed.layer({ instrumentIds: [id], ...window })).toEqual([])
    const { tiles } = await pro.api.heatmap.view({ instrument: key, range: '1d' })
    const tile = `/tiles/${market.build.id}/4h/${tiles[0]?.index}`
    expect((await web.get(tile, { cookie: pro.cookie })).status).toBe(200)
    expect((await web.get(tile, { cookie: free.cookie })).status).toBe(403)
    expect((await web.get(viewPath(key, { range: '1d', resolution: null, window: null }), { cookie: free.cookie })).status).toBe(403)
    const { rows } = await free.api.screener.list()
    expect(rows.find((row) => row.key === key)).toMatchObject({ locked: true, reading: null, waiting: null })
    expect((await pro.api.screener.list()).rows.find((row) => row.key === key)).toMatchObject({ locked: false })
    // an unknown one is not there, whatever the plan
    await expect(free.api.heatmap.view({ instrument: 'x:NOTHING', range: '1d' })).rejects.toMatchObject({ code: 'NOT_FOUND' })

    await freeAllows({ baseAssets: [baseAsset.toLowerCase()] })
    expect(await free.api.heatmap.view({ instrument: key, range: '1d' })).toMatchObject({ range: '1d' })
    expect((await web.get(tile, { cookie: free.cookie })).status).toBe(200)
    await freeAllows({})
  })
})

it('tells everybody what their plan allows, and where the rest is', async () => {
  const mine = await free.api.plans.mine()
  expect(mine).toMatchObject({ key: 'free', name: 'Free', until: null, administrator: false, baseAssets: null, alertRules: 5 })
  expect(mine.plans.map(({ name, ranges }) => [name, ranges.length])).toEqual([
    ['Free', 4],
    ['Pro', 7],
  ])
})
