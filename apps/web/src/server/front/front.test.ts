import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { webUnderTest } from '../testing/web-under-test.ts'

const seen: Record<string, unknown>[] = []
const web = webUnderTest({
  pages: (request, response) => {
    seen.push({ ...request.headers })
    response.end(`page ${request.url}`)
  },
})

/** fetch() tidies addresses up; this sends them as they are */
const raw = (
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(web.origin)
    const sent = request(
      { hostname, port, path, method: options.method ?? 'GET', headers: options.headers ?? {}, agent: false },
      (answer) => {
        let body = ''
        answer.on('data', (chunk) => {
          body += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
      },
    )
    sent.on('error', reject)
    sent.end()
  })

describe('pages', () => {
  it.each([
    ['/', '/sign-in'],
    ['/heatmap/binance-usdm:BTCUSDT?range=3d', `/sign-in?callbackUrl=${encodeURIComponent('/heatmap/binance-usdm:BTCUSDT?range=3d')}`],
    ['/account?_rsc=1a2b', `/sign-in?callbackUrl=${encodeURIComponent('/account')}`],
    ['/sign-in/../account', `/sign-in?callbackUrl=${encodeURIComponent('/account')}`],
    ['/%73ign-in', '/sign-in?callbackUrl=%2F%2573ign-in'],
    ['/sign-in/more', '/sign-in?callbackUrl=%2Fsign-in%2Fmore'],
  ])('signed out, %s leads to %s', async (path, location) => {
    for (const headers of [
      {},
      { rsc: '1' },
      { 'next-router-prefetch': '1', rsc: '1' },
      { 'x-middleware-subrequest': 'src/proxy:src/proxy:src/proxy' },
    ]) {
      const answer = await raw(path, { headers: headers as Record<string, string> })
      expect(answer.status).toBe(307)
      expect(answer.headers.location).toBe(location)
    }
  })

  it.each(['/sign-in', '/sign-in?callbackUrl=/x', '/_next/static/chunks/a.js', '/api/auth/csrf', '/icon.svg'])(
    'signed out, %s is served',
    async (path) => {
      expect((await web.get(path)).status).toBe(200)
    },
  )

  it('never leads elsewhere', async () => {
    for (const path of ['//evil.example', '//evil.example/%2f..', '/\\evil.example', 'http://evil.example/', '/%E0%A4%A']) {
      const answer = await raw(path)
      expect([path, answer.status]).toEqual([path, 400])
      expect(answer.headers.location).toBeUndefined()
    }
  })

  it('signed in, hands Next the origin, the path and a nonce, whatever the client claimed', async () => {
    const cookie = await web.cookieOf(await web.addPerson())
    seen.length = 0
    const answer = await raw('/account?x=1', {
      headers: {
        cookie,
        host: 'localhost:1234',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        'x-faultline-path': '//evil.example',
        'x-middleware-subrequest': 'middleware',
        'content-security-policy': "script-src 'nonce-mine'",
        'x-nonce': 'mine',
      },
    })
    expect(answer.status).toBe(200)
    const nonce = /'nonce-([^']+)'/.exec(String(answer.headers['content-security-policy']))?.[1]
    expect(seen[0]).toMatchObject({
      'x-forwarded-host': 'localhost:1234',
      'x-forwarded-proto': 'http',
      'x-faultline-path': '/account?x=1',
      'x-nonce': nonce,
      'content-security-policy': answer.headers['content-security-policy'],
    })
    expect(seen[0]).not.toHaveProperty('x-middleware-subrequest')
  })
})

describe('every response', () => {
  it.each(['/healthz', '/sign-in', '/', '/tiles/1/5m/1', '/tiles/nonsense', '/api/stream/stream.follow', '//'])(
    '%s carries the security headers',
    async (path) => {
      const { headers } = await raw(path)
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('strict-origin-when-cross-origin')
      expect(headers['permissions-policy']).toContain('camera=()')
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("default-src 'self'")
      expect(policy).not.toContain('unsafe-eval')
      expect(policy).not.toMatch(/(script-src|style-src|default-src) [^;]*unsafe-inline/)
    },
  )

  it('has a nonce of its own', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => /'nonce-[^']+'/.exec(String((await raw('/sign-in')).headers['content-security-policy']))?.[0]),
    )
    expect(nonces[0]).not.toBe(nonces[1])
  })
})

describe('requests of other sites', () => {
  it('are refused where they could change or listen, and told why', async () => {
    const cookie = await web.cookieOf(await web.addPerson())
    for (const [path, method] of [
      ['/api/trpc/account.changePassword', 'POST'],
      ['/api/auth/callback/credentials', 'POST'],
      ['/', 'DELETE'],
      ['/api/stream/stream.follow', 'GET'],
    ] as const) {
      const answer = await raw(path, { method, headers: { cookie, origin: 'http://evil.example' } })
      expect([path, answer.status]).toEqual([path, 403])
      expect(answer.body).toContain('NEXTAUTH_URL')
      expect((await raw(path, { method, headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    }
    expect((await raw('/', { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(200) // a link from elsewhere
    expect(
      (await raw('/api/trpc/x', { method: 'POST', headers: { cookie, host: 'localhost:9', origin: 'http://localhost:9' } })).status,
    ).toBe(200)
  })
})

it('reads no large bodies, and none of unknown length', async () => {
  const { port } = new URL(web.origin)
  const post = (headers: Record<string, string>) =>
    raw('/api/auth/callback/credentials', { method: 'POST', headers: { host: `127.0.0.1:${port}`, ...headers } })
  expect((await post({ 'content-length': '1000001' })).status).toBe(413)
  expect((await post({ 'transfer-encoding': 'chunked' })).status).toBe(413)
  expect((await post({})).status).toBe(200)
})
