import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Whom the site says it has before it. */
export interface SiteUser {
  id: number
  name: string
  email: string
  verified: boolean
}

/** GitHub's and Google's ends of a sign-in, as small as they can be; they check what a client must prove. */
export class OauthSite {
  user: SiteUser = { id: 1, name: 'Somebody', email: 'somebody@example.org', verified: true }
  /** what a client did wrong */
  readonly complaints: string[] = []
  private readonly server: Server
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  private readonly codes = new Map<string, { challenge: string; nonce: string | null }>()

  constructor() {
    this.server = createServer((request, response) => {
      let text = ''
      request.on('data', (part) => {
        text += part
      })
      request.on('end', () => {
        const url = new URL(request.url ?? '/', this.origin)
        const body = this.answer(url, new URLSearchParams(text), request.headers.authorization)
        response.statusCode = body === null ? 400 : 200
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify(body ?? { error: 'invalid_request' }))
      })
    })
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }
  listen = (): Promise<void> => new Promise((done) => this.server.listen(0, '127.0.0.1', done))
  close(): Promise<void> {
    this.server.closeAllConnections()
    return new Promise((done) => this.server.close(() => done()))
  }

  /** The person agrees: where the site sends the browser back to. */
  agree(authorize: string): string {
    const asked = new URL(authorize).searchParams
    if (asked.get('code_challenge_method') !== 'S256') this.complaints.push('no PKCE')
    if (!asked.get('state')) this.complaints.push('no state')
    const code = randomUUID()
    this.codes.set(code, { challenge: asked.get('code_challenge') ?? '', nonce: asked.get('nonce') })
    const back = new URL(asked.get('redirect_uri') ?? '')
    back.searchParams.set('code', code)
    back.searchParams.set('state', asked.get('state') ?? '')
    return back.pathname + back.search
  }

  private answer(url: URL, form: URLSearchParams, authorization: string | undefined): unknown {
    const { id, name, email, verified } = this.user
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return {
          issuer: this.origin,
          authorization_endpoint: `${this.origin}/authorize`,
          token_endpoint: `${this.origin}/login/oauth/access_token`,
          jwks_uri: `${this.origin}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        }
      case '/keys':
        return { keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] }
      case '/login/oauth/access_token':
        return this.token(form, authorization)
      case '/user':
        return authorization === 'Bearer token' ? { id, login: 'login', name, email: 'shown@example.org' } : null
      case '/user/emails':
        return authorization === 'Bearer token'
          ? [
              { email: 'other@example.org', primary: false, verified: true },
              { email, primary: true, verified },
            ]
          : null
      default:
        return null
    }
  }

  private token(form: URLSearchParams, authorization: string | undefined): unknown {
    const code = this.codes.get(form.get('code') ?? '')
    this.codes.delete(form.get('code') ?? '')
    const secret = Buffer.from((authorization ?? '').replace('Basic ', ''), 'base64').toString()
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (secret !== 'client:secret' || !code || code.challenge !== challenge) return null
    const now = Math.floor(Date.now() / 1_000)
    const claims = {
      iss: this.origin,
      aud: 'client',
      sub: String(this.user.id),
      iat: now,
      exp: now + 60,
      nonce: code.nonce,
      name: this.user.name,
      email: this.user.email,
      email_verified: this.user.verified,
    }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'RS256', kid: 'k', typ: 'JWT' })}.${part(claims)}`
    const signature = createSign('RSA-SHA256').update(signed).sign(this.keys.privateKey, 'base64url')
    // only Google has one
    const idToken = code.nonce === null ? {} : { id_token: `${signed}.${signature}` }
    return { access_token: 'token', token_type: 'bearer', scope: 'email', ...idToken }
  }
}
