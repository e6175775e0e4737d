import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { FaultlineError } from '@faultline/market/errors'

/**
 * Seals what must be read again but never shown: secrets of second factors, venues' keys, addresses of webhooks. AES-256-GCM;
 * a sealed value names its key, so that keys can be rotated: a new one goes first, old ones stay until everything is sealed
 * anew (`faultline rotate-keys`).
 */
export class SecretBox {
  private readonly keys: ReadonlyMap<string, Buffer>
  /** id of the key that seals */
  readonly current: string

  /**
   * @param text `id:key` pairs with commas between them, each key 32 bytes in base64 or base64url; the first one seals
   * @throws FaultlineError bad_input
   */
  constructor(text: string) {
    const pairs = text.split(',').map((pair) => {
      const [, id, key] = /^\s*([a-z0-9]{1,16}):([A-Za-z0-9+/_=-]+)\s*$/.exec(pair) ?? []
      const bytes = Buffer.from(key ?? '', 'base64url')
      if (id === undefined || bytes.length !== 32)
        throw new FaultlineError(
          'bad_input',
          'FAULTLINE_ENCRYPTION_KEYS must be id:key pairs with commas between them, such as k1:…, each key 32 bytes in base64 (openssl rand -base64 32 makes one).',
        )
      return [id, bytes] as const
    })
    this.keys = new Map(pairs)
    if (this.keys.size !== pairs.length)
      throw new FaultlineError('bad_input', 'FAULTLINE_ENCRYPTION_KEYS names two keys alike: each needs an id of its own.')
    this.current = pairs[0]?.[0] as string
  }

  /** @param purpose what the value is for; opening it for anything else fails */
  seal(plain: string, purpose: string): Buffer<ArrayBuffer> {
    const id = Buffer.from(this.current)
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.current) as Buffer, nonce)
    cipher.setAAD(Buffer.from(purpose))
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return Buffer.concat([Buffer.from([VERSION, id.length]), id, nonce, cipher.getAuthTag(), body])
  }

  /** @throws FaultlineError unavailable when its key is not there any more; internal when it is damaged or for another purpose */
  open(sealed: Uint8Array, purpose: string): string {
    const bytes = Buffer.from(sealed)
    const id = this.keyOf(bytes)
    const key = this.keys.get(id)
    if (!key)
      throw new FaultlineError(
        'unavailable',
        `A stored secret was sealed with the key "${id}", which FAULTLINE_ENCRYPTION_KEYS does not have any more. Put that key back, or enter the secret anew.`,
      )
    const at = 2 + id.length
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(at, at + 12), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(purpose))
      decipher.setAuthTag(bytes.subarray(at + 12, at + 28))
      return Buffer.concat([decipher.update(bytes.subarray(at + 28)), decipher.final()]).toString('utf8')
    } catch (error) {
      throw new FaultlineError('internal', 'A stored secret cannot be read: it is damaged, or was meant for something else.', {
        cause: error,
      })
    }
  }

  /** Was it sealed with the key that seals now? */
  isCurrent(sealed: Uint8Array): boolean {
    return this.keyOf(Buffer.from(sealed)) === this.current
  }

  private keyOf(bytes: Buffer): string {
    if (bytes[0] !== VERSION || bytes.length < 30) throw new FaultlineError('internal', 'This is no sealed secret.')
    return bytes.subarray(2, 2 + (bytes[1] as number)).toString('latin1')
  }
}

const VERSION = 1
