import { randomInt } from 'node:crypto'
import type { Database } from '@faultline/db/database'
import { createFirstAdministrator } from '@faultline/db/repositories/users'
import type { Passwords } from './auth/passwords.ts'

export type FirstAdministrator = { created: true; email: string; password: string } | { created: false }

/** Makes the first administrator when there is no user at all; the password is told here and never again. */
export async function makeFirstAdministrator(db: Database, passwords: Passwords, email: string): Promise<FirstAdministrator> {
  const password = readablePassword()
  const address = email.trim().toLowerCase()
  const passwordHash = await passwords.hash(password)
  const created = await createFirstAdministrator(db, { email: address, name: 'Administrator', passwordHash })
  return created ? { created, email: address, password } : { created }
}

/** No letter or digit that is easily taken for another one. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Four groups of five, such as `k7mzp-…`: 99 bits, and still typed from paper without an error. */
export function readablePassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: 4 }, group).join('-')
}
