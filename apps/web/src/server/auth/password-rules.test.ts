import { expect, it } from 'vitest'
import { readablePassword } from '../first-administrator.ts'
import { newPassword } from './password-rules.ts'

it.each(['correct horse battery staple', 'mein Hund heißt Bello', 'Tr0ub4dor&3xyz', 'k7mzp-h2wqd-9tcvb-4nrgy'])(
  'accepts %s',
  (password) => {
    expect(newPassword.safeParse(password).success).toBe(true)
  },
)

it.each([
  'short',
  'eleven char',
  'aaaaaaaaaaaaaaaa',
  'abababababab',
  '1234567890123456',
  'abcdefghijklmnop',
  'password1234',
  'P@ssw0rd2024!',
  'PasswordPassword1',
  'faultline2024!!',
  'admin12345678',
  'unbelievable',
  'Chelsea123456',
  '!!liverpool2024',
  'starwars1starwars1',
  'x'.repeat(1_001),
])('refuses %s', (password) => {
  expect(newPassword.safeParse(password).success).toBe(false)
})

it('accepts what the first start generates', () => {
  for (let i = 0; i < 50; i++) {
    const password = readablePassword()
    expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/)
    expect(newPassword.safeParse(password).success).toBe(true)
  }
})
