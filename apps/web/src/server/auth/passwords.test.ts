import { parseOptions } from '@node-rs/argon2'
import { expect, it } from 'vitest'
import { Passwords } from './passwords.ts'

it('hashes with argon2id at 19 MiB and two passes, and verifies', async () => {
  const passwords = new Passwords()
  const hash = await passwords.hash('correct horse battery staple')
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(parseOptions(hash)).toMatchObject({ memoryCost: 19_456, timeCost: 2, parallelism: 1 })
  expect(await passwords.verify(hash, 'correct horse battery staple')).toBe(true)
  expect(await passwords.verify(hash, 'correct horse battery stapler')).toBe(false)
})

it('does the same work for an unknown person, and never agrees', async () => {
  const passwords = new Passwords()
  const decoy = (await passwords.prepare()) as string
  expect(parseOptions(decoy)).toMatchObject({ memoryCost: 19_456, timeCost: 2, parallelism: 1 })
  expect(await passwords.verify(null, 'anything')).toBe(false)
})

it('refuses a flood instead of taking all memory', async () => {
  const passwords = new Passwords()
  const answers = await Promise.allSettled(
    Array.from({ length: 80 }, () => passwords.verify('$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAA', 'x')),
  )
  const refused = answers.filter((a) => a.status === 'rejected').map((a) => a.reason.code)
  expect(refused).toEqual(Array.from({ length: 80 - 66 }, () => 'unavailable'))
  // and works again afterwards
  expect(await passwords.verify(null, 'x')).toBe(false)
})
