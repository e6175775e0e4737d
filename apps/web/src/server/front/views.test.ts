import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { writeFeedStates } from '@faultline/db/repositories/feed-states'
import { enterGaps } from '@faultline/db/repositories/gaps'
import { MINUTE_MS } from '@faultline/market/units'
import { START } from '@faultline/testkit/factories'
import { beforeAll, expect, it } from 'vitest'
import { viewPath } from '../../features/heatmap/prepare/view-path.ts'
import { type BuiltMarket, builtMarket } from '../testing/market.ts'
import { webUnderTest } from '../testing/web-under-test.ts'

const web = webUnderTest()
const FIVE = 5 * MINUTE_MS
let market: BuiltMarket
let cookie: string
let path: string
beforeAll(async () => {
  market = await builtMarket(web.database.db, { count: 300 })
  cookie = await web.cookieOf(await web.addPerson({ plan: 'pro' }))
  path = viewPath(market.instrument.key, { range: '1d', resolution: null, window: null })
})
/** The hub has heard of the column: from then on nobody gets an older view. */
const heard = (count: number) =>
  expect.poll(() => web.services.hub.lastBucketOf(market.build.id), { timeout: 5_000 }).toBe(START + (count - 1) * FIVE)

it('needs a session, whatever is asked for', async () => {
  for (const asked of [path, '/views/', '/views/nobody:NOTHING/3d', '/views/x/y/z'])
    for (const wrong of ['', 'next-auth.session-token=x'])
      expect([asked, (await web.get(asked, { cookie: wrong })).status]).toEqual([asked, 401])
})

it('says what the procedure says', async () => {
  const answer = await web.get(path, { cookie })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  const { serverTime: _, ...view } = await answer.json()
  const api = await web.callerOf(cookie)
  const { serverTime: __, ...same } = await api.heatmap.view({ instrument: market.instrument.key, range: '1d' })
  expect(view).toEqual(same)
})

it('answers 304 until a column closes, with or without compression', async () => {
  await heard(300)
  const first = await web.get(path, { cookie, 'accept-encoding': 'identity' })
  expect(first.headers.get('content-encoding')).toBeNull()
  const etag = first.headers.get('etag') as string
  expect((await first.json()).build.lastBucket).toBe(START + 299 * FIVE)
  expect((await web.get(path, { cookie, 'if-none-match': etag })).status).toBe(304)
  await market.append(1)
  await heard(301)
  const next = await web.get(path, { cookie, 'if-none-match': etag })
  expect(next.status).toBe(200)
  expect((await next.json()).build.lastBucket).toBe(START + 300 * FIVE)
})

it('refuses what is no view, and says not found for what is not there', async () => {
  for (const asked of [
    '/views/',
    `/views/${market.instrument.key}`,
    `/views/${market.instrument.key}/8d`,
    `${path}/more`,
    `${path}?res=2m`,
    `${path}?from=${START}`,
    `${path}?from=${START + FIVE}&to=${START}`,
    `${path}?from=1e400&to=x`,
  ]) {
    const answer = await web.get(asked, { cookie })
    expect([asked, answer.status]).toEqual([asked, 400])
  }
  const missing = await web.get('/views/binance-usdm:NOTHING/3d', { cookie })
  expect(missing.status).toBe(404)
  expect((await missing.json()).error.code).toBe('not_found')
  const posted = await fetch(web.origin + path, { method: 'POST', headers: { cookie, origin: web.origin, 'content-length': '0' } })
  expect(posted.status).toBe(405)
})

it('does not keep what it said before a gap was entered, once the feed has told of it', async () => {
  const { db } = web.database
  const { id, key } = market.instrument
  const source = await ensureDataSource(db, { name: 'Source', venue: 'binance-usdm' })
  const live = {
    instrumentId: id,
    dataSourceId: source.id,
    state: 'live',
    message: null,
    channels: {},
    backfill: null,
    worker: 'test',
  } as const
  await writeFeedStates(db.pool, [live])
  const gaps = async () => (await (await web.get(path, { cookie })).json()).gaps.length
  expect(await gaps()).toBe(0)
  const before = web.services.hub.versionOf(key)
  await enterGaps(db.pool, [
    { instrumentId: id, channel: 'liquidation', from: START + 290 * FIVE, to: START + 291 * FIVE, status: 'unrecoverable', reason: null },
  ])
  await writeFeedStates(db.pool, [live])
  await expect.poll(() => web.services.hub.versionOf(key), { timeout: 5_000 }).not.toBe(before)
  await expect.poll(gaps).toBe(1)
})

it('serves a stretch of the past at a resolution of its own, cut to the history', async () => {
  const { key } = market.instrument
  const ask = async (window: { from: number; to: number }, resolution: '5m' | '30m' | null = null) =>
    (await web.get(viewPath(key, { range: '1d', resolution, window }), { cookie })).json()
  const part = await ask({ from: START + 10 * FIVE + 1, to: START + 20 * FIVE - 1 })
  expect([part.from, part.to, part.resolutionMs]).toEqual([START + 10 * FIVE, START + 20 * FIVE, FIVE])
  expect(part.candles.rows.map((row: number[]) => row[0])).toEqual(Array.from({ length: 10 }, (_, i) => START + (10 + i) * FIVE))
  expect(part.takerBuy).toHaveLength(10)
  const coarse = await ask({ from: START, to: START + 12 * FIVE }, '30m')
  expect([coarse.from, coarse.to, coarse.resolutionMs]).toEqual([START, START + 12 * FIVE, 6 * FIVE])
  const beyond = await ask({ from: 0, to: 8e15 })
  expect(beyond.to).toBe(beyond.history.to)
  expect(beyond.from).toBeLessThanOrEqual(START)
  expect(beyond.tiles[0].index).toBe(part.tiles[0].index)
})
