import { randomBytes } from 'node:crypto'
import { FaultlineError } from '@faultline/market/errors'
import { hash, verify } from '@node-rs/argon2'

/** argon2id (the library's default variant) at OWASP's first choice: 19 MiB, two passes, one lane. About 20 ms a hash. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const
const AT_ONCE = 2
const WAITING = 64

/** Hashes and verifies passwords, a few at a time, so that a flood of sign-ins cannot take the machine's memory and cores. */
export class Passwords {
  private running = 0
  private readonly queue: (() => void)[] = []
  private decoy: Promise<string> | undefined

  /** @throws FaultlineError unavailable when too many wait */
  hash(password: string): Promise<string> {
    return this.limited(() => hash(password, COST))
  }

  /** Is `password` the one of `passwordHash`? Without a hash (unknown person) the same work is done, and the answer is no. */
  async verify(passwordHash: string | null, password: string): Promise<boolean> {
    const against = passwordHash ?? (await this.decoyHash())
    const matches = await this.limited(() => verify(against, password))
    return matches && passwordHash !== null
  }

  /** Made ahead of the first sign-in, so that not even that one tells unknown people by its time. */
  prepare(): Promise<unknown> {
    return this.decoyHash()
  }

  private decoyHash(): Promise<string> {
    this.decoy ??= hash(randomBytes(24).toString('base64'), COST)
    return this.decoy
  }

  private async limited<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      if (this.queue.length >= WAITING)
        throw new FaultlineError('unavailable', 'Too many people sign in at this moment. Try again in a few seconds.')
      await new Promise<void>((turn) => this.queue.push(turn))
    } else this.running++
    try {
      return await work()
    } finally {
      const next = this.queue.shift()
      if (next) next()
      else this.running--
    }
  }
}
