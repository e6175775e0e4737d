/** The headers of every kind of response that the front gives, also of those that say no. */
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApiKey } from '@faultline/db/repositories/api-keys'
import { DAY_MS } from '@faultline/market/units'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createFront } from '../front/front.ts'
import { ROUTES } from '../front/routes.ts'
import { provideRuntime } from '../runtime.ts'
import { type BuiltMarket, builtMarket } from '../testing/market.ts'
import { Browser, serveNextAuth } from '../testing/next-auth-pages.ts'
import { type Person, webUnderTest } from '../testing/web-under-test.ts'

const web = webUnderTest({
  embed: ['https://desk.example'],
  pages: (_, response) => {
    if (_.url === '/screener?fails') throw new Error('what no page should do')
    response.end('page')
  },
})
let market: BuiltMarket
let cookie: string
let key: string
let links: { plain: string; embed: string }
/** the same behind https */
let secure: Server
let secureOrigin = ''

beforeAll(async () => {
  market = await builtMarket(web.database.db, { count: 300 })
  const person: Person = await web.addPerson({ role: 'admin' })
  cookie = await web.cookieOf(person)
  key = (
    await createApiKey(web.services.db, { kind: 'user', userId: person.id, role: 'admin' }, { name: 'x', scopes: ['markets'], days: 1 })
  ).key
  const caller = await web.callerOf(cookie)
  const content = { instrument: market.instrument.key, query: { r: '1d' }, layoutId: null, drawings: [], notes: '' } as const
  const { id } = await caller.saved.create({ teamId: null, name: 'Shared', kind: 'view', content: { ...content, drawings: [] } })
  const link = async (embed: boolean) => new URL((await caller.share.create({ id, embed, expiresInDays: 1, frozen: false })).url).pathname
  links = { plain: await link(false), embed: await link(true) }
  secure = createServer(
    createFront({
      services: web.services,
      publicUrl: new URL('https://faultline.example'),
      pages: (_, response) => void response.end('page'),
    }),
  )
  await new Promise<void>((listening) => secure.listen(0, '127.0.0.1', listening))
  secureOrigin = `http://127.0.0.1:${(secure.address() as AddressInfo).port}`
})
afterAll(() => new Promise((closed) => secure.close(closed)))

interface Asked {
  path: string
  status: number
  method?: string
  headers?: Record<string, string>
}
const ask = (origin: string, { path, method = 'GET', headers = {} }: Asked) =>
  new Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const sent = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      let body = ''
      answer.on('data', (part) => {
        body += part
        if (path.startsWith('/api/stream')) answer.destroy()
      })
      answer.on('close', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
    })
    sent.on('error', reject)
    sent.end()
  })

