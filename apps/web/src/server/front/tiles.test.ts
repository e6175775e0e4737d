import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { readTile } from '@faultline/db/repositories/tiles'
import { COLUMN_STATE } from '@faultline/market/tile'
import { tileIndexOf } from '@faultline/market/tile-build'
import { decodeTile } from '@faultline/market/tile-codec'
import { MINUTE_MS } from '@faultline/market/units'
import { START } from '@faultline/testkit/factories'
import { beforeAll, describe, expect, it } from 'vitest'
import { type BuiltMarket, builtMarket } from '../testing/market.ts'
import { webUnderTest } from '../testing/web-under-test.ts'
import { acceptsGzip } from './tiles.ts'

const web = webUnderTest()
const FIVE = 5 * MINUTE_MS
const first = tileIndexOf(START, FIVE)
let market: BuiltMarket
let cookie: string
beforeAll(async () => {
  market = await builtMarket(web.database.db, { count: 600 })
  cookie = await web.cookieOf(await web.addPerson({ plan: 'pro' }))
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}
/** without the decompression that fetch() does */
const tile = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(`${web.origin}/tiles/${path}`, { method, headers: { cookie, ...headers }, agent: false }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }))
    })
    sent.on('error', reject)
    sent.end()
  })
const closedPath = () => `${market.build.id}/5m/${first}`
const openPath = () => `${market.build.id}/5m/${tileIndexOf(market.build.lastBucket as number, FIVE)}`

it('needs a session on every tile, malformed and unknown ones too', async () => {
  for (const path of [closedPath(), openPath(), 'nonsense', '999999/5m/1', `${closedPath()}?x=1`])
    for (const wrong of ['', 'next-auth.session-token=x', `${cookie.slice(0, -3)}AAA`]) {
      const answer = await tile(path, { cookie: wrong })
      expect([path, answer.status]).toEqual([path, 401])
      expect(answer.headers['cache-control']).toBe('no-store')
    }
})

it('serves the bytes of the database, gzipped or not, with an ETag for each', async () => {
  const stored = await readTile(web.database.db, market.build.id, FIVE, first)
  const zipped = await tile(closedPath(), { 'accept-encoding': 'br, gzip' })
  expect(zipped.status).toBe(200)
  expect(zipped.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
  expect(zipped.body.equals(stored?.gzip as Buffer)).toBe(true)

  const plain = await tile(closedPath(), { 'accept-encoding': 'identity' })
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(plain.headers['content-length']).toBe(String(plain.body.length))
  expect(plain.body.equals(gunzipSync(stored?.gzip as Buffer))).toBe(true)
  expect(plain.headers.etag).not.toBe(zipped.headers.etag)

  const decoded = decodeTile(plain.body)
  expect(decoded.resolutionMs).toBe(FIVE)
  expect(decoded.columnState.filter((s) => s === COLUMN_STATE.complete).length).toBeGreaterThan(100)
})

it('answers 304 for what the browser has, and only for that', async () => {
  const { headers } = await tile(closedPath(), { 'accept-encoding': 'gzip' })
  const etag = String(headers.etag)
  for (const match of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await tile(closedPath(), { 'accept-encoding': 'gzip', 'if-none-match': match })
    expect(again.status).toBe(304)
    expect(again.body).toHaveLength(0)
    expect(again.headers).toMatchObject({ etag, 'cache-control': 'private, max-age=31536000, immutable' })
  }
  expect((await tile(closedPath(), { 'if-none-match': '"other"' })).status).toBe(200)
})

it('is immutable only when closed; the open tile changes its name with each column', async () => {
  expect((await tile(closedPath())).headers['cache-control']).toBe('private, max-age=31536000, immutable')
  const before = await tile(openPath())
  expect(before.headers['cache-control']).toBe('private, no-cache')
  const complete = (answer: Answer) => decodeTile(gunzipSync(answer.body)).columnState.filter((s) => s === COLUMN_STATE.complete).length
  const zipped = { 'accept-encoding': 'gzip' }
  const count = complete(await tile(openPath(), zipped))

  const path = openPath()
  await market.append(3)
  await expect.poll(async () => complete(await tile(path, zipped)), { timeout: 3_000, interval: 20 }).toBe(count + 3)
  const after = await tile(path, { 'if-none-match': String(before.headers.etag) })
  expect(after.status).toBe(200)
  expect(after.headers.etag).not.toBe(before.headers.etag)
})

it('becomes immutable the moment it is closed', async () => {
  const small = await builtMarket(web.database.db, { count: 1 })
  const left = 256 - 1 - (Math.floor(START / FIVE) % 256)
  const path = `${small.build.id}/5m/${first}`
  await small.append(left - 1)
  await expect.poll(async () => (await tile(path)).headers['cache-control']).toBe('private, no-cache')
  await small.append(1)
  await expect.poll(async () => (await tile(path)).headers['cache-control'], { timeout: 3_000 }).toContain('immutable')
})

it.each([
  ['unknown build', () => `999999/5m/${first}`],
  ['another resolution than the build has', () => `${market.build.id}/1m/${first}`],
  ['before the first column', () => `${market.build.id}/5m/${first - 1}`],
  ['after the last column', () => `${market.build.id}/5m/${first + 1_000}`],
  ['a time beyond all', () => `${market.build.id}/5m/999999999`],
])('says 404 for %s', async (_, path) => {
  const answer = await tile(path())
  expect(answer.status).toBe(404)
  expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { code: 'not_found' } })
})

it.each(['', '1', '1/5m', '1/5m/1/1', '1/60m/1', 'x/5m/1', '1/5m/-1', '1/5m/1%2e', '%31/5m/1', '1;drop/5m/1'])(
  'says 400 for /tiles/%s',
  async (path) => {
    const answer = await tile(path)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { code: 'bad_input' } })
  },
)

it('knows HEAD, and no other method', async () => {
  const head = await tile(closedPath(), {}, 'HEAD')
  expect([head.status, head.body.length]).toEqual([200, 0])
  const post = await tile(closedPath(), {}, 'POST')
  expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD'])
})

it('reads a tile once for all who ask for it at the same moment', async () => {
  const fresh = await builtMarket(web.database.db, { count: 600 })
  const { pool } = web.services.db
  let questions = 0
  const count = () => {
    questions++
  }
  pool.on('acquire', count)
  const answers = await Promise.all(Array.from({ length: 30 }, () => tile(`${fresh.build.id}/5m/${first}`)))
  pool.off('acquire', count)
  expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]))
  // one look at the build and the tile, its columns, and storing it; not thirty of each
  expect(questions).toBeLessThan(10)
})

describe('acceptsGzip', () => {
  it.each([
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['*', true],
    ['GZIP', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000, *', false],
    ['*;q=0', false],
    ['br', false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (header, accepted) => {
    expect(acceptsGzip(header)).toBe(accepted)
  })
})
