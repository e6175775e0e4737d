import { tileIndexOf } from '@faultline/market/tile-build'
import { MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, START } from '@faultline/testkit/factories'
import { beforeAll, describe, expect, it } from 'vitest'
import { EMBED_HEADER } from '../../features/embed/prepare/embed-header.ts'
import { EmbedTokens, TOKEN_MS } from '../embed/embed-token.ts'
import { rootRouter } from '../root-router.ts'
import { type BuiltMarket, builtMarket } from '../testing/market.ts'
import { SECRET, webUnderTest } from '../testing/web-under-test.ts'

const FIVE = 5 * MINUTE_MS
const tileOf = ({ build }: BuiltMarket) => `/tiles/${build.id}/5m/${tileIndexOf(START, FIVE)}`
const viewOf = ({ instrument }: BuiltMarket) => `/views/${instrument.key}/1d`
const DESKS = ['https://desk.example', 'https://other.example:8443']

describe('open to some origins', () => {
  const web = webUnderTest({ embed: DESKS })
  let mine: BuiltMarket
  let other: BuiltMarket
  let token: string
  beforeAll(async () => {
    mine = await builtMarket(web.database.db, { count: 300 })
    other = await builtMarket(web.database.db, { count: 300 })
    token = (await web.runtime.embed.load(mine.instrument.key, null))?.token as string
  })
  const ask = async (path: string, with_: string | null = token) =>
    (await web.get(path, with_ === null ? {} : { [EMBED_HEADER]: with_ })).status

  it('gives the page the instrument, its first picture and a token', async () => {
    const loaded = await web.runtime.embed.load(mine.instrument.key, '1d')
    expect(loaded).toMatchObject({ instrument: { key: mine.instrument.key, simulated: false }, range: '1d', view: { range: '1d' } })
    // exactly as it is called, and not whatever else finds it
    for (const odd of [mine.instrument.symbol, String(mine.instrument.id), mine.instrument.key.toLowerCase(), 'nobody:KNOWS', ''])
      expect(await web.runtime.embed.load(odd, null)).toBeNull()
    const bare = await makeInstrument(web.database.db)
    expect(await web.runtime.embed.load(bare.key, null)).toMatchObject({ view: null, range: '3d' })
  })

  it('lets everybody see the page, and whoever has its token its view and its tiles, without a cookie', async () => {
    expect((await web.get(`/embed/${mine.instrument.key}?theme=light`)).status).toBe(200)
    expect(await ask(viewOf(mine))).toBe(200)
    expect(await ask(tileOf(mine))).toBe(200)
    expect(await ask(viewOf(mine), null)).toBe(401)
    expect(await ask(tileOf(mine), null)).toBe(401)
  })

  it('chooses the range that suits once, however many open the page, and again after a failure', async () => {
    const { embed } = web.services
    let asked = 0
    const choose = async () => {
      asked++
      return '7d' as const
    }
    await expect(embed.rangeOf('nobody:ELSE', () => Promise.reject(new Error('no database')))).rejects.toThrow('no database')
    expect(await Promise.all([1, 2, 3].map(() => embed.rangeOf('nobody:ELSE', choose)))).toEqual(['7d', '7d', '7d'])
    expect(asked).toBe(1)
  })

  it('renews the token with every view', async () => {
    const fresh = (await web.get(viewOf(mine), { [EMBED_HEADER]: token })).headers.get(EMBED_HEADER)
    expect(await ask(tileOf(mine), fresh)).toBe(200)
    const cookie = await web.cookieOf(await web.addPerson())
    expect((await web.get(viewOf(mine), { cookie })).headers.get(EMBED_HEADER)).toBeNull()
  })

  it('shows nothing of another instrument, no other stretch, and nothing by another name', async () => {
    const { key, symbol, id } = mine.instrument
    for (const path of [
      viewOf(other),
      tileOf(other),
      '/tiles/999999/5m/1',
      '/tiles/nonsense',
      `/views/${key}/1d?from=${START}&to=${START + FIVE}`,
      `/views/${key}/1d?res=1m`,
      `/views/${symbol}/1d`,
      `/views/${id}/1d`,
    ])
      expect([path, await ask(path)]).toEqual([path, 401])
  })

  it('refuses a token that has run out, is another installation’s, or is none', async () => {
    const of = (secret: string, now: number) => new EmbedTokens({ secret, now: () => now }).issue(mine.instrument.key)
    const now = Date.now()
    expect(await ask(viewOf(mine), of(SECRET, now))).toBe(200)
    for (const wrong of [of(SECRET, now - TOKEN_MS), of(`${SECRET}!`, now), 'x', ''])
      for (const path of [viewOf(mine), tileOf(mine)]) expect([wrong, path, await ask(path, wrong)]).toEqual([wrong, path, 401])
  })

  it('opens nothing else: pages, streams, procedures', async () => {
    for (const path of ['/', '/heatmap/x', '/embed', '/embed/', `/embed/${mine.instrument.key}/more`, '/embed%2Fx'])
      expect([path, await ask(path)]).toEqual([path, 307])
    expect(await ask('/api/stream/stream.follow')).toBe(401)
    const flat = rootRouter._def.procedures as unknown as Record<string, { _def: { type: string; meta: { access: { kind: string } } } }>
    const names = Object.keys(flat).filter(
      (name) => flat[name]?._def.type !== 'subscription' && flat[name]?._def.meta.access.kind !== 'public',
    )
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) {
      const post = flat[name]?._def.type === 'mutation' && { method: 'POST', body: '{}' }
      const headers = { [EMBED_HEADER]: token, 'content-type': 'application/json' }
      const answer = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/${name}`, { headers, ...post }))
      expect([name, answer.status]).toEqual([name, 401])
    }
  })

  it('may be framed by them on that path only', async () => {
    const embed = (await web.get(`/embed/${mine.instrument.key}`)).headers
    expect(embed.get('content-security-policy')).toMatch(/frame-ancestors https:\/\/desk\.example https:\/\/other\.example:8443$/)
    expect(embed.get('x-frame-options')).toBeNull()
    expect(embed.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(embed.get('content-security-policy')).toContain("script-src 'self' 'nonce-")
    for (const path of [
      '/',
      '/sign-in',
      '/accuracy',
      '/embed',
      `/embed/${mine.instrument.key}/more`,
      viewOf(mine),
      tileOf(mine),
      '//embed/x',
    ]) {
      const { headers } = await web.get(path)
      expect([path, headers.get('x-frame-options')]).toEqual([path, 'DENY'])
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    }
  })
})

describe('open to all', () => {
  const web = webUnderTest({ embed: ['*'] })
  it('may be framed by any page', async () => {
    const { headers, status } = await web.get('/embed/binance-usdm:BTCUSDT')
    expect([status, headers.get('x-frame-options')]).toEqual([200, null])
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors \*$/)
  })
})

describe('off', () => {
  const web = webUnderTest()
  let market: BuiltMarket
  beforeAll(async () => {
    market = await builtMarket(web.database.db, { count: 300 })
  })

  it('leads to the sign-in, and is framed by this site alone', async () => {
    const path = `/embed/${market.instrument.key}?r=1d`
    const answer = await web.get(path)
    expect([answer.status, answer.headers.get('location')]).toEqual([307, `/sign-in?callbackUrl=${encodeURIComponent(path)}`])
    const cookie = await web.cookieOf(await web.addPerson())
    const { status, headers } = await web.get(path, { cookie })
    expect([status, headers.get('x-frame-options')]).toEqual([200, 'SAMEORIGIN'])
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'self'$/)
  })

  it('gives no token, and takes none', async () => {
    expect(web.runtime.embed.isOpen).toBe(false)
    expect(await web.runtime.embed.load(market.instrument.key, '1d')).toMatchObject({ token: null, view: { range: '1d' } })
    const token = new EmbedTokens({ secret: SECRET }).issue(market.instrument.key)
    for (const path of [viewOf(market), tileOf(market)]) expect((await web.get(path, { [EMBED_HEADER]: token })).status).toBe(401)
  })
})
