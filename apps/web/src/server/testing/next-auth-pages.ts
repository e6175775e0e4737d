import type { IncomingMessage, ServerResponse } from 'node:http'
import NextAuth from 'next-auth'
import { authOptions } from '../auth-options.ts'

/** next-auth itself behind the front, without Next: its older kind of handler, which takes a request that has been read. */
export async function serveNextAuth(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const part of request) text += part
  const url = new URL(request.url ?? '/', 'http://x')
  if (!url.pathname.startsWith('/api/auth/')) return void response.end(`page ${request.url}`)
  const read = Object.assign(request, {
    query: { ...Object.fromEntries(url.searchParams), nextauth: url.pathname.split('/').slice(3) },
    cookies: Object.fromEntries(
      (request.headers.cookie ?? '').split('; ').map((c) => [c.slice(0, c.indexOf('=')), decodeURIComponent(c.slice(c.indexOf('=') + 1))]),
    ),
    body: request.headers['content-type'] === 'application/json' ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text)),
  })
  const answer = Object.assign(response, {
    status: (code: number) => {
      response.statusCode = code
      return answer
    },
    json: (body: unknown) => response.end(JSON.stringify(body)),
    send: (body: unknown) => response.end(typeof body === 'string' ? body : JSON.stringify(body)),
  })
  await NextAuth(read as never, answer as never, authOptions(new Headers(request.headers as Record<string, string>)))
}

/** A browser with its cookies, which follows nothing by itself. */
export class Browser {
  readonly jar = new Map<string, string>()
  private readonly site: string

  /** @param site scheme, host and port as it was opened */
  constructor(site: string) {
    this.site = site
  }

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async open(path: string, form?: Record<string, string>) {
    const response = await fetch(new URL(path, this.site), {
      redirect: 'manual',
      headers: { cookie: this.cookie, ...(form ? { origin: this.site } : {}) },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    })
    const setCookies = response.headers.getSetCookie()
    for (const cookie of setCookies) this.keep(cookie)
    const body = await response.json().catch(() => null)
    return { status: response.status, location: response.headers.get('location'), body, site: this.site, setCookies }
  }

  private keep(cookie: string): void {
    const [pair = ''] = cookie.split(';')
    const at = pair.indexOf('=')
    if (at === pair.length - 1) this.jar.delete(pair.slice(0, at))
    else this.jar.set(pair.slice(0, at), pair.slice(at + 1))
  }

  /** what a page of this site sends as JSON */
  async send(path: string, body: object): Promise<void> {
    const { csrfToken } = (await this.open('/api/auth/csrf')).body as { csrfToken: string }
    const headers = { cookie: this.cookie, origin: this.site, 'content-type': 'application/json' }
    const response = await fetch(new URL(path, this.site), { method: 'POST', headers, body: JSON.stringify({ csrfToken, ...body }) })
    for (const cookie of response.headers.getSetCookie()) this.keep(cookie)
  }

  /** as next-auth's own client does it */
  async post(path: string, form: Record<string, string>) {
    const { csrfToken } = (await this.open('/api/auth/csrf')).body as { csrfToken: string }
    return this.open(path, { csrfToken, json: 'true', callbackUrl: '/', ...form })
  }
}
