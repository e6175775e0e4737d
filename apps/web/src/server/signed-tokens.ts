import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** what is said is a key of an instrument or a hash */
const MAX_LENGTH = 400

export interface SignedTokenOptions {
  /** the installation's; a key of its own is derived from it for each purpose */
  secret: string
  purpose: string
  lifetimeMs: number
  now?: () => number
}

/**
 * What a page without a session hands to its requests: something that we said, good until then.
 * `{what was said}.{expiry}.{HMAC-SHA-256}`, the first and the last in base64url, the second in ms.
 */
export class SignedTokens {
  private readonly key: Uint8Array
  private readonly lifetimeMs: number
  private readonly now: () => number

  constructor({ secret, purpose, lifetimeMs, now = Date.now }: SignedTokenOptions) {
    this.key = new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32))
    this.lifetimeMs = lifetimeMs
    this.now = now
  }

  issue(what: string): string {
    const said = `${Buffer.from(what).toString('base64url')}.${this.now() + this.lifetimeMs}`
    return `${said}.${this.sign(said).toString('base64url')}`
  }

  /** What was said; null for what we did not issue, for another purpose, or too long ago. */
  read(token: string): string | null {
    const [what = '', expiry = '', signature = '', ...rest] = token.length > MAX_LENGTH ? [] : token.split('.')
    if (what === '' || rest.length > 0) return null
    const given = Buffer.from(signature, 'base64url')
    const right = this.sign(`${what}.${expiry}`)
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null
    return this.now() < Number(expiry) ? Buffer.from(what, 'base64url').toString() : null
  }

  private sign(text: string): Buffer {
    return createHmac('sha256', this.key).update(text).digest()
  }
}
