import { expect, it } from 'vitest'
import { checkPassword } from './check-password.ts'

it.each([
  [{ current: 'old-password', next: 'new-password', repeat: 'new-password' }, null],
  [{ current: '', next: 'new-password', repeat: 'new-password' }, 'missing'],
  [{ current: 'old-password', next: 'new-pass-11', repeat: 'new-pass-11' }, 'tooShort'],
  [{ current: 'old-password', next: 'new-password', repeat: 'new-passwort' }, 'unequal'],
  [{ current: 'new-password', next: 'new-password', repeat: 'new-password' }, 'same'],
])('%o: %s', (fields, problem) => expect(checkPassword(fields)).toBe(problem))