const first = () => `/tiles/${market.build.id}/5m/${Math.floor((market.build.firstBucket ?? 0) / (256 * 300_000))}`
const ALL: [string, () => Asked][] = [
  ['health', () => ({ path: '/healthz', status: 200 })],
  ['readiness', () => ({ path: '/readyz', status: 200 })],
  ['a public page', () => ({ path: '/sign-in', status: 200 })],
  ['a page', () => ({ path: '/', status: 200, headers: { cookie } })],
  ['a page of what is not there', () => ({ path: '/nowhere', status: 200, headers: { cookie } })],
  ['the way to the sign-in', () => ({ path: '/screener', status: 307 })],
  ['an address that is none', () => ({ path: '//evil.example/x', status: 400 })],
  ['an error that nobody expected', () => ({ path: '/screener?fails', status: 500, headers: { cookie } })],
  ['a tile', () => ({ path: first(), status: 200, headers: { cookie } })],
  ['a tile that the browser has', () => ({ path: first(), status: 304, headers: { cookie, 'if-none-match': '*' } })],
  ['a tile for nobody', () => ({ path: first(), status: 401 })],
  ['a tile that is not there', () => ({ path: '/tiles/999999/5m/1', status: 404, headers: { cookie } })],
  ['no tile', () => ({ path: '/tiles/x', status: 400, headers: { cookie } })],
  ['a view', () => ({ path: `/views/${market.instrument.key}/1d`, status: 200, headers: { cookie } })],
  ['a view for nobody', () => ({ path: `/views/${market.instrument.key}/1d`, status: 401 })],
  ['a stream', () => ({ path: '/api/stream/stream.follow', status: 200, headers: { cookie } })],
  ['a stream for nobody', () => ({ path: '/api/stream/stream.follow', status: 401 })],
  [
    'a stream for another site',
    () => ({ path: '/api/stream/stream.follow', status: 403, headers: { cookie, origin: 'https://evil.example' } }),
  ],
  ['the API', () => ({ path: '/api/v1/instruments', status: 200, headers: { authorization: `Bearer ${key}` } })],
  ['the API without a key', () => ({ path: '/api/v1/instruments', status: 401, headers: { cookie } })],
  [
    'the API with too narrow a key',
    () => ({ path: '/api/v1/instruments/x/readings', status: 403, headers: { authorization: `Bearer ${key}` } }),
  ],
  ['no address of the API', () => ({ path: '/api/v1/x', status: 404, headers: { authorization: `Bearer ${key}` } })],
  ['a method that the API has not', () => ({ path: '/api/v1/instruments', method: 'DELETE', status: 405 })],
  ['billing', () => ({ path: '/api/billing', method: 'POST', status: 200, headers: { 'content-length': '0' } })],
  ['billing for another site', () => ({ path: '/api/billing', method: 'POST', status: 403, headers: { origin: 'https://evil.example' } })],
  ['too much', () => ({ path: '/api/trpc/x', method: 'POST', status: 413, headers: { 'transfer-encoding': 'chunked' } })],
  ['a procedure', () => ({ path: '/api/trpc/account.me', status: 200 })],
  ['the audit log', () => ({ path: '/admin/audit/log.csv', status: 307 })],
  ['a shared view', () => ({ path: links.plain, status: 200 })],
  ['no shared view', () => ({ path: `/s/${'x'.repeat(32)}`, status: 404 })],
  ['the frame of a link that has none', () => ({ path: `${links.plain}/embed`, status: 404 })],
]
/** The two kinds of pages that others may frame. */
const FRAMED: [string, () => Asked, string][] = [
  ['the frame of a shared view', () => ({ path: `${links.embed}/embed`, status: 200 }), 'frame-ancestors *'],
  ['an embed', () => ({ path: `/embed/${market.instrument.key}`, status: 200 }), 'frame-ancestors https://desk.example'],
]

const policyOf = (headers: Record<string, string | string[] | undefined>) =>
  Object.fromEntries(
    String(headers['content-security-policy'])
      .split('; ')
      .map((part) => [part.slice(0, part.indexOf(' ')), part.slice(part.indexOf(' ') + 1).split(' ')]),
  ) as Record<string, string[]>

describe.each([...ALL, ...FRAMED.map(([what, make]): [string, () => Asked] => [what, make])])('%s', (_, make) => {
  it('carries the headers, whatever it says', async () => {
    const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const asked = make()
    const { status, headers } = await ask(web.origin, asked)
    log.mockRestore()
    expect([asked.path, status]).toEqual([asked.path, asked.status])
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['permissions-policy']).toContain('geolocation=()')
    expect(['strict-origin-when-cross-origin', 'no-referrer']).toContain(headers['referrer-policy'])
    // HSTS of a site that has no https would lock people out
    expect(headers['strict-transport-security']).toBeUndefined()
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['access-control-allow-origin']).toBeUndefined()
    const policy = policyOf(headers)
    expect(policy['default-src']).toEqual(["'self'"])
    const [self, nonce, dynamic, ...more] = policy['script-src'] as string[]
    expect([self, dynamic, more]).toEqual(["'self'", "'strict-dynamic'", []])
    expect(nonce).toMatch(/^'nonce-[A-Za-z0-9+/]{22}=='$/)
    expect(policy['style-src']).toEqual(["'self'", nonce])
    for (const [name, only] of [
      ['object-src', "'none'"],
      ['base-uri', "'none'"],
      ['form-action', "'self'"],
      ['connect-src', "'self'"],
    ] as const)
      expect(policy[name]).toEqual([only])
    expect(JSON.stringify(policy)).not.toMatch(/unsafe-eval|wasm-unsafe|https?:\/\/(?!desk\.example)/)
  })
})

