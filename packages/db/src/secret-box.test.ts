import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { SecretBox } from './secret-box.ts'

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`

it('opens what it has sealed, for the same purpose only, and never seals alike twice', () => {
  const box = new SecretBox(key('k1'))
  const sealed = box.seal('geheim ✓', 'totp 1')
  expect(box.open(sealed, 'totp 1')).toBe('geheim ✓')
  expect(() => box.open(sealed, 'totp 2')).toThrow(/meant for something else/)
  expect(box.seal('geheim ✓', 'totp 1').equals(sealed)).toBe(false)
  expect(sealed.toString('latin1')).not.toContain('geheim')
})

it('notices each changed byte', () => {
  const box = new SecretBox(key('k1'))
  const sealed = box.seal('x', 'p')
  for (let i = 0; i < sealed.length; i++) {
    const damaged = Buffer.from(sealed)
    damaged[i] = (damaged[i] as number) ^ 1
    expect(() => box.open(damaged, 'p')).toThrow()
  }
})

it('rotates: a new key seals, the old one still opens until it is taken away', () => {
  const [old, fresh] = [key('k1'), key('k2')]
  const sealed = new SecretBox(old).seal('x', 'p')
  const both = new SecretBox(`${fresh}, ${old}`)
  expect(both.open(sealed, 'p')).toBe('x')
  expect(both.isCurrent(sealed)).toBe(false)
  expect(both.isCurrent(both.seal('x', 'p'))).toBe(true)
  expect(() => new SecretBox(fresh).open(sealed, 'p')).toThrow(/key "k1"/)
})

it.each(['', 'k1', 'k1:short', `K1:${'A'.repeat(43)}`, 'k1:A,k1:B'])('refuses the keys "%s"', (text) => {
  expect(() => new SecretBox(text)).toThrow(/FAULTLINE_ENCRYPTION_KEYS/)
})
