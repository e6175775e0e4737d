import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { HOUR_MS } from '@faultline/market/units'

/** An open page gets a new one with every view. */
export const TOKEN_MS = HOUR_MS
/** keys are `venue:SYMBOL` */
const MAX_LENGTH = 400

interface Options {
  /** the installation's; a key of its own is derived from it */
  secret: string
  now?: () => number
}

/**
 * What an embed's page hands to its requests: the pictures of one instrument may be read until then, and nothing else.
 * `{instrument}.{expiry}.{HMAC-SHA-256}`, the first and the last in base64url, the second in ms.
 */
export class EmbedTokens {
  private readonly key: Uint8Array
  private readonly now: () => number

  constructor({ secret, now = Date.now }: Options) {
    this.key = new Uint8Array(hkdfSync('sha256', secret, '', 'faultline embed token 1', 32))
    this.now = now
  }

  issue(instrumentKey: string): string {
    const said = `${Buffer.from(instrumentKey).toString('base64url')}.${this.now() + TOKEN_MS}`
    return `${said}.${this.sign(said).toString('base64url')}`
  }

  /** Key of the instrument; null for what we did not issue, or too long ago. */
  read(token: string): string | null {
    const [instrument = '', expiry = '', signature = '', ...rest] = token.length > MAX_LENGTH ? [] : token.split('.')
    if (instrument === '' || rest.length > 0) return null
    const given = Buffer.from(signature, 'base64url')
    const right = this.sign(`${instrument}.${expiry}`)
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null
    return this.now() < Number(expiry) ? Buffer.from(instrument, 'base64url').toString() : null
  }

  private sign(text: string): Buffer {
    return createHmac('sha256', this.key).update(text).digest()
  }
}