it.each(ALL)('%s is framed by nobody', async (_, make) => {
  const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const { headers } = await ask(web.origin, make())
  log.mockRestore()
  expect([policyOf(headers)['frame-ancestors'], headers['x-frame-options']]).toEqual([["'none'"], 'DENY'])
  expect(headers['cross-origin-resource-policy']).toBe('same-origin')
})
it.each(FRAMED)('%s is framed by those whom it is for', async (_, make, ancestors) => {
  const { headers } = await ask(web.origin, make())
  expect(String(headers['content-security-policy'])).toContain(ancestors)
})

it('asks browsers to come by https alone where it is served so', async () => {
  for (const path of ['/sign-in', '/screener', '/tiles/1/5m/1', '/api/v1/x', '/healthz', '//x', `/s/${'x'.repeat(32)}`]) {
    const { headers } = await ask(secureOrigin, { path, status: 0 })
    const [, age] = /^max-age=(\d+); includeSubDomains$/.exec(String(headers['strict-transport-security'])) ?? []
    expect([path, Number(age)]).toEqual([path, expect.toSatisfy((seconds: number) => seconds * 1_000 >= 365 * DAY_MS)])
  }
})

it('tells an error’s number, and nothing of where it happened', async () => {
  const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const { body } = await ask(web.origin, { path: '/screener?fails', status: 500, headers: { cookie } })
  expect(log.mock.calls.join('')).toContain('what no page should do')
  log.mockRestore()
  expect(body).toMatch(/number [0-9a-f]{8}/)
  expect(body).not.toMatch(/what no page|\.ts|node_modules/)
})

it('lets nothing of a person be kept by a browser or a proxy', async () => {
  const answer = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/account.me`, { headers: { cookie } }))
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
  const batch = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/account.me,teams.mine?batch=1`, { headers: { cookie } }))
  expect(batch.headers.get('cache-control')).toBe('no-store')
  const api = await ask(web.origin, { path: '/api/v1/instruments', status: 200, headers: { authorization: `Bearer ${key}` } })
  expect(api.headers['cache-control']).toBe('no-store')
  for (const path of [first(), `/views/${market.instrument.key}/1d`])
    expect(String((await ask(web.origin, { path, status: 200, headers: { cookie } })).headers['cache-control'])).toMatch(/^private/)
})

describe('requests that change something', () => {
  const changing = ROUTES.flatMap(({ path, methods }) =>
    methods.filter((method) => method !== 'GET' && method !== 'HEAD').map((method) => ({ path, method })),
  )
  it.each(changing)('$method $path is refused to another site, cookie or not', async ({ path, method }) => {
    const address = path.replaceAll(/\[[^\]]+\]/g, 'x')
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of foreign) {
      const { status } = await ask(web.origin, {
        path: address,
        method,
        status: 403,
        headers: { cookie, 'content-length': '0', ...headers },
      })
      expect({ address, headers, status }).toEqual({ address, headers, status: 403 })
    }
  })

  it('are never made by a GET: no mutation answers one', async () => {
    for (const path of ['ownData.remove', 'account.endOtherSessions', 'ownData.export', 'saved.working.put']) {
      const answer = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/${path}?input=%7B%7D`, { headers: { cookie } }))
      expect([path, answer.status]).toEqual([path, 405])
    }
  })
})

describe('the cookie of a session', () => {
  const signing = webUnderTest({ pages: serveNextAuth })
  it('is out of reach of scripts and of other sites, and goes by https alone where there is one', async () => {
    vi.stubEnv('AUTH_TRUST_HOST', '1')
    vi.stubEnv('NEXTAUTH_URL', undefined)
    try {
      for (const secureCookies of [false, true]) {
        provideRuntime({ ...signing.runtime, secureCookies })
        const person = await signing.addPerson()
        const browser = new Browser(signing.origin)
        const { setCookies } = await browser.post('/api/auth/callback/credentials', { email: person.email, password: person.password })
        const session = setCookies.find((one) => one.includes('next-auth.session-token=')) ?? ''
        expect(session).toMatch(/; HttpOnly/i)
        expect(session).toMatch(/; SameSite=Lax/i)
        expect(/; Secure/i.test(session)).toBe(secureCookies)
        expect(session.startsWith('__Secure-')).toBe(secureCookies)
        expect(session).not.toMatch(/; Domain=/i)
      }
    } finally {
      vi.unstubAllEnvs()
    }
  })
})
